// The card of the point under the pointer: asks the kernel for what is not known yet.

import { Delay } from "../shared/delay.js";
import { PointCard } from "./card.js";

const ASK_AFTER_MS = 50;

export class HoverCard {
  /** @param {import("./view.js").CanvasView} view */
  constructor(view) {
    this.view = view;
    /** @type {number | null} */
    this.index = null;
    this.askDelay = new Delay(view.signal);
    this.card = new PointCard();
    this.el = this.card.el;
    view.on("picture", ({ index }) => index === this.index && this.fill(index));
  }

  /** @param {number | null} index */
  show(index) {
    this.index = index;
    this.askDelay.cancel();
    this.el.hidden = true;
    if (index === null) return;
    const { context } = this.view;
    const known = context.map.picture(index);
    if (known) this.fill(index);
    if (known?.version === context.map.version) return;
    this.askDelay.start(ASK_AFTER_MS, () => context.send({ type: "hover", index }));
  }

  /** @param {number} index */
  fill(index) {
    const { context, scene, crosshair } = this.view;
    const known = context.map.picture(index);
    if (!known) return;
    const words = this.card.fill(known, context.everyClass);
    this.card.place(scene.spotOf(index), scene.camera);
    if (crosshair.isOn) this.view.say(words, false);
  }
}
