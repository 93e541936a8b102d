// What is chosen in the gallery: by position in the pool, whatever the order on screen is.

export class Chosen {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.flags = new Uint8Array(0);
    this.count = 0;
  }

  /** @param {number} n items of the pool */
  resize(n) {
    if (this.flags.length === n) return;
    this.flags = new Uint8Array(n);
    this.count = 0;
  }

  /** @param {number} index */
  has(index) {
    return this.flags[index] === 1;
  }

  clear() {
    this.flags.fill(0);
    this.count = 0;
    this.changed();
  }

  /** Choose these, and no others. @param {ArrayLike<number>} indices */
  set(indices) {
    this.flags.fill(0);
    this.count = 0;
    this.add(indices);
  }

  /** @param {ArrayLike<number>} indices */
  add(indices) {
    for (let k = 0; k < indices.length; k++) this.put(indices[k], true);
    this.changed();
  }

  /** Choose none but these. @param {ArrayLike<number>} indices */
  keep(indices) {
    const before = this.flags.slice();
    this.flags.fill(0);
    this.count = 0;
    for (let k = 0; k < indices.length; k++) this.put(indices[k], before[indices[k]] === 1);
    this.changed();
  }

  /** @param {number} index */
  toggle(index) {
    this.put(index, !this.has(index));
    this.changed();
  }

  /** @param {number} index @param {boolean} on */
  put(index, on) {
    if (index >= this.flags.length || this.has(index) === on) return;
    this.flags[index] = on ? 1 : 0;
    this.count += on ? 1 : -1;
  }

  /** Positions, ascending. @returns {Uint32Array} */
  get indices() {
    const found = new Uint32Array(this.count);
    let k = 0;
    for (let i = 0; k < found.length; i++) if (this.flags[i]) found[k++] = i;
    return found;
  }
}
