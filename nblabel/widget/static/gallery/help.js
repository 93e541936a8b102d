// The list of all keys, laid over the gallery.

import { h } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";

/** @typedef {{shown: string[], text: string}} KeyRow */

export class GalleryHelp {
  /** @param {import("./gallery.js").Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    this.list = h("dl", { class: "nbl-key-list" });
    this.close = this.close.bind(this);
    this.button = h("button", { type: "button", text: TEXT.close, onClick: this.close });
    const head = h(
      "div",
      { class: "nbl-help-head" },
      h("strong", { text: TEXT.shortcuts }),
      this.button,
    );
    this.el = h(
      "div",
      { class: "nbl-help", role: "dialog", "aria-label": TEXT.shortcuts, hidden: true },
      head,
      this.list,
    );
  }

  get isOpen() {
    return !this.el.hidden;
  }

  open() {
    const { bar, review } = this.gallery;
    const { always, ofReview } = TEXT.gallery.keys;
    const keys = bar.classes.map(({ key }) => key);
    const keyed = bar.classes.filter(({ key }, place) => key && keys.indexOf(key) === place);
    /** @type {KeyRow[]} */
    const rows = [
      ...keyed.map(({ key, name }) => ({ shown: [key], text: name })),
      ...(review.isOn ? ofReview : []),
      ...always,
    ];
    this.list.replaceChildren(
      ...rows.map(({ shown, text }) =>
        h(
          "div",
          {},
          h("dt", {}, ...shown.map((key) => h("kbd", { text: key }))),
          h("dd", { text }),
        ),
      ),
    );
    this.el.hidden = false;
    this.button.focus();
  }

  close() {
    this.el.hidden = true;
    this.gallery.focus();
  }
}
