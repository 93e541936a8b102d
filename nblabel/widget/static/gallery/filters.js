// Which items the gallery shows, and in which order: a class, a search, or what stands in some way,
// of what meets the filters, which are those of the map, too.

import { h, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { FilterForm } from "../shared/filter_form.js";
import { TEXT } from "../shared/text.js";
import { GalleryValues } from "./values.js";

/**
 * What is asked of the kernel, but for the request; `among` travels as a buffer.
 * @typedef {{show: string, label?: string, as?: string, search?: {query: string, by: string},
 *   criteria?: import("../shared/map_filter.js").Criteria,
 *   only?: import("../shared/ways.js").Only["asked"], group?: true, order: string,
 *   of?: string | number, descending: boolean}} Asked
 */

const REVIEWED = ["contradicted", "stale"];

/** @param {Record<string, string>} texts */
function optionsOf(texts) {
  return Object.entries(texts).map(([value, text]) => h("option", { value, text }));
}

export class GalleryFilters {
  /** @param {import("./gallery.js").Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    /** What was asked last: a field that is left again asks for nothing new. */
    this.sent = "";
    this.searchedFor = "";
    const text = TEXT.gallery;
    const choice = (/** @type {Record<string, string>} */ texts, act = () => this.narrow()) =>
      h("select", { onChange: act }, ...optionsOf(texts));
    this.show = choice(text.shows, () => this.showChanged());
    this.label = choice({});
    this.as = choice(text.abouts);
    this.query = h("input", { type: "search", maxlength: 1000, placeholder: text.searchHint });
    listen(this.query, "change", () => this.searched());
    /** What is searched in. */
    this.by = choice({}, () => this.query.value.trim() && this.narrow());
    this.order = choice(text.orders, () => this.apply());
    /** Of which the values are the order. */
    this.column = choice({}, () => this.apply());
    this.descending = h("input", { type: "checkbox", onChange: () => this.apply() });
    const field = (/** @type {string} */ name, /** @type {...Node} */ ...controls) =>
      h("label", { class: "nbl-gallery-field" }, h("span", { text: name }), ...controls);
    const classText = gallery.context.multiLabel ? text.tag : text.class;
    this.as.setAttribute("aria-label", `${classText} ${text.as}`);
    this.asField = h("span", { class: "nbl-gallery-field" }, h("span", { text: text.as }), this.as);
    this.columnField = field(text.column, this.column);
    this.values = new GalleryValues(gallery);
    this.amongText = h("span");
    this.among = h(
      "span",
      { class: "nbl-gallery-among" },
      gallery.clusters.el,
      this.amongText,
      h("button", { type: "button", text: text.dropAmong, onClick: () => gallery.dropAmong() }),
    );
    this.form = new FilterForm(gallery.context, gallery.signal, {
      say: (words) => gallery.say(words),
      leave: () => gallery.focus(),
      own: "label_or_prediction",
    });
    this.details = h(
      "details",
      { class: "nbl-gallery-details" },
      h("summary", { text: text.filters }),
      this.form.el,
    );
    listen(this.details, "toggle", () => this.details.open && this.form.open());
    const reset = h("button", { type: "button", text: text.reset, onClick: () => this.reset() });
    this.el = h(
      "div",
      { class: "nbl-gallery-filters", role: "group", "aria-label": text.filters },
      field(text.show, this.show),
      field(classText, this.label),
      this.asField,
      field(text.search, this.query),
      field(text.by, this.by),
      field(text.order, this.order),
      this.columnField,
      this.values.el,
      h(
        "label",
        { class: "nbl-gallery-check" },
        this.descending,
        h("span", { text: text.descending }),
      ),
      reset,
      this.details,
      this.form.summary,
      this.among,
    );
    this.offer([]);
    this.clear();
    const { map } = gallery.context;
    map.on("criteria", () => gallery.isOpen && this.narrow(), gallery.signal);
    const { link, throttle } = gallery.context;
    const ways = () => this.listWays();
    link.onTrait("search_ways", () => throttle.run(ways, ways), gallery.signal);
    this.listWays();
  }

  /** What can be searched in may change: by meaning, once there is a network for it. */
  listWays() {
    const known = this.gallery.context.model.get("search_ways") ?? ["auto"];
    const { ways } = TEXT.gallery;
    fill(
      this.by,
      known.map((way) => [way, ways[way]]),
    );
    this.by.value ||= known[0];
  }

  /** The classes may be others now; what is chosen stays where it is there still. */
  listClasses() {
    const names = this.gallery.context.everyClass.map(({ name }) => name);
    fill(this.label, [["", TEXT.gallery.anyClass], ...names.map((name) => [name, name])]);
  }

  /** @param {string[]} columns whose values can be the order */
  offer(columns) {
    fill(
      this.column,
      columns.map((name) => [name, name]),
    );
    if (!this.column.value && columns.length) this.column.value = columns[0];
    this.listClasses();
    this.update();
  }

  update() {
    this.asField.hidden = !this.label.value;
    this.columnField.hidden = this.order.value !== "column";
    const { options } = this.order;
    for (const option of options) {
      if (option.value === "trust") option.hidden = option.disabled = !this.isReview;
      if (option.value === "best") option.hidden = option.disabled = !this.hasBest;
      if (option.value === "column") option.hidden = option.disabled = !this.column.value;
    }
    const { among, clusters, hidden, only } = this.gallery;
    const texts = [
      only?.text ?? "",
      among ? TEXT.gallery.among(among.length) : "",
      among && hidden ? TEXT.gallery.hiddenLeftOut(hidden) : "",
    ];
    this.among.hidden = !among && !only;
    clusters.update();
    setText(this.amongText, texts.filter(Boolean).join(". "));
  }

  /** Whether what is shown was found, the best first. */
  get hasBest() {
    return this.query.value.trim() !== "" || this.gallery.only?.asked.like !== undefined;
  }

  /** Whether labels are to be reviewed. */
  get isReview() {
    return REVIEWED.includes(this.show.value);
  }

  /** The order that is meant where none is chosen. */
  get usualOrder() {
    return this.hasBest ? "best" : this.isReview ? "trust" : "position";
  }

  showChanged() {
    if (this.isReview || this.order.value === "trust") this.order.value = this.usualOrder;
    this.narrow();
  }

  /** Enter in a field: JupyterLab does not let it change. @param {EventTarget} field */
  entered(field) {
    if (field === this.query) this.searched();
    else this.narrow();
    this.gallery.focus();
  }

  searched() {
    if (this.query.value.trim() === this.searchedFor) return;
    this.searchedFor = this.query.value.trim();
    this.order.value = this.usualOrder;
    this.narrow();
  }

  /** Others are to be shown, which are no group any more. */
  narrow() {
    if (!this.gallery.group.isAwaited) this.gallery.group.end();
    this.apply();
  }

  apply() {
    this.update();
    if (JSON.stringify(this.asked) !== this.sent) this.gallery.ask();
    if (this.lacksCentre) this.gallery.bar.complain(TEXT.gallery.distanceNeeds);
  }

  /** Everything that meets the filters, in its own order. */
  clear() {
    this.label.value = this.query.value = this.searchedFor = "";
    this.show.value = "all";
    this.as.value = "both";
    this.order.value = "position";
    this.descending.checked = false;
    this.update();
  }

  /** What it was opened for is over. */
  forget() {
    this.gallery.forget();
    this.clear();
  }

  reset() {
    const { gallery } = this;
    this.forget();
    const before = gallery.request;
    this.form.clear(); // asks where there were filters
    if (gallery.request === before) gallery.dropAmong();
    else gallery.ways.lightUp(gallery.chosen.indices);
  }

  /**
   * Ask for other items than those that are shown.
   * @param {{show?: string, label?: string, as?: string, order?: string, query?: string}} wanted
   */
  set({ show, label, as, order, query }) {
    this.clear();
    this.listClasses();
    if (show) this.show.value = show;
    if (label) this.label.value = label;
    if (as) this.as.value = as;
    if (query) this.query.value = this.searchedFor = query;
    this.order.value = order ?? this.usualOrder;
    this.update();
  }

  /** Whether an order by distance is asked for, and from nothing. */
  get lacksCentre() {
    return this.order.value === "distance" && !this.label.value && this.gallery.like === null;
  }

  /** @returns {Asked} */
  get asked() {
    const { gallery } = this;
    /** @type {Asked} */
    const asked = {
      show: this.show.value,
      order: this.order.value || "position",
      descending: this.descending.checked,
    };
    if (this.label.value) Object.assign(asked, { label: this.label.value, as: this.as.value });
    if (gallery.only) asked.only = gallery.only.asked;
    const { isOn, criteria } = gallery.context.map.filter;
    if (isOn) asked.criteria = criteria;
    const query = this.query.value.trim();
    if (query) asked.search = { query, by: this.by.value };
    if (asked.order === "best" && !this.hasBest) asked.order = "position";
    if (gallery.group.isOn) asked.group = true;
    if (asked.order === "column" && this.column.value) asked.of = this.column.value;
    else if (asked.order === "column") asked.order = "position";
    if (asked.order === "distance") {
      if (this.lacksCentre) asked.order = "position";
      else asked.of = this.label.value || gallery.like;
    }
    return asked;
  }
}

/**
 * @param {HTMLSelectElement} select
 * @param {string[][]} pairs values and what is shown of them
 */
function fill(select, pairs) {
  const { value } = select;
  const known = [...select.options].map((one) => one.value).join("\n");
  if (known === pairs.map(([one]) => one).join("\n")) return;
  select.replaceChildren(...pairs.map(([one, text]) => h("option", { value: one, text })));
  select.value = pairs.some(([one]) => one === value) ? value : "";
}
