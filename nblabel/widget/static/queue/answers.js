// The buttons: accept the prediction, the classes, a new class, and what else a key can do.

import { h, patchChildren, setAttribute, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { percentText } from "../shared/format.js";
import { TEXT } from "../shared/text.js";
import { keyShown, shortcutOf } from "./keys.js";

/** @typedef {(command: import("./keys.js").Command) => void} Run */
/** @typedef {import("./controller.js").QueueController} QueueController */

/**
 * @param {string} name
 * @param {string} text
 * @param {Run} run
 */
export function commandButton(name, text, run) {
  const words = h("span", { text });
  const key = h("kbd", { text: keyShown(name), "aria-hidden": "true" });
  const props = { type: "button", class: `nbl-do-${name}`, "aria-keyshortcuts": shortcutOf(name) };
  return h("button", { ...props, onClick: () => run({ name }) }, words, key);
}

/**
 * @param {QueueController} controller
 * @param {Run} run
 */
export function buildPrediction(controller, run) {
  const name = h("strong");
  const percent = h("span", { class: "nbl-percent" });
  const bar = h("span", { class: "nbl-bar-fill" });
  const track = h("span", { class: "nbl-bar", "aria-hidden": "true" }, bar);
  const words = h(
    "p",
    { class: "nbl-prediction-words" },
    h("span", { text: TEXT.queue.prediction }),
    name,
    percent,
  );
  const accept = commandButton("accept", TEXT.queue.accept, run);
  const toggle = commandButton("prediction", TEXT.queue.hide, run);
  const node = h("div", { class: "nbl-prediction" }, words, track, accept, toggle);
  const render = () => {
    const shown = Boolean(controller.context.model.get("show_prediction"));
    const { prediction } = controller;
    setText(
      name,
      prediction?.label ?? (shown ? TEXT.queue.noPrediction : TEXT.queue.predictionHidden),
    );
    setText(percent, prediction ? percentText(prediction.confidence) : "");
    bar.style.width = `${(prediction?.confidence ?? 0) * 100}%`;
    setAttribute(node, "data-state", prediction ? "prediction" : "none");
    setAttribute(accept, "aria-disabled", prediction && !controller.context.closed ? null : "true");
    setText(toggle.firstChild, shown ? TEXT.queue.hide : TEXT.queue.show);
    toggle.setAttribute(
      "aria-label",
      shown ? TEXT.queue.hidePrediction : TEXT.queue.showPrediction,
    );
  };
  return { node, render };
}

/**
 * @param {QueueController} controller
 * @param {Run} run
 * @param {HTMLElement} more what follows the classes
 */
export function buildClasses(controller, run, more) {
  const list = h("div", { class: "nbl-class-list" });
  const legend = h("legend", { class: "nbl-hidden", text: TEXT.queue.label });
  const node = h("fieldset", { class: "nbl-classes" }, legend, list, more);
  /** @param {string} label */
  const make = (label) => {
    const swatch = h("span", { class: "nbl-swatch" });
    const name = h("span", { class: "nbl-class-name", text: label });
    const key = h("kbd", { "aria-hidden": "true" });
    const props = {
      type: "button",
      class: "nbl-class",
      title: label,
      onClick: () => run({ name: "label", label }),
    };
    return h("button", props, swatch, name, key);
  };
  /** @param {string} label */
  const buttonOf = (label) => [...list.children].find((button) => button.dataset.key === label);
  const render = () => {
    const {
      context: { classes, closed },
      queue: { current },
    } = controller;
    const buttons = patchChildren(
      list,
      classes.map((one) => one.name),
      make,
    );
    classes.forEach((one, i) => {
      const [swatch, , key] = /** @type {any} */ (buttons[i].children);
      swatch.style.background = one.color;
      setText(key, one.key);
      key.hidden = one.key === "";
      setAttribute(buttons[i], "aria-keyshortcuts", one.key || null);
      setAttribute(buttons[i], "aria-pressed", current?.label === one.name ? "true" : "false");
      setAttribute(buttons[i], "aria-disabled", current && !closed ? null : "true");
    });
  };
  return { node, render, buttonOf };
}

/**
 * The field for a new class, opened in place.
 * @param {QueueController} controller
 * @param {() => void} focusRoot
 */
export function buildNewClass(controller, focusRoot) {
  const asked = TEXT.queue.newClassName;
  const input = h("input", { type: "text", "aria-label": asked, placeholder: asked });
  const add = h("button", { type: "submit", class: "nbl-primary", text: TEXT.queue.add });
  const cancel = h("button", { type: "button", text: TEXT.cancel, onClick: () => close() });
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
  const button = commandButton("newClass", TEXT.queue.newClass, open);
  const submit = () => {
    if (input.value.trim()) controller.addClass(input.value.trim());
    close();
  };
  listen(form, "submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    submit();
  });
  listen(form, "keydown", (/** @type {KeyboardEvent} */ event) => {
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
  const buttons = Object.entries(TEXT.queue.actions).map(([name, text]) =>
    commandButton(name, text, run),
  );
  return h(
    "div",
    { class: "nbl-actions", role: "group", "aria-label": TEXT.queue.actionsTitle },
    ...buttons,
  );
}
