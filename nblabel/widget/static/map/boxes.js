// Boxes on the plane that do not overlap: those of names and of pictures.

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box in CSS pixels */

export class FreeRoom {
  constructor() {
    /** @type {Box[]} */
    this.taken = [];
  }

  /**
   * Take the room of a box, if nothing has any of it.
   * @param {Box} box
   * @param {Box[]} [others] what it must not overlap either
   * @returns {boolean} whether it was free
   */
  take(box, others = []) {
    if ([...this.taken, ...others].some((other) => boxesOverlap(other, box))) return false;
    this.taken.push(box);
    return true;
  }
}

/**
 * @param {Box} a
 * @param {Box} b
 */
function boxesOverlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/**
 * @param {[number, number]} spot its middle
 * @param {number} width
 * @param {number} height
 * @returns {Box}
 */
export function boxAround([x, y], width, height) {
  const left = x - width / 2,
    top = y - height / 2;
  return { left, top, right: left + width, bottom: top + height };
}
