// Files that the browser keeps.

import { h } from "./dom.js";
import { later } from "./errors.js";

/** So long a browser may take to begin with a file. */
const FILE_MS = 10_000;

/**
 * Put a file among the downloads of the browser.
 * @param {Blob} blob
 * @param {string} name
 */
export function offerFile(blob, name) {
  const href = URL.createObjectURL(blob);
  h("a", { href, download: name }).click();
  later(FILE_MS, () => URL.revokeObjectURL(href));
}
