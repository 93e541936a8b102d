// The plane: two canvases and one camera. Whatever changes asks for a frame and says how much of it
// is stale, so that a ring never repaints points and a recolour never projects them.

import { h } from "../shared/dom.js";
import { guarded, nextFrame } from "../shared/errors.js";
import { onThemeChange } from "../shared/host_theme.js";
import { NEXT_SHOWN } from "../shared/queue.js";
import { Camera, boundsOf, mixBounds } from "./camera.js";
import { paintOverlay } from "./overlay.js";
import { PointRaster } from "./raster.js";
import { PointGrid, gridOf } from "./spatial.js";
import { hexBits, readMapTheme } from "./theme.js";

const GLIDE_MS = 600;
const PICKED_MS = 350;
/** Of all points until the kernel has said which colours they have. */
const UNCOLORED = "#9a9a9a";

/** How much of the plane is stale; each includes those before it. */
export const STALE_MARKS = 1;
export const STALE_COLORS = 2;
export const STALE_PLACES = 3;

/** @typedef {import("./camera.js").Bounds} Bounds */

export class MapScene {
  /**
   * @param {HTMLElement} plane
   * @param {import("../shared/context.js").PanelContext} context
   * @param {AbortSignal} signal
   */
  constructor(plane, context, signal) {
    this.plane = plane;
    this.queue = context.queue;
    this.state = context.map;
    this.points = h("canvas", { class: "nbl-map-points", "aria-hidden": "true" });
    this.marks = h("canvas", { class: "nbl-map-marks", "aria-hidden": "true" });
    plane.prepend(this.points, this.marks);
    this.context = this.marks.getContext("2d");
    this.camera = new Camera();
    this.raster = new PointRaster(this.points);
    this.theme = readMapTheme(plane);
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    /** What moves with the points, in the same frame. @type {(() => void)[]} */
    this.followers = [];
    this.coords = this.state.coords;
    this.camera.setBounds(boundsOf(this.coords));
    /** @type {{from: Float32Array, fromBounds: Bounds, toBounds: Bounds, start: number} | null} */
    this.glide = null;
    /** @type {{index: number, start: number} | null} */
    this.picked = null;
    /** @type {number | null} */
    this.hover = null;
    /** @type {Uint8Array | null} */
    this.lit = null;
    /** @type {number[]} an outline on the map, in world coordinates */
    this.outline = [];
    /** @type {[number, number] | null} */
    this.cursor = null;
    this.stale = 0;
    this.frame = 0;
    this.watch(signal);
  }

  /** @param {AbortSignal} signal */
  watch(signal) {
    const sizes = new ResizeObserver(guarded(() => this.resize()));
    sizes.observe(this.plane);
    onThemeChange(() => this.retheme(), signal);
    signal.addEventListener("abort", () => {
      sizes.disconnect();
      cancelAnimationFrame(this.frame);
      this.frame = 0;
    });
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.plane;
    if (!width || !height) return;
    // the view may have had no style before it was put into the page
    this.theme = readMapTheme(this.plane);
    const ratio = devicePixelRatio;
    this.raster.resize(width, height, ratio);
    this.marks.width = this.points.width;
    this.marks.height = this.points.height;
    // one pixel of the canvas for one of the screen, also where the plane ends in the middle of one
    for (const { style } of [this.points, this.marks]) {
      style.width = `${this.points.width / ratio}px`;
      style.height = `${this.points.height / ratio}px`;
    }
    this.camera.resize(width, height);
    this.redraw(STALE_PLACES);
    // a canvas is blank after its size was set: fill it before the browser shows it
    this.draw(performance.now());
  }

  retheme() {
    this.theme = readMapTheme(this.plane);
    this.redraw(STALE_COLORS);
  }

  /**
   * Take over the state's points, at once or gliding from where they are shown now.
   * @param {boolean} animate
   */
  movePoints(animate) {
    const { coords } = this.state;
    if (
      animate &&
      !this.calm.matches &&
      this.coords.length === coords.length &&
      coords.length > 0
    ) {
      this.glide = {
        from: this.coords,
        fromBounds: this.camera.bounds,
        toBounds: boundsOf(coords),
        start: performance.now(),
      };
      this.coords = this.coords.slice();
    } else {
      this.glide = null;
      this.coords = coords;
      this.camera.setBounds(boundsOf(coords));
    }
    this.redraw(STALE_PLACES);
  }

  /** @param {number} now */
  stepGlide(now) {
    if (!this.glide) return;
    const { from, fromBounds, toBounds, start } = this.glide;
    const { coords: to } = this.state;
    const t = Math.max((now - start) / GLIDE_MS, 0);
    if (t >= 1) {
      this.movePoints(false);
      return;
    }
    const eased = t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2;
    for (let k = 0; k < to.length; k++) this.coords[k] = from[k] + (to[k] - from[k]) * eased;
    this.camera.setBounds(mixBounds(fromBounds, toBounds, eased));
  }

  /** @param {number} index a point that was asked for */
  showPicked(index) {
    this.picked = { index, start: performance.now() };
    this.redraw(STALE_MARKS);
  }

  /** @param {number} stale */
  redraw(stale) {
    this.stale = Math.max(this.stale, stale);
    this.frame ||= nextFrame((now) => this.draw(now));
  }

  /** @param {number} now */
  draw(now) {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (!this.camera.width) return;
    if (devicePixelRatio !== this.raster.ratio) {
      // moved to another screen, of which the browser does not always tell
      this.resize();
      return;
    }
    this.stepGlide(now);
    const stale = this.glide ? STALE_PLACES : this.stale;
    this.stale = 0;
    if (stale >= STALE_PLACES) this.raster.project(this.coords, this.camera);
    if (stale >= STALE_COLORS) this.paintPoints();
    this.paintMarks(now);
    if (stale >= STALE_PLACES) for (const follow of this.followers) follow();
    const moving = this.glide || (this.picked && this.arrived(now) < 1);
    if (moving) this.redraw(STALE_MARKS);
  }

  paintPoints() {
    this.raster.paint(this.paint);
  }

  /** How the points look. @returns {import("./raster.js").Paint} */
  get paint() {
    const { state, theme, lit } = this;
    const size = Math.max(256, state.palette.length);
    const palette = new Int32Array(size).fill(state.version ? theme.inkBits : hexBits(UNCOLORED));
    state.palette.forEach((color, code) => {
      palette[code] = hexBits(color);
    });
    return { codes: state.codes, palette, labeled: state.labeled, lit, theme };
  }

  /** @param {{index: number} | null} item */
  spotOfItem(item) {
    return item && item.index < this.state.n ? this.spotOf(item.index) : null;
  }

  /** The points asked about next, in order. */
  get queries() {
    const items = this.queue.upcoming.slice(0, NEXT_SHOWN);
    return items.map((item) => this.spotOfItem(item)).filter((at) => at !== null);
  }

  /** Where the points are that are asked about now and next. */
  get questions() {
    const now = this.spotOfItem(this.queue.current);
    return now ? [now, ...this.queries] : this.queries;
  }

  /** @param {number} now */
  paintMarks(now) {
    const { camera, queue, theme, hover, picked, outline } = this;
    const spot = (/** @type {number | null} */ index) =>
      index === null ? null : this.spotOf(index);
    paintOverlay(this.context, {
      width: camera.width,
      height: camera.height,
      ratio: this.raster.ratio,
      theme,
      outline: Array.from({ length: outline.length / 2 }, (_, k) =>
        camera.toScreen(outline[2 * k], outline[2 * k + 1]),
      ),
      cursor: this.cursor,
      hover: spot(hover),
      picked: picked && { spot: this.spotOf(picked.index), arrived: this.arrived(now) },
      target: this.spotOfItem(queue.current),
      queries: this.queries,
    });
  }

  /** How far the ring around the picked point has closed in, 0..1. @param {number} now */
  arrived(now) {
    if (!this.picked || this.calm.matches) return 1;
    return Math.min(Math.max((now - this.picked.start) / PICKED_MS, 0), 1);
  }

  /**
   * @param {number} index
   * @returns {[number, number]} in CSS pixels
   */
  spotOf(index) {
    return this.camera.toScreen(this.coords[2 * index], this.coords[2 * index + 1]);
  }

  /**
   * The point nearest to a place on the screen, also while the points glide.
   * @param {number} px
   * @param {number} py
   * @param {number} reach in CSS pixels
   * @returns {number | null}
   */
  nearest(px, py, reach) {
    const { coords, camera } = this;
    if (!coords.length) return null;
    const [x, y] = camera.toWorld(px, py);
    const grid = this.glide ? new PointGrid(coords, boundsOf(coords)) : gridOf(coords);
    return grid.nearest(x, y, reach / camera.scale, this.lit);
  }

  /**
   * The nearest point to show a card of: none while the points glide.
   * @param {number} px
   * @param {number} py
   * @param {number} reach
   */
  hovered(px, py, reach) {
    return this.glide ? null : this.nearest(px, py, reach);
  }
}
