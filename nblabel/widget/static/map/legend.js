// What the colours mean. Resting on an entry shows its points alone, pressing it keeps them alone.

import { h, setAttribute, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { countText } from "../shared/format.js";
import { TEXT } from "../shared/text.js";
import { LegendFilter } from "./legend_filter.js";

export class MapLegend {
  /** @param {import("./side_view.js").SideView} view */
  constructor(view) {
    this.view = view;
    /** @type {Map<number, {button: any, swatch: any, name: any, count: any}>} */
    this.entries = new Map();
    this.title = h("h3", { class: "nbl-map-side-title" });
    this.list = h("div", { class: "nbl-map-legend-list" });
    this.filter = new LegendFilter(this);
    const clusters = h(
      "button",
      {
        type: "button",
        class: "nbl-map-clusters",
        "aria-keyshortcuts": "g",
        title: TEXT.map.clustersTitle,
        onClick: () => view.openCluster(null),
      },
      h("span", { text: TEXT.map.clusters }),
      h("kbd", { text: "g", "aria-hidden": "true" }),
    );
    const search = h(
      "button",
      {
        type: "button",
        class: "nbl-map-search",
        "aria-keyshortcuts": "/",
        title: TEXT.map.searchTitle,
        onClick: () => view.ways.openSearch(),
      },
      h("span", { text: TEXT.map.search }),
      h("kbd", { text: "/", "aria-hidden": "true" }),
    );
    const head = h("div", { class: "nbl-map-legend-head" }, this.title, search, clusters);
    /** The items of the colour that is shown alone, as small pictures. */
    this.gallery = h(
      "button",
      {
        type: "button",
        class: "nbl-map-gallery",
        "aria-keyshortcuts": "#",
        title: TEXT.gallery.openTitle,
        onClick: () => this.openGallery(),
      },
      h("span", { text: TEXT.gallery.open }),
      h("kbd", { text: "#", "aria-hidden": "true" }),
    );
    /** Begins to find more of the class that is shown alone, or ends it. */
    this.find = h("button", {
      type: "button",
      class: "nbl-map-find",
      title: TEXT.map.findMoreTitle,
      hidden: true,
      onClick: () => view.context.tell({ type: "find", label: this.findable }),
    });
    /** What is missing for it. */
    this.hint = h("p", { class: "nbl-map-find-hint" });
    this.el = h(
      "div",
      { class: "nbl-map-legend", role: "group", "aria-label": TEXT.map.legend },
      head,
      this.filter.el,
      this.list,
      this.filter.more,
      this.gallery,
      this.find,
      this.hint,
    );
    /**
     * Where the pointer was last seen: entries that come to lie under a resting pointer are not
     * meant.
     */
    this.lastSpot = "";
    for (const type of ["pointermove", "pointerdown"]) {
      listen(
        window,
        type,
        (event) => {
          this.lastSpot = spotText(event);
        },
        { signal: view.signal },
      );
    }
    const traits = /** @type {const} */ (["legend", "classes", "color_by", "color_modes"]);
    view.onTrait("find_target", () => this.updateFind());
    view.onTrait("find_hint", () => this.updateFind());
    for (const trait of traits) view.onTrait(trait, () => this.update());
    this.update();
  }

  update() {
    const { model } = this.view.context;
    const legend = this.filter.entries(model.get("legend") ?? []);
    const modes = model.get("color_modes") ?? [];
    setText(this.title, modes.find(({ value }) => value === model.get("color_by"))?.text ?? "");
    const codes = new Set(legend.map(({ code }) => code));
    for (const [code, { button }] of this.entries) if (!codes.has(code)) this.drop(code, button);
    const { map } = this.view.context;
    const counts = map.filter.shown ? map.countEach() : null;
    legend.forEach((entry, position) => this.patch(entry, position, counts));
    this.updateFind();
  }

  /** The class that pressing the button looks for; null to look for none any more. */
  get findable() {
    const { context, pressedCode } = this.view;
    const name = pressedCode === null ? "" : this.entries.get(pressedCode)?.name.textContent;
    const isClass = !context.multiLabel && context.classes.some((one) => one.name === name);
    return isClass && name !== this.target ? name : null;
  }

  /** What the colour that is shown alone means, "" where all are shown. */
  get pressedName() {
    const { pressedCode } = this.view;
    return (pressedCode === null ? "" : this.entries.get(pressedCode)?.name.textContent) ?? "";
  }

  openGallery() {
    const { context, pressedCode, ways } = this.view;
    const { codes } = context.map;
    if (pressedCode === null) return ways.openGallery();
    const name = this.pressedName;
    const by = context.model.get("color_by");
    const about = by === "prediction" ? "both" : by === "label" ? "label" : "";
    if (about && context.everyClass.some((one) => one.name === name))
      return ways.openGallery({ label: name, as: about });
    if (!codes.length) return ways.openGallery(); // plotly draws them
    // what is filtered out the gallery leaves out by itself
    const indices = Uint32Array.from(codes.keys()).filter((i) => codes[i] === pressedCode);
    ways.openGallery({ indices });
  }

  /** The class that is looked for, "" for none. */
  get target() {
    return this.view.context.model.get("find_target") ?? "";
  }

  updateFind() {
    const name = this.findable;
    // that of everything has its button above the questions
    this.gallery.hidden = this.view.pressedCode === null;
    setText(this.gallery.firstChild, TEXT.gallery.openOf(this.pressedName));
    this.find.hidden = name === null && !this.target;
    setText(this.find, name === null ? TEXT.map.endFind(this.target) : TEXT.map.findMore(name));
    const hint = this.view.context.model.get("find_hint") ?? "";
    setText(this.hint, this.find.hidden || name !== null ? "" : hint);
  }

  /**
   * @param {number} code
   * @param {HTMLElement} button
   */
  drop(code, button) {
    button.remove();
    this.entries.delete(code);
    if (this.view.hoveredCode === code) this.view.preview(null);
    if (this.view.pressedCode === code) this.view.isolate(null);
  }

  /**
   * @param {import("../shared/wire.js").LegendEntry} entry
   * @param {number} position
   * @param {Uint32Array | null} counts how many of each meet the filters
   */
  patch({ code, name, color, count, cluster }, position, counts) {
    const entry = this.entries.get(code) ?? this.add(code);
    entry.button.dataset.cluster = cluster ?? "";
    entry.swatch.style.background = color;
    setText(entry.name, name);
    entry.name.classList.toggle(
      "nbl-map-legend-other",
      !this.view.context.classes.some((one) => one.name === name),
    );
    const n = counts && count !== null ? counts[code] : count;
    setText(entry.count, n === null ? "" : countText(n));
    if (this.list.children[position] !== entry.button)
      this.list.insertBefore(entry.button, this.list.children[position] ?? null);
  }

  /** @param {number} code */
  add(code) {
    const { view } = this;
    const swatch = h("span", { class: "nbl-map-swatch" });
    const name = h("span", { class: "nbl-map-legend-name" });
    const count = h("span", { class: "nbl-map-legend-count" });
    const button = h(
      "button",
      {
        type: "button",
        class: "nbl-map-legend-entry",
        "aria-pressed": "false",
        onClick: () => this.press(code, button.dataset.cluster),
        onPointerMove: (/** @type {PointerEvent} */ event) => {
          if (
            view.hoveredCode === code ||
            event.pointerType === "touch" ||
            spotText(event) === this.lastSpot
          )
            return;
          view.preview(code);
        },
        onPointerLeave: () => view.preview(null),
      },
      swatch,
      name,
      count,
    );
    const entry = { button, swatch, name, count };
    this.entries.set(code, entry);
    return entry;
  }

  /**
   * @param {number} code
   * @param {string} cluster its number, "" where the entry is none
   */
  press(code, cluster) {
    const { view } = this;
    if (cluster === "") return view.isolate(view.pressedCode === code ? null : code);
    view.preview(null);
    view.openCluster(Number(cluster));
  }

  /** @param {number | null} pressed */
  showPressed(pressed) {
    for (const [code, { button }] of this.entries)
      setAttribute(button, "aria-pressed", String(code === pressed));
    this.updateFind();
  }
}

/** @param {PointerEvent} event */
function spotText({ screenX, screenY }) {
  return `${screenX} ${screenY}`;
}
