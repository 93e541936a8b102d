// The status view: how far the labeling is, how fast, and where the labels are kept.

import { h, patchChildren, setText } from "./dom.js";
import { buildExport } from "./export.js";
import { buildImport } from "./import.js";
import { Lull } from "./lull.js";
import { buildWage } from "./wage.js";

/**
 * @typedef {{labeled: number, accepted: number, skipped: number, flagged: number, left: number,
 *   total: number, per_hour: number | null, seconds_left: number | null, refit_ms: number | null,
 *   model: {text: string, title: string}, store: {persistent: boolean, text: string},
 *   classes: {name: string, color: string, count: number}[],
 *   words?: {text: string, title: string}[], notices: {kind: "info" | "error", text: string}[]}} Status
 */

const figures = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** @param {number} n */
function count(n) {
  return figures.format(n);
}

/** @param {number} seconds */
function durationText(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return "less than a minute";
  if (minutes < 60) return `${minutes} min`;
  if (minutes >= 600) return `${count(minutes / 60)} h`;
  return [`${Math.floor(minutes / 60)} h`, minutes % 60 ? `${minutes % 60} min` : ""].join(" ").trim();
}

/** @param {number} ms */
function refitText(ms) {
  return ms < 1000 ? `learned in ${count(ms)} ms` : `learned in ${(ms / 1000).toFixed(1)} s`;
}

/**
 * The figures in the order they are shown; those without a value yet keep their place.
 * @param {Status} status
 * @returns {{name: string, value: string}[]}
 */
function figuresOf(status) {
  const { accepted, skipped, flagged, left, per_hour: perHour, seconds_left: secondsLeft } = status;
  const machine = accepted ? [{ name: "Accepted by machine", value: count(accepted) }] : [];
  return [
    ...machine,
    { name: "Left", value: count(left) },
    { name: "Skipped", value: count(skipped) },
    { name: "Flagged", value: count(flagged) },
    { name: "Labels an hour", value: perHour === null ? "–" : count(perHour) },
    { name: "Time left", value: secondsLeft === null ? "–" : durationText(secondsLeft) },
  ];
}

/** @param {Status} status */
function modelText({ model, refit_ms: refitMs }) {
  return [model.text, refitMs === null ? "" : refitText(refitMs)].filter(Boolean).join(" · ");
}

/** A list of named figures. */
function buildFigures() {
  const node = h("dl", { class: "nbl-figures" });
  /** @param {string} name */
  const make = (name) => h("div", {}, h("dt", { text: name }), h("dd"));
  /** @param {{name: string, value: string}[]} rows */
  const render = (rows) => {
    const nodes = patchChildren(node, rows.map((row) => row.name), make);
    rows.forEach(({ value }, i) => setText(/** @type {Element} */ (nodes[i].lastElementChild), value));
  };
  return { node, render };
}

/** Labels a class, as bars with their numbers. */
function buildCounts() {
  const node = h("ul", { class: "nbl-counts", "aria-label": "Labels a class" });
  /** @param {string} name */
  const make = (name) => {
    const fill = h("span", { class: "nbl-count-fill" });
    const bar = h("span", { class: "nbl-count-bar", "aria-hidden": "true" }, fill);
    const words = h("span", { class: "nbl-count-name", text: name, title: name });
    return h("li", {}, words, bar, h("span", { class: "nbl-count" }));
  };
  /** @param {Status["classes"]} classes */
  const render = (classes) => {
    const most = Math.max(1, ...classes.map((one) => one.count));
    const rows = patchChildren(node, classes.map((one) => one.name), make);
    classes.forEach((one, i) => {
      const [, bar, number] = /** @type {any} */ (rows[i].children);
      bar.firstChild.style.width = `${(100 * one.count) / most}%`;
      bar.firstChild.style.background = one.color;
      setText(number, count(one.count));
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
      patchChildren(list, ofKind.map((one) => one.text), make);
    }
  };
  return { nodes: Object.values(lists), render };
}

/**
 * What is known of the labels, in words.
 * @param {HTMLElement} node
 * @param {{text: string, title: string}[]} words
 */
function renderWords(node, words) {
  const rows = patchChildren(node, words.map((_, i) => String(i)), () => h("p"));
  words.forEach(({ text, title }, i) => {
    setText(rows[i], text);
    rows[i].title = title;
  });
}

/**
 * @param {HTMLElement} el
 * @param {any} model
 */
function buildStatus(el, model) {
  const labeled = h("strong");
  const of = h("span");
  const progress = h("progress", { class: "nbl-progress", max: 1, value: 0, "aria-label": "Labeled" });
  const head = h("p", { class: "nbl-headline" }, labeled, of);
  const words = h("div", { class: "nbl-words", "aria-live": "polite" });
  const numbers = buildFigures();
  const counts = buildCounts();
  const notices = buildNotices();
  const how = h("span");
  const store = h("span");
  const exported = buildExport(model);
  const imported = buildImport(model);
  const doors = h("span", { class: "nbl-doors" }, imported.toggle, exported.toggle);
  const wage = buildWage(model);
  const pace = h("div", { class: "nbl-pace" }, numbers.node, wage.node);
  const foot = h("p", { class: "nbl-foot" }, how, store, doors);
  el.append(head, progress, words, pace, counts.node, foot, imported.form, exported.form, ...notices.nodes);
  /** @param {Status} status */
  const draw = (status) => {
    setText(labeled, `${count(status.labeled)} labeled`);
    setText(of, `of ${count(status.total)}`);
    progress.value = status.total ? (status.labeled + status.accepted) / status.total : 0;
    renderWords(words, status.words ?? []);
    numbers.render(figuresOf(status));
    counts.render(status.classes);
    setText(how, modelText(status));
    how.title = status.model.title;
    setText(store, status.store.text);
    store.dataset.persistent = String(status.store.persistent);
    notices.render(status.notices);
  };
  return { draw, exported, imported, wage };
}

export default () => ({
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    el.classList.add("nbl-view", "nbl-status");
    el.setAttribute("role", "group");
    el.setAttribute("aria-label", "Status");
    el.dataset.lmSuppressShortcuts = "true";
    const { draw, exported, imported, wage } = buildStatus(el, model);
    const update = () => {
      const status = model.get("status");
      el.hidden = !status?.store;
      if (status?.store) draw(status);
    };
    const lull = new Lull();
    const updateSoon = () => lull.run("status", update);
    model.on("change:status", updateSoon);
    model.on("change:export", exported.render);
    model.on("change:wage", wage.render);
    model.on("change:importing", imported.render);
    model.on("msg:custom", imported.hear);
    update();
    exported.render();
    imported.render();
    wage.render();
    return () => {
      model.off("change:export", exported.render);
      model.off("change:wage", wage.render);
      model.off("change:importing", imported.render);
      model.off("msg:custom", imported.hear);
      model.off("change:status", updateSoon);
      lull.close();
    };
  },
});
