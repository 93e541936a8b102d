// Choosing with the pointer: a click, with Shift up to there, with Ctrl one more or less, as with
// any click in a group; a drag chooses what lies in its rectangle. A finger scrolls, and a tap
// chooses one more.

import { listen } from "../shared/errors.js";

const DRAG_PX = 6;
const EDGE_PX = 28;

/** @param {import("./gallery.js").Gallery} gallery */
export function hearPointer(gallery) {
  const { plane, chosen, signal } = gallery;
  /** @type {{x: number, y: number, place: number, adds: boolean, before: Uint32Array} | null} */
  let press = null;
  let dragged = false;

  /** @param {PointerEvent} event */
  const down = (event) => {
    const onCell = /** @type {Element} */ (event.target).closest(".nbl-gallery-cell");
    if (event.button !== 0 || !gallery.members.length || event.pointerType === "touch") return;
    // beside the cells there is the scroll bar
    if (!onCell && event.offsetX >= plane.el.clientWidth) return;
    const adds = event.ctrlKey || event.metaKey;
    const place = plane.placeAt(event);
    press = { x: event.clientX, y: event.clientY, place, adds, before: new Uint32Array(0) };
    dragged = false;
  };
  /** @param {PointerEvent} event */
  const move = (event) => {
    if (!press) return;
    if (!dragged) {
      if (Math.hypot(event.clientX - press.x, event.clientY - press.y) < DRAG_PX) return;
      dragged = true;
      gallery.group.end();
      press.before = press.adds ? chosen.indices : new Uint32Array(0);
      plane.el.setPointerCapture(event.pointerId);
    }
    const box = plane.el.getBoundingClientRect();
    if (event.clientY < box.top + EDGE_PX) plane.goTo(plane.top - plane.rowHeight / 2);
    else if (event.clientY > box.bottom - EDGE_PX) plane.goTo(plane.top + plane.rowHeight / 2);
    const places = plane.between(press.place, plane.placeAt(event));
    for (const index of chosen.indices) chosen.put(index, false);
    for (const index of press.before) chosen.put(index, true);
    chosen.add(places.map((place) => gallery.members[place]));
    event.preventDefault();
  };
  const up = () => {
    press = null;
  };
  /** @param {MouseEvent} event */
  const click = (event) => {
    const isCell = /** @type {Element} */ (event.target).closest(
      ".nbl-gallery-cell:not([data-empty])",
    );
    if (dragged || !isCell || !gallery.members.length) return;
    const place = plane.placeAt(event);
    const byTouch = /** @type {PointerEvent} */ (event).pointerType === "touch";
    if (event.shiftKey) gallery.choice.extendTo(place);
    else if (event.ctrlKey || event.metaKey || byTouch || gallery.group.isChoosing)
      gallery.choice.toggleAt(place);
    else gallery.choice.only(place);
  };
  const options = { signal };
  listen(plane.el, "pointerdown", down, options);
  listen(plane.el, "pointermove", move, options);
  listen(plane.el, "pointerup", up, options);
  listen(plane.el, "pointercancel", up, options);
  listen(plane.el, "click", click, options);
  listen(plane.el, "dblclick", () => gallery.large.open(), options);
}
