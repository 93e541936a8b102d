// One item of the gallery in full, with the one before it and the one behind a key away.

import { h, setAttribute, setText } from "../shared/dom.js";
import { buildMedia, shortWords } from "../shared/media.js";
import { TEXT } from "../shared/text.js";
import { standingOf } from "./cell.js";

const LARGE_SIDE = 512;

export class GalleryLarge {
  /** @param {import("./gallery.js").Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    this.media = buildMedia("nbl-gallery-large-picture");
    this.name = h("span", { class: "nbl-gallery-large-name" });
    this.where = h("span", { class: "nbl-gallery-where" });
    this.known = h("p", { class: "nbl-gallery-known" });
    this.error = h("p", { class: "nbl-gallery-problem" });
    const text = TEXT.gallery;
    this.previous = this.button(text.previous, "←", () => this.step(-1));
    this.next = this.button(text.next, "→", () => this.step(1));
    this.shut = this.button(text.shut, "Esc", () => this.close());
    const head = h(
      "div",
      { class: "nbl-gallery-line" },
      this.previous,
      this.next,
      this.where,
      this.name,
      this.shut,
    );
    this.el = h(
      "div",
      {
        class: "nbl-gallery-large",
        role: "group",
        "aria-label": TEXT.gallery.title,
        tabindex: -1,
        hidden: true,
      },
      head,
      h("div", { class: "nbl-gallery-large-media" }, ...this.media.nodes),
      this.error,
      this.known,
    );
  }

  /** @param {string} text @param {string} key @param {() => void} act */
  button(text, key, act) {
    return h(
      "button",
      { type: "button", onClick: act },
      h("span", { text }),
      h("kbd", { text: key, "aria-hidden": "true" }),
    );
  }

  get isOpen() {
    return !this.el.hidden;
  }

  open() {
    if (!this.gallery.members.length) return;
    this.el.hidden = false;
    this.gallery.plane.el.hidden = true;
    this.draw();
    this.el.focus({ preventScroll: true });
    this.gallery.bar.update();
  }

  close() {
    if (!this.isOpen) return;
    this.el.hidden = true;
    this.gallery.plane.el.hidden = false;
    this.gallery.plane.reveal(this.gallery.choice.at);
    this.gallery.draw();
    this.gallery.focus();
    this.gallery.bar.update();
  }

  /** @param {number} by */
  step(by) {
    const { gallery } = this;
    const there = gallery.choice.at + by;
    if (there < 0 || there >= gallery.members.length) return;
    gallery.choice.at = gallery.choice.anchor = there;
    this.draw();
    gallery.bar.update();
    gallery.say(this.said);
  }

  get said() {
    return [this.where.textContent, this.name.textContent, this.known.textContent]
      .filter(Boolean)
      .join(", ");
  }

  draw() {
    if (!this.isOpen) return;
    const { gallery } = this;
    const { members, tiles, context } = gallery;
    const { at } = gallery.choice;
    const index = members[at];
    tiles.want(
      [...members.subarray(at, at + 2), ...members.subarray(Math.max(at - 1, 0), at)],
      LARGE_SIDE,
    );
    const tile = tiles.get(index);
    this.media.paint(tile?.kept ?? null);
    const item = tile?.item;
    setText(this.name, item?.id ?? "");
    setText(this.where, TEXT.gallery.place(at, members.length));
    setText(this.error, item?.error ?? "");
    const { label, byModel, flagged, skipped } = standingOf(
      gallery.codes[index],
      context.everyClass,
    );
    const { review } = gallery;
    const suggested = review.said(index);
    const shows = context.model.get("show_prediction") && !suggested;
    const prediction = shows && item?.prediction;
    const known = [
      byModel ? TEXT.gallery.byModel(label) : label || item?.tags?.known.join(", "),
      suggested,
      review.suggestionOf(index)?.why,
      review.isSettled(index) && TEXT.gallery.isSettled,
      flagged && TEXT.gallery.flagged,
      skipped && TEXT.gallery.skipped,
      prediction && TEXT.gallery.predicted(prediction.label, prediction.confidence),
      item?.note,
    ];
    setText(this.known, known.filter(Boolean).join(" · "));
    const short = shortWords(tile?.kept ?? null);
    this.media.describe(TEXT.gallery.item(context.noun, item?.id ?? "", short, [label]));
    setAttribute(this.previous, "aria-disabled", at > 0 ? null : "true");
    setAttribute(this.next, "aria-disabled", at + 1 < members.length ? null : "true");
    setAttribute(this.el, "aria-busy", tile && tile.side >= LARGE_SIDE ? null : "true");
  }
}
