// Mouse, pen and fingers on the plane: pan, zoom, hover, pick, and drawing an outline.

import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { TEXT } from "../shared/text.js";
import { operationOf } from "./operations.js";

const CLICK_SLACK = 4;
const HOVER_REACH = 9;
const LASSO_STEP = 3;
const WHEEL_LINE = 16;

export class MapGestures {
  /** @param {import("./view.js").CanvasView} view */
  constructor(view) {
    this.view = view;
    /** @type {Map<number, [number, number]>} where each finger is */
    this.pointers = new Map();
    /**
     * `operation`: what the keys say that were held, null where they say nothing.
     * @type {{kind: "pan" | "lasso" | "box", start: [number, number], moved: boolean, operation:
     *   import("./operations.js").Operation | null} | null}
     */
    this.drag = null;
    const { signal } = view;
    const target = view.scene.marks;
    const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ act) =>
      listen(target, type, act, { signal, passive: false });
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", (event) => this.cancel(event));
    on("pointerleave", () => this.leave());
    on("dblclick", () => this.doubleClick());
    on("wheel", (event) => this.wheel(event));
  }

  /**
   * @param {MouseEvent} event
   * @returns {[number, number]}
   */
  spot(event) {
    const box = this.view.plane.getBoundingClientRect();
    return [
      event.clientX - box.left - this.view.plane.clientLeft,
      event.clientY - box.top - this.view.plane.clientTop,
    ];
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button !== 0) return;
    this.view.scene.marks.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.spot(event));
    if (this.pointers.size > 1) {
      if (this.dropShape()) this.view.drawOutline([]);
      this.drag = null;
      return;
    }
    const { mode } = this.view;
    const operation = operationOf(event);
    const kind = mode === "move" ? (operation ? "lasso" : "pan") : mode;
    this.drag = { kind, start: this.spot(event), moved: false, operation };
  }

  /** @param {PointerEvent} event */
  move(event) {
    const spot = this.spot(event);
    const last = this.pointers.get(event.pointerId);
    if (!last) {
      if (!this.view.crosshair.isOn) this.view.hover(this.view.scene.hovered(...spot, HOVER_REACH));
      return;
    }
    if (this.pointers.size === 2) this.pinch(event.pointerId, spot);
    this.pointers.set(event.pointerId, spot);
    if (this.drag) this.dragTo(this.drag, last, spot);
  }

  /**
   * @param {NonNullable<MapGestures["drag"]>} drag
   * @param {[number, number]} last
   * @param {[number, number]} spot
   */
  dragTo(drag, last, spot) {
    const { view } = this;
    if (!drag.moved && spotDistance(drag.start, spot) < CLICK_SLACK) return;
    const from = drag.moved ? last : drag.start;
    if (!drag.moved) this.begin(drag);
    if (drag.kind === "pan") view.panBy(spot[0] - from[0], spot[1] - from[1]);
    else if (drag.kind === "lasso") this.extendLasso(spot);
    else
      view.drawOutline(
        boxOutline(view.scene.camera.toWorld(...drag.start), view.scene.camera.toWorld(...spot)),
      );
  }

  /** @param {NonNullable<MapGestures["drag"]>} drag */
  begin(drag) {
    drag.moved = true;
    this.view.hover(null);
    if (drag.kind === "pan") return;
    this.view.drawOutline([...this.view.scene.camera.toWorld(...drag.start)]);
  }

  /** @param {[number, number]} spot */
  extendLasso(spot) {
    const { outline, camera } = this.view.scene;
    const last = camera.toScreen(outline[outline.length - 2], outline[outline.length - 1]);
    if (spotDistance(last, spot) < LASSO_STEP) return;
    outline.push(...camera.toWorld(...spot));
    this.view.drawOutline(outline);
  }

  /** @param {PointerEvent} event */
  up(event) {
    this.pointers.delete(event.pointerId);
    const { drag, view } = this;
    this.drag = null;
    if (!drag) return;
    if (!drag.moved) this.click(drag.start);
    else if (drag.kind !== "pan") view.select(view.scene.outline, drag.operation);
  }

  /** @param {PointerEvent} event */
  cancel(event) {
    this.pointers.delete(event.pointerId);
    if (this.dropShape()) this.view.drawOutline([]);
    this.drag = null;
  }

  leave() {
    if (!this.drag && !this.view.crosshair.isOn) this.view.hover(null);
  }

  /**
   * Stop drawing an outline.
   * @returns {boolean} whether one was being drawn
   */
  dropShape() {
    const drawing = this.drag !== null && this.drag.moved && this.drag.kind !== "pan";
    if (drawing) this.drag = null;
    return drawing;
  }

  /** @param {[number, number]} spot */
  click(spot) {
    const index = this.view.scene.nearest(...spot, HOVER_REACH);
    if (index !== null) this.view.pickSoon(index);
  }

  doubleClick() {
    this.view.cancelPick();
    this.view.resetCamera();
  }

  /**
   * Two fingers: what was under each stays under it.
   * @param {number} id the finger that moved
   * @param {[number, number]} spot
   */
  pinch(id, spot) {
    const before = [...this.pointers.values()];
    const after = [...this.pointers].map(([other, place]) => (other === id ? spot : place));
    const middle = (/** @type {[number, number][]} */ [a, b]) => [
      (a[0] + b[0]) / 2,
      (a[1] + b[1]) / 2,
    ];
    const [fromX, fromY] = middle(before),
      [toX, toY] = middle(after);
    this.view.panBy(toX - fromX, toY - fromY);
    this.view.zoomBy(
      spotDistance(after[0], after[1]) / Math.max(spotDistance(before[0], before[1]), 1),
      toX,
      toY,
    );
  }

  /**
   * The wheel belongs to the page until the map is in use.
   * @param {WheelEvent} event
   */
  wheel(event) {
    const { view } = this;
    const chord = event.ctrlKey || event.metaKey;
    if (!chord && !view.el.contains(focusedElement())) {
      view.say(TEXT.map.scrollHint);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE : 1);
    // a pinch on a touchpad arrives as ctrl and small steps
    const speed = event.ctrlKey && Math.abs(pixels) < 50 ? 0.01 : 0.002;
    view.zoomBy(Math.exp(-pixels * speed), ...this.spot(event));
  }
}

/**
 * The corners of a box between two opposite ones.
 * @param {[number, number]} a
 * @param {[number, number]} b
 * @returns {number[]}
 */
export function boxOutline([x0, y0], [x1, y1]) {
  return [x0, y0, x1, y0, x1, y1, x0, y1];
}

/**
 * @param {[number, number]} a
 * @param {[number, number]} b
 */
function spotDistance(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
