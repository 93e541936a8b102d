// What belongs to a class, in words and examples, while its button has the focus or the pointer. It
// lies below the buttons, takes no click, and no key.

import { h, patchChildren, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { buildThumb, mediaOf } from "../shared/media.js";

/**
 * @param {import("../shared/context.js").PanelContext} context
 * @param {HTMLElement} list the buttons
 */
export function buildClassCard(context, list) {
  const name = h("strong");
  const words = h("p", { dir: "auto" });
  const pictures = h("div", { class: "nbl-class-card-pictures" });
  const parts = [name, words, pictures];
  // what it says is the description of the button, too
  const node = h("div", { class: "nbl-class-card", hidden: true, "aria-hidden": "true" }, ...parts);
  /** @type {Map<number, ReturnType<typeof buildThumb>>} */
  const thumbs = new Map();
  let shown = "";
  const render = () => {
    const one = context.classes.find((known) => known.name === shown);
    const { description = "", examples = [] } = one ?? {};
    node.hidden = !description && !examples.length;
    if (node.hidden) return;
    node.dataset.noun = context.noun;
    setText(name, shown);
    setText(words, description);
    words.hidden = !description;
    patchChildren(
      pictures,
      examples.map(({ index }) => String(index)),
      (key) => {
        const thumb = buildThumb("nbl-split-picture");
        thumbs.set(Number(key), thumb);
        return h("span", { class: "nbl-split-tile" }, thumb.node);
      },
    );
    const wanted = [];
    for (const { index } of examples) {
      const picture = context.map.picture(index);
      const media = picture && mediaOf(picture.item);
      if (!picture) wanted.push(index);
      else if (media && picture.bytes) thumbs.get(index)?.paint({ media, bytes: picture.bytes });
    }
    if (wanted.length) context.send({ type: "look", indices: wanted });
  };
  /** @param {string} label */
  const show = (label) => {
    shown = label;
    render();
  };
  const labelOf = (/** @type {Event} */ { target }) => {
    const button = /** @type {HTMLElement} */ (target).closest(".nbl-class");
    return /** @type {HTMLElement | null} */ (button)?.dataset.key ?? "";
  };
  for (const type of ["pointerover", "focusin"])
    listen(list, type, (/** @type {Event} */ event) => show(labelOf(event)));
  for (const type of ["pointerleave", "focusout"]) listen(list, type, () => show(""));
  // Escape takes it away first; the next one leaves the panel
  listen(list, "keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || node.hidden) return;
    event.preventDefault();
    event.stopPropagation();
    show("");
  });
  context.map.on("pictures", () => shown && render(), context.life.signal);
  return { node, render };
}
