// One tag at a time: a grid of the items that are the likeliest to have it, each answered with yes,
// no or unsure. Enter saves them all as one step; what has no mark then is a "no".

import { makeUid } from "../shared/dom.js";
import { alignedCopy } from "../shared/map_state.js";
import { TEXT } from "../shared/text.js";
import { buildTagGrid } from "./tag_grid_view.js";

/** The kernel sends twice as many: the next grid is there before this one is answered. */
const TILES = 12;
const TOO_SOON_MS = 150;
const VALUES = /** @type {const} */ (["yes", "no", "unsure"]);
/** @type {Record<string, TagValue>} */
const VALUE_KEYS = { 1: "yes", y: "yes", 2: "no", n: "no", 3: "unsure" };

/** @typedef {typeof VALUES[number]} TagValue */
/**
 * @typedef {{uid: string, tag: string, shown: number[], values: Map<number, TagValue>}} GridStep
 */

export class TagGrid {
  /**
   * @param {import("./tags.js").TagController} controller
   * @param {AbortSignal} signal ends it
   * @param {(opens: boolean) => void} toggle makes room for it, or gives it back
   */
  constructor(controller, signal, toggle) {
    this.context = controller.context;
    this.toggle = toggle;
    this.tag = "";
    /** Positions on screen, and those that come next. @type {number[]} */
    this.shown = [];
    /** @type {number[]} */
    this.next = [];
    /** @type {Map<number, TagValue>} */
    this.values = new Map();
    /** How many are not answered about this tag. */
    this.left = 0;
    /** What the kernel is asked to answer. */
    this.request = "";
    /** Why nothing is there, or was not saved. */
    this.problem = "";
    this.shownAt = -Infinity;
    /** The step that undo takes back. @type {GridStep | null} */
    this.last = null;
    /** Steps that are not acknowledged yet, by uid. @type {Map<string, GridStep>} */
    this.away = new Map();
    /** The undo that is not acknowledged yet, by uid. */
    this.undoing = "";
    this.view = buildTagGrid(this);
    this.el = this.view.node;
    const { link, map } = this.context;
    link.on(
      "grid",
      (message, [members]) =>
        message.request === this.request &&
        this.take(message, [...new Uint32Array(alignedCopy(members))]),
      signal,
    );
    const draw = () => this.isOpen && this.view.render();
    map.on("pictures", draw, signal);
    link.onTrait("classes", draw, signal);
    this.context.on("ack", ({ ack, event }) => event && this.hearAck(ack, event), signal);
  }

  get isOpen() {
    return !this.el.hidden;
  }

  /** Whether every picture is here: what nobody can have seen is not answered. */
  get isComplete() {
    return this.shown.every((index) => this.context.map.picture(index));
  }

  open() {
    this.el.hidden = false;
    this.toggle(true);
    this.choose(this.tag || null);
    this.view.focus();
  }

  close() {
    this.el.hidden = true;
    this.request = "";
    this.shown = [];
    this.values.clear();
    this.toggle(false);
  }

  /** @param {string | null} tag null: the one that has the fewest items so far */
  choose(tag) {
    const hadFocus = this.view.hasFocus();
    this.shown = [];
    this.next = [];
    this.values.clear();
    this.problem = "";
    this.left = 0;
    this.ask(tag);
    this.view.render();
    if (hadFocus) this.view.focus();
  }

  /** @param {string | null} tag */
  ask(tag) {
    this.request = makeUid();
    const message = { type: "grid", request: this.request, tag, held: this.shown };
    if (!this.context.send(message)) this.problem = TEXT.notResponding;
  }

  /**
   * @param {{tag: string, left: number, text: string}} told
   * @param {number[]} members
   */
  take({ tag, left, text }, members) {
    this.left = left;
    if (tag) this.tag = tag;
    if (text && !this.shown.length) this.problem = text;
    // what is on its way may not be saved yet, and is not asked again
    const away = new Set(
      [...this.away.values()].flatMap((step) => (step.tag === tag ? step.shown : [])),
    );
    this.next = members.filter((index) => !away.has(index));
    if (!this.shown.length) this.turn();
    this.look();
    this.view.render();
  }

  /** Show the next ones. */
  turn() {
    const hadFocus = this.view.hasFocus();
    this.shown = this.next.slice(0, TILES);
    this.next = this.next.slice(TILES);
    this.values.clear();
    this.shownAt = performance.now();
    this.view.render();
    if (hadFocus) this.view.focus();
    if (this.shown.length) this.say(TEXT.tags.gridLeft(this.tag, this.left));
    else if (this.problem) this.say(this.problem);
  }

  /** Ask for the pictures that are not here. */
  look() {
    const { map } = this.context;
    const indices = [...this.shown, ...this.next].filter((index) => !map.picture(index));
    if (indices.length) this.context.send({ type: "look", indices });
  }

  /** @param {string} text */
  say(text) {
    this.context.say(text);
  }

  /**
   * @param {number} index
   * @param {TagValue | null} value null takes it away
   */
  mark(index, value) {
    const { context } = this;
    if (!this.shown.includes(index) || !context.map.picture(index)) return;
    if (value) this.values.set(index, value);
    else this.values.delete(index);
    this.problem = "";
    this.view.render();
    this.say(TEXT.tags.gridValue(value));
  }

  /** yes, no, unsure, and none again. @param {number} index */
  cycle(index) {
    const value = this.values.get(index);
    this.mark(index, value ? (VALUES[VALUES.indexOf(value) + 1] ?? null) : VALUES[0]);
  }

  /** How many have each answer; those without a mark count as a "no". */
  get counts() {
    const given = this.shown.map((index) => this.values.get(index) ?? "no");
    const [yes, no, unsure] = VALUES.map((value) => given.filter((one) => one === value).length);
    return { yes, no, unsure };
  }

  /** Save all of them, and go on. */
  commit() {
    const { context, tag, shown } = this;
    if (!shown.length) return this.say(this.problem || TEXT.queue.nothingToAnswer);
    if (!this.isComplete) return this.say(TEXT.tags.gridLoading);
    if (performance.now() - this.shownAt < TOO_SOON_MS) return this.say(TEXT.queue.sameKeyTwice);
    const values = new Map(shown.map((index) => [index, this.values.get(index) ?? "no"]));
    const event = { type: "tag", tag, values: [...values.values()], indices: [...shown] };
    const uid = context.post(event);
    if (!uid) {
      this.problem = TEXT.panel.closed(context.closed);
      return this.view.render();
    }
    this.last = { uid, tag, shown, values };
    this.away.set(uid, this.last);
    this.problem = "";
    this.left = Math.max(this.left - shown.length, 0);
    this.turn();
    this.ask(tag);
  }

  /** Take the last grid back, and show it again. */
  undo() {
    if (!this.last || this.undoing) return this.say(TEXT.tags.gridNothingToUndo);
    this.undoing = this.context.post({ type: "undo", of: this.last.uid });
  }

  /**
   * @param {import("../shared/wire.js").Ack} ack
   * @param {import("../shared/wire.js").LogEvent} event
   */
  hearAck(ack, event) {
    if (!ack.ok && ack.retry) return;
    const step = this.away.get(event.uid);
    this.away.delete(event.uid);
    if (step && !ack.ok) {
      if (this.last === step) this.last = null;
      this.restore(step, ack.text);
    }
    if (event.uid !== this.undoing) return;
    this.undoing = "";
    if (ack.ok && this.last) this.restore(this.last, "");
    this.last = null;
    if (!ack.ok) this.problem = ack.text;
    if (this.isOpen) this.view.render();
  }

  /**
   * Show a grid as it was answered.
   * @param {GridStep} step
   * @param {string} problem
   */
  restore({ tag, shown, values }, problem) {
    if (!this.isOpen) return;
    Object.assign(this, { tag, shown, problem, values: new Map(values), next: [] });
    this.shownAt = performance.now();
    this.ask(tag);
    this.look();
    this.view.render();
    this.view.focus();
  }

  /**
   * A key while the grid is open: no other one of the queue means anything.
   * @param {KeyboardEvent} event
   */
  hear(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const index = this.view.indexOf(target);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key !== "Escape" && target.closest("select")) return;
    if (index === null && target.closest("button") && (key === "Enter" || key === " ")) return;
    const act = this.actOf(key, index);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || key.startsWith("Arrow")) act();
  }

  /**
   * @param {string} key
   * @param {number | null} index of the picture that has the focus
   * @returns {(() => void) | undefined}
   */
  actOf(key, index) {
    if (key === "Escape") return () => this.close();
    if (key === "Enter") return () => this.commit();
    if (key === "u" || key === "Backspace") return () => this.undo();
    if (index === null) return key.startsWith("Arrow") ? () => this.view.focus() : undefined;
    if (key === " ") return () => this.cycle(index);
    if (key.startsWith("Arrow")) return () => this.view.move(key);
    const value = VALUE_KEYS[key];
    if (!value) return undefined;
    return () => {
      this.mark(index, value);
      this.view.move("ArrowRight");
    };
  }
}
