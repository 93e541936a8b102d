// A kernel that does not answer a page: it has stopped, or is busy with something else.

import { Emitter } from "./emitter.js";
import { later } from "./errors.js";

const PATIENCE_MS = 5000;

export class KernelWatchdog extends Emitter {
  constructor() {
    super();
    /** Whether the kernel has not answered for too long. */
    this.isSilent = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** The kernel was asked something. */
  begin() {
    clearTimeout(this.timer);
    this.timer = later(PATIENCE_MS, () => this.set(true));
  }

  /** The kernel said something. */
  end() {
    this.close();
    if (this.isSilent) this.set(false);
  }

  close() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** @param {boolean} silent */
  set(silent) {
    this.isSilent = silent;
    this.emit("change");
  }
}
