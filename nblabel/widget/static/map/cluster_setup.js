// How many clusters to find, and waiting for them: they are found in the background, the bar on the
// map tells how far it is, and labeling goes on. It stands in the place of the legend.

import { h, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { TEXT } from "../shared/text.js";

const MOST_CLUSTERS = 200;

export class ClusterSetup {
  /** @param {import("./side_view.js").SideView} view */
  constructor(view) {
    this.view = view;
    /** Whether the kernel was finding some. */
    this.wasFinding = false;
    this.input = h("input", { type: "number", min: 1, max: MOST_CLUSTERS, required: true });
    this.find = h("button", { type: "submit", class: "nbl-primary", text: TEXT.clusters.find });
    this.stop = h("button", {
      type: "button",
      text: TEXT.cancel,
      onClick: () =>
        this.isFinding ? view.context.tell({ type: "cancel", task: "map" }) : this.leave(),
    });
    this.words = h("p", { class: "nbl-clusters-words" });
    this.field = h(
      "label",
      { class: "nbl-clusters-number" },
      h("span", { text: TEXT.clusters.howMany }),
      this.input,
    );
    this.el = h(
      "form",
      { class: "nbl-clusters-setup", hidden: true },
      this.words,
      this.field,
      h("div", { class: "nbl-clusters-actions" }, this.find, this.stop),
    );
    listen(this.el, "submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.send();
    });
    listen(this.input, "keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      // taken here: JupyterLab lets no form be submitted by it
      event.preventDefault();
      event.stopPropagation();
      this.send();
    });
    view.onTrait("clustering", () => this.changed());
    this.update();
  }

  get isOpen() {
    return !this.el.hidden;
  }

  get isFinding() {
    return Boolean(this.view.context.model.get("clustering")?.finding);
  }

  open() {
    this.view.legend.el.hidden = true;
    this.el.hidden = false;
    this.input.value =
      this.input.value || String(this.view.context.model.get("clustering")?.suggested ?? 10);
    this.update();
    (this.isFinding ? this.stop : this.input).focus({ preventScroll: true });
    this.el.scrollIntoView({ block: "nearest" });
  }

  leave() {
    const hadFocus = this.el.contains(focusedElement());
    this.el.hidden = true;
    this.view.legend.el.hidden = false;
    if (hadFocus) this.view.focus();
  }

  /** Clusters were found, or will not be. Who labels meanwhile is not led away. */
  changed() {
    this.update();
    const { n, finding } = this.view.context.model.get("clustering") ?? {};
    if (this.isOpen && this.wasFinding && !finding && n) {
      const hadFocus = this.el.contains(focusedElement());
      this.leave();
      if (hadFocus) this.view.openCluster(null);
      else this.view.say(TEXT.clusters.found);
    }
    this.wasFinding = Boolean(finding);
  }

  send() {
    if (this.isFinding || !this.input.reportValidity()) return;
    this.view.context.tell({ type: "cluster", n: this.input.valueAsNumber });
  }

  update() {
    const { isFinding } = this;
    const hadFocus = this.el.contains(focusedElement());
    setText(this.words, isFinding ? TEXT.clusters.finding : TEXT.clusters.whatClustersAre);
    this.field.hidden = isFinding;
    this.find.hidden = isFinding;
    if (hadFocus && isFinding) this.stop.focus({ preventScroll: true });
  }
}
