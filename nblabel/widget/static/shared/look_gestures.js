// Mouse, pen and fingers on a picture: zoom, move, and by a double click the whole picture again.

import { listen } from "./errors.js";

const LINE_PIXELS = 16;
const DRAG_SLACK = 3;

/** @typedef {import("./stage.js").Stage} Stage */

/**
 * @param {Stage} stage
 * @param {import("./zoom.js").Zoom} zoom
 * @param {() => boolean} isInUse whether the wheel is the picture's, and not the page's
 * @param {() => void} moved
 * @param {AbortSignal} signal
 */
export function hearGestures(stage, zoom, isInUse, moved, signal) {
  const { el } = stage;
  /** @type {Map<number, [number, number]>} where each finger is */
  const fingers = new Map();
  let drags = false;
  /** @param {MouseEvent} event @returns {[number, number]} */
  const spotOf = (event) => {
    const box = el.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  /** @param {(size: import("./zoom.js").Extent) => void} act */
  const act = (act) => {
    const { size } = stage;
    if (!size) return;
    act(size);
    moved();
  };
  const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ hear) =>
    listen(el, type, hear, { signal, passive: false });

  on("wheel", (/** @type {WheelEvent} */ event) => {
    const chord = event.ctrlKey || event.metaKey;
    if (!stage.size || !(chord || isInUse())) return;
    event.preventDefault();
    event.stopPropagation();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE;
    const pixels = event.deltaY * (lines ? LINE_PIXELS : 1);
    // a pinch on a touchpad arrives as ctrl and small steps
    const speed = event.ctrlKey && Math.abs(pixels) < 50 ? 0.01 : 0.002;
    act((size) => zoom.by(Math.exp(-pixels * speed), stage.extent, size, spotOf(event)));
  });
  on("dblclick", (/** @type {MouseEvent} */ event) => {
    event.preventDefault();
    if (!zoom.isWhole) act(() => zoom.reset());
    else act((size) => zoom.toFull(stage.extent, size, devicePixelRatio, spotOf(event)));
  });
  on("pointerdown", (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0 || !stage.size) return;
    fingers.set(event.pointerId, spotOf(event));
    drags = false;
  });
  on("pointermove", (/** @type {PointerEvent} */ event) => {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    const spot = spotOf(event);
    const [dx, dy] = [spot[0] - last[0], spot[1] - last[1]];
    if (fingers.size === 2) {
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1] ?? last;
      const before = Math.max(Math.hypot(last[0] - other[0], last[1] - other[1]), 1);
      const after = Math.hypot(spot[0] - other[0], spot[1] - other[1]);
      const middle = /** @type {[number, number]} */ ([
        (spot[0] + other[0]) / 2,
        (spot[1] + other[1]) / 2,
      ]);
      act((size) => {
        zoom.pan(dx / 2, dy / 2, stage.extent, size);
        zoom.by(after / before, stage.extent, size, middle);
      });
    } else if (zoom.isWhole) return;
    else {
      if (!drags && Math.hypot(dx, dy) < DRAG_SLACK) return;
      drags = true;
      el.setPointerCapture(event.pointerId);
      act((size) => zoom.pan(dx, dy, stage.extent, size));
    }
    fingers.set(event.pointerId, spot);
  });
  for (const type of ["pointerup", "pointercancel", "pointerleave"])
    on(type, (/** @type {PointerEvent} */ event) => fingers.delete(event.pointerId));
}
