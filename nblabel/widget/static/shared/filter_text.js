// What the filters say.

import { countText } from "./format.js";

export const FILTER_TEXT = {
  title: "Filters",
  any: "any",
  findValue: "find, or type and Enter",
  class: "Class",
  status: "Status",
  /** @type {Record<string, string>} */
  statuses: {
    open: "not answered",
    human: "labeled by a person",
    model: "auto-labeled",
    import: "imported",
    skipped: "skipped",
    flagged: "flagged",
    coarse: "coarse label",
  },
  source: "Source",
  /** @type {Record<string, string>} */
  sources: { human: "people", import: "import", model: "model" },
  confidence: "Confidence, %",
  annotator: "Annotator",
  unnamed: "without a name",
  from: "from",
  to: "to",
  missing: "missing",
  /** @param {string} low @param {string} high */
  ends: (low, high) => `In the pool: ${low} to ${high}`,
  clear: "Clear filters",
  finding: "Looking for what meets the filters…",
  /** @param {number} n @param {number} total */
  left: (n, total) =>
    n === 0
      ? "Nothing meets all filters"
      : `${countText(n)} of ${countText(total)} meet${n === 1 ? "s" : ""} the filters`,
};
