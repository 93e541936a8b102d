// The rest of a long text: what came with the question is its beginning, and the rest is asked for
// once somebody reads on, or looks for something in it.

import { listen } from "../shared/errors.js";
import { bytesOf } from "../shared/pixels.js";

/** Characters that come with a question. */
const BEGINNING = 20_000;
/** So many heights of the card before its end. */
const NEAR_END = 2;

/** @typedef {import("../shared/wire.js").Item} Item */
/** @typedef {import("../shared/media.js").Kept} Kept */

export class RestOfText {
  /**
   * @param {import("./controller.js").QueueController} controller
   * @param {HTMLElement} card that the text is in
   * @param {AbortSignal} signal
   */
  constructor(controller, card, signal) {
    const { context } = controller;
    this.controller = controller;
    this.context = context;
    this.card = card;
    this.id = "";
    this.isCut = false;
    /** @type {Kept | null} */
    this.kept = null;
    /** Texts that were asked for. @type {Set<string>} */
    this.asked = new Set();
    context.link.on("text", (message, buffers) => this.receive(message, buffers), signal);
    context.link.on("behind", () => this.asked.clear(), signal);
    listen(card, "scroll", () => this.scrolled(), { signal });
  }

  /**
   * @param {Item | null} item
   * @param {Kept | null} kept
   * @param {boolean} isSearched
   * @param {number} scrollTop where the card was before it was filled
   */
  render(item, kept, isSearched, scrollTop) {
    const id = item?.id ?? "";
    // the text grew: who reads it stays where they are
    if (id === this.id && kept !== this.kept && kept) this.card.scrollTop = scrollTop;
    if (id !== this.id || kept !== this.kept) this.isCut = Boolean(kept) && isCut(item, kept);
    this.id = id;
    this.kept = kept;
    if (isSearched) this.ask();
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.card;
    if (scrollTop > 0 && scrollTop + NEAR_END * clientHeight > scrollHeight) this.ask();
  }

  ask() {
    if (!this.isCut || this.asked.has(this.id)) return;
    if (this.context.send({ type: "read_text", id: this.id })) this.asked.add(this.id);
  }

  /**
   * @param {{id: string, text: import("../shared/wire.js").Text}} message
   * @param {DataView[]} buffers
   */
  receive({ id, text }, buffers) {
    const { media, queue } = this.context;
    if (text.buffer === null || !queue.items.some((item) => item.id === id)) return;
    media.replace(id, text, bytesOf(buffers[text.buffer]));
    this.controller.render();
  }
}

/**
 * Whether more of a text is left than is here.
 * @param {Item | null} item
 * @param {Kept | null} kept
 */
function isCut(item, kept) {
  if (!item || !kept || !("length" in kept.media) || kept.media.length <= BEGINNING) return false;
  const text = /** @type {string} */ (JSON.parse(new TextDecoder().decode(kept.bytes)));
  return [...text].length < kept.media.length;
}
