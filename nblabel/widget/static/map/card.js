// The card of a point: its picture and what is known about it.

import { h, setText } from "../shared/dom.js";
import { mediaOf, shortWords } from "../shared/media.js";
import { paintPixels } from "../shared/pixels.js";
import { TEXT } from "../shared/text.js";

const GAP = 14;

/** @typedef {import("../shared/map_state.js").Picture} Picture */

export class PointCard {
  constructor() {
    this.picture = h("canvas", { class: "nbl-map-card-picture", "aria-hidden": "true" });
    this.swatch = h("span", { class: "nbl-map-swatch" });
    this.text = h("span");
    this.words = h("span", { class: "nbl-map-card-words", dir: "auto" });
    const line = h("span", { class: "nbl-map-card-line" }, this.swatch, this.text);
    this.el = h("div", { class: "nbl-map-card", hidden: true }, this.picture, this.words, line);
  }

  /**
   * @param {Picture} picture its text is "" where the item says it all
   * @param {{name: string, color: string}[]} classes
   * @returns {string} the words shown
   */
  fill({ item, text, bytes }, classes) {
    const words = item.error ?? (text || describeItem(item));
    this.picture.hidden = !(item.image && bytes);
    if (item.image && bytes) paintPixels(this.picture, item.image, bytes);
    const media = mediaOf(item);
    const short = media && bytes ? shortWords({ media, bytes }) : "";
    setText(this.words, short);
    this.words.hidden = !short;
    setText(this.text, words);
    const shown = tagOf(item) ?? item.label ?? item.prediction?.label;
    const color = classes.find(({ name }) => name === shown)?.color;
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
    const clamp = (/** @type {number} */ value, /** @type {number} */ room) =>
      Math.max(Math.min(value, room - 4), 4);
    this.el.style.left = `${clamp(left, plane.width - width)}px`;
    this.el.style.top = `${clamp(y - height / 2, plane.height - height)}px`;
  }
}

/**
 * The tag that colours an item that may have several.
 * @param {import("../shared/wire.js").Item} item
 */
function tagOf({ label, tags }) {
  return label === null ? tags?.predicted?.[0]?.label : tags?.known[0];
}

/** @param {import("../shared/wire.js").Item} item */
function describeItem({ id, label, prediction, tags }) {
  if (label) return TEXT.map.labeled(id, label);
  if (tags?.predicted) return TEXT.tags.predictedFor(id, TEXT.tags.predicted(tags.predicted));
  return prediction
    ? TEXT.map.predicted(id, prediction.label, prediction.confidence)
    : TEXT.map.noPrediction(id);
}
