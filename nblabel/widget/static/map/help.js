// The list of keys and gestures, over the plane.

import { h } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";

export class MapHelp {
  /** @param {import("./view.js").CanvasView} view */
  constructor(view) {
    this.view = view;
    const rows = TEXT.map.help.flatMap(([keys, text]) => [
      h("dt", {}, ...keys.map((key) => h("kbd", { text: key }))),
      h("dd", { text }),
    ]);
    this.close = this.close.bind(this);
    this.el = h(
      "div",
      {
        class: "nbl-map-help",
        role: "dialog",
        "aria-label": TEXT.map.helpTitle,
        tabindex: -1,
        hidden: true,
      },
      h(
        "div",
        { class: "nbl-map-help-head" },
        h("strong", { text: TEXT.map.helpTitle }),
        h("button", { type: "button", text: TEXT.close, onClick: this.close }),
      ),
      h("dl", {}, ...rows),
    );
  }

  get isOpen() {
    return !this.el.hidden;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    this.el.hidden = false;
    this.el.focus({ preventScroll: true });
  }

  close() {
    this.el.hidden = true;
    this.view.focus();
  }
}
