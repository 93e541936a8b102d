// One item of the gallery in full, with the one before it and the one behind a key away.

import { buildBeside } from "../shared/beside.js";
import { buildColumns } from "../shared/columns.js";
import { h, setAttribute, setText } from "../shared/dom.js";
import { LOOK_KEYS, turnsPage } from "../shared/look_keys.js";
import { Looking } from "../shared/looking.js";
import { buildMedia, shortWords } from "../shared/media.js";
import { buildPlayer } from "../shared/player.js";
import { RestOfText } from "../shared/rest_of_text.js";
import { TEXT } from "../shared/text.js";
import { buildTextFind } from "../shared/text_find.js";
import { standingOf } from "./cell.js";
import { sideFor } from "./tiles.js";

const LARGE_SIDE = 512;
/** Of what is drawn there are no close-ups: it comes at the size at which it is seen. */
const DRAWN = ["sound", "series", "item"];

export class GalleryLarge {
  /** @param {import("./gallery.js").Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    const { context, signal } = gallery;
    /** @type {import("../shared/looking.js").Looker} */
    const looker = {
      context,
      signal,
      say: (said) => gallery.bar.complain(said),
      focus: () => gallery.focus(),
    };
    this.media = buildMedia("nbl-picture");
    const [canvas, words, row, frame] = this.media.nodes;
    this.words = words;
    this.looking = new Looking(looker, /** @type {HTMLCanvasElement} */ (canvas));
    // the next one is seen where this one is
    this.looking.hasRoom = this.looking.keepsPlace = true;
    this.find = buildTextFind(looker, words, () => this.draw());
    this.rest = new RestOfText(looker, words, (id, text, bytes) => {
      gallery.tiles.replace(id, text, bytes);
      this.draw();
    });
    this.player = buildPlayer(looker);
    this.beside = buildBeside(context.noun);
    this.columns = buildColumns(looker);
    this.place = h(
      "div",
      { class: "nbl-gallery-large-media" },
      this.looking.node,
      words,
      row,
      frame,
    );
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
      h("div", { class: "nbl-gallery-large-body" }, this.place, this.beside.node),
      this.looking.tools.node,
      this.find.node,
      this.player.node,
      this.error,
      this.known,
    );
  }

  /**
   * A key for looking closely; those of classes go before.
   * @param {KeyboardEvent} event
   * @returns {boolean} whether it was one
   */
  look(event) {
    if (this.looking.hear(event)) return true;
    if (this.gallery.bar.classes.some((one) => one.key === event.key)) return false;
    const found = LOOK_KEYS.find(({ keys }) => keys.includes(event.key));
    if (!found) return false;
    if (event.repeat) return true;
    if (found.name === "findText") this.find.open();
    else if (found.name === "columns") this.columns.open();
    else this.looking.run(found.name);
    return true;
  }

  /**
   * A key that turns the pages of a text or row, or plays a sound.
   * @param {KeyboardEvent} event
   * @returns {boolean} whether it was one
   */
  turn(event) {
    const { media, player } = this;
    return turnsPage(
      event,
      (pages) => media.turn(pages) || (event.key === " " && player.press(pages < 0)),
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
    this.looking.zoom.reset();
    this.draw();
    this.el.scrollIntoView({ block: "nearest" });
    this.el.focus({ preventScroll: true });
    this.gallery.bar.update();
  }

  close() {
    if (!this.isOpen) return;
    this.el.hidden = true;
    this.player.render("", null);
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
    gallery.bar.complain("");
    this.draw();
    gallery.bar.update();
    gallery.say(this.said);
  }

  /** The pixels a side that are asked for. */
  get side() {
    if (!DRAWN.includes(this.gallery.context.noun)) return LARGE_SIDE;
    const { clientWidth, clientHeight } = this.place;
    return Math.max(sideFor(Math.max(clientWidth, clientHeight)), LARGE_SIDE);
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
    const { side } = this;
    tiles.want(
      [...members.subarray(at, at + 2), ...members.subarray(Math.max(at - 1, 0), at)],
      side,
    );
    const tile = tiles.get(index);
    const kept = tile?.kept ?? null;
    const item = tile?.item;
    const id = item?.id ?? "";
    const sought = this.find.phrase();
    const scrollTop = this.words.hidden ? 0 : this.words.scrollTop;
    this.media.paint(kept, context.model.get("highlight") ?? "", [], sought);
    this.rest.render(id, kept, sought !== "", scrollTop);
    this.looking.render(id, kept, true);
    this.find.render(id);
    this.player.render(id, kept);
    this.beside.render(item?.beside);
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
    setAttribute(this.el, "aria-busy", tile && tile.side >= side ? null : "true");
  }
}
