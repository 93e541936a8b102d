import { h, makeUid, setAttribute, setText } from "./dom.js";
import { drawerBar, drawerButton } from "./drawer.js";
import { inTurn } from "./turns.js";

// Reading labels that are known already from a file beside the notebook.

/** @param {any} model */
export function buildImport(model) {
  /** @param {string} value @param {Record<string, string>} [more] */
  const field = (value, more = {}) => h("input", { type: "text", value, spellcheck: "false", autocomplete: "off", ...more });
  const path = field("labels.csv", { "aria-label": "File beside the notebook", title: "A .csv, .tsv, .jsonl or .parquet file inside the notebook's folder" });
  const id = field("id");
  const label = field("label");
  const read = h("button", { type: "submit", class: "nbl-primary", text: "Import" });
  const said = h("p", { class: "nbl-drawer-said", role: "status" });
  const { bar, cancel, show } = drawerBar("Import", () => stop(), path);
  const columns = h("span", { class: "nbl-drawer-columns" },
    h("label", {}, h("span", { text: "Column of ids" }), id), h("label", {}, h("span", { text: "Column of labels" }), label));
  const form = h("form", { class: "nbl-drawer", hidden: true, "aria-label": "Import labels" },
    h("span", { class: "nbl-drawer-row" }, path, columns, read, bar, cancel), said);
  const sendInTurn = inTurn(model);
  let awaited = "";
  let stopped = false;

  /** @param {string} text @param {string} [kind] */
  const say = (text, kind = "info") => {
    setText(said, text);
    said.dataset.kind = kind;
  };
  /** @returns {{text: string, progress: number} | null} */
  const running = () => (model.get("importing")?.text ? model.get("importing") : null);
  /** @param {Record<string, any>} message */
  const tell = (message) => {
    try {
      sendInTurn(message);
    } catch {
      say("The kernel does not answer.");
    }
  };
  const send = () => {
    if (running()) return;
    awaited = makeUid();
    stopped = false;
    say("");
    tell({ type: "import", uid: awaited, path: path.value, id: id.value, label: label.value });
  };
  const stop = () => {
    stopped = true;
    tell({ type: "cancel_import" });
  };
  const render = () => {
    const now = running();
    setAttribute(read, "aria-disabled", now ? "true" : null);
    show(now ? now.progress : null);
    if (now) say(`${now.text}…`);
    else if (said.textContent?.endsWith("…")) say("");
  };
  /** @param {{type: string, uid: string, ok: boolean, text: string}} message */
  const hear = ({ type, uid, ok, text }) => {
    if (type === "ack" && uid === awaited) say(text, ok ? "done" : stopped ? "info" : "error");
  };
  return { toggle: drawerButton("Import…", form, path, send), form, render, hear };
}
