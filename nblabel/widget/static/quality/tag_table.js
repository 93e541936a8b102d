// How good each tag is by the audit sample: precision, recall and accuracy, with their intervals.

import { h, makeUid, patchChildren, setText } from "../shared/dom.js";
import { countText } from "../shared/format.js";
import { TEXT } from "../shared/text.js";

/** @typedef {import("../shared/wire.js").TagFigures} TagFigures */
/** @typedef {"precision" | "recall" | "accuracy"} ShareName */

const TAG_SHARES = /** @type {ShareName[]} */ (["precision", "recall", "accuracy"]);
const ALL_TAGS = ""; // no tag has this name

/** @param {import("./view.js").QualityHost} host */
export function buildTagTable({ context, close, ways }) {
  const title = h("h3", { id: `nbl-tag-table-${makeUid()}`, text: TEXT.tags.accuracy });
  const end = h("button", { type: "button", text: TEXT.close, onClick: close });
  const summary = h("p", { class: "nbl-tag-summary" });
  const rows = h("tbody");
  const names = [
    TEXT.tags.tag,
    TEXT.tags.auditLabels,
    ...TAG_SHARES.map((one) => TEXT.tags.shares[one]),
  ];
  const head = h("tr", {}, ...names.map((text) => h("th", { scope: "col", text })));
  const table = h(
    "table",
    { class: "nbl-tag-table", "aria-labelledby": title.id },
    h("thead", {}, head),
    rows,
  );
  const scroll = h("div", { class: "nbl-tag-scroll", tabindex: 0, role: "region" }, table);
  scroll.setAttribute("aria-labelledby", title.id);
  const note = h("p", { class: "nbl-tag-note", text: TEXT.tags.accuracyNote });
  const more = h("p", { class: "nbl-tag-note" });
  const props = { class: "nbl-part", role: "dialog", "aria-labelledby": title.id, tabindex: -1 };
  const node = h(
    "section",
    { ...props, hidden: true },
    h("div", { class: "nbl-part-head" }, title, end),
    summary,
    scroll,
    more,
    note,
  );
  const render = () => {
    const { tags } = context.model.get("audit") ?? {};
    if (!tags) return;
    setText(summary, summaryOf(tags.mean, tags.least));
    const figures = [{ ...tags.mean, name: ALL_TAGS }, ...tags.rows];
    const nodes = patchChildren(
      rows,
      figures.map(({ name = ALL_TAGS }) => name),
      (name) => makeTagRow(name, ways),
    );
    figures.forEach((one, i) => fillTagRow(nodes[i], one, tags.least));
    more.hidden = !tags.more;
    setText(more, tags.more ? TEXT.tags.moreTags(tags.more) : "");
  };
  return { node, render };
}

/**
 * @param {TagFigures} mean
 * @param {number} least
 */
function summaryOf({ checks, accuracy }, least) {
  if (!accuracy) return TEXT.tags.accuracyUnknown(checks, least);
  const [share, low, high] = accuracy;
  return TEXT.tags.accuracyOfAll(Number(share), low ?? 0, high ?? 1, checks);
}

/** @param {string} name @param {import("../shared/ways.js").Ways} ways */
function makeTagRow(name, ways) {
  const swatch = h("span", { class: "nbl-swatch", hidden: name === ALL_TAGS });
  const open = () => ways.openGallery({ label: name, as: "label" });
  const props = { type: "button", title: TEXT.status.classGallery(name), onClick: open };
  const words =
    name === ALL_TAGS
      ? h("span", { text: TEXT.tags.allTags })
      : h("button", { ...props, text: name });
  const cells = TAG_SHARES.map((column) => h("td", { "data-column": column }, ...makeShare()));
  const head = h("th", { scope: "row" }, h("span", { class: "nbl-tag-name" }, swatch, words));
  return h("tr", { "data-mean": name === ALL_TAGS ? "true" : null }, head, h("td"), ...cells);
}

/** A share, its interval in words, and as a line from 0 to 1. */
function makeShare() {
  const range = h("span", { class: "nbl-range-fill" });
  const spot = h("span", { class: "nbl-range-spot" });
  const line = h("span", { class: "nbl-range", "aria-hidden": "true" }, range, spot);
  return [h("span", { class: "nbl-share" }), h("span", { class: "nbl-ends" }), line];
}

/**
 * @param {HTMLElement} row
 * @param {TagFigures} figures
 * @param {number} least
 */
function fillTagRow(row, figures, least) {
  const [head, checks, ...cells] = /** @type {any[]} */ ([...row.children]);
  head.firstChild.firstChild.style.background = figures.color ?? "transparent";
  const known = figures.checks >= least;
  setText(checks, known ? countText(figures.checks) : TEXT.tags.ofLeast(figures.checks, least));
  TAG_SHARES.forEach((name, i) => fillShare(cells[i].children, figures[name], known));
}

/**
 * @param {HTMLCollection & any} parts
 * @param {(number | null)[] | null} values
 * @param {boolean} known
 */
function fillShare([words, ends, line], values, known) {
  const [share, low, high] = values ?? [null, null, null];
  // of a mean of shares there is no interval
  const hasEnds = low !== null && high !== null;
  setText(words, share === null ? TEXT.tags.noShare(known) : TEXT.tags.share(share));
  setText(ends, hasEnds ? TEXT.tags.ends(low, high) : "");
  line.hidden = !hasEnds || share === null;
  if (line.hidden) return;
  line.firstChild.style.left = `${100 * Number(low)}%`;
  line.firstChild.style.width = `${100 * (Number(high) - Number(low))}%`;
  line.lastChild.style.left = `${100 * Number(share)}%`;
}
