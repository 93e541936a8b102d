// How accuracy and confidence grew with the labels.

import { drawCurve } from "./chart.js";
import { countText, h, makeUid, setText, shareText } from "./dom.js";
import { drawerBar } from "./drawer.js";
import { choosable } from "./finish.js";

const GAINS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05];

/**
 * What there is to draw; with `plotly`, a figure below does, and here is said what it cannot show yet.
 * @typedef {{accuracy: number[][], sure: number[][], threshold: number, plotly?: boolean}} CurvesState
 */

/** @typedef {{progress: number | null, text: string}} ComparedState progress: null where nothing runs */

/** @param {import("./quality.js").Office} office */
export function buildCurves(office) {
  const { model, send } = office;
  const title = h("h3", { id: `nbl-curves-${makeUid()}`, text: "Curves" });
  const close = h("button", { type: "button", text: "Close" });
  const charts = h("div", { class: "nbl-charts" });
  const gain = h("select", {}, ...GAINS.map((share) => h("option", { value: String(share), text: shareText(share) })));
  gain.addEventListener("change", () => send({ type: "gain", gain: Number(gain.value) }));
  const words = h("span");
  const terms = h("div", { class: "nbl-terms" },
    h("label", { title: "The advice stands in the status. Nothing stops by itself." }, words, gain));
  const comparison = buildComparison(office);
  const node = h("section", { class: "nbl-part", role: "dialog", "aria-labelledby": title.id, tabindex: -1, hidden: true },
    h("div", { class: "nbl-part-head" }, title, close), charts, terms, comparison.node);
  close.addEventListener("click", office.close);
  let drawn = "";
  const render = () => {
    comparison.render();
    const { stop } = model.get("checks") ?? {};
    terms.hidden = !stop;
    if (stop) {
      setText(words, `Advise to stop once ${countText(stop.labels)} more labels gain less accuracy than`);
      choosable(gain, stop.gain);
    }
    const now = /** @type {CurvesState} */ (model.get("curves"));
    const key = JSON.stringify(now ?? {});
    if (key === drawn) return;
    drawn = key;
    charts.replaceChildren(...(now?.accuracy ? [accuracyChart(now), sureChart(now)].flat() : [none("Loading…")]));
  };
  return { node, render };
}

/**
 * What labels drawn at random would have taken.
 * @param {import("./quality.js").Office} office
 */
function buildComparison({ model, send, say }) {
  const begin = h("button", { type: "button", text: "Compare with random sampling", title: "How many labels drawn at random would have done as well. The model learns some twenty times for that." });
  const { bar, cancel, show } = drawerBar("Comparing with random sampling", () => send({ type: "cancel_compare" }), begin);
  const words = h("span");
  const node = h("div", { class: "nbl-comparison" }, begin, bar, cancel, words);
  begin.addEventListener("click", () => send({ type: "compare" }));
  let running = false;
  const render = () => {
    const { progress = null, text = "" } = /** @type {ComparedState} */ (model.get("compared") ?? {});
    const hadFocus = document.activeElement === begin;
    begin.disabled = progress !== null;
    show(progress);
    if (begin.disabled && hadFocus) cancel.focus({ preventScroll: true });
    setText(words, progress === null ? text : "");
    if (running && progress === null) say(text);
    running = progress !== null;
  };
  return { node, render };
}

/** @param {string} text */
function none(text) {
  return h("p", { class: "nbl-curve-none", text });
}

/** @param {CurvesState} curves */
function accuracyChart({ accuracy, plotly }) {
  if (!accuracy.length) return none("Accuracy over the labels is drawn here once random checks are answered.");
  if (plotly) return [];
  const points = accuracy.map(([n, share, low, high]) => ({
    x: n,
    y: share,
    low,
    high,
    text: `${countText(n)} labels: ${shareText(share)} right, ${shareText(low)} to ${shareText(high)}`,
  }));
  const lowest = Math.min(...points.map(({ low }) => low));
  return drawCurve({
    title: "Labels that are right, from random checks",
    lines: [{ name: "", points }],
    x: { ...span(points), text: "labels", count: true },
    y: { min: Math.max(0, Math.floor(lowest * 10 - 1e-9) / 10), max: 1 },
  });
}

/** @param {CurvesState} curves */
function sureChart({ sure, threshold, plotly }) {
  if (!sure.length) return none("How sure the model is of the pool is drawn here after the next label.");
  if (plotly) return [];
  const points = sure.map(([n, share]) => ({ x: n, y: share, text: `${countText(n)} labels: sure of ${shareText(share)}` }));
  return drawCurve({
    title: `Share of the pool that the model is over ${shareText(threshold)} sure of`,
    lines: [{ name: "", points }],
    x: { ...span(points), text: "labels", count: true },
    y: { max: 1 },
  });
}

/** @param {{x: number}[]} points */
function span(points) {
  const all = points.map(({ x }) => x);
  const [min, max] = [Math.min(...all), Math.max(...all)];
  return min === max ? { min: Math.max(0, min - 1), max: max + 1 } : { min, max };
}
