// How many clusters to find, and waiting for them: they are found in the background, the bar on the
// map tells how far it is.

import { h, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { TEXT } from "../shared/text.js";

const MOST_CLUSTERS = 200;

export class ClusterSetup {
  /**
   * @param {import("./dialog.js").GroupHost} view
   * @param {() => void} leave
   */
  constructor(view, leave) {
    this.view = view;
    this.input = h("input", { type: "number", min: 1, max: MOST_CLUSTERS, required: true });
    this.find = h("button", { type: "submit", class: "nbl-primary", text: TEXT.group.find });
    this.stop = h("button", {
      type: "button",
      text: TEXT.cancel,
      onClick: () =>
        this.isFinding ? view.context.tell({ type: "cancel", task: "map" }) : leave(),
    });
    this.words = h("p");
    this.field = h(
      "label",
      { class: "nbl-group-number" },
      h("span", { text: TEXT.group.howMany }),
      this.input,
    );
    this.el = h(
      "form",
      { class: "nbl-group-setup", hidden: true },
      this.words,
      this.field,
      h("div", { class: "nbl-map-actions" }, this.find, this.stop),
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
    this.update();
  }

  get isFinding() {
    return Boolean(this.view.context.model.get("clustering")?.finding);
  }

  open() {
    this.el.hidden = false;
    this.input.value =
      this.input.value || String(this.view.context.model.get("clustering")?.suggested ?? 10);
    this.update();
    (this.isFinding ? this.stop : this.input).focus({ preventScroll: true });
  }

  send() {
    if (this.isFinding || !this.input.reportValidity()) return;
    this.view.context.tell({ type: "cluster", n: this.input.valueAsNumber });
  }

  update() {
    const { isFinding } = this;
    const hadFocus = this.el.contains(focusedElement());
    setText(this.words, isFinding ? TEXT.group.finding : TEXT.group.whatClustersAre);
    this.field.hidden = isFinding;
    this.find.hidden = isFinding;
    if (hadFocus && isFinding) this.stop.focus({ preventScroll: true });
  }
}
