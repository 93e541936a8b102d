// Pictures to a canvas: raw uint8 pixels at once, encoded ones as soon as the browser has decoded
// them. The last decoded are kept, so that a picture that was shown small is there at once in full.

import { guarded, reportPageError } from "./errors.js";

const DECODED_PIXELS = 8_000_000;

/** Decoded pictures by their bytes, the oldest first. @type {Map<Uint8Array, ImageBitmap>} */
const decodedPictures = new Map();
/** Pictures that the browser decodes. @type {Map<Uint8Array, Promise<ImageBitmap>>} */
const decoding = new Map();
/** The bytes of what each canvas shows. @type {WeakMap<HTMLCanvasElement, Uint8Array>} */
const shownBytes = new WeakMap();

/**
 * Bytes of a message buffer, whichever view the wire delivered.
 * @param {DataView | ArrayBuffer | Uint8Array} buffer
 * @returns {Uint8Array}
 */
export function bytesOf(buffer) {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/**
 * Paint an image at its own resolution; CSS scales the canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {import("./wire.js").Image} image
 * @param {Uint8Array} bytes
 */
export function paintPixels(canvas, image, bytes) {
  const { width, height, encoding } = image;
  if (canvas.width !== width) canvas.width = width; // each time it is set the canvas is made anew
  if (canvas.height !== height) canvas.height = height;
  shownBytes.set(canvas, bytes);
  if (encoding) paintEncoded(canvas, encoding, bytes);
  else paintRaw(canvas, image, bytes);
  // small pictures are enlarged with hard pixel edges, photographs smoothly
  canvas.classList.toggle("nbl-crisp", Math.max(width, height) < 100);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("./wire.js").Image} image
 * @param {Uint8Array} bytes
 */
function paintRaw(canvas, { width, height, channels }, bytes) {
  const context = contextOf(canvas);
  const data = context.createImageData(width, height);
  const out = new Uint32Array(data.data.buffer);
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0];
  for (let i = 0, from = 0; i < out.length; i += 1, from += channels) {
    // the four bytes of a pixel as one little-endian number: opaque, blue, green, red
    out[i] = 0xff000000 | (bytes[from + blue] << 16) | (bytes[from + green] << 8) | bytes[from];
  }
  context.putImageData(data, 0, 0);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {string} encoding
 * @param {Uint8Array} bytes
 */
function paintEncoded(canvas, encoding, bytes) {
  const context = contextOf(canvas);
  /** @param {ImageBitmap} bitmap */
  const draw = (bitmap) => {
    context.fillStyle = "#fff"; // a drawing on nothing is mostly black
    if (encoding === "svg+xml") context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  };
  const known = decodedPictures.get(bytes);
  if (known) {
    draw(known);
    return;
  }
  // nobody is to answer a picture that is there no more
  context.clearRect(0, 0, canvas.width, canvas.height);
  const isWanted = () => shownBytes.get(canvas) === bytes;
  decode(encoding, bytes).then(
    guarded((bitmap) => isWanted() && draw(bitmap)),
    reportPageError,
  );
}

/**
 * @param {string} encoding
 * @param {Uint8Array} bytes
 * @returns {Promise<ImageBitmap>}
 */
function decode(encoding, bytes) {
  const begun = decoding.get(bytes);
  if (begun) return begun;
  const made = encoding === "svg+xml" ? decodeSvg(bytes) : decodeBlob(encoding, bytes);
  decoding.set(bytes, made);
  const keep = (/** @type {ImageBitmap} */ bitmap) => {
    decoding.delete(bytes);
    decodedPictures.set(bytes, bitmap);
    let pixels = 0;
    for (const { width, height } of decodedPictures.values()) pixels += width * height;
    for (const [oldest, { width, height }] of decodedPictures) {
      if (pixels <= DECODED_PIXELS) break;
      pixels -= width * height;
      decodedPictures.delete(oldest); // not closed: a canvas may be about to draw it
    }
  };
  made.then(guarded(keep), () => decoding.delete(bytes));
  return made;
}

/**
 * @param {string} encoding
 * @param {Uint8Array} bytes
 */
function decodeBlob(encoding, bytes) {
  const blob = new Blob([/** @type {BlobPart} */ (bytes)], { type: `image/${encoding}` });
  return createImageBitmap(blob);
}

/**
 * As the picture of an `<img>`, in which no script runs and nothing is loaded.
 * @param {Uint8Array} bytes
 */
async function decodeSvg(bytes) {
  const image = new Image();
  const text = new TextDecoder().decode(bytes);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  return createImageBitmap(image);
}

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}
