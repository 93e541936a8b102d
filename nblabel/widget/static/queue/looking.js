// Looking closely at the picture of a question: zoom, light, and the picture of a column beside it.

import { h, setText, svg } from "../shared/dom.js";
import { Light } from "../shared/light.js";
import { hearGestures } from "../shared/look_gestures.js";
import { Stage } from "../shared/stage.js";
import { TEXT } from "../shared/text.js";
import { Zoom } from "../shared/zoom.js";
import { keyShown, shortcutOf } from "./keys.js";
import { buildLookTools } from "./look_tools.js";

/** @typedef {import("./controller.js").QueueController} QueueController */
/** @typedef {import("../shared/wire.js").Item} Item */
/** @typedef {import("../shared/media.js").Kept} Kept */

export class Looking {
  /**
   * @param {QueueController} controller
   * @param {HTMLCanvasElement} canvas of the small picture
   * @param {AbortSignal} signal
   * @param {() => void} focusRoot
   */
  constructor(controller, canvas, signal, focusRoot) {
    this.controller = controller;
    this.signal = signal;
    this.focusRoot = focusRoot;
    this.zoom = new Zoom();
    this.light = new Light();
    /** Whether the queue is as large as the window. */
    this.isLarge = false;
    /** Whether the next item is looked at where this one is. */
    this.keepsPlace = false;
    this.isLighting = false;
    /** The item on screen, "" for none. */
    this.id = "";
    /** The column whose picture is beside, -1 for none. */
    this.column = -1;
    /** Those of the columns that were looked at. @type {Map<number, Stage>} */
    this.others = new Map();
    this.main = this.buildStage(canvas, null);
    this.words = h("p", { class: "nbl-beside-words" });
    this.beside = h("div", { class: "nbl-beside-picture", hidden: true });
    this.node = h("div", { class: "nbl-stages" }, this.main.el, this.beside, this.light.el);
    this.tools = buildLookTools(this);
    controller.context.link.onTrait("columns", () => this.update(), signal);
  }

  /** The columns that hold pictures. @returns {string[]} */
  get columns() {
    return this.controller.context.model.get("columns")?.pictures ?? [];
  }

  get isPicture() {
    return this.main.size !== null;
  }

  /** The stages on screen. */
  get stages() {
    const other = this.others.get(this.column);
    return other ? [this.main, other] : [this.main];
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {number | null} column
   */
  buildStage(canvas, column) {
    const { controller, zoom, light, signal } = this;
    const update = () => this.update();
    const stage = new Stage(canvas, controller.context, zoom, light, signal, update, column);
    const isInUse = () => this.isLarge || !zoom.isWhole;
    hearGestures(stage, zoom, isInUse, () => this.moved(), signal);
    return stage;
  }

  /**
   * Show an item.
   * @param {Item | null} item
   * @param {Kept | null} kept what is here of it
   */
  render(item, kept) {
    const id = item?.id ?? "";
    if (id !== this.id && !this.keepsPlace) this.zoom.reset();
    this.id = id;
    // the question of the saved notebook is not asked about: a kernel may be none
    const asked = this.controller.queue.provisional ? "" : id;
    this.main.show(kept ? asked : "", kept);
    this.others.get(this.column)?.show(asked, null);
    this.update();
  }

  /** What is looked at was moved. */
  moved() {
    for (const stage of this.stages) stage.move();
    this.update();
  }

  /** Another light was chosen. */
  relight() {
    for (const stage of this.stages) stage.place();
    this.update();
  }

  /** Draw what tells about the pictures. */
  update() {
    if (!this.tools) return; // while it is built
    this.node.toggleAttribute("data-zoomed", !this.zoom.isWhole);
    this.tools.render();
    const other = this.others.get(this.column);
    this.beside.hidden = !other;
    this.node.dataset.panes = other ? "2" : "1";
    if (!other) return;
    const { closeup } = other;
    setText(this.words, closeup?.text || (closeup?.image ? "" : TEXT.look.loadingPicture));
    if (!closeup?.image) other.small.hidden = other.sharp.hidden = true;
    other.small.setAttribute("aria-label", TEXT.look.pictureOf(this.columns[this.column]));
  }

  /**
   * Do what a key or button asks for.
   * @param {string} name
   * @returns {boolean} whether it was meant
   */
  run(name) {
    const { controller, main } = this;
    if (name === "besidePicture") this.showBeside();
    else if (!["zoomIn", "zoomOut", "whole", "full", "light"].includes(name)) return false;
    else if (!main.size) controller.say(TEXT.look.noPictureHere);
    else if (name === "light") this.toggleLight();
    else {
      main.zoomTo(name);
      this.moved();
      controller.context.say(TEXT.look.zoomed(main.magnification));
    }
    return true;
  }

  toggleLight() {
    this.isLighting = !this.isLighting;
    this.update();
    if (this.isLighting) this.tools.focusLight();
    else this.focusRoot();
  }

  /** Show the picture of the next column beside, after the last one none. */
  showBeside() {
    const { columns, controller } = this;
    if (!columns.length) return controller.say(TEXT.look.noColumnOfPictures);
    this.column = this.column + 1 < columns.length ? this.column + 1 : -1;
    const name = columns[this.column];
    if (name && !this.others.has(this.column)) {
      const canvas = h("canvas", { class: "nbl-picture", role: "img", width: 1, height: 1 });
      this.others.set(this.column, this.buildStage(canvas, this.column));
    }
    const other = this.others.get(this.column);
    if (other) {
      this.beside.replaceChildren(other.el, this.words);
      other.show(this.id, null);
    }
    this.moved();
    controller.context.say(name ? TEXT.look.beside(name) : TEXT.look.noBeside);
  }

  /**
   * Keys that move a picture.
   * @param {KeyboardEvent} event
   * @returns {boolean} whether this was one
   */
  hear(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const chord = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
    if (chord || target.closest("input, select, textarea")) return false;
    if (!this.main.size) return false;
    if (event.shiftKey && this.main.pan(event.key)) this.moved();
    else if (!event.shiftKey && event.key === "Home") this.run("whole");
    else if (!event.shiftKey && event.key === "End") this.run("full");
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}

/**
 * The button that opens the large view, laid over what is looked at.
 * @param {() => void} open
 */
export function buildLookButton(open) {
  const lines = svg("path", { d: "M6 2H2v4m0 4v4h4m4 0h4v-4m0-4V2h-4" });
  const icon = svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, lines);
  const props = { type: "button", class: "nbl-do-large", "aria-keyshortcuts": shortcutOf("large") };
  const button = h("button", { ...props, onClick: open }, icon);
  setLargeWords(button, false);
  return button;
}

/**
 * @param {HTMLElement} button
 * @param {boolean} isLarge
 */
export function setLargeWords(button, isLarge) {
  const words = isLarge ? TEXT.look.close : TEXT.look.open;
  button.setAttribute("aria-label", words);
  button.title = `${words} (${keyShown("large")})`;
}
