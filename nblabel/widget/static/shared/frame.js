// A piece of HTML in a frame in which no script runs and nothing is loaded.

import { h, setText } from "./dom.js";
import { later, listen } from "./errors.js";
import { focusedElement } from "./focus.js";
import { TEXT } from "./text.js";

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; " +
  "media-src data:; form-action 'none'; base-uri 'none'";
/** Black on white in every theme, as the function that made it takes it to be. Links lead nowhere:
 * a new window is not allowed. */
const HEAD =
  "<!doctype html><meta charset='utf-8'>" +
  `<meta http-equiv="Content-Security-Policy" content="${POLICY}"><base target="_blank">` +
  "<style>html{background:#fff;color:#000;font:14px/1.45 system-ui,sans-serif;overflow-wrap:" +
  "anywhere}img,svg{max-width:100%}</style>";
/** @typedef {import("./media.js").Kept} Kept */

/**
 * @param {Kept} kept
 * @returns {string | null} null where it is no HTML
 */
export function htmlOf({ media, bytes }) {
  return "scripts" in media ? new TextDecoder().decode(bytes) : null;
}

/**
 * The words of HTML that a person sees, in one line. Nothing of it is run or loaded.
 * @param {string} html
 */
export function wordsOfHtml(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const node of body.querySelectorAll("script, style, template, noscript")) node.remove();
  const texts = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  const words = [];
  while (texts.nextNode()) words.push(texts.currentNode.nodeValue);
  return words.join(" ").replace(/\s+/g, " ").trim();
}

/** The frame of an item; each piece gets a new one, so that going back is not to the one before. */
export function buildFrame() {
  const note = h("p", { class: "nbl-frame-note", hidden: true });
  const node = h("div", { class: "nbl-frame", hidden: true }, note);
  /** @type {HTMLIFrameElement | null} */
  let page = null;
  /** @type {Kept | null} */
  let painted = null;
  let title = "";
  /** @param {Kept | null} kept */
  const paint = (kept) => {
    const shown = kept && "scripts" in kept.media ? kept : null;
    node.hidden = !shown;
    if (shown === painted) return;
    painted = shown;
    page?.remove();
    page = null;
    setText(note, "");
    if (!shown) return;
    const { scripts } = /** @type {import("./wire.js").Html} */ (shown.media);
    note.hidden = !scripts;
    setText(note, scripts ? TEXT.frame.scripts : "");
    const made = h("iframe", { class: "nbl-frame-page", sandbox: "", title });
    made.srcdoc = HEAD + htmlOf(shown);
    page = made;
    node.prepend(made);
  };
  /** @param {string} label */
  const describe = (label) => {
    title = label;
    if (page) page.title = label;
  };
  return { node, paint, describe };
}

/**
 * A click in a frame takes the focus, and with it the keys; they go back to where it is. Who went
 * there by Tab, to scroll with the keys, stays: the page hears Tab go down and nothing after it,
 * as the key comes up in the frame.
 * @param {HTMLElement} el
 * @param {() => void} focusRoot
 * @param {AbortSignal} signal
 */
export function returnFocus(el, focusRoot, signal) {
  let isTab = false;
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    isTab = event.key === "Tab";
  };
  const ended = () => {
    isTab = false;
  };
  const look = () => {
    const focused = focusedElement();
    const isFrame = focused?.classList.contains("nbl-frame-page") && el.contains(focused);
    if (isFrame && !isTab) focusRoot();
  };
  const options = { signal, capture: true };
  listen(el.ownerDocument, "keydown", pressed, options);
  for (const name of ["keyup", "focusin", "pointerdown"]) {
    listen(el.ownerDocument, name, ended, options);
  }
  listen(window, "blur", () => later(0, look), { signal });
}
