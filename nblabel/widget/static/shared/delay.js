// One thing to do later, unless it is put off, called off, or the view has gone by then.

import { later } from "./errors.js";

export class Delay {
  /** @param {AbortSignal} signal */
  constructor(signal) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    signal.addEventListener("abort", () => this.cancel());
  }

  /**
   * @param {number} ms
   * @param {() => void} act
   */
  start(ms, act) {
    this.cancel();
    this.timer = later(ms, act);
  }

  cancel() {
    clearTimeout(this.timer);
  }
}
