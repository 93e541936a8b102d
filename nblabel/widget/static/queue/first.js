// What to do first, at the answers, until something is labeled.

import { h, setText } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";

/** @param {import("./controller.js").QueueController} controller */
export function buildFirst({ context, queue }) {
  const node = h("p", { class: "nbl-first", hidden: true });
  const render = () => {
    const { labeled } = context.model.get("status") ?? {};
    const isFirst = labeled === 0 && !context.used.length && queue.current !== null;
    // from then on its line stays, so that nothing moves under the finger
    if (isFirst) node.hidden = false;
    const text = context.multiLabel ? TEXT.tags.first : TEXT.queue.first;
    setText(node, isFirst ? text(context.noun) : "");
  };
  return { node, render };
}
