// The status view: how far the labeling is, how fast, and where the labels are kept.

import { h, patchChildren, setText } from "../shared/dom.js";
import { countText } from "../shared/format.js";
import { hasMany } from "../shared/offer.js";
import { TEXT } from "../shared/text.js";
import { buildExport } from "./export.js";
import { buildGuidelines } from "./guidelines.js";
import { buildImport } from "./import.js";
import { buildRate } from "./rate.js";
import { buildStartOver } from "./start_over.js";

/** How many classes are listed, where there are very many. */
const COUNTED = 12;

/** @typedef {import("../shared/wire.js").Status} Status */

/**
 * The figures in the order they are shown; those without a value yet keep their place.
 * @param {Status} status
 * @param {boolean} several whether an item may have several tags
 * @returns {{name: string, value: string}[]}
 */
function figuresOf(status, several) {
  const { accepted, skipped, flagged, left, per_hour: perHour, seconds_left: secondsLeft } = status;
  const auto = accepted ? [{ name: TEXT.status.autoLabeled, value: countText(accepted) }] : [];
  const { coarse } = status;
  const less = coarse ? [{ name: TEXT.tree.coarse, value: countText(coarse) }] : [];
  const counts = [
    ...auto,
    ...less,
    { name: TEXT.status.left, value: countText(left) },
    { name: TEXT.status.skipped, value: countText(skipped) },
    { name: TEXT.status.flagged, value: countText(flagged) },
  ];
  return [
    ...counts,
    {
      name: several ? TEXT.tags.perHour : TEXT.status.perHour,
      value: perHour === null ? TEXT.status.none : countText(perHour),
    },
    {
      name: TEXT.status.timeLeft,
      value: secondsLeft === null ? TEXT.status.none : TEXT.status.duration(secondsLeft),
    },
  ];
}

/** @param {Status} status */
function modelText({ model, refit_ms: refitMs }) {
  return [model.text, refitMs === null ? "" : TEXT.status.updatedIn(refitMs)]
    .filter(Boolean)
    .join(" · ");
}

/** A list of named figures. */
function buildFigures() {
  const node = h("dl", { class: "nbl-figures" });
  /** @param {string} name */
  const make = (name) => h("div", {}, h("dt", { text: name }), h("dd"));
  /** @param {{name: string, value: string}[]} rows */
  const render = (rows) => {
    const nodes = patchChildren(
      node,
      rows.map((row) => row.name),
      make,
    );
    rows.forEach(({ value }, i) =>
      setText(/** @type {Element} */ (nodes[i].lastElementChild), value),
    );
  };
  return { node, render };
}

/**
 * Labels per class, as bars with their numbers; of very many classes the most frequent.
 * @param {import("../shared/context.js").PanelContext} context
 * @param {import("../shared/ways.js").Ways} ways
 */
function buildCounts(context, ways) {
  const list = h("ul", { class: "nbl-counts", "aria-label": context.called(TEXT.status.perClass) });
  const more = h("p", { class: "nbl-counts-more" });
  const node = h("div", {}, list, more);
  /** @param {string} name */
  const make = (name) => {
    const fill = h("span", { class: "nbl-count-fill" });
    const bar = h("span", { class: "nbl-count-bar", "aria-hidden": "true" }, fill);
    const props = {
      type: "button",
      class: "nbl-count-open",
      title: TEXT.status.classGallery(name),
      onClick: () => ways.openGallery({ label: name, as: "label" }),
    };
    const button = h("button", props, h("span", { class: "nbl-count-name", text: name }), bar);
    return h("li", {}, button, h("span", { class: "nbl-count" }));
  };
  /** @param {Status["classes"]} classes */
  const render = (classes) => {
    const many = hasMany(context.classes);
    if (many) classes = classes.filter(({ count }) => count).slice(0, COUNTED);
    const left = many ? context.classes.length - classes.length : 0;
    more.hidden = left <= 0;
    setText(more, left > 0 ? TEXT.finder.more(left) : "");
    const most = Math.max(1, ...classes.map((one) => one.count));
    const rows = patchChildren(
      list,
      classes.map((one) => one.name),
      make,
    );
    classes.forEach((one, i) => {
      const [button, number] = /** @type {any} */ (rows[i].children);
      const bar = button.lastChild;
      bar.firstChild.style.width = `${(100 * one.count) / most}%`;
      bar.firstChild.style.background = one.color;
      setText(number, countText(one.count));
    });
  };
  return { node, render };
}

/** Information politely, errors at once. */
function buildNotices() {
  const lists = { info: h("div", { "aria-live": "polite" }), error: h("div", { role: "alert" }) };
  for (const list of Object.values(lists)) list.classList.add("nbl-notices");
  /** @param {string} text */
  const make = (text) => h("p", { text });
  /** @param {Status["notices"]} notices */
  const render = (notices) => {
    for (const [kind, list] of Object.entries(lists)) {
      const ofKind = notices.filter((one) => one.kind === kind);
      patchChildren(
        list,
        ofKind.map((one) => one.text),
        make,
      );
    }
  };
  return { nodes: Object.values(lists), render };
}

/**
 * What is known of the labels, in words.
 * @param {HTMLElement} node
 * @param {Status["messages"]} messages
 */
function renderMessages(node, messages) {
  const rows = patchChildren(
    node,
    messages.map((_, i) => String(i)),
    () => h("p"),
  );
  messages.forEach(({ text, title }, i) => {
    setText(rows[i], text);
    rows[i].title = title;
  });
}

/**
 * @param {import("../shared/context.js").PanelContext} context
 * @param {import("../shared/ways.js").Ways} ways
 */
function buildOverview(context, ways) {
  const { model } = context;
  const labeled = h("strong");
  const of = h("span");
  const progress = h("progress", {
    class: "nbl-progress",
    max: 1,
    value: 0,
    "aria-label": TEXT.status.labeled,
  });
  const head = h("p", { class: "nbl-headline" }, labeled, of);
  const messages = h("div", { class: "nbl-status-messages", "aria-live": "polite" });
  const numbers = buildFigures();
  const counts = buildCounts(context, ways);
  const notices = buildNotices();
  const how = h("span");
  const store = h("span");
  const render = () => {
    const status = /** @type {Status} */ (model.get("status"));
    setText(labeled, TEXT.status.labeledCount(status.labeled));
    setText(of, TEXT.status.of(status.total));
    progress.value = status.total ? (status.labeled + status.accepted) / status.total : 0;
    renderMessages(messages, status.messages);
    numbers.render(figuresOf(status, context.multiLabel));
    counts.render(status.classes);
    setText(how, modelText(status));
    how.title = status.model.title;
    setText(store, status.store.text);
    store.dataset.persistent = String(status.store.persistent);
    notices.render(status.notices);
  };
  return { head, progress, messages, numbers, counts, notices, how, store, render };
}

/**
 * @param {import("../shared/context.js").PanelContext} context
 * @param {AbortSignal} signal ends it
 * @param {import("../shared/ways.js").Ways} ways
 * @returns {HTMLElement}
 */
export function buildStatus(context, signal, ways) {
  const { link, throttle, model } = context;
  const overview = buildOverview(context, ways);
  const restart = buildStartOver(context);
  const [guidelines, exporting, importing, rate] = [
    buildGuidelines(context),
    buildExport(context, signal),
    buildImport(context),
    buildRate(context),
  ];
  ways.openExport = exporting.open;
  const toggles = [guidelines, importing, exporting, restart].map(({ toggle }) => toggle);
  const doors = h("span", { class: "nbl-doors" }, ...toggles);
  const { head, progress, messages, numbers, counts, notices, how, store } = overview;
  const el = h(
    "section",
    { class: "nbl-view nbl-status", role: "group", "aria-label": TEXT.status.title },
    head,
    progress,
    messages,
    h("div", { class: "nbl-pace" }, numbers.node, rate.node),
    counts.node,
    h("p", { class: "nbl-foot" }, how, store, doors),
    guidelines.form,
    importing.form,
    exporting.form,
    restart.form,
    ...notices.nodes,
  );
  const update = () => {
    el.hidden = !model.get("status")?.store;
    if (!el.hidden) overview.render();
  };
  link.onTrait("status", () => throttle.run(update, update), signal);
  link.onTrait("exporting", exporting.render, signal);
  link.onTrait("hourly_rate", rate.render, signal);
  link.onTrait("importing", importing.render, signal);
  link.onTrait("guidelines", guidelines.render, signal);
  context.on("ack", ({ ack }) => importing.hear(ack), signal);
  context.on("ack", ({ ack, event }) => guidelines.hear(ack, event?.type ?? ""), signal);
  const parts = [guidelines, exporting, importing, rate];
  for (const render of [update, ...parts.map((part) => part.render)]) render();
  return el;
}
