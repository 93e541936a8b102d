// What a grid of one tag looks like. The pictures are one stop of Tab; the arrow keys go from one
// to the next.

import { h, patchChildren, setAttribute, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { buildThumb, mediaOf, shortWords } from "../shared/media.js";
import { TEXT } from "../shared/text.js";
import { keyShown } from "./keys.js";

/** @typedef {{thumb: ReturnType<typeof buildThumb>, words: any, sign: any}} GridTile */

/** @param {import("./tag_grid.js").TagGrid} grid */
export function buildTagGrid(grid) {
  const { context } = grid;
  const select = h("select", {
    "aria-label": TEXT.tags.tag,
    onChange: () => grid.choose(select.value),
  });
  const field = h("label", { class: "nbl-grid-tag" }, h("span", { text: TEXT.tags.tag }), select);
  const left = h("span", { class: "nbl-grid-left" });
  const leave = h(
    "button",
    { type: "button", onClick: () => grid.close() },
    h("span", { text: TEXT.tags.gridLeave }),
    h("kbd", { text: keyShown("leave"), "aria-hidden": "true" }),
  );
  const head = h("div", { class: "nbl-grid-head" }, field, left, leave);
  const list = h("div", {
    class: "nbl-grid-tiles",
    role: "group",
    "aria-label": TEXT.tags.gridItems,
  });
  const hint = h("p", { class: "nbl-grid-hint", text: TEXT.tags.gridHint });
  const problem = h("p", { class: "nbl-grid-problem", role: "alert" });
  const confirm = h(
    "button",
    { type: "button", class: "nbl-primary", onClick: () => grid.commit() },
    h("span"),
    h("kbd", { text: keyShown("accept"), "aria-hidden": "true" }),
  );
  const undo = h(
    "button",
    { type: "button", onClick: () => grid.undo() },
    h("span", { text: TEXT.queue.actions.undo }),
    h("kbd", { text: keyShown("undo"), "aria-hidden": "true" }),
  );
  const foot = h("div", { class: "nbl-grid-foot" }, confirm, undo);
  const props = { class: "nbl-grid", role: "group", "aria-label": TEXT.tags.gridTitle };
  const parts = [head, list, hint, problem, foot];
  const node = h("div", { ...props, tabindex: -1, hidden: true }, ...parts);
  /** @type {WeakMap<Element, GridTile>} */
  const tiles = new WeakMap();

  /** @param {string} key */
  const make = (key) => {
    const thumb = buildThumb("nbl-grid-picture");
    thumb.canvas.removeAttribute("role");
    const words = h("span", { class: "nbl-grid-words" });
    const sign = h("span", { class: "nbl-grid-sign", "aria-hidden": "true" });
    const press = () => grid.cycle(Number(key));
    const tile = h(
      "button",
      { type: "button", class: "nbl-grid-tile", onClick: press },
      thumb.node,
      words,
      sign,
    );
    listen(tile, "focus", () => stopAt(tile));
    tiles.set(tile, { thumb, words, sign });
    return tile;
  };
  /** @param {HTMLElement} tile */
  const stopAt = (tile) => {
    for (const one of /** @type {Iterable<HTMLElement>} */ (list.children))
      one.tabIndex = one === tile ? 0 : -1;
  };
  /** @param {HTMLElement} tile @param {number} index */
  const paint = (tile, index) => {
    const { thumb, words, sign } = /** @type {GridTile} */ (tiles.get(tile));
    const picture = context.map.picture(index);
    const media = picture && mediaOf(picture.item);
    const kept = media && picture.bytes ? { media, bytes: picture.bytes } : null;
    thumb.paint(kept);
    setText(words, kept ? "" : (picture?.item.error ?? picture?.item.id ?? "…"));
    const value = grid.values.get(index) ?? null;
    setText(sign, value ? TEXT.tags.gridSign(value) : "");
    setAttribute(tile, "data-value", value);
    setAttribute(tile, "aria-disabled", picture ? null : "true");
    const id = picture?.item.id ?? "";
    tile.setAttribute(
      "aria-label",
      TEXT.tags.gridItem(context.noun, id, shortWords(kept), TEXT.tags.gridValue(value)),
    );
    tile.title = shortWords(kept) || id;
  };
  const renderTags = () => {
    const names = context.classes.map(({ name }) => name);
    if (names.join("\n") !== [...select.options].map(({ value }) => value).join("\n"))
      select.replaceChildren(...names.map((name) => h("option", { value: name, text: name })));
    select.value = grid.tag;
  };
  const render = () => {
    node.dataset.noun = context.noun;
    renderTags();
    const nodes = patchChildren(list, grid.shown.map(String), make);
    nodes.forEach((tile, i) => paint(tile, grid.shown[i]));
    const stop = nodes.find((tile) => tile.tabIndex === 0) ?? nodes[0];
    if (stop) stopAt(stop);
    const { yes, no, unsure } = grid.counts;
    setText(left, grid.shown.length ? TEXT.tags.gridCount(grid.left) : "");
    setText(problem, grid.problem);
    setText(confirm.firstChild, TEXT.tags.gridConfirm(yes, no, unsure));
    const acts = grid.shown.length && grid.isComplete && !context.closed;
    setAttribute(confirm, "aria-disabled", acts ? null : "true");
    setAttribute(undo, "aria-disabled", grid.last && !grid.undoing ? null : "true");
    setAttribute(list, "aria-busy", grid.isComplete ? null : "true");
  };
  const focus = () => {
    const tile = /** @type {HTMLElement | null} */ (list.querySelector(".nbl-grid-tile"));
    (tile ?? node).focus({ preventScroll: true });
  };
  const hasFocus = () => list.contains(focusedElement()) || focusedElement() === node;
  /** @param {HTMLElement} target */
  const indexOf = (target) => {
    const tile = /** @type {HTMLElement | null} */ (target.closest(".nbl-grid-tile"));
    return tile ? Number(tile.dataset.key) : null;
  };
  /** @param {string} key an arrow */
  const move = (key) => {
    const nodes = /** @type {HTMLElement[]} */ ([...list.children]);
    const here = nodes.indexOf(/** @type {any} */ (focusedElement()));
    const below = nodes.findIndex((one) => one.offsetTop > nodes[0].offsetTop);
    const columns = below < 0 ? nodes.length : below;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key] ?? 0;
    nodes[here + step]?.focus({ preventScroll: true });
    nodes[here + step]?.scrollIntoView({ block: "nearest" });
  };
  return { node, render, focus, hasFocus, indexOf, move };
}
