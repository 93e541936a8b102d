import { h, makeUid, setText } from "./dom.js";
import { SILENCE_TEXT } from "./silence.js";
import { Delay } from "./delay.js";
import { MapScene, STALE_COLORS, STALE_MARKS, STALE_PLACES } from "./map_scene.js";
import { MapToolbar } from "./map_toolbar.js";
import { MapCard } from "./map_card.js";
import { MapCrosshair } from "./map_crosshair.js";
import { MapHelp } from "./map_help.js";
import { handleMapKey } from "./map_keys.js";
import { MapGestures } from "./map_gestures.js";
import { SideView } from "./side_view.js";

// One view of the map: puts the parts together and holds what they share, which is the mode.

const DOUBLE_CLICK_MS = 300;

/** @typedef {"move" | "lasso" | "box"} MapMode */

export class MapView extends SideView {
  /**
   * @param {import("./map_state.js").MapState} state
   * @param {HTMLElement} el
   * @param {AbortSignal} signal
   */
  constructor(state, el, signal) {
    super(state, el, signal);
    /** @type {MapMode} */
    this.mode = "move";
    this.pickDelay = new Delay(signal);
    this.empty = h("p", { class: "nbl-map-empty" });
    this.hint = h("p", {
      class: "nbl-hidden",
      id: `nbl-map-${makeUid()}`,
      text: "Arrow keys pan, plus and minus zoom, question mark lists all keys.",
    });
    this.plane = h("div", { class: "nbl-map-plane" }, this.empty, this.note);
    this.scene = new MapScene(this.plane, state, signal);
    this.card = new MapCard(this);
    this.crosshair = new MapCrosshair(this);
    this.help = new MapHelp(this);
    this.toolbar = new MapToolbar(this);
    this.gestures = new MapGestures(this);
    this.assemble();
    this.listen();
  }

  assemble() {
    const { el, plane, side, toolbar, unsaved } = this;
    el.setAttribute("role", "application");
    el.setAttribute("aria-describedby", this.hint.id);
    plane.append(toolbar.progress, this.card.el, this.help.el);
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
    this.on("silence", () => this.describe());
    this.describe();
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

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key meant something
   */
  handleKey(event) {
    return handleMapKey(this, event);
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
    this.openSelection(indices);
  }

  dropHighlight() {
    this.drawOutline([]);
    super.dropHighlight();
  }

  updateLit() {
    const { state, selected } = this;
    const code = this.hoveredCode ?? this.pressedCode;
    this.scene.lit = selected ? litPoints(selected, state.n) : code === null ? null : litCode(state.codes, code);
    this.scene.redraw(STALE_COLORS);
  }

  escape() {
    if (this.help.isOpen) this.help.close();
    else if (this.gestures.dropShape() || this.crosshair.dropCorner()) this.drawOutline([]);
    else if (!this.dialog.isOpen && this.crosshair.isOn) this.crosshair.toggle();
    else if (super.escape()) return true;
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
