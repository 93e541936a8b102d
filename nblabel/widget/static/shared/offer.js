// Which classes have a key: all of them, or the likeliest of an item or a group where there are
// more classes than keys.

/** @typedef {import("./wire.js").ClassInfo} ClassInfo */

/** So many classes have a key each; the kernel gives them, in widget/panel/keys.py. */
export const EACH_A_KEY = 29;
export const FIND_KEY = "t";
const LIKELIEST_KEYS = ["1", "2", "3", "4", "5"];

/** Whether there are more classes than keys. @param {ClassInfo[]} classes */
export function hasMany(classes) {
  return classes.length > EACH_A_KEY;
}

/**
 * The classes that have a key now, in order.
 * @param {ClassInfo[]} classes
 * @param {string[]} likeliest of what is to be labeled, the likeliest first; may be none
 * @param {string[]} recent those used last, the last one first
 * @returns {ClassInfo[]}
 */
export function offered(classes, likeliest, recent) {
  if (!hasMany(classes)) return classes;
  const byName = new Map(classes.map((one) => [one.name, one]));
  const chosen = likeliest.length ? likeliest : recent;
  const names = [...new Set([...chosen, ...recent, ...classes.slice(0, 5).map((c) => c.name)])];
  const known = names.flatMap((name) => byName.get(name) ?? []);
  const first = LIKELIEST_KEYS.flatMap((key, i) => (known[i] ? [{ ...known[i], key }] : []));
  const given = new Set(first.map(({ name }) => name));
  // a key that was chosen for a class means that class, also while it is among the likeliest
  return [...first, ...classes.filter(({ name, key }) => key && !given.has(name))];
}
