// Which classes have a key: all of them, or the likeliest of an item or a group where there are
// more classes than keys.

import { hasTree, ITSELF_KEY, levelOf, pathAbove } from "./class_tree.js";

/** @typedef {import("./wire.js").ClassInfo} ClassInfo */

/** So many classes have a key each; the kernel gives them, in widget/panel/keys.py. */
export const EACH_A_KEY = 29;
export const FIND_KEY = "t";
const LIKELIEST_KEYS = ["1", "2", "3", "4", "5"];

/** Whether there are more classes than keys. @param {ClassInfo[]} classes */
export function hasMany(classes) {
  return classes.length > EACH_A_KEY;
}

/** Whether one key finds a class by its name. @param {ClassInfo[]} classes */
export function findsByName(classes) {
  return hasMany(classes) || hasTree(classes);
}

/**
 * The classes that have a key now, in order.
 * @param {ClassInfo[]} classes
 * @param {string[]} likeliest of what is to be labeled, the likeliest first; may be none
 * @param {string[]} recent those used last, the last one first
 * @param {string} branch the class whose subclasses are asked about, "" at the top
 * @returns {ClassInfo[]}
 */
export function offered(classes, likeliest, recent, branch = "") {
  const level = levelOf(classes, branch);
  const itself = classes.filter(({ name }) => branch && name === branch);
  const last = itself.map((one) => ({ ...one, key: ITSELF_KEY }));
  return [...offeredOn(level, classes, likeliest, recent, branch), ...last];
}

/**
 * @param {ClassInfo[]} level the classes on the level of the tree that is asked about
 * @param {ClassInfo[]} classes all of them
 * @param {string[]} likeliest
 * @param {string[]} recent
 * @param {string} branch
 */
function offeredOn(level, classes, likeliest, recent, branch) {
  if (!hasMany(level)) return level;
  const inside = classes.filter(({ name }) => !branch || pathAbove(classes, name).includes(branch));
  const byName = new Map(inside.map((one) => [one.name, one]));
  const chosen = likeliest.length ? likeliest : recent;
  const names = [...new Set([...chosen, ...recent, ...level.slice(0, 5).map((c) => c.name)])];
  const known = names.flatMap((name) => byName.get(name) ?? []);
  const first = LIKELIEST_KEYS.flatMap((key, i) => (known[i] ? [{ ...known[i], key }] : []));
  const given = new Set(first.map(({ name }) => name));
  // a key that was chosen for a class means that class, also while it is among the likeliest
  return [...first, ...level.filter(({ name, key }) => key && !given.has(name))];
}
