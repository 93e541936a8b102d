// The one place where the page talks with the kernel; nblabel/widget/view/channel.py is the other
// end. Both ends number their messages and keep each until the other has heard it. Each tells the
// other how far it has heard and spoken ("heard" here, "told" there); what a connection that broke
// has lost is then sent again. Messages are heard in their order, and once; those that answer
// another page are dropped.

import { makeUid } from "./dom.js";
import { viewsOf, lacksBuffers } from "./buffers.js";
import { Emitter } from "./emitter.js";
import { guarded, later, listen } from "./errors.js";
import { KernelWatchdog } from "./watchdog.js";

/** What is heard meanwhile is told in one go. */
const TELL_AFTER_MS = 100;
/** Without a word of the kernel that it has heard all, */
const ASK_MS = 800;
/** or this share of its silence, where that is longer; at most so long. */
const ASK_SHARE = 1 / 8;
const ASK_AT_MOST_MS = 30_000;
/** Messages of the kernel that wait for a missing one; it sends the others again. */
const MOST_EARLY = 256;
/** So often a message may come without its buffers before it is heard as it is. */
const MOST_BARE = 3;
/** Of these only the newest counts: an older one that was not heard is not sent again. */
const NEWEST = new Set(["front", "filter", "hover", "lit", "more"]);

/** @typedef {import("./wire.js").Model} Model */
/** @typedef {import("./wire.js").Traits} Traits */
/** @typedef {(message: any, buffers: DataView[]) => void} Hear */
/**
 * How far one end has heard and spoken.
 * @typedef {object} Told
 * @property {string} to
 * @property {number} tell the number of this
 * @property {number} told the number of the last such thing that came from the page, -1 for none
 * @property {number} heard the number of the message that it hears next
 * @property {number} first the oldest message that it can still send
 * @property {number} next the number of the one that it sends next
 * @property {number} revision how often traits were sent
 */
/** A message, and how often the page had told when it was sent last.
 * @typedef {{content: Record<string, any>, buffers: ArrayBuffer[], after: number}} Sent */

export class KernelLink {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    /** The name of this page, made anew by each that opens. */
    this.page = makeUid();
    /** The number of the next message to the kernel, and those that it has not heard yet. */
    this.seq = 0;
    /** @type {Sent[]} */
    this.unheard = [];
    /** The number of the kernel's next message, null before the kernel says where to begin. */
    /** @type {number | null} */
    this.due = null;
    /** What came before its turn; null for what is for another page.
     * @type {Map<number, {message: any, buffers: DataView[]} | null>} */
    this.early = new Map();
    /** How often a message came without its buffers. @type {Map<number, number>} */
    this.bare = new Map();
    /** How often this page has told, what it was told last, and what of that the kernel knows. */
    this.tells = 0;
    this.told = -1;
    /** The number of a "ready" that is not heard yet. @type {number | null} */
    this.readySeq = null;
    /** Up to which revision all traits are here. */
    this.revision = model.get("revision")?.number ?? 0;
    /** When the kernel was heard last, and how long it is waited for. */
    this.heardAt = performance.now();
    this.patience = ASK_MS;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.tellTimer = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.askTimer = undefined;
    /** What came, by type; "behind" where it is too late to get what was missed. */
    this.incoming = new Emitter();
    /** What was written to the model, by trait. */
    this.traits = new Emitter();
    /** @type {Map<string, () => void>} */
    this.watched = new Map();
    this.watchdog = new KernelWatchdog();
    this.life = new AbortController();
    this.receive = guarded(this.receive.bind(this));
    this.revised = guarded(this.revised.bind(this));
    model.on("msg:custom", this.receive);
    model.on("change:revision", this.revised);
    const { signal } = this.life;
    // a connection is there again, or a computer woke up
    for (const type of ["online", "focus"])
      listen(window, type, () => this.tellIfSilent(), { signal });
    listen(document, "visibilitychange", () => document.hidden || this.tellIfSilent(), { signal });
  }

  close() {
    this.model.off("msg:custom", this.receive);
    this.model.off("change:revision", this.revised);
    for (const [event, act] of this.watched) this.model.off(event, act);
    this.watchdog.close();
    this.life.abort();
    clearTimeout(this.tellTimer);
    this.stopAsking();
  }

  /**
   * @param {string} type
   * @param {Hear} hear
   * @param {AbortSignal} [signal] ends it
   */
  on(type, hear, signal) {
    this.incoming.on(type, ({ message, buffers }) => hear(message, buffers), signal);
  }

  /**
   * Act whenever a trait changes.
   * @param {keyof Traits} name
   * @param {() => void} act
   * @param {AbortSignal} [signal] ends it
   */
  onTrait(name, act, signal) {
    this.traits.on(name, act, signal);
    const event = `change:${name}`;
    if (this.watched.has(event)) return;
    const changed = () => this.traits.emit(name);
    this.watched.set(event, changed);
    this.model.on(event, changed);
  }

  /**
   * @param {Record<string, any>} content
   * @param {ArrayBuffer[]} [buffers]
   * @returns {boolean} whether it went out; it is then kept until the kernel has heard it
   */
  send(content, buffers = []) {
    const message = { ...content, page: this.page, seq: this.seq };
    // where the kernel is gone, nobody waits for a number that was never sent
    if (!this.post(message, buffers)) return false;
    this.seq += 1;
    if (NEWEST.has(content.type)) this.dropOlder(content.type);
    this.unheard.push({ content: message, buffers, after: this.tells });
    if (this.unheard.length === 1 || this.patience > ASK_MS) {
      // somebody is there, and would see at once that the kernel is, too
      this.heardAt = performance.now();
      this.stopAsking();
    }
    this.watch();
    return true;
  }

  /** Whether the kernel has not heard all that was sent. */
  get isBehind() {
    return this.unheard.length > 0;
  }

  /** The first view is there, or one is there again. */
  tellReady() {
    this.watchdog.begin();
    if (this.send({ type: "ready" })) this.readySeq = this.seq - 1;
  }

  /**
   * @param {Record<string, any>} content
   * @param {ArrayBuffer[]} buffers
   */
  post(content, buffers) {
    try {
      this.model.send(content, undefined, buffers);
    } catch {
      return false;
    }
    return true;
  }

  /**
   * Keep only the numbers of what something newer makes pointless.
   * @param {string} type
   */
  dropOlder(type) {
    for (const sent of this.unheard) {
      if (sent.content.type === type)
        sent.content = { ...numbersOf(sent.content), type: "nothing" };
    }
  }

  // ---- what the kernel says

  /**
   * @param {any} message
   * @param {unknown} buffers
   */
  receive(message, buffers) {
    this.watchdog.end();
    this.heardAt = performance.now();
    if (message.type === "told") {
      if (message.to === this.page) this.synchronize(message);
      return;
    }
    const { seq, to } = message;
    const views = viewsOf(buffers);
    const parcel = to && to !== this.page ? null : { message, buffers: views };
    if (parcel && this.isBare(message, views) && !this.doWithout(seq)) return;
    if (this.due === null || seq > this.due) {
      if (this.early.size < MOST_EARLY) this.early.set(seq, parcel);
    } else if (seq === this.due) {
      this.due += 1;
      this.open(parcel);
      this.drain();
    }
    this.tellSoon();
  }

  /** @param {any} message @param {DataView[]} views */
  isBare(message, views) {
    return lacksBuffers(message, views, this.model.get("map_kind") !== "plotly");
  }

  /**
   * Have a message that came without its buffers sent again.
   * @param {number} seq
   * @returns {boolean} whether it is to be heard as it is: it came so time and again, which is said
   */
  doWithout(seq) {
    const times = (this.bare.get(seq) ?? 0) + 1;
    this.bare.set(seq, times);
    if (times < MOST_BARE) this.tellSoon();
    else if (times === MOST_BARE) this.incoming.emit("bare", { message: {}, buffers: [] });
    return times >= MOST_BARE;
  }

  /** @param {{message: any, buffers: DataView[]} | null | undefined} parcel */
  open(parcel) {
    if (parcel) this.incoming.emit(parcel.message.type, parcel);
  }

  /** Hear what waited, as far as nothing is missing. */
  drain() {
    for (const seq of this.early.keys()) if (seq < (this.due ?? 0)) this.early.delete(seq);
    while (this.due !== null && this.early.has(this.due)) {
      const parcel = this.early.get(this.due);
      this.early.delete(this.due);
      this.due += 1;
      this.open(parcel);
    }
  }

  /**
   * Take what the kernel tells of both ends, and send again what it has missed.
   * @param {Told} told
   */
  synchronize({ tell, told, heard, first, next, revision }) {
    this.told = Math.max(this.told, tell);
    this.unheard = this.unheard.filter(({ content }) => content.seq >= heard);
    if (!this.isBehind) this.stopAsking();
    const isReady = this.readySeq !== null && heard > this.readySeq;
    if (isReady) this.readySeq = null;
    if (this.due === null || this.due < first) this.beginAt(first, isReady);
    // what was on its way before something that the kernel did hear is lost
    const lost = this.unheard.filter(({ after }) => after <= told);
    for (const sent of lost) {
      sent.after = this.tells;
      this.post(sent.content, sent.buffers);
    }
    const misses = next > /** @type {number} */ (this.due) || revision > this.revision;
    if (misses || lost.length) this.tell();
    else if (first < next || this.isBehind) this.tellSoon();
  }

  /**
   * What came before this number will not come any more.
   * @param {number} first
   * @param {boolean} isReady whether all is sent anew from here on
   */
  beginAt(first, isReady) {
    const missed = this.due !== null && !isReady;
    this.due = first;
    this.drain();
    if (missed && this.readySeq === null)
      this.incoming.emit("behind", { message: {}, buffers: [] });
  }

  /** Traits came: each update says which of those before it need not be here. */
  revised() {
    const { since, number } = this.model.get("revision");
    if (since <= this.revision && number > this.revision) this.revision = number;
    else {
      // one is missing, or an old one came late and took newer values back
      this.revision = Math.min(this.revision, Math.max(number - 1, 0));
      this.tellSoon();
    }
  }

  // ---- telling

  tellSoon() {
    this.tellTimer ??= later(TELL_AFTER_MS, () => this.tell());
  }

  tellIfSilent() {
    if (this.due !== null && performance.now() - this.heardAt > ASK_MS) this.tell();
  }

  tell() {
    clearTimeout(this.tellTimer);
    this.tellTimer = undefined;
    this.post(
      {
        type: "heard",
        page: this.page,
        tell: this.tells,
        told: this.told,
        heard: this.due ?? -1,
        first: this.unheard[0]?.content.seq ?? this.seq,
        next: this.seq,
        revision: this.revision,
      },
      [],
    );
    this.tells += 1;
  }

  /** Ask the kernel what it has heard, until it has heard all. */
  watch() {
    if (this.askTimer !== undefined || !this.unheard.length) return;
    const silence = performance.now() - this.heardAt;
    this.patience = Math.min(Math.max(ASK_MS, ASK_SHARE * silence), ASK_AT_MOST_MS);
    this.askTimer = later(this.patience, () => {
      this.stopAsking();
      if (this.unheard.length) this.tell();
      this.watch();
    });
  }

  stopAsking() {
    clearTimeout(this.askTimer);
    this.askTimer = undefined;
  }
}

/** @param {Record<string, any>} content */
function numbersOf({ page, seq }) {
  return { page, seq };
}
