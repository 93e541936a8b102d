// The end of a pool: what was done, and where to go on once nothing is left to answer, or only what
// was skipped.

import { h, patchChildren, setText } from "../shared/dom.js";
import { focusedElement } from "../shared/focus.js";
import { TEXT } from "../shared/text.js";
import { AUDITED_NOW } from "../shared/ways.js";

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
  const review = button("", () => ways.openReview(false));
  review.title = (context.multiLabel ? TEXT.tags : TEXT.quality).reviewTitle;
  const audit = button(TEXT.quality.auditNow(AUDITED_NOW), () => {
    context.tell({ type: "draw", n: AUDITED_NOW });
    focusRoot();
  });
  audit.title = TEXT.quality.auditNowTitle(AUDITED_NOW);
  const exporting = button(TEXT.status.exportOpen, () => ways.openExport());
  const reporting = button(TEXT.queue.reportOpen, () => ways.openExport("report"));
  const words = h("p");
  /** What was done, and what is known of how good it is. */
  const report = h("ul", { class: "nbl-leads-report", "aria-label": TEXT.queue.report });
  const written = [exporting, reporting];
  const buttons = [...Object.values(asking), review, audit, ...written];
  const actions = h(
    "div",
    { class: "nbl-lead-actions", role: "group", "aria-label": TEXT.queue.leads },
    ...buttons,
  );
  const node = h("div", { class: "nbl-leads", hidden: true }, words, report, actions);
  const render = () => {
    const hadFocus = node.contains(focusedElement());
    const status = context.model.get("status") ?? {};
    const { left = 0, skipped = 0 } = status;
    const { isOver, current } = controller.queue;
    const onlySkipped = current !== null && left > 0 && left === skipped;
    node.hidden = !(isOver || onlySkipped);
    setText(words, onlySkipped ? TEXT.queue.onlySkippedLeft(context.noun) : TEXT.queue.leads);
    if (!node.hidden)
      tellLines(report, reportLines(status, context.model.get("review")?.text ?? ""));
    for (const name of /** @type {const} */ (["flagged", "skipped", "coarse"])) {
      const n = status[name] ?? 0;
      asking[name].hidden = n === 0;
      setText(asking[name], TEXT.queue.askAgain(n, name));
    }
    setText(review, TEXT.queue.reviewOpen(context.model.get("audit")?.contradicted));
    audit.hidden = !status.accepted; // else no label is left that a person did not give
    for (const one of buttons) if (!written.includes(one)) one.disabled = context.closed !== "";
    if (hadFocus && (node.hidden || !node.contains(focusedElement()))) focusRoot();
  };
  return { node, render };
}

/**
 * The figures of the status, then what it says of accuracy, agreement and costs.
 * @param {Partial<import("../shared/wire.js").Status>} status
 * @param {string} review what came out of the last review
 * @returns {string[]}
 */
function reportLines(status, review) {
  const { labeled = 0, accepted = 0, skipped = 0, flagged = 0, messages = [] } = status;
  const counts = TEXT.queue.reportCounts(labeled, accepted, skipped, flagged);
  return [counts, ...messages.map(({ text }) => text), review].filter(Boolean);
}

/**
 * @param {HTMLElement} list
 * @param {string[]} lines
 */
function tellLines(list, lines) {
  const items = patchChildren(list, [...lines.keys()].map(String), () => h("li"));
  items.forEach((item, k) => setText(item, lines[k]));
}
