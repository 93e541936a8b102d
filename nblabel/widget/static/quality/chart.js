// A small chart of lines as inline SVG: quick to draw, in the colours of the page's theme.

import { h, svg } from "../shared/dom.js";
import { countText, shareText } from "../shared/format.js";
import { buildMarks } from "./marks.js";

const SIZE = { width: 340, height: 190 };
const LEFT = 46;
const BOTTOM = 34;
const TOP = 10;
const RIGHT = 20;
/** Lines differ by their dashes, not by colour alone. */
const DASHES = ["", "6 3", "2 3", "8 3 2 3", "12 4", "1 4"];

/** `low` and `high` are the ends of a band around the line; `only`: the items that it stands for.
 * @typedef {{x: number, y: number, low?: number, high?: number, text: string,
 *   only?: import("../shared/ways.js").Only}} Spot */
/** @typedef {{name: string, points: Spot[]}} Line2D */
/** Values are shares unless `count` says that they are numbers.
 * @typedef {{min?: number, max: number, text?: string, count?: boolean}} Axis */
/** In units of which a letter is eleven high.
 * @typedef {{width: number, height: number}} Size */
/**
 * @typedef {{title: string, lines: Line2D[], x: Axis, y: Axis, rule?: {y: number, text: string},
 *   size?: Size}} Chart
 */
/** Where values lie in the drawing.
 * @typedef {Size & {x: (value: number) => number, y: (value: number) => number}} Scale */

/**
 * @param {Chart} chart
 * @param {import("../shared/ways.js").Ways} ways
 * @returns {HTMLElement}
 */
export function drawCurve({ title, lines, x, y, rule, size = SIZE }, ways) {
  const { width, height } = size;
  /** @type {Scale} */
  const scale = {
    ...size,
    x: (value) =>
      LEFT + ((value - (x.min ?? 0)) / (x.max - (x.min ?? 0) || 1)) * (width - LEFT - RIGHT),
    y: (value) =>
      height -
      BOTTOM -
      ((value - (y.min ?? 0)) / (y.max - (y.min ?? 0) || 1)) * (height - TOP - BOTTOM),
  };
  const root = svg("svg", {
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": spoken(title, lines),
    class: "nbl-chart",
  });
  root.append(...grid(x, y, scale));
  const plane = svg("g", {});
  if (rule) {
    plane.append(
      svg("line", {
        x1: LEFT,
        x2: width - RIGHT,
        y1: scale.y(rule.y),
        y2: scale.y(rule.y),
        class: "nbl-chart-rule",
      }),
      svg("text", { x: LEFT + 4, y: scale.y(rule.y) + 14, class: "nbl-chart-note" }, rule.text),
    );
  }
  lines.forEach((line, i) => plane.append(...strokes(line, i, scale, y)));
  root.append(plane);
  const legend = lines.filter(({ name }) => name).map(({ name }, i) => key(name, i));
  const caption = h(
    "figcaption",
    {},
    h("span", { text: title }),
    legend.length ? h("span", { class: "nbl-chart-legend" }, ...legend) : null,
  );
  const marks = marksOf(lines, y).map(({ x: left, y: top, ...mark }) => ({
    ...mark,
    left: (100 * scale.x(left)) / width,
    top: (100 * scale.y(top)) / height,
  }));
  const plot = h("div", { class: "nbl-chart-plot" }, root, buildMarks(marks, ways));
  return h("figure", { class: "nbl-figure" }, caption, plot);
}

/**
 * The points that stand for items, of those that are drawn.
 * @param {Line2D[]} lines
 * @param {Axis} axis
 */
function marksOf(lines, { min = 0, max }) {
  return lines.flatMap(({ name, points }) =>
    points.flatMap(({ x, y, text, only }) =>
      only && y >= min && y <= max ? [{ x, y, text: name ? `${name}: ${text}` : text, only }] : [],
    ),
  );
}

/**
 * @param {Line2D} line
 * @param {number} i
 * @param {Scale} scale
 * @param {Axis} axis
 */
function strokes({ points }, i, scale, axis) {
  const inside = points.filter(({ y }) => y <= axis.max && y >= (axis.min ?? 0));
  if (!inside.length) return [];
  const at = (/** @type {number} */ x, /** @type {number} */ y) =>
    `${scale.x(x).toFixed(1)},${scale.y(y).toFixed(1)}`;
  const clamp = (/** @type {number} */ value) => Math.min(Math.max(value, axis.min ?? 0), axis.max);
  const path = inside.map(({ x, y }) => at(x, y)).join(" ");
  const parts = [
    svg("polyline", {
      points: path,
      class: `nbl-chart-line nbl-chart-line-${i % 6}`,
      "stroke-dasharray": dashes(i),
    }),
  ];
  const [{ x, low, high }] = inside;
  if (inside.length === 1 && low !== undefined && high !== undefined) {
    parts.push(
      svg("polyline", {
        points: `${at(x, clamp(low))} ${at(x, clamp(high))}`,
        class: `nbl-chart-line nbl-chart-line-${i % 6}`,
      }),
    );
  } else if (inside.some(({ low }) => low !== undefined)) {
    const above = inside.map(({ x, y, high }) => at(x, clamp(high ?? y)));
    const below = inside.map(({ x, y, low }) => at(x, clamp(low ?? y))).reverse();
    parts.unshift(
      svg("polygon", {
        points: [...above, ...below].join(" "),
        class: `nbl-chart-band nbl-chart-line-${i % 6}`,
      }),
    );
  }
  const last = inside[inside.length - 1];
  const spots = inside.length > 40 ? inside.filter((one) => one.only || one === last) : inside;
  return [
    ...parts,
    ...spots.map(({ x, y, text }) =>
      svg(
        "circle",
        { cx: scale.x(x), cy: scale.y(y), r: 3, class: `nbl-chart-spot nbl-chart-line-${i % 6}` },
        svg("title", {}, text),
      ),
    ),
  ];
}

/**
 * @param {Axis} x
 * @param {Axis} y
 * @param {Scale} scale
 */
function grid(x, y, scale) {
  const { width, height } = scale;
  const middle = (LEFT + width - RIGHT) / 2;
  return [
    ...ticks(y).flatMap((value) => [
      svg("line", {
        x1: LEFT,
        x2: width - RIGHT,
        y1: scale.y(value),
        y2: scale.y(value),
        class: "nbl-chart-grid",
      }),
      svg("text", { x: LEFT - 6, y: scale.y(value) + 4, "text-anchor": "end" }, tickText(value, y)),
    ]),
    ...ticks(x).map((value) =>
      svg(
        "text",
        { x: scale.x(value), y: height - BOTTOM + 14, "text-anchor": "middle" },
        tickText(value, x),
      ),
    ),
    svg(
      "text",
      { x: middle, y: height - 4, "text-anchor": "middle", class: "nbl-chart-axis" },
      x.text ?? "",
    ),
  ];
}

/**
 * Four or five round numbers on an axis.
 * @param {Axis} axis
 */
function ticks({ min = 0, max, count }) {
  const rough = (max - min) / 4;
  const step = roundStep(count ? Math.max(1, rough) : rough, count);
  const found = [];
  for (let k = Math.ceil(min / step - 1e-9); k * step <= max * (1 + 1e-9); k++)
    found.push(k * step || 0); // never -0
  return found;
}

/**
 * @param {number} rough
 * @param {boolean} [count] of whole numbers
 */
function roundStep(rough, count = false) {
  const power = 10 ** Math.floor(Math.log10(rough || 1));
  return (
    power *
    ([1, 2, 2.5, 5, 10].find(
      (each) => each * power >= rough * 0.999 && (!count || Number.isInteger(each * power)),
    ) ?? 10)
  );
}

/**
 * @param {number} value
 * @param {Axis} axis
 */
function tickText(value, { count }) {
  return count ? countText(Math.round(value)) : shareText(value);
}

/**
 * Where the colours begin again, the dashes are others.
 * @param {number} i
 */
function dashes(i) {
  return DASHES[(i + Math.floor(i / 6)) % 6];
}

/**
 * @param {string} name
 * @param {number} i
 */
function key(name, i) {
  const sample = svg(
    "svg",
    { viewBox: "0 0 24 8", "aria-hidden": "true" },
    svg("line", {
      x1: 0,
      x2: 24,
      y1: 4,
      y2: 4,
      class: `nbl-chart-line nbl-chart-line-${i % 6}`,
      "stroke-dasharray": dashes(i),
    }),
  );
  return h("span", {}, sample, h("span", { text: name }));
}

/**
 * @param {string} title
 * @param {Line2D[]} lines
 */
function spoken(title, lines) {
  const drawn = lines.filter(({ points }) => points.length);
  const told = drawn.map(({ name, points }) => {
    const some = points.filter(
      (_, i) => i % Math.ceil(points.length / 4) === 0 || i === points.length - 1,
    );
    return `${name ? `${name}: ` : ""}${some.map(({ text }) => text).join("; ")}`;
  });
  return [title, ...told].join(". ");
}
