// Which key means what in the queue.

/** @typedef {{name: string, label?: string}} Command */

/** `shown` is how the panel writes the keys, the first one on the button.
 * @type {{name: string, keys: string[], shown: string[], text: string}[]} */
export const QUEUE_KEYS = [
  { name: "accept", keys: ["Enter"], shown: ["Enter"], text: "Accept the guess" },
  { name: "undo", keys: ["u", "Backspace"], shown: ["u", "⌫"], text: "Undo" },
  { name: "redo", keys: ["r"], shown: ["r"], text: "Redo" },
  { name: "skip", keys: ["s"], shown: ["s"], text: "Skip for now" },
  { name: "flag", keys: ["f"], shown: ["f"], text: "Flag as a problem" },
  { name: "back", keys: ["ArrowLeft"], shown: ["←"], text: "Back to the answer before" },
  { name: "forward", keys: ["ArrowRight"], shown: ["→"], text: "Forward" },
  { name: "guess", keys: ["h"], shown: ["h"], text: "Hide or show the guess" },
  { name: "why", keys: ["w"], shown: ["w"], text: "Why this one" },
  { name: "newClass", keys: ["n"], shown: ["n"], text: "New class" },
  { name: "help", keys: ["?"], shown: ["?"], text: "This list" },
  { name: "leave", keys: ["Escape"], shown: ["Esc"], text: "Back to the notebook" },
];

/**
 * What a key press asks for; null where it is none of ours: chords, text being composed, unmapped keys.
 * @param {KeyboardEvent} event
 * @param {import("./line.js").ClassInfo[]} classes
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

/** @param {string} key */
function withoutCapsLock(key) {
  return key.length === 1 ? key.toLowerCase() : key;
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
