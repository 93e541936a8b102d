// What is shown of an item: its picture, its text, its row of a table, or a piece of HTML. All of
// them travel as bytes that the page keeps; texts and rows are JSON in them.

import { h, setText } from "./dom.js";
import { buildFrame, htmlOf, wordsOfHtml } from "./frame.js";
import { percentText } from "./format.js";
import { paintPixels } from "./pixels.js";
import { TEXT } from "./text.js";

const SHORT = 160;
/** How much of a page of text stays in sight when it is turned, in pixels. */
const LINE = 30;

/** @typedef {import("./wire.js").Media} Media */
/** @typedef {{media: Media, bytes: Uint8Array}} Kept */
/** A column's name, the value, null where it is missing, what is unusual about it, and where it is
 * among those of its column, 0..1.
 * @typedef {[string, string | null, string, number?]} Cell */

/**
 * @param {import("./wire.js").Shown} item
 * @returns {Media | null}
 */
export function mediaOf(item) {
  return item.image ?? item.text ?? item.row ?? item.html ?? null;
}

/**
 * The words of a text.
 * @param {Kept} kept
 * @returns {string | null} null where it is no text
 */
function textOf({ media, bytes }) {
  return "length" in media ? JSON.parse(new TextDecoder().decode(bytes)) : null;
}

/**
 * @param {Kept} kept
 * @returns {Cell[] | null} null where it is no row
 */
function cellsOf({ media, bytes }) {
  return "columns" in media ? JSON.parse(new TextDecoder().decode(bytes)) : null;
}

/**
 * What there is to say of an item: what is known of a sound or series, or its words.
 * @param {Kept | null} kept
 */
export function toldWords(kept) {
  return kept && "about" in kept.media ? (kept.media.about ?? "") : shortWords(kept);
}

/**
 * A text, row or piece of HTML in a few words, what is unusual first; "" for a picture.
 * @param {Kept | null} kept
 */
export function shortWords(kept) {
  if (!kept) return "";
  const known = shortened.get(kept) ?? shorten(kept);
  shortened.set(kept, known);
  return known;
}

/** @type {WeakMap<Kept, string>} */
const shortened = new WeakMap();

/** @param {Kept} kept */
function shorten(kept) {
  const cells = cellsOf(kept);
  if (cells) {
    const unusualFirst = [...cells].sort((a, b) => Number(b[2] !== "") - Number(a[2] !== ""));
    return clip(unusualFirst.map(([name, value]) => TEXT.cell(name, value)).join(", "));
  }
  const html = htmlOf(kept);
  if (html !== null) return clip(wordsOfHtml(html)) || TEXT.frame.noWords;
  const text = textOf(kept);
  if (text === null) return "";
  return clip(text.replace(/\s+/g, " ").trim()) || TEXT.emptyText;
}

/** @param {string} words */
function clip(words) {
  return words.length > SHORT ? `${words.slice(0, SHORT)}…` : words;
}

/**
 * A canvas that paints a picture once, however often it is asked to.
 * @param {string} name
 */
function buildCanvas(name) {
  const node = h("canvas", { class: name, role: "img", width: 1, height: 1 });
  /** @type {Kept | null} */
  let painted = null;
  /** @param {Kept | null} kept */
  const paint = (kept) => {
    const picture = kept && "width" in kept.media ? kept : null;
    node.hidden = !picture;
    if (picture && picture !== painted) {
      paintPixels(node, /** @type {import("./wire.js").Image} */ (picture.media), picture.bytes);
    }
    painted = picture ?? painted;
  };
  return { node, paint };
}

/**
 * The small form of an item: its picture, or a few words of its text or row.
 * @param {string} name CSS class of the canvas
 */
export function buildThumb(name) {
  const canvas = buildCanvas(name);
  const words = h("span", { class: "nbl-short", dir: "auto" });
  const node = h("span", { class: "nbl-thumb-box" }, canvas.node, words);
  /** @param {Kept | null} kept */
  const paint = (kept) => {
    canvas.paint(kept);
    setText(words, shortWords(kept));
    words.hidden = words.textContent === "";
  };
  return { node, canvas: canvas.node, paint };
}

/**
 * An item in full: a picture, a card with its text or its row, or a frame with its HTML.
 * @param {string} name CSS class of the canvas
 */
export function buildMedia(name) {
  const canvas = buildCanvas(name);
  const text = h("div", { class: "nbl-text", role: "article", tabindex: 0, dir: "auto" });
  const row = h("div", { class: "nbl-row", role: "article", tabindex: 0 });
  const frame = buildFrame();
  /** @type {Kept | null} */
  let painted = null;
  let marked = "";
  /**
   * @param {Kept | null} kept
   * @param {string} highlight words to mark in a text
   * @param {string[]} words words that speak for the prediction
   * @param {string} sought what is looked for in a text
   */
  const paint = (kept, highlight = "", words = [], sought = "") => {
    const marks = [sought, highlight, ...words].join("\n");
    canvas.paint(kept);
    text.hidden = !(kept && "length" in kept.media);
    row.hidden = !(kept && "columns" in kept.media);
    frame.paint(kept);
    if (!kept || (kept === painted && marks === marked)) return;
    if (!text.hidden) fillText(text, kept, highlight, words, sought);
    if (!row.hidden) fillRow(row, kept);
    // of what is hidden it would make the browser work out all styles at once
    for (const card of [text, row]) if (kept !== painted && !card.hidden) card.scrollTop = 0;
    painted = kept;
    marked = marks;
  };
  /** @param {string} label */
  const describe = (label) => {
    for (const node of [canvas.node, text, row]) node.setAttribute("aria-label", label);
    frame.describe(label);
  };
  /**
   * Scroll the text or row that is shown.
   * @param {number} pages down, or up where negative
   * @returns {boolean} whether there is one
   */
  const turn = (pages) => {
    const card = [text, row].find((one) => !one.hidden);
    card?.scrollBy({ top: pages * (card.clientHeight - LINE), behavior: "instant" });
    return card !== undefined;
  };
  return { nodes: [canvas.node, text, row, frame.node], paint, describe, turn };
}

/**
 * @param {HTMLElement} node
 * @param {Kept} kept
 * @param {string} highlight
 * @param {string[]} words
 * @param {string} phrase
 */
function fillText(node, kept, highlight, words, phrase) {
  const text = /** @type {string} */ (textOf(kept));
  const { length } = /** @type {import("./wire.js").Text} */ (kept.media);
  const parts = markedParts(text, highlight, words, phrase);
  // characters beyond the first plane are two of a string here, and one of the kernel's
  const rest = length - [...text].length;
  if (rest > 0) parts.push(note(TEXT.moreCharacters(rest)));
  node.replaceChildren(...(text.trim() ? parts : [note(TEXT.emptyText)]));
}

/** @param {string} text */
function note(text) {
  return h("span", { class: "nbl-text-note", text });
}

const NO_WORD = "(?!)";
const WORD_SIGN = "[\\p{L}\\p{M}\\p{N}_]";
// as in texts.py: scripts without spaces are read sign by sign
const UNSPACED = /[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]/;

/**
 * A text with some words marked, in upper or lower case.
 * @param {string} text
 * @param {string} highlight words with spaces between, found anywhere
 * @param {string[]} [words] whole words that speak for the prediction; another kind of mark
 * @param {string} [phrase] what is looked for, as it is
 * @returns {(string | HTMLElement)[]}
 */
export function markedParts(text, highlight, words = [], phrase = "") {
  const found = phrase.trim().split(/\s+/).map(quoted).join("\\s+") || NO_WORD;
  const sought = highlight.split(/\s+/).filter(Boolean).map(quoted).join("|") || NO_WORD;
  const telling = words.map(wholeWord).join("|") || NO_WORD;
  // split() gives what it found between the rest: the phrase, a word to mark, or one that speaks
  const parts = text.split(new RegExp(`(${found})|(${sought})|(${telling})`, "giu"));
  const kinds = [
    (/** @type {string} */ part) => part,
    (/** @type {string} */ part) => h("mark", { class: "nbl-found", text: part }),
    (/** @type {string} */ part) => h("mark", { text: part }),
    (/** @type {string} */ part) => h("span", { class: "nbl-word", text: part }),
  ];
  return parts.map((part, i) => part && kinds[i % 4](part)).filter(Boolean);
}

/** @param {string} word */
function quoted(word) {
  return word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** @param {string} word */
function wholeWord(word) {
  const stands = new RegExp(`^${WORD_SIGN}`, "u").test(word) && !UNSPACED.test(word);
  return stands ? `(?<!${WORD_SIGN})${quoted(word)}(?!${WORD_SIGN})` : quoted(word);
}

/**
 * @param {HTMLElement} node
 * @param {Kept} kept
 */
function fillRow(node, kept) {
  const cells = /** @type {Cell[]} */ (cellsOf(kept));
  const { columns } = /** @type {import("./wire.js").Row} */ (kept.media);
  fillCells(node, cells, columns - cells.length);
}

/**
 * @param {HTMLElement} node
 * @param {Cell[]} cells
 * @param {number} more columns that are not shown
 */
export function fillCells(node, cells, more) {
  const list = h("dl", {}, ...cells.map(cellRow));
  node.replaceChildren(list, ...(more > 0 ? [note(TEXT.moreColumns(more))] : []));
}

/** @param {Cell} cell */
function cellRow([name, value, unusual, place]) {
  const told = value === null ? note(TEXT.missing) : h("span", { dir: "auto", text: value });
  const sign = unusual ? h("span", { class: "nbl-unusual-note", text: unusual }) : null;
  return h(
    "div",
    { class: unusual ? "nbl-unusual" : false },
    h("dt", { text: name, dir: "auto" }),
    h("dd", {}, told, sign, place === undefined ? null : placeBar(place)),
  );
}

/**
 * Where a value is among those of its column, as a small bar.
 * @param {number} place 0..1
 */
function placeBar(place) {
  const label = TEXT.look.place(percentText(place));
  const fill = h("span", { class: "nbl-place-fill", style: { width: `${100 * place}%` } });
  return h("span", { class: "nbl-place", role: "img", "aria-label": label, title: label }, fill);
}
