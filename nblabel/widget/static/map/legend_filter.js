// A legend of very many classes: the most frequent ones, and a field to find the others by name.

import { h, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { ClassFinder } from "../shared/fuzzy.js";
import { hasMany } from "../shared/offer.js";
import { TEXT } from "../shared/text.js";

const SHOWN = 20;

/** @typedef {import("../shared/wire.js").LegendEntry} LegendEntry */

export class LegendFilter {
  /** @param {import("./legend.js").MapLegend} legend */
  constructor(legend) {
    this.legend = legend;
    const title = TEXT.map.legendFilter;
    this.el = h("input", {
      type: "search",
      class: "nbl-map-legend-filter",
      placeholder: title,
      "aria-label": title,
      spellcheck: "false",
      hidden: true,
    });
    this.more = h("p", { class: "nbl-map-legend-more", hidden: true });
    listen(this.el, "input", () => legend.update());
    listen(this.el, "keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      event.stopPropagation(); // no letter is a command here
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.el.value = "";
      legend.update();
      legend.view.focus();
    });
  }

  /** Those that points are coloured by, retired ones included: their places are the codes. */
  get classes() {
    return this.legend.view.context.everyClass.filter((one) => !one.subclasses);
  }

  /**
   * The entries to show, of those that the kernel sent: the most frequent, or what fits.
   * @param {LegendEntry[]} sent
   * @returns {LegendEntry[]}
   */
  entries(sent) {
    const { model } = this.legend.view.context;
    const { classes } = this;
    const applies =
      hasMany(classes) &&
      ["prediction", "label"].includes(model.get("color_by")) &&
      sent.length > 1;
    this.el.hidden = !applies;
    const typed = applies ? this.el.value.trim() : "";
    const others = sent.filter(({ name }) => !classes.some((one) => one.name === name));
    const first = sent.filter((one) => !others.includes(one)).slice(0, SHOWN);
    const fitting = typed ? this.fitting(typed) : null;
    const shown = fitting ?? first;
    const hidden = fitting ? 0 : classes.length - first.length;
    this.more.hidden = !applies || hidden <= 0;
    setText(this.more, applies && hidden > 0 ? TEXT.finder.more(hidden) : "");
    if (!applies) return sent;
    return fitting ? shown : [...shown, ...others];
  }

  /** @param {string} typed @returns {LegendEntry[]} */
  fitting(typed) {
    const { map, recent } = this.legend.view.context;
    const { classes } = this;
    const places = new Map(classes.map(({ name }, place) => [name, place]));
    const found = new ClassFinder(classes.filter((one) => !one.retired))
      .find(typed, recent)
      .slice(0, SHOWN);
    return found.map(({ name }) => {
      const code = places.get(name) ?? 0;
      // where plotly draws the points, their codes are not here
      const count = map.codes.length ? map.count(code) : null;
      return { code, name, color: classes[code].color, count };
    });
  }
}
