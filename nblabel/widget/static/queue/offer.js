// The classes that keys give the question on screen. They stay as they are while it is there: what
// changes under a finger is not what a person chose.

import { isParent } from "../shared/class_tree.js";
import { offered } from "../shared/offer.js";

export class QueueOffer {
  /** @param {import("../shared/context.js").PanelContext} context */
  constructor(context) {
    this.context = context;
    this.shown = "";
    /** @type {import("../shared/wire.js").ClassInfo[] | null} */
    this.known = null;
    /** @type {string[]} */
    this.names = [];
    /** @type {import("../shared/wire.js").ClassInfo[]} */
    this.classes = [];
    /** The class whose subclasses have the keys, "" at the top. */
    this.branch = "";
    this.branchShown = "";
  }

  /**
   * Another question may be on screen, or other classes may be there.
   * @param {import("../shared/wire.js").Item | null} item
   * @param {boolean} predicts whether its prediction may be seen
   */
  follow(item, predicts) {
    const { classes, recent } = this.context;
    const shown = `${predicts} ${item?.id ?? ""}`;
    if (shown !== this.shown || !isParent(classes, this.branch)) this.branch = "";
    const stays = shown === this.shown && this.branch === this.branchShown;
    if (stays && classes === this.known) return;
    if (shown !== this.shown) this.names = (predicts && item?.likeliest) || [];
    // before there is a prediction, those that stood there go on standing there
    else if (!this.names.length) this.names = this.classes.map(({ name }) => name).slice(0, 5);
    this.shown = shown;
    this.known = classes;
    this.branchShown = this.branch;
    this.classes = offered(classes, this.names, recent, this.branch);
  }
}
