// What is chosen in the gallery, by click or key, and the place that the keys are at.

import { Delay } from "../shared/delay.js";
import { TEXT } from "../shared/text.js";
import { isLabeled } from "./cell.js";

const TOLD_AFTER_MS = 200;

export class GalleryChoice {
  /** @param {import("./gallery.js").Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    /** The place that the keys are at, and the one that Shift chooses from. */
    this.at = 0;
    this.anchor = 0;
    this.told = new Delay(gallery.signal);
  }

  changed() {
    const { gallery } = this;
    gallery.draw();
    gallery.bar.update();
    this.told.start(TOLD_AFTER_MS, () => this.tell());
  }

  tell() {
    const { gallery } = this;
    const { indices } = gallery.chosen;
    gallery.context.send({ type: "chosen" }, indices);
    if (!gallery.isOpen) return;
    gallery.ways.lightUp(indices);
    const labeled = this.countLabeled(indices);
    gallery.say(
      indices.length
        ? TEXT.gallery.chosen(gallery.context.noun, indices.length, labeled)
        : TEXT.gallery.noneChosen,
    );
  }

  /** @param {number} place @param {boolean} [extends_] whether what lies between is chosen */
  moveTo(place, extends_ = false) {
    const { gallery } = this;
    const last = gallery.members.length - 1;
    if (last < 0) return;
    this.at = Math.min(Math.max(place, 0), last);
    gallery.plane.reveal(this.at);
    if (extends_) return this.extendTo(this.at);
    this.anchor = this.at;
    gallery.draw();
    if (!gallery.chosen.count) gallery.bar.update();
  }

  /** @param {number} place */
  extendTo(place) {
    const [first, last] = [this.anchor, place].sort((a, b) => a - b);
    const { chosen, group, members } = this.gallery;
    this.at = place;
    group.end();
    chosen.set(members.subarray(first, last + 1));
  }

  /** @param {number} place */
  toggleAt(place) {
    const { chosen, members } = this.gallery;
    if (!members.length) return;
    this.at = this.anchor = place;
    chosen.toggle(members[place]);
  }

  /** @param {number} place */
  only(place) {
    const { chosen, group, members } = this.gallery;
    this.at = this.anchor = place;
    group.end();
    chosen.set([members[place]]);
  }

  all() {
    this.gallery.chosen.set(this.gallery.members);
  }

  clear() {
    this.gallery.group.end();
    this.gallery.chosen.clear();
  }

  /**
   * Choose these, in place of others.
   * @param {Uint32Array} indices
   * @returns {boolean} whether all of them are shown: nothing unseen is labeled
   */
  take(indices) {
    const { chosen, group, members } = this.gallery;
    const shown = new Set(members);
    if (indices.some((index) => !shown.has(index))) return false;
    group.end();
    chosen.set(indices);
    this.moveTo(members.indexOf(indices[0]));
    return true;
  }

  /** One that was clicked on the map. @param {number} index */
  pick(index) {
    if (!this.take(Uint32Array.of(index))) this.gallery.say(TEXT.gallery.notShown);
  }

  /** Whether only the one at the keys is meant. */
  get isOne() {
    return this.gallery.large.isOpen || !this.gallery.chosen.count;
  }

  /** Those that a class is given to: what is chosen, else the one at the keys. */
  get targetIndices() {
    const { chosen, members } = this.gallery;
    return this.isOne ? members.slice(this.at, this.at + 1) : chosen.indices;
  }

  get targets() {
    const { chosen, members } = this.gallery;
    return this.isOne ? Math.min(members.length, 1) : chosen.count;
  }

  get labeledTargets() {
    const { chosen, codes } = this.gallery;
    if (this.isOne) return this.countLabeled(this.targetIndices);
    let n = 0;
    for (let i = 0; i < codes.length; i++) if (chosen.flags[i] && isLabeled(codes[i])) n += 1;
    return n;
  }

  /** @param {Uint32Array} indices */
  countLabeled(indices) {
    let n = 0;
    for (const index of indices) if (isLabeled(this.gallery.codes[index])) n += 1;
    return n;
  }

  /** The note of the one at the keys, where only that is meant. */
  get noteThere() {
    const [index, ...others] = this.targetIndices;
    return others.length ? "" : (this.gallery.tiles.get(index)?.item.note ?? "");
  }
}
