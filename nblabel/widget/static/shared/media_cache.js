// Pictures, texts and rows the page has received, so that the next one is shown without asking
// anyone.

import { bytesOf } from "./pixels.js";
import { mediaOf } from "./media.js";

const QUESTION_BYTES = 64 * 2 ** 20;
const NEIGHBOR_BYTES = 24 * 2 ** 20;
/** Questions whose bytes are asked for at a time; the one on screen is asked for alone. */
const PORTION = 8;

/** @typedef {import("./wire.js").Item} Item */
/** @typedef {import("./wire.js").Neighbor} Neighbor */
/** @typedef {import("./media.js").Kept} Kept */
/** @typedef {(DataView | null | undefined)[]} Buffers */

/** Media by id, the oldest forgotten beyond a limit. */
class BoundedCache {
  /** @param {number} limit in bytes */
  constructor(limit) {
    this.limit = limit;
    this.size = 0;
    /** Oldest first. @type {Map<string, Kept>} */
    this.kept = new Map();
  }

  /**
   * @param {string} id
   * @param {import("./wire.js").Media} media
   * @param {Uint8Array} bytes copied: a view would keep the whole message it came in alive
   */
  put(id, media, bytes) {
    this.remove(id);
    this.kept.set(id, { media, bytes: bytes.slice() });
    this.size += bytes.length;
  }

  /** @param {string} id */
  get(id) {
    return this.kept.get(id) ?? null;
  }

  /**
   * Forget the oldest beyond the limit, but none of these.
   * @param {Set<string>} needed
   */
  trim(needed) {
    for (const id of [...this.kept.keys()]) {
      if (this.size <= this.limit) return;
      if (!needed.has(id)) this.remove(id);
    }
  }

  /** @param {string} id */
  remove(id) {
    this.size -= this.kept.get(id)?.bytes.length ?? 0;
    this.kept.delete(id);
  }
}

export class MediaCache {
  constructor() {
    this.questions = new BoundedCache(QUESTION_BYTES);
    this.neighbors = new BoundedCache(NEIGHBOR_BYTES);
    /** What was asked for and has not come yet. @type {Set<string>} */
    this.asked = new Set();
    /** What was asked for as a neighbour. @type {Set<string>} */
    this.askedNeighbors = new Set();
  }

  /**
   * Keep the bytes that came with an item.
   * @param {Item} item
   * @param {Buffers} buffers
   */
  hold(item, buffers) {
    keepBytes(this.questions, item, buffers);
    for (const neighbor of item.neighbors) keepBytes(this.neighbors, neighbor, buffers);
    if (!this.isMissing(item)) this.asked.delete(item.id);
  }

  /**
   * Keep the bytes of an item that was asked for as somebody's neighbour.
   * @param {Item} item
   * @param {Buffers} buffers
   */
  holdNeighbor(item, buffers) {
    if (this.askedNeighbors.delete(item.id)) keepBytes(this.neighbors, item, buffers);
  }

  /** @param {Item} item */
  of(item) {
    return mediaOf(item) && this.questions.get(item.id);
  }

  /** @param {string} id */
  ofNeighbor(id) {
    return this.neighbors.get(id) ?? this.questions.get(id);
  }

  /**
   * Whether there is something to show of an item that has not come yet.
   * @param {Item} item
   */
  isMissing(item) {
    return mediaOf(item) !== null && !this.questions.get(item.id);
  }

  /**
   * What to ask for now. Old bytes that no item needs may go.
   * @param {Item[]} items
   * @returns {string[]} ids
   */
  refresh(items) {
    this.questions.trim(new Set(items.map((item) => item.id)));
    const neighbors = items.flatMap((item) => item.neighbors);
    this.neighbors.trim(new Set(neighbors.map((one) => one.id)));
    const absent = items.filter((item) => this.isMissing(item) && !this.asked.has(item.id));
    const room = absent[0] && absent[0] === items[0] ? 1 : PORTION - this.asked.size;
    const missing = absent.slice(0, Math.max(room, 0));
    for (const item of missing) this.asked.add(item.id);
    const unseen = neighbors.filter((one) => mediaOf(one) && !this.ofNeighbor(one.id));
    const strangers = unseen.filter(
      ({ id }) => !this.asked.has(id) && !this.askedNeighbors.has(id),
    );
    for (const { id } of strangers) this.askedNeighbors.add(id);
    return [...new Set([...missing, ...strangers].map(({ id }) => id))];
  }

  /**
   * More of an item came than what its question brought.
   * @param {string} id
   * @param {import("./wire.js").Media} media
   * @param {Uint8Array} bytes
   */
  replace(id, media, bytes) {
    this.questions.put(id, media, bytes);
  }

  /** What is shown of the items changed: none of it is here. */
  forget() {
    for (const cache of [this.questions, this.neighbors])
      for (const id of [...cache.kept.keys()]) cache.remove(id);
    this.forgetRequests();
  }

  /** A page that asks anew has no request on its way. */
  forgetRequests() {
    this.asked.clear();
    this.askedNeighbors.clear();
  }
}

/**
 * @param {BoundedCache} cache
 * @param {Item | Neighbor} item
 * @param {Buffers} buffers
 */
function keepBytes(cache, item, buffers) {
  const media = mediaOf(item);
  const buffer = media && media.buffer !== null ? buffers[media.buffer] : null;
  if (media && buffer) cache.put(item.id, media, bytesOf(buffer));
}
