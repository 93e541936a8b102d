// What a lasso or box does to the selection that is open: takes its place, adds to it, takes away
// from it, or keeps what is in both. Buttons over the plane say it, or the keys held while drawing.

import { h, setAttribute } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";

/** @typedef {"replace" | "add" | "subtract" | "intersect"} Operation */

/** @type {Operation[]} */
const OPERATIONS = ["replace", "add", "subtract", "intersect"];

/**
 * What the keys that are held say, null where they say nothing.
 * @param {{shiftKey: boolean, altKey: boolean}} event
 * @returns {Operation | null}
 */
export function operationOf({ shiftKey, altKey }) {
  if (shiftKey && altKey) return "intersect";
  if (altKey) return "subtract";
  return shiftKey ? "add" : null;
}

/**
 * @param {Operation} operation
 * @param {Uint32Array} open positions that are selected, ascending
 * @param {Uint32Array} drawn positions that were drawn around, ascending
 * @returns {Uint32Array} ascending
 */
export function combineSelections(operation, open, drawn) {
  if (operation === "replace") return drawn;
  if (operation === "add") return mergeSorted(open, drawn);
  const within = new Set(drawn);
  return open.filter((index) => within.has(index) === (operation === "intersect"));
}

/**
 * @param {Uint32Array} a
 * @param {Uint32Array} b
 */
function mergeSorted(a, b) {
  const merged = new Uint32Array(a.length + b.length);
  let count = 0;
  for (let i = 0, k = 0; i < a.length || k < b.length; count++) {
    const next = k >= b.length || a[i] <= b[k] ? a[i] : b[k];
    merged[count] = next;
    if (a[i] === next) i += 1;
    if (b[k] === next) k += 1;
  }
  return merged.slice(0, count);
}

export class OperationBar {
  constructor() {
    /** @type {Operation} */
    this.chosen = "replace";
    this.buttons = OPERATIONS.map((name) =>
      h("button", {
        type: "button",
        text: TEXT.map.operations[name],
        title: TEXT.map.operationTitles[name],
        onClick: () => this.choose(name),
      }),
    );
    this.el = h(
      "div",
      { class: "nbl-map-operations", role: "group", "aria-label": TEXT.map.selection },
      ...this.buttons,
    );
    this.el.hidden = true;
    this.choose("replace");
  }

  /** @param {Operation} name */
  choose(name) {
    this.chosen = name;
    this.buttons.forEach((button, k) =>
      setAttribute(button, "aria-pressed", String(OPERATIONS[k] === name)),
    );
  }

  /** @param {boolean} shown whether something can be drawn around; else a new one comes next */
  show(shown) {
    this.el.hidden = !shown;
    if (!shown) this.choose("replace");
  }
}
