// Labeling a group with a class that is found by its name, where there are more classes than keys.

import { hasTree, isParent, pathAbove } from "../shared/class_tree.js";
import { h } from "../shared/dom.js";
import { FinderView } from "../shared/finder.js";
import { focusedElement } from "../shared/focus.js";
import { FIND_KEY, findsByName, offered } from "../shared/offer.js";
import { TEXT } from "../shared/text.js";
import { buildGroupClass } from "./parts.js";

export class GroupFind {
  /** @param {import("./dialog.js").GroupDialog} dialog */
  constructor(dialog) {
    this.dialog = dialog;
    const props = {
      type: "button",
      class: "nbl-map-class nbl-map-find-class",
      "aria-keyshortcuts": FIND_KEY,
      onClick: () => this.open(),
    };
    const words = h("span", { class: "nbl-map-class-name", text: TEXT.finder.open });
    this.button = h("button", props, words, h("kbd", { text: FIND_KEY, "aria-hidden": "true" }));
    this.branch = "";
    const backWords = [h("span", { text: TEXT.tree.back })];
    backWords.push(h("kbd", { text: TEXT.tree.backKey, "aria-hidden": "true" }));
    const leave = () => this.leaveBranch();
    this.back = h(
      "button",
      { type: "button", class: "nbl-map-class", onClick: leave },
      ...backWords,
    );
    this.finder = new FinderView(dialog.view.context, {
      choose: (name) => {
        this.leave();
        dialog.send(name);
      },
      add: (name) => {
        this.leave();
        if (dialog.isReady && dialog.view.context.post({ type: "add_class", name }))
          dialog.send(name);
      },
      leave: () => this.leave(),
    });
    this.el = this.finder.el;
    /** The classes that most of the group are predicted to be of. @type {string[]} */
    this.likeliest = [];
    /** Those that keys give, before those that have a key of their own.
     * @type {import("../shared/wire.js").ClassInfo[]} */
    this.classes = [];
  }

  /** @param {string[]} likeliest of a group that was opened */
  offer(likeliest) {
    this.likeliest = likeliest;
    this.branch = "";
    this.dialog.listClasses();
  }

  list() {
    const { dialog, likeliest } = this;
    const { classes, recent, multiLabel } = dialog.view.context;
    if (multiLabel) return; // a group gets no tag as a whole
    if (!isParent(classes, this.branch)) this.branch = "";
    const keyed = offered(classes, likeliest, recent, this.branch);
    this.classes = hasTree(classes) ? keyed : [...keyed, ...classes];
    const buttons = keyed.map((one) => {
      const isOpened = one.name === this.branch;
      const text = isOpened ? TEXT.tree.itself(one.name) : one.name;
      const opens = Boolean(one.subclasses) && !isOpened;
      return buildGroupClass({ ...one, text, opens }, (name) => this.choose(name));
    });
    const more = [
      ...(this.branch ? [this.back] : []),
      ...(findsByName(classes) ? [this.button] : []),
    ];
    dialog.parts.classes.replaceChildren(...buttons, ...more);
    this.finder.update();
  }

  /** Label with a class, or open it if it has subclasses. @param {string} name */
  choose(name) {
    const { classes } = this.dialog.view.context;
    if (name === this.branch || !isParent(classes, name)) this.dialog.send(name);
    else if (this.dialog.isReady) this.go(name);
  }

  /** @param {string} branch the class whose subclasses have the keys, "" at the top */
  go(branch) {
    const had = this.dialog.parts.classes.contains(focusedElement());
    this.branch = branch;
    this.list();
    this.dialog.update();
    if (had) this.dialog.parts.classes.firstElementChild?.focus({ preventScroll: true });
  }

  /** Leave the branch, if one is open. */
  leaveBranch() {
    const { branch } = this;
    if (branch) this.go(pathAbove(this.dialog.view.context.classes, branch).at(-1) ?? "");
    return branch !== "";
  }

  open() {
    const { dialog } = this;
    if (!findsByName(dialog.view.context.classes) || !dialog.isReady) return;
    dialog.parts.classes.hidden = true;
    this.finder.open();
  }

  close() {
    this.finder.close();
  }

  leave() {
    this.close();
    this.dialog.update();
    this.dialog.grid.focus();
  }
}
