// What the page says of classes with subclasses.

import { counted } from "./format.js";

/** Between the names of a path. */
const BETWEEN = " › ";

export const TREE_TEXT = {
  /** @param {string[]} names */
  path: (names) => names.join(BETWEEN),
  /** @param {string} name */
  itself: (name) => `Only “${name}”`,
  /** @param {string} name @param {number} n */
  opened: (name, n) => `${name}: ${counted(n, "class", "classes")}. 0 gives only ${name}.`,
  coarse: "Coarse labels",
  top: "All classes",
  back: "Up",
  backKey: "Esc",
  title: "Subclasses",
  /** @param {number} n */
  opens: (n) => `opens ${counted(n, "class", "classes")}`,
  move: "Move under…",
  moveTitle: "A class with subclasses gives coarse labels: which of them it is can be said later.",
  /** @param {string} name */
  moveUnder: (name) => `Move “${name}” under (a class, or a new name; empty: to the top)`,
  moveNow: "Move",
  /** @param {string} name @param {string} like */
  moveAlike: (name, like) =>
    `“${name}” differs from “${like}” only in case or spaces: move it under “${like}”?`,
  /** @param {number} n */
  askAgain: (n) => `Ask ${counted(n, "coarse label")} again`,
  askTitle: "Items with this label come next in the queue, to say which subclass they are.",
};
