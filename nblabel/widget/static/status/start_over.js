// Starting over: the log is kept aside, and the panel ends.

import { h } from "../shared/dom.js";
import { drawerButton } from "../shared/drawer.js";
import { announce } from "../shared/live.js";
import { RESTART_TEXT } from "../shared/restart_text.js";
import { TEXT } from "../shared/text.js";

/** @param {import("../shared/context.js").PanelContext} context */
export function buildStartOver(context) {
  const result = h("p", { class: "nbl-drawer-result", role: "status" });
  // the safe one is first, and has the focus: Enter by mistake changes nothing
  const cancel = h("button", { type: "button", text: TEXT.cancel, onClick: () => toggle.click() });
  const confirm = h("button", { type: "submit", text: RESTART_TEXT.confirm });
  const form = h(
    "form",
    { class: "nbl-drawer", hidden: true, "aria-label": RESTART_TEXT.title },
    h("p", { text: RESTART_TEXT.kept }),
    h("p", { text: RESTART_TEXT.gone }),
    h("span", { class: "nbl-drawer-row" }, cancel, confirm),
    result,
  );
  const send = () => {
    const sent = context.send({ type: "start_over" });
    announce(result, sent ? "" : TEXT.notResponding);
    result.dataset.kind = sent ? "info" : "error";
  };
  const toggle = drawerButton(RESTART_TEXT.open, form, cancel, send);
  return { toggle, form };
}
