// The fields of the filters: by class, by who gave the label and how, by confidence, and by the
// columns of the pool. What is left empty filters nothing.

import { h, setText } from "./dom.js";
import { listen } from "./errors.js";
import { TEXT } from "./text.js";

/** With more classes, or values of a column, one is typed. */
const MOST_LISTED = 60;

/**
 * @typedef {{name: string, kind: "number" | "date" | "category", missing: number, values?:
 *   string[], ends?: [string, string]}} FilterColumn
 */
/** @typedef {{el: HTMLElement, value: () => any, put: (value: any) => void}} Field
 *   value: undefined where it is empty, which empties it, too */

/**
 * A choice of one of some names, typed where there are many.
 * @param {string} name
 * @param {{value: string, text: string}[]} choices
 * @returns {Field}
 */
export function choiceField(name, choices) {
  const many = hasMore(choices);
  const listed = choices.map(({ value, text }) => h("option", { value, text }));
  const id = `nbl-values-${(fieldCount += 1)}`;
  const any = many ? null : h("option", { value: "", text: TEXT.filter.any });
  const props = { "aria-label": name };
  const field = many
    ? h("input", { type: "text", list: id, spellcheck: "false", autocomplete: "off", ...props })
    : h("select", props, any, ...listed);
  const list = many ? h("datalist", { id }, ...listed) : null;
  // the first choice has no value, and neither has an empty field
  const value = () => {
    if (many) return field.value || undefined;
    return field.selectedIndex > 0 ? field.value : undefined;
  };
  const put = (/** @type {string | undefined} */ wanted) => {
    if (many) field.value = wanted ?? "";
    else field.selectedIndex = 1 + choices.findIndex(({ value }) => value === wanted);
  };
  return { el: fieldLabel(name, field, list), value, put };
}

let fieldCount = 0;

/**
 * A choice of several values, each with a box; of many some are found by typing.
 * @param {string} name
 * @param {string[]} values
 * @returns {Field}
 */
function valuesField(name, values) {
  const list = h("span", { class: "nbl-filter-values" });
  const summary = h("summary");
  /** @type {Map<string, {box: HTMLInputElement, line: HTMLElement}>} */
  const known = new Map();
  const add = (/** @type {string} */ text) => {
    const box = h("input", { type: "checkbox" });
    const line = h("label", { class: "nbl-filter-value" }, box, h("span", { text }));
    known.set(text, { box, line });
    list.append(line);
    return box;
  };
  values.forEach(add);
  const typed = h("input", {
    ...{ type: "search", spellcheck: "false", autocomplete: "off", hidden: !hasMore(values) },
    ...{ placeholder: TEXT.filter.findValue, "aria-label": `${name}, ${TEXT.filter.findValue}` },
  });
  const find = () => {
    const wanted = typed.value.trim().toLowerCase();
    for (const [text, { box, line }] of known)
      line.hidden = !box.checked && !text.toLowerCase().includes(wanted);
  };
  const enter = (/** @type {KeyboardEvent} */ event) => {
    const text = typed.value.trim();
    if (event.key !== "Enter" || event.isComposing || !text) return;
    const found = [...known].filter(([, { box, line }]) => !box.checked && !line.hidden);
    // one that is not among the commonest can be in the column, too
    const box = known.get(text)?.box ?? (found.length === 1 ? found[0][1].box : add(text));
    box.checked = true;
    typed.value = "";
    find();
    show();
  };
  const chosen = () => [...known].filter(([, { box }]) => box.checked).map(([text]) => text);
  const show = () => setText(summary, chosen().join(", ") || TEXT.filter.any);
  listen(typed, "input", find);
  listen(typed, "keydown", enter);
  listen(list, "change", show);
  const open = h("details", { class: "nbl-filter-choice" }, summary, typed, list);
  const words = h("span", { class: "nbl-filter-name", text: name });
  const props = { class: "nbl-filter-field", role: "group", "aria-label": name };
  const value = () => {
    const told = chosen();
    return told.length ? told : undefined;
  };
  const put = (/** @type {string[] | undefined} */ wanted = []) => {
    for (const text of wanted) if (!known.has(text)) add(text);
    for (const [text, { box }] of known) box.checked = wanted.includes(text);
    show();
  };
  show();
  return { el: h("span", props, words, open), value, put };
}

/** @param {unknown[]} choices */
function hasMore(choices) {
  return choices.length > MOST_LISTED;
}

/**
 * From one value to another; either may be left open.
 * @param {string} name
 * @param {"number" | "date"} type
 * @param {Record<string, any>} [props] of both inputs
 * @param {[string, string]} [ends] what is in the column
 * @returns {Field} its value: two texts, null for an end that is open
 */
export function rangeField(name, type, props = {}, ends) {
  const inputs = [TEXT.filter.from, TEXT.filter.to].map((end, k) =>
    h("input", {
      ...{ type, step: "any", placeholder: type === "number" ? ends?.[k] : null, ...props },
      ...{ "aria-label": `${name}, ${end}`, title: ends ? TEXT.filter.ends(...ends) : null },
    }),
  );
  const dash = h("span", { text: "–", "aria-hidden": "true" });
  const words = h("span", { class: "nbl-filter-name", text: name });
  const el = h("span", { class: "nbl-filter-field", role: "group", "aria-label": name });
  el.append(words, inputs[0], dash, inputs[1]);
  const value = () => {
    const told = inputs.map((input) => input.value || null);
    return told.some((one) => one !== null) ? told : undefined;
  };
  const put = (/** @type {(string | number | null)[] | undefined} */ wanted) =>
    inputs.forEach((input, k) => {
      input.value = String(wanted?.[k] ?? "");
    });
  return { el, value, put };
}

/**
 * A condition on a column, as docs/wire.md has it.
 * @param {FilterColumn} column
 * @returns {Field}
 */
export function columnField({ name, kind, missing, values = [], ends }) {
  const field =
    kind === "category"
      ? valuesField(name, values)
      : rangeField(name, kind === "date" ? "date" : "number", {}, ends);
  const box = h("input", { type: "checkbox" });
  const only = h("label", { class: "nbl-filter-missing" }, box, TEXT.filter.missing);
  if (missing) field.el.append(only);
  const value = () => {
    if (box.checked) return { missing: true };
    const told = field.value();
    if (told === undefined) return undefined;
    if (kind === "category") return { values: told };
    const [low, high] = kind === "number" ? told.map(numberOrNull) : told;
    return { low, high };
  };
  const put = (/** @type {any} */ wanted) => {
    box.checked = Boolean(wanted?.missing);
    const range = wanted && "low" in wanted ? [wanted.low, wanted.high] : undefined;
    field.put(kind === "category" ? wanted?.values : range);
  };
  return { el: field.el, value, put };
}

/** @param {string} text @returns {{value: string, text: string}} */
export function asChoice(text) {
  return { value: text, text };
}

/** @param {string | null} text */
function numberOrNull(text) {
  return text === null ? null : Number(text);
}

/**
 * @param {string} name
 * @param {HTMLElement} field
 * @param {HTMLElement | null} list
 */
function fieldLabel(name, field, list) {
  const words = h("span", { class: "nbl-filter-name", text: name });
  return h("label", { class: "nbl-filter-field" }, words, field, list);
}

/**
 * Act when a field was changed: at once where it is chosen, after a pause where it is typed.
 * @param {HTMLElement} form
 * @param {() => void} now
 * @param {() => void} soon
 */
export function onFieldChange(form, now, soon) {
  listen(form, "input", soon); // a choice fires both, this one first
  listen(form, "change", now);
}
