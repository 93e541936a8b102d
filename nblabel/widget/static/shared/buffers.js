// Buffers of messages, as front ends deliver them: some copy them into other kinds of arrays, and
// some lose them on the way.

/** Messages with buffers that no field names; the last two where the page draws the map. */
const WITH_BUFFERS = new Set(["labeled", "select", "file", "points", "colors"]);
const OF_CANVAS = new Set(["points", "colors"]);

/**
 * The buffers of a message, in whichever kind of array they came.
 * @param {unknown} buffers
 * @returns {DataView[]}
 */
export function viewsOf(buffers) {
  if (!Array.isArray(buffers)) return [];
  return buffers.map((one) => {
    if (one instanceof DataView) return one;
    if (ArrayBuffer.isView(one)) return new DataView(one.buffer, one.byteOffset, one.byteLength);
    // of another window, as that of a frame, it is no ArrayBuffer of this one
    return new DataView(one?.slice ? new Uint8Array(one).buffer : new ArrayBuffer(0));
  });
}

/**
 * Whether a message came without some of its buffers.
 * @param {any} message
 * @param {DataView[]} buffers
 * @param {boolean} draws whether the page draws the map
 */
export function lacksBuffers(message, buffers, draws) {
  if (WITH_BUFFERS.has(message.type))
    return buffers.length === 0 && (draws || !OF_CANVAS.has(message.type));
  return namesBeyond(message, buffers.length);
}

/**
 * @param {unknown} value
 * @param {number} n of buffers
 * @returns {boolean}
 */
function namesBeyond(value, n) {
  if (value === null || typeof value !== "object") return false;
  const { buffer } = /** @type {{buffer?: unknown}} */ (value);
  if (typeof buffer === "number" && buffer >= n) return true;
  return Object.values(value).some((one) => namesBeyond(one, n));
}
