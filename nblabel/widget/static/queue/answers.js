// The buttons: accept the prediction, the classes, a new class, and what else a key can do.

import { levelOf, pathAbove } from "../shared/class_tree.js";
import { h, patchChildren, setAttribute, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { percentText } from "../shared/format.js";
import { TEXT } from "../shared/text.js";
import { buildClassCard } from "./class_card.js";
import { keyShown, shortcutOf } from "./keys.js";

/** @typedef {(command: import("./keys.js").Command) => void} Run */
/** @typedef {import("./controller.js").QueueController} QueueController */

/** More classes than this scroll, where they would be taller than the picture. */
const SCROLLS_FROM = 12;
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
    const { prediction, kept } = controller;
    setText(
      name,
      prediction?.label ?? (shown ? TEXT.queue.noPrediction : TEXT.queue.predictionHidden),
    );
    setText(percent, prediction ? percentText(prediction.confidence) : "");
    bar.style.width = `${(prediction?.confidence ?? 0) * 100}%`;
    setAttribute(node, "data-state", prediction ? "prediction" : "none");
    const label = kept ?? prediction?.label;
    const acts = label && !controller.context.closed;
    setAttribute(accept, "aria-disabled", acts ? null : "true");
    setText(accept.firstChild, kept === null ? TEXT.queue.accept : TEXT.queue.keep);
    accept.title = kept === null ? "" : TEXT.queue.keepLabel(kept);
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
 * @param {HTMLElement[]} more what follows the classes
 * @param {() => void} focusRoot
 * @param {import("./tags.js").TagController | null} tags where an item may have several
 */
export function buildClasses(controller, run, more, focusRoot, tags) {
  const list = h("div", { class: "nbl-class-list" });
  const card = buildClassCard(controller.context, list);
  const legend = h("legend", { class: "nbl-hidden", text: TEXT.queue.label });
  const node = h("fieldset", { class: "nbl-classes" }, legend, list, ...more, card.node);
  /** @param {string} label */
  const make = (label) => {
    const swatch = h("span", { class: "nbl-swatch" });
    const name = h("span", { class: "nbl-class-name", text: label });
    const key = h("kbd", { "aria-hidden": "true" });
    const props = {
      type: "button",
      class: "nbl-class",
      title: label,
      onClick: (/** @type {MouseEvent} */ event) => {
        run({ name: "label", label });
        // a tag is confirmed with Enter next, which must not press this button again
        if (tags && event.detail) focusRoot();
      },
    };
    const check = h("span", { class: "nbl-check", "aria-hidden": "true", text: "✓" });
    const opens = h("span", { class: "nbl-class-opens", "aria-hidden": "true", text: "›" });
    return h("button", props, swatch, name, key, tags ? check : opens);
  };
  /** @param {string} label */
  const buttonOf = (label) => [...list.children].find((button) => button.dataset.key === label);
  const render = () => {
    const {
      context: { closed },
      offer,
      queue: { current },
    } = controller;
    const classes = tags ? tags.shown(offer.classes) : offer.classes;
    const every = controller.context.classes;
    const { branch } = offer;
    // at the top, a label is below the class that is there
    const pressed = tags ? tags.pressed : [current?.label, ...pathAbove(every, current?.label)];
    const doubted = new Map((tags?.doubted ?? []).map((one) => [one.label, one.suggestion]));
    const isNested = tags && classes.some((one) => one.parent !== undefined);
    const hadFocus = list.contains(focusedElement());
    const buttons = patchChildren(
      list,
      classes.map((one) => one.name),
      make,
    );
    classes.forEach((one, i) => {
      const [swatch, name, key, opens] = /** @type {any} */ (buttons[i].children);
      const isOpened = one.name === branch;
      setText(name, isOpened ? TEXT.tree.itself(one.name) : one.name);
      const below = one.subclasses && !isOpened ? levelOf(every, one.name).length : 0;
      if (!tags) opens.hidden = !below;
      const path = tags ? pathAbove(every, one.name) : [];
      buttons[i].style.setProperty("--nbl-depth", String(path.length));
      // each tree of tags begins a row
      buttons[i].style.gridColumnStart = isNested && !path.length ? "1" : "";
      const place = path.length > 0 && TEXT.tree.path([...path, one.name]);
      const opening = below && TEXT.tree.opens(below);
      const described = [place, one.description, opening].filter(Boolean);
      swatch.style.background = one.color;
      setText(key, one.key);
      key.hidden = one.key === "";
      setAttribute(buttons[i], "aria-keyshortcuts", one.key || null);
      const doubt = doubted.get(one.name);
      if (doubt) described.unshift(TEXT.tags.doubted(doubt));
      setAttribute(buttons[i], "aria-description", described.join(". ") || null);
      setAttribute(buttons[i], "data-doubted", doubt ?? null);
      const isPressed = isOpened ? current?.label === branch : pressed.includes(one.name);
      setAttribute(buttons[i], "aria-pressed", String(isPressed));
      const acts = current && !closed;
      setAttribute(buttons[i], "aria-disabled", acts ? null : "true");
    });
    card.render();
    if (hadFocus && !list.contains(focusedElement())) focusRoot();
    node.toggleAttribute("data-long", classes.length > SCROLLS_FROM);
  };
  return { node, render, buttonOf };
}

/**
 * The field for a new class, opened in place. It may label what is on screen in the same step.
 * @param {QueueController} controller
 * @param {() => void} focusRoot
 */
export function buildNewClass(controller, focusRoot) {
  const asked = controller.context.called(TEXT.queue.newClassName);
  const input = h("input", { type: "text", "aria-label": asked, placeholder: asked });
  const add = h("button", { type: "submit", class: "nbl-primary", text: TEXT.queue.add });
  const label = h(
    "button",
    { type: "button", "aria-keyshortcuts": "Shift+Enter", onClick: () => submit(true) },
    h("span"),
    h("kbd", { text: "⇧ Enter", "aria-hidden": "true" }),
  );
  const cancel = h("button", { type: "button", text: TEXT.cancel, onClick: () => close() });
  const form = h("form", { class: "nbl-new-class", hidden: true }, input, add, label, cancel);
  const render = () => {
    const { multiLabel, noun } = controller.context;
    const words = multiLabel ? TEXT.tags.addAndPress : TEXT.queue.addAndLabel;
    setText(label.firstChild, words(noun));
    const hadFocus = focusedElement() === label;
    label.hidden = controller.queue.current === null;
    if (hadFocus && label.hidden) input.focus();
  };
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
  const words = controller.context.called(TEXT.queue.newClass);
  const button = commandButton("newClass", words, open);
  /** @param {boolean} labels */
  const submit = (labels) => {
    const name = input.value.trim();
    close();
    if (name) controller.addClass(name, labels && !label.hidden);
  };
  listen(form, "submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    submit(false);
  });
  listen(form, "keydown", (/** @type {KeyboardEvent} */ event) => {
    const adds = event.key === "Enter" && event.target === input;
    if (!(adds || event.key === "Escape") || event.isComposing) return;
    // Enter is taken here too: JupyterLab lets no form be submitted by it
    event.preventDefault();
    event.stopPropagation();
    if (adds) submit(event.shiftKey);
    else close();
  });
  return { node: h("div", { class: "nbl-new" }, button, form), open, render };
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
