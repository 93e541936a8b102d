// Which element has the keys.

/**
 * The element that has the focus, also where the front end puts a view into a shadow root, as
 * marimo does: the document then knows no more than that it is somewhere in there.
 * @returns {Element | null}
 */
export function focusedElement() {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found;
}
