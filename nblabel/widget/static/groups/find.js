// Labeling a group with a class that is found by its name, where there are more classes than keys.

import { h } from "../shared/dom.js";
import { FinderView } from "../shared/finder.js";
import { FIND_KEY, hasMany, offered } from "../shared/offer.js";
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
    this.dialog.listClasses();
  }

  list() {
    const { dialog, likeliest } = this;
    const { classes, recent, multiLabel } = dialog.view.context;
    if (multiLabel) return; // a group gets no tag as a whole
    const choose = (/** @type {string} */ name) => dialog.send(name);
    const keyed = offered(classes, likeliest, recent);
    this.classes = [...keyed, ...classes];
    const buttons = keyed.map((one) => buildGroupClass(one, choose));
    dialog.parts.classes.replaceChildren(...buttons, ...(hasMany(classes) ? [this.button] : []));
    this.finder.update();
  }

  open() {
    const { dialog } = this;
    if (!hasMany(dialog.view.context.classes) || !dialog.isReady) return;
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
