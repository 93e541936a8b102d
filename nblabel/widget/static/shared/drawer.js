// A form below the status that a button opens.

import { h, setAttribute } from "./dom.js";
import { listen } from "./errors.js";
import { focusedElement } from "./focus.js";
import { TEXT } from "./text.js";

/**
 * How far it is with something that a form began, and a button that stops it.
 * @param {string} name
 * @param {() => void} stop
 * @param {HTMLElement} back gets the focus when the button goes
 */
export function drawerBar(name, stop, back) {
  const bar = h("progress", { max: 1, value: 0, "aria-label": name, hidden: true });
  const cancel = h("button", { type: "button", text: TEXT.cancel, hidden: true, onClick: stop });
  /** @param {number | null} share null: nothing runs */
  const show = (share) => {
    const hadFocus = focusedElement() === cancel;
    bar.hidden = cancel.hidden = share === null;
    bar.value = share ?? 0;
    if (hadFocus && cancel.hidden) back.focus({ preventScroll: true });
  };
  return { bar, cancel, show };
}

/**
 * @param {string} text of the button
 * @param {HTMLFormElement} form
 * @param {HTMLElement} first gets the focus
 * @param {() => void} submit
 * @returns {HTMLButtonElement}
 */
export function drawerButton(text, form, first, submit) {
  const press = () => show(Boolean(form.hidden));
  const toggle = h("button", {
    type: "button",
    class: "nbl-drawer-open",
    text,
    "aria-expanded": "false",
    onClick: press,
  });
  /** @param {boolean} open */
  const show = (open) => {
    form.hidden = !open;
    setAttribute(toggle, "aria-expanded", String(open));
    (open ? first : toggle).focus({ preventScroll: true });
  };
  listen(form, "submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    submit();
  });
  listen(form, "keydown", (/** @type {KeyboardEvent} */ event) => {
    const enters = event.key === "Enter" && event.target instanceof HTMLInputElement;
    if (!(enters || event.key === "Escape") || event.isComposing) return;
    // Enter is taken here too: JupyterLab lets no form be submitted by it
    event.preventDefault();
    event.stopPropagation();
    if (enters) submit();
    else show(false);
  });
  return toggle;
}
