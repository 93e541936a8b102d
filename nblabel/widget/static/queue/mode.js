// That the queue asks for more items of one class, and what is missing for it, at the question.

import { h, setText } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";
import { commandButton } from "./answers.js";

/**
 * @param {import("./controller.js").QueueController} controller
 * @param {import("./answers.js").Run} run
 */
export function buildMode({ context: { model } }, run) {
  const words = h("span");
  const end = commandButton("endFind", TEXT.queue.endFind, run);
  const node = h("p", { class: "nbl-mode", hidden: true }, words, end);
  const render = () => {
    const target = model.get("find_target") ?? "";
    node.hidden = !target;
    const hint = model.get("find_hint") ?? "";
    setText(words, [TEXT.queue.finding(target), hint].filter(Boolean).join(" "));
  };
  return { node, render };
}
