import { Delay } from "./delay.js";
import { h, setText } from "./dom.js";
import { GroupDialog } from "./group_dialog.js";
import { MapLegend } from "./map_legend.js";
import { MapState } from "./map_state.js";

// What every view of the map has at its side, whatever draws the points: the legend, or in its place the
// dialog for a group. A view that extends this one shows which points stand out.

const NOTE_MS = 2500;
const FADE_MS = 400;

export class SideView {
  /**
   * @param {MapState} state
   * @param {HTMLElement} el
   * @param {AbortSignal} signal
   */
  constructor(state, el, signal) {
    this.state = state;
    this.el = el;
    this.signal = signal;
    /** Points that stand out from the others. @type {Uint32Array | null} */
    this.selected = null;
    /** A colour that is shown alone until it is released. @type {number | null} */
    this.pressedCode = null;
    /** One that is shown alone while the pointer rests on it. @type {number | null} */
    this.hoveredCode = null;
    this.noteDelay = new Delay(signal);
    this.note = h("div", { class: "nbl-map-note", role: "status" });
    this.unsaved = h("p", { class: "nbl-map-unsaved" });
    this.legend = new MapLegend(this);
    this.dialog = new GroupDialog(this);
    this.side = h("div", { class: "nbl-map-side" }, this.legend.el, this.dialog.el);
    el.classList.add("nbl-view", "nbl-map");
    el.dataset.lmSuppressShortcuts = "true";
    el.tabIndex = 0;
    el.addEventListener("keydown", (event) => this.hearKey(event), { signal });
    this.on("color_by", () => this.isolate(null));
    this.on("unsaved", () => this.showUnsaved());
    this.showUnsaved();
  }

  /**
   * Listen to the state for as long as the view lives.
   * @param {string} type
   * @param {(detail: any) => void} act
   */
  on(type, act) {
    this.state.addEventListener(type, (event) => act(/** @type {CustomEvent} */ (event).detail), { signal: this.signal });
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
    if (this.dialog.el.contains(target)) return this.dialog.handleKey(event);
    // a choice list needs its arrows and letters
    return !target.matches("select, input") && this.handleKey(event);
  }

  /**
   * A key outside of the dialog.
   * @param {KeyboardEvent} event
   * @returns {boolean} whether it meant something
   */
  handleKey(event) {
    if (event.key !== "g") return false;
    if (!event.repeat) this.openCluster(null);
    return true;
  }

  /**
   * Leave the innermost thing that is open.
   * @returns {boolean} whether there was one
   */
  escape() {
    if (this.dialog.isOpen) this.clearSelection();
    else if (this.pressedCode !== null) this.isolate(null);
    else return false;
    return true;
  }

  showUnsaved() {
    const { count, late, refusal } = this.state.outbox.unsaved;
    const what = count === 1 ? "1 change is not saved yet" : `${count} changes are not saved yet`;
    setText(this.unsaved, late ? `${what}${refusal && `: ${refusal}`}. Trying again…` : "");
  }

  /**
   * Show words for a while; screen readers hear them.
   * @param {string} text
   * @param {boolean} [shown] false where the eyes have them already
   */
  say(text, shown = true) {
    this.note.classList.toggle("nbl-hidden", !shown);
    setText(this.note, text);
    this.note.classList.remove("nbl-map-note-gone");
    this.noteDelay.start(NOTE_MS, () => {
      this.note.classList.add("nbl-map-note-gone");
      this.noteDelay.start(FADE_MS, () => setText(this.note, ""));
    });
  }

  focus() {
    this.el.focus({ preventScroll: true });
  }

  /** @param {Uint32Array} indices what was drawn around */
  openSelection(indices) {
    this.highlight(indices);
    this.dialog.openSelection(indices);
    this.legend.el.hidden = true;
  }

  /** @param {number | null} cluster its number, null for the first that is left to look at */
  openCluster(cluster) {
    this.dropHighlight();
    this.dialog.openCluster(cluster);
    this.legend.el.hidden = true;
  }

  /** @param {Uint32Array} indices points that stand out from the others */
  highlight(indices) {
    this.selected = indices;
    this.updateLit();
  }

  /** The dialog has done its work, but may still offer to undo it. */
  dropHighlight() {
    this.selected = null;
    this.updateLit();
  }

  clearSelection() {
    this.dropHighlight();
    this.dialog.close();
    this.legend.el.hidden = false;
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

/**
 * One state for the widget, any number of views of it.
 * @param {new (state: MapState, el: HTMLElement, signal: AbortSignal) => SideView} View
 */
export function widgetOf(View) {
  /** @type {MapState} */
  let state;

  /** @param {{model: any}} context */
  function initialize({ model }) {
    state = new MapState(model);
    state.open();
    return () => state.close();
  }

  /** @param {{el: HTMLElement}} context */
  function render({ el }) {
    const life = new AbortController();
    new View(state, el, life.signal);
    return () => life.abort();
  }

  return { initialize, render };
}
