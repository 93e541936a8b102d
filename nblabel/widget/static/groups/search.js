// What is searched for, at the top of the dialog: what was found is a group like any other.

import { h, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { TEXT } from "../shared/text.js";

/** @typedef {{query: string, by: string} | {like: number}} Search */

export class GroupSearch {
  /** @param {import("./dialog.js").GroupDialog} dialog */
  constructor(dialog) {
    this.dialog = dialog;
    /** What is searched for, null where the group is no search's. @type {Search | null} */
    this.wanted = null;
    const text = TEXT.group.search;
    this.input = h("input", { type: "search", placeholder: text.hint, maxlength: 1000 });
    this.by = h("select");
    const go = h("button", { type: "submit", class: "nbl-primary", text: text.go });
    this.words = h("p", { class: "nbl-group-found" });
    this.el = h(
      "form",
      { class: "nbl-group-search", role: "search", hidden: true },
      h("label", { class: "nbl-group-query" }, h("span", { text: text.query }), this.input),
      h("label", { class: "nbl-map-field" }, h("span", { text: text.by }), this.by),
      go,
      this.words,
    );
    dialog.view.onTrait("search_ways", () => this.offerKinds());
    listen(this.el, "submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.send();
    });
    listen(this.input, "keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      // taken here: JupyterLab lets no form be submitted by it
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) this.send();
    });
  }

  get isOn() {
    return !this.el.hidden;
  }

  /** Another group comes. */
  clear() {
    this.wanted = null;
    this.el.hidden = true;
    this.offerOrders();
  }

  /**
   * @param {number | null} like the item that others are to be like; null to have somebody type
   * @param {boolean} fromQueue
   */
  open(like, fromQueue) {
    const { dialog } = this;
    dialog.begin();
    dialog.fromQueue = fromQueue;
    this.el.hidden = false;
    this.offerKinds();
    this.offerOrders();
    this.show("");
    dialog.indices = new Uint32Array(0);
    dialog.enter("search");
    if (like === null) return this.focus();
    this.input.value = "";
    this.show(TEXT.group.search.alike);
    this.run({ like });
  }

  /** Have somebody type what to search for, in place of what is open. */
  begin() {
    if (this.isOn) this.focus();
    else this.dialog.view.openSearch(null);
  }

  /** What can be searched in may change: by meaning, once there is a network for it. */
  offerKinds() {
    const { value } = this.by;
    const ways = this.dialog.view.context.model.get("search_ways") ?? ["auto"];
    const { kinds } = TEXT.group.search;
    this.by.replaceChildren(...ways.map((way) => h("option", { value: way, text: kinds[way] })));
    if (ways.includes(value)) this.by.value = value;
  }

  /** What a search found has an order of its own. */
  offerOrders() {
    const { order } = this.dialog.parts;
    order.options[0].hidden = !this.isOn;
    if (this.isOn) order.value = "best";
    else if (order.value === "best") order.value = "random";
  }

  /** @param {Search} wanted */
  run(wanted) {
    const { dialog } = this;
    if (dialog.phase === "saving" || dialog.phase === "undoing") return;
    this.wanted = wanted;
    dialog.uid = null;
    dialog.indices = new Uint32Array(0);
    dialog.grid.show(dialog.indices, false);
    dialog.view.dropHighlight();
    dialog.enter("search");
    dialog.ask();
  }

  /** What was found is here. @param {string} text */
  take(text) {
    const { dialog } = this;
    dialog.name = TEXT.group.search.title;
    this.show(text);
    if (this.el.contains(focusedElement())) dialog.el.focus({ preventScroll: true });
    if (dialog.phase === "search") dialog.enter("choose");
  }

  /** Why there is no such group. @param {string} text */
  refused(text) {
    if (!this.isOn) return setText(this.dialog.parts.problem, text);
    this.dialog.enter("search");
    this.say(text);
    this.focus();
  }

  focus() {
    this.input.focus({ preventScroll: true });
    this.input.select();
  }

  /** @param {string} text what was done and found */
  show(text) {
    setText(this.words, text);
  }

  /** Show it, and have it read. @param {string} text */
  say(text) {
    this.show(text);
    this.dialog.view.say(text, false);
  }

  send() {
    const query = this.input.value.trim();
    if (!query) {
      this.say(TEXT.group.search.nothing);
      return this.focus();
    }
    this.show(TEXT.group.search.searching);
    this.run({ query, by: this.by.value });
  }
}
