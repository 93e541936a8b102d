// The picture, text or row asked about, and the ones that come next.

import { h, patchChildren, setAttribute, setText } from "./dom.js";
import { buildMedia, buildThumb, mediaOf, shortWords } from "./media.js";

const NEXT_SHOWN = 8;
const thousands = new Intl.NumberFormat("en");

/**
 * Words for an item that is not shown: unreadable, not here yet, or without anything to show.
 * @param {import("./desk.js").Desk} desk
 * @param {import("./line.js").Item} item
 */
function placeholderText(desk, item) {
  if (item.error) return `Cannot show this picture. ${item.error}`;
  if (mediaOf(item)) return `Loading the ${desk.line.thing}…`;
  return "No picture";
}

/** @param {import("./desk.js").Desk} desk */
function emptyText(desk) {
  const { done, total, started, noun } = desk.line;
  if (done) return `All ${total === null ? "" : `${thousands.format(total)} `}${noun}s are answered.`;
  return started ? "Waiting for the next question…" : "Preparing the first question…";
}

/** @param {import("./desk.js").Desk} desk */
export function buildPicture(desk) {
  const media = buildMedia("nbl-picture");
  const heading = h("strong");
  const words = h("span");
  const placeholder = h("div", { class: "nbl-placeholder" }, heading, words);
  const node = h("div", { class: "nbl-mat" }, ...media.nodes, placeholder);
  const render = () => {
    const item = desk.line.current;
    const picture = item && desk.album.pictureOf(item);
    media.paint(picture, desk.model.get("highlight") ?? "", desk.evidence);
    placeholder.hidden = picture !== null;
    setText(heading, item && !picture ? item.id : "");
    setText(words, item ? placeholderText(desk, item) : emptyText(desk));
    node.dataset.state = item ? (item.error ? "broken" : "item") : desk.line.done ? "done" : "waiting";
    node.dataset.noun = desk.line.noun;
    if (item) media.describe(`${capital(desk.line.noun)} ${item.id}, position ${item.index}`);
  };
  return { node, render };
}

/** @param {string} word */
function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}

/**
 * The field for the words that are marked in texts.
 * @param {import("./desk.js").Desk} desk
 * @param {() => void} focusRoot
 */
export function buildHighlight(desk, focusRoot) {
  const input = h("input", { type: "search", placeholder: "words to mark", spellcheck: "false" });
  const field = h("label", { class: "nbl-highlight" }, h("span", { text: "Mark" }), input);
  const evidence = h("p", { class: "nbl-evidence-note" });
  const node = h("div", { class: "nbl-marks", hidden: true }, field, evidence);
  input.addEventListener("input", () => {
    desk.model.set("highlight", input.value);
    desk.model.save_changes();
    desk.render();
  });
  input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    event.stopPropagation();
    if (event.key === "Enter" || event.key === "Escape") focusRoot();
  });
  /** @type {string[] | null} */
  let drawn = null;
  const render = () => {
    node.hidden = desk.line.noun !== "text";
    const words = desk.model.get("highlight") ?? "";
    if (document.activeElement !== input && input.value !== words) input.value = words;
    const told = desk.evidence;
    if (drawn === told) return;
    drawn = told;
    evidence.replaceChildren(...(told.length ? evidenceNote(told, desk.guess?.label ?? "") : []));
  };
  return { node, render };
}

/**
 * What the underlined words are, and which they are for those who do not see them.
 * @param {string[]} words
 * @param {string} label
 */
function evidenceNote(words, label) {
  return [
    h("span", { class: "nbl-evidence", "aria-hidden": "true", text: "Underlined" }),
    h("span", { class: "nbl-hidden", text: words.join(", ") }),
    h("span", { text: ` speaks for ${label}` }),
  ];
}

/**
 * The pictures that come next; one that is pressed is asked now. Together they are one stop of Tab, and
 * the arrow keys go from one to the next.
 * @param {import("./desk.js").Desk} desk
 * @param {() => void} focusRoot
 */
export function buildNext(desk, focusRoot) {
  const node = h("ol", { class: "nbl-next", "aria-label": "Asked next" });
  /** @typedef {{number: Element, thumb: ReturnType<typeof buildThumb>, sign: HTMLElement, button: HTMLElement}} Slot */
  /** @type {WeakMap<Element, Slot>} */
  const parts = new WeakMap();
  /** @param {string} id */
  const make = (id) => {
    const number = h("span", { class: "nbl-number" });
    const thumb = buildThumb("nbl-thumb");
    thumb.canvas.removeAttribute("role");
    const sign = h("span", { class: "nbl-thumb-sign" });
    const button = h("button", { type: "button" }, thumb.node, sign, number);
    button.addEventListener("click", () => {
      desk.pick(id);
      focusRoot();
    });
    const slot = h("li", {}, button);
    parts.set(slot, { number, thumb, sign, button });
    return slot;
  };
  node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => walk(node, event));
  const render = () => {
    const items = desk.line.upcoming.slice(0, NEXT_SHOWN);
    const hadFocus = node.contains(document.activeElement);
    const slots = patchChildren(node, items.map((item) => item.id), make);
    items.forEach((item, i) => {
      const part = /** @type {Slot} */ (parts.get(slots[i]));
      const picture = desk.album.pictureOf(item);
      part.thumb.paint(picture);
      const short = shortWords(picture);
      const words = `Ask ${desk.line.noun} ${item.id} now${short && `: ${short}`}`;
      for (const name of ["aria-label", "title"]) setAttribute(part.button, name, words);
      part.button.tabIndex = i === 0 ? 0 : -1;
      part.sign.hidden = picture !== null;
      setText(part.sign, item.error ? "!" : "…");
      setText(part.number, String(i + 1));
    });
    if (hadFocus && !node.contains(document.activeElement)) focusRoot();
  };
  return { node, render };
}

/**
 * The arrow keys on one of the pictures that come next.
 * @param {HTMLElement} list
 * @param {KeyboardEvent} event
 */
function walk(list, event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  const buttons = [...list.querySelectorAll("button")];
  buttons[buttons.indexOf(/** @type {any} */ (document.activeElement)) + step]?.focus();
}

/**
 * What is on screen, in one line: its id, and what there is to say about it.
 * @param {import("./desk.js").Desk} desk
 */
export function buildCaption(desk) {
  const id = h("span", { class: "nbl-id" });
  const note = h("span", { class: "nbl-note" });
  const node = h("p", { class: "nbl-caption" }, id, note);
  const render = () => {
    setText(id, desk.line.current?.id ?? "");
    id.title = desk.line.current?.id ?? "";
    setText(note, desk.note || revisitText(desk.line));
    note.title = note.textContent;
  };
  return { node, render };
}

/** @param {import("./line.js").Line} line */
function revisitText({ current, revisit }) {
  if (current?.label) {
    const word = current.source === "model" ? "Accepted from the model as" : "Labeled";
    return `${word} ${current.label}: answer again to change`;
  }
  return revisit ? "Answered without a label: answer again to change" : "";
}
