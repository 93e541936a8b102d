import { h, setText } from "./dom.js";

// How many clusters to find, and waiting for them: they are found in the background, the bar on the map
// tells how far it is.

const MOST_CLUSTERS = 200;

export class ClusterSetup {
  /**
   * @param {import("./side_view.js").SideView} view
   * @param {() => void} leave
   */
  constructor(view, leave) {
    this.view = view;
    this.input = h("input", { type: "number", min: 1, max: MOST_CLUSTERS, required: true });
    this.find = h("button", { type: "submit", class: "nbl-primary", text: "Find clusters" });
    this.stop = h("button", { type: "button", text: "Cancel", onClick: () => (this.isFinding ? view.state.send({ type: "cancel" }) : leave()) });
    this.words = h("p");
    this.field = h("label", { class: "nbl-group-number" }, h("span", { text: "How many" }), this.input);
    this.el = h("form", { class: "nbl-group-setup", hidden: true }, this.words, this.field,
      h("div", { class: "nbl-map-actions" }, this.find, this.stop));
    this.el.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.send();
    });
    this.input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      // taken here: JupyterLab lets no form be submitted by it
      event.preventDefault();
      event.stopPropagation();
      this.send();
    });
    this.update();
  }

  get isFinding() {
    return Boolean(this.view.state.get("clusters")?.finding);
  }

  open() {
    this.el.hidden = false;
    this.input.value = this.input.value || String(this.view.state.get("clusters")?.suggested ?? 10);
    this.update();
    (this.isFinding ? this.stop : this.input).focus({ preventScroll: true });
  }

  send() {
    if (this.isFinding || !this.input.reportValidity()) return;
    this.view.state.send({ type: "cluster", n: this.input.valueAsNumber });
  }

  update() {
    const { isFinding } = this;
    const hadFocus = this.el.contains(document.activeElement);
    setText(this.words, isFinding
      ? "Clusters are being found in the background; labeling goes on meanwhile."
      : "Clusters are groups of similar items. With some more of them than there are classes, most are of one class.");
    this.field.hidden = isFinding;
    this.find.hidden = isFinding;
    if (hadFocus && isFinding) this.stop.focus({ preventScroll: true });
  }
}
