// What the page says where an item may have several tags.

import { capital, countText, counted, percentText } from "./format.js";

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
  /** @param {string} noun */
  first: (noun) => `Which tags has this ${noun}? Press their keys, then Enter.`,
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
  tag: "Tag",
  gridOpen: "One tag at a time",
  gridTitle: "One tag at a time",
  gridItems: "Items to answer",
  gridLeave: "Back to the questions",
  gridHint:
    "1 or y yes, 2 or n no, 3 unsure, Space goes through them. Enter: what has no mark is a no.",
  gridLoading: "Not all of them are here yet.",
  gridNothingToUndo: "There is no grid to undo here.",
  /** @param {number} n */
  gridCount: (n) => `${countText(n)} not answered`,
  /** @param {string} tag @param {number} n */
  gridLeft: (tag, n) => `${tag}: ${countText(n)} not answered`,
  /** @param {"yes" | "no" | "unsure" | null} value */
  gridValue: (value) => value ?? "not marked",
  /** @param {"yes" | "no" | "unsure"} value */
  gridSign: (value) => `${{ yes: "✓", no: "✕", unsure: "?" }[value]} ${value}`,
  /** @param {string} noun @param {string} id @param {string} short @param {string} value */
  gridItem: (noun, id, short, value) =>
    [`${capital(noun)} ${id}`, short, value].filter(Boolean).join(", "),
  /** @param {number} yes @param {number} no @param {number} unsure */
  gridConfirm: (yes, no, unsure) =>
    `Confirm: ${countText(yes)} yes, ${countText(no)} no` +
    (unsure ? `, ${countText(unsure)} unsure` : ""),
  /** @param {string} words */
  askNow: (words) => `${words}. Ask it now.`,
};
