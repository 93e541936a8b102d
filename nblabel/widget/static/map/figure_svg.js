// The map as an SVG. Some thousand points are circles, which other programs can change; more are
// one picture in it, so that the file stays small and opens quickly.

import { svg } from "../shared/dom.js";
import { FIGURE_TEXT, fitWithin } from "./figure.js";

const MOST_CIRCLES = 5000;

/** @typedef {import("./figure.js").Figure} Figure */

/**
 * @param {Figure} figure
 * @param {import("./scene.js").MapScene} scene
 * @param {HTMLCanvasElement} drawn its points
 * @returns {string}
 */
export function figureSvg(figure, scene, drawn) {
  const { width, height, plane, theme, title } = figure;
  const clip = svg("clipPath", { id: "plane" }, svg("rect", sizeOf(plane)));
  const over = svg(
    "g",
    { transform: `translate(${plane.left} ${plane.top})`, "clip-path": "url(#plane)" },
    circlesOf(scene) ?? pictureOf(drawn, [0, 0, plane.width, plane.height]),
    ...figure.pictures.flatMap(({ canvas, left, top, side, color }) => [
      svg("rect", { x: left, y: top, width: side, height: side, fill: theme.paper }),
      pictureOf(canvas, fitWithin(canvas, left, top, side)),
      svg("rect", {
        ...{ x: left + 1, y: top + 1, width: side - 2, height: side - 2 },
        ...{ fill: "none", stroke: color, "stroke-width": 2 },
      }),
    ]),
    ...figure.names.map(({ text, spot: [x, y] }) => svg("text", nameAt(x, y, theme), text)),
  );
  const legend = figure.legend.flatMap(({ text, color, left, top }) => [
    svg("circle", { cx: left + 6, cy: top + FIGURE_TEXT.row, r: 6, fill: color }),
    svg("text", lineAt(left + 18, top + FIGURE_TEXT.row, "13"), text),
  ]);
  const root = svg(
    "svg",
    {
      ...{ width, height, viewBox: `0 0 ${width} ${height}` },
      ...{ "font-family": theme.font, fill: theme.ink },
    },
    svg("title", {}, title),
    clip,
    svg("rect", { width, height, fill: theme.paper }),
    svg("text", { ...lineAt(plane.left, FIGURE_TEXT.title, "18"), "font-weight": 600 }, title),
    over,
    ...legend,
  );
  return new XMLSerializer().serializeToString(root);
}

/**
 * A circle for each point in view, class after class; null where there are too many.
 * @param {import("./scene.js").MapScene} scene
 */
function circlesOf(scene) {
  const { camera, coords, raster } = scene;
  const { codes, palette, labeled, lit } = scene.paint;
  const marked = new Set(labeled);
  /** @type {Map<number, SVGElement>} */
  const groups = new Map();
  let n = 0;
  for (let i = 0; i < coords.length / 2; i++) {
    if (lit && lit[i] !== 1) continue;
    const [x, y] = camera.toScreen(coords[2 * i], coords[2 * i + 1]);
    if (!(x >= 0 && y >= 0 && x <= camera.width && y <= camera.height)) continue;
    n += 1;
    if (n > MOST_CIRCLES) return null;
    const group = groups.get(codes[i]) ?? svg("g", { fill: hexOf(palette[codes[i]]) });
    groups.set(codes[i], group);
    const size = marked.has(i) ? raster.labeledRadius(labeled.length) : raster.radius;
    const stroke = marked.has(i) ? scene.theme.ink : "none";
    const [cx, cy, r] = [x, y, size].map((value) => value.toFixed(1));
    group.append(svg("circle", { cx, cy, r, stroke }));
  }
  return svg("g", { "fill-opacity": 0.9 }, ...groups.values());
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {[number, number, number, number]} place
 */
function pictureOf(canvas, [x, y, width, height]) {
  return svg("image", { x, y, width, height, href: canvas.toDataURL("image/png") });
}

/** @param {{width: number, height: number}} plane */
function sizeOf({ width, height }) {
  return { width, height };
}

/** @param {number} bits 0xBBGGRR */
function hexOf(bits) {
  const channels = [bits & 255, (bits >> 8) & 255, (bits >> 16) & 255];
  return `#${channels.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} size
 */
function lineAt(x, y, size) {
  return { x, y, "font-size": size, "dominant-baseline": "middle" };
}

/**
 * @param {number} x
 * @param {number} y
 * @param {import("./theme.js").MapTheme} theme
 */
function nameAt(x, y, theme) {
  return {
    ...{ ...lineAt(x, y, "13"), "font-weight": 600, "text-anchor": "middle" },
    ...{ stroke: theme.paper, "stroke-width": 4, "stroke-linejoin": "round" },
    "paint-order": "stroke",
  };
}
