// The state of a page, made once for each model: what queue, map, groups, status and quality share.

import { Delay } from "./delay.js";
import { makeUid } from "./dom.js";
import { Emitter } from "./emitter.js";
import { onPageError } from "./errors.js";
import { KernelLink } from "./link.js";
import { MapState } from "./map_state.js";
import { MediaCache } from "./media_cache.js";
import { Outbox } from "./outbox.js";
import { Queue } from "./queue.js";
import { TEXT } from "./text.js";
import { RenderThrottle } from "./throttle.js";
import { asTags } from "./tag_text.js";

/** A word that is typed is told as a whole. */
const CHOSEN_AFTER_MS = 300;
const USED = 20;
/** Words are still being read so long after they were said. */
const FOLLOWS_WITHIN_MS = 3000;

/** @typedef {import("./wire.js").Model} Model */
/** @typedef {import("./wire.js").LogEvent} LogEvent */
/** @typedef {import("./wire.js").ClassInfo} ClassInfo */

/**
 * Emits "spoken" with words for the live region, "order" when other questions are on screen or
 * next, "ack" with each acknowledgement and the event of the outbox it is of, "failed" when page
 * code went wrong.
 */
export class PanelContext extends Emitter {
  /** @param {Model} model */
  constructor(model) {
    super();
    this.model = model;
    this.link = new KernelLink(model);
    this.outbox = new Outbox(
      (event) => this.transmit(event),
      () => this.link.isBehind,
    );
    this.queue = new Queue();
    this.media = new MediaCache();
    this.throttle = new RenderThrottle();
    this.map = new MapState(this);
    /** Classes that were given in this page, the last one first. @type {string[]} */
    this.used = [];
    /** The classes to choose from, and the list that they are of. @type {ClassInfo[]} */
    this.listed = [];
    /** @type {ClassInfo[] | null} */
    this.listedOf = null;
    /** What went wrong in the page, "" when nothing did. */
    this.failure = "";
    /** What was said last, and when. */
    this.said = "";
    this.saidAt = -Infinity;
    /** What each view has open. @type {Map<unknown, string>} */
    this.openParts = new Map();
    /** What is on screen and next, as the views and as the kernel last heard of it. */
    this.shownFront = "";
    this.toldFront = "";
    /** What was chosen a moment ago, by trait. @type {Map<string, Delay>} */
    this.chosen = new Map();
    this.life = new AbortController();
    this.forgetErrors = onPageError((error) => this.fail(error));
    this.link.on("behind", () => this.tellReady());
    this.link.on("bare", () => this.fail(null));
    this.link.onTrait("changes", () => this.hearChanges());
    this.link.onTrait("columns", () => this.media.forget());
    this.link.on("announce", ({ text }) => this.say(text));
    this.link.on("ack", (ack) => this.emit("ack", { ack, event: this.outbox.acknowledge(ack) }));
  }

  close() {
    this.life.abort();
    this.forgetErrors();
    this.link.close();
    this.outbox.close();
    this.throttle.close();
  }

  /** Every class, the retired ones included. @returns {ClassInfo[]} */
  get everyClass() {
    return this.model.get("classes") ?? [];
  }

  /** The classes to choose from. @returns {ClassInfo[]} */
  get classes() {
    const every = this.everyClass;
    if (every !== this.listedOf) {
      this.listedOf = every;
      this.listed = every.filter((one) => !one.retired);
    }
    return this.listed;
  }

  /** The classes that were used last, the last one first. */
  get recent() {
    return [...new Set([...this.used, ...(this.model.get("recent_classes") ?? [])])];
  }

  /** Whether an item may have several tags. */
  get multiLabel() {
    return Boolean(this.model.get("multi_label"));
  }

  /**
   * A text about classes, in which they are called tags where an item may have several.
   * @param {string} text
   */
  called(text) {
    return this.multiLabel ? asTags(text) : text;
  }

  get store() {
    return this.model.get("store") ?? { key: "", persistent: false, text: "" };
  }

  /** What an item of the pool is called. */
  get noun() {
    return this.model.get("pool")?.noun ?? "item";
  }

  /** Why the panel takes no more answers, "" while it does. */
  get closed() {
    return this.model.get("closed") ?? "";
  }

  /**
   * Write a trait, as a person chose it. Its update may be lost on the way, what follows is not.
   * @param {"show_prediction" | "highlight" | "color_by"} name
   * @param {string | boolean} value
   */
  choose(name, value) {
    const { model } = this;
    model.set(name, /** @type {never} */ (value));
    model.save_changes();
    const delay = this.chosen.get(name) ?? new Delay(this.life.signal);
    this.chosen.set(name, delay);
    delay.start(CHOSEN_AFTER_MS, () => this.send({ type: "set", name, value }));
  }

  /** Labels or the selection changed: marimo runs the cells of that once the page writes it. */
  hearChanges() {
    this.model.set("changes_heard", this.model.get("changes"));
    this.model.save_changes();
  }

  /** @param {unknown} error null where buffers do not arrive: what goes wrong then is no news */
  fail(error) {
    if (this.failure === TEXT.panel.bare) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.failure = error === null ? TEXT.panel.bare : TEXT.panel.failed(reason);
    this.emit("failed");
  }

  /**
   * @param {string} text for the live region
   * @param {boolean} [adds] whether it follows what was said a moment ago, not replaces it
   */
  say(text, adds = false) {
    const now = performance.now();
    const follows = adds && now - this.saidAt < FOLLOWS_WITHIN_MS;
    this.said = follows ? `${this.said} ${text}`.trim() : text;
    this.saidAt = now;
    this.emit("spoken", this.said);
  }

  /**
   * @param {Record<string, any>} message
   * @param {Uint32Array | null} [indices] positions that go with it
   * @returns {boolean} whether it went out; what does not is lost
   */
  send(message, indices = null) {
    return this.link.send(
      message,
      indices ? [/** @type {ArrayBuffer} */ (indices.slice().buffer)] : [],
    );
  }

  /**
   * Send what a person asked for; where it does not go out, that is said.
   * @param {Record<string, any>} message
   */
  tell(message) {
    if (!this.send(message)) this.say(TEXT.notResponding);
  }

  /**
   * Send an event of the log, and keep it until it is acknowledged.
   * @param {Omit<LogEvent, "uid">} event
   * @returns {string} its uid, "" where the panel is closed
   */
  post(event) {
    if (this.refuses()) return "";
    const uid = makeUid();
    this.outbox.post(/** @type {LogEvent} */ ({ ...event, uid }));
    return uid;
  }

  /**
   * Send an event of the log that is never sent again by itself.
   * @param {Record<string, any>} event
   * @returns {string} its uid, "" where it did not go out
   */
  ask(event) {
    if (this.refuses()) return "";
    const uid = makeUid();
    const front = event.type === "import" ? {} : { front: this.queue.front };
    return this.send({ ...event, uid, ...front }) ? uid : "";
  }

  /** Whether no more answers are taken, which is then said. */
  refuses() {
    if (this.closed) this.say(TEXT.panel.closed(this.closed));
    return this.closed !== "";
  }

  /** @param {LogEvent} event */
  transmit({ indices, marked, ...content }) {
    const { front } = this.queue;
    const given = content.label ?? (content.type === "add_class" ? content.name : undefined);
    const used = content.tags ?? (given ? [given] : []);
    this.used = [...new Set([...used, ...this.used])].slice(0, USED);
    const buffers = [indices, marked].flatMap((list) =>
      list ? [new Uint32Array(list).buffer] : [],
    );
    if (this.link.send({ ...content, front }, buffers)) this.toldFront = front.join("\n");
  }

  /**
   * The order of questions may have changed: the views hear of it, and the kernel unless an event
   * told it.
   */
  orderChanged() {
    const { queue } = this;
    const front = queue.front.join("\n");
    if (front !== this.shownFront) this.emit("order");
    this.shownFront = front;
    if (!queue.started || front === this.toldFront) return;
    if (this.send({ type: "front", front: queue.front })) this.toldFront = front;
  }

  /** Somebody sees the panel; the kernel answers with everything. */
  tellReady() {
    if (this.closed) return;
    this.toldFront = "";
    this.media.forgetRequests();
    this.link.tellReady();
    this.map.filter.renew();
  }

  /**
   * A view opened or closed a part of itself that is worked out only while it is open.
   * @param {unknown} view
   * @param {string | null} part
   */
  tellOpen(view, part) {
    if (part) this.openParts.set(view, part);
    else this.openParts.delete(view);
    this.send({ type: "open", parts: [...new Set(this.openParts.values())] });
  }
}
