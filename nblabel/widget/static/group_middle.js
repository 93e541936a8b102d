import { h, setText } from "./dom.js";
import { paintPixels } from "./pixels.js";

// What stands for a group: the member nearest to its middle, and the mean of its pictures.

/** @typedef {import("./pixels.js").Image} Image */

export class GroupMiddle {
  /** @param {import("./group_grid.js").GroupGrid} grid whose pictures these are */
  constructor(grid) {
    this.grid = grid;
    /** @type {number | null} */
    this.typical = null;
    this.tile = h("span", { class: "nbl-group-tile", role: "img", "aria-label": "" });
    grid.furnish(this.tile);
    this.mean = h("canvas", { class: "nbl-group-mean", "aria-hidden": "true" });
    this.words = h("figcaption");
    this.figure = h("figure", { hidden: true }, this.mean, this.words);
    const typical = h("figure", {}, this.tile, h("figcaption", { text: "the most typical" }));
    this.el = h("div", { class: "nbl-group-middle" }, typical, this.figure);
  }

  /** Another group comes. */
  clear() {
    this.typical = null;
    this.figure.hidden = true;
  }

  /** @param {number} typical */
  show(typical) {
    this.typical = typical;
    this.draw();
  }

  draw() {
    if (this.typical !== null) this.grid.paint(this.tile, this.grid.view.state.picture(this.typical));
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
