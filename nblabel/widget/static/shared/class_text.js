// What the dialog for the classes says.

import { countText, counted } from "./format.js";

export const CLASS_TEXT = {
  title: "Classes",
  /** @param {number} n @param {number} retired */
  summary: (n, retired) =>
    counted(n, "class", "classes") + (retired ? `, ${countText(retired)} retired` : ""),
  hint: "Enter opens a class, Alt with ↑ or ↓ moves it, u undoes the last step here, Esc closes.",
  undo: "Undo",
  undoing: "Undoing…",
  saving: "Saving…",
  /** @param {string} text */
  tryingAgain: (text) => `${text} Trying again…`,
  /** @param {number} n */
  labels: (n) => counted(n, "label"),
  retired: "retired",
  /** @param {number} n */
  toSort: (n) => `${countText(n)} to sort`,
  noKey: "no key",
  /** @param {string} key */
  keyIs: (key) => `key ${key}`,
  /** @param {string[]} aliases */
  also: (aliases) => `also ${aliases.join(", ")}`,
  name: "Name",
  key: "Key",
  keyTitle: "One character. Empty: the class gets the key of its place.",
  color: "Colour",
  usualColor: "Default colour",
  aliases: "Aliases",
  aliasesTitle: "Other names, with commas between: files to import may have them.",
  description: "Description",
  examples: "Examples",
  /** @param {string} noun */
  addExample: (noun) => `Add the ${noun} on screen`,
  /** @param {string} noun @param {string} id */
  dropExample: (noun, id) => `Take away example ${noun} ${id}`,
  nothingOnScreen: "There is nothing on screen to add.",
  enoughExamples: "Three are enough: take one away first.",
  up: "Move up",
  down: "Move down",
  merge: "Merge…",
  split: "Split…",
  retire: "Retire",
  retireTitle: "Its labels stay; no others are given, and the model predicts it no longer.",
  restore: "Bring back",
  delete: "Delete…",
  /** @param {string} name */
  mergeInto: (name) => `Merge “${name}” into`,
  mergeNow: "Merge",
  /** @param {string} name @param {number} n */
  moveLabels: (name, n) => `Delete “${name}”. Its ${counted(n, "label")} become`,
  /** @param {string} name */
  deleteEmpty: (name) => `Delete “${name}”, which has no labels?`,
  deleteNow: "Delete",
  /** @param {string} name @param {string} like */
  alike: (name, like) =>
    name === like
      ? `There is a class “${like}” already: merge the two?`
      : `“${name}” differs from “${like}” only in case or spaces: merge the two?`,
  keepBoth: "Keep both",
  /** @param {string} name @param {number} n */
  proposing: (name, n) => `Looking for groups among ${counted(n, "label")} of “${name}”…`,
  /** @param {string} noun @param {string} name */
  nameGroups: (noun, name) =>
    `Groups of similar ${noun}s, as the model sees them. Name each; without a name it stays ` +
    `“${name}”.`,
  groups: "Groups",
  /** @param {number} k @param {number} n */
  group: (k, n) => `Group ${countText(k)}, ${countText(n)}`,
  /** @param {number} k */
  groupName: (k) => `Name of group ${countText(k)}`,
  sortOneByOne: "Sort one by one",
  sortTitle:
    "Each is asked again; Enter takes the proposal. What is not sorted yet keeps its class.",
  moveAll: "Move all as grouped",
  moveAllTitle: "In one step, which one undo takes back",
  /** @param {string[]} into @param {number} n */
  sorting: (into, n) => `Being sorted into ${into.join(", ")}: ${countText(n)} left.`,
  goOn: "Go on sorting",
  restProposed: "Sort the rest as proposed",
  /** @param {string} name */
  restStays: (name) => `The rest stays “${name}”`,
};
