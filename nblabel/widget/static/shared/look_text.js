// Words for looking closely: pictures, texts and rows.

import { counted, countText } from "./format.js";

export const LOOK_TEXT = {
  keys: {
    large: "Look closely: as large as the window",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    pan: "Move a picture that is zoomed",
    whole: "The whole picture",
    full: "The picture at its full size",
    light: "Brightness and contrast",
    besidePicture: "Show the picture of a column beside",
    findText: "Find in the text",
    columns: "Choose the columns",
    lookBack: "Look at the one before, without an answer",
    lookOn: "Look at the next one, without an answer",
  },
  open: "Look closely",
  close: "Back to the panel",
  tools: "Look closely",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  /** @param {number} magnification pixels of the screen to one of the picture */
  zoomed: (magnification) =>
    magnification ? `${countText(Math.max(1, Math.round(magnification * 100)))} %` : "…",
  zoomTitle: "The whole picture, or its full size",
  loading: "Loading the full size…",
  light: "Light",
  brightness: "Brightness",
  contrast: "Contrast",
  reset: "Reset",
  /** @param {number} black @param {number} white */
  range: (black, white) => `Black ${valueText(black)}, white ${valueText(white)}`,
  /** @param {string} column */
  beside: (column) => `Beside: ${column}`,
  noBeside: "Beside: none",
  /** @param {string} column */
  pictureOf: (column) => `Picture of the column ${column}`,
  loadingPicture: "Loading the picture…",
  noPictureHere: "There is no picture to look at.",
  noColumnOfPictures: "No column of this pool holds pictures.",
  first: "This is the question: nothing was passed.",
  last: "Nothing comes next yet.",
  /** @param {number} n */
  passed: (n) => `${counted(n, "question")} passed: < goes back`,
  find: "Find in the text",
  findNext: "Next match",
  findBefore: "Match before",
  /** @param {number} place @param {number} n */
  match: (place, n) => (n ? `${countText(place)} of ${countText(n)}` : "no match"),
  noText: "There is no text to search in.",
  columns: "Columns",
  chooseColumns: "Columns…",
  columnsHint: "Shown from top to bottom. Alt+↑ and Alt+↓ move a column.",
  filterColumns: "Filter the columns",
  rowColumns: "Columns of the row",
  besideColumns: "Columns beside the item",
  /** @param {string} name */
  moveUp: (name) => `Move ${name} up`,
  /** @param {string} name */
  moveDown: (name) => `Move ${name} down`,
  /** @param {string} name @param {number} place @param {number} n */
  moved: (name, place, n) => `${name}: ${countText(place)} of ${countText(n)}`,
  allColumns: "As they come",
  useColumns: "Show these",
  noColumns: "This pool has no columns to choose.",
  /** @param {string} share */
  place: (share) => `above ${share} of all values`,
};

/** @param {number} value */
function valueText(value) {
  const digits = Math.abs(value) >= 100 ? countText(value) : String(+value.toPrecision(3));
  return digits;
}
