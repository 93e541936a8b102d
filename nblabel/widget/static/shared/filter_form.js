// The form of the filters. The map and the gallery have one each, and both are of the same filters.

import { Delay } from "./delay.js";
import { h, setText } from "./dom.js";
import { listen } from "./errors.js";
import { asChoice, choiceField, columnField, onFieldChange, rangeField } from "./filter_fields.js";
import { focusedElement } from "./focus.js";
import { TEXT } from "./text.js";

/** A value that is typed is told as a whole. */
const TYPED_AFTER_MS = 250;
const FIELD_ORDER = ["label_or_prediction", "status", "source", "confidence", "annotator"];

/** @typedef {import("./filter_fields.js").Field} Field */
/** @typedef {import("./map_filter.js").Criteria} Criteria */

export class FilterForm {
  /**
   * @param {import("./context.js").PanelContext} context
   * @param {AbortSignal} signal
   * @param {{say: (text: string, shown?: boolean) => void, leave: () => void, own?: string}} host
   *   `leave`: the focus goes to what is filtered; `own`: a criterion that the view has another
   *   field for: that of here is there only while the other view filters by it
   */
  constructor(context, signal, host) {
    this.context = context;
    this.host = host;
    this.filter = context.map.filter;
    this.typed = new Delay(signal);
    /** What each criterion is read from. @type {Record<string, Field>} */
    this.fields = {};
    /** @type {Record<string, Field>} */
    this.columns = {};
    /** The names that the fields have. @type {string | null} */
    this.classes = null;
    /** @type {string | null} */
    this.annotators = null;
    /** What the kernel says can be filtered by. @type {{annotators: string[], columns: any[]}} */
    this.choices = { annotators: [], columns: [] };
    this.row = h("div", { class: "nbl-filter-fields" });
    this.el = h("form", { "aria-label": TEXT.filter.title }, this.row);
    this.left = h("span", { class: "nbl-filter-left" });
    const all = () => this.clear();
    this.all = h("button", { type: "button", text: TEXT.filter.clear, onClick: all });
    /** What remains, in sight while anything is filtered. */
    this.summary = h("div", { class: "nbl-filter-summary", hidden: true }, this.left, this.all);
    const now = () => this.apply();
    onFieldChange(this.el, now, () => this.typed.start(TYPED_AFTER_MS, now));
    listen(this.el, "submit", (/** @type {Event} */ event) => event.preventDefault());
    listen(this.el, "keydown", (event) => this.hearKey(event));
    context.map.on("criteria", () => this.put(), signal);
    context.map.on("filter", () => this.render(), signal);
    context.link.on("filter_choices", (told) => this.take(told), signal);
    this.render();
  }

  /** Have fields for what there is to filter by. */
  open() {
    this.build();
    this.context.tell({ type: "filter_choices" });
  }

  /** @param {KeyboardEvent} event */
  hearKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    event.stopPropagation(); // no letter is a command here
    if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      event.preventDefault(); // JupyterLab lets no form be submitted by it
      this.apply();
    }
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    this.host.leave();
  }

  /** @param {{annotators: string[], columns: any[]}} told */
  take(told) {
    this.choices = told;
    if (this.fields.confidence) this.build(true);
  }

  /**
   * Make the fields of what there is to filter by; those that are there keep what was entered.
   * @param {boolean} [anew] whether the kernel told what it has
   */
  build(anew = false) {
    const { context } = this;
    const names = context.classes.map(({ name }) => name);
    if (!this.fields.confidence) this.buildFixed();
    if (names.join("\n") !== this.classes) {
      this.classes = names.join("\n");
      const text = context.called(TEXT.filter.class);
      this.replace("label_or_prediction", choiceField(text, names.map(asChoice)));
    }
    if (anew) this.buildChoices();
    this.hideOwn();
    const focused = focusedElement();
    const fields = FIELD_ORDER.flatMap((name) => this.fields[name] ?? []);
    const all = [...fields, ...Object.values(this.columns)].map(({ el }) => el);
    if (all.some((el, k) => this.row.children[k] !== el)) this.row.replaceChildren(...all);
    if (focused instanceof HTMLElement && this.row.contains(focused)) focused.focus();
  }

  buildFixed() {
    const listed = (/** @type {Record<string, string>} */ texts) =>
      Object.entries(texts).map(([value, text]) => ({ value, text }));
    const percent = { min: 0, max: 100, step: 1 };
    const { status, statuses, source, sources, confidence } = TEXT.filter;
    this.fields.status = choiceField(status, listed(statuses));
    // where an item has one answer, its status says whose
    if (this.context.multiLabel) this.fields.source = choiceField(source, listed(sources));
    this.fields.confidence = rangeField(confidence, "number", percent);
    this.put();
  }

  buildChoices() {
    const { annotators, columns } = this.choices;
    const known = annotators.map((name) => ({ value: name, text: name || TEXT.filter.unnamed }));
    if (annotators.some(Boolean) && annotators.join("\n") !== this.annotators) {
      this.annotators = annotators.join("\n");
      this.replace("annotator", choiceField(TEXT.filter.annotator, known));
    }
    for (const column of columns) {
      if (this.columns[column.name]) continue;
      this.columns[column.name] = columnField(column);
      this.columns[column.name].put(this.filter.criteria.column?.[column.name]);
    }
  }

  /** @param {string} name @param {Field} field takes over the value of the one before */
  replace(name, field) {
    const before = this.fields[name]?.value();
    this.fields[name] = field;
    field.put(before ?? this.filter.criteria[name]?.[0]);
  }

  /** What the fields say, as docs/wire.md has it; what has no field yet is as it was. */
  get criteria() {
    /** @type {Criteria} */
    const criteria = { ...this.filter.criteria };
    for (const [name, { value }] of Object.entries(this.fields)) {
      const told = value();
      if (told === undefined) delete criteria[name];
      else if (name === "confidence") criteria[name] = told.map(shareOrNull);
      // several may have been set from Python
      else if (told !== criteria[name]?.[0]) criteria[name] = [told];
    }
    const column = { ...criteria.column };
    for (const [name, { value }] of Object.entries(this.columns)) {
      const told = value();
      if (told === undefined) delete column[name];
      else column[name] = told;
    }
    delete criteria.column;
    return Object.keys(column).length ? { ...criteria, column } : criteria;
  }

  /** Show criteria that were chosen elsewhere. */
  put() {
    if (this.el.contains(focusedElement()) && this.filter.isOn) return;
    const { criteria } = this.filter;
    for (const [name, field] of Object.entries(this.fields)) {
      const told = criteria[name];
      field.put(name === "confidence" ? told?.map(percentOrNull) : told?.[0]);
    }
    for (const [name, field] of Object.entries(this.columns)) field.put(criteria.column?.[name]);
    this.hideOwn();
  }

  hideOwn() {
    const { own = "" } = this.host;
    const field = this.fields[own]?.el;
    if (field && !field.contains(focusedElement()))
      field.hidden = this.filter.criteria[own] === undefined;
  }

  apply() {
    this.typed.cancel();
    const { criteria } = this;
    if (JSON.stringify(criteria) === JSON.stringify(this.filter.criteria)) return;
    if (!this.filter.apply(criteria)) this.host.say(TEXT.notResponding);
  }

  clear() {
    const hadFocus = this.summary.contains(focusedElement());
    this.typed.cancel();
    if (this.filter.isOn && !this.filter.apply({})) this.host.say(TEXT.notResponding);
    if (hadFocus) this.host.leave();
  }

  render() {
    const { isOn, text, problem } = this.filter;
    const hadFocus = this.summary.contains(focusedElement());
    setText(this.left, isOn ? text : "");
    this.left.classList.toggle("nbl-filter-problem", problem !== "");
    this.summary.hidden = !isOn;
    if (hadFocus && !isOn) this.host.leave();
  }
}

/** @param {string | null} percent */
function shareOrNull(percent) {
  return percent === null ? null : Math.min(Math.max(Number(percent) / 100, 0), 1);
}

/** @param {number | null} share */
function percentOrNull(share) {
  return share === null ? null : Number((100 * share).toFixed(4));
}
