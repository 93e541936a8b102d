// Looking closely at the picture of an item: zoom, light, and the picture of a column beside it.

import { h, setText } from "./dom.js";
import { Light } from "./light.js";
import { hearGestures } from "./look_gestures.js";
import { buildLookTools } from "./look_tools.js";
import { Stage } from "./stage.js";
import { TEXT } from "./text.js";
import { Zoom } from "./zoom.js";

/** @typedef {import("./media.js").Kept} Kept */
/** Where an item is looked at: `say` tells what could not be done, `focus` gives the keys back.
 * @typedef {{context: import("./context.js").PanelContext, signal: AbortSignal,
 *   say: (text: string) => void, focus: () => void}} Looker */

export class Looking {
  /**
   * @param {Looker} looker
   * @param {HTMLCanvasElement} canvas of the small picture
   */
  constructor(looker, canvas) {
    this.looker = looker;
    this.context = looker.context;
    this.zoom = new Zoom();
    this.light = new Light();
    /** Whether the wheel zooms what is whole: there is nothing to scroll. */
    this.takesWheel = false;
    /** Whether there is room for the tools before they are used. */
    this.hasRoom = false;
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
    this.context.link.onTrait("columns", () => this.update(), looker.signal);
  }

  /** The columns that hold pictures. @returns {string[]} */
  get columns() {
    return this.context.model.get("columns")?.pictures ?? [];
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
    const { context, zoom, light } = this;
    const { signal } = this.looker;
    const update = () => this.update();
    const stage = new Stage(canvas, context, zoom, light, signal, update, column);
    const isInUse = () => this.takesWheel || !zoom.isWhole;
    hearGestures(stage, zoom, isInUse, () => this.moved(), signal);
    return stage;
  }

  /**
   * Show an item.
   * @param {string} id "" for none
   * @param {Kept | null} kept what is here of it
   * @param {boolean} isAsked whether the kernel may be asked for more of it
   */
  render(id, kept, isAsked) {
    if (id !== this.id && !this.keepsPlace) this.zoom.reset();
    this.id = id;
    const asked = isAsked ? id : "";
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
    const { context, looker, main } = this;
    if (name === "besidePicture") this.showBeside();
    else if (!["zoomIn", "zoomOut", "whole", "full", "light"].includes(name)) return false;
    else if (!main.size) looker.say(TEXT.look.noPictureHere);
    else if (name === "light") this.toggleLight();
    else {
      main.zoomTo(name);
      this.moved();
      context.say(TEXT.look.zoomed(main.magnification));
    }
    return true;
  }

  toggleLight() {
    this.isLighting = !this.isLighting;
    this.update();
    if (this.isLighting) this.tools.focusLight();
    else this.looker.focus();
  }

  /** Show the picture of the next column beside, after the last one none. */
  showBeside() {
    const { columns, context, looker } = this;
    if (!columns.length) return looker.say(TEXT.look.noColumnOfPictures);
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
    context.say(name ? TEXT.look.beside(name) : TEXT.look.noBeside);
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
