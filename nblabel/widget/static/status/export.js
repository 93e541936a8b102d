// Writing the labels to a file or folder in the notebook's folder, or for the browser to keep.

import { h, setAttribute, setText } from "../shared/dom.js";
import { offerFile } from "../shared/download.js";
import { drawerBar, drawerButton } from "../shared/drawer.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { announce } from "../shared/live.js";
import { bytesOf } from "../shared/pixels.js";
import { TEXT } from "../shared/text.js";

const NAME = "labels";

/**
 * @param {import("../shared/context.js").PanelContext} context
 * @param {AbortSignal} signal
 */
export function buildExport(context, signal) {
  const format = h("select", { "aria-label": TEXT.status.format });
  const path = h("input", {
    type: "text",
    "aria-label": TEXT.status.exportPath,
    value: `${NAME}.csv`,
    spellcheck: "false",
    autocomplete: "off",
  });
  const write = h("button", { type: "submit", class: "nbl-primary", text: TEXT.status.export });
  const download = h("button", {
    type: "button",
    text: TEXT.status.download,
    title: TEXT.status.downloadTitle,
    onClick: () => send(false, true),
  });
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
    h("span", { class: "nbl-drawer-row" }, format, path, write, overwrite, download, bar, cancel),
    result,
  );

  const state = () => context.model.get("exporting") ?? {};
  /**
   * @param {boolean} replace although it is there already
   * @param {boolean} [downloads] to the browser; nothing else is offered where that is elsewhere
   */
  const send = (replace, downloads = state().apart ?? false) => {
    if (state().running) return;
    const what = { path: path.value, format: format.value, replace };
    const sent = context.send({
      type: "export",
      ...what,
      ...(downloads ? { download: true } : {}),
    });
    if (!sent) announce(result, TEXT.notResponding);
  };
  const rename = () => {
    const ending = state().formats?.find(({ value }) => value === format.value)?.ending ?? "";
    path.value = path.value.replace(/\.(csv|jsonl|parquet|json|html)$/i, "") + ending;
    render();
  };
  const render = () => {
    const { formats, running = false, progress = 0, kind = "info", text = "" } = state();
    if (!formats) return;
    if (!format.options.length)
      format.append(...formats.map(({ value, text: name }) => h("option", { value, text: name })));
    const hadFocus = form.contains(focusedElement());
    write.hidden = state().apart ?? false;
    download.classList.toggle("nbl-primary", write.hidden);
    setAttribute(path, "aria-label", write.hidden ? TEXT.status.fileName : TEXT.status.exportPath);
    for (const field of [format, path, write, download]) field.disabled = running;
    overwrite.hidden = running || kind !== "ask";
    show(running ? progress : null);
    setText(result, text);
    result.dataset.kind = kind;
    if (hadFocus && !form.contains(focusedElement()))
      (running ? cancel : path).focus({ preventScroll: true });
  };
  /** @type {(message: {name: string}, buffers: DataView[]) => void} */
  const keep = ({ name }, [bytes]) => offerFile(new Blob([bytesOf(bytes).slice()]), name);
  context.link.on("file", keep, signal);
  listen(format, "change", rename);
  const toggle = drawerButton(TEXT.status.exportOpen, form, format, () => send(false));
  /** @param {string} [wanted] the format to begin with, else the one chosen last */
  const open = (wanted) => {
    if (wanted && !state().running && format.value !== wanted) {
      format.value = wanted;
      rename();
    }
    if (form.hidden) toggle.click();
    else format.focus({ preventScroll: true });
    form.scrollIntoView({ block: "nearest" });
  };
  return { toggle, form, open, render };
}
