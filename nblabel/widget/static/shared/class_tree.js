// Classes with subclasses: what is on one level, and what lies above it. Without any, all classes
// are on the only level.

/** @typedef {import("./wire.js").ClassInfo} ClassInfo */

/** Gives the label of a class with subclasses while these have the keys; see
 * widget/panel/keys.py. */
export const ITSELF_KEY = "0";

/** The classes by name, of each list that was asked about: paths are asked for of every class.
 * @type {WeakMap<ClassInfo[], Map<string, ClassInfo>>} */
const byNames = new WeakMap();

/** @param {ClassInfo[]} classes */
function namedIn(classes) {
  const known = byNames.get(classes) ?? new Map(classes.map((one) => [one.name, one]));
  byNames.set(classes, known);
  return known;
}

/** @param {ClassInfo[]} classes */
export function hasTree(classes) {
  return classes.some((one) => one.subclasses);
}

/**
 * Whether a class has subclasses: its label is a coarse one.
 * @param {ClassInfo[]} classes
 * @param {string | null | undefined} name
 */
export function isParent(classes, name) {
  return Boolean(namedIn(classes).get(name ?? "")?.subclasses);
}

/**
 * The classes above one, the highest first.
 * @param {ClassInfo[]} classes
 * @param {string | null | undefined} name
 */
export function pathAbove(classes, name) {
  const known = namedIn(classes);
  const path = [];
  let parent = known.get(name ?? "")?.parent;
  while (parent !== undefined) {
    path.unshift(parent);
    parent = known.get(parent)?.parent;
  }
  return path;
}

/**
 * Each parent before its subclasses. Those without come in this order already, those of a parent
 * together.
 * @param {ClassInfo[]} classes
 */
export function inTreeOrder(classes) {
  if (!hasTree(classes)) return classes;
  const known = namedIn(classes);
  /** @type {Set<ClassInfo>} */
  const ordered = new Set();
  /** @param {ClassInfo | undefined} one */
  const add = (one) => {
    if (!one || ordered.has(one)) return;
    add(known.get(one.parent ?? ""));
    ordered.add(one);
  };
  classes.forEach((one) => !one.subclasses && add(one));
  classes.forEach(add); // all of whose subclasses are retired
  return [...ordered];
}

/**
 * The classes below one, or at the top.
 * @param {ClassInfo[]} classes
 * @param {string} branch "" for the top
 */
export function levelOf(classes, branch) {
  if (!hasTree(classes)) return classes;
  return inTreeOrder(classes).filter(({ parent = "" }) => parent === branch);
}

/**
 * The label that Enter keeps: a coarse one is no whole answer.
 * @param {ClassInfo[]} classes
 * @param {string | null | undefined} label
 */
export function keptLabel(classes, label) {
  return isParent(classes, label) ? null : (label ?? null);
}
