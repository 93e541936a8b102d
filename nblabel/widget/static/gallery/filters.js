// Which items the gallery shows, and in which order: plain controls, each for one criterion.

import { h, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { TEXT } from "../shared/text.js";

/** What the kernel says of a column.
 * @typedef {{name: string, kind: "number" | "date" | "category", values?: string[]}} GalleryColumn
 */
/**
 * What is asked of the kernel, but for the request; `among` travels as a buffer.
 * @typedef {{show: string, label?: string, as?: string, source?: string, annotator?: string,
 *   confidence?: (number | null)[], column?: {name: string, values?: string[], range?:
 *   (string | null)[]}, search?: {query: string, by: string}, order: string, of?: string | number,
 *   only?: import("../shared/ways.js").Only["asked"], descending: boolean}} Asked
 */

const MISSING = "\u0000missing";

/** @param {Record<string, string>} texts */
function optionsOf(texts) {
  return Object.entries(texts).map(([value, text]) => h("option", { value, text }));
}

export class GalleryFilters {
  /** @param {import("./gallery.js").Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    /** @type {GalleryColumn[]} */
    this.columns = [];
    /** What was asked last: a field that is left again asks for nothing new. */
    this.sent = "";
    this.searchedFor = "";
    const text = TEXT.gallery;
    const choice = (/** @type {Record<string, string>} */ texts) =>
      h("select", { onChange: () => this.apply() }, ...optionsOf(texts));
    this.show = choice(text.shows);
    this.label = choice({});
    this.as = choice(text.abouts);
    this.source = choice(text.sources);
    this.annotator = choice({});
    this.low = this.number(text.from);
    this.high = this.number(text.to);
    this.column = h("select", { onChange: () => this.columnChosen() });
    this.value = choice({});
    this.rangeLow = this.typed(text.from);
    this.rangeHigh = this.typed(text.to);
    this.query = h("input", { type: "search", maxlength: 1000 });
    listen(this.query, "change", () => this.searched());
    this.order = choice(text.orders);
    this.descending = h("input", { type: "checkbox", onChange: () => this.apply() });
    const field = (/** @type {string} */ name, /** @type {...Node} */ ...controls) =>
      h("label", { class: "nbl-gallery-field" }, h("span", { text: name }), ...controls);
    const group = (/** @type {string} */ name, /** @type {...Node} */ ...controls) =>
      h(
        "span",
        { class: "nbl-gallery-field", role: "group", "aria-label": name },
        h("span", { text: name }),
        ...controls,
      );
    const classText = gallery.context.multiLabel ? text.tag : text.class;
    this.as.setAttribute("aria-label", `${classText} ${text.as}`);
    this.asField = h("span", { class: "nbl-gallery-field" }, h("span", { text: text.as }), this.as);
    this.annotatorField = field(text.annotator, this.annotator);
    this.columnField = field(text.column, this.column);
    this.valueField = field(text.values, this.value);
    this.range = group(text.values, this.rangeLow, this.rangeHigh);
    this.amongText = h("span");
    this.among = h(
      "span",
      { class: "nbl-gallery-among" },
      this.amongText,
      h("button", { type: "button", text: text.dropAmong, onClick: () => gallery.dropAmong() }),
    );
    this.more = h(
      "div",
      { class: "nbl-gallery-more" },
      field(text.source, this.source),
      this.annotatorField,
      group(text.confidence, this.low, this.high),
      this.columnField,
      this.valueField,
      this.range,
    );
    this.details = h(
      "details",
      { class: "nbl-gallery-details" },
      h("summary", { text: text.filters }),
      this.more,
    );
    const reset = h("button", { type: "button", text: text.reset, onClick: () => this.reset() });
    this.el = h(
      "div",
      { class: "nbl-gallery-filters", role: "group", "aria-label": text.filters },
      field(text.show, this.show),
      field(classText, this.label),
      this.asField,
      field(text.search, this.query),
      field(text.order, this.order),
      h(
        "label",
        { class: "nbl-gallery-check" },
        this.descending,
        h("span", { text: text.descending }),
      ),
      reset,
      this.details,
      this.among,
    );
    this.offer([], []);
    this.clear();
  }

  /** @param {string} name a share in per cent */
  number(name) {
    return h("input", {
      type: "number",
      min: 0,
      max: 100,
      "aria-label": `${name}, %`,
      placeholder: `${name} %`,
      onChange: () => this.apply(),
    });
  }

  /** @param {string} name */
  typed(name) {
    return h("input", {
      type: "text",
      "aria-label": name,
      placeholder: name,
      onChange: () => this.apply(),
    });
  }

  /** The classes may be others now; what is chosen stays where it is there still. */
  listClasses() {
    const names = this.gallery.context.everyClass.map(({ name }) => name);
    fill(this.label, [["", TEXT.gallery.anyClass], ...names.map((name) => [name, name])]);
  }

  /** @param {string[]} annotators @param {GalleryColumn[]} columns */
  offer(annotators, columns) {
    this.columns = columns;
    const anyone = ["", TEXT.gallery.anyClass];
    fill(this.annotator, [anyone, ...annotators.map((one) => [one, one])]);
    fill(this.column, [["", TEXT.gallery.none], ...columns.map(({ name }) => [name, name])]);
    this.listClasses();
    this.update();
  }

  update() {
    this.asField.hidden = !this.label.value;
    this.annotatorField.hidden = this.annotator.options.length < 2;
    this.columnField.hidden = !this.columns.length;
    const chosen = this.columns.find(({ name }) => name === this.column.value);
    this.valueField.hidden = !chosen || !chosen.values;
    this.range.hidden = !chosen || Boolean(chosen.values);
    const { options } = this.order;
    for (const option of options) {
      if (option.value === "best") option.hidden = option.disabled = !this.query.value.trim();
      if (option.value === "column") option.hidden = option.disabled = !this.columns.length;
    }
    const { among, only } = this.gallery;
    const texts = [only?.text ?? "", among ? TEXT.gallery.among(among.length) : ""];
    this.among.hidden = !among && !only;
    setText(this.amongText, texts.filter(Boolean).join(". "));
  }

  columnChosen() {
    const chosen = this.columns.find(({ name }) => name === this.column.value);
    const values = (chosen?.values ?? []).map((one) => [one, one]);
    fill(this.value, [["", TEXT.gallery.anyValue], ...values, [MISSING, TEXT.gallery.noValue]]);
    this.value.value = "";
    this.rangeLow.value = this.rangeHigh.value = "";
    this.apply();
  }

  /** Enter in a field: JupyterLab does not let it change. @param {EventTarget} field */
  entered(field) {
    if (field === this.query) this.searched();
    else this.apply();
    this.gallery.focus();
  }

  searched() {
    if (this.query.value.trim() === this.searchedFor) return;
    this.searchedFor = this.query.value.trim();
    this.order.value = this.query.value.trim() ? "best" : "position";
    this.apply();
  }

  apply() {
    this.update();
    if (JSON.stringify(this.asked) !== this.sent) this.gallery.ask();
    if (this.lacksCentre) this.gallery.bar.complain(TEXT.gallery.distanceNeeds);
  }

  /** Everything, in its own order. */
  clear() {
    for (const one of [this.label, this.source, this.annotator, this.column, this.query])
      one.value = "";
    for (const one of [this.low, this.high, this.rangeLow, this.rangeHigh]) one.value = "";
    this.searchedFor = "";
    this.show.value = "all";
    this.as.value = "both";
    this.order.value = "position";
    this.descending.checked = false;
    this.update();
  }

  reset() {
    this.clear();
    this.gallery.dropAmong();
  }

  /**
   * Ask for other items than those that are shown.
   * @param {{show?: string, label?: string, as?: string, order?: string, query?: string,
   *   annotator?: string}} wanted
   */
  set({ show, label, as, order, query }) {
    this.clear();
    this.listClasses();
    if (show) this.show.value = show;
    if (label) this.label.value = label;
    if (as) this.as.value = as;
    if (query) this.query.value = this.searchedFor = query;
    this.order.value = order ?? (query ? "best" : "position");
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
    if (this.source.value) asked.source = this.source.value;
    if (this.annotator.value) asked.annotator = this.annotator.value;
    const shares = [this.low, this.high].map(({ value }) => (value === "" ? null : share(value)));
    if (shares.some((one) => one !== null)) asked.confidence = shares;
    const query = this.query.value.trim();
    if (query) asked.search = { query, by: "auto" };
    else if (asked.order === "best") asked.order = "position";
    this.askColumn(asked);
    if (asked.order === "distance") {
      if (this.lacksCentre) asked.order = "position";
      else asked.of = this.label.value || gallery.like;
    }
    return asked;
  }

  /** @param {Asked} asked */
  askColumn(asked) {
    const { column, value, rangeLow, rangeHigh } = this;
    const name = column.value || this.columns[0]?.name;
    if (asked.order === "column" && name) asked.of = name;
    else if (asked.order === "column") asked.order = "position";
    if (!column.value) return;
    const range = [rangeLow, rangeHigh].map((one) => one.value.trim() || null);
    if (!this.valueField.hidden && value.value === MISSING) asked.column = { name };
    else if (!this.valueField.hidden && value.value) asked.column = { name, values: [value.value] };
    else if (!this.range.hidden && range.some(Boolean)) asked.column = { name, range };
  }
}

/** @param {string} percent */
function share(percent) {
  return Math.min(Math.max(Number(percent) / 100, 0), 1);
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
