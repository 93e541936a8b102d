// Someone who answers quickly looks at the picture alone. Whatever else is to be drawn then waits
// for a pause, so that it does not take the time the next picture needs.

import { guarded, later } from "./errors.js";

/** Answers that follow one another sooner make a burst. */
const BURST_MS = 250;
/** How long a burst must have paused to be over. */
const PAUSE_MS = 200;
/** Longer than this nothing waits, however long the burst. */
const LONGEST_WAIT_MS = 2000;

export class RenderThrottle {
  constructor() {
    /** What to do in the next pause, the newest of each name. @type {Map<unknown, () => void>} */
    this.waiting = new Map();
    this.waitingSince = 0;
    this.answeredAt = -Infinity;
    this.burst = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** An answer was given. */
  answered() {
    const now = performance.now();
    this.burst = now - this.answeredAt < BURST_MS;
    this.answeredAt = now;
  }

  /** How long the burst still has to pause, in milliseconds; 0 where there is none. */
  get remaining() {
    return this.burst ? Math.max(this.answeredAt + PAUSE_MS - performance.now(), 0) : 0;
  }

  /**
   * Do something now or, in a burst, in its next pause, unless something newer of this name came.
   * @param {unknown} name
   * @param {() => void} act
   */
  run(name, act) {
    if (!this.waiting.size) this.waitingSince = performance.now();
    this.waiting.set(name, act);
    if (this.timer === undefined) this.look();
  }

  look() {
    const waited = performance.now() - this.waitingSince;
    const wait = Math.min(this.remaining, LONGEST_WAIT_MS - waited);
    this.timer = wait > 0 ? later(wait, () => this.look()) : undefined;
    if (wait > 0) return;
    const acts = [...this.waiting.values()];
    this.waiting.clear();
    for (const act of acts) guarded(act)();
  }

  close() {
    clearTimeout(this.timer);
  }
}
