import { h, setText } from "./dom.js";
import { drawerBar, drawerButton } from "./drawer.js";
import { inTurn } from "./turns.js";

// Writing the labels to a file or folder beside the notebook.

/** @typedef {{value: string, text: string, ending: string}} Format */
/** @typedef {{formats: Format[], running: boolean, progress: number, kind: "info" | "done" | "ask" | "error", text: string}} Exported */

const NAME = "labels";

/** @param {any} model */
export function buildExport(model) {
  const format = h("select", { "aria-label": "Format" });
  const path = h("input", { type: "text", "aria-label": "File or folder beside the notebook", value: `${NAME}.csv`, spellcheck: "false", autocomplete: "off" });
  const write = h("button", { type: "submit", class: "nbl-primary", text: "Export" });
  const replace = h("button", { type: "button", text: "Replace it", hidden: true });
  const { bar, cancel, show } = drawerBar("Export", () => tell({ type: "cancel" }), path);
  const said = h("p", { class: "nbl-drawer-said", role: "status" });
  const form = h("form", { class: "nbl-drawer", hidden: true, "aria-label": "Export the labels" },
    h("span", { class: "nbl-drawer-row" }, format, path, write, replace, bar, cancel), said);

  /** @returns {Exported | undefined} */
  const state = () => model.get("export");
  const sendInTurn = inTurn(model);
  /** @param {Record<string, any>} message */
  const tell = (message) => {
    try {
      sendInTurn(message);
    } catch {
      setText(said, "The kernel does not answer.");
    }
  };
  /** @param {boolean} again although it is there already */
  const send = (again) => {
    if (state()?.running) return;
    tell({ type: "export", path: path.value, format: format.value, replace: again });
  };
  const rename = () => {
    const ending = state()?.formats.find(({ value }) => value === format.value)?.ending ?? "";
    path.value = path.value.replace(/\.(csv|jsonl|parquet|json)$/i, "") + ending;
    render();
  };
  const render = () => {
    const now = state();
    if (!now?.formats) return;
    if (!format.options.length) format.append(...now.formats.map(({ value, text }) => h("option", { value, text })));
    const hadFocus = form.contains(document.activeElement);
    for (const field of [format, path, write]) field.disabled = now.running;
    replace.hidden = now.running || now.kind !== "ask";
    show(now.running ? now.progress : null);
    setText(said, now.text);
    said.dataset.kind = now.kind;
    if (hadFocus && !form.contains(document.activeElement)) (now.running ? cancel : path).focus({ preventScroll: true });
  };
  format.addEventListener("change", rename);
  replace.addEventListener("click", () => send(true));
  return { toggle: drawerButton("Export…", form, format, () => send(false)), form, render };
}
