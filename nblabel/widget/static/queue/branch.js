// The branch of the tree of classes that has the keys, and the ways into it and out of it. A class
// without subclasses is answered at once; one with subclasses opens first.

import { h, setText } from "../shared/dom.js";
import { isParent, levelOf, pathAbove } from "../shared/class_tree.js";
import { TEXT } from "../shared/text.js";

/**
 * @param {import("./controller.js").QueueController} controller
 * @param {import("./answers.js").Run} run
 */
export function buildBranch(controller, run) {
  const { context, offer } = controller;
  const words = h("strong", { dir: "auto" });
  const back = h(
    "button",
    { type: "button", "aria-keyshortcuts": "Escape", onClick: () => run({ name: "leave" }) },
    h("span", { text: TEXT.tree.back }),
    h("kbd", { text: TEXT.tree.backKey, "aria-hidden": "true" }),
  );
  const props = { class: "nbl-branch", role: "group", "aria-label": TEXT.tree.title, hidden: true };
  const node = h("div", props, words, back);
  const render = () => {
    const { branch } = offer;
    node.hidden = branch === "";
    setText(words, TEXT.tree.path([...pathAbove(context.classes, branch), branch]));
  };
  /** @param {string} branch "" for the top */
  const go = (branch) => {
    offer.branch = branch;
    const n = levelOf(context.classes, branch).length;
    context.say(branch ? TEXT.tree.opened(branch, n) : TEXT.tree.top);
    controller.render();
  };
  /**
   * Go along the tree, if that is what a command means.
   * @param {import("./keys.js").Command} command
   * @returns {boolean}
   */
  const takes = ({ name, label, presses }) => {
    const { branch } = offer;
    if (name === "leave" && branch) {
      go(pathAbove(context.classes, branch).at(-1) ?? "");
      return true;
    }
    // one that was found by its name is meant itself
    const opens = name === "label" && !presses && label !== branch;
    if (!opens || !isParent(context.classes, label)) return false;
    go(label ?? "");
    return true;
  };
  return { node, render, takes };
}
