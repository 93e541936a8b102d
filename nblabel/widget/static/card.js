import { h, percentText, setText } from "./dom.js";
import { mediaOf, shortWords } from "./media.js";
import { paintPixels } from "./pixels.js";

// The card beside a point: its picture and what is known about it.

const GAP = 14;

export class Card {
  constructor() {
    this.picture = h("canvas", { class: "nbl-map-card-picture", "aria-hidden": "true" });
    this.swatch = h("span", { class: "nbl-map-swatch" });
    this.text = h("span");
    this.words = h("span", { class: "nbl-map-card-words", dir: "auto" });
    const line = h("span", { class: "nbl-map-card-line" }, this.swatch, this.text);
    this.el = h("div", { class: "nbl-map-card", hidden: true }, this.picture, this.words, line);
  }

  /**
   * @param {any} item
   * @param {string} text "" where the item says it all
   * @param {Uint8Array | null} bytes
   * @param {{name: string, color: string}[]} classes
   * @returns {string} the words shown
   */
  fill(item, text, bytes, classes) {
    const words = item.error ?? (text || describeItem(item));
    this.picture.hidden = !(item.image && bytes);
    if (item.image && bytes) paintPixels(this.picture, item.image, bytes);
    const media = mediaOf(item);
    const short = media && bytes ? shortWords({ media, bytes }) : "";
    setText(this.words, short);
    this.words.hidden = !short;
    setText(this.text, words);
    const color = classes.find(({ name }) => name === (item.label ?? item.guess?.label))?.color;
    this.swatch.hidden = !color;
    this.swatch.style.background = color ?? "";
    this.el.hidden = false;
    return [words, short].filter(Boolean).join(". ");
  }

  /**
   * Beside a spot, on the side that has room.
   * @param {[number, number]} spot in CSS pixels
   * @param {{width: number, height: number}} plane
   */
  place([x, y], plane) {
    const { offsetWidth: width, offsetHeight: height } = this.el;
    const left = x + GAP + width <= plane.width ? x + GAP : x - GAP - width;
    const clamp = (/** @type {number} */ value, /** @type {number} */ room) => Math.max(Math.min(value, room - 4), 4);
    this.el.style.left = `${clamp(left, plane.width - width)}px`;
    this.el.style.top = `${clamp(y - height / 2, plane.height - height)}px`;
  }
}

/** @param {any} item */
function describeItem({ id, label, guess }) {
  if (label) return `${id}: labeled ${label}`;
  return guess ? `${id}: perhaps ${guess.label}, ${percentText(guess.confidence)}` : `${id}: not labeled`;
}
