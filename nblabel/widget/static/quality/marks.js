// Marks of a chart that stand for items: a click on one, or Enter, opens these in the gallery. They
// lie above the drawing, which is an image to a screen reader.

import { h } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { TEXT } from "../shared/text.js";

/** Where it lies, in per cent.
 * @typedef {{left: number, top: number, text: string, only: import("../shared/ways.js").Only}} Mark
 */

const MARK = ".nbl-chart-mark";

/**
 * @param {Mark[]} marks one after the other
 * @param {import("../shared/ways.js").Ways} ways
 * @returns {HTMLElement}
 */
export function buildMarks(marks, ways) {
  const buttons = marks.map(({ left, top, text, only }, k) => {
    const words = TEXT.gallery.mark(text, only.text);
    return h("button", {
      type: "button",
      class: "nbl-chart-mark",
      style: { left: `${left}%`, top: `${top}%` },
      title: words,
      "aria-label": words,
      tabindex: k ? -1 : 0, // Tab goes to one of them, arrow keys to the others
      onClick: () => ways.openGallery({ only }),
    });
  });
  const props = { role: "group", "aria-label": TEXT.gallery.marks, hidden: !marks.length };
  const el = h("div", props, ...buttons);
  listen(el, "keydown", (/** @type {KeyboardEvent} */ event) => {
    const k = buttons.indexOf(/** @type {any} */ (focusedElement()));
    const [first, last] = [0, buttons.length - 1];
    /** @type {Record<string, number>} */
    const places = { ArrowLeft: k - 1, ArrowRight: k + 1, Home: first, End: last };
    const there = places[event.key];
    if (k < 0 || there === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    focusMark(buttons[Math.min(Math.max(there, first), last)]);
  });
  return el;
}

/**
 * Draw charts anew; a mark that has the focus keeps it.
 * @param {HTMLElement} place where they are
 * @param {() => void} draw
 */
export function redrawCharts(place, draw) {
  const marks = () => /** @type {HTMLElement[]} */ ([...place.querySelectorAll(MARK)]);
  const k = marks().indexOf(/** @type {any} */ (focusedElement()));
  draw();
  if (k < 0) return;
  const after = marks();
  const mark = after[Math.min(k, after.length - 1)];
  if (mark) focusMark(mark);
  else place.closest("section")?.focus({ preventScroll: true });
}

/** @param {HTMLElement} mark */
function focusMark(mark) {
  for (const one of mark.parentElement?.children ?? [])
    one.setAttribute("tabindex", one === mark ? "0" : "-1");
  mark.focus({ preventScroll: true });
}
