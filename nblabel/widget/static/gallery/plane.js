// The pictures in rows and columns. Only rows in sight are in the page, however many there are: the
// rows lie in a layer that stays where it is, and are placed by how far it was scrolled.

import { h, setAttribute } from "../shared/dom.js";
import { guarded, listen, nextFrame } from "../shared/errors.js";
import { GalleryCell } from "./cell.js";
import { sideFor } from "./tiles.js";

const TILE_GAP = 6;
/** No browser scrolls farther than some tens of millions of pixels. */
const HIGHEST = 8_000_000;
/** A scroll over more screens than this is one to a place, not by a distance. */
const JUMP = 3;
/** Below the picture of an item to review: its label and what is suggested, as the CSS has it. */
const REVIEW_PX = 48;
const WORDY = ["text", "row", "item"];

export class GalleryPlane {
  /** @param {import("./gallery.js").Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    this.size = 96;
    this.columns = 1;
    /** How far it is scrolled, of all rows. */
    this.top = 0;
    this.lastScroll = 0;
    this.isDue = false;
    /** The items in sight. @type {number[]} */
    this.seen = [];
    /** @type {Map<number, {el: HTMLElement, cells: GalleryCell[]}>} */
    this.rows = new Map();
    this.layer = h("div", { class: "nbl-gallery-layer", role: "presentation" });
    this.spacer = h("div", { class: "nbl-gallery-spacer", role: "presentation" });
    this.el = h(
      "div",
      {
        class: "nbl-gallery-plane",
        role: "grid",
        tabindex: 0,
        "aria-multiselectable": "true",
        "aria-describedby": gallery.hintId,
      },
      this.layer,
      this.spacer,
    );
    listen(this.el, "scroll", () => this.scrolled(), { passive: true });
    const observer = new ResizeObserver(guarded(() => this.resize()));
    observer.observe(this.el);
    gallery.signal.addEventListener("abort", () => observer.disconnect());
  }

  get n() {
    return this.gallery.members.length;
  }

  get isWordy() {
    return WORDY.includes(this.gallery.context.noun);
  }

  get tileWidth() {
    const width = this.isWordy ? Math.max(this.size * 2, 180) : this.size;
    return Math.min(width, this.width);
  }

  get tileHeight() {
    const height = this.isWordy ? Math.max(Math.round(this.size * 0.7), 48) : this.tileWidth;
    return height + (this.gallery.review.isOn ? REVIEW_PX : 0);
  }

  get rowHeight() {
    return this.tileHeight + TILE_GAP;
  }

  get width() {
    return Math.max(this.el.clientWidth - 2 * TILE_GAP, 48);
  }

  get view() {
    return this.el.clientHeight;
  }

  get nRows() {
    return Math.ceil(this.n / this.columns);
  }

  get height() {
    return this.nRows * this.rowHeight + TILE_GAP;
  }

  /** How many rows are in sight in full, at least one. */
  get page() {
    return Math.max(Math.floor(this.view / this.rowHeight), 1);
  }

  /** Another size of the pictures, or of the page: what was in sight stays so. */
  resize() {
    if (!this.view) return;
    const first = this.firstPlace;
    const seen = this.isSeen(this.gallery.choice.at);
    this.columns = Math.max(Math.floor((this.width + TILE_GAP) / (this.tileWidth + TILE_GAP)), 1);
    this.clear();
    this.fit();
    this.goTo(Math.floor(first / this.columns) * this.rowHeight);
    if (seen) this.reveal(this.gallery.choice.at);
    this.draw();
  }

  get firstPlace() {
    return Math.floor(this.top / this.rowHeight) * this.columns;
  }

  /** @param {number} place */
  isSeen(place) {
    return this.rows.has(Math.floor(place / this.columns));
  }

  /** Others are shown, those from a place on. @param {number} [place] */
  begin(place = 0) {
    this.clear();
    this.fit();
    this.goTo(Math.floor(place / this.columns) * this.rowHeight);
    this.resize();
  }

  clear() {
    for (const { el } of this.rows.values()) el.remove();
    this.rows.clear();
  }

  fit() {
    const { el, n, columns, height, spacer, view } = this;
    spacer.style.height = `${Math.max(Math.min(height, HIGHEST) - view, 0)}px`;
    setAttribute(el, "aria-rowcount", Math.max(this.nRows, 1));
    setAttribute(el, "aria-colcount", Math.min(columns, Math.max(n, 1)));
  }

  /** @param {number} top */
  goTo(top) {
    const { el, height, view } = this;
    this.top = Math.min(Math.max(top, 0), Math.max(height - view, 0));
    const share = height > HIGHEST ? (HIGHEST - view) / (height - view) : 1;
    el.scrollTop = this.top * share;
    this.lastScroll = el.scrollTop;
  }

  scrolled() {
    const { el, height, view } = this;
    const { scrollTop } = el;
    const moved = scrollTop - this.lastScroll;
    if (!moved) return;
    this.lastScroll = scrollTop;
    const last = Math.min(height, HIGHEST) - view;
    const isEnd = scrollTop <= 0 || scrollTop >= last - 1;
    if (height <= HIGHEST) this.top = scrollTop;
    else if (isEnd || Math.abs(moved) > JUMP * view)
      this.top = (scrollTop / last) * (height - view);
    else this.top = Math.min(Math.max(this.top + moved, 0), height - view);
    this.drawSoon();
  }

  drawSoon() {
    if (this.isDue) return;
    this.isDue = true;
    nextFrame(() => {
      this.isDue = false;
      this.draw();
    });
  }

  draw() {
    const { gallery, columns, rowHeight, top, view } = this;
    if (gallery.el?.hidden || !view) return;
    const first = Math.max(Math.floor((top - TILE_GAP) / rowHeight), 0);
    const last = Math.min(Math.ceil((top + view) / rowHeight), this.nRows) - 1;
    /** @type {{el: HTMLElement, cells: GalleryCell[]}[]} */
    const free = [];
    for (const [row, made] of this.rows)
      if (row < first || row > last) {
        free.push(made);
        this.rows.delete(row);
      }
    /** @type {number[]} */
    const seen = [];
    for (let row = first; row <= last; row++) {
      const made = this.rows.get(row) ?? free.pop() ?? this.makeRow();
      this.rows.set(row, made);
      made.el.style.transform = `translateY(${TILE_GAP + row * rowHeight - top}px)`;
      setAttribute(made.el, "aria-rowindex", row + 1);
      for (let k = 0; k < columns; k++) {
        const place = row * columns + k;
        made.cells[k].show(place < this.n ? place : null);
        if (place < this.n) seen.push(gallery.members[place]);
      }
    }
    this.seen = seen;
    const { at } = gallery.choice;
    gallery.filters.values.follow(this.isSeen(at) ? at : first * columns);
    for (const { el } of free) el.remove();
    setAttribute(this.el, "aria-activedescendant", this.cellOf(gallery.choice.at)?.el.id ?? null);
    const below = last + 1 + (last + 1 - first); // a screen more, for who pages through
    const ahead = gallery.members.subarray((last + 1) * columns, below * columns);
    gallery.tiles.want([...seen, ...ahead], sideFor(this.isWordy ? 96 : this.tileWidth));
  }

  makeRow() {
    const { columns, layer, tileHeight, tileWidth } = this;
    const cells = Array.from({ length: columns }, (_, k) => {
      const cell = new GalleryCell(this.gallery, k);
      cell.el.style.width = `${tileWidth}px`;
      cell.el.style.height = `${tileHeight}px`;
      return cell;
    });
    const el = h("div", { class: "nbl-gallery-row", role: "row" }, ...cells.map((cell) => cell.el));
    layer.append(el);
    return { el, cells };
  }

  /** @param {number} place @returns {GalleryCell | undefined} */
  cellOf(place) {
    return this.rows.get(Math.floor(place / this.columns))?.cells[place % this.columns];
  }

  /** Scroll no farther than is needed to see it. @param {number} place */
  reveal(place) {
    const top = Math.floor(place / this.columns) * this.rowHeight;
    if (top < this.top) this.goTo(top);
    else if (top + this.rowHeight + TILE_GAP > this.top + this.view)
      this.goTo(top + this.rowHeight + TILE_GAP - this.view);
  }

  /**
   * The place under a point of the screen, the nearest one where there is none.
   * @param {{clientX: number, clientY: number}} point
   */
  placeAt({ clientX, clientY }) {
    const box = this.el.getBoundingClientRect();
    const x = (clientX - box.left - TILE_GAP) / (this.tileWidth + TILE_GAP);
    const y = (clientY - box.top - TILE_GAP + this.top) / this.rowHeight;
    const column = Math.min(Math.max(Math.floor(x), 0), this.columns - 1);
    const row = Math.min(Math.max(Math.floor(y), 0), this.nRows - 1);
    return Math.min(row * this.columns + column, this.n - 1);
  }

  /**
   * The places in the rectangle between two of them.
   * @param {number} one
   * @param {number} other
   */
  between(one, other) {
    const { columns } = this;
    const [x1, x2] = [one % columns, other % columns].sort((a, b) => a - b);
    const rows = [one, other].map((place) => Math.floor(place / columns)).sort((a, b) => a - b);
    const found = [];
    for (let row = rows[0]; row <= rows[1]; row++)
      for (let x = x1; x <= x2; x++) if (row * columns + x < this.n) found.push(row * columns + x);
    return found;
  }
}
