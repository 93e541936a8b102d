// The columns that stand beside the item on screen: what its pool knows of it.

import { h } from "./dom.js";
import { fillCells } from "./media.js";
import { TEXT } from "./text.js";

/** @param {string} noun */
export function buildBeside(noun) {
  const label = TEXT.queue.columnsOf(noun);
  const props = { class: "nbl-row nbl-beside", role: "group", tabindex: 0, "aria-label": label };
  const node = h("div", { ...props, hidden: true });
  /** @type {import("./wire.js").Beside | undefined} */
  let shown;
  /** @param {import("./wire.js").Beside | undefined} beside */
  const render = (beside) => {
    if (beside === shown) return;
    shown = beside;
    // from the first one on it stays, so that nothing below it moves
    if (beside) node.hidden = false;
    fillCells(node, beside?.cells ?? [], beside?.more ?? 0);
    node.scrollTop = 0;
  };
  return { node, render };
}
