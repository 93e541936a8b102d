// What the dialog for groups and searches says.

import { capital, countText, counted } from "./format.js";

export const GROUP_TEXT = {
  orders: {
    best: "Best first",
    random: "Random",
    outliers: "Outliers first",
    central: "Most central first",
  },
  order: "Order",
  previous: "Previous cluster",
  next: "Next cluster",
  others: "Other clusters…",
  undo: "Undo",
  undoing: "Undoing…",
  saving: "Saving…",
  loading: "Loading…",
  find: "Find clusters",
  howMany: "How many",
  finding: "Clusters are being found in the background; labeling goes on meanwhile.",
  whatClustersAre:
    "Clusters are groups of similar items. " +
    "With some more of them than there are classes, most are of one class.",
  /** @param {string} noun @param {string} name @param {number} n @param {number} labeled */
  title: (noun, name, n, labeled) =>
    `${name && `${name}: `}${counted(n, noun)}` +
    (labeled ? `, ${countText(labeled)} already labeled` : ""),
  /** @param {number} n */
  hiddenLeftOut: (n) => `${counted(n, "hidden point")} left out`,
  nothingLeft: "Nothing is left to label",
  allLabeled: "All are labeled already",
  /** @param {string} noun @param {number} n @param {number} excluded */
  labelAs: (noun, n, excluded) =>
    excluded
      ? `Label ${countText(n)} (${countText(excluded)} excluded) as`
      : `Label ${counted(n, noun)} as`,
  /** @param {number} n */
  relabel: (n) =>
    n === 1 ? "also relabel the labeled one" : `also relabel the ${countText(n)} labeled ones`,
  /** @param {number} n */
  include: (n) => `Include ${countText(n)} again`,
  /** @param {string} text */
  tryingAgain: (text) => `${text} Trying again…`,
  pictures: "Items of the group",
  previousPage: "Previous page",
  nextPage: "Next page",
  atOnceTitle: "Items at once",
  /** @param {number} n */
  atOnce: (n) => `${countText(n)} at once`,
  /** @param {number} first @param {number} last @param {number} n */
  place: (first, last, n) => `${countText(first)}–${countText(last)} of ${countText(n)}`,
  /** @param {string} noun @param {string} id @param {string} short @param {string | null} label */
  item: (noun, id, short, label) =>
    [`${capital(noun)} ${id}`, short, label && `labeled ${label}`].filter(Boolean).join(", "),
  /** @param {boolean} excluded @param {number} n */
  marked: (excluded, n) => `${excluded ? "Excluded" : "Included"}. ${countText(n)} excluded.`,
  search: {
    title: "Search",
    query: "Search for",
    hint: "words, an id or a file name",
    by: "In",
    /** @type {Record<string, string>} */
    kinds: {
      auto: "Anything",
      words: "Words",
      meaning: "Meaning",
      id: "Id or file name",
      notes: "Notes",
    },
    go: "Search",
    searching: "Searching…",
    nothing: "Type a word, an id, or the beginning of one.",
    alike: "Looking for what is most like it…",
  },
  mostCentral: "most central",
  labeled: "Labeled",
  /** @param {number} labeled @param {number} n */
  labeledOf: (labeled, n) =>
    labeled ? `${countText(labeled)} of ${countText(n)} labeled:` : "none labeled yet",
  /** @param {string} name @param {number} n */
  classCount: (name, n) => `${name} ${countText(n)}`,
};
