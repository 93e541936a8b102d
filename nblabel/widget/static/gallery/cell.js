// One picture of the gallery, with what is known of it.

import { h, makeUid, setAttribute, setText } from "../shared/dom.js";
import { buildThumb, shortWords } from "../shared/media.js";
import { TEXT } from "../shared/text.js";

/** How an item stands, as docs/wire.md has it. */
const SKIPPED_CODE = 1;
export const FLAG_CODE = 2;
const IN_PART = 3;
const FIRST_CLASS = 4;
const BY_MODEL = 1 << 15;

/**
 * @param {number} code
 * @param {import("../shared/wire.js").ClassInfo[]} classes every one
 */
export function standingOf(code, classes) {
  const kind = code & ~BY_MODEL;
  const one = kind >= FIRST_CLASS ? classes[kind - FIRST_CLASS] : undefined;
  return {
    label: one?.name ?? "",
    color: one?.color ?? "",
    byModel: (code & BY_MODEL) !== 0,
    flagged: kind === FLAG_CODE,
    skipped: kind === SKIPPED_CODE,
    inPart: kind === IN_PART,
  };
}

/** The code of a class. @param {number} place in the list of all classes */
export function codeOf(place) {
  return place + FIRST_CLASS;
}

/**
 * Whether a person or an import labeled it: what the model said is replaced.
 * @param {number} code
 */
export function isLabeled(code) {
  return !(code & BY_MODEL) && code >= IN_PART;
}

export class GalleryCell {
  /**
   * @param {import("./gallery.js").Gallery} gallery
   * @param {number} column
   */
  constructor(gallery, column) {
    this.gallery = gallery;
    /** @type {number | null} */
    this.place = null;
    this.drawn = "";
    /** @type {import("./tiles.js").Tile | null} */
    this.tile = null;
    this.thumb = buildThumb("nbl-gallery-picture");
    this.thumb.canvas.removeAttribute("role");
    this.words = h("span", { class: "nbl-gallery-words" });
    this.swatch = h("span", { class: "nbl-swatch" });
    this.name = h("span");
    this.label = h("span", { class: "nbl-gallery-label" }, this.swatch, this.name);
    this.suggestion = h("span", { class: "nbl-gallery-suggestion" });
    this.signs = h("span", { class: "nbl-gallery-signs", "aria-hidden": "true" });
    this.tick = h("span", {
      class: "nbl-gallery-tick",
      "aria-hidden": "true",
      text: TEXT.gallery.tickSign,
    });
    this.el = h(
      "div",
      {
        class: "nbl-gallery-cell",
        role: "gridcell",
        id: `nbl-cell-${makeUid()}`,
        "aria-colindex": column + 1,
      },
      this.thumb.node,
      this.words,
      this.label,
      this.suggestion,
      this.signs,
      this.tick,
    );
  }

  /** @param {number | null} place null: none */
  show(place) {
    this.place = place;
    setAttribute(this.el, "data-empty", place === null);
    setAttribute(this.el, "aria-hidden", place === null ? "true" : null);
    if (place === null) {
      this.drawn = "";
      return;
    }
    const { gallery } = this;
    const index = gallery.members[place];
    const tile = gallery.tiles.get(index);
    const marks = [
      gallery.chosen.has(index),
      gallery.choice.at === place,
      gallery.changed[index],
      gallery.gone[index],
    ];
    const key = [index, gallery.codes[index], gallery.version, ...marks].join(" ");
    if (key === this.drawn && tile === this.tile) return;
    this.drawn = key;
    this.tile = tile;
    this.paint(index, tile, place);
  }

  /**
   * @param {number} index
   * @param {import("./tiles.js").Tile | null} tile
   * @param {number} place
   */
  paint(index, tile, place) {
    const { gallery } = this;
    const { review } = gallery;
    const { noun, everyClass } = gallery.context;
    this.thumb.paint(tile?.kept ?? null);
    setText(this.words, tile?.kept ? "" : tile ? (tile.item.error ?? tile.item.id) : "");
    const stands = standingOf(gallery.codes[index], everyClass);
    const tags = tile?.item.tags?.known ?? [];
    const label = stands.label || tags.join(", ");
    this.label.hidden = !label;
    setText(this.name, label);
    setText(this.suggestion, review.shown(index));
    this.swatch.style.background = stands.color;
    this.swatch.hidden = !stands.color;
    const signs = [
      stands.flagged && TEXT.gallery.flagSign,
      stands.skipped && TEXT.gallery.skipSign,
      stands.inPart && !label && TEXT.gallery.partSign,
      gallery.changed[index] && "●",
    ];
    setText(this.signs, signs.filter(Boolean).join(" "));
    this.signs.hidden = !this.signs.textContent;
    const isChosen = gallery.chosen.has(index);
    this.tick.hidden = !isChosen;
    setAttribute(this.el, "aria-selected", String(isChosen));
    setAttribute(this.el, "data-here", gallery.choice.at === place);
    setAttribute(this.el, "data-gone", gallery.gone[index] === 1);
    setAttribute(this.el, "data-model", stands.byModel);
    const more = [
      stands.byModel ? TEXT.gallery.byModel(label) : label,
      review.said(index),
      stands.flagged ? TEXT.gallery.flagged : "",
      stands.skipped ? TEXT.gallery.skipped : "",
      stands.inPart && !label ? TEXT.gallery.inPart : "",
      gallery.changed[index] ? TEXT.gallery.hasChanged : "",
      review.isSettled(index) ? TEXT.gallery.isSettled : "",
      gallery.gone[index] && !review.isOn ? TEXT.gallery.isGone : "",
    ];
    const short = shortWords(tile?.kept ?? null);
    const said = TEXT.gallery.item(noun, tile?.item.id ?? String(index), short, more);
    this.el.title = said;
    this.el.setAttribute("aria-label", said);
  }
}
