// A group in the gallery: all of it is chosen at first, and a click leaves out what does not
// belong. The others get one label, and what was left out is asked next.

import { h, setText } from "../shared/dom.js";
import { focusedElement } from "../shared/focus.js";
import { TEXT } from "../shared/text.js";

export class GalleryGroup {
  /** @param {import("./gallery.js").Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    /** Whether there is one; another choice than which to leave out ends it. */
    this.isOn = false;
    /** Whether its members are not here yet. */
    this.isAwaited = false;
    /** The label that it got last. @type {{uid: string, indices: Uint32Array} | null} */
    this.last = null;
    /** The classes that most of it are predicted to be of. @type {string[]} */
    this.likeliest = [];
    this.contradiction = "";
    this.hint = h("p", { class: "nbl-gallery-hint", id: gallery.hintId });
    this.warning = h("p", { class: "nbl-gallery-warning", role: "status" });
  }

  /** Something else is opened. @param {boolean} isOn whether as a group */
  begin(isOn) {
    this.isOn = this.isAwaited = isOn;
    this.last = null;
    this.likeliest = [];
    this.warn("");
  }

  end() {
    this.isOn = false;
  }

  /** Whether what does not belong is still to be left out. */
  get isChoosing() {
    return this.isOn && !this.last;
  }

  /** @param {{warning?: string, likeliest?: string[]}} message the gallery is here */
  take({ warning = "", likeliest = [] }) {
    const { gallery } = this;
    this.warn(warning);
    if (!this.isAwaited) return;
    this.isAwaited = false;
    this.likeliest = likeliest;
    gallery.bar.list();
    const { near, like } = gallery.only?.asked ?? {};
    const place = gallery.members.indexOf(near ?? like ?? -1);
    gallery.choice.at = gallery.choice.anchor = Math.max(place, 0);
    gallery.chosen.set(gallery.members);
    if (gallery.el.contains(focusedElement())) this.keepInSight();
  }

  /** The first of them and the classes are in sight, on a small screen, too. */
  keepInSight() {
    const { bar, plane } = this.gallery;
    const { top } = plane.el.getBoundingClientRect();
    const end = Math.min(bar.el.getBoundingClientRect().top, innerHeight);
    if (top < 0 || top + plane.rowHeight > end) plane.el.scrollIntoView({ block: "start" });
    bar.buttons.scrollIntoView({ block: "nearest" });
  }

  /** That labels in it contradict. @param {string} text */
  warn(text) {
    this.contradiction = text;
    this.describe();
  }

  /** All of it, ascending; null where there is none. */
  get members() {
    return this.isOn ? this.gallery.members.slice().sort() : null;
  }

  /** Those of it that do not belong. */
  get excluded() {
    const { chosen, members } = this.gallery;
    if (!this.isChoosing || !chosen.count) return new Uint32Array(0);
    return members.filter((index) => !chosen.has(index));
  }

  /** Whether somebody can have seen what would be labeled. */
  get isSeen() {
    const { large, plane, tiles } = this.gallery;
    return !this.isOn || large.isOpen || plane.seen.every((index) => tiles.get(index));
  }

  /** What an undo is of, where it is to be this label and no other. */
  get undoes() {
    return this.isOn && this.last ? { of: this.last.uid } : {};
  }

  /** @param {string} uid @param {Uint32Array} indices */
  labeled(uid, indices) {
    if (this.isOn) this.last = { uid, indices };
  }

  /** An undo was committed: the same are chosen again. @param {string | undefined} of */
  undone(of) {
    const { last } = this;
    this.last = null;
    if (last && last.uid === of && this.isOn) this.gallery.chosen.set(last.indices);
  }

  /** What clicks and keys do, and what to look at before a label is given. */
  describe() {
    const { contradiction, isChoosing } = this;
    setText(this.warning, contradiction && isChoosing ? `▲ ${contradiction}` : "");
    const { groupHint, hint, reviewHint } = TEXT.gallery;
    setText(this.hint, isChoosing ? groupHint : this.gallery.review.isOn ? reviewHint : hint);
  }

  /** @param {string} noun @param {number} n */
  heading(noun, n) {
    return TEXT.gallery.labelAs(noun, n, this.excluded.length);
  }
}
