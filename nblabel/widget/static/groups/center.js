// What stands for a group: the member nearest to its middle, and the mean of its pictures.

import { h, setText } from "../shared/dom.js";
import { paintPixels } from "../shared/pixels.js";
import { TEXT } from "../shared/text.js";

/** @typedef {import("../shared/wire.js").Image} Image */

export class GroupCenter {
  /** @param {import("./grid.js").GroupGrid} grid whose pictures these are */
  constructor(grid) {
    this.grid = grid;
    /** @type {number | null} */
    this.central = null;
    this.tile = h("span", { class: "nbl-group-tile", role: "img", "aria-label": "" });
    grid.furnish(this.tile);
    this.mean = h("canvas", { class: "nbl-group-mean", "aria-hidden": "true" });
    this.words = h("figcaption");
    this.figure = h("figure", { hidden: true }, this.mean, this.words);
    const central = h("figure", {}, this.tile, h("figcaption", { text: TEXT.group.mostCentral }));
    this.el = h("div", { class: "nbl-group-middle" }, central, this.figure);
  }

  /** Another group comes. */
  clear() {
    this.central = null;
    this.figure.hidden = true;
  }

  /** @param {number} central */
  show(central) {
    this.central = central;
    this.draw();
  }

  draw() {
    if (this.central !== null)
      this.grid.paint(this.tile, this.grid.view.context.map.picture(this.central));
  }

  /**
   * @param {{text: string, image: Image}} content
   * @param {Uint8Array} bytes
   */
  average({ text, image }, bytes) {
    paintPixels(this.mean, image, bytes);
    setText(this.words, text);
    this.figure.hidden = false;
  }
}
