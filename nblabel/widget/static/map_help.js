import { h } from "./dom.js";

// The list of keys and gestures, over the plane.

/** @type {[string[], string][]} */
const MAP_HELP = [
  [["←", "↑", "→", "↓"], "or drag: move the map"],
  [["+", "-"], "or scroll: zoom, while the map has the focus or Ctrl is held"],
  [["0"], "or double click: show all points"],
  [["l"], "lasso: draw around points to label them; also Shift and drag"],
  [["x"], "box: drag across points to label them"],
  [["m"], "back to moving"],
  [["c"], "cross-hair: the arrow keys move it, Shift makes it faster"],
  [["Enter"], "at the cross-hair, or click: ask about the nearest point next; the keys then answer it"],
  [["b"], "at the cross-hair: start a box, again to end it"],
  [["g"], "clusters: look through them, and label each as a whole"],
  [["Esc"], "leave what is open: a selection, the cross-hair, a mode"],
];

export class MapHelp {
  /** @param {import("./map_view.js").MapView} view */
  constructor(view) {
    this.view = view;
    const rows = MAP_HELP.flatMap(([keys, text]) => [
      h("dt", {}, ...keys.map((key) => h("kbd", { text: key }))),
      h("dd", { text }),
    ]);
    this.close = this.close.bind(this);
    this.el = h("div", { class: "nbl-map-help", role: "dialog", "aria-label": "Keys of the map", tabindex: -1, hidden: true },
      h("div", { class: "nbl-map-help-head" },
        h("strong", { text: "Keys of the map" }),
        h("button", { type: "button", text: "Close", onClick: this.close })),
      h("dl", {}, ...rows));
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
