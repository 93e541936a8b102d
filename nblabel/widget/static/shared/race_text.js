// What the chart of a race says; its caption comes from the kernel.

import { counted, shareText } from "./format.js";

export const RACE_TEXT = {
  title: "Share of the pool right",
  labels: "labels",
  /** @param {number} n @param {number} share */
  point: (n, share) => `${shareText(share)} right after ${counted(n, "label")}`,
};
