// The filters of the map: fields in a row that opens below the toolbar, and what remains of the
// points, which stays in sight while anything is filtered.

import { Delay } from "../shared/delay.js";
import { h, setAttribute, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { TEXT } from "../shared/text.js";
import { asChoice, choiceField, columnField, onFieldChange, rangeField } from "./filter_fields.js";

/** A value that is typed is told as a whole. */
const TYPED_AFTER_MS = 250;

/** @typedef {import("./filter_fields.js").Field} Field */

export class FilterBar {
  /** @param {import("./view.js").CanvasView} view */
  constructor(view) {
    this.view = view;
    const { context, signal } = view;
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
    /** What the filters leave was said of this request. */
    this.saidFor = "";
    this.row = h("div", { class: "nbl-filter-fields" });
    const done = h("button", { type: "button", text: TEXT.close, onClick: () => this.close() });
    this.form = h(
      "form",
      { class: "nbl-filter-form", "aria-label": TEXT.filter.title, hidden: true },
      this.row,
      done,
    );
    this.left = h("span", { class: "nbl-filter-left" });
    const all = () => this.clear();
    this.all = h("button", { type: "button", text: TEXT.filter.clear, onClick: all });
    this.summary = h("div", { class: "nbl-filter-summary", hidden: true }, this.left, this.all);
    this.el = h("div", { class: "nbl-filter" }, this.form, this.summary);
    onFieldChange(this.form, () => this.typed.start(TYPED_AFTER_MS, () => this.apply()));
    listen(this.form, "submit", (/** @type {Event} */ event) => event.preventDefault());
    listen(this.form, "keydown", (event) => this.hearKey(event));
    view.on("filter", () => this.render());
    view.onTrait("classes", () => this.isOpen && this.build());
    context.link.on("filter_choices", (told) => this.take(told), signal);
    /** What the kernel says can be filtered by. @type {{annotators: string[], columns: any[]}} */
    this.choices = { annotators: [], columns: [] };
  }

  get isOpen() {
    return !this.form.hidden;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    this.form.hidden = false;
    this.build();
    this.view.context.tell({ type: "filter_choices" });
    this.show();
    this.row.querySelector("select, input")?.focus({ preventScroll: true });
  }

  close() {
    const hadFocus = this.form.contains(focusedElement());
    this.form.hidden = true;
    this.show();
    if (hadFocus) this.view.focus();
  }

  show() {
    setAttribute(this.view.tools.filter, "aria-expanded", String(this.isOpen));
    setAttribute(this.view.tools.filter, "aria-pressed", String(this.filter.isOn));
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
    this.close();
  }

  /** @param {{annotators: string[], columns: any[]}} told */
  take(told) {
    this.choices = told;
    this.build(true);
  }

  /**
   * Make the fields of what there is to filter by; those that are there keep what was entered.
   * @param {boolean} [anew] whether the kernel told what it has
   */
  build(anew = false) {
    const { context } = this.view;
    const names = context.classes.map(({ name }) => name);
    if (!this.fields.confidence) this.buildFixed();
    if (names.join("\n") !== this.classes) {
      this.classes = names.join("\n");
      this.replace("label_or_prediction", choiceField(TEXT.filter.class, names.map(asChoice)));
    }
    if (!anew) return this.arrange();
    const { annotators, columns } = this.choices;
    const known = annotators.map((name) => ({ value: name, text: name || TEXT.filter.unnamed }));
    if (annotators.some(Boolean) && annotators.join("\n") !== this.annotators) {
      this.annotators = annotators.join("\n");
      this.replace("annotator", choiceField(TEXT.filter.annotator, known));
    }
    for (const column of columns) this.columns[column.name] ??= columnField(column);
    this.arrange();
  }

  buildFixed() {
    const statuses = Object.entries(TEXT.filter.statuses);
    const choices = statuses.map(([value, text]) => ({ value, text }));
    const percent = { min: 0, max: 100, step: 1 };
    this.fields.status = choiceField(TEXT.filter.source, choices);
    this.fields.confidence = rangeField(TEXT.filter.confidence, "number", percent);
  }

  /**
   * @param {string} name
   * @param {Field} field takes over the value of the one before
   */
  replace(name, field) {
    const before = this.fields[name]?.value();
    this.fields[name] = field;
    const input = /** @type {any} */ (field.el.querySelector("select, input"));
    if (before !== undefined) input.value = before;
  }

  arrange() {
    const order = ["label_or_prediction", "status", "confidence", "annotator"];
    const focused = focusedElement();
    const fields = order.flatMap((name) => this.fields[name] ?? []);
    const all = [...fields, ...Object.values(this.columns)].map(({ el }) => el);
    if (all.some((el, k) => this.row.children[k] !== el)) this.row.replaceChildren(...all);
    if (focused instanceof HTMLElement && this.row.contains(focused)) focused.focus();
  }

  /** What the fields say, as docs/wire.md has it. */
  get criteria() {
    /** @type {import("../shared/map_filter.js").Criteria} */
    const criteria = {};
    for (const [name, { value }] of Object.entries(this.fields)) {
      const told = value();
      if (told === undefined) continue;
      criteria[name] = name === "confidence" ? told.map(shareOrNull) : [told];
    }
    const columns = Object.entries(this.columns).map(([name, { value }]) => [name, value()]);
    const told = columns.filter(([, value]) => value !== undefined);
    if (told.length) criteria.column = Object.fromEntries(told);
    return criteria;
  }

  apply() {
    this.typed.cancel();
    const { criteria } = this;
    if (JSON.stringify(criteria) === JSON.stringify(this.filter.criteria)) return;
    if (!this.filter.apply(criteria)) this.view.say(TEXT.notResponding);
    this.show();
  }

  empty() {
    for (const { clear } of [...Object.values(this.fields), ...Object.values(this.columns)])
      clear();
  }

  clear() {
    this.empty();
    this.apply();
    if (!this.summary.contains(focusedElement())) return;
    this.view.focus();
  }

  render() {
    const { filter, view } = this;
    const { n, problem, isOn } = filter;
    const text = problem || TEXT.filter.left(n, view.context.map.n);
    setText(this.left, isOn ? text : "");
    this.left.classList.toggle("nbl-filter-problem", problem !== "");
    const hadFocus = this.summary.contains(focusedElement());
    this.summary.hidden = !isOn;
    if (hadFocus && !isOn) view.focus();
    this.show();
    // cleared in another view of the page
    if (!isOn && !this.form.contains(focusedElement())) this.empty();
    if (isOn && filter.request !== this.saidFor) view.say(text, n === 0 || problem !== "");
    this.saidFor = filter.request;
    view.legend.update();
    view.updateLit();
  }
}

/** @param {string | null} percent */
function shareOrNull(percent) {
  return percent === null ? null : Math.min(Math.max(Number(percent) / 100, 0), 1);
}
