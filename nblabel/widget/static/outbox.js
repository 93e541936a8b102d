// Events on their way to the log. An event stays here until the kernel says it is committed; where the
// log outlives the kernel, it also stays in the browser's storage, so that a reloaded page, or a new
// kernel on the same log, still gets it. The kernel drops a uid it already has. What has to be sent again
// is sent as a whole, so that an undo never overtakes the label it takes back.

const CHECK_EVERY_MS = 500;
const RESEND_AFTER_MS = 2000;
const RESEND_AT_LEAST_EVERY_MS = 8000;
const PREFIX = "nblabel:outbox";
const SAVED = "nblabel:saved";

/** @typedef {{uid: string, type: string} & Record<string, any>} OutboxEvent */
/** @typedef {{event: OutboxEvent, refusal: string}} Waiting */

export class Outbox {
  /**
   * @param {(event: OutboxEvent) => void} send
   * @param {() => void} changed called whenever an event comes, goes or is late
   */
  constructor(send, changed) {
    this.send = send;
    this.changed = changed;
    /** Called with the uid of an event that another panel saved. @type {(uid: string) => void} */
    this.onForgotten = () => {};
    /** @type {Map<string, Waiting>} */
    this.waiting = new Map();
    /** When the waiting events were last sent or acknowledged, and how often since. */
    this.heardAt = 0;
    this.tries = 1;
    /** @type {string | null} */
    this.storageKey = null;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    this.life = new AbortController();
    // after a kernel restart the panel of the new run saves what this one still holds
    const forget = (/** @type {Event} */ event) => this.forget(/** @type {CustomEvent} */ (event).detail);
    addEventListener(SAVED, forget, { signal: this.life.signal });
  }

  /**
   * Name the log these events belong to, and take up what an earlier page left unsaved.
   * @param {{key: string, persistent: boolean}} store
   * @returns {OutboxEvent[]} the events taken up
   */
  open(store) {
    const key = store.persistent ? `${PREFIX}:${store.key}` : null;
    if (key === this.storageKey) return [];
    this.storageKey = key;
    const left = readStorage(key).filter((event) => !this.waiting.has(event.uid));
    for (const { event } of this.waiting.values()) this.keep(event);
    for (const event of left) this.post(event);
    return left;
  }

  /** @param {OutboxEvent} event */
  post(event) {
    if (!this.waiting.size) this.restartClock();
    const held = this.isRefused;
    this.waiting.set(event.uid, { event, refusal: "" });
    this.keep(event);
    if (!held) this.trySend(event);
    this.timer ??= setInterval(() => this.resend(), CHECK_EVERY_MS);
    this.changed();
  }

  /**
   * @param {{uid: string, ok: boolean, retry?: boolean, text: string}} ack
   * @returns {OutboxEvent | null} the event this acknowledges, null when it is not (or no longer) ours
   */
  acknowledge(ack) {
    const entry = this.waiting.get(ack.uid);
    if (!entry) return null;
    if (ack.ok || !ack.retry) this.drop(ack.uid);
    if (entry.refusal && (ack.ok || !ack.retry)) this.sendAll();
    entry.refusal = ack.ok ? "" : ack.text;
    this.restartClock();
    this.changed();
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
    this.onForgotten(uid);
    this.changed();
  }

  /** Whether the kernel could not save an event yet; those behind it wait for their turn. */
  get isRefused() {
    return [...this.waiting.values()].some((entry) => entry.refusal !== "");
  }

  /** How many events are not committed yet, whether one is late, and why the kernel cannot save them. */
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
    this.sendAll();
    this.changed();
  }

  sendAll() {
    for (const { event } of this.waiting.values()) this.trySend(event);
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

  /** @param {OutboxEvent} event */
  trySend(event) {
    try {
      this.send(event);
    } catch {
      // the kernel is gone: the event stays here and is tried again
    }
  }

  /** @param {string} uid */
  drop(uid) {
    this.waiting.delete(uid);
    if (this.storageKey) withStorage((storage) => storage.removeItem(`${this.storageKey} ${uid}`));
    if (!this.waiting.size) this.stopTimer();
  }

  /**
   * One entry an event: two pages on the same log never overwrite each other's.
   * @param {OutboxEvent} event
   */
  keep(event) {
    if (!this.storageKey) return;
    const value = JSON.stringify({ order: performance.timeOrigin + performance.now(), event });
    withStorage((storage) => storage.setItem(`${this.storageKey} ${event.uid}`, value));
  }
}

/** @param {number} tries */
function patience(tries) {
  return Math.min(RESEND_AFTER_MS * 2 ** (tries - 1), RESEND_AT_LEAST_EVERY_MS);
}

/**
 * Storage may be full or forbidden; then the page alone holds the events.
 * @template T
 * @param {(storage: Storage) => T} use
 * @returns {T | null}
 */
function withStorage(use) {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
}

/**
 * The events kept under a key, oldest first.
 * @param {string | null} key
 * @returns {OutboxEvent[]}
 */
function readStorage(key) {
  if (!key) return [];
  const values = withStorage((storage) =>
    Object.keys(storage)
      .filter((name) => name.startsWith(`${key} `))
      .map((name) => JSON.parse(storage.getItem(name) ?? "null")),
  );
  return (values ?? []).sort((a, b) => a.order - b.order).map((value) => value.event);
}
