// Saved or not saved, and what else needs attention, in words.

import { h, setText } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";

/** @typedef {import("./controller.js").QueueController} QueueController */

/**
 * @param {QueueController["context"]} context
 * @returns {{kind: string, sign: string, text: string}}
 */
function savedState({ outbox, store, link }) {
  const { count, late } = outbox.unsaved;
  if (link.watchdog.isSilent && !count)
    return { kind: "late", sign: "▲", text: TEXT.queue.notResponding };
  if (late) return { kind: "late", sign: "▲", text: TEXT.queue.unsaved(count) };
  if (count) return { kind: "saving", sign: "●", text: TEXT.queue.saving(count) };
  return store.persistent
    ? { kind: "saved", sign: "✓", text: TEXT.queue.saved }
    : { kind: "memory", sign: "○", text: TEXT.queue.inMemory };
}

/** @param {QueueController} controller */
export function buildSaved({ context }) {
  const sign = h("span", { class: "nbl-sign", "aria-hidden": "true" });
  const text = h("span");
  const node = h("span", { class: "nbl-saved" }, sign, text);
  const render = () => {
    const state = savedState(context);
    node.dataset.state = state.kind;
    node.title = context.store.text;
    setText(sign, state.sign);
    setText(text, state.text);
  };
  return { node, render };
}

/**
 * What needs attention: problems (announced at once, dismissible), a panel that is closed, a kernel
 * that is silent, and answers that are not saved.
 * @param {QueueController} controller
 * @param {() => void} focusRoot
 */
export function buildMessages(controller, focusRoot) {
  const { context } = controller;
  const problemText = h("span");
  const dismissProblem = () => {
    controller.dismiss();
    if (dismiss.hidden) focusRoot();
  };
  const dismiss = h("button", {
    type: "button",
    "aria-label": TEXT.dismiss,
    text: "×",
    onClick: dismissProblem,
  });
  const problem = h("div", { class: "nbl-message", role: "alert" }, problemText, dismiss);
  const lines = {
    closed: h("p", { class: "nbl-message" }),
    silence: h("p", { class: "nbl-message" }),
    unsaved: h("p", { class: "nbl-message" }),
    unreadable: h("p", { class: "nbl-message" }),
  };
  const node = h("div", { class: "nbl-messages" }, problem, ...Object.values(lines));
  /** @param {HTMLElement} line @param {string} text */
  const show = (line, text) => {
    setText(line, text && `▲ ${text}`);
    line.hidden = !text;
  };
  const render = () => {
    setText(problemText, controller.problem);
    dismiss.hidden = !controller.problem;
    problem.classList.toggle("nbl-empty", !controller.problem);
    const { outbox, closed, store, link } = context;
    const { count, late, refusal } = outbox.unsaved;
    show(lines.closed, closed && TEXT.panel.closed(closed));
    show(lines.unsaved, late ? TEXT.queue.unsavedAnswers(count, refusal, store.persistent) : "");
    show(lines.silence, link.watchdog.isSilent && !late && !closed ? TEXT.panel.silence : "");
    show(lines.unreadable, outbox.unreadable ? TEXT.panel.unreadable(outbox.unreadable) : "");
  };
  return { node, render };
}
