// The map drawn on a canvas: puts the parts together and holds what they share, which is the mode.

import { h, makeUid, setText } from "../shared/dom.js";
import { Delay } from "../shared/delay.js";
import { focusedElement } from "../shared/focus.js";
import { TEXT } from "../shared/text.js";
import { FilterBar } from "./filter.js";
import { MapCrosshair } from "./crosshair.js";
import { MapGestures } from "./gestures.js";
import { MapHelp } from "./help.js";
import { HoverCard } from "./hover_card.js";
import { handleMapKey } from "./keys.js";
import { RegionNames } from "./names.js";
import { OperationBar, combineSelections } from "./operations.js";
import { MapPictures } from "./pictures.js";
import { LEFT_OUT } from "./raster.js";
import { SaveBar } from "./save.js";
import { MapScene, STALE_COLORS, STALE_MARKS, STALE_PLACES } from "./scene.js";
import { SideView } from "./side_view.js";
import { gridOf } from "./spatial.js";
import { MapTools } from "./tools.js";

const DOUBLE_CLICK_MS = 300;

/** @typedef {"move" | "lasso" | "box"} MapMode */
/** @typedef {import("./operations.js").Operation} Operation */

export class CanvasView extends SideView {
  /**
   * @param {import("../shared/context.js").PanelContext} context
   * @param {AbortSignal} signal
   * @param {import("../shared/ways.js").Ways} ways
   */
  constructor(context, signal, ways) {
    super(context, signal, ways);
    /** @type {MapMode} */
    this.mode = "move";
    this.pickDelay = new Delay(signal);
    this.empty = h("p", { class: "nbl-map-empty" });
    const hint = h("p", { class: "nbl-hidden", id: `nbl-map-${makeUid()}`, text: TEXT.map.hint });
    this.plane = h(
      "div",
      {
        class: "nbl-map-plane",
        role: "application",
        tabindex: 0,
        "aria-describedby": hint.id,
      },
      this.empty,
    );
    this.scene = new MapScene(this.plane, context, signal);
    this.names = new RegionNames(this);
    this.pictures = new MapPictures(this);
    // over the points, and below the marks, which hear the pointer
    this.scene.points.after(this.pictures.el, this.names.el);
    this.operations = new OperationBar();
    this.card = new HoverCard(this);
    this.crosshair = new MapCrosshair(this);
    this.help = new MapHelp(this);
    this.filter = new FilterBar(this);
    this.save = new SaveBar(this);
    this.tools = new MapTools(this);
    this.gestures = new MapGestures(this);
    this.toolbar.el.append(this.tools.el);
    const over = [this.operations.el, this.note, this.card.el, this.help.el];
    const stage = h("div", { class: "nbl-map-stage" }, this.plane, ...over);
    const foot = h("div", { class: "nbl-map-foot" }, this.toolbar.progress);
    const main = h("div", { class: "nbl-map-main" }, stage, foot);
    this.el.append(
      hint,
      this.toolbar.el,
      this.filter.el,
      this.save.el,
      h("div", { class: "nbl-map-body" }, main, this.side),
    );
    this.follow();
    this.describe();
  }

  follow() {
    const { context, signal } = this;
    this.on("points", ({ animate }) => this.showPoints(animate));
    this.on("colors", () => this.updateLit());
    // labeled points lie among the others, rings above
    this.on("labeled", () => {
      this.scene.redraw(STALE_COLORS);
      this.pictures.show();
    });
    // other questions are on screen or next: the rings move in this frame
    context.on("order", () => this.scene.redraw(STALE_MARKS), signal);
    // what was clicked is on screen
    context.link.on("show", () => this.dropPicked(), signal);
    context.link.watchdog.on("change", () => this.describe(), signal);
  }

  describe() {
    const { map, link } = this.context;
    this.empty.hidden = map.n > 0;
    setText(this.empty, link.watchdog.isSilent ? TEXT.panel.silence : TEXT.map.preparing);
    this.plane.setAttribute("aria-label", TEXT.map.points(map.n));
  }

  /** @param {boolean} animate */
  showPoints(animate) {
    this.hover(null);
    this.scene.outline = [];
    this.scene.movePoints(animate);
    this.describe();
    this.updateLit();
  }

  focus() {
    this.plane.focus({ preventScroll: true });
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
    this.tools.showMode(mode);
    this.offerOperations();
  }

  /** Where something can be drawn around, buttons say what that does to the selection. */
  offerOperations() {
    this.operations.show(this.mode !== "move" || this.crosshair.isOn);
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
    const { context, scene } = this;
    if (this.ways.pick(index)) return; // the queue is not in view
    scene.showPicked(index);
    const sent = context.send({ type: "show", index });
    if (!sent) return this.say(TEXT.map.notShown);
    this.say(TEXT.map.next(context.map.picture(index)?.item.id ?? TEXT.map.thisPoint));
    // the keys answer what was asked for
    if (this.el.contains(focusedElement())) this.ways.focusQueue();
  }

  /** A first click may become a double one, which means something else. @param {number} index */
  pickSoon(index) {
    this.scene.showPicked(index);
    this.pickDelay.start(DOUBLE_CLICK_MS, () => this.pick(index));
  }

  cancelPick() {
    this.pickDelay.cancel();
    this.dropPicked();
  }

  dropPicked() {
    this.scene.picked = null;
    this.scene.redraw(STALE_MARKS);
  }

  /** @param {number[]} outline in world coordinates */
  drawOutline(outline) {
    this.scene.outline = outline;
    this.scene.redraw(STALE_MARKS);
  }

  /**
   * @param {number[]} outline in world coordinates
   * @param {Operation | null} [held] what it does to the selection, null for what is chosen
   */
  select(outline, held = null) {
    const { map } = this.context;
    const inside = map.n ? gridOf(map.coords).inside(outline) : new Uint32Array(0);
    const { shownCode: code } = this;
    const { shown } = map.filter;
    const seen = inside.filter(
      (i) => (code === null || map.codes[i] === code) && (!shown || shown[i] === 1),
    );
    const hidden = inside.length - seen.length;
    const operation = held ?? this.operations.chosen;
    const open = this.ways.among() ?? new Uint32Array(0);
    const selected = combineSelections(operation, open, seen);
    if (!selected.length) {
      this.drawOutline([]);
      if (seen.length) this.ways.closeSelection(false);
      this.say(
        seen.length ? TEXT.map.nothingSelected : TEXT.map.noneInside(hidden, shown !== null),
      );
      return;
    }
    // what was combined has another outline
    this.drawOutline(operation === "replace" ? outline : []);
    this.openSelection(selected, hidden);
  }

  dropHighlight() {
    this.drawOutline([]);
    super.dropHighlight();
  }

  updateLit() {
    const {
      context: { map },
      selected,
    } = this;
    const { shownCode: code } = this;
    const { shown } = map.filter;
    const lit = selected
      ? litPoints(selected, map.n)
      : code === null
        ? null
        : litCode(map.codes, code);
    this.scene.lit = shown ? withoutFiltered(lit, shown, selected !== null) : lit;
    this.scene.redraw(STALE_COLORS);
    // what does not stand out has neither
    this.names.wait();
    this.pictures.wait();
  }

  escape() {
    if (this.help.isOpen) this.help.close();
    else if (this.gestures.dropShape() || this.crosshair.dropCorner()) this.drawOutline([]);
    else if (this.crosshair.isOn) this.crosshair.toggle();
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
 * @param {Uint8Array | Uint16Array} codes
 * @param {number} code
 */
function litCode(codes, code) {
  const lit = new Uint8Array(codes.length);
  for (let i = 0; i < lit.length; i++) lit[i] = codes[i] === code ? 1 : 0;
  return lit;
}

/**
 * The same, but what does not meet the filters is left out; what is selected is shown in any case.
 * @param {Uint8Array | null} lit
 * @param {Uint8Array} shown
 * @param {boolean} keeps whether what stands out does so although it is filtered out
 */
function withoutFiltered(lit, shown, keeps) {
  const out = new Uint8Array(shown.length);
  for (let i = 0; i < out.length; i++) {
    const stands = lit ? lit[i] : 1;
    out[i] = shown[i] === 1 || (keeps && stands === 1) ? stands : LEFT_OUT;
  }
  return out;
}
