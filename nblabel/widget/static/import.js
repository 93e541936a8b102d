import { h, makeUid, setAttribute, setText } from "./dom.js";
import { drawerButton } from "./drawer.js";
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
  const columns = h("span", { class: "nbl-drawer-columns" },
    h("label", {}, h("span", { text: "Column of ids" }), id), h("label", {}, h("span", { text: "Column of labels" }), label));
  const form = h("form", { class: "nbl-drawer", hidden: true, "aria-label": "Import labels" },
    h("span", { class: "nbl-drawer-row" }, path, columns, read), said);
  const sendInTurn = inTurn(model);
  let awaited = "";

  /** @param {string} text @param {string} [kind] */
  const say = (text, kind = "info") => {
    setText(said, text);
    said.dataset.kind = kind;
  };
  const send = () => {
    if (model.get("importing")) return;
    awaited = makeUid();
    say("");
    try {
      sendInTurn({ type: "import", uid: awaited, path: path.value, id: id.value, label: label.value });
    } catch {
      say("The kernel does not answer.");
    }
  };
  const render = () => {
    const running = Boolean(model.get("importing"));
    setAttribute(read, "aria-disabled", running ? "true" : null);
    if (running) say("Reading…");
    else if (said.textContent === "Reading…") say("");
  };
  /** @param {{type: string, uid: string, ok: boolean, text: string}} message */
  const hear = ({ type, uid, ok, text }) => {
    if (type === "ack" && uid === awaited) say(text, ok ? "done" : "error");
  };
  return { toggle: drawerButton("Import…", form, path, send), form, render, hear };
}
