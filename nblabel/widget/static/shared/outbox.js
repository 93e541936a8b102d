// Events on their way to the log. An event stays here until the kernel says it is committed; where
// the log outlives the kernel, it also stays in the browser's storage, so that a reloaded page, or
// a new kernel on the same log, still gets it. The kernel drops a uid it already has. What has to
// be sent again is sent as a whole, so that an undo never overtakes the label it takes back; what
// is on its way still, the link sends again.

import { Emitter } from "./emitter.js";
import { every, listen } from "./errors.js";
import { OutboxStorage } from "./outbox_storage.js";

const CHECK_EVERY_MS = 500;
const RESEND_AFTER_MS = 2000;
const RESEND_AT_LEAST_EVERY_MS = 8000;
/** Panels of one page hear by this what another one saved. */
const SAVED = "nblabel:saved";

/** @typedef {import("./wire.js").LogEvent} LogEvent */
/** @typedef {import("./wire.js").Ack} Ack */
/** @typedef {{event: LogEvent, refusal: string}} Waiting */

/**
 * Emits "change" whenever an event comes, goes or is late, and "saved" with the uid of one that
 * another panel saved.
 */
export class Outbox extends Emitter {
  /**
   * @param {(event: LogEvent) => void} send
   * @param {() => boolean} isOnItsWay whether the kernel has not heard yet all that was sent
   */
  constructor(send, isOnItsWay) {
    super();
    this.send = send;
    this.isOnItsWay = isOnItsWay;
    /** @type {Map<string, Waiting>} */
    this.waiting = new Map();
    /** When the waiting events were last sent or acknowledged, and how often since. */
    this.heardAt = 0;
    this.tries = 1;
    /** @type {OutboxStorage | null} */
    this.storage = null;
    this.storageKey = "";
    /** How many entries of the storage could not be read. */
    this.unreadable = 0;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    this.life = new AbortController();
    // after a kernel restart the panel of the new run saves what this one still holds
    listen(window, SAVED, (event) => this.forget(event.detail), { signal: this.life.signal });
  }

  /**
   * Name the log these events belong to, and take up what an earlier page left unsaved.
   * @param {{key: string, persistent: boolean}} store
   * @returns {LogEvent[]} the events taken up
   */
  open(store) {
    const key = store.persistent ? store.key : "";
    if (key === this.storageKey) return [];
    this.storageKey = key;
    this.storage = key ? new OutboxStorage(key) : null;
    const { events = [], unreadable = 0 } = this.storage?.read() ?? {};
    this.unreadable += unreadable;
    const left = events.filter((event) => !this.waiting.has(event.uid));
    for (const { event } of this.waiting.values()) this.storage?.keep(event);
    for (const event of left) this.post(event);
    return left;
  }

  /** @param {LogEvent} event */
  post(event) {
    if (!this.waiting.size) this.restartClock();
    const held = this.isRefused;
    this.waiting.set(event.uid, { event, refusal: "" });
    this.storage?.keep(event);
    if (!held) this.send(event);
    this.timer ??= every(CHECK_EVERY_MS, () => this.resend());
    this.emit("change");
  }

  /**
   * @param {Ack} ack
   * @returns {LogEvent | null} the event this acknowledges, null when it is not (or no longer) ours
   */
  acknowledge(ack) {
    const entry = this.waiting.get(ack.uid);
    if (!entry) return null;
    if (ack.ok || !ack.retry) this.drop(ack.uid);
    if (entry.refusal && (ack.ok || !ack.retry)) this.sendAll();
    entry.refusal = ack.ok ? "" : ack.text;
    this.restartClock();
    this.emit("change");
    if (ack.ok) dispatchEvent(new CustomEvent(SAVED, { detail: ack.uid }));
    return entry.event;
  }

  /**
   * Another panel on the same log has saved this event.
   * @param {string} uid
   */
  forget(uid) {
    if (!this.waiting.has(uid)) return;
    this.drop(uid);
    this.emit("saved", uid);
    this.emit("change");
  }

  /** Whether the kernel could not save an event yet; those behind it wait for their turn. */
  get isRefused() {
    return [...this.waiting.values()].some((entry) => entry.refusal !== "");
  }

  /**
   * How many events are not committed yet, whether one is late, and why the kernel cannot save
   * them.
   */
  get unsaved() {
    const entries = [...this.waiting.values()];
    const refusal = entries.find((entry) => entry.refusal)?.refusal ?? "";
    return { count: entries.length, late: refusal !== "" || this.tries > 1, refusal };
  }

  /** Send again what waits too long, less and less often so that a busy kernel is not flooded. */
  resend() {
    const now = performance.now();
    if (now - this.heardAt < patience(this.tries)) return;
    this.heardAt = now;
    this.tries += 1;
    if (!this.isOnItsWay()) this.sendAll();
    this.emit("change");
  }

  sendAll() {
    for (const { event } of this.waiting.values()) this.send(event);
  }

  restartClock() {
    this.heardAt = performance.now();
    this.tries = 1;
  }

  close() {
    this.stopTimer();
    this.life.abort();
  }

  stopTimer() {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** @param {string} uid */
  drop(uid) {
    this.waiting.delete(uid);
    this.storage?.drop(uid);
    if (!this.waiting.size) this.stopTimer();
  }
}

/** @param {number} tries */
function patience(tries) {
  return Math.min(RESEND_AFTER_MS * 2 ** (tries - 1), RESEND_AT_LEAST_EVERY_MS);
}
