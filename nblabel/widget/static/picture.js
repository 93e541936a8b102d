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

/** @param {import("./desk.js").Desk} desk */
export function buildNext(desk) {
  const node = h("ol", { class: "nbl-next", "aria-label": "Asked next" });
  /** @typedef {{number: Element, canvas: ReturnType<typeof buildCanvas>, sign: HTMLElement}} Slot */
  /** @type {WeakMap<Element, Slot>} */
  const parts = new WeakMap();
  const make = () => {
    const number = h("span", { class: "nbl-number" });
    const canvas = buildCanvas("nbl-thumb");
    const sign = h("span", { class: "nbl-thumb-sign", "aria-hidden": "true" });
    const slot = h("li", {}, canvas.node, sign, number);
    parts.set(slot, { number, canvas, sign });
    return slot;
  };
  const render = () => {
    const items = desk.line.upcoming.slice(0, NEXT_SHOWN);
    const slots = patchChildren(node, items.map((item) => item.id), make);
    items.forEach((item, i) => {
      const part = /** @type {Slot} */ (parts.get(slots[i]));
      const picture = desk.album.pictureOf(item);
      part.canvas.paint(picture);
      part.canvas.node.setAttribute("aria-label", `Image ${item.id}`);
      part.sign.hidden = picture !== null;
      setText(part.sign, item.error ? "!" : "…");
      setText(part.number, String(i + 1));
    });
  };
  return { node, render };
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
  };
  return { node, render };
}

/** @param {import("./line.js").Line} line */
function revisitText({ current, revisit }) {
  if (current?.label) return `Labeled ${current.label}: answer again to change`;
  return revisit ? "Answered without a label: answer again to change" : "";
}
