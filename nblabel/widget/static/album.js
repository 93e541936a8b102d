// The pictures of the queue: those asked about, and the small ones of their neighbours.

import { PictureCache } from "./cache.js";
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
    keepPixels(this.questions, item.id, item.image, buffers);
    for (const { id, image } of item.neighbors ?? []) keepPixels(this.neighbors, id, image, buffers);
    if (!this.isMissing(item)) this.asked.delete(item.id);
  }

  /**
   * Keep the pixels of an item that was asked for as somebody's neighbour.
   * @param {Item} item
   * @param {(DataView | null | undefined)[]} buffers
   */
  holdNeighbor(item, buffers) {
    if (this.askedNeighbors.delete(item.id)) keepPixels(this.neighbors, item.id, item.image, buffers);
  }

  /** @param {Item} item */
  pictureOf(item) {
    return item.image && this.questions.get(item.id);
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
    return item.image !== null && !this.questions.get(item.id);
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
    const unseen = neighbors.filter(({ id, image }) => image && !this.neighborPicture(id));
    const strangers = unseen.filter(({ id }) => !this.asked.has(id) && !this.askedNeighbors.has(id));
    for (const { id } of strangers) this.askedNeighbors.add(id);
    return [...new Set([...missing, ...strangers].map(({ id }) => id))];
  }
}

/**
 * @param {PictureCache} cache
 * @param {string} id
 * @param {import("./pixels.js").Image | null} image
 * @param {(DataView | null | undefined)[]} buffers
 */
function keepPixels(cache, id, image, buffers) {
  const buffer = image && image.buffer !== null ? buffers[image.buffer] : null;
  if (image && buffer) cache.put(id, image, bytesOf(buffer));
}
