// Which points have room for their picture: those that the camera is near enough to.

import { FreeRoom, boxAround } from "./boxes.js";

/** With more points in view none has room. */
const MOST_IN_VIEW = 600;
/** A picture hides so many other points at most. */
const MOST_HIDDEN = 2;
const LEAST_SIDE = 36,
  MOST_SIDE = 88;

/** @typedef {{index: number, spot: [number, number]}} Seen a point in view, in CSS pixels */

/**
 * The points in view, or none where there are too many for pictures.
 * @param {Float32Array} coords x, y interleaved
 * @param {import("./camera.js").Camera} camera
 * @param {Uint8Array | null} shown 1 for points that stand out; null for all
 * @returns {Seen[]}
 */
export function pointsInView(coords, camera, shown) {
  const { width, height } = camera;
  const [left, top] = camera.toWorld(0, 0);
  const [right, bottom] = camera.toWorld(width, height);
  /** @type {Seen[]} */
  const seen = [];
  for (let i = 0; i < coords.length / 2; i++) {
    const x = coords[2 * i],
      y = coords[2 * i + 1];
    if (!(x >= left && x <= right && y >= bottom && y <= top)) continue;
    if (shown && shown[i] !== 1) continue;
    if (seen.length === MOST_IN_VIEW) return [];
    seen.push({ index: i, spot: camera.toScreen(x, y) });
  }
  return seen;
}

/**
 * The side of the pictures where so many points are in view: a bit less than they are apart.
 * @param {number} n
 * @param {{width: number, height: number}} plane
 */
export function pictureSide(n, { width, height }) {
  const apart = Math.sqrt((width * height) / Math.max(n, 1));
  return Math.round(Math.min(Math.max(0.9 * apart, LEAST_SIDE), MOST_SIDE));
}

/**
 * The points that give way to their picture: pictures do not overlap, and hide few other points.
 * @param {Seen[]} seen
 * @param {number} side of a picture
 * @param {Set<number>} first points that go before the others: those that have a picture now
 * @param {number} most
 * @returns {number[]} their positions in the pool
 */
export function choosePictured(seen, side, first, most) {
  const room = new FreeRoom();
  const order = [
    ...seen.filter(({ index }) => first.has(index)),
    ...seen.filter(({ index }) => !first.has(index)),
  ];
  const chosen = [];
  for (const { index, spot } of order) {
    if (chosen.length === most) break;
    const near = seen.filter(
      (other) =>
        Math.abs(other.spot[0] - spot[0]) < side / 2 &&
        Math.abs(other.spot[1] - spot[1]) < side / 2,
    );
    if (near.length - 1 > MOST_HIDDEN) continue;
    if (room.take(boxAround(spot, side + 2, side + 2))) chosen.push(index);
  }
  return chosen;
}
