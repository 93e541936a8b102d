// The queue of questions as a plain state machine, and the only owner of their order: what is on
// screen, what comes next, and which answers are on their way to the log. It knows neither the
// document nor the wire.

/** The lists of what comes next, in their order. */
const PARTS = /** @type {const} */ (["passed", "first", "displaced", "ranked"]);

/** @typedef {typeof PARTS[number]} Part */
/** @typedef {import("./wire.js").Item} Item */
/** @typedef {{items: Item[], first: number, done: boolean, reset: boolean}} Questions */

/** How many of the items that come next are shown, on screen and as rings of the map. */
export const NEXT_SHOWN = 8;

export class Queue {
  constructor() {
    /** @type {Item | null} */
    this.current = null;
    /** The current item has an answer already and is only looked at again. */
    this.revisit = false;
    /** The current item comes from the saved notebook; the kernel has not confirmed it yet. */
    this.provisional = false;
    /**
     * Drawn for an audit, repeated, or queued by Python or a dialog: before what a person put in
     * front.
     * @type {Item[]}
     */
    this.first = [];
    /** Displaced from the screen by what was picked by hand. @type {Item[]} */
    this.displaced = [];
    /** As the kernel ranked them. @type {Item[]} */
    this.ranked = [];
    /** Looked at and passed without an answer: they come first again. @type {Item[]} */
    this.passed = [];
    /** Where those that were on screen came from. @type {Map<string, Part>} */
    this.origins = new Map();
    /** Those that came to their place by hand, of which no list has told since that they are open.
     * @type {Set<string>} */
    this.byHand = new Set();
    this.started = false;
    this.done = false;
    /** How many items the last list had that took the place of all before. */
    this.listed = 0;
    /** Answers on their way, by uid; the item is unknown where an earlier page gave the answer.
     * @type {Map<string, {id: string, item: Item | null}>} */
    this.away = new Map();
  }

  /** What comes after the current item, in order. */
  get upcoming() {
    return [...this.passed, ...this.first, ...this.displaced, ...this.ranked];
  }

  /** Every item on screen or about to be. */
  get items() {
    return this.current ? [this.current, ...this.upcoming] : this.upcoming;
  }

  /** What is on screen now and next, as the kernel is told. */
  get front() {
    return this.items.slice(0, NEXT_SHOWN + 1).map(({ id }) => id);
  }

  /** Whether nothing is left to ask. */
  get isOver() {
    return this.done && this.current === null;
  }

  /** Whether so many of the listed items are gone that more should be asked for. */
  get isShort() {
    return this.started && !this.done && this.items.length < this.listed / 2;
  }

  /**
   * Show what the saved notebook holds until the kernel speaks.
   * @param {Item} item
   */
  preview(item) {
    this.current = item;
    this.provisional = true;
  }

  /**
   * Take a list of the kernel: in place of all before, or behind them. The current item stays, with
   * what is newly known of it, and answers on their way are not asked again.
   * @param {Questions} list
   */
  merge(list) {
    this.started = true;
    this.done = list.done;
    const away = new Set([...this.away.values()].map((answer) => answer.id));
    const open = list.items.filter(
      ({ id }, place, all) => !away.has(id) && all.findIndex((other) => other.id === id) === place,
    );
    const first = new Set(list.items.slice(0, list.first).map(({ id }) => id));
    if (list.reset) this.replace(open, first, list);
    else this.append(open, first);
    if (!this.current) this.advance();
  }

  /**
   * @param {Item[]} open
   * @param {Set<string>} first
   * @param {Questions} list
   */
  replace(open, first, list) {
    const listed = new Map(open.map((item) => [item.id, item]));
    if (this.provisional) this.confirm(listed, list);
    else if (this.current && !this.revisit) this.current = this.kept(this.current, listed);
    const displaced = this.displaced.flatMap((item) => this.kept(item, listed) ?? []);
    this.passed = this.passed.flatMap((item) => this.kept(item, listed) ?? []);
    const others = open.filter(
      ({ id }) => id !== this.current?.id && !this.passed.some((item) => item.id === id),
    );
    this.first = others.filter(({ id }) => first.has(id));
    this.displaced = displaced.filter(({ id }) => !first.has(id));
    const placed = new Set([...this.first, ...this.displaced].map(({ id }) => id));
    this.ranked = others.filter(({ id }) => !placed.has(id));
    this.listed = list.items.length;
    const inHand = [this.current, ...this.passed, ...this.displaced].map((item) => item?.id ?? "");
    this.byHand = new Set(inHand.filter((id) => this.byHand.has(id) && !listed.has(id)));
    this.origins = new Map([...this.origins].filter(([id]) => inHand.includes(id)));
  }

  /**
   * @param {Item[]} open
   * @param {Set<string>} first
   */
  append(open, first) {
    const held = new Set(this.items.map(({ id }) => id));
    for (const item of open) if (held.has(item.id)) this.update(item.id, item);
    const fresh = open.filter(({ id }) => !held.has(id));
    this.first.push(...fresh.filter(({ id }) => first.has(id)));
    this.ranked.push(...fresh.filter(({ id }) => !first.has(id)));
  }

  /**
   * An item as the kernel's list has it. One that is not in the list was answered elsewhere, unless
   * the kernel did not know yet that it is here: answers are on their way, or it was put here by
   * hand.
   * @param {Item} item
   * @param {Map<string, Item>} listed
   * @returns {Item | null}
   */
  kept(item, listed) {
    const known = listed.get(item.id);
    if (known) return withReasons(known, item);
    return this.away.size || this.byHand.has(item.id) ? item : null;
  }

  /**
   * @param {Map<string, Item>} listed
   * @param {Questions} list
   */
  confirm(listed, list) {
    const confirmed = listed.get(this.current?.id ?? "");
    if (!confirmed && !list.items.length && !list.done) return;
    this.current = confirmed ?? null;
    this.provisional = false;
  }

  /**
   * Put an item on screen now; an open question that it displaces comes next.
   * @param {Item} item
   * @param {boolean} revisit
   */
  show(item, revisit) {
    const displaced = this.current;
    this.remove(item.id);
    if (displaced && displaced.id !== item.id && !this.revisit) this.displaced.unshift(displaced);
    this.current = item;
    this.revisit = revisit;
    this.provisional = false;
    if (!revisit) this.byHand.add(item.id);
  }

  /**
   * Ask one of the items that come next now.
   * @param {string} id
   */
  pick(id) {
    const item = this.upcoming.find((one) => one.id === id);
    if (item) this.show(item, false);
  }

  /**
   * Look at the next question, or at the one before, without an answer to the one on screen. What
   * was passed comes first again once another one is answered.
   * @param {number} step 1 or -1
   * @returns {boolean} whether there is one
   */
  look(step) {
    const { current } = this;
    if (step < 0) {
      const before = this.passed.pop();
      if (!before) return false;
      if (current && !this.revisit) this.putBack([current]);
      this.current = before;
      this.revisit = false;
      return true;
    }
    const part = PARTS.find((name) => name !== "passed" && this[name].length);
    if (!part) return false;
    const [next] = this[part];
    this.remove(next.id);
    this.origins.set(next.id, part);
    if (current && !this.revisit) this.passed.push(current);
    this.current = next;
    this.revisit = this.provisional = false;
    return true;
  }

  /**
   * Put items back to where they came from.
   * @param {Item[]} items in their order
   */
  putBack(items) {
    for (const item of items.reverse())
      this[this.origins.get(item.id) ?? "displaced"].unshift(item);
  }

  /**
   * More is known about an item.
   * @param {string} id
   * @param {Partial<Item>} news
   */
  update(id, news) {
    /** @param {Item} item */
    const updated = (item) => (item.id === id ? { ...item, ...news } : item);
    if (this.current) this.current = updated(this.current);
    for (const part of PARTS) this[part] = this[part].map(updated);
  }

  /** @param {string} id of an item that no longer comes */
  remove(id) {
    for (const part of PARTS) {
      this[part] = this[part].filter((item) => item.id !== id);
    }
  }

  /** Go to the next question. */
  advance() {
    this.putBack(this.passed.splice(0));
    const part = PARTS.find((name) => this[name].length);
    const next = part ? this[part][0] : null;
    if (next && part) {
      this.remove(next.id);
      this.origins.set(next.id, part);
    }
    this.current = next;
    this.revisit = false;
    this.provisional = false;
  }

  /**
   * The current item was answered by the event `uid`.
   * @param {string} uid
   */
  answer(uid) {
    if (!this.current) return;
    this.away.set(uid, { id: this.current.id, item: this.current });
    this.byHand.delete(this.current.id);
    this.advance();
  }

  /**
   * An answer that an earlier page gave is on its way.
   * @param {string} uid
   * @param {string} id
   */
  adopt(uid, id) {
    this.away.set(uid, { id, item: null });
    this.remove(id);
    if (this.current?.id === id) this.advance();
  }

  /**
   * The kernel has the answer, or refused it for good: then its item is asked again.
   * @param {string} uid
   * @param {boolean} committed
   */
  settle(uid, committed) {
    const item = this.away.get(uid)?.item;
    this.away.delete(uid);
    if (item && !committed) this.show(item, item.label !== null);
  }
}

/**
 * What is newly known of an item. Reasons that are not worked out anew yet stay until they are.
 * @param {Item} news
 * @param {Item} item
 * @returns {Item}
 */
function withReasons(news, item) {
  return news.why ? news : { ...news, why: item.why, neighbors: item.neighbors };
}
