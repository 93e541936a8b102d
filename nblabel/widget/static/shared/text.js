// Every word that the page shows or says. What the kernel says comes in its messages and traits.

import {
  capital,
  countText,
  counted,
  decimalText,
  durationText,
  many,
  millisecondsText,
  shareText,
} from "./format.js";
import { CLASS_TEXT } from "./class_text.js";
import { FILTER_TEXT } from "./filter_text.js";
import { FINDER_TEXT } from "./finder_text.js";
import { CLUSTER_TEXT, GALLERY_TEXT } from "./gallery_text.js";
import { LOOK_TEXT } from "./look_text.js";
import { MAP_TEXT } from "./map_text.js";
import { FRAME_TEXT, PLAYER_TEXT } from "./player_text.js";
import { TAG_TEXT } from "./tag_text.js";
import { TREE_TEXT } from "./tree_text.js";

const SHARED_TEXT = {
  cancel: "Cancel",
  close: "Close",
  dismiss: "Dismiss",
  progress: "Progress",
  shortcuts: "Shortcuts",
  notResponding: "Kernel not responding.",
  /** @param {number} n what is left of a text */
  moreCharacters: (n) => `… ${countText(n)} more characters`,
  /** @param {number} n */
  moreColumns: (n) => `… ${countText(n)} more columns`,
  emptyText: "Empty text",
  missing: "missing",
  /** @param {string} name @param {string | null} value */
  cell: (name, value) => `${name} ${value ?? "missing"}`,
};

const PANEL_TEXT = {
  title: "Labeling panel",
  silence: "Kernel not responding. Run this cell again, unless the kernel is busy.",
  /** @param {string} reason */
  failed: (reason) =>
    `Something in this panel went wrong: ${reason}. Your answers are kept and still saved. ` +
    "Reload the page; if it comes again, please report it with these words.",
  noState: "it could not be started",
  bare:
    "Pictures and points do not arrive here: this front end loses binary data on its way. " +
    "Open the notebook in JupyterLab, or try a newer version of this front end.",
  /** @param {string} reason */
  closed: (reason) => `This panel takes no more answers: ${reason}`,
  /** @param {number} n */
  unreadable: (n) =>
    `${counted(n, "unsaved answer", "unsaved answers")} of an earlier page cannot be read from ` +
    "this browser's storage: please answer again what is asked again.",
};

const GUIDELINES_TEXT = {
  title: "Guidelines",
  none: "Nobody wrote guidelines yet. Say what belongs to each class, and what to do in doubt.",
  edit: "Edit",
  write: "How to label here",
  hint: "Markdown: # heading, - list, **strong**, [link](https://…). All who label can read it.",
  save: "Save guidelines",
};

const QUEUE_TEXT = {
  title: "Questions",
  actions: {
    back: "Back",
    undo: "Undo",
    skip: "Skip",
    forward: "Forward",
    redo: "Redo",
    flag: "Flag",
  },
  keys: {
    accept: "Accept the prediction; keep a label that is there",
    undo: "Undo",
    redo: "Redo",
    skip: "Skip for now",
    flag: "Flag as a problem",
    back: "Back to the answer before",
    forward: "Forward",
    prediction: "Hide or show the prediction",
    why: "Why this one",
    newClass: "New class",
    classes: "Change the classes",
    takeOver: "Press the tags that are predicted",
    oneTag: "One tag at a time",
    note: "Write a note",
    findClass: "Find a class by its name",
    gallery: "Gallery: look through all, or a class",
    search: "Search",
    like: "More like this one",
    near: "Open the nearly equal ones in the gallery",
    endFind: "Stop finding more of a class",
    pages: "Scroll a long text",
    play: "Play or pause; with Shift from the beginning",
    chords: "Undo and redo, anywhere in the panel",
    save: "Save the notebook",
    help: "This list",
    leave: "Back to the notebook",
    ...LOOK_TEXT.keys,
  },
  actionsTitle: "Actions",
  label: "Label",
  shortcutsActive: "Shortcuts active",
  clickOrTab: "Click or Tab",
  toUseShortcuts: " to use shortcuts",
  helpNote: "The shortcuts work while the panel has the focus. Tab leaves it.",
  prediction: "Prediction",
  noPrediction: "none yet",
  predictionHidden: "hidden",
  accept: "Accept",
  keep: "Keep",
  /** @param {string} label */
  keepLabel: (label) => `Keep the label ${label}`,
  hide: "Hide",
  show: "Show",
  hidePrediction: "Hide the prediction",
  showPrediction: "Show the prediction",
  newClass: "New class",
  classes: "Classes…",
  like: "More like this",
  near: "Open",
  nearLabel: "Open the nearly equal ones",
  nearTitle: "Look through the nearly equal ones, and label them all in one step",
  /** @param {number} n @param {string} noun */
  standsFor: (n, noun) => `Stands for ${counted(n, `nearly equal ${noun}`)}.`,
  nothingNear: "Nothing else is nearly equal to it.",
  /** @param {string} noun */
  columnsOf: (noun) => `Columns of this ${noun}`,
  note: "Note",
  /** @param {string} noun */
  noteOf: (noun) => `Note for this ${noun}`,
  /** @param {string} note */
  noteText: (note) => `Note: ${note}`,
  save: "Save",
  newClassName: "Name of the new class",
  add: "Add",
  /** @param {string} noun */
  addAndLabel: (noun) => `Add and label this ${noun}`,
  saved: "Saved",
  inMemory: "In memory only",
  notResponding: "Kernel not responding",
  /** @param {number} n */
  unsaved: (n) => `${countText(n)} unsaved`,
  /** @param {number} n */
  saving: (n) => `Saving ${countText(n)}…`,
  /**
   * What happens to answers that are not saved for a while.
   * @param {number} n @param {string} refusal why the kernel cannot save them, "" where it says
   *   nothing
   * @param {boolean} persistent
   */
  unsavedAnswers: (n, refusal, persistent) => {
    const place = persistent ? "kept in this browser" : "kept in this page";
    return refusal
      ? `${countText(n)} unsaved: ${refusal}; ${place}, sent again until saved.`
      : `${countText(n)} unsaved: kernel not responding; ${place}, sent again when it is back. ` +
          "Run the cell again after a kernel restart.";
  },
  /** @param {string} reason */
  notSaved: (reason) => `Not saved: ${reason}`,
  /** @param {string} noun */
  first: (noun) => `Which class is this ${noun}? Press its key, or its button.`,
  nothingToAnswer: "There is nothing to answer now.",
  sameKeyTwice: "Same key twice within 0.15 s: not counted.",
  predictionChanged: "The prediction has just changed: press Enter again to accept it.",
  noPredictionYet: "There is no prediction yet.",
  hiddenPrediction: "The prediction is hidden: h shows it.",
  /** @param {string} noun */
  stillLoading: (noun) => `The ${noun} is still loading.`,
  /** @param {string} noun @param {string} id @param {string} short */
  next: (noun, id, short) => `Next: ${noun} ${id}${short && `: ${short}`}`,
  /** @param {string} noun @param {string} error */
  cannotShow: (noun, error) => `Cannot show this ${noun}. ${error}`,
  /** @param {string} noun */
  loading: (noun) => `Loading the ${noun}…`,
  noPicture: "Nothing to show",
  /** @param {number | null} total @param {string} noun */
  allAnswered: (total, noun) =>
    `All ${total === null ? "" : `${countText(total)} `}${many(noun)} are answered.`,
  /** @param {string} noun */
  onlySkippedLeft: (noun) => `All other ${many(noun)} are answered: these were skipped.`,
  leads: "What is left to do",
  report: "What was done",
  reportOpen: "Report…",
  /** @param {number | undefined} n how many are contradicted, if that is known */
  reviewOpen: (n) => (n ? `Review ${counted(n, "contradicted label")}` : "Review labels"),
  /**
   * @param {number} labeled @param {number} auto @param {number} skipped @param {number} flagged
   */
  reportCounts: (labeled, auto, skipped, flagged) =>
    [
      `${countText(labeled)} labeled by people`,
      auto && `${countText(auto)} auto-labeled`,
      skipped && `${countText(skipped)} skipped`,
      flagged && `${countText(flagged)} flagged`,
    ]
      .filter(Boolean)
      .join(", "),
  /** @param {number} n @param {string} status */
  askAgain: (n, status) => `Ask ${countText(n)} ${status} again`,
  waiting: "Waiting for the next question…",
  preparing: "Preparing the first question…",
  /** @param {string} noun @param {string} id @param {number} index @param {string} [about] */
  item: (noun, id, index, about = "") =>
    `${capital(noun)} ${id}, position ${index}${about && `: ${about}`}`,
  mark: "Mark",
  wordsToMark: "words to mark",
  underlined: "Underlined",
  /** @param {string} label */
  speaksFor: (label) => ` speaks for ${label}`,
  askedNext: "Asked next",
  /** @param {string} name */
  finding: (name) => `Finding more of ${name}.`,
  endFind: "Stop",
  /** @param {string} noun @param {string} id @param {string} short */
  askNow: (noun, id, short) => `Ask ${noun} ${id} now${short && `: ${short}`}`,
  /** @param {string} label */
  labeled: (label) => `Labeled ${label}: answer again to change`,
  /** @param {string} label */
  autoLabeled: (label) => `Auto-labeled ${label}: answer again to change`,
  /** @param {string} label @param {boolean} auto */
  reviewed: (label, auto) => `${auto ? "Auto-labeled" : "Labeled"} ${label}: Enter keeps it`,
  withoutLabel: "Skipped or flagged: answer again to change",
  why: "Why this one",
  noReason: "No reason given.",
  reasonLoading: "Loading…",
  neighbors: "Labeled items nearest to it",
  /** @param {string} noun @param {string} id */
  neighbor: (noun, id) => `${capital(noun)} ${id}`,
  /** @param {string} noun @param {string} id */
  neighborGallery: (noun, id) => `${capital(noun)} ${id}: gallery of those like it`,
  /** @param {string} id @param {string} label @param {number} similarity @param {string} short */
  neighborTitle: (id, label, similarity, short) =>
    `${id}: ${label}, similarity ${decimalText(similarity)}${short && `\n${short}`}`,
};

const STATUS_TEXT = {
  title: "Status",
  /** @param {string} name */
  classGallery: (name) => `${name}: gallery of those labeled so`,
  labeled: "Labeled",
  /** @param {number} n */
  labeledCount: (n) => `${countText(n)} labeled`,
  /** @param {number} n */
  of: (n) => `of ${countText(n)}`,
  autoLabeled: "Auto-labeled",
  left: "Left",
  skipped: "Skipped",
  flagged: "Flagged",
  perHour: "Labels per hour",
  timeLeft: "Time left",
  none: "–",
  duration: durationText,
  /** @param {number} ms */
  updatedIn: (ms) => `model updated in ${millisecondsText(ms)}`,
  perClass: "Labels per class",
  rate: "Hourly rate (optional)",
  rateTitle: "Money per hour of labeling, in any currency. Empty: no costs are shown.",
  exportOpen: "Export…",
  export: "Export",
  exportTitle: "Export the labels",
  exportPath: "File or folder in the notebook's folder",
  download: "Download",
  downloadTitle: "To the downloads of this browser, also where the kernel runs on another computer",
  fileName: "Name of the file",
  format: "Format",
  overwrite: "Overwrite",
  importOpen: "Import…",
  import: "Import",
  importTitle: "Import labels",
  importPath: "File in the notebook's folder",
  importPathTitle: "A .csv, .tsv, .jsonl or .parquet file in the notebook's folder",
  idColumn: "Column of ids",
  labelColumn: "Column of labels",
  /** @param {string} text */
  running: (text) => `${text}…`,
};

const QUALITY_TEXT = {
  title: "Quality",
  off: "off",
  /** @param {number} share @param {string} noun */
  shareOf: (share, noun) => `${shareText(share)} of ${noun}`,
  questions: "questions",
  answers: "answers",
  audit: "Audit sample",
  auditTitle: "Share of the questions drawn at random. Nothing in a question tells which they are.",
  /** @param {number} n */
  auditNow: (n) => `Audit ${countText(n)} now`,
  /** @param {number} n */
  auditNowTitle: (n) => `Ask ${countText(n)} items drawn at random next`,
  /** @param {number} n how many were drawn and wait for their answers */
  auditWaits: (n) =>
    `${countText(n)} items drawn at random wait for an answer already: ` +
    "answer some of them first. They come next.",
  repeats: "Repeat items",
  repeatsTitle:
    "Share of the answers after which an item from some time before is asked again, unmarked. " +
    "Tells how often you agree with yourself.",
  reviewOpen: "Review labels",
  reviewTitle: "Look at labels that the model and the neighbours contradict",
  finding: "Finding labels that the model and the neighbours contradict…",
  findingTitle: "Finding contradicted labels",
  /** @param {string} text */
  reviewing: (text) =>
    `Review labels: ${text} Answer in the queue; Enter keeps the label there is.`,
  stop: "Stop",
  autoLabelOpen: "Auto-label the rest…",
  autoLabelOpenTitle: "Label the rest from the model, with an error guarantee",
  autoLabel: "Auto-label the rest",
  maximumError: "Maximum error",
  confidence: "Confidence",
  perClass: "per class",
  perClassTitle: "The guarantee holds for each class by itself; that takes answers for each.",
  choose: "Choose a maximum error.",
  /** @type {Record<string, string>} */
  working: {
    estimate: "Estimating",
    draw: "Drawing the checks",
    accept: "Accepting",
    revert: "Reverting",
  },
  /** @param {string} work @param {string} text */
  progress: (work, text) => `${work}: ${text}`,
  /** @param {number} n */
  accept: (n) => `Accept ${counted(n, "label")}`,
  /** @param {number} n */
  queueChecks: (n) => (n === 1 ? "Queue this check" : `Queue these ${countText(n)} checks`),
  /** @param {number} n */
  undoWithdraw: (n) => `Undo: accept ${countText(n)} again`,
  /** @param {number} n */
  undoAccept: (n) => `Undo: withdraw ${countText(n)} accepted`,
  /** @param {number} n */
  checksWait: (n) =>
    `${n === 1 ? "1 check waits" : `${countText(n)} checks wait`} in the queue. ` +
    "When they are answered, the result updates.",
  /** @param {number} n */
  contradicted: (n) => `The model would now label ${counted(n, "accepted item")} differently.`,
  review: "Review",
  reviewThese: "Look at them, with what the model predicts now",
  revert: "Revert",
  revertTitle: "They are open again; one undo accepts them again",
  preview: "The least confident of them. Press one to label it yourself.",
  /** @param {string} id @param {string} label @param {boolean} pictured */
  previewItem: (id, label, pictured) => `${id}: ${label}${pictured ? "" : ", nothing to show"}`,
  /** @param {string} words */
  askNow: (words) => `${words}. Ask it now.`,
  noCurve: "The error–coverage curve appears here once checks are answered.",
  curve: "Error–coverage curve: guaranteed error by share of the pool",
  curveX: "share of the pool accepted",
  /** @param {number} share @param {number} n @param {number} error */
  curvePoint: (share, n, error) =>
    `${shareText(share)} of the pool (${countText(n)}): at most ${shareText(error)} wrong`,
  /** @param {number} error */
  curveRule: (error) => `maximum error: ${shareText(error)}`,
  learningCurvesOpen: "Learning curves",
  learningCurvesTitle: "Accuracy and confidence over the labels",
  learningCurves: "Learning curves",
  /** @param {number} n */
  threshold: (n) => `Stopping threshold: ${countText(n)} more labels gain less accuracy than`,
  thresholdTitle: "Below it the status advises to stop. Nothing stops by itself.",
  loading: "Loading…",
  labels: "labels",
  noAccuracy: "Accuracy over the labels is drawn here once audit labels are there: 30 or more.",
  accuracy: "Accuracy, estimated from the audit sample",
  /** @param {number} n @param {number} share @param {number} low @param {number} high */
  accuracyPoint: (n, share, low, high) =>
    `${counted(n, "label")}: accuracy ${shareText(share)}, ${shareText(low)} to ${shareText(high)}`,
  noConfident: "The share of confident predictions is drawn here after the next label.",
  /** @param {number} threshold */
  confident: (threshold) =>
    `Share of the pool predicted with confidence above ${shareText(threshold)}`,
  /** @param {number} n @param {number} share */
  confidentPoint: (n, share) => `${counted(n, "label")}: ${shareText(share)} of the pool`,
  compare: "Compare with random sampling",
  compareTitle:
    "How many labels drawn at random would have done as well. " +
    "The model is fitted some twenty times for that.",
  comparing: "Comparing with random sampling",
};

export const TEXT = {
  ...SHARED_TEXT,
  filter: FILTER_TEXT,
  finder: FINDER_TEXT,
  panel: PANEL_TEXT,
  guidelines: GUIDELINES_TEXT,
  queue: QUEUE_TEXT,
  frame: FRAME_TEXT,
  player: PLAYER_TEXT,
  map: MAP_TEXT,
  gallery: GALLERY_TEXT,
  clusters: CLUSTER_TEXT,
  look: LOOK_TEXT,
  classes: CLASS_TEXT,
  status: STATUS_TEXT,
  quality: QUALITY_TEXT,
  tags: TAG_TEXT,

  tree: TREE_TEXT,
};
