// The rest of a long text: what came with the question is its beginning, and the rest is asked for
// once somebody reads on, or looks for something in it.

import { listen } from "./errors.js";
import { bytesOf } from "./pixels.js";

/** Characters that come with a question. */
const BEGINNING = 20_000;
/** So many heights of the card before its end. */
const NEAR_END = 2;

/** @typedef {import("./media.js").Kept} Kept */
/** @typedef {(id: string, text: import("./wire.js").Text, bytes: Uint8Array) => void} KeepText */

export class RestOfText {
  /**
   * @param {import("./looking.js").Looker} looker
   * @param {HTMLElement} card that the text is in
   * @param {KeepText} keep takes a text in whole
   */
  constructor({ context, signal }, card, keep) {
    this.context = context;
    this.card = card;
    this.keep = keep;
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
   * @param {string} id of the item on screen, "" for none
   * @param {Kept | null} kept
   * @param {boolean} isSearched
   * @param {number} scrollTop where the card was before it was filled
   */
  render(id, kept, isSearched, scrollTop) {
    // the text grew: who reads it stays where they are
    if (id === this.id && kept !== this.kept && kept) this.card.scrollTop = scrollTop;
    if (id !== this.id || kept !== this.kept) this.isCut = isCut(kept);
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
   * @param {{id: string, text: import("./wire.js").Text}} message
   * @param {DataView[]} buffers
   */
  receive({ id, text }, buffers) {
    // another part of the page may have asked for it
    if (!this.asked.delete(id) || text.buffer === null) return;
    this.keep(id, text, bytesOf(buffers[text.buffer]));
  }
}

/**
 * Whether more of a text is left than is here.
 * @param {Kept | null} kept
 */
function isCut(kept) {
  if (!kept || !("length" in kept.media) || kept.media.length <= BEGINNING) return false;
  const text = /** @type {string} */ (JSON.parse(new TextDecoder().decode(kept.bytes)));
  return [...text].length < kept.media.length;
}
