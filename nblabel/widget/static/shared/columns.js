// Choosing which columns are shown of a row, or beside an item, and in which order.

import { h, setText } from "./dom.js";
import { listen } from "./errors.js";
import { focusedElement } from "./focus.js";
import { TEXT } from "./text.js";

/** @typedef {import("./looking.js").Looker} Looker */
/** @typedef {"row" | "beside"} Of */

/**
 * @param {Looker} looker
 */
export function buildColumns(looker) {
  const { model } = looker.context;
  const lists = h("div", { class: "nbl-column-lists" });
  const filter = h("input", {
    type: "search",
    "aria-label": TEXT.look.filterColumns,
    placeholder: TEXT.look.filterColumns,
  });
  const head = h(
    "div",
    { class: "nbl-help-head" },
    h("strong", { text: TEXT.look.columns }),
    h("button", { type: "button", text: TEXT.close, onClick: () => close() }),
  );
  const hint = h("p", { text: TEXT.look.columnsHint });
  const use = h("button", { type: "button", class: "nbl-primary", text: TEXT.look.useColumns });
  const reset = h("button", { type: "button", text: TEXT.look.allColumns });
  const foot = h("div", { class: "nbl-column-foot" }, use, reset);
  const props = { role: "dialog", "aria-label": TEXT.look.columns, hidden: true };
  const node = h(
    "div",
    { class: "nbl-help nbl-column-dialog", ...props },
    head,
    hint,
    filter,
    lists,
    foot,
  );
  /** @returns {[Of, import("./wire.js").ColumnList][]} */
  const known = () => {
    const { row, beside } = model.get("columns") ?? {};
    /** @type {[Of, import("./wire.js").ColumnList][]} */
    const found = [];
    if (row) found.push(["row", row]);
    if (beside) found.push(["beside", beside]);
    return found;
  };
  const open = () => {
    const columns = known();
    if (!columns.length) return looker.say(TEXT.look.noColumns);
    lists.replaceChildren(...columns.map(([of, list]) => buildList(looker, of, list)));
    filter.value = "";
    node.hidden = false;
    filter.focus();
  };
  const close = () => {
    node.hidden = true;
    looker.focus();
  };
  /** @param {boolean} asTheyCome */
  const send = (asTheyCome) => {
    for (const list of lists.children) {
      const rows = [...list.querySelectorAll("li")].filter(
        (row) => /** @type {any} */ (row.querySelector("input")).checked,
      );
      const places = rows.map((row) => Number(row.dataset.place));
      const isAll = places.every((place, i) => place === i) && rows.length === list.dataset.n * 1;
      const chosen = asTheyCome || isAll ? [] : places;
      const sent = looker.context.send({ type: "columns", of: list.dataset.of, chosen });
      if (!sent) looker.say(TEXT.notResponding);
    }
    close();
  };
  use.onclick = () => send(false);
  reset.onclick = () => send(true);
  listen(filter, "input", () => {
    const sought = filter.value.trim().toLowerCase();
    for (const row of lists.querySelectorAll("li"))
      row.hidden = !row.textContent.toLowerCase().includes(sought);
  });
  listen(node, "keydown", (/** @type {KeyboardEvent} */ event) => {
    event.stopPropagation();
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const row = /** @type {HTMLElement} */ (event.target).closest("li");
    if (!step || !row) return;
    event.preventDefault();
    const other = visibleBeside(row, step);
    if (!other) return;
    if (event.altKey) moveColumn(looker, row, other, step);
    else /** @type {HTMLElement} */ (other.querySelector("input")).focus();
  });
  return { node, open };
}

/**
 * @param {Looker} looker
 * @param {Of} of
 * @param {import("./wire.js").ColumnList} list
 */
function buildList(looker, of, { names, chosen }) {
  const isAsTheyCome = chosen.length === 0;
  const rest = names.map((_, place) => place).filter((place) => !chosen.includes(place));
  const rows = [...chosen.filter((place) => place < names.length), ...rest].map((place) => {
    const name = names[place];
    const box = h("input", { type: "checkbox" });
    box.checked = isAsTheyCome || chosen.includes(place);
    /** @type {(sign: string, label: string, step: number) => HTMLElement} */
    const mover = (sign, label, step) =>
      h("button", {
        type: "button",
        text: sign,
        title: label,
        "aria-label": label,
        tabindex: -1,
        onClick: () => {
          const other = visibleBeside(row, step);
          if (other) moveColumn(looker, row, other, step);
        },
      });
    const up = mover("↑", TEXT.look.moveUp(name), -1);
    const down = mover("↓", TEXT.look.moveDown(name), 1);
    const words = h("span", { text: name, dir: "auto" });
    const row = h("li", { dataset: { place } }, h("label", {}, box, words), up, down);
    return row;
  });
  const title = of === "row" ? TEXT.look.rowColumns : TEXT.look.besideColumns;
  const items = h("ol", { class: "nbl-column-list", "aria-label": title }, ...rows);
  const heading = h("strong");
  setText(heading, title);
  return h("div", { dataset: { of, n: names.length } }, heading, items);
}

/**
 * @param {HTMLElement} row
 * @param {number} step
 * @returns {HTMLElement | null} the next one that the filter leaves
 */
function visibleBeside(row, step) {
  let other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  while (other && /** @type {HTMLElement} */ (other).hidden)
    other = step < 0 ? other.previousElementSibling : other.nextElementSibling;
  return /** @type {HTMLElement | null} */ (other);
}

/**
 * @param {Looker} looker
 * @param {HTMLElement} row
 * @param {HTMLElement} other
 * @param {number} step
 */
function moveColumn(looker, row, other, step) {
  const focused = /** @type {HTMLElement | null} */ (focusedElement());
  if (step < 0) other.before(row);
  else other.after(row);
  if (row.contains(focused)) focused?.focus();
  const rows = [.../** @type {Element} */ (row.parentElement).children];
  const name = row.querySelector("span")?.textContent ?? "";
  looker.context.say(TEXT.look.moved(name, rows.indexOf(row) + 1, rows.length));
}
