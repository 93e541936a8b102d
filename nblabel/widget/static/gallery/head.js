// The head of the gallery: what is shown, what has changed since, the size, and the way back.

import { h, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { TEXT } from "../shared/text.js";

const SMALLEST = 48;
const LARGEST = 512;
const STEP_PX = 16;

export class GalleryHead {
  /** @param {import("./gallery.js").Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    const text = TEXT.gallery;
    this.summary = h("span", { class: "nbl-gallery-summary", role: "status" });
    const { size: value } = gallery.plane;
    this.size = h("input", { type: "range", min: SMALLEST, max: LARGEST, step: STEP_PX, value });
    listen(this.size, "input", () => {
      gallery.plane.size = this.size.valueAsNumber;
      gallery.plane.resize();
    });
    const help = h(
      "button",
      { type: "button", "aria-keyshortcuts": "?", onClick: () => gallery.help.open() },
      h("span", { class: "nbl-hidden", text: TEXT.shortcuts }),
      h("kbd", { text: "?", "aria-hidden": "true" }),
    );
    const close = h(
      "button",
      { type: "button", onClick: () => gallery.close() },
      h("span", { text: text.close }),
      h("kbd", { text: "#", "aria-hidden": "true" }),
    );
    this.changesText = h("span");
    const refresh = h("button", {
      type: "button",
      text: text.refresh,
      onClick: () => gallery.ask(),
    });
    this.changes = h(
      "span",
      { class: "nbl-gallery-changes", hidden: true },
      this.changesText,
      refresh,
    );
    const sizeText = h("span", { text: text.size });
    const sizeField = h("label", { class: "nbl-gallery-field" }, sizeText, this.size);
    const title = h("h3", { text: text.title });
    const parts = [title, this.summary, this.changes, sizeField, help, close];
    this.el = h("div", { class: "nbl-gallery-head" }, ...parts);
  }

  /** @param {string} text what is shown */
  summarize(text) {
    setText(this.summary, text);
  }

  showChanges() {
    const { came, nGone, review } = this.gallery;
    const text = review.isOn ? review.progress : TEXT.gallery.changed(nGone, came);
    this.changes.hidden = !text;
    setText(this.changesText, text);
  }
}
