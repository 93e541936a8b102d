// Which key means what in the queue.

import { withoutCapsLock } from "../shared/chords.js";
import { LOOK_KEYS } from "../shared/look_keys.js";
import { FIND_KEY } from "../shared/offer.js";
import { TEXT } from "../shared/text.js";

/** `presses`: a tag stays pressed where it is already.
 * @typedef {{name: string, label?: string, presses?: boolean}} Command */
/** @typedef {keyof typeof TEXT.queue.keys} CommandName */

/** `shown` is how the panel writes the keys, the first one on the button. Those without `keys` are
 * heard elsewhere.
 * @type {{name: CommandName, keys: string[], shown: string[]}[]} */
export const QUEUE_KEYS = [
  { name: "accept", keys: ["Enter"], shown: ["Enter"] },
  { name: "undo", keys: ["u", "Backspace"], shown: ["u", "⌫"] },
  { name: "redo", keys: ["r"], shown: ["r"] },
  { name: "skip", keys: ["s"], shown: ["s"] },
  { name: "flag", keys: ["f"], shown: ["f"] },
  { name: "back", keys: ["ArrowLeft"], shown: ["←"] },
  { name: "forward", keys: ["ArrowRight"], shown: ["→"] },
  { name: "prediction", keys: ["h"], shown: ["h"] },
  { name: "why", keys: ["w"], shown: ["w"] },
  { name: "newClass", keys: ["n"], shown: ["n"] },
  { name: "takeOver", keys: ["!"], shown: ["!"] },
  { name: "oneTag", keys: ["*"], shown: ["*"] },
  { name: "classes", keys: [":"], shown: [":"] },
  { name: "note", keys: [","], shown: [","] },
  { name: "findClass", keys: [FIND_KEY], shown: [FIND_KEY] },
  { name: "gallery", keys: ["#"], shown: ["#"] },
  { name: "search", keys: ["/"], shown: ["/"] },
  { name: "like", keys: ["="], shown: ["="] },
  { name: "near", keys: ["."], shown: ["."] },
  { name: "endFind", keys: [";"], shown: [";"] },
  { name: "lookBack", keys: ["<"], shown: ["<"] },
  { name: "lookOn", keys: [">"], shown: [">"] },
  { name: "large", keys: ["%"], shown: ["%"] },
  ...LOOK_KEYS,
  { name: "pages", keys: [], shown: ["Space", "PgDn"] },
  { name: "chords", keys: [], shown: ["Ctrl+Z", "Ctrl+Y"] },
  { name: "save", keys: [], shown: ["Ctrl+S"] },
  { name: "help", keys: ["?"], shown: ["?"] },
  { name: "leave", keys: ["Escape"], shown: ["Esc"] },
];

/**
 * What a key press asks for; null where it is none of ours: chords, text being composed, unmapped
 * keys.
 * @param {KeyboardEvent} event
 * @param {import("../shared/wire.js").ClassInfo[]} classes
 * @returns {Command | null}
 */
export function commandOf(event, classes) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null;
  if (event.shiftKey && event.key.length > 1) return null;
  const key = event.shiftKey ? event.key : withoutCapsLock(event.key);
  const chosen = classes.find((one) => one.key !== "" && one.key === key);
  if (chosen) return { name: "label", label: chosen.name };
  const entry = QUEUE_KEYS.find((one) => one.keys.includes(key));
  return entry ? { name: entry.name } : null;
}

/**
 * The key of a command as `aria-keyshortcuts` wants it.
 * @param {string} name
 */
export function shortcutOf(name) {
  return QUEUE_KEYS.find((one) => one.name === name)?.keys.join(" ") ?? "";
}

/**
 * The key of a command as the panel shows it.
 * @param {string} name
 */
export function keyShown(name) {
  return QUEUE_KEYS.find((one) => one.name === name)?.shown[0] ?? "";
}
