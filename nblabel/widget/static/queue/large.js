// The queue as large as the window, and back to its place in the panel.

import { h, svg } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";
import { keyShown, shortcutOf } from "./keys.js";

export class Large {
  /**
   * @param {HTMLElement} el of the queue
   * @param {AbortSignal} signal
   * @param {() => void} changed
   */
  constructor(el, signal, changed) {
    this.el = el;
    this.changed = changed;
    /** Keeps its place in the panel, so that nothing moves there. */
    this.holder = h("div", { class: "nbl-queue-place", "aria-hidden": "true" });
    signal.addEventListener("abort", () => this.holder.remove());
  }

  get isOpen() {
    return "large" in this.el.dataset;
  }

  open() {
    if (this.isOpen) return;
    const { el, holder } = this;
    holder.style.minHeight = `${el.offsetHeight}px`;
    el.after(holder);
    el.dataset.large = "";
    // above all of the page, whatever the notebook clips, and without a move in the document
    el.setAttribute("popover", "manual");
    el.showPopover?.();
    this.changed();
  }

  close() {
    if (!this.isOpen) return;
    const { el, holder } = this;
    el.hidePopover?.();
    el.removeAttribute("popover");
    delete el.dataset.large;
    holder.remove();
    this.changed();
  }
}

/**
 * The button that opens the large view, laid over what is looked at.
 * @param {() => void} open
 */
export function buildLookButton(open) {
  const lines = svg("path", { d: "M6 2H2v4m0 4v4h4m4 0h4v-4m0-4V2h-4" });
  const icon = svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, lines);
  const props = { type: "button", class: "nbl-do-large", "aria-keyshortcuts": shortcutOf("large") };
  const button = h("button", { ...props, onClick: open }, icon);
  setLargeWords(button, false);
  return button;
}

/**
 * @param {HTMLElement} button
 * @param {boolean} isLarge
 */
export function setLargeWords(button, isLarge) {
  const words = isLarge ? TEXT.look.close : TEXT.look.open;
  button.setAttribute("aria-label", words);
  button.title = `${words} (${keyShown("large")})`;
}
