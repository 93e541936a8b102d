// Words for screen readers.

import { h } from "./dom.js";

/** Nobody sees or hears it, but it makes a text another one. */
const ZERO_WIDTH = "\u200b";

/**
 * Set the words of a live region. Words that are there already are said again: a region whose text
 * stays the same is not read.
 * @param {Element} region
 * @param {string} text
 */
export function announce(region, text) {
  region.textContent = region.textContent === text && text ? text + ZERO_WIDTH : text;
}

/** @returns {HTMLElement} the panel's polite live region, which nobody sees */
export function buildLiveRegion() {
  return h("div", { class: "nbl-hidden nbl-live", role: "status", "aria-live": "polite" });
}
