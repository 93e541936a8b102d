// The queue as large as the window, and back to its place in the panel.

import { h } from "../shared/dom.js";

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
