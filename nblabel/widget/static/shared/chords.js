// Which chords of keys mean something in the whole panel, and which belong to the notebook.

const TEXT_FIELDS = "textarea, [contenteditable='true'], " + textInputs();

function textInputs() {
  const others = ["checkbox", "radio", "button", "submit", "range"];
  return `input${others.map((type) => `:not([type="${type}"])`).join("")}`;
}

/**
 * What a chord asks for; null where it is none of these.
 * @param {KeyboardEvent} event
 * @returns {"undo" | "redo" | "save" | null}
 */
export function chordOf(event) {
  // with Alt it may be AltGr, which types a character
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return null;
  const letter = letterOf(event);
  if (letter === "z") return event.shiftKey ? "redo" : "undo";
  if (event.shiftKey) return null;
  if (letter === "y" && event.ctrlKey) return "redo";
  return letter === "s" ? "save" : null;
}

/**
 * The letter of a key, also where the layout writes with other letters.
 * @param {KeyboardEvent} event
 */
function letterOf({ key, code }) {
  const typed = key.toLowerCase();
  return /^[\x20-\x7e]$/.test(typed) ? typed : code.replace(/^Key/, "").toLowerCase();
}

/**
 * Whether an element has an undo of its own.
 * @param {EventTarget | null} target
 */
export function isTextField(target) {
  return target instanceof Element && target.closest(TEXT_FIELDS) !== null;
}

/** A key as it is without Caps Lock. @param {string} key */
export function withoutCapsLock(key) {
  return key.length === 1 ? key.toLowerCase() : key;
}
