// Raw uint8 pixels to a canvas.

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
  const { width, height, channels } = image;
  if (canvas.width !== width) canvas.width = width; // each time it is set the canvas is made anew
  if (canvas.height !== height) canvas.height = height;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const data = context.createImageData(width, height);
  const out = new Uint32Array(data.data.buffer);
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0];
  for (let i = 0, from = 0; i < out.length; i += 1, from += channels) {
    // the four bytes of a pixel as one little-endian number: opaque, blue, green, red
    out[i] = 0xff000000 | (bytes[from + blue] << 16) | (bytes[from + green] << 8) | bytes[from];
  }
  context.putImageData(data, 0, 0);
  // small pictures are enlarged with hard pixel edges, photographs smoothly
  canvas.classList.toggle("nbl-crisp", Math.max(width, height) < 100);
}
