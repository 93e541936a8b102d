// What every view of the map has, whatever draws the points: what they are coloured by and
// projected with, the legend, and in its place the form that finds clusters. A view that extends
// this one shows which points stand out.

import { Delay } from "../shared/delay.js";
import { h } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { announce } from "../shared/live.js";
import { alignedCopy } from "../shared/map_state.js";
import { TEXT } from "../shared/text.js";
import { ClusterSetup } from "./cluster_setup.js";
import { MapLegend } from "./legend.js";
import { MapToolbar } from "./toolbar.js";

const NOTE_MS = 2500;
const FADE_MS = 400;

export class SideView {
  /**
   * @param {import("../shared/context.js").PanelContext} context
   * @param {AbortSignal} signal
   * @param {import("../shared/ways.js").Ways} ways
   */
  constructor(context, signal, ways) {
    this.context = context;
    this.signal = signal;
    this.ways = ways;
    /** Points that stand out from the others. @type {Uint32Array | null} */
    this.selected = null;
    /** A colour that is shown alone until it is released. @type {number | null} */
    this.pressedCode = null;
    /** One that is shown alone while the pointer rests on it. @type {number | null} */
    this.hoveredCode = null;
    // a click beside the controls focuses it: its keys act, and none reaches the notebook
    const props = {
      class: "nbl-view nbl-map",
      role: "group",
      "aria-label": TEXT.map.title,
      tabindex: -1,
    };
    this.el = /** @type {HTMLElement} */ (h("section", props));
    this.noteDelay = new Delay(signal);
    this.note = h("div", { class: "nbl-map-note", role: "status" });
    this.toolbar = new MapToolbar(this);
    this.legend = new MapLegend(this);
    this.setup = new ClusterSetup(this);
    this.side = h("div", { class: "nbl-map-side" }, this.legend.el, this.setup.el);
    listen(this.el, "keydown", (event) => this.hearKey(event), { signal });
    this.onTrait("color_by", () => this.isolate(null));
    context.link.on(
      "select",
      ({ hidden = 0, focus = true }, [buffer]) =>
        this.choose(new Uint32Array(alignedCopy(buffer)), hidden, focus),
      signal,
    );
    ways.findClusters = () => this.setup.open();
    ways.lightUp = (some) => (some.length ? this.highlight(some) : this.dropHighlight());
  }

  /**
   * Listen to news of the points for as long as the view lives.
   * @param {string} type
   * @param {(detail: any) => void} act
   */
  on(type, act) {
    this.context.map.on(type, act, this.signal);
  }

  /**
   * Draw what a trait tells, in the next pause, for as long as the view lives.
   * @param {keyof import("../shared/wire.js").Traits} name
   * @param {() => void} act
   */
  onTrait(name, act) {
    const { link, throttle } = this.context;
    link.onTrait(name, () => throttle.run(act, act), this.signal);
  }

  /**
   * Keys act while the focus is inside. Those that mean nothing here, chords and Tab pass by.
   * @param {KeyboardEvent} event
   */
  hearKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!this.takeKey(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key meant something
   */
  takeKey(event) {
    if (event.key === "Escape") return this.escape();
    const target = /** @type {Element} */ (event.target);
    // a choice list needs its arrows and letters
    return !target.matches("select, input") && this.handleKey(event);
  }

  /**
   * A key outside of the fields.
   * @param {KeyboardEvent} event
   * @returns {boolean} whether it meant something
   */
  handleKey(event) {
    if (event.key === "#") this.legend.openGallery();
    if (event.key !== "g" && event.key !== "/") return event.key === "#";
    if (event.repeat) return true;
    if (event.key === "g") this.openCluster(null);
    else this.ways.openSearch();
    return true;
  }

  /**
   * Leave the innermost thing that is open.
   * @returns {boolean} whether there was one
   */
  escape() {
    if (this.setup.isOpen) this.setup.leave();
    else if (this.pressedCode !== null) this.isolate(null);
    else return this.ways.closeSelection(false);
    return true;
  }

  /**
   * Show words for a while; screen readers hear them.
   * @param {string} text
   * @param {boolean} [shown] false where the eyes have them already
   */
  say(text, shown = true) {
    this.note.classList.toggle("nbl-hidden", !shown);
    announce(this.note, text);
    this.note.classList.remove("nbl-map-note-gone");
    this.noteDelay.start(NOTE_MS, () => {
      this.note.classList.add("nbl-map-note-gone");
      this.noteDelay.start(FADE_MS, () => announce(this.note, ""));
    });
  }

  focus() {
    this.el.focus({ preventScroll: true });
  }

  /** The colour that is shown alone, whatever shows it. @returns {number | null} */
  get shownCode() {
    return this.hoveredCode ?? this.pressedCode;
  }

  /**
   * What was drawn around in plotly's figure, or set from Python, where nobody expects the focus to
   * move. In the figure it is dropped, too, when other points are drawn.
   * @param {Uint32Array} indices
   * @param {number} hidden how many others were, that the legend hides
   * @param {boolean} focus
   */
  choose(indices, hidden, focus) {
    if (!indices.length) {
      if (hidden) this.say(TEXT.map.noneInside(hidden, false));
      this.ways.closeSelection(!focus);
    } else if (focus || !this.ways.takeSelection(indices)) {
      this.openSelection(indices, hidden, focus);
    }
  }

  /**
   * @param {Uint32Array} indices what was drawn around
   * @param {number} hidden how many others were, that the legend or the filters hide
   * @param {boolean} [focus] whether the keys are those of the gallery now
   */
  openSelection(indices, hidden, focus = true) {
    this.highlight(indices);
    this.ways.openSelection(indices, hidden, focus);
  }

  /** @param {number | null} cluster its number, null for the first that is left to look at */
  openCluster(cluster) {
    const { n } = this.context.model.get("clustering") ?? {};
    if (n) this.ways.openCluster(cluster);
    else this.setup.open();
  }

  /** @param {Uint32Array} indices points that stand out from the others */
  highlight(indices) {
    this.selected = indices;
    this.updateLit();
  }

  dropHighlight() {
    this.selected = null;
    this.updateLit();
  }

  /** @param {number | null} code a colour to show alone until it is released */
  isolate(code) {
    this.pressedCode = code;
    this.legend.showPressed(code);
    this.updateLit();
  }

  /** @param {number | null} code a colour to show alone while the pointer rests on it */
  preview(code) {
    this.hoveredCode = code;
    this.updateLit();
  }

  /** Show what stands out: `selected`, or the points of a colour. */
  updateLit() {}
}
