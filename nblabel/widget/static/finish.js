// Finishing the pool: what the machine may label with a promise, a look at its doubtful ones, and the step itself.

import { drawCurve } from "./chart.js";
import { countText, h, makeUid, patchChildren, setAttribute, setText, shareText } from "./dom.js";
import { buildThumb, mediaOf, shortWords } from "./media.js";
import { bytesOf } from "./pixels.js";

const ERRORS = [0.005, 0.01, 0.02, 0.03, 0.05, 0.1];
const CONFIDENCES = [0.9, 0.95, 0.99, 0.999];
const ZOOM = 4; // the curve is shown up to so many times the error asked for
const WORKING = { look: "Working it out", draw: "Drawing the checks", accept: "Accepting", take_back: "Taking back" };

/** @typedef {{max_error: number, confidence: number, per_class: boolean}} Terms */
/**
 * @typedef {{terms: Terms, running: "" | "look" | "draw" | "accept" | "take_back", progress: number, text: string,
 *   headline: string, details: string[], ready: number, needed: number, changed: number, left: number,
 *   waiting: number, undo: string, undo_kind: "" | "accept" | "withdraw", undo_count: number,
 *   curve: {name: string, points: (number | null)[][]}[]}} FinishState
 */

/** @param {import("./quality.js").Office} office */
export function buildFinish(office) {
  const { model, send, say } = office;
  /** @returns {FinishState | null} */
  const state = () => {
    const now = model.get("finish");
    return now?.terms ? now : null;
  };
  const title = h("h3", { id: `nbl-finish-${makeUid()}`, text: "Finish the pool" });
  const close = h("button", { type: "button", text: "Close" });
  const terms = buildTerms((chosen) => send({ type: "look", ...chosen }));
  const answer = buildAnswer(office);
  const curve = h("div", { class: "nbl-finish-curve" });
  const preview = buildPreview(office);
  const node = h("section", { class: "nbl-part nbl-finish", role: "dialog", "aria-labelledby": title.id, tabindex: -1, hidden: true },
    h("div", { class: "nbl-part-head" }, title, close),
    terms.node,
    h("div", { class: "nbl-finish-body" }, answer.node, curve),
    preview.node);
  close.addEventListener("click", office.close);
  let told = "";
  let drawn = "";
  const render = () => {
    const now = state();
    if (!now) return;
    terms.render(now);
    answer.render(now);
    preview.render(now);
    const key = JSON.stringify([now.curve, now.terms]);
    if (key !== drawn) curve.replaceChildren(...curveOf(now));
    drawn = key;
    // the step that was taken may be gone with its button
    if (node.contains(document.activeElement) && document.activeElement?.closest("[hidden]")) node.focus({ preventScroll: true });
    if (now.running || !now.headline || now.headline === told) return;
    told = now.headline;
    if (!answer.takeSaid()) say(told); // what became of a step is heard, not what it leads to
  };
  /** @param {any} message @param {DataView[]} buffers */
  const hear = (message, buffers) => {
    if (message.type === "preview") preview.take(message.items, buffers);
    else if (message.type === "ack") answer.hear(message);
  };
  return { node, render, hear };
}

/** @param {(terms: Terms) => void} choose */
function buildTerms(choose) {
  const error = h("select", {}, ...ERRORS.map((share) => h("option", { value: String(share), text: shareText(share) })));
  const confidence = h("select", {}, ...CONFIDENCES.map((share) => h("option", { value: String(share), text: shareText(share) })));
  const perClass = h("input", { type: "checkbox" });
  const changed = () =>
    choose({ max_error: Number(error.value), confidence: Number(confidence.value), per_class: perClass.checked });
  for (const field of [error, confidence, perClass]) field.addEventListener("change", changed);
  const node = h("div", { class: "nbl-terms" },
    h("label", {}, h("span", { text: "Labels wrong, at most" }), error),
    h("label", {}, h("span", { text: "Confidence" }), confidence),
    h("label", { title: "Each class keeps the promise by itself; that takes answers for each." }, perClass, h("span", { text: "in each class" })));
  /** @param {FinishState} now */
  const render = ({ terms, running }) => {
    choosable(error, terms.max_error);
    choosable(confidence, terms.confidence);
    perClass.checked = terms.per_class;
    const busy = !["", "look"].includes(running);
    for (const field of [error, confidence, perClass]) field.disabled = busy;
  };
  return { node, render };
}

/**
 * Show a value that need not be among the usual ones.
 * @param {HTMLSelectElement} select
 * @param {number} value
 */
export function choosable(select, value) {
  const known = [...select.options].some((option) => option.value === String(value));
  if (!known) select.append(h("option", { value: String(value), text: shareText(value) }));
  select.value = String(value);
}

/**
 * The answer in words, and the one step that can be taken now.
 * @param {import("./quality.js").Office} office
 */
function buildAnswer({ model, send, say }) {
  const headline = h("p", { class: "nbl-finish-head" });
  const details = h("ul", { class: "nbl-finish-details" });
  const note = h("p", { class: "nbl-finish-note" });
  const act = h("button", { type: "button", class: "nbl-primary" });
  const undo = h("button", { type: "button" });
  const cancel = h("button", { type: "button", text: "Cancel" });
  const changed = buildChanged({
    look: () => send({ type: "review", accepted: true }),
    takeBack: () => {
      awaited = makeUid();
      send({ type: "take_back", uid: awaited });
    },
  });
  const bar = h("progress", { max: 1, "aria-label": "Progress" });
  const progress = h("p", { class: "nbl-finish-progress" }, bar, h("span"), cancel);
  const actions = h("div", { class: "nbl-finish-actions" }, act, undo);
  const node = h("div", { class: "nbl-finish-answer" }, headline, details, changed.node, note, actions, progress);
  let awaited = "";
  let said = false;
  act.addEventListener("click", () => {
    const now = /** @type {FinishState} */ (model.get("finish"));
    if (act.getAttribute("aria-disabled")) return;
    if (!now.ready) return send({ type: "draw" });
    awaited = makeUid();
    return send({ type: "accept", uid: awaited });
  });
  undo.addEventListener("click", () => {
    if (awaited) return;
    awaited = makeUid();
    send({ type: "undo", uid: awaited, of: model.get("finish").undo });
  });
  cancel.addEventListener("click", () => send({ type: "cancel" }));
  /** @param {FinishState} now */
  const render = (now) => {
    const { running, ready, needed, waiting } = now;
    setText(headline, now.headline || (running ? "" : "Choose what to promise."));
    setAttribute(headline, "data-ready", ready > 0 ? "true" : null);
    patchChildren(details, now.details, (text) => h("li", { text }));
    changed.render(now);
    act.hidden = !(ready || (needed && !waiting));
    setText(act, ready ? `Accept ${countText(ready)} labels` : needed === 1 ? "Ask this one next" : `Ask these ${countText(needed)} next`);
    setAttribute(act, "aria-disabled", running ? "true" : null);
    undo.hidden = !now.undo;
    const count = countText(now.undo_count);
    setText(undo, now.undo_kind === "withdraw" ? `Undo: accept ${count} again` : `Undo: take back ${count} accepted`);
    progress.hidden = !running;
    bar.value = now.progress;
    setText(progress.children[1], running ? `${WORKING[running]}: ${now.text}` : "");
    cancel.hidden = running === "accept" || running === "take_back";
    if (waiting && !running) {
      const checks = waiting === 1 ? "1 check waits" : `${countText(waiting)} checks wait`;
      setText(note, `${checks} in the queue. When they are answered, this looks again.`);
    } else if (!awaited && note.dataset.kind !== "said") setText(note, "");
    if (waiting) delete note.dataset.kind;
  };
  /** @param {{uid: string, ok: boolean, text: string}} ack */
  const hear = (ack) => {
    if (ack.uid !== awaited) return;
    awaited = "";
    note.dataset.kind = "said";
    said = ack.ok;
    setText(note, ack.text);
    say(ack.text);
  };
  const takeSaid = () => {
    const was = said;
    said = false;
    return was;
  };
  return { node, render, hear, takeSaid };
}

/**
 * Accepted labels that the model of now contradicts, and what can be done about them.
 * @param {{look: () => void, takeBack: () => void}} act
 */
function buildChanged(act) {
  const words = h("span");
  const look = h("button", { type: "button", text: "Look at them", title: "Ask them again in the queue, with the same keys" });
  const back = h("button", { type: "button", text: "Take these back", title: "They are open again; one undo accepts them again" });
  const node = h("p", { class: "nbl-finish-changed" }, words, look, back);
  const steps = /** @type {[HTMLButtonElement, () => void][]} */ ([[look, act.look], [back, act.takeBack]]);
  for (const [button, step] of steps) button.addEventListener("click", () => button.getAttribute("aria-disabled") || step());
  /** @param {FinishState} now */
  const render = ({ changed, running }) => {
    node.hidden = !changed;
    const which = changed === 1 ? "1 accepted item" : `${countText(changed)} accepted items`;
    setText(words, changed ? `The model would now label ${which} otherwise.` : "");
    setAttribute(back, "aria-disabled", running ? "true" : null);
  };
  return { node, render };
}

/**
 * The doubtful ones among those that can be accepted; one that is pressed is asked now.
 * @param {import("./quality.js").Office} office
 */
function buildPreview(office) {
  const title = h("h4", { text: "The most doubtful of them. Press one to answer it yourself." });
  const list = h("ul", { class: "nbl-preview-list" });
  const node = h("div", { class: "nbl-preview", hidden: true }, title, list);
  let filled = false;
  /** @param {any[]} items @param {DataView[]} buffers */
  const take = (items, buffers) => {
    filled = items.length > 0;
    list.replaceChildren(...items.map((item) => tile(office, item, buffers)));
    node.hidden = !filled;
  };
  /** @param {FinishState} now */
  const render = (now) => {
    node.hidden = !filled || !(now.ready || now.undo_kind === "accept");
  };
  return { node, take, render };
}

/**
 * @param {import("./quality.js").Office} office
 * @param {import("./line.js").Item & {said: string}} item
 * @param {DataView[]} buffers
 */
function tile({ model, send }, item, buffers) {
  const thumb = buildThumb("nbl-thumb");
  thumb.canvas.removeAttribute("role");
  const media = mediaOf(item);
  const buffer = media && media.buffer !== null ? buffers[media.buffer] : null;
  const kept = media && buffer ? { media, bytes: bytesOf(buffer) } : null;
  thumb.paint(kept);
  const color = (model.get("checks")?.colors ?? {})[item.said];
  const words = `${item.id}: ${item.said}${kept ? "" : ", no picture"}`;
  const button = h("button", { type: "button", title: `${words}. Ask it now.`, "aria-label": `${words} ${shortWords(kept)}. Ask it now.` },
    h("span", { class: "nbl-preview-mat" }, thumb.node),
    h("span", { class: "nbl-preview-name" },
      h("span", { class: "nbl-swatch", style: { background: color ?? "transparent" }, hidden: !color }), h("span", { text: item.said })));
  button.addEventListener("click", () => send({ type: "pick", index: item.index }));
  return h("li", {}, button);
}

/**
 * The share of the pool against the error that can be promised for it.
 * @param {FinishState} now
 */
function curveOf({ curve, terms }) {
  const top = Math.max(ZOOM * terms.max_error, 0.02);
  const lines = curve.map(({ name, points }) => ({
    name: name === "all" ? "" : name,
    points: points
      .filter(([share, error]) => share !== null && error !== null)
      .map(([share, error, n]) => ({
        x: Number(share),
        y: Number(error),
        text: `${shareText(Number(share))} of the pool (${countText(Number(n))}): at most ${shareText(Number(error))} wrong`,
      })),
  }));
  if (!lines.some(({ points }) => points.some(({ y }) => y <= top))) {
    return [h("p", { class: "nbl-curve-none", text: "What could be promised for how much of the pool is drawn here once checks are answered." })];
  }
  return [
    drawCurve({
      title: "Error that can be promised, by share of the pool",
      lines,
      x: { max: 1, text: "share of the pool accepted" },
      y: { max: top },
      rule: { y: terms.max_error, text: `asked for: ${shareText(terms.max_error)}` },
    }),
  ];
}
