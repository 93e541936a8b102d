// The buttons: accept the guess, the classes, a new class, and what else a key can do.

import { h, patchChildren, percentText, setAttribute, setText } from "./dom.js";
import { keyShown, shortcutOf } from "./keys.js";

/** @typedef {(command: import("./keys.js").Command) => void} Run */
/** @typedef {import("./desk.js").Desk} Desk */

const ACTIONS = [
  { name: "back", text: "Back" },
  { name: "undo", text: "Undo" },
  { name: "skip", text: "Skip" },
  { name: "forward", text: "Forward" },
  { name: "redo", text: "Redo" },
  { name: "flag", text: "Flag" },
];

/**
 * @param {string} name
 * @param {string} text
 * @param {Run} run
 */
export function commandButton(name, text, run) {
  const words = h("span", { text });
  const key = h("kbd", { text: keyShown(name), "aria-hidden": "true" });
  const props = { type: "button", class: `nbl-do-${name}`, "aria-keyshortcuts": shortcutOf(name) };
  const button = h("button", props, words, key);
  button.addEventListener("click", () => run({ name }));
  return button;
}

/**
 * @param {Desk} desk
 * @param {Run} run
 */
export function buildGuess(desk, run) {
  const name = h("strong");
  const percent = h("span", { class: "nbl-percent" });
  const bar = h("span", { class: "nbl-bar-fill" });
  const track = h("span", { class: "nbl-bar", "aria-hidden": "true" }, bar);
  const words = h("p", { class: "nbl-guess-words" }, h("span", { text: "Guess" }), name, percent);
  const accept = commandButton("accept", "Accept", run);
  const toggle = commandButton("guess", "Hide", run);
  const node = h("div", { class: "nbl-guess" }, words, track, accept, toggle);
  const render = () => {
    const shown = Boolean(desk.model.get("show_guess"));
    const { guess } = desk;
    setText(name, guess ? guess.label : shown ? "none yet" : "hidden");
    setText(percent, guess ? percentText(guess.confidence) : "");
    bar.style.width = `${(guess?.confidence ?? 0) * 100}%`;
    setAttribute(node, "data-state", guess ? "guess" : "none");
    setAttribute(accept, "aria-disabled", guess ? null : "true");
    setText(toggle.firstChild, shown ? "Hide" : "Show");
    toggle.setAttribute("aria-label", shown ? "Hide the guess" : "Show the guess");
  };
  return { node, render };
}

/**
 * @param {Desk} desk
 * @param {Run} run
 * @param {HTMLElement} more what follows the classes
 */
export function buildClasses(desk, run, more) {
  const list = h("div", { class: "nbl-class-list" });
  const legend = h("legend", { class: "nbl-hidden", text: "Label" });
  const node = h("fieldset", { class: "nbl-classes" }, legend, list, more);
  /** @param {string} label */
  const make = (label) => {
    const swatch = h("span", { class: "nbl-swatch" });
    const name = h("span", { class: "nbl-class-name", text: label });
    const key = h("kbd", { "aria-hidden": "true" });
    const button = h("button", { type: "button", class: "nbl-class", title: label }, swatch, name, key);
    button.addEventListener("click", () => run({ name: "label", label }));
    return button;
  };
  /** @param {string} label */
  const buttonOf = (label) => [...list.children].find((button) => button.dataset.key === label);
  const render = () => {
    const names = desk.classes.map((one) => one.name);
    const buttons = patchChildren(list, names, make);
    desk.classes.forEach((one, i) => {
      const [swatch, , key] = /** @type {any} */ (buttons[i].children);
      swatch.style.background = one.color;
      setText(key, one.key);
      key.hidden = one.key === "";
      setAttribute(buttons[i], "aria-keyshortcuts", one.key || null);
      setAttribute(buttons[i], "aria-pressed", desk.line.current?.label === one.name ? "true" : "false");
      setAttribute(buttons[i], "aria-disabled", desk.line.current ? null : "true");
    });
  };
  return { node, render, buttonOf };
}

/**
 * The field for a new class, opened in place.
 * @param {Desk} desk
 * @param {() => void} focusRoot
 */
export function buildNewClass(desk, focusRoot) {
  const asked = "Name of the new class";
  const input = h("input", { type: "text", "aria-label": asked, placeholder: asked });
  const add = h("button", { type: "submit", class: "nbl-primary", text: "Add" });
  const cancel = h("button", { type: "button", text: "Cancel" });
  const form = h("form", { class: "nbl-new-class", hidden: true }, input, add, cancel);
  const open = () => {
    form.hidden = false;
    button.hidden = true;
    input.focus();
  };
  const close = () => {
    form.hidden = true;
    button.hidden = false;
    input.value = "";
    focusRoot();
  };
  const button = commandButton("newClass", "New class", open);
  cancel.addEventListener("click", close);
  const submit = () => {
    if (input.value.trim()) desk.addClass(input.value.trim());
    close();
  };
  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    submit();
  });
  form.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const adds = event.key === "Enter" && event.target === input;
    if (!(adds || event.key === "Escape") || event.isComposing) return;
    // Enter is taken here too: JupyterLab lets no form be submitted by it
    event.preventDefault();
    event.stopPropagation();
    if (adds) submit();
    else close();
  });
  return { node: h("div", { class: "nbl-new" }, button, form), open };
}

/** @param {Run} run */
export function buildActions(run) {
  const buttons = ACTIONS.map(({ name, text }) => commandButton(name, text, run));
  return h("div", { class: "nbl-actions", role: "group", "aria-label": "Actions" }, ...buttons);
}
