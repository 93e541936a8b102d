// What is typed about a class: each field saves what it holds on Enter, and when it is left.

import { h, setAttribute } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";

/**
 * A field with its name. `show` gives it the value that is known; what somebody types meanwhile
 * stays.
 * @param {string} name
 * @param {any} input
 * @param {(value: string) => void} save
 * @param {string} [title]
 */
export function buildField(name, input, save, title = "") {
  const node = h("label", { class: "nbl-class-field", title }, h("span", { text: name }), input);
  let shown = "";
  /** What was sent last, so that leaving the field does not send it again. */
  let tried = "";
  const commit = () => {
    if (input.value === shown) return;
    tried = input.value;
    save(input.value);
  };
  listen(input, "change", () => input.value !== tried && commit());
  listen(input, "keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return;
    const enters = event.key === "Enter" && (input.tagName !== "TEXTAREA" || event.ctrlKey);
    const leaves = event.key === "Escape" && input.value !== shown;
    if (!enters && !leaves) return;
    // Enter is taken here: JupyterLab lets no form be submitted by it
    event.preventDefault();
    event.stopPropagation();
    if (enters) return commit();
    input.value = shown;
    mark(false);
  });
  /** @param {string} value */
  const show = (value) => {
    if (value === shown && input.value !== shown) return;
    const typed = focusedElement() === input && ![shown, tried].includes(input.value);
    shown = value;
    tried = value;
    if (!typed) input.value = value;
    mark(false);
  };
  /** @param {boolean} wrong */
  const mark = (wrong) => setAttribute(input, "aria-invalid", wrong ? "true" : null);
  return { node, input, show, mark };
}
