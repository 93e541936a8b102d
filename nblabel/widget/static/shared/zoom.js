// Which part of a picture is looked at: plain geometry, in shares of its width and height.

/** Pixels of the screen that one pixel of a picture is enlarged to at most. */
const LARGEST_PIXEL = 8;
/** However small a picture is, it can be enlarged so much. */
const ALWAYS = 4;

/** @typedef {{width: number, height: number}} Extent */

export class Zoom {
  constructor() {
    /** How much larger than the whole picture in its place; 1 is all of it. */
    this.scale = 1;
    /** What is in the middle. */
    this.x = 0.5;
    this.y = 0.5;
  }

  get isWhole() {
    return this.scale === 1;
  }

  reset() {
    this.scale = 1;
    this.x = this.y = 0.5;
  }

  /**
   * Zoom, and leave the spot under the pointer where it is.
   * @param {number} factor
   * @param {Extent} place in which the picture is shown
   * @param {Extent} size of the picture
   * @param {[number, number]} [spot] in the place; its middle
   */
  by(factor, place, size, spot = [place.width / 2, place.height / 2]) {
    const before = this.layout(place, size);
    const shareX = (spot[0] - before.left) / before.width;
    const shareY = (spot[1] - before.top) / before.height;
    this.scale = Math.min(Math.max(this.scale * factor, 1), largestScale(place, size));
    const { width, height } = wholeIn(place, size);
    this.x = shareX + (place.width / 2 - spot[0]) / (width * this.scale);
    this.y = shareY + (place.height / 2 - spot[1]) / (height * this.scale);
    this.settle(place, size);
  }

  /**
   * One pixel of the picture is one of the screen.
   * @param {Extent} place @param {Extent} size @param {number} density pixels of the screen to one
   *   of CSS
   * @param {[number, number]} [spot]
   */
  toFull(place, size, density, spot) {
    this.by(size.width / density / wholeIn(place, size).width / this.scale, place, size, spot);
  }

  /**
   * @param {number} dx in pixels of the place, to the right
   * @param {number} dy
   * @param {Extent} place
   * @param {Extent} size
   */
  pan(dx, dy, place, size) {
    const { width, height } = this.layout(place, size);
    this.x -= dx / width;
    this.y -= dy / height;
    this.settle(place, size);
  }

  /**
   * Leave no gap beside the picture where there need be none.
   * @param {Extent} place @param {Extent} size
   */
  settle(place, size) {
    const { width, height } = this.layout(place, size);
    this.x = centerWithin(this.x, place.width / 2 / width);
    this.y = centerWithin(this.y, place.height / 2 / height);
  }

  /**
   * Where the picture lies in its place.
   * @param {Extent} place @param {Extent} size
   * @returns {{left: number, top: number, width: number, height: number}}
   */
  layout(place, size) {
    const whole = wholeIn(place, size);
    const [width, height] = [whole.width * this.scale, whole.height * this.scale];
    return {
      left: place.width / 2 - this.x * width,
      top: place.height / 2 - this.y * height,
      width,
      height,
    };
  }

  /**
   * The part that is seen: left, top, right and bottom.
   * @param {Extent} place @param {Extent} size
   * @returns {[number, number, number, number]}
   */
  seen(place, size) {
    const { left, top, width, height } = this.layout(place, size);
    return [
      shareWithin(-left / width),
      shareWithin(-top / height),
      shareWithin((place.width - left) / width),
      shareWithin((place.height - top) / height),
    ];
  }
}

/**
 * The whole picture, as large as it fits into a place.
 * @param {Extent} place @param {Extent} size
 * @returns {Extent}
 */
function wholeIn(place, size) {
  const scale = Math.min(place.width / size.width, place.height / size.height);
  return { width: size.width * scale, height: size.height * scale };
}

/** @param {Extent} place @param {Extent} size */
function largestScale(place, size) {
  return Math.max(ALWAYS, (LARGEST_PIXEL * size.width) / wholeIn(place, size).width);
}

/** @param {number} middle @param {number} half */
function centerWithin(middle, half) {
  return half >= 0.5 ? 0.5 : Math.min(Math.max(middle, half), 1 - half);
}

/** @param {number} value */
function shareWithin(value) {
  return Math.min(Math.max(value, 0), 1);
}
