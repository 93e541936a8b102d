// Which tags the model is to give, with an error guarantee: what it gave of each, what is left.

import { h, makeUid, patchChildren, setText } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";

/** @typedef {import("../shared/wire.js").AutoLabel} AutoLabel */
/** @typedef {import("../shared/wire.js").TagToGive} TagToGive */

/** @param {() => void} changed called after somebody chose */
export function buildTagChoice(changed) {
  /** Those that are chosen, also such as are not listed. @type {Set<string>} */
  let chosen = new Set();
  const list = h("ul", { class: "nbl-tag-choice-list" });
  /** @param {string} text @param {() => string[]} names */
  const all = (text, names) => {
    const choose = () => {
      chosen = new Set(names());
      changed();
    };
    return h("button", { type: "button", text, onClick: choose });
  };
  /** @type {TagToGive[]} */
  let rows = [];
  const buttons = [
    all(TEXT.tags.chooseAll, () => rows.map(({ name }) => name)),
    all(TEXT.tags.chooseNone, () => []),
  ];
  const legend = h("legend", { text: TEXT.tags.toGive });
  const hint = h("p", { class: "nbl-tag-note", text: TEXT.tags.toGiveHint });
  const head = h("div", { class: "nbl-tag-choice-head" }, hint, ...buttons);
  const node = h("fieldset", { class: "nbl-tag-choice" }, legend, head, list);
  /** @param {string} name */
  const make = (name) => {
    const facts = h("span", { class: "nbl-tag-facts", id: `nbl-tag-${makeUid()}` });
    const toggle = () => {
      if (box.checked) chosen.add(name);
      else chosen.delete(name);
      changed();
    };
    const box = h("input", { type: "checkbox", "aria-describedby": facts.id, onChange: toggle });
    const swatch = h("span", { class: "nbl-swatch" });
    const label = h("label", {}, box, swatch, h("span", { class: "nbl-tag-name", text: name }));
    return h("li", {}, label, facts);
  };
  /** @param {AutoLabel} now @param {boolean} busy */
  const render = ({ terms, tags = [] }, busy) => {
    rows = tags;
    chosen = new Set(terms.tags);
    const nodes = patchChildren(
      list,
      tags.map(({ name }) => name),
      make,
    );
    tags.forEach((tag, i) => {
      const [label, facts] = /** @type {any} */ (nodes[i].children);
      const [box, swatch] = label.children;
      box.checked = chosen.has(tag.name);
      box.disabled = busy;
      swatch.style.background = tag.color;
      setText(facts, TEXT.tags.facts(tag));
    });
    for (const button of buttons) button.disabled = busy;
  };
  return { node, render, names: () => [...chosen] };
}
