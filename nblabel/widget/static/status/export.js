// Writing the labels to a file or folder in the notebook's folder.

import { h, setText } from "../shared/dom.js";
import { drawerBar, drawerButton } from "../shared/drawer.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { announce } from "../shared/live.js";
import { TEXT } from "../shared/text.js";

const NAME = "labels";

/** @param {import("../shared/context.js").PanelContext} context */
export function buildExport(context) {
  const format = h("select", { "aria-label": TEXT.status.format });
  const path = h("input", {
    type: "text",
    "aria-label": TEXT.status.exportPath,
    value: `${NAME}.csv`,
    spellcheck: "false",
    autocomplete: "off",
  });
  const write = h("button", { type: "submit", class: "nbl-primary", text: TEXT.status.export });
  const overwrite = h("button", {
    type: "button",
    text: TEXT.status.overwrite,
    hidden: true,
    onClick: () => send(true),
  });
  const stop = () => context.tell({ type: "cancel", task: "export" });
  const { bar, cancel, show } = drawerBar(TEXT.status.export, stop, path);
  const result = h("p", { class: "nbl-drawer-result", role: "status" });
  const form = h(
    "form",
    { class: "nbl-drawer", hidden: true, "aria-label": TEXT.status.exportTitle },
    h("span", { class: "nbl-drawer-row" }, format, path, write, overwrite, bar, cancel),
    result,
  );

  const state = () => context.model.get("exporting") ?? {};
  /** @param {boolean} replace although it is there already */
  const send = (replace) => {
    if (state().running) return;
    const sent = context.send({ type: "export", path: path.value, format: format.value, replace });
    if (!sent) announce(result, TEXT.notResponding);
  };
  const rename = () => {
    const ending = state().formats?.find(({ value }) => value === format.value)?.ending ?? "";
    path.value = path.value.replace(/\.(csv|jsonl|parquet|json)$/i, "") + ending;
    render();
  };
  const render = () => {
    const { formats, running = false, progress = 0, kind = "info", text = "" } = state();
    if (!formats) return;
    if (!format.options.length)
      format.append(...formats.map(({ value, text: name }) => h("option", { value, text: name })));
    const hadFocus = form.contains(focusedElement());
    for (const field of [format, path, write]) field.disabled = running;
    overwrite.hidden = running || kind !== "ask";
    show(running ? progress : null);
    setText(result, text);
    result.dataset.kind = kind;
    if (hadFocus && !form.contains(focusedElement()))
      (running ? cancel : path).focus({ preventScroll: true });
  };
  listen(format, "change", rename);
  const toggle = drawerButton(TEXT.status.exportOpen, form, format, () => send(false));
  const open = () => {
    if (form.hidden) toggle.click();
    else format.focus({ preventScroll: true });
    form.scrollIntoView({ block: "nearest" });
  };
  return { toggle, form, open, render };
}
