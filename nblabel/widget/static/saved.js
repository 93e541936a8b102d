// Saved or not saved, in words.

import { h, setText } from "./dom.js";
import { SILENCE_TEXT } from "./silence.js";

/** @typedef {{count: number, late: boolean, refusal: string}} Unsaved */

/**
 * What happens to answers that the kernel has not committed for a while.
 * @param {Unsaved} unsaved
 * @param {boolean} persistent
 */
export function unsavedText({ count, late, refusal }, persistent) {
  if (!late) return "";
  const reason = refusal || "kernel does not answer";
  const place = persistent ? "kept in this browser" : "kept in this page";
  const resent = refusal ? "sent again until it is saved." : "sent again when it is back.";
  const advice = refusal ? "" : " Run the cell again after a kernel restart.";
  return `${count} unsaved: ${reason}; ${place}, ${resent}${advice}`;
}

/**
 * @param {Unsaved} unsaved
 * @param {boolean} persistent
 * @param {boolean} silent the kernel has not said yet that it is there
 * @returns {{kind: string, sign: string, text: string}}
 */
function savedState(unsaved, persistent, silent) {
  if (silent && !unsaved.count) return { kind: "late", sign: "▲", text: "No answer" };
  if (unsaved.late) return { kind: "late", sign: "▲", text: `${unsaved.count} unsaved` };
  if (unsaved.count) return { kind: "saving", sign: "●", text: `Saving ${unsaved.count}…` };
  return persistent ? { kind: "saved", sign: "✓", text: "Saved" } : { kind: "memory", sign: "○", text: "In memory only" };
}

/** @param {import("./desk.js").Desk} desk */
export function buildSaved(desk) {
  const sign = h("span", { class: "nbl-sign", "aria-hidden": "true" });
  const text = h("span");
  const node = h("span", { class: "nbl-saved" }, sign, text);
  const render = () => {
    const state = savedState(desk.outbox.unsaved, desk.store.persistent, desk.silence.lasts);
    node.dataset.state = state.kind;
    node.title = desk.store.text;
    setText(sign, state.sign);
    setText(text, state.text);
  };
  return { node, render };
}

/**
 * What needs attention: problems (announced at once, dismissible) and answers that are not saved.
 * @param {import("./desk.js").Desk} desk
 * @param {() => void} focusRoot
 */
export function buildMessages(desk, focusRoot) {
  const problemText = h("span");
  const dismiss = h("button", { type: "button", "aria-label": "Dismiss", text: "×" });
  dismiss.addEventListener("click", () => {
    desk.dismiss();
    if (dismiss.hidden) focusRoot();
  });
  const problem = h("div", { class: "nbl-message", role: "alert" }, problemText, dismiss);
  const unsaved = h("p", { class: "nbl-message" });
  const silence = h("p", { class: "nbl-message" });
  const node = h("div", { class: "nbl-messages" }, problem, silence, unsaved);
  const render = () => {
    setText(problemText, desk.problem);
    dismiss.hidden = !desk.problem;
    problem.classList.toggle("nbl-empty", !desk.problem);
    const text = unsavedText(desk.outbox.unsaved, desk.store.persistent);
    setText(unsaved, text && `▲ ${text}`);
    unsaved.hidden = !text;
    silence.hidden = !desk.silence.lasts || text !== "";
    setText(silence, silence.hidden ? "" : `▲ ${SILENCE_TEXT}`);
  };
  return { node, render };
}

/**
 * The one polite live region.
 * @param {import("./desk.js").Desk} desk
 */
export function buildLive(desk) {
  const node = h("div", { class: "nbl-hidden nbl-live", "aria-live": "polite" });
  return { node, render: () => setText(node, desk.spoken) };
}
