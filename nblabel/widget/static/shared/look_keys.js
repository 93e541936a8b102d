// The keys for looking closely and hearing, the same wherever an item is shown in full.

/**
 * @typedef {"play" | "zoomIn" | "zoomOut" | "pan" | "whole" | "full" | "light" | "besidePicture" |
 *   "findText" | "columns"} LookName */

/** `shown` is how the panel writes the keys. Those without `keys` are heard elsewhere.
 * @type {{name: LookName, keys: string[], shown: string[]}[]} */
export const LOOK_KEYS = [
  { name: "play", keys: [], shown: ["Space"] },
  { name: "zoomIn", keys: ["+"], shown: ["+"] },
  { name: "zoomOut", keys: ["-"], shown: ["-"] },
  { name: "pan", keys: [], shown: ["Shift", "←↑↓→"] },
  { name: "whole", keys: [], shown: ["Home"] },
  { name: "full", keys: [], shown: ["End"] },
  { name: "light", keys: ["&"], shown: ["&"] },
  { name: "besidePicture", keys: ['"'], shown: ['"'] },
  { name: "findText", keys: ["'"], shown: ["'"] },
  { name: "columns", keys: ["$"], shown: ["$"] },
];

/**
 * The key of a command as the panel shows it.
 * @param {LookName} name
 */
export function lookKeyOf(name) {
  return /** @type {typeof LOOK_KEYS[0]} */ (LOOK_KEYS.find((one) => one.name === name)).shown[0];
}

/**
 * How many pages of a text a key turns: down, up where negative, or 0.
 * @param {KeyboardEvent} event
 */
function pagesOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return 0;
  if (event.key === " ") return event.shiftKey ? -1 : 1;
  return event.shiftKey ? 0 : ({ PageDown: 1, PageUp: -1 }[event.key] ?? 0);
}

/**
 * Page keys scroll the text or row on screen wherever the focus is, and never what is around the
 * panel.
 * @param {KeyboardEvent} event
 * @param {(pages: number) => boolean} turn whether there is something to turn
 * @returns {boolean} whether it was such a key
 */
export function turnsPage(event, turn) {
  const target = /** @type {HTMLElement} */ (event.target);
  const pages = pagesOf(event);
  if (
    !pages ||
    target.closest("input:not([type='range'], [type='checkbox']), select, textarea") ||
    (event.key === " " && target.closest("button, summary, input[type='checkbox']"))
  )
    return false;
  if (!turn(pages)) return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}
