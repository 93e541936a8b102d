// The values of the column that orders the gallery: of which one the items in sight are, how many
// items each has, and the way to it.

import { h } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";

/** `start`: the place of its first item; no name where the column has no value.
 * @typedef {{name: string | null, start: number}} ColumnValue */

export class GalleryValues {
  /** @param {import("./gallery.js").Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    /** In the order of the items. @type {ColumnValue[]} */
    this.values = [];
    this.select = h("select", { onChange: () => this.go() });
    const title = h("span", { text: TEXT.gallery.value });
    this.el = h("label", { class: "nbl-gallery-field", hidden: true }, title, this.select);
  }

  /** @param {ColumnValue[]} values none where no column of categories is the order */
  show(values) {
    this.values = values;
    this.el.hidden = !values.length;
    const ends = [...values.slice(1).map(({ start }) => start), this.gallery.members.length];
    const options = values.map(({ name, start }, k) => {
      const text = TEXT.gallery.valueOf(name ?? TEXT.filter.missing, ends[k] - start);
      return h("option", { value: k, text });
    });
    this.select.replaceChildren(...options);
  }

  /** @param {number} place that is in sight */
  follow(place) {
    const next = this.values.findIndex(({ start }) => start > place);
    const at = (next < 0 ? this.values.length : next) - 1;
    if (at >= 0) this.select.value = String(at);
  }

  go() {
    const { choice, plane } = this.gallery;
    const { start } = this.values[Number(this.select.value)];
    plane.begin(start);
    choice.moveTo(start);
  }
}
