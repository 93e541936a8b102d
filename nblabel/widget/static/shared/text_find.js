// Finding words in the text on screen: every match is marked, and Enter goes from one to the next.

import { h, setText } from "./dom.js";
import { listen } from "./errors.js";
import { TEXT } from "./text.js";

/** Share of the card above the match that is gone to. */
const LINES_ABOVE = 0.3;

/**
 * @param {import("./looking.js").Looker} looker
 * @param {HTMLElement} card that the text is in
 * @param {() => void} repaint marks what is sought
 */
export function buildTextFind(looker, card, repaint) {
  const input = h("input", { type: "search", "aria-label": TEXT.look.find, spellcheck: "false" });
  const count = h("span", { class: "nbl-match-count", role: "status" });
  const button = (
    /** @type {string} */ sign,
    /** @type {string} */ label,
    /** @type {number} */ by,
  ) =>
    h("button", {
      type: "button",
      "aria-label": label,
      title: label,
      text: sign,
      onClick: () => go(by),
    });
  const node = h(
    "div",
    { class: "nbl-text-find", role: "search", hidden: true },
    input,
    count,
    button("↑", TEXT.look.findBefore, -1),
    button("↓", TEXT.look.findNext, 1),
    h("button", { type: "button", "aria-label": TEXT.close, text: "×", onClick: () => close() }),
  );
  let at = 0;
  /** @type {HTMLElement[]} */
  let matches = [];
  const phrase = () => (node.hidden ? "" : input.value.trim());
  /** @param {boolean} moves whether the match is scrolled to */
  const mark = (moves) => {
    matches = [...card.querySelectorAll(".nbl-found")].map((one) => /** @type {any} */ (one));
    at = Math.min(at, Math.max(matches.length - 1, 0));
    matches.forEach((one, i) => one.toggleAttribute("data-current", i === at));
    setText(count, phrase() ? TEXT.look.match(at + 1, matches.length) : "");
    const current = matches[at];
    if (!moves || !current) return;
    const top = current.getBoundingClientRect().top - card.getBoundingClientRect().top;
    card.scrollBy({ top: top - LINES_ABOVE * card.clientHeight, behavior: "instant" });
  };
  /** @param {number} by */
  const go = (by) => {
    if (!matches.length) return;
    at = (at + by + matches.length) % matches.length;
    mark(true);
  };
  const close = () => {
    node.hidden = true;
    repaint();
    looker.focus();
  };
  const open = () => {
    if (card.hidden) return looker.say(TEXT.look.noText);
    node.hidden = false;
    repaint();
    mark(false);
    input.focus();
    input.select();
  };
  listen(input, "input", () => {
    at = 0;
    repaint();
    mark(true);
  });
  listen(node, "keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return;
    event.stopPropagation(); // no key labels from here
    const leaves = event.key === "Escape";
    if (!leaves && !(event.key === "Enter" && event.target === input)) return;
    event.preventDefault();
    if (leaves) close();
    else go(event.shiftKey ? -1 : 1);
  });
  /** @type {string | undefined} */
  let shown;
  /** @param {string} id of the item on screen, "" for none */
  const render = (id) => {
    if (id !== shown) at = 0;
    if (!node.hidden) mark(id !== shown);
    shown = id;
  };
  return { node, open, render, phrase };
}
