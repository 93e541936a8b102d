// Reading labels that are known already from a file in the notebook's folder.

import { h, setAttribute } from "../shared/dom.js";
import { drawerBar, drawerButton } from "../shared/drawer.js";
import { announce } from "../shared/live.js";
import { TEXT } from "../shared/text.js";

/** @param {import("../shared/context.js").PanelContext} context */
export function buildImport(context) {
  /** @param {string} value @param {Record<string, string>} [more] */
  const field = (value, more = {}) =>
    h("input", { type: "text", value, spellcheck: "false", autocomplete: "off", ...more });
  const path = field("labels.csv", {
    "aria-label": TEXT.status.importPath,
    title: TEXT.status.importPathTitle,
  });
  const id = field("id");
  const label = field("label");
  const read = h("button", { type: "submit", class: "nbl-primary", text: TEXT.status.import });
  const result = h("p", { class: "nbl-drawer-result", role: "status" });
  const { bar, cancel, show } = drawerBar(TEXT.status.import, () => stop(), path);
  const columns = h(
    "span",
    { class: "nbl-drawer-columns" },
    h("label", {}, h("span", { text: TEXT.status.idColumn }), id),
    h("label", {}, h("span", { text: TEXT.status.labelColumn }), label),
  );
  const form = h(
    "form",
    { class: "nbl-drawer", hidden: true, "aria-label": TEXT.status.importTitle },
    h("span", { class: "nbl-drawer-row" }, path, columns, read, bar, cancel),
    result,
  );
  let awaited = "";
  let stopped = false;
  let wasRunning = false;

  /** @param {string} text @param {string} [kind] */
  const say = (text, kind = "info") => {
    if (text !== result.textContent) announce(result, text);
    result.dataset.kind = kind;
  };
  const state = () => context.model.get("importing") ?? {};
  const send = () => {
    if (state().text) return;
    say("");
    stopped = false;
    awaited = context.ask({ type: "import", path: path.value, id: id.value, label: label.value });
    if (!awaited) say(context.closed ? TEXT.panel.closed(context.closed) : TEXT.notResponding);
  };
  const stop = () => {
    stopped = true;
    if (!context.send({ type: "cancel", task: "import" })) say(TEXT.notResponding);
  };
  const render = () => {
    const { text, progress = 0 } = state();
    setAttribute(read, "aria-disabled", text ? "true" : null);
    show(text ? progress : null);
    if (text) say(TEXT.status.running(text));
    else if (wasRunning) say("");
    wasRunning = Boolean(text);
  };
  /** @param {import("../shared/wire.js").Ack} ack */
  const hear = ({ uid, ok, text }) => {
    if (uid !== awaited) return;
    wasRunning = false; // what came out stays, also where the trait follows
    say(text, ok ? "done" : stopped ? "info" : "error");
  };
  return { toggle: drawerButton(TEXT.status.importOpen, form, path, send), form, render, hear };
}
