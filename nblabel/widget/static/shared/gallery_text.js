// What the page says in the gallery.

import { capital, countText, counted, percentText, shareText } from "./format.js";

export const GALLERY_TEXT = {
  title: "Gallery",
  open: "Gallery",
  /** @param {string} name what the colour that is shown alone means, "" for none */
  openOf: (name) => (name ? `Gallery of ${name}` : "Gallery"),
  openTitle: "Look through all items, or those of a class",
  close: "Back to the questions",
  loading: "Loading…",
  size: "Size",
  filters: "Filters",
  show: "Show",
  /** @type {Record<string, string>} */
  shows: {
    all: "All",
    unlabeled: "Not labeled",
    labeled: "Labeled",
    skipped: "Skipped",
    flagged: "Flagged",
    noted: "With a note",
    contradicted: "Labels to review",
    stale: "Accepted labels to review",
    duplicates: "Near duplicates",
    missing: "File is gone",
  },
  class: "Class",
  tag: "Tag",
  anyClass: "Any",
  as: "by",
  /** @type {Record<string, string>} */
  abouts: { both: "label or prediction", label: "label", prediction: "prediction" },
  column: "Column",
  value: "Go to",
  /** @param {string} name @param {number} n */
  valueOf: (name, n) => `${name} (${countText(n)})`,
  search: "Search",
  searchHint: "words, an id or a file name",
  by: "In",
  /** @type {Record<string, string>} */
  ways: {
    auto: "Anything",
    words: "Words",
    meaning: "Meaning",
    id: "Id or file name",
    notes: "Notes",
  },
  order: "Order",
  /** @type {Record<string, string>} */
  orders: {
    best: "Best first",
    trust: "Least trusted first",
    position: "Position",
    confidence: "Confidence",
    distance: "Distance",
    time: "Time of answer",
    id: "Id",
    column: "Column",
    random: "Random",
    outliers: "Outliers first",
    central: "Most central first",
  },
  descending: "Reverse",
  distanceNeeds: "Distance: choose a class, or go to an item first.",
  reset: "Show all",
  refresh: "Update",
  /** @param {number} n */
  among: (n) => `Only the ${countText(n)} selected`,
  /** @param {number} n */
  hiddenLeftOut: (n) => `${counted(n, "hidden point")} left out`,
  dropAmong: "Show others too",
  clusters: { previous: "Previous cluster", next: "Next cluster" },
  otherClusters: "Other clusters…",
  /** What a mark of a chart stands for. */
  only: {
    /** @param {number} from @param {number} to */
    labels: (from, to) =>
      from === to
        ? `Only label ${countText(to)} in the order of time`
        : `Only labels ${countText(from)} to ${countText(to)} in the order of time`,
    /** @param {number} least */
    confident: (least) => `Only predicted with a confidence of ${shareText(least)} or more`,
    near: "Only those that are nearly equal",
    like: "Only those that are most like one",
    /** @param {string} name "" for all classes @param {number} n */
    trusted: (name, n) =>
      `Only the ${countText(n)} most trusted predictions${name ? ` of ${name}` : ""}`,
  },
  /** @param {string} told what a mark of a chart says @param {string} only what it opens */
  mark: (told, only) => `${told}. Opens in the gallery: ${only.replace(/^Only /, "")}`,
  marks: "Points that open in the gallery",
  /** @param {number} left @param {number} came */
  changed: (left, came) =>
    [left ? `${countText(left)} no longer fit` : "", came ? `${countText(came)} more fit` : ""]
      .filter(Boolean)
      .join(", "),
  /** @param {string} noun */
  grid: (noun) => `${capital(noun)}s`,
  hint:
    "Arrow keys move, Space chooses, Shift+arrow chooses a range, Ctrl+A chooses all, " +
    "Enter opens. Class keys label what is chosen.",
  groupHint:
    "All of them are chosen. A click or Space leaves out what does not belong; " +
    "a class key labels the others.",
  reviewHint:
    "* keeps the label, ! takes the suggestion, a class key gives another: to what is chosen, or " +
    "the one with the frame. Enter opens it and says why.",
  /** Which keys do what; `ofReview`: only while there are labels to review. */
  keys: {
    ofReview: [
      { shown: ["*"], text: "Keep the label, of what is chosen or of the one with the frame" },
      { shown: ["!"], text: "Take the suggestion" },
    ],
    always: [
      { shown: ["←", "↑", "↓", "→"], text: "Go on; with Shift choose what lies between" },
      { shown: ["PgUp", "PgDn", "Home", "End"], text: "Go on by a page, to the ends of a line" },
      { shown: ["Space"], text: "Choose one more, or one less" },
      { shown: ["Ctrl+A"], text: "Choose all" },
      { shown: ["Enter"], text: "Open one large; ← and → go on there" },
      { shown: ["+", "-"], text: "There: zoom; with Shift arrow keys move the picture" },
      { shown: ["Home", "End"], text: "There: all of the picture, its full size" },
      { shown: ["&", '"'], text: "There: brightness and contrast; the picture of a column" },
      { shown: ["'"], text: "There: find in the text" },
      { shown: ["$"], text: "There: choose the columns" },
      { shown: ["Space", "PgDn"], text: "There: play a sound, turn the pages of a text" },
      { shown: ["f"], text: "Flag" },
      { shown: ["Delete"], text: "Clear: take back all answers about what is chosen" },
      { shown: [","], text: "Write a note" },
      { shown: ["u", "r"], text: "Undo, redo" },
      { shown: ["/"], text: "Search" },
      { shown: ["="], text: "More like this one" },
      { shown: ["<", ">"], text: "The cluster before, the next one" },
      { shown: ["?"], text: "This list" },
      { shown: ["#", "Esc"], text: "Back to where it was opened" },
    ],
  },
  keep: "Keep label",
  keepTitle: "Give each its own label once more: it is right",
  takeSuggestion: "Take suggestion",
  takeSuggestionTitle: "Give each the label that the model suggests",
  /** @param {string} label @param {number} confidence */
  suggestedBriefly: (label, confidence) => `→ ${label}, ${percentText(confidence)}`,
  /** @param {string} label @param {number} confidence */
  suggested: (label, confidence) => `suggested ${label}, ${percentText(confidence)}`,
  neighborsDiffer: "most neighbours differ",
  nothingToSettle: "Nothing of it is left to review.",
  /** @param {number} n @param {number} of */
  settled: (n, of) => (n ? `${countText(n)} of ${countText(of)} settled` : ""),
  allSettled: "All are settled.",
  isSettled: "settled",
  /**
   * @param {string} noun
   * @param {string} id
   * @param {string} short
   * @param {string[]} more
   */
  item: (noun, id, short, more) =>
    [`${capital(noun)} ${id}`, short, ...more].filter(Boolean).join(", "),
  /** @param {string} label */
  byModel: (label) => `${label}, accepted from the model`,
  skipped: "skipped",
  flagged: "flagged",
  inPart: "some tags answered",
  hasChanged: "changed",
  isGone: "does not fit any more",
  flagSign: "⚑",
  skipSign: "↷",
  tickSign: "✓",
  partSign: "◐",
  /** @param {string} noun @param {number} n @param {number} labeled */
  chosen: (noun, n, labeled) =>
    `${counted(n, noun)} chosen${labeled ? `, ${countText(labeled)} labeled` : ""}`,
  noneChosen: "None chosen: keys label the one with the frame",
  /** @param {number} n */
  relabel: (n) => `Overwrite ${counted(n, "label")}`,
  /** @param {string} noun @param {number} n @param {number} excluded */
  labelAs: (noun, n, excluded) =>
    excluded
      ? `Label ${countText(n)} (${countText(excluded)} excluded) as`
      : `Label ${counted(n, noun)} as`,
  /** @param {string} noun @param {number} n */
  tagAs: (noun, n) => `Tag ${counted(n, noun)}`,
  /** @type {Record<string, string>} */
  values3: { yes: "yes", no: "no", unsure: "unsure" },
  answer: "Answer",
  flag: "Flag",
  clear: "Clear",
  note: "Note",
  noteFor: "Note for what is chosen",
  saveNote: "Save",
  undo: "Undo",
  all: "Choose all",
  nothing: "Choose none",
  /** @param {string} text */
  tryingAgain: (text) => `${text} Trying again…`,
  notShown: "It is not among those that are shown.",
  notSeen: "Not all of them are shown yet.",
  nothingToLabel: "All of them are labeled. Overwrite is off.",
  previous: "Previous",
  next: "Next",
  shut: "Close",
  /** @param {number} place @param {number} n */
  place: (place, n) => `${countText(place + 1)} of ${countText(n)}`,
  /** @param {string} label @param {number} confidence */
  predicted: (label, confidence) => `predicted ${label}, ${percentText(confidence)}`,
};

export const CLUSTER_TEXT = {
  find: "Find clusters",
  howMany: "How many",
  finding: "Clusters are being found in the background; labeling goes on meanwhile.",
  found: "Clusters are found: Clusters opens them",
  whatClustersAre:
    "Clusters are groups of similar items. " +
    "With some more of them than there are classes, most are of one class.",
};
