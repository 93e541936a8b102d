// Modes, zoom and help of the canvas. Each button says its name and key when it is pointed at or
// focused.

import { h, setAttribute } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";
import { mapIcon } from "./icons.js";

const ZOOM_STEP = 1.5;

export class MapTools {
  /** @param {import("./view.js").CanvasView} view */
  constructor(view) {
    this.modes = {
      move: toolButton("move", "m", () => view.setMode("move")),
      lasso: toolButton("lasso", "l", () => view.setMode("lasso")),
      box: toolButton("box", "x", () => view.setMode("box")),
    };
    const zoom = [
      toolButton("zoomOut", "-", () => view.zoomBy(1 / ZOOM_STEP)),
      toolButton("zoomIn", "+", () => view.zoomBy(ZOOM_STEP)),
      toolButton("reset", "0", () => view.resetCamera()),
    ];
    /** What is shown over the points. */
    this.layers = {
      names: toolButton("names", "n", () => this.toggleLayer("names")),
      pictures: toolButton("pictures", "p", () => this.toggleLayer("pictures")),
    };
    this.filter = toolButton("filter", "f", () => view.filter.toggle());
    this.save = toolButton("save", "s", () => view.save.toggle());
    const help = toolButton("help", "?", () => view.help.toggle());
    this.view = view;
    this.el = h(
      "span",
      { class: "nbl-map-tools" },
      toolGroup(TEXT.map.dragging, Object.values(this.modes)),
      toolGroup(TEXT.map.zoom, zoom),
      toolGroup(TEXT.map.layers, Object.values(this.layers)),
      h("span", { class: "nbl-map-group" }, this.filter, this.save, help),
    );
    this.showMode("move");
    this.showLayers();
  }

  /** @param {"names" | "pictures"} name */
  toggleLayer(name) {
    const layer = this.view[name];
    layer.toggle();
    this.showLayers();
    this.view.say(TEXT.map.layerShown(TEXT.map[name], layer.isOn));
  }

  showLayers() {
    for (const name of /** @type {const} */ (["names", "pictures"]))
      setAttribute(this.layers[name], "aria-pressed", String(this.view[name].isOn));
  }

  /** @param {string} mode */
  showMode(mode) {
    for (const [name, button] of Object.entries(this.modes))
      setAttribute(button, "aria-pressed", String(name === mode));
  }
}

/**
 * @param {string} name
 * @param {HTMLElement[]} buttons
 */
function toolGroup(name, buttons) {
  return h("span", { class: "nbl-map-group", role: "group", "aria-label": name }, ...buttons);
}

/**
 * @param {"move" | "lasso" | "box" | "zoomOut" | "zoomIn" | "reset" | "names" | "pictures" |
 *   "filter" | "save" | "help"} icon
 * @param {string} key
 * @param {() => void} act
 */
function toolButton(icon, key, act) {
  const name = icon === "help" ? TEXT.shortcuts : TEXT.map[icon];
  const tip = h(
    "span",
    { class: "nbl-map-tip", "aria-hidden": "true" },
    h("span", { text: name }),
    h("kbd", { text: key }),
  );
  const props = {
    type: "button",
    class: "nbl-map-tool",
    "aria-label": name,
    "aria-keyshortcuts": key,
    onClick: act,
  };
  return h("button", props, mapIcon(icon), tip);
}
