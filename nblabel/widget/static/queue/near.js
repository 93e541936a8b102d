// That the item on screen stands for others, nearly equal to it, and the way to label them
// together. Nobody answers for them without a look.

import { h, setText } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";
import { commandButton } from "./answers.js";

/**
 * @param {import("./controller.js").QueueController} controller
 * @param {import("./answers.js").Run} run
 */
export function buildNear({ context, queue }, run) {
  const words = h("span");
  const open = commandButton("near", TEXT.queue.near, run);
  open.title = TEXT.queue.nearTitle;
  open.setAttribute("aria-label", TEXT.queue.nearLabel);
  const node = h("p", { class: "nbl-near", hidden: true }, words, open);
  const render = () => {
    const n = queue.current?.near ?? 1;
    // from the first of them on its line stays, so that nothing below it moves
    if (n > 1) node.hidden = false;
    node.classList.toggle("nbl-near-none", n < 2);
    setText(words, n > 1 ? TEXT.queue.standsFor(n, context.noun) : "");
    words.title = words.textContent;
  };
  return { node, render };
}
