// Brightness and contrast of what is looked at: which of the values are black and white. The page
// does it at once; of pictures with more than 256 values the kernel sends it anew, in true values.

import { WHOLE_WINDOW } from "./closeups.js";
import { makeUid, setAttribute, svg } from "./dom.js";

/** How much narrower the range is at full contrast, and how much wider at none. */
const NARROWEST = 1 / 32;
const WIDEST = 3;

/** @typedef {import("./closeups.js").Window} Window */

export class Light {
  constructor() {
    /** -1 to 1 each. */
    this.brightness = 0;
    this.contrast = 0;
    this.window = WHOLE_WINDOW;
    /** The filter of each picture. @type {Map<Element, {id: string, functions: Element[]}>} */
    this.filters = new Map();
    const hidden = { width: 0, height: 0, "aria-hidden": "true", class: "nbl-light-filters" };
    this.el = svg("svg", hidden);
  }

  get isUsual() {
    return this.window === WHOLE_WINDOW;
  }

  /**
   * @param {number} brightness
   * @param {number} contrast
   */
  set(brightness, contrast) {
    this.brightness = brightness;
    this.contrast = contrast;
    const width = (contrast > 0 ? NARROWEST : WIDEST) ** Math.abs(contrast);
    const middle = 0.5 - brightness;
    const window = [middle - width / 2, middle + width / 2].map((end) => +end.toFixed(4));
    this.window = brightness || contrast ? /** @type {Window} */ (window) : WHOLE_WINDOW;
  }

  /**
   * Show a picture in this light.
   * @param {HTMLElement} picture
   * @param {Window} made the window that it was made with
   */
  shine(picture, made) {
    const [black, white] = this.window;
    const slope = (made[1] - made[0]) / (white - black);
    const intercept = (made[0] - black) / (white - black);
    const changes = Math.abs(slope - 1) > 1e-4 || Math.abs(intercept) > 1e-4;
    setAttribute(picture, "data-lit", changes);
    if (!changes) {
      picture.style.filter = "";
      return;
    }
    const { id, functions } = this.filterOf(picture);
    for (const one of functions) {
      setAttribute(one, "slope", slope);
      setAttribute(one, "intercept", intercept);
    }
    picture.style.filter = `url("#${id}")`;
  }

  /** @param {HTMLElement} picture */
  filterOf(picture) {
    const known = this.filters.get(picture);
    if (known) return known;
    const id = `nbl-light-${makeUid()}`;
    const functions = ["R", "G", "B"].map((name) => svg(`feFunc${name}`, { type: "linear" }));
    const transfer = svg("feComponentTransfer", {}, ...functions);
    const made = { id, functions };
    this.el.append(svg("filter", { id, "color-interpolation-filters": "sRGB" }, transfer));
    this.filters.set(picture, made);
    return made;
  }
}
