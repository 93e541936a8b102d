// Close-ups: parts of a picture at their own resolution, asked from the kernel when they are looked
// at. The newest of each picture is kept.

import { Delay } from "./delay.js";
import { makeUid } from "./dom.js";
import { bytesOf } from "./pixels.js";

/** An enlargement that nobody sees. */
const UNSEEN = 1.25;
/** So much more on each side is asked for, as it is looked at next. */
const LOOK_MARGIN = 0.15;
/** A picture is drawn with so many times the pixels that are seen at most. */
const REDUCED = 2.5;
const NEARLY_SHARP = 0.98;
const KEPT_CLOSEUPS = 6;

/** @typedef {[number, number, number, number]} Box */
/** @typedef {[number, number]} Window */
/**
 * @typedef {{id: string, image: import("./wire.js").Image | null, bytes: Uint8Array, size: [number,
 *   number], box: Box, side: number, window: Window, range: [number, number] | null, text: string}}
 *   Closeup
 */
/** What is to be seen of a picture: `held`: pixels of the longer side of what is here already.
 * @typedef {{id: string, box: Box, side: number, held: number, window: Window}} Look */

export const WHOLE_WINDOW = /** @type {Window} */ ([0, 1]);

export class Closeups {
  /**
   * @param {import("./context.js").PanelContext} context
   * @param {number | null} column beside the items that the pictures are in, null for the items
   * @param {AbortSignal} signal
   * @param {() => void} changed
   */
  constructor(context, column, signal, changed) {
    this.context = context;
    this.column = column;
    this.changed = changed;
    /** The newest last. @type {Map<string, Closeup>} */
    this.kept = new Map();
    /** What was asked for last. @type {{request: string, look: Look} | null} */
    this.asked = null;
    /** What was asked for here: other parts of the page ask, too. @type {Set<string>} */
    this.sent = new Set();
    this.delay = new Delay(signal);
    context.link.on("closeup", (message, buffers) => this.receive(message, buffers), signal);
  }

  /** @param {string} id */
  of(id) {
    return this.kept.get(id) ?? null;
  }

  get isWaiting() {
    return this.asked !== null;
  }

  /**
   * Ask for what is looked at, a moment later, unless what is here does.
   * @param {Look | null} look null: nothing is
   * @param {number} ms
   */
  want(look, ms) {
    if (!look || this.isEnough(look)) {
      this.delay.cancel();
      return;
    }
    this.delay.start(ms, () => this.ask(look));
  }

  /** @param {Look} look */
  isEnough(look) {
    const known = this.of(look.id);
    if (known?.text) return true;
    const asked = this.asked?.look;
    if (asked && asked.id === look.id && holdsLook(asked, look) && sameWindow(asked, look))
      return true;
    if (look.window === WHOLE_WINDOW && look.side <= look.held * UNSEEN) return true;
    return known !== null && (!known.range || sameWindow(known, look)) && holdsLook(known, look);
  }

  /** @param {Look} look */
  ask(look) {
    if (this.isEnough(look)) return;
    const { id, side, window } = look;
    const box = widened(look.box);
    const request = makeUid();
    const message = { type: "closeup", request, id, column: this.column, box, side };
    const sent = this.context.send(window === WHOLE_WINDOW ? message : { ...message, window });
    if (sent) {
      this.asked = { request, look: { ...look, box } };
      this.sent.add(request);
    }
    this.changed();
  }

  /**
   * @param {{request: string, id: string} & Record<string, any>} message
   * @param {DataView[]} buffers
   */
  receive(message, buffers) {
    const { request, id, image, size, box, range = null, window, text } = message;
    if (!this.sent.delete(request)) return;
    const isNewest = request === this.asked?.request;
    // an older one is better than none while the newest is on its way
    if (!isNewest && this.kept.has(id)) return;
    // what came for the newest is the best there is, whatever bounds it
    const side = isNewest ? this.asked?.look.side : 0;
    const bytes = image ? bytesOf(buffers[image.buffer]).slice() : new Uint8Array();
    this.kept.delete(id);
    const shown = window ?? WHOLE_WINDOW;
    const closeup = { id, image, bytes, size, box, side: side ?? 0, window: shown, range, text };
    this.kept.set(id, closeup);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= KEPT_CLOSEUPS) break;
      this.kept.delete(oldest);
    }
    if (isNewest) this.asked = null;
    this.changed();
  }

  /** What was asked for will not come: the page asks anew. */
  forgetRequests() {
    this.asked = null;
  }
}

/**
 * Whether a part is fit to be drawn: much reduced it would be coarse.
 * @param {{side: number}} part @param {{side: number}} look
 */
export function isFit({ side }, look) {
  return side <= look.side * REDUCED;
}

/**
 * Whether a part holds what is looked at, sharp enough.
 * @param {{box: Box, side: number}} part @param {{box: Box, side: number}} look
 */
function holdsLook({ box, side }, look) {
  const [left, top, right, bottom] = look.box;
  const edge = 1e-6;
  return (
    isFit({ side }, look) &&
    side >= look.side * NEARLY_SHARP &&
    box[0] <= left + edge &&
    box[1] <= top + edge &&
    box[2] >= right - edge &&
    box[3] >= bottom - edge
  );
}

/** @param {{window: Window}} one @param {{window: Window}} other */
function sameWindow(one, other) {
  return one.window[0] === other.window[0] && one.window[1] === other.window[1];
}

/**
 * @param {Box} box
 * @returns {Box}
 */
function widened([left, top, right, bottom]) {
  const [dx, dy] = [LOOK_MARGIN * (right - left), LOOK_MARGIN * (bottom - top)];
  return [
    Math.max(0, left - dx),
    Math.max(0, top - dy),
    Math.min(1, right + dx),
    Math.min(1, bottom + dy),
  ];
}
