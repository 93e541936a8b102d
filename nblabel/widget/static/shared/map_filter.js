// Which items meet the filters of this page, those of the map and of the gallery, as the kernel
// told last.

import { makeUid } from "./dom.js";
import { bytesOf } from "./pixels.js";
import { TEXT } from "./text.js";

/** As docs/wire.md has them; none where nothing is filtered.
 * @typedef {Record<string, any>} Criteria */

export class MapFilter {
  /** @param {import("./map_state.js").MapState} map */
  constructor(map) {
    this.map = map;
    /** @type {Criteria} */
    this.criteria = {};
    /** 1 for each point that meets them, null for all. @type {Uint8Array | null} */
    this.shown = null;
    /** How many do. */
    this.n = 0;
    /** Of how many. */
    this.total = 0;
    /** What is wrong with them, "" where nothing is. */
    this.problem = "";
    this.request = "";
    map.context.link.on("filter", (message, [buffer]) => this.take(message, buffer));
    map.context.link.on("filters", (message) => this.apply(message.criteria)); // set from Python
  }

  /** Whether there is anything to meet. */
  get isOn() {
    return Object.keys(this.criteria).length > 0;
  }

  /** What they leave, or what is wrong with them. */
  get text() {
    if (this.problem) return this.problem;
    return this.shown ? TEXT.filter.left(this.n, this.total) : TEXT.filter.finding;
  }

  /**
   * Show what meets other criteria, as soon as the kernel has found it.
   * @param {Criteria} criteria
   * @returns {boolean} whether the kernel hears of it
   */
  apply(criteria) {
    this.criteria = criteria;
    this.request = makeUid();
    this.map.emit("criteria");
    if (!this.isOn) Object.assign(this, { shown: null, problem: "" });
    if (!this.isOn || !this.shown) this.map.emit("filter");
    return this.ask();
  }

  ask() {
    const { criteria, request } = this;
    return this.map.context.send({ type: "filter", request, criteria });
  }

  /** The kernel forgot this page, and hears of it anew. */
  renew() {
    if (this.isOn) this.ask();
  }

  /**
   * @param {{request: string, n: number, total: number, text: string}} message
   * @param {DataView | undefined} buffer a bit for each point, none where the criteria are wrong
   */
  take({ request, n, total, text }, buffer) {
    if (request !== this.request || !this.isOn) return;
    this.problem = text;
    if (buffer) {
      this.shown = unpackBits(bytesOf(buffer), total);
      Object.assign(this, { n, total });
    }
    this.map.emit("filter");
  }
}

/**
 * @param {Uint8Array} bytes eight points in each, the first in the lowest bit
 * @param {number} n
 * @returns {Uint8Array} 1 where a bit is set
 */
export function unpackBits(bytes, n) {
  const values = new Uint8Array(n);
  for (let i = 0; i < n; i++) values[i] = (bytes[i >> 3] >> (i & 7)) & 1;
  return values;
}
