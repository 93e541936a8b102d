// What the page says where an item may have several tags.

import { counted, percentText } from "./format.js";

const NO_TAG = "no tag";

export const TAG_TEXT = {
  noTag: NO_TAG,
  /** @param {string[]} tags */
  listed: (tags) => tags.join(", ") || NO_TAG,
  /** @param {{label: string, confidence: number}[]} tags */
  predicted: (tags) =>
    tags.map(({ label, confidence }) => `${label} ${percentText(confidence)}`).join(", ") || NO_TAG,
  /** @param {string} id @param {string} tags */
  predictedFor: (id, tags) => `${id}: predicted ${tags}`,
  takeOver: "Use",
  takeOverLabel: "Press the tags that are predicted",
  nonePredicted: "No tag is predicted.",
  /** @param {string} name @param {boolean} on @param {number} n how many are pressed by now */
  toggled: (name, on, n) =>
    `${name} ${on ? "pressed" : "released"}, ${n ? counted(n, "tag") : NO_TAG}`,
  /** @param {string[]} tags */
  confirm: (tags) => `Confirm: ${tags.join(", ") || NO_TAG}`,
  confirmKey: "Confirm the tags that are pressed, also none",
  sameKeyTwice: "Same key twice within 0.15 s: counted once.",
  someAnswered: "Some of its tags are answered",
  /** @param {string} noun */
  addAndPress: (noun) => `Add and press for this ${noun}`,
  groupHint: "Press one to answer it. A group gets no tag as a whole.",
  /** @param {string} words */
  askNow: (words) => `${words}. Ask it now.`,
};
