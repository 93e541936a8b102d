// What the keys do while the focus is in the gallery. None of them reaches the queue.

import { chordOf, withoutCapsLock } from "../shared/chords.js";
import { FIND_KEY } from "../shared/offer.js";
import { KEEP_LABEL_KEY, TAKE_SUGGESTION_KEY } from "./review.js";

/**
 * @param {import("./gallery.js").Gallery} gallery
 * @param {KeyboardEvent} event
 * @returns {boolean} whether it meant something
 */
export function hearGalleryKey(gallery, event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.isComposing || event.altKey) return false;
  const { key } = event;
  if (key === "Escape") {
    if (!event.repeat) gallery.escape();
    return true;
  }
  if (key === "Enter" && target.matches(".nbl-gallery-filters input:not([type=checkbox])")) {
    if (!event.repeat) gallery.filters.entered(target);
    return true;
  }
  if (gallery.help.isOpen) return key === "?" && command(gallery, key);
  if (gallery.large.isOpen && gallery.large.turn(event)) return true;
  if (target.closest("input, select, textarea, summary")) return false;
  if (target.closest("button") && (key === "Enter" || key === " ")) return false;
  const inPlane = target === gallery.plane.el;
  const chord = chordOf(event);
  if (chord === "undo" || chord === "redo") {
    if (!event.repeat) gallery.answers[chord]();
    return true;
  }
  if (event.ctrlKey || event.metaKey) return inPlane && chordIn(gallery, event);
  if (gallery.large.isOpen && gallery.large.look(event)) return true;
  if (gallery.large.isOpen && (key === "ArrowLeft" || key === "ArrowRight")) {
    // with Shift it moves a picture, which may be on its way
    if (!event.shiftKey) gallery.large.step(key === "ArrowLeft" ? -1 : 1);
    return true;
  }
  if (inPlane && move(gallery, event)) return true;
  if (event.repeat) return true;
  if (inPlane && key === " ") gallery.choice.toggleAt(gallery.choice.at);
  else if (inPlane && key === "Enter") gallery.large.open();
  else return command(gallery, event.shiftKey ? key : withoutCapsLock(key));
  return true;
}

/** @param {import("./gallery.js").Gallery} gallery @param {KeyboardEvent} event */
function chordIn(gallery, event) {
  const key = event.key.toLowerCase();
  if (key === "a" && !event.shiftKey) gallery.choice.all();
  else if (key === "home") gallery.choice.moveTo(0, event.shiftKey);
  else if (key === "end") gallery.choice.moveTo(gallery.members.length - 1, event.shiftKey);
  else return false;
  return true;
}

/** @param {import("./gallery.js").Gallery} gallery @param {KeyboardEvent} event */
function move(gallery, { key, shiftKey }) {
  const { columns, page } = gallery.plane;
  const { at } = gallery.choice;
  const start = at - (at % columns);
  /** @type {Record<string, number>} */
  const there = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - columns,
    ArrowDown: at + columns,
    PageUp: at - page * columns,
    PageDown: at + page * columns,
    Home: start,
    End: start + columns - 1,
  };
  if (!(key in there)) return false;
  const last = gallery.members.length - 1;
  const isLine = key === "ArrowUp" || key === "ArrowDown";
  if (isLine && (there[key] < 0 || (there[key] > last && start + columns > last))) return true;
  gallery.choice.moveTo(there[key], shiftKey);
  return true;
}

/** @param {import("./gallery.js").Gallery} gallery @param {string} key */
function command(gallery, key) {
  const { bar, review } = gallery;
  const named = bar.classes.find((one) => one.key !== "" && one.key === key);
  /** @type {Record<string, () => void>} */
  const commands = {
    f: () => gallery.answers.flag(),
    Delete: () => gallery.answers.clear(),
    ",": () => bar.openNote(),
    u: () => gallery.answers.undo(),
    Backspace: () => gallery.answers.undo(),
    r: () => gallery.answers.redo(),
    "/": () => gallery.filters.query.focus(),
    "=": () => gallery.openAlike(),
    "<": () => gallery.clusters.step("previous"),
    ">": () => gallery.clusters.step("next"),
    "#": () => gallery.close(),
    "?": () => (gallery.help.isOpen ? gallery.help.close() : gallery.help.open()),
    [FIND_KEY]: () => bar.openFinder(),
    ...(review.isOn && {
      [KEEP_LABEL_KEY]: () => review.keep(),
      [TAKE_SUGGESTION_KEY]: () => review.takeSuggestion(),
    }),
  };
  const act = named ? () => bar.choose(named.name) : commands[key];
  act?.();
  return Boolean(act);
}
