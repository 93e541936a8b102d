// The theme's colours as the canvas needs them.

/**
 * @typedef {object} MapTheme
 * @property {string} ink
 * @property {string} paper
 * @property {string} accent
 * @property {string} font
 * @property {number} inkBits
 * @property {number} paperBits
 */

/**
 * @param {Element} element
 * @returns {MapTheme}
 */
export function readMapTheme(element) {
  // map.css gives the plane these three; as they are computed, names of the system's colours are
  // resolved
  const {
    color: ink,
    backgroundColor: paper,
    caretColor: accent,
    fontFamily: font,
  } = getComputedStyle(element);
  return {
    ink,
    paper,
    accent,
    font,
    inkBits: colorBits(ink, paper),
    paperBits: colorBits(paper, paper),
  };
}

/**
 * @param {string} hex "#rrggbb"
 * @returns {number} as 0xBBGGRR: the order in which an ImageData keeps it
 */
export function hexBits(hex) {
  const bits = parseInt(hex.slice(1), 16);
  return ((bits & 255) << 16) | (bits & 0xff00) | (bits >> 16);
}

/**
 * Any CSS colour, laid over another, as 0xBBGGRR.
 * @param {string} color
 * @param {string} [under]
 * @returns {number}
 */
export function colorBits(color, under = "#fff") {
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })
  );
  for (const fill of [under, color]) {
    context.fillStyle = fill;
    context.fillRect(0, 0, 1, 1);
  }
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return (blue << 16) | (green << 8) | red;
}

/**
 * A colour between two others.
 * @param {number} from as 0xBBGGRR
 * @param {number} to
 * @param {number} share of `to`, 0..1
 * @returns {number}
 */
export function mixBits(from, to, share) {
  const channel = (/** @type {number} */ shift) => {
    const a = (from >> shift) & 255,
      b = (to >> shift) & 255;
    return Math.round(a + (b - a) * share) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}
