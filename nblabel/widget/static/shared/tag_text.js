// What the page says where an item may have several tags.

import { capital, countText, counted, percentText, shareText } from "./format.js";

const NO_TAG = "no tag";

/** @param {number} yes @param {number} no */
function yesNo(yes, no) {
  return `${countText(yes)} yes, ${countText(no)} no`;
}

/**
 * Words about classes as they read where classes are tags; what stands in quotation marks stays.
 * @param {string} text
 */
export function asTags(text) {
  const parts = text.split(/(“[^”]*”)/);
  return parts.map((part, i) => (i % 2 ? part : part.replace(/\bclass(es)?\b/gi, tagFor))).join("");
}

/** @param {string} word @param {string | undefined} many */
function tagFor(word, many) {
  return `${word[0] === "C" ? "T" : "t"}ag${many ? "s" : ""}`;
}

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
  moveTitle: "An item that has a tag has those above it, too.",
  askBelow: "Ask for the tags below it",
  askBelowTitle:
    "Items with this tag, of which no tag below it is answered, come next in the queue.",
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
  /** @param {{label: string, suggestion: "yes" | "no", confidence: number}[]} tags */
  suggested: (tags) =>
    tags
      .map(
        ({ label, suggestion, confidence }) =>
          `${suggestion === "no" ? "not " : ""}${label} ${percentText(confidence)}`,
      )
      .join(", "),
  useSuggested: "Press and release tags as the model predicts them",
  /** @param {"yes" | "no"} suggestion */
  doubted: (suggestion) => `under review: the model predicts ${suggestion}`,
  perHour: "Items per hour",
  accuracy: "Accuracy per tag",
  accuracyTitle: "Precision and recall of each tag, estimated from the audit sample",
  accuracyNote:
    "Precision: of the items said to have the tag, the share that has it. Recall: of the items " +
    "that have it, the share said to have it. Each interval holds by itself, with 95\u202f% " +
    "confidence.",
  /** @param {number} share @param {number} low @param {number} high @param {number} n */
  accuracyOfAll: (share, low, high, n) =>
    `${shareText(share)} of all pairs of item and tag right, ${shareText(low)} to ` +
    `${shareText(high)}; ${counted(n, "audit label")}.`,
  /** @param {number} n @param {number} least */
  accuracyUnknown: (n, least) =>
    n
      ? `Not known yet: ${countText(n)} of at least ${countText(least)} audit labels.`
      : `Not known yet: no audit label is there. “Audit ${countText(least)} now” asks items ` +
        "drawn at random.",
  auditLabels: "Audit labels",
  shares: { precision: "Precision", recall: "Recall", accuracy: "Accuracy" },
  allTags: "All tags",
  /** @param {number} n @param {number} least */
  ofLeast: (n, least) => `${countText(n)} of ${countText(least)}`,
  share: shareText,
  /** @param {boolean} known whether there are audit labels enough */
  noShare: (known) => (known ? "no item" : "–"),
  /** @param {number} low @param {number} high */
  ends: (low, high) => `${shareText(low)} to ${shareText(high)}`,
  /** @param {number} n */
  moreTags: (n) =>
    `${counted(n, "more tag")}: nb.audit(panel.session).table has all. The most frequent are here.`,
  toGive: "Tags from the model",
  toGiveHint: "Each takes answers of its own: choose those that the model is to give.",
  chooseAll: "All",
  chooseNone: "None",
  chooseTags: "Choose the tags that the model is to give.",
  /**
   * @param {{yes: number, no: number, ready_yes: number, ready_no: number, left: number,
   *   needed: number}} tag
   */
  facts: (tag) =>
    [
      tag.yes + tag.no ? `from the model: ${yesNo(tag.yes, tag.no)}` : "",
      tag.ready_yes + tag.ready_no ? `can be accepted: ${yesNo(tag.ready_yes, tag.ready_no)}` : "",
      tag.needed ? `${counted(tag.needed, "answer")} missing` : "",
      `${countText(tag.left)} not answered`,
    ]
      .filter(Boolean)
      .join(" · "),
  reviewTitle: "Ask items again of which an answer about a tag is contradicted",
  /** In place of words about labels. */
  autoLabel: {
    /** @param {number} n */
    accept: (n) => `Accept ${counted(n, "answer")}`,
    queueChecks: () => "Queue the checks",
    /** @param {number} n */
    contradicted: (n) => `The model now contradicts ${counted(n, "accepted answer")} about tags.`,
    reviewThese: "Ask their items again in the queue, with the same keys",
  },
  curves: {
    accuracy: "Accuracy of all pairs of item and tag, estimated from the audit sample",
    /** @param {number} threshold */
    confident: (threshold) =>
      `Share of all pairs of item and tag with an answer more probable than ` +
      shareText(threshold),
  },
  curvesNote: "Rare tags hardly show in these. Accuracy per tag has precision and recall of each.",
  /** @param {string} words */
  askNow: (words) => `${words}. Ask it now.`,
};
