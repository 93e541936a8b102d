import { h, makeUid, setText } from "./dom.js";
import { SILENCE_TEXT } from "./silence.js";
import { Delay } from "./delay.js";
import { MapScene, STALE_COLORS, STALE_MARKS, STALE_PLACES } from "./map_scene.js";
import { MapToolbar } from "./map_toolbar.js";
import { MapLegend } from "./map_legend.js";
import { MapCard } from "./map_card.js";
import { MapCrosshair } from "./map_crosshair.js";
import { GroupDialog } from "./group_dialog.js";
import { MapHelp } from "./map_help.js";
import { listenToKeys } from "./map_keys.js";
import { MapGestures } from "./map_gestures.js";

// One view of the map: puts the parts together and holds what they share, which is the mode, the
// selection and the isolated colour.

const NOTE_MS = 2500;
const FADE_MS = 400;
const DOUBLE_CLICK_MS = 300;

/** @typedef {"move" | "lasso" | "box"} MapMode */

export class MapView {
  /**
   * @param {import("./map_state.js").MapState} state
   * @param {HTMLElement} el
   * @param {AbortSignal} signal
   */
  constructor(state, el, signal) {
    this.state = state;
    this.el = el;
    this.signal = signal;
    /** @type {MapMode} */
    this.mode = "move";
    /** @type {Uint32Array | null} */
    this.selected = null;
    /** @type {number | null} */
    this.pressedCode = null;
    /** @type {number | null} */
    this.hoveredCode = null;
    this.noteDelay = new Delay(signal);
    this.pickDelay = new Delay(signal);
    el.classList.add("nbl-view", "nbl-map");
    this.empty = h("p", { class: "nbl-map-empty" });
    this.note = h("div", { class: "nbl-map-note", role: "status" });
    this.hint = h("p", {
      class: "nbl-hidden",
      id: `nbl-map-${makeUid()}`,
      text: "Arrow keys pan, plus and minus zoom, question mark lists all keys.",
    });
    this.unsaved = h("p", { class: "nbl-map-unsaved" });
    this.plane = h("div", { class: "nbl-map-plane" }, this.empty, this.note);
    this.scene = new MapScene(this.plane, state, signal);
    this.card = new MapCard(this);
    this.crosshair = new MapCrosshair(this);
    this.help = new MapHelp(this);
    this.toolbar = new MapToolbar(this);
    this.legend = new MapLegend(this);
    this.dialog = new GroupDialog(this);
    this.gestures = new MapGestures(this);
    this.assemble();
    this.listen();
  }

  assemble() {
    const { el, plane, toolbar, unsaved, legend, dialog } = this;
    el.dataset.lmSuppressShortcuts = "true";
    el.tabIndex = 0;
    el.setAttribute("role", "application");
    el.setAttribute("aria-describedby", this.hint.id);
    plane.append(toolbar.progress, this.card.el, this.help.el);
    const side = h("div", { class: "nbl-map-side" }, legend.el, dialog.el);
    el.append(this.hint, toolbar.el, unsaved, h("div", { class: "nbl-map-body" }, plane, side));
  }

  describe() {
    this.empty.hidden = this.state.n > 0;
    setText(this.empty, this.state.silence.lasts ? SILENCE_TEXT : "Preparing the map…");
    const n = this.state.n.toLocaleString();
    this.el.setAttribute("aria-label", this.state.n ? `Map of ${n} points` : "Map");
  }

  listen() {
    this.on("points", ({ animate }) => this.showPoints(animate));
    this.on("colors", () => this.updateLit());
    this.on("marks", ({ labeledChanged }) => this.showMarks(labeledChanged));
    this.on("color_by", () => this.isolate(null));
    this.on("unsaved", () => this.showUnsaved());
    this.on("silence", () => this.describe());
    listenToKeys(this);
    this.describe();
    this.showUnsaved();
  }

  /**
   * Listen to the state for as long as the view lives.
   * @param {string} type
   * @param {(detail: any) => void} act
   */
  on(type, act) {
    this.state.addEventListener(type, (event) => act(/** @type {CustomEvent} */ (event).detail), { signal: this.signal });
  }

  /** @param {boolean} animate */
  showPoints(animate) {
    this.hover(null);
    this.scene.outline = [];
    this.scene.movePoints(animate);
    this.describe();
    this.updateLit();
  }

  /** @param {boolean} labeledChanged labeled points lie among the others, rings above */
  showMarks(labeledChanged) {
    this.scene.picked = null;
    this.scene.redraw(labeledChanged ? STALE_COLORS : STALE_MARKS);
  }

  showUnsaved() {
    const { count, late, refusal } = this.state.outbox.unsaved;
    const what = count === 1 ? "1 change is not saved yet" : `${count} changes are not saved yet`;
    setText(this.unsaved, late ? `${what}${refusal && `: ${refusal}`}. Trying again…` : "");
  }

  /**
   * Show words on the plane for a while; screen readers hear them.
   * @param {string} text
   * @param {boolean} [shown] false where the eyes have them already
   */
  say(text, shown = true) {
    this.note.classList.toggle("nbl-hidden", !shown);
    setText(this.note, text);
    this.note.classList.remove("nbl-map-note-gone");
    this.noteDelay.start(NOTE_MS, () => {
      this.note.classList.add("nbl-map-note-gone");
      this.noteDelay.start(FADE_MS, () => setText(this.note, ""));
    });
  }

  focus() {
    this.el.focus({ preventScroll: true });
  }

  /** @param {MapMode} mode */
  setMode(mode) {
    this.mode = mode;
    this.el.dataset.mode = mode;
    this.toolbar.showMode(mode);
  }

  /**
   * @param {number} dx in CSS pixels
   * @param {number} dy
   */
  panBy(dx, dy) {
    this.scene.camera.panBy(dx, dy);
    this.cameraMoved();
  }

  /**
   * @param {number} factor
   * @param {number} [px] where to zoom, by default the middle
   * @param {number} [py]
   */
  zoomBy(factor, px = this.scene.camera.width / 2, py = this.scene.camera.height / 2) {
    this.scene.camera.zoomAt(px, py, factor);
    this.cameraMoved();
  }

  resetCamera() {
    this.scene.camera.reset();
    this.cameraMoved();
  }

  cameraMoved() {
    this.hover(null);
    this.crosshair.update();
    this.scene.redraw(STALE_PLACES);
  }

  /** @param {number | null} index */
  hover(index) {
    if (this.scene.hover === index) return;
    this.scene.hover = index;
    this.scene.redraw(STALE_MARKS);
    this.card.show(index);
  }

  /** Ask about a point next. @param {number} index */
  pick(index) {
    this.scene.showPicked(index);
    const sent = this.state.send({ type: "pick", index });
    const name = this.state.pictures.get(index)?.item.id ?? "this point";
    this.say(sent ? `Asking about ${name} next` : "The kernel does not answer: nothing was asked");
    if (sent) this.focusQueue();
  }

  /** The keys answer what was asked for. */
  focusQueue() {
    if (!this.el.contains(document.activeElement)) return;
    /** @type {HTMLElement | null | undefined} */
    const queue = this.el.closest(".nbl-panel")?.querySelector(".nbl-queue");
    queue?.focus({ preventScroll: true });
  }

  /** A first click may become a double one, which means something else. @param {number} index */
  pickSoon(index) {
    this.scene.showPicked(index);
    this.pickDelay.start(DOUBLE_CLICK_MS, () => this.pick(index));
  }

  dropPick() {
    this.pickDelay.cancel();
    this.scene.picked = null;
    this.scene.redraw(STALE_MARKS);
  }

  /** @param {number[]} outline in world coordinates */
  drawOutline(outline) {
    this.scene.outline = outline;
    this.scene.redraw(STALE_MARKS);
  }

  /** @param {number[]} outline in world coordinates */
  select(outline) {
    const indices = this.state.n ? this.state.grid.inside(outline) : new Uint32Array(0);
    if (!indices.length) {
      this.clearSelection();
      this.say("No points inside");
      return;
    }
    this.drawOutline(outline);
    this.highlight(indices);
    this.dialog.openSelection(indices);
    this.legend.el.hidden = true;
  }

  /** @param {number | null} cluster its number, null for the first that is left to look at */
  openCluster(cluster) {
    this.dropHighlight();
    this.dialog.openCluster(cluster);
    this.legend.el.hidden = true;
  }

  /** @param {Uint32Array} indices points that stand out from the others */
  highlight(indices) {
    this.selected = indices;
    this.updateLit();
  }

  /** The dialog has done its work, but may still offer to undo it. */
  dropHighlight() {
    this.selected = null;
    this.drawOutline([]);
    this.updateLit();
  }

  clearSelection() {
    this.dropHighlight();
    this.dialog.close();
    this.legend.el.hidden = false;
  }

  /** @param {number | null} code a colour to show alone until it is released */
  isolate(code) {
    this.pressedCode = code;
    this.legend.showPressed(code);
    this.updateLit();
  }

  /** @param {number | null} code a colour to show alone while the pointer rests on it */
  preview(code) {
    this.hoveredCode = code;
    this.updateLit();
  }

  updateLit() {
    const { state, selected } = this;
    const code = this.hoveredCode ?? this.pressedCode;
    this.scene.lit = selected ? litPoints(selected, state.n) : code === null ? null : litCode(state.codes, code);
    this.scene.redraw(STALE_COLORS);
  }

  /**
   * Leave the innermost thing that is open.
   * @returns {boolean} whether there was one
   */
  escape() {
    if (this.help.isOpen) this.help.close();
    else if (this.gestures.dropShape() || this.crosshair.dropCorner()) this.drawOutline([]);
    else if (this.dialog.isOpen) this.clearSelection();
    else if (this.crosshair.isOn) this.crosshair.toggle();
    else if (this.pressedCode !== null) this.isolate(null);
    else if (this.mode !== "move") this.setMode("move");
    else return false;
    return true;
  }
}

/**
 * @param {Uint32Array} indices
 * @param {number} n
 */
function litPoints(indices, n) {
  const lit = new Uint8Array(n);
  for (const i of indices) lit[i] = 1;
  return lit;
}

/**
 * @param {Uint8Array} codes
 * @param {number} code
 */
function litCode(codes, code) {
  return codes.map((other) => (other === code ? 1 : 0));
}
