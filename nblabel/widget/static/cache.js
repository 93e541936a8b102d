// Pictures, texts and rows the page has received, so that the next one is shown without asking anyone.

/** @typedef {import("./media.js").Kept} Picture */

export class PictureCache {
  /** @param {number} limit in bytes */
  constructor(limit) {
    this.limit = limit;
    this.size = 0;
    /** Oldest first.
     * @type {Map<string, Picture>} */
    this.pictures = new Map();
  }

  /**
   * @param {string} id
   * @param {import("./media.js").Media} media
   * @param {Uint8Array} bytes copied: a view would keep the whole message it came in alive
   */
  put(id, media, bytes) {
    this.remove(id);
    this.pictures.set(id, { media, bytes: bytes.slice() });
    this.size += bytes.length;
  }

  /** @param {string} id */
  get(id) {
    return this.pictures.get(id) ?? null;
  }

  /**
   * Forget the oldest pictures beyond the limit, but none of these.
   * @param {Set<string>} needed
   */
  trim(needed) {
    for (const id of [...this.pictures.keys()]) {
      if (this.size <= this.limit) return;
      if (!needed.has(id)) this.remove(id);
    }
  }

  /** @param {string} id */
  remove(id) {
    this.size -= this.pictures.get(id)?.bytes.length ?? 0;
    this.pictures.delete(id);
  }
}
