// The list of all keys, laid over the panel.

import { h } from "./dom.js";
import { QUEUE_KEYS } from "./keys.js";

/**
 * @param {import("./desk.js").Desk} desk
 * @param {() => void} focusRoot
 */
export function buildHelp(desk, focusRoot) {
  const list = h("dl", { class: "nbl-key-list" });
  const close = h("button", { type: "button", text: "Close" });
  const head = h("div", { class: "nbl-help-head" }, h("strong", { text: "Keys" }), close);
  const foot = h("p", { text: "The keys work while the panel has the focus. Tab leaves it." });
  const props = { class: "nbl-help", role: "dialog", "aria-label": "Keys", hidden: true };
  const node = h("div", props, head, list, foot);
  const toggle = () => {
    node.hidden = !node.hidden;
    if (node.hidden) return focusRoot();
    list.replaceChildren(...keyRows(desk.classes));
    close.focus();
  };
  close.addEventListener("click", toggle);
  return { node, toggle };
}

/** @param {import("./line.js").ClassInfo[]} classes */
function keyRows(classes) {
  const labels = classes.filter((one) => one.key).map((one) => ({ shown: [one.key], text: one.name }));
  return [...labels, ...QUEUE_KEYS].map(({ shown, text }) =>
    h("div", {}, h("dt", {}, ...shown.map((key) => h("kbd", { text: key }))), h("dd", { text })),
  );
}
