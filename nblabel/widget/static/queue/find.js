// Finding a class by its name, where there are more classes than keys: a button, and in place of
// the classes the field that it opens.

import { FinderView } from "../shared/finder.js";
import { findsByName } from "../shared/offer.js";
import { TEXT } from "../shared/text.js";
import { commandButton } from "./answers.js";

/**
 * @param {import("./controller.js").QueueController} controller
 * @param {import("./answers.js").Run} run
 * @param {() => void} focusRoot
 */
export function buildFind(controller, run, focusRoot) {
  const { context, queue } = controller;
  const button = commandButton("findClass", context.called(TEXT.finder.open), () => open());
  /** Goes out of the way while the field is open. @type {HTMLElement | null} */
  let classes = null;
  /** @param {boolean} opens */
  const toggle = (opens) => {
    if (classes) classes.hidden = opens;
    if (opens) finder.open();
    else finder.close();
  };
  const leave = () => {
    toggle(false);
    focusRoot();
  };
  const finder = new FinderView(context, {
    choose: (label) => {
      leave();
      run({ name: "label", label, presses: true });
    },
    add: (name) => {
      leave();
      controller.addClass(name, queue.current !== null);
    },
    leave,
  });
  const open = () => {
    if (findsByName(context.classes)) toggle(true);
  };
  const render = () => {
    button.hidden = !findsByName(context.classes);
    if (finder.isOpen && button.hidden) leave();
    finder.update();
  };
  /** @param {HTMLElement} node of the classes */
  const cover = (node) => {
    classes = node;
  };
  return { button, node: finder.el, open, render, cover };
}
