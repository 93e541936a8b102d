// What a change of a class needs to know before it is made: a question in the row of the class.

import { h } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { TEXT } from "../shared/text.js";

/**
 * @typedef {object} Ask
 * @property {string} text
 * @property {string} confirm what the button says
 * @property {string} [cancel]
 * @property {string[]} [choices] with a choice among these
 * @property {string} [chosen] the one at first
 * @property {(choice: string) => void} act
 * @property {() => void} leave
 */

/**
 * A question with its answers; Enter takes the first, Escape the last.
 * @param {Ask} ask
 */
export function buildAsk({ text, confirm, cancel = TEXT.cancel, choices, chosen, act, leave }) {
  const select = choices && h("select", { "aria-label": text });
  select?.append(...(choices ?? []).map((name) => h("option", { value: name, text: name })));
  if (select && chosen && choices?.includes(chosen)) select.value = chosen;
  const take = () => act(select?.value ?? "");
  const yes = h("button", { type: "button", class: "nbl-primary", text: confirm, onClick: take });
  const no = h("button", { type: "button", text: cancel, onClick: leave });
  const parts = [h("span", { text }), select ?? null, yes, no];
  const node = h("div", { class: "nbl-class-ask", role: "group", "aria-label": text }, ...parts);
  listen(node, "keydown", (/** @type {KeyboardEvent} */ event) => {
    const enters = event.key === "Enter" && event.target === select;
    if (!(enters || event.key === "Escape") || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    if (enters) take();
    else leave();
  });
  const focus = () => (select ?? yes).focus({ preventScroll: true });
  return { node, focus };
}
