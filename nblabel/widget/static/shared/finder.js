// A field to type a class into, with the list of those that fit: all in the page.

import { inTreeOrder, pathAbove } from "./class_tree.js";
import { h, makeUid, setAttribute, setText } from "./dom.js";
import { listen } from "./errors.js";
import { ClassFinder } from "./fuzzy.js";
import { TEXT } from "./text.js";

/** How many are listed at once; nobody reads more, and typing narrows them down. */
const LISTED = 30;
const STEP = 8;

/**
 * What is done with what was found.
 * @typedef {object} FinderWays
 * @property {(name: string) => void} choose a class
 * @property {(name: string) => void} add a class that is not there, and choose it
 * @property {() => void} leave
 */

/** The combobox of the ARIA practices, with a list that is always open beside its field. */
export class FinderView {
  /**
   * @param {import("./context.js").PanelContext} context
   * @param {FinderWays} ways
   */
  constructor(context, ways) {
    this.context = context;
    this.ways = ways;
    this.finder = new ClassFinder([]);
    /** @type {import("./wire.js").ClassInfo[] | null} */
    this.known = null;
    /** What each option does. @type {(() => void)[]} */
    this.acts = [];
    this.active = 0;
    const id = `nbl-find-${makeUid()}`;
    this.list = h("ul", {
      class: "nbl-finder-list",
      id,
      role: "listbox",
      "aria-label": context.called(TEXT.finder.title),
      tabindex: -1,
    });
    this.input = h("input", {
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      dir: "auto",
      placeholder: context.called(TEXT.finder.hint),
      "aria-label": context.called(TEXT.finder.title),
      "aria-autocomplete": "list",
      "aria-expanded": "true",
      "aria-controls": id,
      maxlength: 200,
    });
    this.back = h(
      "button",
      { type: "button", onClick: () => this.ways.leave() },
      h("span", { text: TEXT.finder.back }),
      h("kbd", { text: TEXT.finder.backKey, "aria-hidden": "true" }),
    );
    this.count = h("p", { class: "nbl-finder-count", role: "status" });
    const head = h("div", { class: "nbl-finder-head" }, this.input, this.back);
    this.el = h("div", { class: "nbl-finder", hidden: true }, head, this.list, this.count);
    listen(this.input, "input", () => this.type());
    listen(this.el, "keydown", (/** @type {KeyboardEvent} */ event) => this.hear(event));
    // a press on an option must not take the focus out of the field
    listen(this.list, "mousedown", (/** @type {MouseEvent} */ event) => event.preventDefault());
  }

  get isOpen() {
    return !this.el.hidden;
  }

  open() {
    this.el.hidden = false;
    this.input.value = "";
    this.type();
    this.input.focus({ preventScroll: true });
  }

  close() {
    this.el.hidden = true;
  }

  /** The classes may be others now; what is typed and chosen stays. */
  update() {
    if (!this.isOpen || this.known === this.context.classes) return;
    const chosen = this.list.children[this.active]?.dataset.name;
    this.show();
    const place = [...this.list.children].findIndex((one) => one.dataset.name === chosen);
    this.activate(Math.max(place, 0));
  }

  type() {
    this.show();
    this.activate(0);
  }

  show() {
    const { classes, recent } = this.context;
    if (this.known !== classes) {
      this.known = classes;
      this.finder = new ClassFinder(inTreeOrder(classes));
      this.colors = new Map(classes.map(({ name, color }) => [name, color]));
    }
    const typed = this.input.value.trim();
    const found = this.finder.find(typed, recent);
    const listed = found.slice(0, LISTED);
    this.acts = listed.map(
      ({ name }) =>
        () =>
          this.ways.choose(name),
    );
    const options = listed.map(({ name, by }, i) => {
      const path = pathAbove(classes, name);
      return this.option(
        name,
        name,
        by || TEXT.tree.path([...path, ...(path.length ? [name] : [])]),
        i,
      );
    });
    if (typed && !this.finder.has(typed)) {
      this.acts.push(() => this.ways.add(typed));
      options.push(this.option(this.context.called(TEXT.finder.add(typed)), "", "", listed.length));
    }
    this.list.replaceChildren(...options);
    setText(this.count, this.context.called(TEXT.finder.count(found.length, listed.length)));
  }

  /**
   * @param {string} text
   * @param {string} name of the class, "" for one to add
   * @param {string} by another name of it that fits
   * @param {number} place in the list
   */
  option(text, name, by, place) {
    const id = `${this.list.id}-${place}`;
    const swatch = h("span", {
      class: "nbl-finder-swatch",
      style: { background: this.colors?.get(name) ?? "none" },
      hidden: !name,
    });
    const words = h("span", { class: "nbl-finder-name", dir: "auto", text });
    const other = by ? h("span", { class: "nbl-finder-by", dir: "auto", text: by }) : null;
    const props = { id, role: "option", dataset: { name }, "aria-selected": "false" };
    const option = h("li", props, swatch, words, other);
    listen(option, "click", () => this.run([...this.list.children].indexOf(option)));
    return option;
  }

  /** @param {number} place of the option that Enter takes */
  activate(place) {
    const options = [...this.list.children];
    this.active = Math.min(Math.max(place, 0), options.length - 1);
    options.forEach((one, i) => setAttribute(one, "aria-selected", String(i === this.active)));
    const chosen = options[this.active];
    setAttribute(this.input, "aria-activedescendant", chosen?.id ?? null);
    // within the list alone: the page must not move
    if (!chosen) return;
    const { offsetTop: top, offsetHeight: height } = chosen;
    const { scrollTop, clientHeight } = this.list;
    if (top < scrollTop) this.list.scrollTop = top;
    else if (top + height > scrollTop + clientHeight)
      this.list.scrollTop = top + height - clientHeight;
  }

  /** @param {number} place */
  run(place) {
    this.acts[place]?.();
  }

  /** @param {KeyboardEvent} event */
  hear(event) {
    if (event.isComposing) return;
    const { key } = event;
    if (key === "Escape") this.ways.leave();
    else if (event.target !== this.input) return;
    else if (key === "Enter") {
      if (!event.repeat) this.run(this.active);
    } else if (!this.move(event)) {
      event.stopPropagation(); // no letter is a command here
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it goes to another option */
  move({ key, ctrlKey, metaKey, altKey, shiftKey }) {
    if (ctrlKey || metaKey || altKey || shiftKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: STEP, PageUp: -STEP }[key];
    if (step === undefined) return false;
    const n = this.list.children.length;
    const next = this.active + step;
    // one step beyond an end comes back at the other one
    const wraps = Math.abs(step) === 1;
    this.activate(wraps ? (next + n) % Math.max(n, 1) : next);
    return true;
  }
}
