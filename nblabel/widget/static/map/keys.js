// What keys do on the map.

const PAN_STEP = 60;
const CURSOR_STEP = 8;
const FAR = 5;
const KEY_ZOOM = 1.4;

/** @typedef {(view: import("./view.js").CanvasView, event: KeyboardEvent) => void} KeyAction */

/** @type {Record<string, KeyAction>} */
const MAP_KEYS = {
  ArrowLeft: (view, event) => arrowKey(view, event, -1, 0),
  ArrowRight: (view, event) => arrowKey(view, event, 1, 0),
  ArrowUp: (view, event) => arrowKey(view, event, 0, -1),
  ArrowDown: (view, event) => arrowKey(view, event, 0, 1),
  "+": (view) => zoomKey(view, KEY_ZOOM),
  "=": (view) => zoomKey(view, KEY_ZOOM),
  "-": (view) => zoomKey(view, 1 / KEY_ZOOM),
  0: (view) => view.resetCamera(),
  m: once((view) => view.setMode("move")),
  l: once((view) => view.setMode("lasso")),
  x: once((view) => view.setMode("box")),
  c: once((view) => view.crosshair.toggle()),
  b: once((view) => view.crosshair.setCorner()),
  n: once((view) => view.tools.toggleLayer("names")),
  p: once((view) => view.tools.toggleLayer("pictures")),
  f: once((view) => view.filter.toggle()),
  s: once((view) => view.save.toggle()),
  g: once((view) => view.openCluster(null)),
  "/": once((view) => view.ways.openSearch()),
  "#": once((view) => view.legend.openGallery()),
  "?": once((view) => view.help.toggle()),
};

/**
 * A key on the map, outside of its fields.
 * @param {import("./view.js").CanvasView} view
 * @param {KeyboardEvent} event
 * @returns {boolean} whether the key meant something
 */
export function handleMapKey(view, event) {
  // a button needs its Enter
  if (event.key === "Enter") return event.target === view.plane && enterKey(view, event);
  if (view.help.isOpen && event.key !== "?") return false;
  const act = Object.hasOwn(MAP_KEYS, event.key) ? MAP_KEYS[event.key] : undefined;
  act?.(view, event);
  return act !== undefined;
}

/**
 * @param {import("./view.js").CanvasView} view
 * @param {KeyboardEvent} event
 */
function enterKey(view, event) {
  if (!view.crosshair.isOn) return false;
  if (!event.repeat) view.crosshair.pick();
  return true;
}

/**
 * @param {import("./view.js").CanvasView} view
 * @param {KeyboardEvent} event
 * @param {number} dx
 * @param {number} dy
 */
function arrowKey(view, event, dx, dy) {
  const far = event.shiftKey ? FAR : 1;
  if (view.crosshair.isOn) view.crosshair.moveBy(dx * CURSOR_STEP * far, dy * CURSOR_STEP * far);
  else view.panBy(-dx * PAN_STEP * far, -dy * PAN_STEP * far);
}

/**
 * Zoom about the cross-hair where there is one.
 * @param {import("./view.js").CanvasView} view
 * @param {number} factor
 */
function zoomKey(view, factor) {
  const { cursor } = view.scene;
  if (cursor) view.zoomBy(factor, ...cursor);
  else view.zoomBy(factor);
}

/**
 * A key that is held down acts once.
 * @param {KeyAction} act
 * @returns {KeyAction}
 */
function once(act) {
  return (view, event) => {
    if (!event.repeat) act(view, event);
  };
}
