// The gallery: all items, or those that meet some criteria, as small pictures to choose among and
// to answer about. Places stay while labels and predictions change; what changed is marked.

import { h, makeUid } from "../shared/dom.js";
import { guarded, listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { returnFocus } from "../shared/frame.js";
import { alignedCopy } from "../shared/map_state.js";
import { TEXT } from "../shared/text.js";
import { GalleryAnswers } from "./answering.js";
import { GalleryBar } from "./bar.js";
import { GalleryChoice } from "./choice.js";
import { Chosen } from "./chosen.js";
import { GalleryClusters } from "./clusters.js";
import { GalleryFilters } from "./filters.js";
import { GalleryGroup } from "./group.js";
import { GalleryHead } from "./head.js";
import { GalleryHelp } from "./help.js";
import { hearGalleryKey } from "./keys.js";
import { GalleryLarge } from "./large.js";
import { GalleryPlane } from "./plane.js";
import { hearPointer } from "./pointer.js";
import { GalleryReview } from "./review.js";
import { TileCache } from "./tiles.js";

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
    /** What was chosen before, of which the items are. @type {Uint32Array | null} */
    this.among = null;
    /** What it was opened for, which filters cannot say.
     * @type {import("../shared/ways.js").Only | null} */
    this.only = null;
    /** The item that the others are ordered by their distance from. @type {number | null} */
    this.like = null;
    /** How many more were drawn around, that the legend or the filters hide. */
    this.hidden = 0;
    this.request = "";
    this.hintId = `nbl-gallery-${makeUid()}`;
    this.chosen = new Chosen(() => this.choice.changed());
    this.choice = new GalleryChoice(this);
    this.review = new GalleryReview(this);
    this.plane = new GalleryPlane(this);
    this.head = new GalleryHead(this);
    this.tiles = new TileCache(context, signal, () => this.arrived());
    this.large = new GalleryLarge(this);
    this.group = new GalleryGroup(this);
    this.answers = new GalleryAnswers(this);
    this.bar = new GalleryBar(this);
    this.clusters = new GalleryClusters(this);
    this.filters = new GalleryFilters(this);
    this.help = new GalleryHelp(this);
    this.el = this.build();
    hearPointer(this);
    this.listen();
  }

  build() {
    const props = {
      class: "nbl-view nbl-gallery",
      role: "region",
      "aria-label": TEXT.gallery.title,
      tabindex: -1,
      hidden: true,
    };
    const { bar, filters, group, head, help, large, plane } = this;
    const parts = [head.el, filters.el, group.warning, group.hint, plane.el, large.el, bar.el];
    return h("section", props, ...parts, help.el, large.columns.node);
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
    returnFocus(this.el, () => this.focus(), signal);
    this.observeBar();
    this.offer(ways);
  }

  /** What is open large leaves room for the buttons, however many there are. */
  observeBar() {
    const { el } = this.bar;
    const tell = () => this.el.style.setProperty("--nbl-gallery-bar", `${el.offsetHeight}px`);
    const observer = new ResizeObserver(guarded(tell));
    observer.observe(el);
    this.signal.addEventListener("abort", () => observer.disconnect());
  }

  /** What other parts can ask for. @param {import("../shared/ways.js").Ways} ways */
  offer(ways) {
    const { only } = TEXT.gallery;
    const isGroup = !this.context.multiLabel; // a group gets no tag as a whole
    ways.openReview = (accepted) => this.openReview(accepted);
    ways.openGallery = (wanted) => this.open(wanted);
    ways.openNear = (near) => this.open({ only: { text: only.near, asked: { near } }, isGroup });
    ways.openLike = (like) => this.open({ only: { text: only.like, asked: { like } }, isGroup });
    ways.openCluster = (cluster) =>
      this.open({ only: { text: "", asked: { cluster } }, order: "random", isGroup });
    ways.openSearch = () => {
      if (!this.isOpen) this.open({ show: "all" });
      this.filters.query.focus();
    };
    ways.openSelection = (indices, hidden, focus) => {
      if (focus && this.isOpen && !this.group.isOn) this.narrow(indices, hidden);
      else this.open({ indices, hidden, isGroup }, focus);
    };
    ways.closeSelection = (clears) => {
      const closes = this.isOpen && this.among !== null && this.group.isChoosing;
      if (closes) this.close();
      else if (clears && this.isOpen) this.choice.clear();
      return closes;
    };
    ways.takeSelection = (indices) => this.isOpen && this.choice.take(indices);
    ways.pick = (index) => {
      if (this.isOpen) this.choice.pick(index);
      return this.isOpen;
    };
    ways.among = () => (this.isOpen ? (this.among ?? this.group.members) : null);
  }

  get isOpen() {
    return !this.el.hidden;
  }

  /**
   * @param {import("../shared/ways.js").GalleryWish} [wanted] without one it is as it was left
   * @param {boolean} [focus] whether the keys are those of the gallery now
   */
  open(wanted, focus = true) {
    const { isOpen } = this;
    this.help.el.hidden = true;
    if (!isOpen) this.opener = focusedElement();
    this.el.hidden = false;
    this.ways.hush();
    this.el.dataset.noun = this.context.noun;
    if (wanted) {
      this.forget();
      Object.assign(this, { among: wanted.indices ?? null, hidden: wanted.hidden ?? 0 });
      Object.assign(this, { like: wanted.like ?? null, only: wanted.only ?? null });
      this.group.begin(Boolean(wanted.isGroup));
      this.filters.set(wanted);
    }
    this.filters.listClasses();
    this.bar.list();
    if (wanted || !isOpen) this.ask();
    if (focus) this.focus();
    this.el.scrollIntoView({ block: "nearest" });
    if (!focus) return;
    // in a low window the first row is else below it
    const { top } = this.plane.el.getBoundingClientRect();
    if (top + this.plane.rowHeight > innerHeight)
      this.plane.el.scrollIntoView({ block: "nearest" });
  }

  /** Labels of people, or accepted ones. @param {boolean} accepted */
  openReview(accepted) {
    if (this.context.multiLabel) this.context.tell({ type: "review", accepted });
    else this.open({ show: accepted ? "stale" : "contradicted" });
  }

  /** @param {boolean} [focus] whether the keys are those of what is seen again */
  close(focus = this.el.contains(focusedElement())) {
    this.large.close();
    this.el.hidden = true;
    this.request = "";
    this.ways.lightUp(new Uint32Array(0));
    this.context.send({ type: "end_gallery" });
    if (this.chosen.count) this.chosen.clear();
    if (this.group.isOn) this.filters.forget(); // a group is looked at once
    if (focus) this.giveBack();
  }

  /** The map has the keys where it was opened from there, else the questions have. */
  giveBack() {
    const { opener } = this;
    const isOfMap = opener instanceof HTMLElement && opener.closest(".nbl-map");
    if (isOfMap && opener.isConnected) opener.focus({ preventScroll: true });
    else this.ways.focusQueue();
  }

  escape() {
    if (this.help.isOpen) this.help.close();
    else if (this.large.isOpen) this.large.close();
    else if (this.bar.leaveBranch()) return;
    else if (this.group.isOn) this.close();
    else if (this.chosen.count && this.plane.el === focusedElement()) this.choice.clear();
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
    this.head.summarize(TEXT.gallery.loading);
    this.bar.complain("");
    const message = { type: "gallery", request: this.request, ...this.filters.asked };
    if (!this.context.send(message, this.among)) this.refused(TEXT.notResponding);
  }

  dropAmong() {
    this.forget();
    this.ways.lightUp(this.chosen.indices);
    this.filters.update();
    this.ask();
  }

  /** Nothing but the filters says any more what is shown. */
  forget() {
    this.among = this.like = this.only = null;
    this.hidden = 0;
    this.group.end();
    this.clusters.show(null);
  }

  /** @param {Uint32Array} indices of which alone are shown @param {number} hidden */
  narrow(indices, hidden) {
    Object.assign(this, { among: indices, hidden });
    this.filters.update();
    this.ask();
  }

  /** @param {any} message @param {DataView[]} buffers */
  take(
    { n, text, columns, values = [], cluster = null, suggestions = [], ...group },
    [order, stands, codes],
  ) {
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
    this.choice.at = this.choice.anchor = 0;
    this.version += 1;
    this.review.begin(suggestions);
    this.clusters.show(cluster);
    this.filters.offer(columns);
    this.filters.values.show(values);
    this.head.summarize(text);
    this.plane.el.setAttribute("aria-label", `${TEXT.gallery.grid(this.context.noun)}: ${text}`);
    this.plane.begin();
    this.group.take(group);
    if (this.review.isOn && this.el.contains(focusedElement())) this.group.keepInSight();
    this.head.showChanges();
    this.bar.update();
  }

  /** @param {Uint32Array} indices @param {Uint16Array} codes */
  putCodes(indices, codes) {
    for (let k = 0; k < indices.length; k++) this.codes[indices[k]] = codes[k];
  }

  /** @param {string} text */
  refused(text) {
    this.members = new Uint32Array(0);
    this.review.begin([]);
    this.filters.values.show([]);
    this.head.summarize(text);
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
    this.head.showChanges();
    this.draw();
    this.bar.update();
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

  openAlike() {
    if (this.members.length) this.ways.openLike(this.members[this.choice.at]);
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
