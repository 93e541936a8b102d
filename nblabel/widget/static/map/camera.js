// Where the plane looks: world coordinates (y up) to CSS pixels (y down) and back.

const CAMERA_MARGIN = 24;
const CAMERA_MIN_ZOOM = 0.5;
const CAMERA_MAX_ZOOM = 500;

/** @typedef {{left: number, right: number, bottom: number, top: number}} Bounds */

export class Camera {
  constructor() {
    this.width = 0;
    this.height = 0;
    /** @type {Bounds} */
    this.bounds = { left: -1, right: 1, bottom: -1, top: 1 };
    this.x = 0;
    this.y = 0;
    /** CSS pixels for one unit of the world. */
    this.scale = 1;
    /** Once the user has moved it, the view stays where it is when points or sizes change. */
    this.moved = false;
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    this.width = width;
    this.height = height;
    if (!this.moved) this.reset();
  }

  /** @param {Bounds} bounds */
  setBounds(bounds) {
    this.bounds = bounds;
    if (!this.moved) this.reset();
  }

  /** The scale at which all points fit. */
  get homeScale() {
    const { left, right, bottom, top } = this.bounds;
    const across = (this.width - 2 * CAMERA_MARGIN) / Math.max(right - left, 1e-6);
    const down = (this.height - 2 * CAMERA_MARGIN) / Math.max(top - bottom, 1e-6);
    return Math.max(Math.min(across, down), 1e-3);
  }

  get zoom() {
    return this.scale / this.homeScale;
  }

  reset() {
    const { left, right, bottom, top } = this.bounds;
    this.x = (left + right) / 2;
    this.y = (bottom + top) / 2;
    this.scale = this.homeScale;
    this.moved = false;
  }

  /**
   * Move the picture by CSS pixels; its middle never leaves the points' bounds.
   * @param {number} dx
   * @param {number} dy
   */
  panBy(dx, dy) {
    const { left, right, bottom, top } = this.bounds;
    this.x = Math.min(Math.max(this.x - dx / this.scale, left), right);
    this.y = Math.min(Math.max(this.y + dy / this.scale, bottom), top);
    this.moved = true;
  }

  /**
   * Zoom about a point of the screen, which stays where it is.
   * @param {number} px
   * @param {number} py
   * @param {number} factor
   */
  zoomAt(px, py, factor) {
    const zoom = Math.min(Math.max(this.zoom * factor, CAMERA_MIN_ZOOM), CAMERA_MAX_ZOOM);
    const [worldX, worldY] = this.toWorld(px, py);
    this.scale = zoom * this.homeScale;
    this.x = worldX - (px - this.width / 2) / this.scale;
    this.y = worldY + (py - this.height / 2) / this.scale;
    this.moved = true;
  }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]}
   */
  toScreen(x, y) {
    return [
      (x - this.x) * this.scale + this.width / 2,
      (this.y - y) * this.scale + this.height / 2,
    ];
  }

  /**
   * @param {number} px
   * @param {number} py
   * @returns {[number, number]}
   */
  toWorld(px, py) {
    return [
      this.x + (px - this.width / 2) / this.scale,
      this.y - (py - this.height / 2) / this.scale,
    ];
  }
}

/**
 * The box around all points (x, y interleaved); points that are not numbers are left out.
 * @param {Float32Array} coords
 * @returns {Bounds}
 */
export function boundsOf(coords) {
  let left = Infinity,
    right = -Infinity,
    bottom = Infinity,
    top = -Infinity;
  for (let i = 0; i < coords.length; i += 2) {
    const x = coords[i],
      y = coords[i + 1];
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < bottom) bottom = y;
    if (y > top) top = y;
  }
  return left <= right && bottom <= top
    ? { left, right, bottom, top }
    : { left: -1, right: 1, bottom: -1, top: 1 };
}

/**
 * @param {Bounds} from
 * @param {Bounds} to
 * @param {number} t
 * @returns {Bounds}
 */
export function mixBounds(from, to, t) {
  const mix = (/** @type {keyof Bounds} */ side) => from[side] + (to[side] - from[side]) * t;
  return { left: mix("left"), right: mix("right"), bottom: mix("bottom"), top: mix("top") };
}
