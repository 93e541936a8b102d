// How to label here, as somebody wrote it for all: read it, or write it.

import { h } from "../shared/dom.js";
import { drawerButton } from "../shared/drawer.js";
import { announce } from "../shared/live.js";
import { markedElements } from "../shared/marked.js";
import { TEXT } from "../shared/text.js";

const LONGEST_GUIDELINES = 50_000;

/** @param {import("../shared/context.js").PanelContext} context */
export function buildGuidelines(context) {
  const text = TEXT.guidelines;
  const shown = h("div", { class: "nbl-marked", dir: "auto", tabindex: 0, role: "document" });
  shown.setAttribute("aria-label", text.title);
  const edit = h("button", { type: "button", text: text.edit, onClick: () => write(true) });
  const input = h("textarea", {
    rows: 10,
    maxlength: LONGEST_GUIDELINES,
    dir: "auto",
    "aria-label": text.write,
    placeholder: text.write,
  });
  const save = h("button", { type: "submit", class: "nbl-primary", text: text.save });
  const cancel = h("button", { type: "button", text: TEXT.cancel, onClick: () => write(false) });
  const result = h("p", { class: "nbl-drawer-result", role: "status" });
  const reading = h("div", { class: "nbl-guidelines" }, shown, h("div", {}, edit));
  const writing = h(
    "div",
    { class: "nbl-guidelines", hidden: true },
    input,
    h("p", { class: "nbl-guidelines-hint", text: text.hint }),
    h("span", { class: "nbl-drawer-row" }, save, cancel),
  );
  const form = h(
    "form",
    { class: "nbl-drawer", hidden: true, "aria-label": text.title },
    reading,
    writing,
    result,
  );
  const saved = () => context.model.get("guidelines")?.text ?? "";
  /** @param {boolean} on */
  const write = (on) => {
    if (on) input.value = saved();
    writing.hidden = !on;
    reading.hidden = on;
    (on ? input : edit).focus({ preventScroll: true });
  };
  const send = () => {
    if (writing.hidden) return;
    if (!context.post({ type: "guidelines", text: input.value })) return;
    announce(result, "");
    write(false);
  };
  /** @param {import("../shared/wire.js").Ack} ack @param {string} type of what it is about */
  const hear = (ack, type) => {
    if (type !== "guidelines" || (!ack.ok && ack.retry)) return;
    announce(result, ack.text);
    result.dataset.kind = ack.ok ? "done" : "error";
  };
  const render = () => {
    const nodes = context.model.get("guidelines")?.nodes ?? [];
    shown.replaceChildren(...markedElements(nodes));
    if (!nodes.length)
      shown.append(h("p", { class: "nbl-guidelines-hint", text: context.called(text.none) }));
    toggle.dataset.filled = String(nodes.length > 0);
  };
  const toggle = drawerButton(text.title, form, shown, send);
  return { toggle, form, render, hear };
}
