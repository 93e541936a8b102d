// How accuracy and confidence grew with the labels.

import { h, makeUid, setText } from "../shared/dom.js";
import { drawerBar } from "../shared/drawer.js";
import { focusedElement } from "../shared/focus.js";
import { TEXT } from "../shared/text.js";
import { drawCurve } from "./chart.js";
import { redrawCharts } from "./marks.js";
import { selectShare, shareOptions } from "./shares.js";

const GAINS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05];
const MOST_MARKS = 40; // that a chart can be clicked on

/** With `plotly`, a figure below draws them, and here is said what it cannot show yet.
 * @typedef {import("../shared/wire.js").Curves} Curves */

/** @param {import("./view.js").QualityHost} host */
export function buildCurves(host) {
  const { context } = host;
  const title = h("h3", { id: `nbl-curves-${makeUid()}`, text: TEXT.quality.learningCurves });
  const close = h("button", { type: "button", text: TEXT.close, onClick: host.close });
  const charts = h("div", { class: "nbl-charts" });
  const choose = () => context.tell({ type: "threshold", gain: Number(gain.value) });
  const gain = h("select", { onChange: choose }, ...shareOptions(GAINS));
  const words = h("span");
  const terms = h(
    "div",
    { class: "nbl-terms" },
    h("label", { title: TEXT.quality.thresholdTitle }, words, gain),
  );
  const { accuracy, confident } = context.multiLabel ? TEXT.tags.curves : TEXT.quality;
  const comparison = buildComparison(host);
  const node = h(
    "section",
    { class: "nbl-part", role: "dialog", "aria-labelledby": title.id, tabindex: -1, hidden: true },
    h("div", { class: "nbl-part-head" }, title, close),
    charts,
    terms,
    context.multiLabel ? h("p", { class: "nbl-tag-note", text: TEXT.tags.curvesNote }) : null,
    comparison.node,
  );
  comparison.node.hidden = context.multiLabel; // what it tells is about one label for each item
  let drawn = "";
  const render = () => {
    comparison.render();
    const { stopping } = context.model.get("audit") ?? {};
    terms.hidden = !stopping;
    if (stopping) {
      setText(words, TEXT.quality.threshold(stopping.labels));
      selectShare(gain, stopping.gain);
    }
    const now = context.model.get("learning_curves") ?? {};
    const key = JSON.stringify(now);
    if (key === drawn) return;
    drawn = key;
    const curves = /** @type {Curves} */ (now);
    const parts = now.accuracy
      ? [accuracyChart(curves, accuracy, host), confidentChart(curves, confident, host)]
      : [none(TEXT.quality.loading)];
    redrawCharts(charts, () => charts.replaceChildren(...parts.filter((part) => part !== null)));
  };
  return { node, render };
}

/**
 * What labels drawn at random would have taken.
 * @param {import("./view.js").QualityHost} host
 */
function buildComparison({ context }) {
  const compare = () => context.tell({ type: "compare" });
  const stop = () => context.tell({ type: "cancel", task: "comparison" });
  const begin = h("button", {
    type: "button",
    text: TEXT.quality.compare,
    title: TEXT.quality.compareTitle,
    onClick: compare,
  });
  const { bar, cancel, show } = drawerBar(TEXT.quality.comparing, stop, begin);
  const words = h("span");
  const node = h("div", { class: "nbl-comparison" }, begin, bar, cancel, words);
  let running = false;
  const render = () => {
    const { progress = null, text = "" } = context.model.get("comparison") ?? {};
    const hadFocus = focusedElement() === begin;
    begin.disabled = progress !== null;
    show(progress);
    if (begin.disabled && hadFocus) cancel.focus({ preventScroll: true });
    setText(words, progress === null ? text : "");
    if (running && progress === null) context.say(text);
    running = progress !== null;
  };
  return { node, render };
}

/** @param {string} text */
function none(text) {
  return h("p", { class: "nbl-curve-none", text });
}

/**
 * The labels since the point before; of many points every few are one mark.
 * @param {number[][]} points of which the first number is how many labels there were
 * @returns {Map<number, import("../shared/ways.js").Only>} by that number
 */
function labelsUpTo(points) {
  const step = Math.ceil(points.length / MOST_MARKS);
  const ends = points.map(([n]) => n).filter((_, k) => (points.length - 1 - k) % step === 0);
  const only = (/** @type {number} */ end, /** @type {number} */ k) => {
    const from = (ends[k - 1] ?? 0) + 1;
    return { text: TEXT.gallery.only.labels(from, end), asked: { nth_label: [from, end] } };
  };
  return new Map(ends.map((end, k) => [end, only(end, k)]));
}

/**
 * @param {Curves} curves
 * @param {string} title
 * @param {import("./view.js").QualityHost} host
 */
function accuracyChart({ accuracy, plotly }, title, { ways }) {
  if (!accuracy.length) return none(TEXT.quality.noAccuracy);
  if (plotly) return null;
  const labels = labelsUpTo(accuracy);
  const points = accuracy.map(([n, share, low, high]) => ({
    x: n,
    y: share,
    low,
    high,
    text: TEXT.quality.accuracyPoint(n, share, low, high),
    only: labels.get(n),
  }));
  const lowest = Math.min(...points.map(({ low }) => low));
  const chart = {
    title,
    lines: [{ name: "", points }],
    x: { ...span(points), text: TEXT.quality.labels, count: true },
    y: { min: Math.max(0, Math.floor(lowest * 10 - 1e-9) / 10), max: 1 },
  };
  return drawCurve(chart, ways);
}

/**
 * Only its last point stands for items: what was predicted before is not kept.
 * @param {Curves} curves
 * @param {(threshold: number) => string} title
 * @param {import("./view.js").QualityHost} host
 */
function confidentChart({ confident, threshold, plotly }, title, { context, ways }) {
  if (!confident.length) return none(TEXT.quality.noConfident);
  if (plotly) return null;
  const only = {
    text: TEXT.gallery.only.confident(threshold),
    asked: { confidence: [threshold, null] },
  };
  const isOfItems = !context.multiLabel; // else it counts pairs of item and tag
  const points = confident.map(([n, share], k) => ({
    x: n,
    y: share,
    text: TEXT.quality.confidentPoint(n, share),
    only: isOfItems && k === confident.length - 1 ? only : undefined,
  }));
  const chart = {
    title: title(threshold),
    lines: [{ name: "", points }],
    x: { ...span(points), text: TEXT.quality.labels, count: true },
    y: { max: 1 },
  };
  return drawCurve(chart, ways);
}

/** @param {{x: number}[]} points */
function span(points) {
  const all = points.map(({ x }) => x);
  const [min, max] = [Math.min(...all), Math.max(...all)];
  return min === max ? { min: Math.max(0, min - 1), max: max + 1 } : { min, max };
}
