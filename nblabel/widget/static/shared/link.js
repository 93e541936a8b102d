// The one place where the page talks with the kernel. Messages of a page are numbered, for on their
// way one may overtake another; those of the kernel that answer another page are dropped.

import { makeUid } from "./dom.js";
import { Emitter } from "./emitter.js";
import { guarded } from "./errors.js";
import { KernelWatchdog } from "./watchdog.js";

/** @typedef {import("./wire.js").Model} Model */
/** @typedef {import("./wire.js").Traits} Traits */
/** @typedef {(message: any, buffers: DataView[]) => void} Hear */

export class KernelLink {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    /** The name of this page, made anew by each that opens. */
    this.page = makeUid();
    this.seq = 0;
    /** What came, by type. */
    this.incoming = new Emitter();
    /** What was written to the model, by trait. */
    this.traits = new Emitter();
    /** @type {Map<string, () => void>} */
    this.watched = new Map();
    this.watchdog = new KernelWatchdog();
    this.receive = guarded(this.receive.bind(this));
    model.on("msg:custom", this.receive);
  }

  close() {
    this.model.off("msg:custom", this.receive);
    for (const [event, act] of this.watched) this.model.off(event, act);
    this.watchdog.close();
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
   * @returns {boolean} whether it went out
   */
  send(content, buffers = []) {
    try {
      this.model.send({ ...content, page: this.page, seq: this.seq }, undefined, buffers);
    } catch {
      return false; // the kernel is gone; nobody waits for a number that was never sent
    }
    this.seq += 1;
    return true;
  }

  /** The first view is there, or one is there again. */
  tellReady() {
    this.watchdog.begin();
    this.send({ type: "ready" });
  }

  /**
   * @param {{type: string, to?: string}} message
   * @param {DataView[]} buffers
   */
  receive(message, buffers) {
    this.watchdog.end();
    if (message.to && message.to !== this.page) return;
    this.incoming.emit(message.type, { message, buffers: buffers ?? [] });
  }
}
