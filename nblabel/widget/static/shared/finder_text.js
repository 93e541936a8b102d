// What the field says that finds a class by its name.

import { countText, counted } from "./format.js";

export const FINDER_TEXT = {
  open: "Find a class",
  title: "Find a class",
  hint: "name of a class",
  back: "Back",
  backKey: "Esc",
  /** @param {string} name */
  add: (name) => `Add “${name}” as a class`,
  /** @param {number} n @param {number} listed */
  count: (n, listed) =>
    n > listed
      ? `${countText(listed)} of ${counted(n, "class", "classes")}: type on to see the others`
      : counted(n, "class", "classes"),
  /** @param {number} n */
  more: (n) => `and ${countText(n)} more`,
};
