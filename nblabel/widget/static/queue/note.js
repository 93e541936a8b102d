// The note of the item on screen, and the field that it is written in.

import { h, setAttribute, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { TEXT } from "../shared/text.js";
import { commandButton } from "./answers.js";
import { keyShown } from "./keys.js";

const LONGEST_NOTE = 2000;

/**
 * @param {import("./controller.js").QueueController} controller
 * @param {import("./answers.js").Run} run
 * @param {() => void} focusRoot
 */
export function buildNote(controller, run, focusRoot) {
  const words = h("span", { dir: "auto" });
  const button = commandButton("note", TEXT.queue.note, run);
  button.prepend(h("span", { class: "nbl-note-sign", "aria-hidden": "true", text: "✎" }));
  button.setAttribute("aria-label", TEXT.queue.note);
  button.title = TEXT.queue.note;
  const line = h("p", { class: "nbl-remark-line", hidden: true }, words);
  const input = h("textarea", {
    rows: 3,
    maxlength: LONGEST_NOTE,
    dir: "auto",
    "aria-label": TEXT.queue.noteOf(controller.context.noun),
    placeholder: TEXT.queue.noteOf(controller.context.noun),
  });
  const save = h("button", { type: "submit", class: "nbl-primary" });
  save.append(
    h("span", { text: TEXT.queue.save }),
    h("kbd", { text: keyShown("accept"), "aria-hidden": "true" }),
  );
  const cancel = h("button", { type: "button", text: TEXT.cancel, onClick: () => close() });
  const form = h("form", { class: "nbl-remark-form", hidden: true }, input, save, cancel);
  /** The item that is written about: it stays, whatever comes on screen. */
  let id = "";
  const open = () => {
    const { current } = controller.queue;
    if (!current) return controller.say(TEXT.queue.nothingToAnswer);
    if (form.hidden || id !== current.id) input.value = current.note ?? "";
    id = current.id;
    form.hidden = false;
    input.focus();
  };
  const close = () => {
    form.hidden = true;
    focusRoot();
  };
  const submit = () => {
    const text = input.value.trim();
    controller.note = "";
    if (controller.post({ type: "note", item: id, text })) {
      controller.queue.update(id, { note: text });
    }
    controller.render();
    close();
  };
  listen(form, "submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    submit();
  });
  listen(form, "keydown", (/** @type {KeyboardEvent} */ event) => {
    const saves = event.key === "Enter" && event.target === input && !event.shiftKey;
    if (!(saves || event.key === "Escape") || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    if (saves) submit();
    else close();
  });
  const render = () => {
    const { current } = controller.queue;
    const note = current?.note ?? "";
    // from the first note on the line stays, so that nothing below it moves
    if (note) line.hidden = false;
    setText(words, note ? TEXT.queue.noteText(note) : "");
    words.title = note;
    setAttribute(button, "aria-disabled", current ? null : "true");
    if (!form.hidden && current?.id !== id) {
      const hadFocus = form.contains(focusedElement());
      form.hidden = true;
      if (hadFocus) focusRoot();
    }
  };
  return { node: h("div", { class: "nbl-remark" }, line, form), button, open, render };
}
