// One item of the gallery in full, with the one before it and the one behind a key away.

import { h, setAttribute, setText } from "../shared/dom.js";
import { Light } from "../shared/light.js";
import { hearGestures } from "../shared/look_gestures.js";
import { Stage } from "../shared/stage.js";
import { Zoom } from "../shared/zoom.js";
import { buildMedia, shortWords } from "../shared/media.js";
import { TEXT } from "../shared/text.js";
import { standingOf } from "./cell.js";

const LARGE_SIDE = 512;
/** What a key does with the picture. @type {Record<string, string>} */
const LARGE_ZOOMS = { "+": "zoomIn", "-": "zoomOut", Home: "whole", End: "full" };

export class GalleryLarge {
  /** @param {import("./gallery.js").Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    this.media = buildMedia("nbl-gallery-large-picture");
    const [canvas, ...others] = this.media.nodes;
    this.zoom = new Zoom();
    this.stage = this.buildStage(/** @type {HTMLCanvasElement} */ (canvas));
    this.place = h("div", { class: "nbl-gallery-large-media" }, this.stage.el, ...others);
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
      this.place,
      this.error,
      this.known,
    );
  }

  /**
   * A picture at the resolution in which it is seen, which the wheel and fingers zoom.
   * @param {HTMLCanvasElement} canvas
   */
  buildStage(canvas) {
    const { zoom } = this;
    const { context, signal } = this.gallery;
    const update = () => this.place?.toggleAttribute("data-zoomed", !zoom.isWhole);
    const stage = new Stage(canvas, context, zoom, new Light(), signal, update);
    const moved = () => {
      stage.move();
      update();
    };
    hearGestures(stage, zoom, () => !zoom.isWhole, moved, signal);
    return stage;
  }

  /**
   * A key that zooms the picture, or moves what is seen of it.
   * @param {KeyboardEvent} event
   * @returns {boolean} whether it was one
   */
  look({ key, shiftKey }) {
    const { gallery, stage } = this;
    if (!stage.size || gallery.bar.classes.some((one) => one.key === key)) return false;
    const name = LARGE_ZOOMS[key];
    if (name) stage.zoomTo(name);
    else if (!shiftKey || !stage.pan(key)) return false;
    stage.move();
    this.place.toggleAttribute("data-zoomed", !this.zoom.isWhole);
    if (name) gallery.say(TEXT.look.zoomed(stage.magnification));
    return true;
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
    this.zoom.reset();
    this.place.removeAttribute("data-zoomed");
    this.draw();
    this.el.scrollIntoView({ block: "nearest" });
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
    const kept = tile?.kept ?? null;
    this.media.paint(kept);
    this.stage.el.hidden = this.stage.small.hidden;
    const item = tile?.item;
    this.stage.show(kept && item ? item.id : "", kept);
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
    const short = shortWords(kept);
    this.media.describe(TEXT.gallery.item(context.noun, item?.id ?? "", short, [label]));
    setAttribute(this.previous, "aria-disabled", at > 0 ? null : "true");
    setAttribute(this.next, "aria-disabled", at + 1 < members.length ? null : "true");
    setAttribute(this.el, "aria-busy", tile && tile.side >= LARGE_SIDE ? null : "true");
  }
}
