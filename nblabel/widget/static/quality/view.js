// The bar below the status: audit sample, auto-labels with an error guarantee, review of labels,
// and curves.

import { h, setAttribute, setText } from "../shared/dom.js";
import { guarded, listen } from "../shared/errors.js";
import { TEXT } from "../shared/text.js";
import { AUDITED_NOW } from "../shared/ways.js";
import { buildAutoLabel } from "./auto_label.js";
import { buildCurves } from "./curves.js";
import { buildShareSelect } from "./shares.js";
import { buildTagTable } from "./tag_table.js";

const SHARES = [0, 0.05, 0.1, 0.2, 0.3, 0.5, 1];
const REPEATS = [0, 0.02, 0.05, 0.1, 0.2];
const QUALITY_TRAITS = /** @type {const} */ ([
  "audit",
  "auto_label",
  "review",
  "learning_curves",
  "comparison",
]);

/** @typedef {import("../shared/context.js").PanelContext} PanelContext */
/** @typedef {import("../shared/wire.js").Ack} Ack */
/** @typedef {"auto_label" | "tags" | "curves"} PartName */
/**
 * A part of the view that a button opens.
 * @typedef {{node: HTMLElement, render: () => void}} Part
 */
/**
 * What the parts share: the page's state, how to close, when the view ends, and the other parts.
 * @typedef {{context: PanelContext, signal: AbortSignal, close: () => void,
 *   ways: import("../shared/ways.js").Ways}} QualityHost
 */

/**
 * How large a share of the questions is drawn at random, and a few more at once; how large a share
 * is repeated.
 * @param {PanelContext} context
 */
function buildAudit(context) {
  const { audit, auditTitle, repeats: name, repeatsTitle, questions, answers } = TEXT.quality;
  const shares = buildShareSelect(audit, auditTitle, SHARES, questions, (share) =>
    context.tell({ type: "audit", share }),
  );
  const repeats = buildShareSelect(name, repeatsTitle, REPEATS, answers, (share) =>
    context.tell({ type: "repeats", share }),
  );
  let wait = "";
  const draw = () => {
    if (wait) context.say(wait, true);
    else context.tell({ type: "draw", n: AUDITED_NOW });
  };
  const text = TEXT.quality.auditNow(AUDITED_NOW);
  const now = h("button", { type: "button", text, onClick: draw });
  const node = h("div", { class: "nbl-audit" }, shares.node, now, repeats.node);
  const render = () => {
    const { share = 0, repeats: again = 0, waiting = 0 } = context.model.get("audit") ?? {};
    shares.show(share);
    repeats.show(again);
    wait = waiting >= AUDITED_NOW ? TEXT.quality.auditWaits(waiting) : "";
    // not disabled: it can still have the focus, and be asked why nothing happens
    setAttribute(now, "aria-disabled", wait ? "true" : null);
    setAttribute(now, "aria-description", wait || null);
    now.title = wait || TEXT.quality.auditNowTitle(AUDITED_NOW);
  };
  return { node, render };
}

/**
 * How far the review of labels is, and its end.
 * @param {PanelContext} context
 */
function buildReview(context) {
  const text = h("span");
  const bar = h("progress", { max: 1, "aria-label": TEXT.quality.findingTitle });
  const end = h("button", {
    type: "button",
    text: TEXT.quality.stop,
    onClick: () => context.tell({ type: "end_review" }),
  });
  const node = h("p", { class: "nbl-review", hidden: true }, text, bar, end);
  let before = "";
  const render = () => {
    const {
      running = false,
      progress = 0,
      left = 0,
      total = 0,
      text: state = "",
    } = context.model.get("review") ?? {};
    const words = running ? TEXT.quality.finding : state;
    node.hidden = !words;
    setText(text, total && left ? TEXT.quality.reviewing(words) : words);
    bar.hidden = !running;
    bar.value = progress;
    setText(end, running ? TEXT.cancel : left ? TEXT.quality.stop : TEXT.close);
    const answering = total && left < total && left > 0;
    if (!running && words && words !== before && !answering) context.say(text.textContent ?? "");
    before = words;
  };
  return { node, render };
}

/**
 * @param {PanelContext} context
 * @param {AbortSignal} signal ends it
 * @param {import("../shared/ways.js").Ways} ways
 * @returns {HTMLElement}
 */
export function buildQuality(context, signal, ways) {
  /** @type {PartName | null} */
  let opened = null;
  const host = { context, signal, ways, close: () => open(null) };
  const audit = buildAudit(context);
  const review = buildReview(context);
  /** @type {Record<PartName, Part>} */
  const parts = {
    auto_label: buildAutoLabel(host),
    tags: buildTagTable(host),
    curves: buildCurves(host),
  };
  /** @param {PartName} name @param {string} text @param {string} title */
  const door = (name, text, title) =>
    h("button", {
      type: "button",
      text,
      title,
      onClick: () => open(opened === name ? null : name),
    });
  /** @type {Record<PartName, HTMLButtonElement>} */
  const buttons = {
    auto_label: door("auto_label", TEXT.quality.autoLabelOpen, TEXT.quality.autoLabelOpenTitle),
    tags: door("tags", TEXT.tags.accuracy, TEXT.tags.accuracyTitle),
    curves: door("curves", TEXT.quality.learningCurvesOpen, TEXT.quality.learningCurvesTitle),
  };
  buttons.tags.hidden = !context.multiLabel;
  const reviewButton = h("button", {
    type: "button",
    text: TEXT.quality.reviewOpen,
    title: (context.multiLabel ? TEXT.tags : TEXT.quality).reviewTitle,
    onClick: () => ways.openReview(false),
  });
  const doors = h(
    "div",
    { class: "nbl-quality-doors" },
    buttons.auto_label,
    reviewButton,
    buttons.tags,
    buttons.curves,
  );
  const el = h(
    "section",
    { class: "nbl-view nbl-quality", role: "group", "aria-label": TEXT.quality.title },
    h("div", { class: "nbl-quality-bar" }, doors, audit.node),
    review.node,
    parts.auto_label.node,
    parts.tags.node,
    parts.curves.node,
  );

  /** @param {PartName | null} name */
  const open = (name) => {
    const before = opened;
    opened = name;
    context.tellOpen(el, name === "tags" ? null : name); // the kernel tells of tags at all times
    render();
    if (name) parts[name].node.focus({ preventScroll: true });
    else if (before) buttons[before].focus({ preventScroll: true });
  };
  const names = /** @type {PartName[]} */ (Object.keys(parts));
  for (const name of names) {
    listen(parts[name].node, "keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      open(null);
    });
  }
  const render = () => {
    for (const name of names) {
      parts[name].node.hidden = opened !== name;
      setAttribute(buttons[name], "aria-expanded", String(opened === name));
      if (opened === name) guarded(parts[name].render)();
    }
    audit.render();
    review.render();
  };
  const { link, throttle } = context;
  for (const name of QUALITY_TRAITS) link.onTrait(name, () => throttle.run(el, render), signal);
  signal.addEventListener("abort", () => opened && context.tellOpen(el, null));
  render();
  return el;
}
