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
    list.replaceChildren(...keyRows(context, offer.classes));
    close.focus();
  };
  return { node, toggle };
}

/**
 * @param {import("../shared/context.js").PanelContext} context
 * @param {import("../shared/wire.js").ClassInfo[]} offer those that have a key now
 */
function keyRows(context, offer) {
  const { classes, multiLabel: several, noun } = context;
  const labels = offer
    .filter((one) => one.key)
    .map((one) => ({ shown: [one.key], text: one.name }));
  const meant = {
    findClass: findsByName(classes),
    takeOver: several,
    oneTag: several,
    endFind: !several,
    play: noun === "sound",
    pages: noun !== "sound",
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
