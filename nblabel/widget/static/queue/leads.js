// Where to go on once nothing is left to answer, or only what was skipped.

import { h, setText } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";

/** @typedef {import("./controller.js").QueueController} QueueController */

/**
 * @param {QueueController} controller
 * @param {import("../shared/ways.js").Ways} ways
 * @param {() => void} focusRoot
 */
export function buildLeads(controller, ways, focusRoot) {
  const { context } = controller;
  /** @param {string} text @param {() => void} onClick */
  const button = (text, onClick) => h("button", { type: "button", text, onClick });
  /** @param {"flagged" | "skipped" | "coarse"} status */
  const again = (status) =>
    button("", () => {
      context.tell({ type: "again", status });
      focusRoot();
    });
  const asking = {
    flagged: again("flagged"),
    skipped: again("skipped"),
    coarse: again("coarse"),
  };
  const review = button(TEXT.quality.reviewOpen, () => {
    context.tell({ type: "review", accepted: false });
    focusRoot();
  });
  review.title = TEXT.quality.reviewTitle;
  const exporting = button(TEXT.status.exportOpen, () => ways.openExport());
  const words = h("p");
  const reviews = context.multiLabel ? [] : [review];
  const buttons = [...Object.values(asking), ...reviews, exporting];
  const actions = h(
    "div",
    { class: "nbl-lead-actions", role: "group", "aria-label": TEXT.queue.leads },
    ...buttons,
  );
  const node = h("div", { class: "nbl-leads", hidden: true }, words, actions);
  const render = () => {
    const hadFocus = node.contains(document.activeElement);
    const status = context.model.get("status") ?? {};
    const { left = 0, skipped = 0 } = status;
    const { isOver, current } = controller.queue;
    const onlySkipped = current !== null && left > 0 && left === skipped;
    node.hidden = !(isOver || onlySkipped);
    setText(words, onlySkipped ? TEXT.queue.onlySkippedLeft(context.noun) : TEXT.queue.leads);
    for (const name of /** @type {const} */ (["flagged", "skipped", "coarse"])) {
      const n = status[name] ?? 0;
      asking[name].hidden = n === 0;
      setText(asking[name], TEXT.queue.askAgain(n, name));
    }
    for (const one of buttons) if (one !== exporting) one.disabled = context.closed !== "";
    if (hadFocus && (node.hidden || !node.contains(document.activeElement))) focusRoot();
  };
  return { node, render };
}
