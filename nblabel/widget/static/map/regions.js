// Where the names of classes and clusters stand: where the points of each are densest and mostly
// its own, as far as the plane shows them. Worked out when the camera rests, never while it moves.

import { FreeRoom, boxAround } from "./boxes.js";

/** Side of the squares that points are counted in, in CSS pixels. */
const REGION_CELL = 12;
/** Counts are summed over so many squares to each side. */
const REGION_REACH = 2;
/** Two names of one class are so far from one another, in CSS pixels. */
const REGION_APART = 400;
/** Classes that are named: those with the most points in view. */
const MOST_NAMED = 40;
/** Names of one class. */
const MOST_OF_ONE = 3;
/** A class has no region where less than this share of the points is its own. */
const LEAST_SHARE = 0.4;
/** Fewer points are no region, but strays. */
const LEAST_POINTS = 3;
/** A second place is as dense as this share of the first. */
const LEAST_DENSITY = 0.3;
/** How far a name may give way to others, in heights of a name. */
const NAME_STEPS = [0, -1, 1, -2, 2];

/** @typedef {{code: number, x: number, y: number, score: number}} Region in CSS pixels */
/** @typedef {Region & {width: number, height: number}} PlacedName */
/** @typedef {{cells: Int32Array, columns: number, rows: number}} CellMap */

/**
 * The cell of each point, -1 for one that is out of view or that is not shown.
 * @param {Float32Array} coords x, y interleaved
 * @param {import("./camera.js").Camera} camera
 * @param {Uint8Array | null} shown 1 for points to count; null counts all
 * @returns {CellMap}
 */
export function cellsOfPoints(coords, camera, shown) {
  const { width, height, scale } = camera;
  const n = coords.length / 2;
  const columns = Math.max(Math.ceil(width / REGION_CELL), 1);
  const rows = Math.max(Math.ceil(height / REGION_CELL), 1);
  const cells = new Int32Array(n);
  const step = scale / REGION_CELL;
  const originX = width / 2 / REGION_CELL - camera.x * step;
  const originY = height / 2 / REGION_CELL + camera.y * step;
  for (let i = 0; i < n; i++) {
    const x = coords[2 * i] * step + originX;
    const y = originY - coords[2 * i + 1] * step;
    const seen = x >= 0 && y >= 0 && x < columns && y < rows && (!shown || shown[i] === 1);
    cells[i] = seen ? (y | 0) * columns + (x | 0) : -1;
  }
  return { cells, columns, rows };
}

/**
 * The regions of the classes that have the most points in view, the densest of each class first.
 * @param {CellMap} map
 * @param {Uint8Array | Uint16Array} codes of the points
 * @param {number} nNamed codes below this one have a name; what has none is not counted
 * @returns {Region[][]} for each class that has a region
 */
export function findRegions({ cells, columns, rows }, codes, nNamed) {
  const counts = new Uint32Array(nNamed);
  for (let i = 0; i < cells.length; i++)
    if (cells[i] >= 0 && codes[i] < nNamed) counts[codes[i]] += 1;
  const named = [...counts.keys()].filter((code) => counts[code] > 0);
  named.sort((a, b) => counts[b] - counts[a] || a - b);
  named.length = Math.min(named.length, MOST_NAMED);
  const ranks = new Int16Array(nNamed).fill(named.length); // the others count together
  named.forEach((code, rank) => {
    ranks[code] = rank;
  });
  const size = columns * rows;
  const own = new Float32Array(size * (named.length + 1));
  for (let i = 0; i < cells.length; i++)
    if (cells[i] >= 0 && codes[i] < nNamed) own[ranks[codes[i]] * size + cells[i]] += 1;
  const all = new Float32Array(size);
  for (let rank = 0; rank <= named.length; rank++) {
    const layer = own.subarray(rank * size, (rank + 1) * size);
    sumAround(layer, columns, rows);
    for (let cell = 0; cell < size; cell++) all[cell] += layer[cell];
  }
  const regions = named.map((code, rank) => {
    const layer = own.subarray(rank * size, (rank + 1) * size);
    return peaksOf(layer, all, columns).map((peak) => ({ code, ...peak }));
  });
  return regions.filter((one) => one.length > 0);
}

/**
 * Replace each value by the sum of those around it, itself included.
 * @param {Float32Array} layer
 * @param {number} columns
 * @param {number} rows
 */
function sumAround(layer, columns, rows) {
  const before = new Float32Array(Math.max(columns, rows));
  /** @param {number} start @param {number} step @param {number} length */
  const along = (start, step, length) => {
    let sum = 0;
    for (let k = 0; k < length; k++) before[k] = layer[start + k * step];
    for (let k = -REGION_REACH; k < length; k++) {
      if (k + REGION_REACH < length) sum += before[k + REGION_REACH];
      if (k - REGION_REACH > 0) sum -= before[k - REGION_REACH - 1];
      if (k >= 0) layer[start + k * step] = sum;
    }
  };
  for (let row = 0; row < rows; row++) along(row * columns, 1, columns);
  for (let column = 0; column < columns; column++) along(column, columns, rows);
}

/**
 * The places where a class is densest, each as far from the others as two names are.
 * @param {Float32Array} own the points of the class around each cell
 * @param {Float32Array} all those of every class
 * @param {number} columns
 */
function peaksOf(own, all, columns) {
  const scores = own.map((count, cell) =>
    count >= LEAST_POINTS && count >= LEAST_SHARE * all[cell] ? (count * count) / all[cell] : 0,
  );
  const peaks = [];
  while (peaks.length < MOST_OF_ONE) {
    let best = 0;
    for (let cell = 1; cell < scores.length; cell++) if (scores[cell] > scores[best]) best = cell;
    const score = scores[best];
    if (score === 0 || score < LEAST_DENSITY * (peaks[0]?.score ?? 0)) break;
    const [x, y] = middleOfCell(best, columns);
    peaks.push({ x, y, score });
    for (let cell = 0; cell < scores.length; cell++) {
      const [otherX, otherY] = middleOfCell(cell, columns);
      if (Math.hypot(otherX - x, otherY - y) < REGION_APART) scores[cell] = 0;
    }
  }
  return peaks;
}

/**
 * @param {number} cell
 * @param {number} columns
 * @returns {[number, number]} in CSS pixels
 */
function middleOfCell(cell, columns) {
  return [((cell % columns) + 0.5) * REGION_CELL, (Math.floor(cell / columns) + 0.5) * REGION_CELL];
}

/**
 * Names on their regions, none of which overlaps another or ends outside of the plane. The first
 * name of every class goes before the second of any. They give way to the marks of the questions,
 * unless there is no other place near.
 * @param {Region[][]} regions
 * @param {(code: number) => {width: number, height: number}} measure
 * @param {{width: number, height: number}} plane
 * @param {import("./boxes.js").Box[]} [marks] the boxes of those marks
 * @returns {PlacedName[]}
 */
export function placeNames(regions, measure, plane, marks = []) {
  const room = new FreeRoom();
  /** @type {PlacedName[]} */
  const placed = [];
  const byScore = [...regions].sort((a, b) => b[0].score - a[0].score || a[0].code - b[0].code);
  for (let turn = 0; turn < MOST_OF_ONE; turn++) {
    for (const region of byScore.flatMap((one) => one.slice(turn, turn + 1))) {
      const { width, height } = measure(region.code);
      if (width > plane.width || height > plane.height) continue;
      const x = clampMiddle(region.x, width, plane.width);
      const places = NAME_STEPS.map((step) =>
        clampMiddle(region.y + step * height, height, plane.height),
      );
      const box = (/** @type {number} */ y) => boxAround([x, y], width, height);
      const y =
        places.find((at) => room.take(box(at), marks)) ?? places.find((at) => room.take(box(at)));
      if (y !== undefined) placed.push({ ...region, x, y, width, height });
    }
  }
  return placed;
}

/**
 * @param {number} middle
 * @param {number} length
 * @param {number} room
 */
function clampMiddle(middle, length, room) {
  return Math.min(Math.max(middle, length / 2), room - length / 2);
}
