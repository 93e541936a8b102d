import { h, setText } from "./dom.js";

// What people's labels in a group say: how many have one, which, and a warning where those disagree.

/** @typedef {{name: string, color: string, count: number}} Said */

export class GroupFacts {
  constructor() {
    this.share = h("progress", { class: "nbl-group-share", max: 1, "aria-label": "Labeled" });
    this.said = h("span", { class: "nbl-group-said" });
    this.warning = h("p", { class: "nbl-group-warning" });
    this.el = h("div", { class: "nbl-group-facts", hidden: true }, this.share, this.said, this.warning);
  }

  /** @param {{n: number, labeled: number, said: Said[], warning: string}} facts */
  show({ n, labeled, said, warning }) {
    this.el.hidden = false;
    this.share.value = n ? labeled / n : 0;
    const words = labeled ? `${labeled.toLocaleString()} of ${n.toLocaleString()} labeled:` : "none labeled yet";
    this.said.replaceChildren(h("span", { text: `${words} ` }), ...said.map(({ name, color, count }) =>
      h("span", { class: "nbl-group-one" }, h("span", { class: "nbl-map-swatch", style: { background: color } }),
        h("span", { text: `${name} ${count.toLocaleString()}` }))));
    setText(this.warning, warning && `▲ ${warning}`);
  }
}
