// What the map says.

import { countText, counted, percentText } from "./format.js";

export const MAP_TEXT = {
  /** @param {string} name */
  findMore: (name) => `Find more of ${name}`,
  findMoreTitle: "Ask for the likeliest ones, and by turns for the least certain",
  /** @param {string} name */
  endFind: (name) => `Stop finding ${name}`,
  search: "Search",
  searchTitle: "Search by id, file name or words",
  title: "Map",
  plotlyTitle: "Legend and clusters",
  /** @param {number} n */
  points: (n) => (n ? `Map of ${counted(n, "point")}` : "Map"),
  preparing: "Preparing the map…",
  hint: "Arrow keys pan, plus and minus zoom, question mark lists all shortcuts.",
  tools: "Map tools",
  dragging: "Dragging",
  zoom: "Zoom",
  color: "Colour",
  projection: "Projection",
  train: "Train encoder",
  trainTitle: "Train an encoder on these images, in the background, and use it",
  move: "Move",
  lasso: "Lasso",
  box: "Box",
  zoomOut: "Zoom out",
  zoomIn: "Zoom in",
  reset: "Reset view",
  filter: "Filters",
  save: "Save as an image",
  figureTitle: "Title (optional)",
  /** @param {string} kind */
  saveAs: (kind) => `Save ${kind}`,
  /** @param {string} file */
  savedAs: (file) => `${file} is in the downloads of the browser`,
  tooLarge: "the browser could not make so large an image",
  layers: "Over the points",
  names: "Names",
  pictures: "Pictures",
  /** @param {string} name @param {boolean} on */
  layerShown: (name, on) => `${name} ${on ? "shown" : "hidden"}`,
  selection: "What a lasso or box does",
  operations: { replace: "New", add: "Add", subtract: "Subtract", intersect: "Intersect" },
  operationTitles: {
    replace: "Takes the place of the selection",
    add: "Adds to the selection: also Shift while drawing",
    subtract: "Takes away from the selection: also Alt while drawing",
    intersect: "Keeps what is in both: also Shift and Alt while drawing",
  },
  nothingSelected: "Nothing is selected any more",
  /** @param {string} name */
  ready: (name) => `${name} ready`,
  /** @param {string} name */
  next: (name) => `${name} is asked next`,
  thisPoint: "This point",
  notShown: "Kernel not responding: nothing was shown",
  /** @param {number} hidden @param {boolean} filtered */
  noneInside: (hidden, filtered) => {
    if (!hidden) return "No item in this selection";
    const items = hidden === 1 ? "its item is" : `its ${countText(hidden)} items are`;
    const by = filtered ? "filters or the legend" : "legend";
    return `No item in this selection: ${items} hidden by the ${by}`;
  },
  scrollHint: "Click the map, then scroll to zoom",
  crosshairOn:
    "Cross-hair on: arrow keys move it, Enter asks about the nearest point, b starts a box",
  crosshairOff: "Cross-hair off",
  noPointNear: "No point near the cross-hair",
  boxStarted: "Box started: move to the opposite corner, b ends it",
  legend: "Legend",
  legendFilter: "Find a class in the legend",
  clusters: "Clusters",
  clustersTitle: "Look through groups of similar items, and label each as a whole",
  helpTitle: "Shortcuts of the map",
  /** @type {[string[], string][]} */
  help: [
    [["←", "↑", "→", "↓"], "or drag: move the map"],
    [["+", "-"], "or scroll: zoom, while the map has the focus or Ctrl is held"],
    [["0"], "or double click: reset the view"],
    [["l"], "lasso: draw around points to label them; also Shift and drag"],
    [["x"], "box: drag across points to label them"],
    [["Shift"], "while drawing: add to the selection; Alt takes away, both keep what is in both"],
    [["m"], "back to moving"],
    [["c"], "cross-hair: the arrow keys move it, Shift makes it faster"],
    [
      ["Enter"],
      "at the cross-hair, or click: ask about the nearest point next; the keys then answer it",
    ],
    [["b"], "at the cross-hair: start a box, again to end it"],
    [["n"], "show or hide the names of classes or clusters on their regions"],
    [["p"], "show or hide the pictures that take the place of points where you zoom in"],
    [["f"], "filters: only the points that meet all of them are shown and drawn around"],
    [["s"], "save what the map shows, as PNG or SVG with its legend"],
    [["g"], "clusters: look through them, and label each as a whole"],
    [["/"], "search by id, file name or words"],
    [["#"], "the gallery, of the colour that is shown alone or as it was left"],
    [["Esc"], "leave what is open: a selection, the cross-hair, a mode"],
  ],
  /** @param {string} id @param {string} label */
  labeled: (id, label) => `${id}: labeled ${label}`,
  /** @param {string} id @param {string} label @param {number} confidence */
  predicted: (id, label, confidence) => `${id}: predicted ${label}, ${percentText(confidence)}`,
  /** @param {string} id */
  noPrediction: (id) => `${id}: no prediction yet`,
  pointHere: "Point at the map: its item is shown here.",
};
