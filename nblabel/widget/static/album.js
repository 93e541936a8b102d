// What the queue shows: the pictures, texts and rows asked about, and the small ones of their neighbours.

import { PictureCache } from "./cache.js";
import { mediaOf } from "./media.js";
import { bytesOf } from "./pixels.js";

const QUESTION_BYTES = 64 * 2 ** 20;
const NEIGHBOR_BYTES = 24 * 2 ** 20;

/** @typedef {import("./line.js").Item} Item */

export class Album {
  constructor() {
    this.questions = new PictureCache(QUESTION_BYTES);
    this.neighbors = new PictureCache(NEIGHBOR_BYTES);
    /** Pictures that were asked for and have not come yet.
     * @type {Set<string>} */
    this.asked = new Set();
    /** Those that were asked for as neighbours.
     * @type {Set<string>} */
    this.askedNeighbors = new Set();
  }

  /**
   * Keep the pixels that came with an item.
   * @param {Item} item
   * @param {(DataView | null | undefined)[]} buffers
   */
  hold(item, buffers) {
    keepBytes(this.questions, item, buffers);
    for (const neighbor of item.neighbors ?? []) keepBytes(this.neighbors, neighbor, buffers);
    if (!this.isMissing(item)) this.asked.delete(item.id);
  }

  /**
   * Keep the pixels of an item that was asked for as somebody's neighbour.
   * @param {Item} item
   * @param {(DataView | null | undefined)[]} buffers
   */
  holdNeighbor(item, buffers) {
    if (this.askedNeighbors.delete(item.id)) keepBytes(this.neighbors, item, buffers);
  }

  /** @param {Item} item */
  pictureOf(item) {
    return mediaOf(item) && this.questions.get(item.id);
  }

  /** @param {string} id */
  neighborPicture(id) {
    return this.neighbors.get(id) ?? this.questions.get(id);
  }

  /**
   * Whether an item has a picture that is not here yet.
   * @param {Item} item
   */
  isMissing(item) {
    return mediaOf(item) !== null && !this.questions.get(item.id);
  }

  /**
   * Which pictures to ask for now. Old ones that no item needs may go.
   * @param {Item[]} items
   * @returns {string[]} ids
   */
  refresh(items) {
    this.questions.trim(new Set(items.map((item) => item.id)));
    const neighbors = items.flatMap((item) => item.neighbors ?? []);
    this.neighbors.trim(new Set(neighbors.map((one) => one.id)));
    const missing = items.filter((item) => this.isMissing(item) && !this.asked.has(item.id));
    for (const item of missing) this.asked.add(item.id);
    const unseen = neighbors.filter((one) => mediaOf(one) && !this.neighborPicture(one.id));
    const strangers = unseen.filter(({ id }) => !this.asked.has(id) && !this.askedNeighbors.has(id));
    for (const { id } of strangers) this.askedNeighbors.add(id);
    return [...new Set([...missing, ...strangers].map(({ id }) => id))];
  }
}

/**
 * @param {PictureCache} cache
 * @param {Item | import("./line.js").Neighbor} item
 * @param {(DataView | null | undefined)[]} buffers
 */
function keepBytes(cache, item, buffers) {
  const media = mediaOf(item);
  const buffer = media && media.buffer !== null ? buffers[media.buffer] : null;
  if (media && buffer) cache.put(item.id, media, bytesOf(buffer));
}
