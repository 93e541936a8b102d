// The cluster that the gallery shows, with the one before it and the one behind a key away.

import { h, setAttribute, setText } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";

/**
 * @typedef {{number: number, name: string, previous: number | null, next: number | null}} Cluster
 */

export class GalleryClusters {
  /** @param {import("./gallery.js").Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    /** @type {Cluster | null} */
    this.shown = null;
    this.previous = this.button("previous", "<");
    this.next = this.button("next", ">");
    this.name = h("strong");
    const others = h("button", {
      type: "button",
      text: TEXT.gallery.otherClusters,
      onClick: () => {
        gallery.close();
        gallery.ways.findClusters();
      },
    });
    const parts = [this.previous, this.name, this.next, others];
    this.el = h("span", { class: "nbl-gallery-clusters" }, ...parts);
  }

  /** @param {"previous" | "next"} way @param {string} key */
  button(way, key) {
    const props = {
      type: "button",
      "aria-label": TEXT.gallery.clusters[way],
      "aria-keyshortcuts": key,
      onClick: () => this.step(way),
    };
    return h("button", props, h("kbd", { text: key, "aria-hidden": "true" }));
  }

  /** @param {Cluster | null} cluster */
  show(cluster) {
    this.shown = cluster;
    const { only } = this.gallery;
    // the first that is left to look at has a number now, and an update shows it again
    if (cluster && only) only.asked.cluster = cluster.number;
    this.update();
  }

  update() {
    const { shown } = this;
    this.el.hidden = !shown;
    setText(this.name, shown?.name ?? "");
    for (const way of /** @type {("previous" | "next")[]} */ (["previous", "next"]))
      setAttribute(this[way], "aria-disabled", (shown?.[way] ?? null) === null ? "true" : null);
  }

  /** @param {"previous" | "next"} way */
  step(way) {
    const there = this.shown?.[way] ?? null;
    if (there !== null) this.gallery.ways.openCluster(there);
  }
}
