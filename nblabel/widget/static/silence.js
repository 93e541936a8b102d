// A kernel that does not answer a page: it has stopped, or is busy with something else.

const PATIENCE_MS = 5000;

export const SILENCE_TEXT = "The kernel does not answer. Run this cell again, unless the kernel is busy.";

export class Silence {
  /** @param {() => void} changed called when the silence has become too long, and when it is over */
  constructor(changed) {
    this.changed = changed;
    /** Whether the kernel has been silent for too long. */
    this.lasts = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** The kernel was asked something. */
  begin() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.set(true), PATIENCE_MS);
  }

  /** The kernel said something. */
  end() {
    this.close();
    if (this.lasts) this.set(false);
  }

  close() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** @param {boolean} lasts */
  set(lasts) {
    this.lasts = lasts;
    this.changed();
  }
}
