// What a change of a class needs to know before it is made: a question in the row of the class.

import { h, makeUid } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { TEXT } from "../shared/text.js";

/**
 * @typedef {object} Ask
 * @property {string} text
 * @property {string} confirm what the button says
 * @property {string} [cancel]
 * @property {string[]} [choices] with a choice among these
 * @property {string} [chosen] the one at first
 * @property {string[]} [hints] with a field to type into, where these are proposed
 * @property {(choice: string) => void} act
 * @property {() => void} leave
 */

/**
 * A question with its answers; Enter takes the first, Escape the last.
 * @param {Ask} ask
 */
export function buildAsk(ask) {
  const { text, confirm, cancel = TEXT.cancel, choices, chosen, hints, act, leave } = ask;
  const options = (choices ?? hints ?? []).map((name) => h("option", { value: name, text: name }));
  const id = `nbl-hints-${makeUid()}`;
  const props = { "aria-label": text, maxlength: 200, autocomplete: "off", spellcheck: "false" };
  const field = hints && h("input", { type: "text", list: id, ...props });
  const select = choices ? h("select", { "aria-label": text }, ...options) : field;
  const list = hints ? h("datalist", { id }, ...options) : null;
  if (select && chosen && choices?.includes(chosen)) select.value = chosen;
  const take = () => act(select?.value ?? "");
  const yes = h("button", { type: "button", class: "nbl-primary", text: confirm, onClick: take });
  const no = h("button", { type: "button", text: cancel, onClick: leave });
  const parts = [h("span", { text }), select ?? null, list, yes, no];
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
