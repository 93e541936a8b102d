// The columns that stand beside the item on screen: what its pool knows of it.

import { h } from "../shared/dom.js";
import { fillCells } from "../shared/media.js";
import { TEXT } from "../shared/text.js";

/** @param {import("./controller.js").QueueController} controller */
export function buildBeside(controller) {
  const label = TEXT.queue.columnsOf(controller.context.noun);
  const props = { class: "nbl-row nbl-beside", role: "group", tabindex: 0, "aria-label": label };
  const node = h("div", { ...props, hidden: true });
  /** @type {import("../shared/wire.js").Beside | undefined} */
  let shown;
  const render = () => {
    const beside = controller.queue.current?.beside;
    if (beside === shown) return;
    shown = beside;
    // from the first one on it stays, so that nothing below it moves
    if (beside) node.hidden = false;
    fillCells(node, beside?.cells ?? [], beside?.more ?? 0);
    node.scrollTop = 0;
  };
  return { node, render };
}
