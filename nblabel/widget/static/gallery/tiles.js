// The pictures of the gallery: those in sight are asked for, a few at a time, so that what was
// scrolled past is not waited for. The last used are kept.

import { mediaOf } from "../shared/media.js";
import { bytesOf } from "../shared/pixels.js";

const TILE_SIDES = [96, 256, 512, 1024];
const TILES_AT_ONCE = 32;
/** Of the largest, each of which is as many bytes as ten others. */
const LARGEST_AT_ONCE = 8;
const ON_THEIR_WAY = 2;
const MOST_TILES = 6000;
const MOST_TILE_BYTES = 96 * 2 ** 20;

/** @typedef {import("../shared/wire.js").Item} Item */
/** `kept` is null where nothing of it can be shown.
 * @typedef {{side: number, item: Item, kept: import("../shared/media.js").Kept | null}} Tile */

/** The pixels a side that a picture of this size needs. @param {number} size in CSS pixels */
export function sideFor(size) {
  const pixels = size * devicePixelRatio;
  return TILE_SIDES.find((side) => side >= pixels) ?? TILE_SIDES[TILE_SIDES.length - 1];
}

export class TileCache {
  /**
   * @param {import("../shared/context.js").PanelContext} context
   * @param {AbortSignal} signal
   * @param {() => void} arrived
   */
  constructor(context, signal, arrived) {
    this.context = context;
    /** @type {Map<number, Tile>} */
    this.tiles = new Map();
    this.bytes = 0;
    /** What is wanted, the first first, and at which size. @type {number[]} */
    this.wanted = [];
    this.side = TILE_SIDES[0];
    /** Positions asked for, in each message that is not answered yet. @type {Set<number>[]} */
    this.asked = [];
    this.arrived = arrived;
    context.link.on("tiles", (message, buffers) => this.take(message, buffers), signal);
    context.link.on("behind", () => (this.asked = []), signal);
    const columns = () => {
      this.forget([...this.tiles.keys()]);
      this.arrived();
    };
    context.link.onTrait("columns", columns, signal);
  }

  /** @param {number} index @returns {Tile | null} */
  get(index) {
    return this.tiles.get(index) ?? null;
  }

  /**
   * @param {number[]} indices in sight, and what may be next
   * @param {number} side
   */
  want(indices, side) {
    this.side = side;
    this.wanted = indices.filter((index) => !this.isHere(index, side));
    this.ask();
  }

  /** @param {number} index @param {number} side */
  isHere(index, side) {
    const tile = this.tiles.get(index);
    if (!tile) return false;
    this.tiles.delete(index); // using it keeps it
    this.tiles.set(index, tile);
    // the small sizes have the same few words of a text, and no columns beside it
    const { image, text } = tile.item;
    const hasMore = side > TILE_SIDES[1] && (text || this.context.model.get("columns")?.beside);
    return tile.side >= side || !(image || hasMore);
  }

  ask() {
    while (this.asked.length < ON_THEIR_WAY) {
      const under = (/** @type {number} */ index) => this.asked.some((one) => one.has(index));
      const most = this.side > TILE_SIDES[2] ? LARGEST_AT_ONCE : TILES_AT_ONCE;
      const indices = this.wanted.filter((index) => !under(index)).slice(0, most);
      if (!indices.length) return;
      if (!this.context.send({ type: "tiles", side: this.side, indices })) return;
      this.asked.push(new Set(indices));
    }
  }

  /**
   * @param {{side: number, items: Item[]}} message
   * @param {DataView[]} buffers
   */
  take({ side, items }, buffers) {
    const here = new Set(items.map(({ index }) => index));
    this.asked = this.asked.filter((one) => ![...one].some((index) => here.has(index)));
    this.wanted = this.wanted.filter((index) => !here.has(index));
    for (const item of items) this.keep(side, item, buffers);
    this.drop();
    this.ask();
    this.arrived();
  }

  /** @param {number} side @param {Item} item @param {DataView[]} buffers */
  keep(side, item, buffers) {
    this.forget([item.index]);
    const media = mediaOf(item);
    const place = media?.buffer ?? null;
    const bytes = place === null ? null : bytesOf(buffers[place]);
    const kept = media && bytes ? { media, bytes } : null;
    this.tiles.set(item.index, { side, item, kept });
    this.bytes += bytes?.length ?? 0;
  }

  /**
   * More of an item came than its tile brought.
   * @param {string} id
   * @param {import("../shared/wire.js").Media} media
   * @param {Uint8Array} bytes
   */
  replace(id, media, bytes) {
    for (const tile of this.tiles.values()) {
      if (tile.item.id !== id) continue;
      this.bytes += bytes.length - (tile.kept?.bytes.length ?? 0);
      const kept = { media, bytes: bytes.slice() };
      this.tiles.set(tile.item.index, { ...tile, kept });
      return;
    }
  }

  /** Ask for these again when they are in sight. @param {ArrayLike<number>} indices */
  forget(indices) {
    for (let k = 0; k < indices.length; k++) {
      const tile = this.tiles.get(indices[k]);
      if (!tile) continue;
      this.bytes -= tile.kept?.bytes.length ?? 0;
      this.tiles.delete(indices[k]);
    }
  }

  drop() {
    for (const index of this.tiles.keys()) {
      if (this.tiles.size <= MOST_TILES && this.bytes <= MOST_TILE_BYTES) return;
      this.forget([index]);
    }
  }
}
