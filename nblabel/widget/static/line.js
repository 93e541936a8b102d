// The line of questions as a plain state machine: what is on screen, what comes next, and which answers
// are on their way to the log. It knows neither the document nor the wire.

/** @typedef {import("./pixels.js").Image} Image */
/** @typedef {{name: string, key: string, color: string}} ClassInfo */
/** @typedef {{label: string, confidence: number}} Guess */
/** @typedef {{text: string, parts: {name: string, value: number, text: string}[]}} Why */
/** @typedef {{image: Image | null, text?: import("./media.js").Text | null, row?: import("./media.js").Row | null}} Shown */
/** @typedef {{id: string, label: string, closeness: number} & Shown} Neighbor */
/**
 * @typedef {{id: string, index: number, error: string | null, label: string | null,
 *   source?: string | null, guess: Guess | null, evidence?: string[], why: Why | null, neighbors: Neighbor[]} & Shown} Item
 */

export class Line {
  constructor() {
    /** @type {Item | null} */
    this.current = null;
    /** The current item has an answer already and is only looked at again. */
    this.revisit = false;
    /** The current item comes from the saved notebook; the kernel has not confirmed it yet. */
    this.provisional = false;
    /** @type {Item[]} */
    this.upcoming = [];
    this.started = false;
    this.done = false;
    /** @type {number | null} */
    this.total = null;
    /** What an item of the pool is called. */
    this.noun = "image";
    /** Answers on their way, by uid; the item is unknown where an earlier page gave the answer.
     * @type {Map<string, {id: string, item: Item | null}>} */
    this.away = new Map();
  }

  /** What is shown of an item. */
  get thing() {
    return this.noun === "image" ? "picture" : this.noun;
  }

  /** Every item on screen or about to be. */
  get items() {
    return this.current ? [this.current, ...this.upcoming] : this.upcoming;
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
   * Take the kernel's list. The current item stays, with what is newly known of it, and answers on their way are not asked again.
   * @param {{items: Item[], done: boolean, total?: number, noun?: string}} list
   */
  merge(list) {
    const confirmed = list.items.find((item) => item.id === this.current?.id);
    if (this.provisional) this.confirm(confirmed ?? null, list);
    else if (!this.revisit) this.current = this.kept(confirmed);
    const seen = new Set([...this.away.values()].map((answer) => answer.id));
    if (this.current) seen.add(this.current.id);
    this.upcoming = list.items.filter((item) => !seen.has(item.id) && seen.add(item.id));
    this.done = list.done;
    this.total = list.total ?? this.total;
    this.noun = list.noun ?? this.noun;
    this.started = true;
    if (!this.current) this.advance();
  }

  /**
   * The current item as the kernel's list has it. One that is not in the list was answered elsewhere,
   * unless answers are on their way: then the kernel did not know yet what is on screen.
   * @param {Item | undefined} confirmed
   */
  kept(confirmed) {
    return confirmed ?? (this.away.size ? this.current : null);
  }

  /**
   * @param {Item | null} confirmed
   * @param {{items: Item[], done: boolean}} list
   */
  confirm(confirmed, list) {
    if (!confirmed && !list.items.length && !list.done) return;
    this.current = confirmed;
    this.provisional = false;
  }

  /**
   * Put an item on screen now; an open question that it displaces comes next.
   * @param {Item} item
   * @param {boolean} revisit
   */
  show(item, revisit) {
    const displaced = this.current;
    this.upcoming = this.upcoming.filter((other) => other.id !== item.id);
    if (displaced && displaced.id !== item.id && !this.revisit) this.upcoming.unshift(displaced);
    this.current = item;
    this.revisit = revisit;
    this.provisional = false;
  }

  /**
   * More is known about an item of the line.
   * @param {string} id
   * @param {Partial<Item>} news
   */
  update(id, news) {
    /** @param {Item} item */
    const updated = (item) => (item.id === id ? { ...item, ...news } : item);
    if (this.current) this.current = updated(this.current);
    this.upcoming = this.upcoming.map(updated);
  }

  /** Go to the next question. */
  advance() {
    this.current = this.upcoming.shift() ?? null;
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
    this.advance();
  }

  /**
   * An answer that an earlier page gave is on its way.
   * @param {string} uid
   * @param {string} id
   */
  adopt(uid, id) {
    this.away.set(uid, { id, item: null });
    this.upcoming = this.upcoming.filter((item) => item.id !== id);
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
