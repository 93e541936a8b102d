// Which points are where: a grid over the points, so that a hover or a lasso looks only at its own
// cells.

import { boundsOf } from "./camera.js";
import { LEFT_OUT } from "./raster.js";

const POINTS_A_CELL = 4;
const MAX_CELLS_A_SIDE = 1024;

/** @type {WeakMap<Float32Array, PointGrid>} */
const grids = new WeakMap();

/**
 * The grid over these points, made when it is first asked for.
 * @param {Float32Array} coords x, y interleaved
 * @returns {PointGrid}
 */
export function gridOf(coords) {
  const grid = grids.get(coords) ?? new PointGrid(coords, boundsOf(coords));
  grids.set(coords, grid);
  return grid;
}

export class PointGrid {
  /**
   * @param {Float32Array} coords x, y interleaved
   * @param {import("./camera.js").Bounds} bounds of these coordinates
   */
  constructor(coords, bounds) {
    this.coords = coords;
    this.bounds = bounds;
    const n = coords.length / 2;
    this.side = Math.min(Math.max(Math.ceil(Math.sqrt(n / POINTS_A_CELL)), 1), MAX_CELLS_A_SIDE);
    /** Members of cell c stand at starts[c] up to starts[c + 1]. */
    this.starts = new Uint32Array(this.side * this.side + 1);
    this.members = new Uint32Array(n);
    this.fill(n);
  }

  /** @param {number} n */
  fill(n) {
    const { coords, side, starts, members } = this;
    const cells = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      cells[i] = this.rowOf(coords[2 * i + 1]) * side + this.columnOf(coords[2 * i]);
      starts[cells[i] + 1] += 1;
    }
    for (let c = 1; c < starts.length; c++) starts[c] += starts[c - 1];
    const next = starts.slice();
    for (let i = 0; i < n; i++) members[next[cells[i]]++] = i;
  }

  /** @param {number} x */
  columnOf(x) {
    return gridStep(x, this.bounds.left, this.bounds.right, this.side);
  }

  /** @param {number} y */
  rowOf(y) {
    return gridStep(y, this.bounds.bottom, this.bounds.top, this.side);
  }

  /**
   * The point nearest to (x, y) within a radius.
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @param {Uint8Array | null} [lit] LEFT_OUT for points that are not there
   * @returns {number | null}
   */
  nearest(x, y, radius, lit = null) {
    const { coords, starts, members, side } = this;
    const firstColumn = this.columnOf(x - radius),
      lastColumn = this.columnOf(x + radius);
    const lastRow = this.rowOf(y + radius);
    let best = null;
    let bestSquare = radius * radius;
    for (let row = this.rowOf(y - radius); row <= lastRow; row++) {
      const end = starts[row * side + lastColumn + 1];
      for (let m = starts[row * side + firstColumn]; m < end; m++) {
        const i = members[m];
        const square = (coords[2 * i] - x) ** 2 + (coords[2 * i + 1] - y) ** 2;
        if (square > bestSquare || lit?.[i] === LEFT_OUT) continue;
        best = i;
        bestSquare = square;
      }
    }
    return best;
  }

  /**
   * The points inside a closed polygon, ascending. A point is inside where the outline winds around
   * it, so an outline that crosses itself leaves no holes.
   * @param {number[]} outline x, y interleaved
   * @returns {Uint32Array}
   */
  inside(outline) {
    const { coords, starts, members, side } = this;
    const box = outlineBounds(outline);
    const firstColumn = this.columnOf(box.left),
      lastColumn = this.columnOf(box.right);
    const lastRow = this.rowOf(box.top);
    const found = new Uint32Array(coords.length / 2);
    let count = 0;
    for (let row = this.rowOf(box.bottom); row <= lastRow; row++) {
      const edges = this.edgesInRow(outline, row);
      const end = starts[row * side + lastColumn + 1];
      for (let m = starts[row * side + firstColumn]; m < end; m++) {
        const i = members[m];
        if (winding(edges, coords[2 * i], coords[2 * i + 1]) !== 0) found[count++] = i;
      }
    }
    return found.slice(0, count).sort();
  }

  /**
   * The edges of an outline that reach into a row of cells, as x0, y0, x1, y1: a point of that row
   * needs to be compared with no other.
   * @param {number[]} outline
   * @param {number} row
   * @returns {Float64Array}
   */
  edgesInRow(outline, row) {
    const edges = [];
    let x0 = outline[outline.length - 2],
      y0 = outline[outline.length - 1];
    for (let k = 0; k < outline.length; k += 2) {
      const x1 = outline[k],
        y1 = outline[k + 1];
      if (this.rowOf(Math.min(y0, y1)) <= row && row <= this.rowOf(Math.max(y0, y1)))
        edges.push(x0, y0, x1, y1);
      x0 = x1;
      y0 = y1;
    }
    return Float64Array.from(edges);
  }
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @param {number} steps
 */
function gridStep(value, low, high, steps) {
  const step = Math.floor(((value - low) / (high - low || 1)) * steps);
  return step > 0 ? Math.min(step, steps - 1) : 0;
}

/**
 * @param {number[]} outline
 * @returns {import("./camera.js").Bounds}
 */
function outlineBounds(outline) {
  const box = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
  for (let k = 0; k < outline.length; k += 2) {
    box.left = Math.min(box.left, outline[k]);
    box.right = Math.max(box.right, outline[k]);
    box.bottom = Math.min(box.bottom, outline[k + 1]);
    box.top = Math.max(box.top, outline[k + 1]);
  }
  return box;
}

/**
 * How often the edges wind around a point: upward edges that pass it on the right count for one
 * turn, downward edges against.
 * @param {Float64Array} edges
 * @param {number} x
 * @param {number} y
 */
function winding(edges, x, y) {
  let turns = 0;
  for (let k = 0; k < edges.length; k += 4) {
    const x0 = edges[k],
      y0 = edges[k + 1],
      x1 = edges[k + 2],
      y1 = edges[k + 3];
    const up = y0 <= y;
    if (up === y1 <= y) continue;
    const side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0);
    if (up && side > 0) turns += 1;
    else if (!up && side < 0) turns -= 1;
  }
  return turns;
}
