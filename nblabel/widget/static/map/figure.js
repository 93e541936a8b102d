// The map as a picture of its own: the points as they are on the plane, the names and pictures over
// them, a title above and the legend below. One list of parts, which a canvas or an SVG is made of.

import { countText } from "../shared/format.js";
import { PointRaster } from "./raster.js";

const FIGURE_MARGIN = 16;
const TITLE_HEIGHT = 32;
const LEGEND_WIDTH = 190,
  LEGEND_HEIGHT = 22;
const FIGURE_RATIO = 2;

/** @typedef {[number, number]} Spot */
/**
 * @typedef {object} Figure
 * @property {number} width
 * @property {number} height
 * @property {string} title
 * @property {{left: number, top: number, width: number, height: number}} plane
 * @property {import("./theme.js").MapTheme} theme
 * @property {{text: string, spot: Spot}[]} names in the plane
 * @property {{canvas: HTMLCanvasElement, left: number, top: number, side: number, color:
 *   string}[]} pictures in the plane
 * @property {{text: string, color: string, left: number, top: number}[]} legend
 */

/**
 * @param {import("./view.js").CanvasView} view
 * @param {string} title
 * @returns {Figure}
 */
export function figureOf(view, title) {
  const { scene, context } = view;
  const { width, height } = scene.camera;
  const top = FIGURE_MARGIN + (title ? TITLE_HEIGHT : 0);
  const plane = { left: FIGURE_MARGIN, top, width, height };
  const counts = context.map.filter.shown ? context.map.countEach() : null;
  const entries = context.model.get("legend") ?? [];
  const columns = Math.max(Math.floor(width / LEGEND_WIDTH), 1);
  const legendTop = top + height + FIGURE_MARGIN;
  const legend = entries.map(({ code, name, color, count }, k) => {
    const n = counts ? counts[code] : count;
    return {
      text: n === null ? name : `${name}  ${countText(n)}`,
      color,
      left: FIGURE_MARGIN + (k % columns) * (width / columns),
      top: legendTop + Math.floor(k / columns) * LEGEND_HEIGHT,
    };
  });
  const rows = Math.ceil(entries.length / columns);
  return {
    width: width + 2 * FIGURE_MARGIN,
    height: legendTop + rows * LEGEND_HEIGHT + (rows ? FIGURE_MARGIN : 0),
    ...{ title, plane, theme: scene.theme, legend },
    names: view.names.placed,
    pictures: view.pictures.placed,
  };
}

/**
 * The points of the plane, as sharp as a picture needs.
 * @param {import("./scene.js").MapScene} scene
 * @returns {HTMLCanvasElement}
 */
export function drawPoints(scene) {
  const canvas = document.createElement("canvas");
  const raster = new PointRaster(canvas);
  const { camera, coords } = scene;
  raster.resize(camera.width, camera.height, Math.max(FIGURE_RATIO, devicePixelRatio));
  raster.project(coords, camera);
  raster.paint(scene.paint);
  return canvas;
}

/**
 * @param {Figure} figure
 * @param {HTMLCanvasElement} points
 * @returns {HTMLCanvasElement}
 */
export function drawFigure(figure, points) {
  const { width, height, plane, theme, title } = figure;
  const ratio = points.width / plane.width;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(ratio, ratio);
  context.fillStyle = theme.paper;
  context.fillRect(0, 0, width, height);
  context.fillStyle = theme.ink;
  context.textBaseline = "middle";
  context.font = `600 18px ${theme.font}`;
  if (title) context.fillText(title, plane.left, FIGURE_MARGIN + TITLE_HEIGHT / 3, plane.width);
  context.drawImage(points, plane.left, plane.top, plane.width, plane.height);
  context.font = `13px ${theme.font}`;
  for (const { text, color, left, top } of figure.legend) {
    context.fillStyle = color;
    context.beginPath();
    context.arc(left + 6, top + LEGEND_HEIGHT / 2, 6, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = theme.ink;
    context.fillText(text, left + 18, top + LEGEND_HEIGHT / 2, LEGEND_WIDTH - 24);
  }
  drawOverPoints(context, figure);
  return canvas;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Figure} figure
 */
function drawOverPoints(context, { plane, theme, names, pictures }) {
  context.beginPath();
  context.rect(plane.left, plane.top, plane.width, plane.height);
  context.clip();
  context.translate(plane.left, plane.top);
  context.lineWidth = 2;
  for (const { canvas, left, top, side, color } of pictures) {
    context.fillStyle = theme.paper;
    context.fillRect(left, top, side, side);
    context.drawImage(canvas, ...fitWithin(canvas, left, top, side));
    context.strokeStyle = color;
    context.strokeRect(left + 1, top + 1, side - 2, side - 2);
  }
  context.textAlign = "center";
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.font = `600 13px ${theme.font}`;
  context.strokeStyle = theme.paper;
  context.fillStyle = theme.ink;
  for (const { text, spot } of names) {
    context.strokeText(text, ...spot);
    context.fillText(text, ...spot);
  }
}

/**
 * A picture as large as a square can have it.
 * @param {HTMLCanvasElement} canvas
 * @param {number} left
 * @param {number} top
 * @param {number} side
 * @returns {[number, number, number, number]} left, top, width, height
 */
export function fitWithin({ width, height }, left, top, side) {
  const scale = side / Math.max(width, height);
  const [w, h] = [width * scale, height * scale];
  return [left + (side - w) / 2, top + (side - h) / 2, w, h];
}

/** Where the lines of text of a figure stand, for the SVG. */
export const FIGURE_TEXT = { title: FIGURE_MARGIN + TITLE_HEIGHT / 3, row: LEGEND_HEIGHT / 2 };
