// A page of small pictures of a group. Those that do not belong to it are marked. Together they are
// one stop of Tab; the arrow keys go from one to the next, and past the last to the next page.

import { h, patchChildren, setAttribute, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { buildThumb, mediaOf, shortWords } from "../shared/media.js";
import { TEXT } from "../shared/text.js";

const SIZES = [9, 24];

/** @typedef {import("../shared/map_state.js").Picture} Picture */
/**
 * @typedef {{el: any, thumb: ReturnType<typeof buildThumb>, words: any, label: any, swatch: any,
 * name: any, drawn: Picture | null}} Tile
 */

export class GroupGrid {
  /**
   * @param {import("./dialog.js").GroupHost} view
   * @param {() => void} marksChanged
   */
  constructor(view, marksChanged) {
    this.view = view;
    this.marksChanged = marksChanged;
    /** In the order they are looked at. @type {Uint32Array} */
    this.members = new Uint32Array(0);
    /** Those that do not belong. @type {Set<number>} */
    this.marked = new Set();
    this.page = 0;
    this.size = SIZES[0];
    /** Whether answers can still change what is marked. */
    this.fixed = false;
    /** @type {HTMLElement[]} */
    this.sizes = [];
    /** @type {WeakMap<Element, Tile>} */
    this.tiles = new WeakMap();
    this.build();
    view.on("picture", () => this.draw());
    view.on("pictures", () => this.draw());
    view.onTrait("classes", () => this.draw());
  }

  build() {
    this.tilesEl = h("div", {
      class: "nbl-group-tiles",
      role: "group",
      "aria-label": TEXT.group.pictures,
    });
    this.previous = h("button", {
      type: "button",
      "aria-label": TEXT.group.previousPage,
      "aria-keyshortcuts": "PageUp",
      text: "‹",
      onClick: () => this.turn(-1),
    });
    this.next = h("button", {
      type: "button",
      "aria-label": TEXT.group.nextPage,
      "aria-keyshortcuts": "PageDown",
      text: "›",
      onClick: () => this.turn(1),
    });
    this.place = h("span", { class: "nbl-group-place" });
    this.sizes = SIZES.map((size) =>
      h("button", {
        type: "button",
        "aria-label": TEXT.group.atOnce(size),
        text: String(size),
        onClick: () => this.resize(size),
      }),
    );
    const sizes = h(
      "span",
      { class: "nbl-group-sizes", role: "group", "aria-label": TEXT.group.atOnceTitle },
      ...this.sizes,
    );
    const pager = h(
      "div",
      { class: "nbl-group-pager" },
      this.previous,
      this.place,
      this.next,
      sizes,
    );
    this.el = h("div", { class: "nbl-group-grid" }, this.tilesEl, pager);
  }

  /**
   * @param {Uint32Array} members
   * @param {boolean} keepsMarks the same group in another order
   * @param {number[]} [others] whose pictures are wanted as well
   */
  show(members, keepsMarks, others = []) {
    this.members = members;
    if (!keepsMarks) this.marked.clear();
    this.page = 0;
    this.ask(others);
    this.draw();
  }

  get shown() {
    return Array.from(this.members.subarray(this.page * this.size, (this.page + 1) * this.size));
  }

  get pages() {
    return Math.max(Math.ceil(this.members.length / this.size), 1);
  }

  /** Whether every picture of the page is here: what nobody can have seen is not labeled. */
  get isComplete() {
    return (
      this.members.length > 0 && this.shown.every((index) => this.view.context.map.picture(index))
    );
  }

  /** Ask for the pictures of this page, and for those of the next. @param {number[]} [others] */
  ask(others = []) {
    const { context } = this.view;
    const { map } = context;
    const ahead = this.members.subarray(this.page * this.size, (this.page + 2) * this.size);
    const indices = [...new Set([...others, ...ahead])].filter(
      (index) => map.picture(index)?.version !== map.version,
    );
    if (indices.length) context.send({ type: "look", indices });
  }

  /** @param {number} by @returns {boolean} whether there was such a page */
  turn(by) {
    const page = this.page + by;
    if (page < 0 || page >= this.pages) return false;
    const hadFocus = this.tilesEl.contains(focusedElement());
    this.page = page;
    this.ask();
    this.draw();
    if (hadFocus) this.focus();
    this.view.say(this.placeText, false);
    return true;
  }

  /** @param {number} size */
  resize(size) {
    const first = this.page * this.size;
    this.size = size;
    this.page = Math.floor(first / size);
    this.ask();
    this.draw();
  }

  get placeText() {
    const first = this.page * this.size;
    const last = Math.min(first + this.size, this.members.length);
    return this.members.length ? TEXT.group.place(first + 1, last, this.members.length) : "";
  }

  draw() {
    const { shown } = this;
    const keys = shown.length
      ? shown.map(String)
      : Array.from({ length: this.size }, (_, k) => `waiting ${k}`);
    const nodes = patchChildren(this.tilesEl, keys, (key) => this.tile(key));
    const stop = nodes.find((node) => node.tabIndex === 0) ?? nodes[0];
    nodes.forEach((node, k) => {
      node.tabIndex = node === stop ? 0 : -1;
      this.patch(node, shown[k]);
    });
    setAttribute(this.tilesEl, "data-size", this.size);
    setAttribute(this.tilesEl, "aria-busy", this.isComplete ? null : "true");
    setText(this.place, this.placeText);
    this.previous.disabled = this.page === 0;
    this.next.disabled = this.page + 1 >= this.pages;
    this.sizes.forEach((button, k) =>
      setAttribute(button, "aria-pressed", String(SIZES[k] === this.size)),
    );
    this.marksChanged();
  }

  /** Others may have labeled some of them. */
  refresh() {
    if (this.members.length) this.view.context.send({ type: "look", indices: this.shown });
  }

  /** @param {string} key */
  tile(key) {
    const el = h("button", {
      type: "button",
      class: "nbl-group-tile",
      onClick: () => this.toggle(Number(key)),
    });
    listen(el, "focus", () => this.stopAt(el));
    this.furnish(el);
    return el;
  }

  /**
   * Give an element the parts of a tile.
   * @param {any} el
   */
  furnish(el) {
    const thumb = buildThumb("nbl-group-picture");
    thumb.canvas.removeAttribute("role");
    const words = h("span", { class: "nbl-group-words" });
    const swatch = h("span", { class: "nbl-map-swatch" });
    const name = h("span");
    const label = h("span", { class: "nbl-group-label" }, swatch, name);
    const sign = h("span", { class: "nbl-group-sign", "aria-hidden": "true", text: "✕" });
    el.append(thumb.node, words, label, sign);
    this.tiles.set(el, { el, thumb, words, label, swatch, name, drawn: null });
  }

  /**
   * @param {Element} node
   * @param {number | undefined} index
   */
  patch(node, index) {
    const picture = index === undefined ? null : this.view.context.map.picture(index);
    const isMarked = index !== undefined && this.marked.has(index);
    setAttribute(node, "aria-disabled", picture && !this.fixed ? null : "true");
    const { multiLabel } = this.view.context;
    setAttribute(node, "aria-pressed", multiLabel ? null : String(isMarked));
    this.paint(node, picture);
  }

  /**
   * @param {Element} node
   * @param {Picture | null} picture
   */
  paint(node, picture) {
    if (!picture) return;
    const { classes, noun, multiLabel } = this.view.context;
    const tile = /** @type {Tile} */ (this.tiles.get(node));
    const { item, bytes } = picture;
    if (tile.drawn !== picture) {
      const media = mediaOf(item);
      const kept = media && bytes ? { media, bytes } : null;
      tile.thumb.paint(kept);
      setText(tile.words, kept ? "" : (item.error ?? item.id));
      const said = TEXT.group.item(noun, item.id, shortWords(kept), item.label);
      tile.el.title = multiLabel ? TEXT.tags.askNow(said) : said;
      tile.el.setAttribute("aria-label", tile.el.title);
      tile.drawn = picture;
    }
    tile.label.hidden = !item.label;
    setText(tile.name, item.label ?? "");
    tile.swatch.style.background = classes.find((one) => one.name === item.label)?.color ?? "";
  }

  /** @param {number} index */
  toggle(index) {
    const { context, ways } = this.view;
    if (this.fixed || !context.map.picture(index)) return;
    if (context.multiLabel) {
      context.tell({ type: "show", index });
      ways.focusQueue();
      return;
    }
    const marks = !this.marked.delete(index);
    if (marks) this.marked.add(index);
    this.draw();
    this.view.say(TEXT.group.marked(marks, this.marked.size), false);
  }

  unmarkAll() {
    this.marked.clear();
    this.draw();
    this.focus();
  }

  /** @param {HTMLElement} el */
  stopAt(el) {
    for (const node of /** @type {Iterable<HTMLElement>} */ (this.tilesEl.children))
      node.tabIndex = node === el ? 0 : -1;
  }

  /** @param {number} [k] which of the page */
  focus(k = 0) {
    const nodes = /** @type {HTMLElement[]} */ ([...this.tilesEl.children]);
    focusTile(nodes.at(Math.min(k, nodes.length - 1)));
  }

  /**
   * An arrow key on one of the pictures.
   * @param {string} key
   * @returns {boolean} whether it is one
   */
  move(key) {
    const nodes = /** @type {HTMLElement[]} */ ([...this.tilesEl.children]);
    const here = nodes.indexOf(/** @type {any} */ (focusedElement()));
    if (here < 0) return false;
    const below = nodes.findIndex((node) => node.offsetTop > nodes[0].offsetTop);
    const columns = below < 0 ? nodes.length : below;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
    if (step === undefined) return false;
    const there = here + step;
    if (there >= 0 && there < nodes.length) focusTile(nodes[there]);
    else if (this.turn(Math.sign(step))) this.focus(step < 0 ? this.size - 1 : 0);
    return true;
  }
}

/**
 * In sight, where the pictures scroll.
 * @param {HTMLElement | undefined} node
 */
function focusTile(node) {
  node?.focus({ preventScroll: true });
  node?.scrollIntoView({ block: "nearest" });
}
