import { Card } from "./card.js";
import { Delay } from "./delay.js";

// The card of the point under the pointer: asks the kernel for what is not known yet.

const ASK_AFTER_MS = 50;

export class MapCard {
  /** @param {import("./map_view.js").MapView} view */
  constructor(view) {
    this.view = view;
    /** @type {number | null} */
    this.index = null;
    this.askDelay = new Delay(view.signal);
    this.card = new Card();
    this.el = this.card.el;
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
    const { state, scene, crosshair } = this.view;
    const known = state.picture(index);
    if (!known) return;
    const words = this.card.fill(known.item, known.text, known.bytes, state.classes);
    this.card.place(scene.spotOf(index), scene.camera);
    if (crosshair.isOn) this.view.say(words, false);
  }
}
