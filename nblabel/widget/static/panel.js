// The entry: one state for each model, any number of views of it.

import { h, setText } from "./shared/dom.js";
import { guarded, listen } from "./shared/errors.js";
import { chordOf, isTextField } from "./shared/chords.js";
import { PanelContext } from "./shared/context.js";
import { followTheme } from "./shared/host_theme.js";
import { announce, buildLiveRegion } from "./shared/live.js";
import { TEXT } from "./shared/text.js";
import { makeWays } from "./shared/ways.js";
import { Gallery } from "./gallery/gallery.js";
import { QueueController } from "./queue/controller.js";
import { TagController } from "./queue/tags.js";
import { ClassDialog } from "./classes/dialog.js";
import { buildQueue } from "./queue/view.js";
import { CanvasView } from "./map/view.js";
import { PlotlyView } from "./map/plotly_view.js";
import { buildStatus } from "./status/view.js";
import { buildQuality } from "./quality/view.js";

/** @typedef {import("./shared/wire.js").Model} Model */

/** A page of one panel: its state, and how many views it has. */
class PanelPage {
  /** @param {Model} model */
  constructor(model) {
    this.context = new PanelContext(model);
    const Controller = model.get("multi_label") ? TagController : QueueController;
    this.controller = new Controller(this.context);
    this.views = 0;
    this.controller.open();
  }

  close() {
    this.controller.close();
    this.context.close();
  }

  /**
   * @param {HTMLElement} el
   * @returns {() => void} takes the view away
   */
  addView(el) {
    const life = new AbortController();
    // not before: JupyterLab makes a model of every panel, also of those that no cell shows
    if (!this.views) this.context.tellReady();
    this.views += 1;
    guarded(() => this.build(el, life.signal))();
    return () => {
      life.abort();
      this.views -= 1;
      if (!this.views) this.desert();
    };
  }

  /** The last view is gone. */
  desert() {
    this.context.link.watchdog.close();
    this.context.send({ type: "gone" });
  }

  /**
   * @param {HTMLElement} el
   * @param {AbortSignal} signal
   */
  build(el, signal) {
    const { context, controller } = this;
    el.classList.add("nbl-view", "nbl-panel");
    el.setAttribute("role", "group");
    el.setAttribute("aria-label", TEXT.panel.title);
    el.tabIndex = -1; // a click beside the controls must not hand the keys to the notebook
    keepKeys(el, signal);
    followTheme(el, signal);
    listen(el, "keydown", (event) => this.hearChord(event), { signal });
    const columns = h("div", { class: "nbl-columns" });
    const live = buildLiveRegion();
    el.append(buildFailure(context, signal), columns, live);
    context.on("spoken", (text) => context.throttle.run(live, () => announce(live, text)), signal);
    /**
     * A part that cannot be built leaves the others alone.
     * @param {Element} place
     * @param {() => Node} build
     */
    const add = (place, build) => place.append(guarded(build)() ?? "");
    const ways = makeWays();
    markCopy(el, context, signal);
    add(columns, () => buildQueue(controller, signal, ways));
    add(columns, () => new Gallery(context, signal, ways).el);
    const MapView = context.model.get("map_kind") === "plotly" ? PlotlyView : CanvasView;
    add(columns, () => new MapView(context, signal, ways).el);
    add(el, () => new ClassDialog(controller, signal, ways).el);
    add(el, () => buildStatus(context, signal, ways));
    add(el, () => buildQuality(context, signal, ways));
  }

  /**
   * Undo and redo by the chords that all programs have; a field for text has its own.
   * @param {KeyboardEvent} event
   */
  hearChord(event) {
    const name = chordOf(event);
    if ((name !== "undo" && name !== "redo") || isTextField(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) this.controller.act({ name });
  }
}

/**
 * In an HTML copy of a notebook, which no kernel ever spoke to, the picture behind the panel shows.
 * @param {HTMLElement} el
 * @param {PanelContext} context
 * @param {AbortSignal} signal
 */
function markCopy(el, context, signal) {
  const { link } = context;
  if (!document.querySelector('script[type="application/vnd.jupyter.widget-state+json"]')) return;
  const show = () =>
    el.classList.toggle("nbl-unheard", link.watchdog.isSilent && link.due === null);
  link.watchdog.on("change", show, signal);
  show();
}

/**
 * Keep the front end's shortcuts away from keys that are pressed in the panel, but for the one that
 * saves the notebook: whatever listens around the panel hears nothing of them. JupyterLab listens
 * before that. It looks for the mark on the element that has the focus and on those around it,
 * after this listener: the mark says whose the key is that is pressed now.
 * @param {HTMLElement} el
 * @param {AbortSignal} signal
 */
function keepKeys(el, signal) {
  /** @param {HTMLElement} target @param {boolean} ours */
  const mark = (target, ours) => {
    if (ours) target.dataset.lmSuppressShortcuts = "true";
    else delete target.dataset.lmSuppressShortcuts;
  };
  /** @param {KeyboardEvent} event */
  const look = (event) => {
    const path = /** @type {HTMLElement[]} */ (event.composedPath());
    const end = path.indexOf(el);
    for (const target of path.slice(0, end + 1)) mark(target, chordOf(event) !== "save");
  };
  mark(el, true);
  listen(el, "focusin", (event) => mark(event.target, true), { signal });
  listen(window, "keydown", look, { signal, capture: true });
  /** @param {KeyboardEvent} event */
  const stop = (event) => chordOf(event) === "save" || event.stopPropagation();
  for (const type of ["keydown", "keypress", "keyup"]) listen(el, type, stop, { signal });
}

/**
 * What went wrong in the page, in words.
 * @param {PanelContext} context
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
function buildFailure(context, signal) {
  const text = h("span", { role: "alert" });
  const forget = () => {
    context.failure = "";
    context.emit("failed");
  };
  const dismiss = h("button", {
    type: "button",
    "aria-label": TEXT.dismiss,
    text: "×",
    onClick: forget,
  });
  const node = h("p", { class: "nbl-message nbl-failure" }, text, dismiss);
  const render = () => {
    setText(text, context.failure);
    node.classList.toggle("nbl-empty", !context.failure);
    dismiss.hidden = !context.failure;
  };
  context.on("failed", render, signal);
  render();
  return node;
}

export default () => {
  /** @type {PanelPage | undefined} */
  let page;
  return {
    /** @param {{model: Model}} host */
    initialize({ model }) {
      const opened = new PanelPage(model);
      page = opened;
      return () => opened.close();
    },
    /** @param {{el: HTMLElement}} host */
    render({ el }) {
      // without a state its failure is all there is to show
      if (!page) el.textContent = TEXT.panel.failed(TEXT.panel.noState);
      return page?.addView(el);
    },
  };
};
