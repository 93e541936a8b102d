// The list of all keys, laid over the queue.

import { h } from "../shared/dom.js";
import { findsByName } from "../shared/offer.js";
import { TEXT } from "../shared/text.js";
import { QUEUE_KEYS } from "./keys.js";

/**
 * @param {import("./controller.js").QueueController} controller
 * @param {() => void} focusRoot
 */
export function buildHelp(controller, focusRoot) {
  const list = h("dl", { class: "nbl-key-list" });
  const close = h("button", { type: "button", text: TEXT.close, onClick: () => toggle() });
  const head = h("div", { class: "nbl-help-head" }, h("strong", { text: TEXT.shortcuts }), close);
  const foot = h("p", { text: TEXT.queue.helpNote });
  const props = { class: "nbl-help", role: "dialog", "aria-label": TEXT.shortcuts, hidden: true };
  const node = h("div", props, head, list, foot);
  const toggle = () => {
    node.hidden = !node.hidden;
    if (node.hidden) return focusRoot();
    const { context, offer } = controller;
    list.replaceChildren(...keyRows(context, offer.classes, meantKeys(context)));
    close.focus();
  };
  return { node, toggle };
}

/**
/**
 * Which keys for looking closely or hearing mean something in this pool.
 * @param {import("../shared/context.js").PanelContext} context
 */
function meantKeys({ noun, model }) {
  const pictures = noun === "image";
  const { row, beside, pictures: columns = [] } = model.get("columns") ?? {};
  return {
    ...{ zoomIn: pictures, zoomOut: pictures, pan: pictures, whole: pictures, full: pictures },
    light: pictures,
    besidePicture: columns.length > 0,
    findText: noun === "text",
    columns: Boolean(row || beside),
    play: noun === "sound",
    pages: !pictures && noun !== "sound",
  };
}

/**
 * @param {import("../shared/context.js").PanelContext} context
 * @param {import("../shared/wire.js").ClassInfo[]} offer those that have a key now
 * @param {Record<string, boolean>} looking which keys for looking closely mean something
 */
function keyRows(context, offer, looking) {
  const { classes, multiLabel: several } = context;
  const labels = offer
    .filter((one) => one.key)
    .map((one) => ({ shown: [one.key], text: one.name }));
  const meant = {
    findClass: findsByName(classes),
    takeOver: several,
    oneTag: several,
    endFind: !several,
    ...looking,
  };
  const keys = QUEUE_KEYS.filter(
    ({ name }) => !(name in meant) || meant[/** @type {keyof typeof meant} */ (name)],
  );
  const commands = keys.map(({ name, shown }) => ({
    shown,
    text:
      several && name === "accept" ? TEXT.tags.confirmKey : context.called(TEXT.queue.keys[name]),
  }));
  return [...labels, ...commands].map(({ shown, text }) =>
    h("div", {}, h("dt", {}, ...shown.map((key) => h("kbd", { text: key }))), h("dd", { text })),
  );
}
