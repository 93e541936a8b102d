// Names that fit what somebody types: letters in order, wherever they stand, the best fit first.

import { pathAbove } from "./class_tree.js";
import { TREE_TEXT } from "./tree_text.js";

/** @typedef {import("./wire.js").ClassInfo} ClassInfo */
/** @typedef {{name: string, by: string}} Match `by`: the other name that fits, "" for its own */

/**
 * A name without case, accents and repeated spaces.
 * @param {string} text
 */
export function folded(text) {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "");
  return plain.toLowerCase().replace(/\s+/gu, " ").trim();
}

/**
 * How badly a folded name fits a folded query: 0 where they are the same; null where it does not.
 * @param {string} name
 * @param {string} query
 * @returns {number | null}
 */
export function misfit(name, query) {
  if (name === query) return 0;
  if (name.startsWith(query)) return 1;
  const at = name.indexOf(query);
  if (at > 0) return isWordStart(name, at) || name.includes(` ${query}`) ? 2 : 3;
  const gaps = gapsOf(name, query);
  return gaps === null ? null : 4 + gaps;
}

/**
 * @param {string} name
 * @param {number} at
 */
function isWordStart(name, at) {
  return !/[\p{L}\p{N}]/u.test(name[at - 1]);
}

/**
 * How often the letters of a query, in order, are apart in a name; null where they are not there.
 * @param {string} name
 * @param {string} query
 */
function gapsOf(name, query) {
  let from = 0;
  let gaps = 0;
  for (const letter of query.replaceAll(" ", "")) {
    const at = name.indexOf(letter, from);
    if (at < 0) return null;
    if (at > from) gaps += 1;
    from = at + letter.length;
  }
  return gaps;
}

/** Finds classes by their names, their aliases and the names that they had. */
export class ClassFinder {
  /** @param {ClassInfo[]} classes */
  constructor(classes) {
    this.entries = classes.map((one, place) => ({
      place,
      name: one.name,
      names: [
        ...[one.name, ...(one.aliases ?? []), ...(one.also ?? [])].map((text) => ({
          text,
          plain: folded(text),
        })),
        ...pathNames(classes, one),
      ],
    }));
  }

  /**
   * Whether there is a class of this name, or one that it cannot be told from.
   * @param {string} name
   */
  has(name) {
    const plain = folded(name);
    return this.entries.some(({ names }) => names.some((one) => one.plain === plain));
  }

  /**
   * Classes that fit, the best first; of those that fit as well the ones used last, then in order.
   * All of them where nothing is typed.
   * @param {string} typed
   * @param {string[]} recent the last ones first
   * @returns {Match[]}
   */
  find(typed, recent) {
    const query = folded(typed);
    const used = new Map(recent.map((name, place) => [name, place]));
    const found = this.entries.flatMap(({ name, names, place }) => {
      const fits = query ? fitOf(names, query) : { by: "", worth: 0 };
      return fits ? [{ name, place, ...fits, used: used.get(name) ?? Infinity }] : [];
    });
    return found.sort((a, b) => a.worth - b.worth || order(a.used, b.used) || a.place - b.place);
  }
}

/**
 * The path of a class that is below another one, as a name of it.
 * @param {ClassInfo[]} classes
 * @param {ClassInfo} one
 */
function pathNames(classes, one) {
  if (one.parent === undefined) return [];
  const path = [...pathAbove(classes, one.name), one.name];
  return [{ text: TREE_TEXT.path(path), plain: folded(path.join(" ")) }];
}

/** @param {number} a @param {number} b */
function order(a, b) {
  return a === b ? 0 : a - b;
}

/**
 * @param {{text: string, plain: string}[]} names
 * @param {string} query
 */
function fitOf(names, query) {
  /** @type {{by: string, worth: number} | null} */
  let best = null;
  names.forEach(({ text, plain }, i) => {
    const worth = misfit(plain, query);
    if (worth !== null && (best === null || worth < best.worth))
      best = { by: i ? text : "", worth };
  });
  return /** @type {{by: string, worth: number} | null} */ (best);
}
