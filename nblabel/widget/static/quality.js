// The bar below the status: random checks, machine labels with a promise, a second look, and curves.

import { buildCurves } from "./curves.js";
import { h, setAttribute, setText, shareText } from "./dom.js";
import { buildFinish } from "./finish.js";
import { Lull } from "./lull.js";
import { inTurn } from "./turns.js";

const SHARES = [0, 0.05, 0.1, 0.2, 0.3, 0.5, 1];
const REPEATS = [0, 0.02, 0.05, 0.1, 0.2];
const CHECKED_NOW = 20;
const TRAITS = ["checks", "finish", "review", "curves", "compared"];

/**
 * A part of the view that a button opens.
 * @typedef {{node: HTMLElement, render: () => void, hear?: (message: any, buffers: DataView[]) => void}} Part
 */

/**
 * What the parts share: the model, words for the live region, and how to close.
 * @typedef {{model: any, send: (content: Record<string, any>) => void, say: (text: string) => void, close: () => void}} Office
 */

/**
 * How large a share of the questions is drawn at random, and a few more at once; how large a share is asked twice.
 * @param {Office} office
 */
function buildChecks({ model, send }) {
  const checks = shareSelect("Random checks", "Share of the questions drawn at random. Nobody sees which they are.", SHARES, "questions");
  const repeats = shareSelect("Asked twice", "Share of the answers that bring back, unmarked, a question from some time before. Tells how often you agree with yourself.", REPEATS, "answers");
  const now = h("button", { type: "button", text: `Check ${CHECKED_NOW} now`, title: `Ask ${CHECKED_NOW} items drawn at random next` });
  checks.select.addEventListener("change", () => send({ type: "share", share: Number(checks.select.value) }));
  repeats.select.addEventListener("change", () => send({ type: "repeats", share: Number(repeats.select.value) }));
  now.addEventListener("click", () => send({ type: "check", n: CHECKED_NOW }));
  const node = h("div", { class: "nbl-checks" }, checks.node, now, repeats.node);
  const render = () => {
    const { share = 0, repeats: again = 0, waiting = 0 } = model.get("checks") ?? {};
    checks.show(share);
    repeats.show(again);
    setAttribute(now, "disabled", waiting >= CHECKED_NOW);
  };
  return { node, render };
}

/**
 * A choice among shares; the one in force need not be among the usual ones.
 * @param {string} name
 * @param {string} title
 * @param {number[]} usual
 * @param {string} noun what it is a share of
 */
function shareSelect(name, title, usual, noun) {
  const select = h("select", { "aria-label": name, title });
  const node = h("label", {}, h("span", { text: name }), select);
  /** @param {number} share */
  const option = (share) =>
    h("option", { value: String(share), text: share ? `${shareText(share)} of ${noun}` : "off" });
  /** @param {number} share */
  const show = (share) => {
    const shares = usual.includes(share) ? usual : [...usual, share].sort((a, b) => a - b);
    if (select.options.length !== shares.length) select.replaceChildren(...shares.map(option));
    select.value = String(share);
  };
  return { node, select, show };
}

/**
 * How far the second look is, and its end.
 * @param {Office} office
 */
function buildReview({ model, send, say }) {
  const text = h("span");
  const bar = h("progress", { max: 1, "aria-label": "Finding doubtful labels" });
  const end = h("button", { type: "button", text: "Stop" });
  const node = h("p", { class: "nbl-review", hidden: true }, text, bar, end);
  end.addEventListener("click", () => send({ type: "review_end" }));
  let before = "";
  const render = () => {
    const { running, progress, left, total, text: told } = model.get("review") ?? {};
    const words = running ? "Finding labels that the model and the neighbours contradict…" : told ?? "";
    node.hidden = !words;
    setText(text, total && left ? `Second look: ${words} Answer in the queue; Enter takes the guess.` : words);
    bar.hidden = !running;
    bar.value = progress ?? 0;
    setText(end, running ? "Cancel" : left ? "Stop" : "Close");
    if (!running && words && words !== before && !(total && left < total && left > 0)) say(text.textContent ?? "");
    before = words;
  };
  return { node, render };
}

/**
 * @param {any} model
 * @param {HTMLElement} el
 */
function buildQuality(model, el) {
  const inOrder = inTurn(model);
  const send = (/** @type {Record<string, any>} */ content) => {
    try {
      inOrder(content);
    } catch {
      office.say("The kernel does not answer.");
    }
  };
  const live = h("p", { class: "nbl-hidden", role: "status", "aria-live": "polite" });
  /** @type {string | null} */
  let opened = null;
  /** @type {Office} */
  const office = { model, send, say: (text) => setText(live, text), close: () => open(null) };
  const checks = buildChecks(office);
  const review = buildReview(office);
  /** @type {Record<string, Part>} */
  const parts = { finish: buildFinish(office), curves: buildCurves(office) };
  /** @type {Record<string, HTMLButtonElement>} */
  const buttons = {
    finish: h("button", { type: "button", text: "Finish the pool…", title: "Hand the rest to the machine, with a promise" }),
    curves: h("button", { type: "button", text: "Curves", title: "Accuracy and confidence over the labels" }),
  };
  const look = h("button", { type: "button", text: "Second look", title: "Ask labels again that the model and the neighbours contradict" });
  look.addEventListener("click", () => send({ type: "review" }));
  const bar = h("div", { class: "nbl-quality-bar" },
    h("div", { class: "nbl-quality-doors" }, buttons.finish, look, buttons.curves), checks.node);
  el.append(bar, review.node, ...Object.values(parts).map((part) => part.node), live);

  /** @param {string | null} name */
  const open = (name) => {
    const before = opened;
    opened = name;
    send({ type: "open", part: name });
    render();
    if (name) parts[name].node.focus({ preventScroll: true });
    else if (before) buttons[before].focus({ preventScroll: true });
  };
  for (const [name, button] of Object.entries(buttons)) {
    button.addEventListener("click", () => open(opened === name ? null : name));
    parts[name].node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      open(null);
    });
  }
  const render = () => {
    for (const [name, part] of Object.entries(parts)) {
      part.node.hidden = opened !== name;
      setAttribute(buttons[name], "aria-expanded", String(opened === name));
      if (opened === name) part.render();
    }
    checks.render();
    review.render();
  };
  /** @param {any} message @param {DataView[]} buffers */
  const hear = (message, buffers) => {
    if (message.type === "said") office.say(message.text);
    for (const part of Object.values(parts)) part.hear?.(message, buffers);
  };
  const leave = () => opened && send({ type: "open", part: null });
  return { render, hear, leave };
}

export default () => ({
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    el.classList.add("nbl-view", "nbl-quality");
    el.setAttribute("role", "group");
    el.setAttribute("aria-label", "Check and finish");
    el.dataset.lmSuppressShortcuts = "true";
    const view = buildQuality(model, el);
    const lull = new Lull();
    const renderSoon = () => lull.run("quality", view.render);
    model.on("msg:custom", view.hear);
    for (const trait of TRAITS) model.on(`change:${trait}`, renderSoon);
    view.render();
    return () => {
      view.leave();
      model.off("msg:custom", view.hear);
      for (const trait of TRAITS) model.off(`change:${trait}`, renderSoon);
      lull.close();
    };
  },
});
