// The gallery: all items, or those that meet some criteria, as small pictures to choose among and
// to answer about. Places stay while labels and predictions change; what changed is marked.

import { Delay } from "../shared/delay.js";
import { h, makeUid, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { alignedCopy } from "../shared/map_state.js";
import { TEXT } from "../shared/text.js";
import { GalleryAnswers } from "./answering.js";
import { GalleryBar } from "./bar.js";
import { isLabeled } from "./cell.js";
import { Chosen } from "./chosen.js";
import { GalleryFilters } from "./filters.js";
import { GalleryGroup } from "./group.js";
import { hearGalleryKey } from "./keys.js";
import { GalleryLarge } from "./large.js";
import { GalleryPlane } from "./plane.js";
import { hearPointer } from "./pointer.js";
import { TileCache } from "./tiles.js";

const TOLD_AFTER_MS = 200;
const SMALLEST = 48;
const LARGEST = 512;
const STEP_PX = 16;

export class Gallery {
  /**
   * @param {import("../shared/context.js").PanelContext} context
   * @param {AbortSignal} signal
   * @param {import("../shared/ways.js").Ways} ways
   */
  constructor(context, signal, ways) {
    this.context = context;
    this.signal = signal;
    this.ways = ways;
    /** Positions, in the order on screen. @type {Uint32Array} */
    this.members = new Uint32Array(0);
    /** How each item of the pool stands, see docs/wire.md. */
    this.codes = new Uint16Array(0);
    /** 1 where that changed, or where an item does not fit any more, since they were ordered. */
    this.changed = new Uint8Array(0);
    this.gone = new Uint8Array(0);
    this.nGone = 0;
    this.came = 0;
    /** Grows when everything is to be drawn anew. */
    this.version = 0;
    /** The place that the keys are at, and the one that Shift chooses from. */
    this.at = 0;
    this.anchor = 0;
    /** What was chosen before, of which the items are. @type {Uint32Array | null} */
    this.among = null;
    /** What it was opened for, which filters cannot say.
     * @type {import("../shared/ways.js").Only | null} */
    this.only = null;
    /** The item that the others are ordered by their distance from. @type {number | null} */
    this.like = null;
    this.request = "";
    this.hintId = `nbl-gallery-${makeUid()}`;
    this.told = new Delay(signal);
    this.chosen = new Chosen(() => this.choiceChanged());
    this.plane = new GalleryPlane(this);
    this.tiles = new TileCache(context, signal, () => this.arrived());
    this.large = new GalleryLarge(this);
    this.group = new GalleryGroup(this);
    this.answers = new GalleryAnswers(this);
    this.bar = new GalleryBar(this);
    this.filters = new GalleryFilters(this);
    this.el = this.build();
    hearPointer(this);
    this.listen();
  }

  build() {
    const text = TEXT.gallery;
    this.summary = h("span", { class: "nbl-gallery-summary", role: "status" });
    const size = h("input", {
      type: "range",
      min: SMALLEST,
      max: LARGEST,
      step: STEP_PX,
      value: this.plane.size,
    });
    listen(size, "input", () => {
      this.plane.size = size.valueAsNumber;
      this.plane.resize();
    });
    const close = h(
      "button",
      { type: "button", onClick: () => this.close() },
      h("span", { text: text.close }),
      h("kbd", { text: "#", "aria-hidden": "true" }),
    );
    this.changesText = h("span");
    this.changes = h(
      "span",
      { class: "nbl-gallery-changes", hidden: true },
      this.changesText,
      h("button", { type: "button", text: text.refresh, onClick: () => this.ask() }),
    );
    const sizeField = h(
      "label",
      { class: "nbl-gallery-field" },
      h("span", { text: text.size }),
      size,
    );
    const title = h("h3", { text: text.title });
    const parts = [title, this.summary, this.changes, sizeField, close];
    const head = h("div", { class: "nbl-gallery-head" }, ...parts);
    const hint = h("p", { class: "nbl-gallery-hint", id: this.hintId, text: text.hint });
    const props = {
      class: "nbl-view nbl-gallery",
      role: "region",
      "aria-label": text.title,
      tabindex: -1,
      hidden: true,
    };
    return h(
      "section",
      props,
      head,
      this.filters.el,
      this.group.warning,
      this.plane.el,
      hint,
      this.large.el,
      this.bar.el,
    );
  }

  listen() {
    const { signal, ways } = this;
    const { link, throttle } = this.context;
    const answer = (
      /** @type {string} */ type,
      /** @type {(m: any, b: DataView[]) => void} */ act,
    ) =>
      link.on(
        type,
        (message, buffers) => message.request === this.request && act(message, buffers),
        signal,
      );
    answer("gallery", (message, buffers) => this.take(message, buffers));
    answer("no_gallery", ({ text }) => this.refused(text));
    answer("gallery_changes", (message, buffers) => this.follow(message, buffers));
    const classes = () => this.isOpen && this.classesChanged();
    link.onTrait("classes", () => throttle.run(this, classes), signal);
    // a kernel that begins anew knows of no gallery
    link.on("behind", () => this.isOpen && this.ask(), signal);
    listen(this.el, "keydown", (event) => this.hearKey(event), { signal });
    ways.openGallery = (wanted) => this.open(wanted);
    ways.openNear = (near) =>
      this.open({ only: { text: TEXT.gallery.only.near, asked: { near } }, isGroup: true });
    ways.among = () => (this.isOpen ? this.among : null);
    ways.takeSelection = (indices, narrows) => this.takeSelection(indices, narrows);
  }

  get isOpen() {
    return !this.el.hidden;
  }

  /** @param {import("../shared/ways.js").GalleryWish} [wanted] */
  open(wanted = {}) {
    const { isOpen } = this;
    const isWish = Object.keys(wanted).length > 0;
    this.el.hidden = false;
    this.el.dataset.noun = this.context.noun;
    if (isWish) {
      this.among = wanted.indices ?? null;
      this.like = wanted.like ?? null;
      this.only = wanted.only ?? null;
      this.group.begin(Boolean(wanted.isGroup));
      this.filters.set(wanted);
    }
    // without a wish it is as it was left
    this.filters.listClasses();
    this.bar.list();
    if (isWish || !isOpen) this.ask();
    this.focus();
    this.el.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.large.close();
    this.el.hidden = true;
    this.request = "";
    this.ways.lightUp(new Uint32Array(0));
    this.context.send({ type: "end_gallery" });
    if (this.chosen.count) this.chosen.clear();
    this.ways.focusQueue();
  }

  escape() {
    if (this.large.isOpen) this.large.close();
    else if (this.bar.leaveBranch()) return;
    else if (this.group.isOn) this.close();
    else if (this.chosen.count && this.plane.el === focusedElement()) this.chooseNone();
    else if (this.plane.el !== focusedElement()) this.focus();
    else this.close();
  }

  focus() {
    (this.large.isOpen ? this.large.el : this.plane.el).focus({ preventScroll: true });
  }

  /** @param {string} text */
  say(text) {
    this.context.say(text);
  }

  // what there is

  ask() {
    this.request = makeUid();
    this.filters.sent = JSON.stringify(this.filters.asked);
    this.large.close();
    setText(this.summary, TEXT.gallery.loading);
    this.bar.complain("");
    const message = { type: "gallery", request: this.request, ...this.filters.asked };
    if (!this.context.send(message, this.among)) this.refused(TEXT.notResponding);
  }

  dropAmong() {
    this.among = this.like = this.only = null;
    this.group.end();
    this.ways.lightUp(this.chosen.indices);
    this.filters.update();
    this.ask();
  }

  /** @param {any} message @param {DataView[]} buffers */
  take({ n, text, columns, ...group }, [order, stands, codes]) {
    const total = this.context.model.get("pool")?.total ?? n;
    const members = new Uint32Array(alignedCopy(order));
    this.members = members.length || !n ? members : allOf(n);
    this.codes = new Uint16Array(total);
    this.changed = new Uint8Array(total);
    this.gone = new Uint8Array(total);
    this.nGone = this.came = 0;
    this.putCodes(new Uint32Array(alignedCopy(stands)), new Uint16Array(alignedCopy(codes)));
    this.chosen.resize(total);
    if (this.chosen.count) this.chosen.keep(this.members); // nothing unseen is labeled
    this.at = this.anchor = 0;
    this.version += 1;
    this.filters.offer(columns);
    setText(this.summary, text);
    this.plane.el.setAttribute("aria-label", `${TEXT.gallery.grid(this.context.noun)}: ${text}`);
    this.plane.begin();
    this.group.take(group);
    this.showChanges();
    this.bar.update();
  }

  /** @param {Uint32Array} indices @param {Uint16Array} codes */
  putCodes(indices, codes) {
    for (let k = 0; k < indices.length; k++) this.codes[indices[k]] = codes[k];
  }

  /** @param {string} text */
  refused(text) {
    this.members = new Uint32Array(0);
    setText(this.summary, text);
    this.plane.begin();
    this.bar.update();
  }

  /** @param {{came: number, warning?: string}} message @param {DataView[]} buffers */
  follow({ came, warning = "" }, [changed, codes, left]) {
    const indices = new Uint32Array(alignedCopy(changed));
    const now = new Uint16Array(alignedCopy(codes));
    for (let k = 0; k < indices.length; k++) {
      const index = indices[k];
      // what was answered here is no news
      if (this.codes[index] !== now[k]) this.changed[index] = 1;
      this.codes[index] = now[k];
    }
    if (this.context.multiLabel) this.tiles.forget(indices);
    this.gone.fill(0);
    const gone = new Uint32Array(alignedCopy(left));
    for (const index of gone) this.gone[index] = 1;
    this.nGone = gone.length;
    this.came = came;
    this.group.warn(warning);
    this.showChanges();
    this.draw();
    this.bar.update();
  }

  showChanges() {
    const text = TEXT.gallery.changed(this.nGone, this.came);
    this.changes.hidden = !text;
    setText(this.changesText, text);
  }

  classesChanged() {
    this.version += 1;
    this.filters.listClasses();
    this.bar.list();
    this.draw();
  }

  arrived() {
    this.draw();
  }

  draw() {
    if (!this.isOpen) return;
    if (this.large.isOpen) this.large.draw();
    else this.plane.draw();
  }

  // what is chosen

  choiceChanged() {
    this.draw();
    this.bar.update();
    this.told.start(TOLD_AFTER_MS, () => this.tellChoice());
  }

  tellChoice() {
    const { indices } = this.chosen;
    this.context.send({ type: "chosen" }, indices);
    if (!this.isOpen) return;
    this.ways.lightUp(indices);
    const labeled = this.countLabeled(indices);
    this.say(
      indices.length
        ? TEXT.gallery.chosen(this.context.noun, indices.length, labeled)
        : TEXT.gallery.noneChosen,
    );
  }

  /** @param {number} place @param {boolean} [extends_] whether what lies between is chosen */
  moveTo(place, extends_ = false) {
    if (!this.members.length) return;
    this.at = Math.min(Math.max(place, 0), this.members.length - 1);
    this.plane.reveal(this.at);
    if (extends_) return this.extendTo(this.at);
    this.anchor = this.at;
    this.draw();
    if (!this.chosen.count) this.bar.update();
  }

  /** @param {number} place */
  extendTo(place) {
    const [first, last] = [this.anchor, place].sort((a, b) => a - b);
    this.at = place;
    this.group.end();
    this.chosen.set(this.members.subarray(first, last + 1));
  }

  /** @param {number} place */
  toggleAt(place) {
    if (!this.members.length) return;
    this.at = this.anchor = place;
    this.chosen.toggle(this.members[place]);
  }

  /** @param {number} place */
  chooseOnly(place) {
    this.at = this.anchor = place;
    this.group.end();
    this.chosen.set([this.members[place]]);
  }

  chooseAll() {
    this.chosen.set(this.members);
  }

  chooseNone() {
    this.group.end();
    this.chosen.clear();
  }

  /**
   * What Python chose, or what was drawn around on the map.
   * @param {Uint32Array} indices
   * @param {boolean} narrows whether only these are shown
   * @returns {boolean} whether the gallery is open to take it
   */
  takeSelection(indices, narrows) {
    if (!this.isOpen) return false;
    if (narrows) {
      this.among = indices;
      this.filters.update();
      this.ask();
      return true;
    }
    this.chosen.set(indices);
    const place = this.members.indexOf(indices[0] ?? -1);
    if (place >= 0) this.moveTo(place);
    return true;
  }

  /** Those that a class is given to: what is chosen, else the one at the keys. */
  get targetIndices() {
    if (this.large.isOpen || !this.chosen.count) return this.members.slice(this.at, this.at + 1);
    return this.chosen.indices;
  }

  get targets() {
    if (this.large.isOpen || !this.chosen.count) return Math.min(this.members.length, 1);
    return this.chosen.count;
  }

  get labeledTargets() {
    const { chosen, codes } = this;
    if (this.large.isOpen || !chosen.count) return this.countLabeled(this.targetIndices);
    let n = 0;
    for (let i = 0; i < codes.length; i++) if (chosen.flags[i] && isLabeled(codes[i])) n += 1;
    return n;
  }

  /** @param {Uint32Array} indices */
  countLabeled(indices) {
    let n = 0;
    for (const index of indices) if (isLabeled(this.codes[index])) n += 1;
    return n;
  }

  /** The note of the one at the keys, where only that is meant. */
  get noteThere() {
    const [index, ...others] = this.targetIndices;
    return others.length ? "" : (this.tiles.get(index)?.item.note ?? "");
  }

  openAlike() {
    if (this.members.length) this.open({ order: "distance", like: this.members[this.at] });
  }

  /** @param {KeyboardEvent} event */
  hearKey(event) {
    if (!hearGalleryKey(this, event)) return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** All positions. @param {number} n */
function allOf(n) {
  const members = new Uint32Array(n);
  for (let i = 0; i < n; i++) members[i] = i;
  return members;
}
