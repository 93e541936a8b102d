// Something that others listen to. A listener that fails stops no other.

import { guarded } from "./errors.js";

export class Emitter {
  constructor() {
    /** @type {Map<string, Set<(detail: any) => void>>} */
    this.listeners = new Map();
  }

  /**
   * @param {string} type
   * @param {(detail: any) => void} act
   * @param {AbortSignal} [signal] ends it
   */
  on(type, act, signal) {
    const listeners = this.listeners.get(type) ?? new Set();
    const listener = guarded(act);
    this.listeners.set(type, listeners.add(listener));
    signal?.addEventListener("abort", () => listeners.delete(listener));
  }

  /**
   * @param {string} type
   * @param {any} [detail]
   */
  emit(type, detail) {
    for (const act of [...(this.listeners.get(type) ?? [])]) act(detail);
  }
}
