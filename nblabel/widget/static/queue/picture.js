// The picture, text or row asked about, and the ones that come next.

import { h, patchChildren, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { Looking } from "../shared/looking.js";
import { buildMedia, buildThumb, mediaOf, toldWords } from "../shared/media.js";
import { NEXT_SHOWN } from "../shared/queue.js";
import { RestOfText } from "../shared/rest_of_text.js";
import { TEXT } from "../shared/text.js";
import { buildTextFind } from "../shared/text_find.js";
import { buildLookButton } from "./large.js";

/** @typedef {import("./controller.js").QueueController} QueueController */
/** @typedef {import("../shared/wire.js").Item} Item */

/**
 * Words for an item that is not shown: unreadable, not here yet, or without anything to show.
 * @param {QueueController} controller
 * @param {Item} item
 */
function placeholderText(controller, item) {
  const { noun } = controller.context;
  if (item.error) return TEXT.queue.cannotShow(noun, item.error);
  return mediaOf(item) ? TEXT.queue.loading(noun) : TEXT.queue.noPicture;
}

/** @param {QueueController} controller */
function emptyText({ queue, doneText }) {
  if (queue.done) return doneText;
  return queue.started ? TEXT.queue.waiting : TEXT.queue.preparing;
}

/**
 * @param {QueueController} controller
 * @param {import("../shared/looking.js").Looker} looker
 * @param {() => void} enlarge
 */
export function buildPicture(controller, looker, enlarge) {
  const media = buildMedia("nbl-picture");
  const [canvas, text, row, frame] = media.nodes;
  const heading = h("strong");
  const words = h("span");
  const placeholder = h("div", { class: "nbl-placeholder" }, heading, words);
  const looking = new Looking(looker, canvas);
  const open = buildLookButton(enlarge);
  const node = h("div", { class: "nbl-mat" }, looking.node, text, row, frame, placeholder, open);
  const find = buildTextFind(looker, text, () => render());
  const rest = new RestOfText(looker, text, (id, whole, bytes) => {
    const { media, queue } = controller.context;
    if (!queue.items.some((item) => item.id === id)) return;
    media.replace(id, whole, bytes);
    controller.render();
  });
  const render = () => {
    const { context, queue } = controller;
    const item = queue.current;
    const id = item?.id ?? "";
    const picture = item && context.media.of(item);
    const sought = find.phrase();
    // asking for it has the page laid out, which a picture need not wait for
    const scrollTop = text.hidden ? 0 : text.scrollTop;
    media.paint(picture, context.model.get("highlight") ?? "", controller.words, sought);
    rest.render(id, picture, sought !== "", scrollTop);
    // the question of the saved notebook is not asked about: a kernel may be none
    looking.render(id, picture, !queue.provisional);
    find.render(id);
    open.hidden = picture === null;
    placeholder.hidden = picture !== null;
    setText(heading, item && !picture ? item.id : "");
    setText(words, item ? placeholderText(controller, item) : emptyText(controller));
    node.dataset.state = item ? (item.error ? "broken" : "item") : queue.done ? "done" : "waiting";
    node.dataset.noun = context.noun;
    // from the first of them on there is room for one, so that nothing moves
    if (picture && "scripts" in picture.media) node.dataset.shape = "frame";
    const about = picture && "about" in picture.media ? (picture.media.about ?? "") : "";
    if (item) media.describe(TEXT.queue.item(context.noun, item.id, item.index, about));
  };
  return { node, render, turn: media.turn, looking, find, open };
}

/**
 * The field for the words that are marked in texts.
 * @param {QueueController} controller
 * @param {() => void} focusRoot
 */
export function buildHighlight(controller, focusRoot) {
  const input = h("input", {
    type: "search",
    placeholder: TEXT.queue.wordsToMark,
    spellcheck: "false",
  });
  const field = h("label", { class: "nbl-highlight" }, h("span", { text: TEXT.queue.mark }), input);
  const telling = h("p", { class: "nbl-word-note" });
  const node = h("div", { class: "nbl-marks", hidden: true }, field, telling);
  listen(input, "input", () => {
    controller.context.choose("highlight", input.value);
    controller.render();
  });
  listen(input, "keydown", (/** @type {KeyboardEvent} */ event) => {
    event.stopPropagation();
    if (event.key === "Enter" || event.key === "Escape") focusRoot();
  });
  /** @type {string[] | null} */
  let drawn = null;
  const render = () => {
    const { context, words, prediction } = controller;
    node.hidden = context.noun !== "text";
    const highlight = context.model.get("highlight") ?? "";
    if (focusedElement() !== input && input.value !== highlight) input.value = highlight;
    if (drawn === words) return;
    drawn = words;
    telling.replaceChildren(...(words.length ? wordsNote(words, prediction?.label ?? "") : []));
  };
  return { node, render };
}

/**
 * What the underlined words are, and which they are for those who do not see them.
 * @param {string[]} words
 * @param {string} label
 */
function wordsNote(words, label) {
  return [
    h("span", { class: "nbl-word", "aria-hidden": "true", text: TEXT.queue.underlined }),
    h("span", { class: "nbl-hidden", text: words.join(", ") }),
    h("span", { text: TEXT.queue.speaksFor(label) }),
  ];
}

/**
 * The pictures that come next; one that is pressed is asked now. Together they are one stop of Tab,
 * and the arrow keys go from one to the next.
 * @param {QueueController} controller
 * @param {() => void} focusRoot
 */
export function buildNext(controller, focusRoot) {
  const node = h("ol", { class: "nbl-next", "aria-label": TEXT.queue.askedNext });
  /**
   * @typedef {{number: Element, thumb: ReturnType<typeof buildThumb>, sign: HTMLElement, button:
   * HTMLElement}} Slot
   */
  /** @type {WeakMap<Element, Slot>} */
  const parts = new WeakMap();
  /** @param {string} id */
  const make = (id) => {
    const number = h("span", { class: "nbl-number" });
    const thumb = buildThumb("nbl-thumb");
    thumb.canvas.removeAttribute("role");
    const sign = h("span", { class: "nbl-thumb-sign" });
    const press = () => {
      controller.pick(id);
      focusRoot();
    };
    const button = h("button", { type: "button", onClick: press }, thumb.node, sign, number);
    const slot = h("li", {}, button);
    parts.set(slot, { number, thumb, sign, button });
    return slot;
  };
  listen(node, "keydown", (/** @type {KeyboardEvent} */ event) => walk(node, event));
  const render = () => {
    const { context, queue } = controller;
    const items = queue.upcoming.slice(0, NEXT_SHOWN);
    const hadFocus = node.contains(focusedElement());
    const slots = patchChildren(
      node,
      items.map((item) => item.id),
      make,
    );
    items.forEach((item, i) => {
      const part = /** @type {Slot} */ (parts.get(slots[i]));
      const picture = context.media.of(item);
      part.thumb.paint(picture);
      const words = TEXT.queue.askNow(context.noun, item.id, toldWords(picture));
      if (part.button.title !== words) {
        part.button.title = words;
        part.button.setAttribute("aria-label", words);
      }
      part.button.tabIndex = i === 0 ? 0 : -1;
      part.sign.hidden = picture !== null;
      setText(part.sign, item.error ? "!" : "…");
      setText(part.number, String(i + 1));
    });
    if (hadFocus && !node.contains(focusedElement())) focusRoot();
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
  buttons[buttons.indexOf(/** @type {any} */ (focusedElement())) + step]?.focus();
}

/**
 * What is on screen, in one line: its id, and what there is to say about it.
 * @param {QueueController} controller
 */
export function buildCaption(controller) {
  const id = h("span", { class: "nbl-id" });
  const note = h("span", { class: "nbl-note" });
  const node = h("p", { class: "nbl-caption" }, id, note);
  const render = () => {
    const { queue } = controller;
    setText(id, queue.current?.id ?? "");
    id.title = id.textContent;
    setText(note, controller.note || revisitText(queue));
    note.title = note.textContent;
  };
  return { node, render };
}

/** @param {import("../shared/queue.js").Queue} queue */
function revisitText({ current, revisit }) {
  if (!current?.label && current?.tags?.answered) return TEXT.tags.someAnswered;
  if (!current?.label) return revisit ? TEXT.queue.withoutLabel : "";
  if (!revisit) return TEXT.queue.reviewed(current.label, current.source === "model");
  return current.source === "model"
    ? TEXT.queue.autoLabeled(current.label)
    : TEXT.queue.labeled(current.label);
}
