import { h, setAttribute, setText } from "./dom.js";
import { mapIcon } from "./map_icons.js";

// Colour, projection, modes, zoom. Each button says its name and key when it is pointed at or focused.

const ZOOM_STEP = 1.5;
const TRAIN = "Train an encoder on these pictures, in the background, and move over to it";

export class MapToolbar {
  /** @param {import("./map_view.js").MapView} view */
  constructor(view) {
    this.view = view;
    const { state } = view;
    this.colorBy = h("select", { onChange: () => this.chooseColor() });
    this.projection = h("select", { onChange: () => state.send({ type: "project", name: this.projection.value }) });
    this.train = h("button", {
      type: "button", class: "nbl-map-train", text: "Train", title: TRAIN, onClick: () => state.send({ type: "train" }),
    });
    this.bar = h("progress", { max: 1, "aria-label": "Progress" });
    this.barText = h("span", { class: "nbl-map-progress-text" });
    const cancel = h("button", { type: "button", text: "Cancel", onClick: () => state.send({ type: "cancel" }) });
    /** Lies over the plane, so that the map does not move when it comes and goes. */
    this.progress = h("span", { class: "nbl-map-progress", hidden: true }, this.bar, this.barText, cancel);
    this.modes = {
      move: this.button("move", "Move", "m", () => view.setMode("move")),
      lasso: this.button("lasso", "Lasso", "l", () => view.setMode("lasso")),
      box: this.button("box", "Box", "x", () => view.setMode("box")),
    };
    this.el = h("div", { class: "nbl-map-toolbar", role: "group", "aria-label": "Map tools" },
      h("label", { class: "nbl-map-field" }, h("span", { text: "Colour" }), this.colorBy),
      h("label", { class: "nbl-map-field" }, h("span", { text: "Projection" }), this.projection),
      this.train,
      h("span", { class: "nbl-map-tools" }, this.modeGroup(), this.zoomGroup(), this.helpButton()));
    this.showMode("move");
    this.follow();
  }

  modeGroup() {
    const { move, lasso, box } = this.modes;
    return h("span", { class: "nbl-map-group", role: "group", "aria-label": "Dragging" }, move, lasso, box);
  }

  zoomGroup() {
    const { view } = this;
    return h("span", { class: "nbl-map-group", role: "group", "aria-label": "Zoom" },
      this.button("zoomOut", "Zoom out", "-", () => view.zoomBy(1 / ZOOM_STEP)),
      this.button("zoomIn", "Zoom in", "+", () => view.zoomBy(ZOOM_STEP)),
      this.button("reset", "Show all", "0", () => view.resetCamera()));
  }

  helpButton() {
    return h("span", { class: "nbl-map-group" }, this.button("help", "Keys", "?", () => this.view.help.toggle()));
  }

  /**
   * @param {any} icon
   * @param {string} name
   * @param {string} key
   * @param {() => void} act
   */
  button(icon, name, key, act) {
    return h("button", { type: "button", class: "nbl-map-tool", "aria-label": name, "aria-keyshortcuts": key, onClick: act },
      mapIcon(icon),
      h("span", { class: "nbl-map-tip", "aria-hidden": "true" }, h("span", { text: name }), h("kbd", { text: key })));
  }

  follow() {
    const { view } = this;
    for (const trait of ["color_by", "color_modes"]) view.on(trait, () => this.updateColor());
    view.on("projection", () => this.updateProjection());
    this.updateColor();
    this.updateProjection();
  }

  /** @param {string} mode */
  showMode(mode) {
    for (const [name, button] of Object.entries(this.modes)) setAttribute(button, "aria-pressed", String(name === mode));
  }

  chooseColor() {
    const { model } = this.view.state;
    model.set("color_by", this.colorBy.value);
    model.save_changes();
  }

  updateColor() {
    const { state } = this.view;
    fillSelect(this.colorBy, state.get("color_modes") ?? [], state.get("color_by"));
  }

  updateProjection() {
    /** @type {import("./map_state.js").Projection | undefined} */
    const now = this.view.state.get("projection");
    if (!now) return;
    // while one is being computed, the choice shows what was asked for and the plane what is there
    fillSelect(this.projection, now.choices, now.running ? this.projection.value || now.name : now.name);
    this.train.hidden = !now.train;
    this.announce(now);
    this.progress.hidden = !now.running;
    this.bar.value = now.progress;
    setText(this.barText, now.text);
  }

  /** @param {import("./map_state.js").Projection} now */
  announce(now) {
    if (this.progress.hidden || now.running) return;
    const choice = now.choices.find(({ value }) => value === now.name);
    this.view.say(now.text || `${choice?.text ?? now.name} ready`);
  }
}

/**
 * @param {HTMLSelectElement} select
 * @param {import("./map_state.js").Choice[]} choices
 * @param {string} value
 */
function fillSelect(select, choices, value) {
  const same = choices.length === select.options.length &&
    choices.every((choice, k) => choice.value === select.options[k].value && choice.text === select.options[k].text);
  if (!same) select.replaceChildren(...choices.map((choice) => h("option", { value: choice.value, text: choice.text })));
  select.value = value;
}
