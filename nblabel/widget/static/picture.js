// The picture asked about and the ones that come next.

import { h, patchChildren, setText } from "./dom.js";
import { paintPixels } from "./pixels.js";

const NEXT_SHOWN = 8;
const thousands = new Intl.NumberFormat("en");

/**
 * A canvas that paints a picture once, however often it is asked to.
 * @param {string} name
 */
export function buildCanvas(name) {
  const node = h("canvas", { class: name, role: "img", width: 1, height: 1 });
  /** @type {import("./cache.js").Picture | null} */
  let painted = null;
  /** @param {import("./cache.js").Picture | null} picture */
  const paint = (picture) => {
    node.hidden = !picture;
    if (picture && picture !== painted) paintPixels(node, picture.image, picture.bytes);
    painted = picture ?? painted;
  };
  return { node, paint };
}

/**
 * Words for an item without its picture: unreadable, not here yet, or without any.
 * @param {import("./line.js").Item} item
 */
function placeholderText(item) {
  if (item.error) return `Cannot show this picture. ${item.error}`;
  return item.image ? "Loading the picture…" : "No picture";
}

/** @param {import("./desk.js").Desk} desk */
function emptyText(desk) {
  const { done, total, started } = desk.line;
  if (done) return `All ${total === null ? "" : `${thousands.format(total)} `}images are answered.`;
  return started ? "Waiting for the next question…" : "Preparing the first question…";
}

/** @param {import("./desk.js").Desk} desk */
export function buildPicture(desk) {
  const canvas = buildCanvas("nbl-picture");
  const heading = h("strong");
  const words = h("span");
  const placeholder = h("div", { class: "nbl-placeholder" }, heading, words);
  const node = h("div", { class: "nbl-mat" }, canvas.node, placeholder);
  const render = () => {
    const item = desk.line.current;
    const picture = item && desk.album.pictureOf(item);
    canvas.paint(picture);
    placeholder.hidden = picture !== null;
    setText(heading, item && !picture ? item.id : "");
    setText(words, item ? placeholderText(item) : emptyText(desk));
    node.dataset.state = item ? (item.error ? "broken" : "item") : desk.line.done ? "done" : "waiting";
    if (item) canvas.node.setAttribute("aria-label", `Image ${item.id}, position ${item.index}`);
  };
  return { node, render };
}

/**
 * The pictures that come next; one that is pressed is asked now. Together they are one stop of Tab, and
 * the arrow keys go from one to the next.
 * @param {import("./desk.js").Desk} desk
 * @param {() => void} focusRoot
 */
export function buildNext(desk, focusRoot) {
  const node = h("ol", { class: "nbl-next", "aria-label": "Asked next" });
  /** @typedef {{number: Element, canvas: ReturnType<typeof buildCanvas>, sign: HTMLElement, button: HTMLElement}} Slot */
  /** @type {WeakMap<Element, Slot>} */
  const parts = new WeakMap();
  /** @param {string} id */
  const make = (id) => {
    const number = h("span", { class: "nbl-number" });
    const canvas = buildCanvas("nbl-thumb");
    canvas.node.removeAttribute("role");
    const sign = h("span", { class: "nbl-thumb-sign" });
    const words = `Ask image ${id} now`;
    const button = h("button", { type: "button", "aria-label": words, title: words }, canvas.node, sign, number);
    button.addEventListener("click", () => {
      desk.pick(id);
      focusRoot();
    });
    const slot = h("li", {}, button);
    parts.set(slot, { number, canvas, sign, button });
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
      part.canvas.paint(picture);
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
