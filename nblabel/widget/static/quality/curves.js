// How accuracy and confidence grew with the labels.

import { h, makeUid, setText } from "../shared/dom.js";
import { drawerBar } from "../shared/drawer.js";
import { focusedElement } from "../shared/focus.js";
import { TEXT } from "../shared/text.js";
import { drawCurve } from "./chart.js";
import { selectShare, shareOptions } from "./shares.js";

const GAINS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05];

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
      ? [accuracyChart(curves, accuracy), confidentChart(curves, confident)]
      : [none(TEXT.quality.loading)];
    charts.replaceChildren(...parts.filter((part) => part !== null));
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

/** @param {Curves} curves @param {string} title */
function accuracyChart({ accuracy, plotly }, title) {
  if (!accuracy.length) return none(TEXT.quality.noAccuracy);
  if (plotly) return null;
  const points = accuracy.map(([n, share, low, high]) => ({
    x: n,
    y: share,
    low,
    high,
    text: TEXT.quality.accuracyPoint(n, share, low, high),
  }));
  const lowest = Math.min(...points.map(({ low }) => low));
  return drawCurve({
    title,
    lines: [{ name: "", points }],
    x: { ...span(points), text: TEXT.quality.labels, count: true },
    y: { min: Math.max(0, Math.floor(lowest * 10 - 1e-9) / 10), max: 1 },
  });
}

/** @param {Curves} curves @param {(threshold: number) => string} title */
function confidentChart({ confident, threshold, plotly }, title) {
  if (!confident.length) return none(TEXT.quality.noConfident);
  if (plotly) return null;
  const points = confident.map(([n, share]) => ({
    x: n,
    y: share,
    text: TEXT.quality.confidentPoint(n, share),
  }));
  return drawCurve({
    title: title(threshold),
    lines: [{ name: "", points }],
    x: { ...span(points), text: TEXT.quality.labels, count: true },
    y: { max: 1 },
  });
}

/** @param {{x: number}[]} points */
function span(points) {
  const all = points.map(({ x }) => x);
  const [min, max] = [Math.min(...all), Math.max(...all)];
  return min === max ? { min: Math.max(0, min - 1), max: max + 1 } : { min, max };
}
