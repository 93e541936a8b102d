// A form below the status that a button opens.

import { h, setAttribute } from "./dom.js";

/**
 * @param {string} text of the button
 * @param {HTMLFormElement} form
 * @param {HTMLElement} first gets the focus
 * @param {() => void} submit
 * @returns {HTMLButtonElement}
 */
export function drawerButton(text, form, first, submit) {
  const toggle = h("button", { type: "button", class: "nbl-drawer-open", text, "aria-expanded": "false" });
  /** @param {boolean} open */
  const show = (open) => {
    form.hidden = !open;
    setAttribute(toggle, "aria-expanded", String(open));
    (open ? first : toggle).focus({ preventScroll: true });
  };
  toggle.addEventListener("click", () => show(Boolean(form.hidden)));
  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    submit();
  });
  form.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
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
