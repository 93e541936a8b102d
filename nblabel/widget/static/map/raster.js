// Points into pixels. A canvas call for each point would cost many times as much as writing its few
// pixels into an ImageData, so that is what happens here. Drawn class after class, the last class
// would hide the others: the pool is cut into strands, which are drawn in turn, a point of each.
// Strands rather than a shuffle, because a million points read at random wait for the memory.

import { mixBits } from "./theme.js";

const DIMMED = 0.86;
/**
 * The widest disc's reach in CSS pixels. The buffer has twice this around it, so nothing is
 * clipped.
 */
const STAMP_REACH = 11;
const STRANDS = 256;
/** Pixels that a disc covers by less are left out: nobody sees them, and small discs have many. */
const LEAST_COVER = 0.12;
const OPAQUE = 0xff000000;
/** In place of 1 or 0 for a point that is not drawn at all. */
export const LEFT_OUT = 2;

/** @typedef {{offsets: Int32Array, alphas: Int32Array}} Stamp a disc's pixels; alphas 0..256 */

/**
 * Points painted alike: those whose `lit` is `wanted`.
 * @typedef {object} Layer
 * @property {Uint8Array | Uint16Array} codes
 * @property {Int32Array} palette
 * @property {number} ink
 * @property {number} paper
 * @property {Uint8Array | null} lit
 * @property {number} wanted
 */

/**
 * @typedef {object} Paint
 * @property {Uint8Array | Uint16Array} codes palette position of each point
 * @property {Int32Array} palette colours of the positions, as 0xBBGGRR
 * @property {Uint32Array} labeled points to stand out
 * @property {Uint8Array | null} lit 1 for points to show, 0 for points to dim, LEFT_OUT for
 *   those that are not drawn; null shows all
 * @property {import("./theme.js").MapTheme} theme
 */

export class PointRaster {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (
      canvas.getContext("2d", { alpha: false })
    );
    this.ratio = 1;
    this.radius = 1;
    /** A labeled point's least radius: on a small plane they must not cover everything. */
    this.labeledLeast = 3;
    this.image = new ImageData(1, 1);
    this.pixels = new Int32Array(this.image.data.buffer);
    /** Where each point is drawn in the buffer, -1 outside. */
    this.places = new Int32Array(0);
  }

  /**
   * @param {number} width in CSS pixels
   * @param {number} height
   * @param {number} ratio device pixels for one CSS pixel
   */
  resize(width, height, ratio) {
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.ratio = ratio;
    this.image = new ImageData(
      this.canvas.width + 2 * this.room,
      this.canvas.height + 2 * this.room,
    );
    this.pixels = new Int32Array(this.image.data.buffer);
  }

  /** Device pixels around the canvas. */
  get room() {
    return Math.ceil(2 * STAMP_REACH * this.ratio);
  }

  /**
   * Find each point's place in the buffer.
   * @param {Float32Array} coords x, y interleaved
   * @param {import("./camera.js").Camera} camera
   */
  project(coords, camera) {
    const n = coords.length / 2;
    if (this.places.length !== n) this.places = new Int32Array(n);
    this.radius = pointRadius(n, camera);
    this.labeledLeast = Math.min(Math.max(Math.sqrt(camera.width * camera.height) / 170, 2), 3);
    const { places, ratio, room } = this;
    const { width: stride, height: rows } = this.image;
    const scale = camera.scale * ratio;
    const originX = (camera.width / 2) * ratio + room - camera.x * scale;
    const originY = (camera.height / 2) * ratio + room + camera.y * scale;
    const near = room / 2;
    for (let i = 0; i < n; i++) {
      const x = coords[2 * i] * scale + originX;
      const y = originY - coords[2 * i + 1] * scale;
      const seen = x >= near && x < stride - near && y >= near && y < rows - near;
      places[i] = seen ? Math.floor(y) * stride + Math.floor(x) : -1;
    }
  }

  /** @param {Paint} paint */
  paint({ codes, palette, labeled, lit, theme }) {
    const { inkBits: ink, paperBits: paper } = theme;
    const dim = (/** @type {number} */ bits) => mixBits(bits, paper, DIMMED);
    const bright = { codes, palette, ink, paper, lit, wanted: 1 };
    const dimmed = { codes, palette: palette.map(dim), ink: dim(ink), paper, lit, wanted: 0 };
    const layers = lit?.includes(0) ? [dimmed, bright] : [bright];
    this.pixels.fill(OPAQUE | paper);
    for (const layer of layers) {
      this.paintPoints(layer);
      this.paintLabeled(layer, labeled);
    }
    this.context.putImageData(this.image, -this.room, -this.room);
  }

  /** @param {Layer} layer */
  paintPoints({ codes, palette, lit, wanted }) {
    const { places, pixels } = this;
    const n = places.length;
    const stamp = this.disc(this.radius, pointOpacity(n));
    const strand = Math.ceil(n / STRANDS);
    for (let start = 0; start < strand; start++) {
      for (let i = start; i < n; i += strand) {
        if (places[i] < 0 || (lit && lit[i] !== wanted)) continue;
        stampDisc(pixels, places[i], stamp, palette[codes[i]]);
      }
    }
  }

  /**
   * Labeled points are larger, with a line of ink around them and paper around that: seen on any
   * colour, in any theme.
   * @param {Layer} layer
   * @param {Uint32Array} labeled
   */
  paintLabeled({ codes, palette, ink, paper, lit, wanted }, labeled) {
    const { places, pixels } = this;
    const size = this.labeledRadius(labeled.length);
    const [halo, line, fill] = [size + 2, size + 1.1, size].map((radius) => this.disc(radius, 1));
    for (const i of labeled) {
      if (!(places[i] >= 0) || (lit && lit[i] !== wanted)) continue;
      stampDisc(pixels, places[i], halo, paper);
      stampDisc(pixels, places[i], line, ink);
      stampDisc(pixels, places[i], fill, palette[codes[i]]);
    }
  }

  /**
   * A few labeled points stand out more than tens of thousands.
   * @param {number} count
   */
  labeledRadius(count) {
    const { radius, labeledLeast } = this;
    return Math.min(
      count > 2000 ? radius + 0.8 : Math.max(radius + 1.4, labeledLeast),
      STAMP_REACH - 3,
    );
  }

  /**
   * @param {number} radius in CSS pixels
   * @param {number} opacity
   * @returns {Stamp}
   */
  disc(radius, opacity) {
    const offsets = [],
      alphas = [];
    const size = radius * this.ratio;
    const reach = Math.ceil(size);
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const cover = Math.min(Math.max(size + 0.5 - Math.hypot(dx, dy), 0), 1);
        if (cover < LEAST_COVER) continue;
        offsets.push(dy * this.image.width + dx);
        alphas.push(Math.round(cover * opacity * 256));
      }
    }
    return { offsets: Int32Array.from(offsets), alphas: Int32Array.from(alphas) };
  }
}

/**
 * Lay a disc over the pixels. Red and blue are mixed in one multiplication: the borrow between them
 * stays outside the mask.
 * @param {Int32Array} pixels
 * @param {number} place
 * @param {Stamp} stamp
 * @param {number} bits 0xBBGGRR
 */
function stampDisc(pixels, place, { offsets, alphas }, bits) {
  const redBlue = bits & 0xff00ff,
    green = bits & 0x00ff00;
  for (let j = 0; j < offsets.length; j++) {
    const at = place + offsets[j];
    const under = pixels[at];
    const underRedBlue = under & 0xff00ff,
      underGreen = under & 0x00ff00;
    const mixedRedBlue = underRedBlue + (Math.imul(redBlue - underRedBlue, alphas[j]) >> 8);
    const mixedGreen = underGreen + (Math.imul(green - underGreen, alphas[j]) >> 8);
    pixels[at] = OPAQUE | (mixedRedBlue & 0xff00ff) | (mixedGreen & 0x00ff00);
  }
}

/**
 * Points fill about the same share of the plane however many there are, and grow slower than the
 * zoom.
 * @param {number} n
 * @param {import("./camera.js").Camera} camera
 * @returns {number} in CSS pixels
 */
function pointRadius(n, camera) {
  const spacing = Math.sqrt((camera.width * camera.height) / Math.max(n, 1));
  return Math.min(Math.max(0.5 * spacing * camera.zoom ** 0.6, 0.6), 5);
}

/** @param {number} n */
function pointOpacity(n) {
  return n > 5000 ? 0.78 : 0.9;
}
