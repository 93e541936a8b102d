// One thing to do later, unless it is put off, called off, or the view has gone by then.

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
    this.timer = setTimeout(act, ms);
  }

  cancel() {
    clearTimeout(this.timer);
  }
}
