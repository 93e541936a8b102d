import { Delay } from "./delay.js";
import { h, setText } from "./dom.js";
import { SILENCE_TEXT } from "./silence.js";
import { SideView, widgetOf } from "./side_view.js";

// What stands below a map that plotly draws: the legend and the dialog for groups, as beside the canvas map.
// Plotly tells the kernel what was drawn around, and the kernel has plotly dim all other points.

/** Plotly draws everything anew whenever other points stand out: not for what passes by. */
const LIT_AFTER_MS = 150;

class PlotlySide extends SideView {
  /**
   * @param {import("./map_state.js").MapState} state
   * @param {HTMLElement} el
   * @param {AbortSignal} signal
   */
  constructor(state, el, signal) {
    super(state, el, signal);
    this.litDelay = new Delay(signal);
    /** What stands out in the figure: members, a colour, or nothing. @type {Uint32Array | number | null} */
    this.lit = null;
    this.silence = h("p", { class: "nbl-map-unsaved" });
    el.classList.add("nbl-plotly-side");
    el.setAttribute("role", "group");
    el.setAttribute("aria-label", "Legend and clusters");
    el.append(this.silence, this.unsaved, this.side, this.note);
    this.on("silence", () => setText(this.silence, state.silence.lasts ? SILENCE_TEXT : ""));
    this.on("select", ({ indices }) => this.take(indices));
  }

  /** @param {Uint32Array} indices what was drawn around in the figure, which shows it already */
  take(indices) {
    if (!indices.length) {
      // dropped there, or from here because it was labeled
      if (this.dialog.isChoosing && !this.dialog.isCluster) this.clearSelection();
      return;
    }
    this.lit = indices;
    this.openSelection(indices);
  }

  updateLit() {
    this.litDelay.start(LIT_AFTER_MS, () => {
      const lit = this.selected ?? this.pressedCode;
      if (lit === this.lit) return;
      this.lit = lit;
      this.state.send({ type: "lit", code: this.selected ? null : lit }, this.selected);
    });
  }
}

export default () => widgetOf(PlotlySide);
