// What the points are coloured by and projected with, and how far a job of the map is.

import { h, setText } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";

/** @typedef {import("../shared/wire.js").Choice} Choice */

export class MapToolbar {
  /** @param {import("./side_view.js").SideView} view */
  constructor(view) {
    this.view = view;
    const { context } = view;
    this.colorBy = h("select", { onChange: () => this.chooseColor() });
    const project = () => context.tell({ type: "project", name: this.projection.value });
    this.projection = h("select", { onChange: project });
    this.train = h("button", {
      type: "button",
      class: "nbl-map-train",
      text: TEXT.map.train,
      title: TEXT.map.trainTitle,
      onClick: () => context.tell({ type: "train" }),
    });
    this.bar = h("progress", { max: 1, "aria-label": TEXT.progress });
    this.barText = h("span", { class: "nbl-map-progress-text" });
    const stop = () => context.tell({ type: "cancel", task: "map" });
    const cancel = h("button", { type: "button", text: TEXT.cancel, onClick: stop });
    /** Has a row of its own below the map, so that it covers no point and moves nothing. */
    this.progress = h(
      "span",
      { class: "nbl-map-progress", hidden: true },
      this.bar,
      this.barText,
      cancel,
    );
    this.el = h(
      "div",
      { class: "nbl-map-toolbar", role: "group", "aria-label": TEXT.map.tools },
      h("label", { class: "nbl-map-field" }, h("span", { text: TEXT.map.color }), this.colorBy),
      h(
        "label",
        { class: "nbl-map-field" },
        h("span", { text: TEXT.map.projection }),
        this.projection,
      ),
      this.train,
    );
    for (const trait of /** @type {const} */ (["color_by", "color_modes"]))
      view.onTrait(trait, () => this.updateColor());
    view.onTrait("projection", () => this.updateProjection());
    this.updateColor();
    this.updateProjection();
  }

  chooseColor() {
    this.view.context.choose("color_by", this.colorBy.value);
  }

  updateColor() {
    const { model } = this.view.context;
    fillSelect(this.colorBy, model.get("color_modes") ?? [], model.get("color_by"));
  }

  updateProjection() {
    const now = this.view.context.model.get("projection");
    if (!now?.choices) return;
    // while one is being computed, the choice shows what was asked for and the plane what is there
    fillSelect(
      this.projection,
      now.choices,
      now.running ? this.projection.value || now.name : now.name,
    );
    this.train.hidden = !now.train;
    this.announce(now);
    this.progress.hidden = !now.running;
    this.bar.value = now.progress;
    setText(this.barText, now.text);
    this.barText.title = now.text;
  }

  /** @param {import("../shared/wire.js").Projection} now */
  announce(now) {
    if (this.progress.hidden || now.running) return;
    const choice = now.choices.find(({ value }) => value === now.name);
    this.view.say(now.text || TEXT.map.ready(choice?.text ?? now.name));
  }
}

/**
 * @param {HTMLSelectElement} select
 * @param {Choice[]} choices
 * @param {string} value
 */
function fillSelect(select, choices, value) {
  const same =
    choices.length === select.options.length &&
    choices.every(
      (choice, k) =>
        choice.value === select.options[k].value && choice.text === select.options[k].text,
    );
  if (!same)
    select.replaceChildren(
      ...choices.map((choice) => h("option", { value: choice.value, text: choice.text })),
    );
  select.value = value;
}
