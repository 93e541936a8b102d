// What stands in the map's place where plotly draws the points, in a figure beside the panel: the
// choices, the picture of the point under the pointer, the legend and the form that finds clusters.
// Plotly tells the kernel what was drawn around, and the kernel has plotly dim all other points.

import { Delay } from "../shared/delay.js";
import { h, setText } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";
import { PointCard } from "./card.js";
import { SideView } from "./side_view.js";

/** Plotly draws everything anew whenever other points stand out: not for what passes by. */
const LIT_AFTER_MS = 150;

/** @typedef {import("../shared/wire.js").Item} Item */

export class PlotlyView extends SideView {
  /**
   * @param {import("../shared/context.js").PanelContext} context
   * @param {AbortSignal} signal
   * @param {import("../shared/ways.js").Ways} ways
   */
  constructor(context, signal, ways) {
    super(context, signal, ways);
    const { el, link } = { el: this.el, link: context.link };
    this.litDelay = new Delay(signal);
    /**
     * What stands out in the figure: members, a colour, or nothing.
     * @type {Uint32Array | number | null}
     */
    this.lit = null;
    /** Whether something is drawn around in the figure. */
    this.isOutlined = false;
    /** Whether that is taken away as others stand out, which the figure tells like a selection. */
    this.dropsOutline = false;
    this.silence = h("p", { class: "nbl-map-silence" });
    this.card = new PointCard();
    this.here = h("p", { class: "nbl-map-here", text: TEXT.map.pointHere });
    const place = h("div", { class: "nbl-plotly-point" }, this.here, this.card.el);
    el.classList.add("nbl-plotly-side");
    el.tabIndex = 0;
    el.setAttribute("aria-label", TEXT.map.plotlyTitle);
    el.append(this.toolbar.el, this.toolbar.progress, this.silence, place, this.side, this.note);
    this.on("picture", ({ index, item }) => this.showPoint(index, item));
    link.watchdog.on("change", () => this.describe(), signal);
  }

  describe() {
    setText(this.silence, this.context.link.watchdog.isSilent ? TEXT.panel.silence : "");
  }

  /**
   * @param {number} index
   * @param {Item | null} item null where the pointer is over no point
   */
  showPoint(index, item) {
    const { map, classes } = this.context;
    const known = item && map.picture(index);
    this.card.el.hidden = !known;
    this.here.hidden = Boolean(known);
    if (known) this.card.fill(known, classes);
  }

  /**
   * @param {Uint32Array} indices
   * @param {number} hidden
   * @param {boolean} focus false where it was not drawn in the figure, which shows it already
   */
  choose(indices, hidden, focus) {
    if (focus) {
      const isEcho = !indices.length && !hidden && this.dropsOutline;
      this.dropsOutline = false;
      if (isEcho) {
        this.lit = null; // with the outline the figure forgot what stands out
        this.updateLit();
        return;
      }
      this.isOutlined = indices.length > 0;
      if (this.isOutlined) this.lit = indices;
    }
    super.choose(indices, hidden, focus);
  }

  updateLit() {
    this.litDelay.start(LIT_AFTER_MS, () => {
      const lit = this.selected ?? this.pressedCode;
      if (isSameLit(lit, this.lit)) return;
      this.lit = lit;
      this.dropsOutline = this.isOutlined;
      this.isOutlined = false;
      this.context.send({ type: "lit", code: this.selected ? null : lit }, this.selected);
    });
  }
}

/**
 * @param {Uint32Array | number | null} a
 * @param {Uint32Array | number | null} b
 */
function isSameLit(a, b) {
  if (!(a instanceof Uint32Array && b instanceof Uint32Array)) return a === b;
  return a.length === b.length && a.every((index, k) => index === b[k]);
}
