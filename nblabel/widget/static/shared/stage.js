// A picture that can be looked at closely: the small one that is here, at once, and over it the
// close-up, as soon as it comes.

import { h } from "./dom.js";
import { guarded, listen, nextFrame } from "./errors.js";
import { Closeups, isFit, WHOLE_WINDOW } from "./closeups.js";
import { paintPixels } from "./pixels.js";

/** After the last movement, and after another item came, until a close-up is asked for. */
const STILL_MS = 120;
const NEW_MS = 250;
const LOOK_ZOOM_STEP = 1.5;
/** Share of the place that an arrow key moves the picture by. */
const LOOK_PAN_STEP = 0.15;
/** @type {Record<string, [number, number]>} */
const LOOK_ARROWS = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** @typedef {import("./closeups.js").Closeup} Closeup */
/** @typedef {import("./zoom.js").Extent} Extent */
/** @typedef {import("./media.js").Kept} Kept */

export class Stage {
  /**
   * @param {HTMLCanvasElement} small shows the small picture
   * @param {import("./context.js").PanelContext} context
   * @param {import("./zoom.js").Zoom} zoom
   * @param {import("./light.js").Light} light
   * @param {AbortSignal} signal
   * @param {() => void} changed a close-up came, or is asked for
   * @param {number | null} [column] beside the items that the picture is in
   */
  constructor(small, context, zoom, light, signal, changed, column = null) {
    this.small = small;
    this.zoom = zoom;
    this.light = light;
    this.changed = changed;
    this.closeups = new Closeups(context, column, signal, () => this.came());
    this.sharp = h("canvas", { class: "nbl-sharp", "aria-hidden": "true", hidden: true });
    this.layer = h("div", { class: "nbl-stage-layer" }, small, this.sharp);
    this.el = h("div", { class: "nbl-stage" }, this.layer);
    /** The item that is shown, and its small picture. */
    this.id = "";
    /** @type {import("./wire.js").Image | null} */
    this.held = null;
    /** @type {Closeup | null} */
    this.painted = null;
    /** The whole picture, where there is no small one. @type {Closeup | null} */
    this.whole = null;
    this.isDrawing = false;
    // questions are answered whether or not it can be told how large their picture is
    guarded(() => this.observe(signal))();
    context.link.on("behind", () => this.closeups.forgetRequests(), signal);
    listen(window, "resize", () => this.place(), { signal });
  }

  /**
   * Follow how large its place is.
   * @param {AbortSignal} signal
   */
  observe(signal) {
    const observer = new ResizeObserver(guarded(() => this.place()));
    observer.observe(this.el);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  /** The close-up of the item on screen. */
  get closeup() {
    return this.closeups.of(this.id);
  }

  /** How large the picture is, as far as that is known. @returns {Extent | null} */
  get size() {
    const size = this.closeup?.size ?? this.held?.full;
    return size ? { width: size[0], height: size[1] } : this.held;
  }

  /** @returns {Extent} */
  get extent() {
    return { width: this.el.clientWidth, height: this.el.clientHeight };
  }

  /** Pixels of the picture to one of the screen; 0 where that is not known. */
  get magnification() {
    const { size, extent } = this;
    if (!size || !extent.width) return 0;
    return (this.zoom.layout(extent, size).width / size.width) * devicePixelRatio;
  }

  /**
   * @param {string} id of the item on screen, "" for none
   * @param {Kept | null} kept
   */
  show(id, kept) {
    const image = kept && "width" in kept.media ? kept.media : null;
    const isNew = id !== this.id;
    if (!isNew && this.held === image) return;
    this.id = id;
    this.held = image;
    if (isNew) this.whole = null;
    this.came(NEW_MS);
  }

  /** A close-up came, or what is on screen changed. @param {number} [ms] */
  came(ms = STILL_MS) {
    const { closeup } = this;
    if (closeup?.image && closeup !== this.painted) {
      // without a small picture the first that comes is the one beneath
      if (!this.held && isWholeBox(closeup.box)) this.whole ??= closeup;
      const canvas = this.whole === closeup ? this.small : this.sharp;
      if (canvas === this.small) canvas.hidden = false;
      paintPixels(canvas, closeup.image, closeup.bytes);
    }
    this.painted = closeup;
    this.place(ms);
    this.changed();
  }

  /**
   * Look at more of the picture, at less, or at all of it.
   * @param {string} name zoomIn, zoomOut, whole, or full: each pixel of it is one of the screen
   */
  zoomTo(name) {
    const { zoom, extent, size } = this;
    if (!size) return;
    if (name === "whole") zoom.reset();
    else if (name === "full") zoom.toFull(extent, size, devicePixelRatio);
    else zoom.by(name === "zoomIn" ? LOOK_ZOOM_STEP : 1 / LOOK_ZOOM_STEP, extent, size);
    zoom.settle(extent, size);
  }

  /**
   * Move what is looked at by an arrow key.
   * @param {string} key
   * @returns {boolean} whether it is one
   */
  pan(key) {
    const { zoom, extent, size } = this;
    const arrow = LOOK_ARROWS[key];
    if (!arrow || !size) return false;
    const [dx, dy] = arrow;
    zoom.pan(dx * LOOK_PAN_STEP * extent.width, dy * LOOK_PAN_STEP * extent.height, extent, size);
    return true;
  }

  /** Draw once in the next frame, however often it is moved until then. */
  move() {
    if (this.isDrawing) return;
    this.isDrawing = true;
    nextFrame(() => {
      this.isDrawing = false;
      this.place();
    });
  }

  /** Put the pictures where they belong. @param {number} [ms] until a close-up is asked for */
  place(ms = STILL_MS) {
    const { zoom, extent, closeup, size, sharp, small } = this;
    if (!extent.width || !extent.height) {
      // of what is not seen nothing is asked, and what was asked is asked anew once it is
      this.closeups.want(null, 0);
      this.closeups.forgetRequests();
      return;
    }
    if (size) zoom.settle(extent, size);
    const look = this.look(extent);
    this.closeups.want(look, ms);
    const isOver = closeup !== null && closeup.image !== null && closeup !== this.whole;
    const isShown = isOver && look !== null && isFit(closeup, look);
    sharp.hidden = !isShown;
    if (!size) return;
    const { left, top, width, height } = zoom.layout(extent, size);
    const { scale } = zoom;
    const x = left - (scale * extent.width - width) / 2;
    const y = top - (scale * extent.height - height) / 2;
    const transform = `translate(${x}px, ${y}px) scale(${scale})`;
    this.layer.style.transform = zoom.isWhole ? "" : transform;
    // the small picture has lost a little of its shape where it is very wide
    if (closeup?.image || this.held?.full) spreadOver(small, this.inLayer([0, 0, 1, 1]));
    else small.removeAttribute("style");
    if (isShown) spreadOver(sharp, this.inLayer(/** @type {Closeup} */ (closeup).box));
    this.light.shine(small, WHOLE_WINDOW);
    if (isShown) {
      const { range, window } = /** @type {Closeup} */ (closeup);
      this.light.shine(sharp, range ? window : WHOLE_WINDOW);
      sharp.classList.toggle("nbl-crisp", this.magnification >= 1.5);
    }
  }

  /**
   * Where a part of the picture lies in the layer, before that is enlarged.
   * @param {import("./closeups.js").Box} box
   */
  inLayer([left, top, right, bottom]) {
    const { extent } = this;
    const size = /** @type {Extent} */ (this.size);
    const scale = Math.min(extent.width / size.width, extent.height / size.height);
    const [width, height] = [size.width * scale, size.height * scale];
    return {
      left: (extent.width - width) / 2 + left * width,
      top: (extent.height - height) / 2 + top * height,
      width: (right - left) * width,
      height: (bottom - top) * height,
    };
  }

  /**
   * What is to be seen.
   * @param {Extent} extent
   * @returns {import("./closeups.js").Look | null}
   */
  look(extent) {
    const { id, size, zoom, held } = this;
    const window = this.light.window;
    if (!id || (!held && this.closeups.column === null)) return null;
    if (!size || (!held && !this.whole)) {
      const side = Math.ceil(Math.max(extent.width, extent.height) * devicePixelRatio);
      return { id, box: [0, 0, 1, 1], side, held: 0, window };
    }
    const { width, height } = zoom.layout(extent, size);
    const wanted = Math.ceil(Math.max(width, height) * devicePixelRatio);
    const side = Math.max(1, Math.min(wanted, Math.max(size.width, size.height), 1e6));
    const here = held ? Math.max(held.width, held.height) : 0;
    const isAll = held !== null && !held.full;
    return { id, box: zoom.seen(extent, size), side, held: isAll ? Infinity : here, window };
  }
}

/** @param {import("./closeups.js").Box} box */
function isWholeBox([left, top, right, bottom]) {
  return left === 0 && top === 0 && right === 1 && bottom === 1;
}

/**
 * @param {HTMLElement} node
 * @param {{left: number, top: number, width: number, height: number}} place in pixels
 */
function spreadOver(node, place) {
  for (const [name, value] of Object.entries(place)) node.style.setProperty(name, `${value}px`);
  node.style.position = "absolute";
  node.style.objectFit = "fill";
}
