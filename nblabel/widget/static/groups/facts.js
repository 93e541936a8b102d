// What people's labels in a group say: how many have one, which, and a warning where those
// disagree.

import { h, setText } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";

export class GroupFacts {
  constructor() {
    this.share = h("progress", {
      class: "nbl-group-share",
      max: 1,
      "aria-label": TEXT.group.labeled,
    });
    this.labels = h("span", { class: "nbl-group-counts" });
    this.warning = h("p", { class: "nbl-group-warning" });
    this.el = h(
      "div",
      { class: "nbl-group-facts", hidden: true },
      this.share,
      this.labels,
      this.warning,
    );
  }

  /** @param {import("../shared/wire.js").Facts} facts */
  show({ n, labeled, labels, warning }) {
    this.el.hidden = false;
    this.share.value = n ? labeled / n : 0;
    this.labels.replaceChildren(
      h("span", { text: `${TEXT.group.labeledOf(labeled, n)} ` }),
      ...labels.map(({ name, color, count }) =>
        h(
          "span",
          { class: "nbl-group-one" },
          h("span", { class: "nbl-map-swatch", style: { background: color } }),
          h("span", { text: TEXT.group.classCount(name, count) }),
        ),
      ),
    );
    setText(this.warning, warning && `▲ ${warning}`);
  }
}
