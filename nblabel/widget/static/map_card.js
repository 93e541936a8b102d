import { h, percentText, setText } from "./dom.js";
import { Delay } from "./delay.js";
import { paintPixels } from "./pixels.js";

// The card beside the point under the pointer: its picture and what is known about it.

const ASK_AFTER_MS = 50;
const CARD_GAP = 14;

export class MapCard {
  /** @param {import("./map_view.js").MapView} view */
  constructor(view) {
    this.view = view;
    /** @type {number | null} */
    this.index = null;
    this.askDelay = new Delay(view.signal);
    this.picture = h("canvas", { class: "nbl-map-card-picture", "aria-hidden": "true" });
    this.swatch = h("span", { class: "nbl-map-swatch" });
    this.text = h("span");
    const line = h("span", { class: "nbl-map-card-line" }, this.swatch, this.text);
    this.el = h("div", { class: "nbl-map-card", hidden: true }, this.picture, line);
    view.on("picture", ({ index }) => index === this.index && this.fill(index));
  }

  /** @param {number | null} index */
  show(index) {
    this.index = index;
    this.askDelay.cancel();
    this.el.hidden = true;
    if (index === null) return;
    const { state } = this.view;
    const known = state.picture(index);
    if (known) this.fill(index);
    if (known?.version === state.version) return;
    this.askDelay.start(ASK_AFTER_MS, () => state.send({ type: "hover", index }));
  }

  /** @param {number} index */
  fill(index) {
    const { state, crosshair } = this.view;
    const known = state.picture(index);
    if (!known) return;
    const { item, bytes } = known;
    const words = item.error ?? (known.text || describeItem(item));
    this.picture.hidden = !(item.image && bytes);
    if (item.image && bytes) paintPixels(this.picture, item.image, bytes);
    setText(this.text, words);
    this.showSwatch(item.label ?? item.guess?.label);
    this.el.hidden = false;
    this.place(index);
    if (crosshair.isOn) this.view.say(words, false);
  }

  /** @param {string | undefined} label */
  showSwatch(label) {
    const color = this.view.state.classes.find(({ name }) => name === label)?.color;
    this.swatch.hidden = !color;
    this.swatch.style.background = color ?? "";
  }

  /**
   * Beside the point, on the side that has room.
   * @param {number} index
   */
  place(index) {
    const { scene } = this.view;
    const [x, y] = scene.spotOf(index);
    const { offsetWidth: width, offsetHeight: height } = this.el;
    const left = x + CARD_GAP + width <= scene.camera.width ? x + CARD_GAP : x - CARD_GAP - width;
    const clamp = (/** @type {number} */ value, /** @type {number} */ room) => Math.max(Math.min(value, room - 4), 4);
    this.el.style.left = `${clamp(left, scene.camera.width - width)}px`;
    this.el.style.top = `${clamp(y - height / 2, scene.camera.height - height)}px`;
  }
}

/** @param {any} item */
function describeItem({ id, label, guess }) {
  if (label) return `${id}: labeled ${label}`;
  return guess ? `${id}: perhaps ${guess.label}, ${percentText(guess.confidence)}` : `${id}: not labeled`;
}
