// The queue view: the picture asked about, the answers, and what comes next.

import { buildActions, buildClasses, buildGuess, buildNewClass, commandButton } from "./answers.js";
import { Desk } from "./desk.js";
import { h } from "./dom.js";
import { buildHelp } from "./help.js";
import { commandOf } from "./keys.js";
import { buildCaption, buildHighlight, buildNext, buildPicture } from "./picture.js";
import { buildLive, buildMessages, buildSaved } from "./saved.js";
import { buildWhy } from "./why.js";

const FLASH_MS = 220;

/** @typedef {import("./keys.js").Command} Command */

/**
 * @param {Desk} desk
 * @param {HTMLElement} el
 * @param {AbortSignal} signal
 * @returns {import("./desk.js").View}
 */
function buildQueue(desk, el, signal) {
  const focusRoot = () => el.focus({ preventScroll: true });
  /** @param {Command} command */
  const run = (command) => {
    if (command.name === "help") help.toggle();
    else if (command.name === "newClass") newClass.open();
    else if (command.name === "leave") leave();
    else if (desk.act(command) && !desk.lull.burst) flash(buttonFor(command));
  };
  const leave = () => (help.node.hidden ? focusNotebook(el) : help.toggle());
  /** @param {Command} command */
  const buttonFor = ({ name, label }) =>
    label === undefined ? el.querySelector(`.nbl-do-${name}`) : classes.buttonOf(label);

  const help = buildHelp(desk, focusRoot);
  const newClass = buildNewClass(desk, focusRoot);
  const classes = buildClasses(desk, run, newClass.node);
  const [saved, picture, highlight, next, caption, guess, why, messages, live] = [
    buildSaved(desk),
    buildPicture(desk),
    buildHighlight(desk, focusRoot),
    buildNext(desk, focusRoot),
    buildCaption(desk),
    buildGuess(desk, run),
    buildWhy(desk, run),
    buildMessages(desk, focusRoot),
    buildLive(desk),
  ];
  const question = h("div", { class: "nbl-question" }, picture.node, next.node, caption.node, highlight.node);
  const answers = [guess.node, classes.node, buildActions(run), messages.node, why.node];
  const answer = h("div", { class: "nbl-answer" }, ...answers);
  const body = h("div", { class: "nbl-body" }, question, answer);
  el.append(buildHead(saved.node, run), body, live.node, help.node);
  el.addEventListener("keydown", (event) => onKey(event, desk, help.node.hidden, run), { signal });

  const draw = (/** @type {{render: () => void}[]} */ parts) => () => parts.forEach((part) => part.render());
  return { question: draw([picture, caption, guess, next]), rest: draw([saved, classes, highlight, why, messages, live]) };
}

/**
 * @param {HTMLElement} saved
 * @param {(command: Command) => void} run
 */
function buildHead(saved, run) {
  const hint = h(
    "span",
    { class: "nbl-hint", "aria-hidden": "true" },
    h("span", { class: "nbl-hint-on", text: "Keys on" }),
    h("span", { class: "nbl-hint-off" }, "Click or Tab", h("span", { text: " to use keys" })),
  );
  const help = commandButton("help", "Keys", run);
  help.firstChild.classList.add("nbl-hidden");
  return h("div", { class: "nbl-head" }, saved, hint, help);
}

/**
 * @param {KeyboardEvent} event
 * @param {Desk} desk
 * @param {boolean} answering false while the list of keys covers the picture
 * @param {(command: Command) => void} run
 */
function onKey(event, desk, answering, run) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.closest("input")) return;
  if (target.closest("button") && (event.key === "Enter" || event.key === " ")) {
    // a held key must not press the button again and again
    if (event.repeat) event.preventDefault();
    return;
  }
  const command = commandOf(event, desk.classes);
  if (!command || !(answering || command.name === "help" || command.name === "leave")) return;
  event.preventDefault();
  event.stopPropagation();
  if (!event.repeat) run(command);
}

/**
 * A short sign that an answer was taken.
 * @param {Element | null | undefined} button
 */
function flash(button) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const ring = ["var(--nbl-accent)", "transparent"].map((color) => ({ boxShadow: `0 0 0 3px ${color}` }));
  button?.animate(ring, FLASH_MS);
}

/**
 * Hand the focus to whatever holds the panel and can have it: the notebook in JupyterLab.
 * @param {HTMLElement} el
 */
function focusNotebook(el) {
  const holder = /** @type {HTMLElement | null | undefined} */ (el.parentElement?.closest("[tabindex]"));
  if (holder) holder.focus({ preventScroll: true });
  else /** @type {HTMLElement} */ (el.ownerDocument.activeElement)?.blur();
}

export default () => {
  /** @type {Desk} */
  let desk;
  return {
    /** @param {{model: any}} context */
    initialize({ model }) {
      desk = new Desk(model);
      return desk.open();
    },
    /** @param {{el: HTMLElement}} context */
    render({ el }) {
      const view = new AbortController();
      el.classList.add("nbl-view", "nbl-queue");
      el.tabIndex = 0;
      el.setAttribute("role", "group");
      el.setAttribute("aria-label", "Questions");
      el.dataset.lmSuppressShortcuts = "true";
      const remove = desk.addView(buildQueue(desk, el, view.signal));
      return () => {
        view.abort();
        remove();
      };
    },
  };
};
