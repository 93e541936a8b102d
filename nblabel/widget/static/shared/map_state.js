// What the kernel told of the points, once for all views of a page. Each piece of news is emitted
// to the views.

import { Emitter } from "./emitter.js";
import { MapFilter } from "./map_filter.js";
import { mediaOf } from "./media.js";
import { bytesOf } from "./pixels.js";

const PICTURES_KEPT = 256;

/** @typedef {import("./context.js").PanelContext} PanelContext */
/** @typedef {import("./wire.js").Item} Item */
/**
 * @typedef {object} Picture
 * @property {number} version of the colours it was made with; its prediction may be outdated after
 *   them
 * @property {Item} item
 * @property {string} text
 * @property {Uint8Array | null} bytes
 */

export class MapState extends Emitter {
  /** @param {PanelContext} context */
  constructor(context) {
    super();
    this.context = context;
    /**
     * How many points there are, also where something else draws them and their places are not
     * sent.
     */
    this.n = 0;
    this.coords = new Float32Array(0);
    /** @type {Uint8Array | Uint16Array} */
    this.codes = new Uint8Array(0);
    /** @type {string[]} */
    this.palette = [];
    this.version = 0;
    this.labeled = new Uint32Array(0);
    /** @type {Map<number, Picture>} */
    this.pictures = new Map();
    this.filter = new MapFilter(this);
    this.hear();
  }

  hear() {
    const { link } = this.context;
    link.on("points", (message, [buffer]) => this.takePoints(message, buffer));
    link.on("colors", (message, [buffer]) => this.takeColors(message, buffer));
    link.on("labeled", (_, [buffer]) => this.takeLabeled(buffer));
    link.on("picture", (message, buffers) => this.takePicture(message, buffers));
    link.on("pictures", ({ items }, buffers) => this.takePictures(items, buffers));
  }

  /** How many points have a code, of those that meet the filters. @param {number} code */
  count(code) {
    const { codes } = this;
    const { shown } = this.filter;
    let n = 0;
    for (let i = 0; i < codes.length; i++)
      if (codes[i] === code && (!shown || shown[i] === 1)) n += 1;
    return n;
  }

  /** How many points of each code meet the filters. @returns {Uint32Array} */
  countEach() {
    const { codes } = this;
    const { shown } = this.filter;
    const counts = new Uint32Array(Math.max(this.palette.length, 256));
    for (let i = 0; i < codes.length; i++) if (!shown || shown[i] === 1) counts[codes[i]] += 1;
    return counts;
  }

  /** 1 for each labeled point. */
  labeledMask() {
    const mask = new Uint8Array(this.n);
    for (const i of this.labeled) mask[i] = 1;
    return mask;
  }

  /**
   * @param {{n: number, animate: boolean}} message
   * @param {DataView | undefined} buffer none where plotly draws them
   */
  takePoints({ n, animate }, buffer) {
    this.n = n;
    this.coords = new Float32Array(alignedCopy(buffer));
    if (buffer && this.codes.length !== n) this.codes = new Uint8Array(n);
    this.tell("points", { animate });
  }

  /**
   * @param {{palette: string[]}} message
   * @param {DataView | undefined} buffer
   */
  takeColors({ palette }, buffer) {
    this.palette = palette;
    const Codes = palette.length > 256 ? Uint16Array : Uint8Array;
    const codes = new Codes(alignedCopy(buffer));
    if (codes.length) this.codes = codes;
    this.version += 1;
    this.tell("colors");
  }

  /** @param {DataView | undefined} buffer */
  takeLabeled(buffer) {
    const before = this.labeled;
    this.labeled = new Uint32Array(alignedCopy(buffer));
    if (!sameNumbers(before, this.labeled)) this.tell("labeled");
  }

  /**
   * @param {{index: number, item: Item | null, text: string}} message
   * @param {DataView[]} buffers
   */
  takePicture({ index, item, text }, buffers) {
    if (item) this.keep(index, item, text, buffers);
    this.emit("picture", { index, item });
  }

  /**
   * @param {Item[]} items
   * @param {DataView[]} buffers
   */
  takePictures(items, buffers) {
    for (const item of items) this.keep(item.index, item, "", buffers);
    this.emit("pictures");
  }

  /**
   * @param {number} index
   * @param {Item} item
   * @param {string} text
   * @param {DataView[]} buffers
   */
  keep(index, item, text, buffers) {
    const position = mediaOf(item)?.buffer ?? null;
    const bytes =
      position === null ? (this.pictures.get(index)?.bytes ?? null) : bytesOf(buffers[position]);
    this.pictures.delete(index);
    this.pictures.set(index, { version: this.version, item, text, bytes });
    if (this.pictures.size > PICTURES_KEPT)
      this.pictures.delete(this.pictures.keys().next().value ?? index);
  }

  /**
   * The picture of a point as far as it is known; using it keeps it.
   * @param {number} index
   * @returns {Picture | null}
   */
  picture(index) {
    const picture = this.pictures.get(index);
    if (!picture) return null;
    this.pictures.delete(index);
    this.pictures.set(index, picture);
    return picture;
  }

  /**
   * Have the views draw something that can wait for a pause.
   * @param {string} type
   * @param {any} [detail]
   */
  tell(type, detail) {
    this.context.throttle.run(type, () => this.emit(type, detail));
  }
}

/**
 * @param {Uint32Array} a
 * @param {Uint32Array} b
 */
function sameNumbers(a, b) {
  return a.length === b.length && a.every((value, k) => value === b[k]);
}

/**
 * The bytes of a buffer on their own, where any typed array may begin.
 * @param {DataView | undefined} buffer
 * @returns {ArrayBuffer}
 */
export function alignedCopy(buffer) {
  return buffer ? /** @type {ArrayBuffer} */ (bytesOf(buffer).slice().buffer) : new ArrayBuffer(0);
}
