// One class in the dialog: a line with what is known of it, which opens in place.

import { pathAbove } from "../shared/class_tree.js";
import { h, makeUid, setAttribute, setText } from "../shared/dom.js";
import { focusedElement } from "../shared/focus.js";
import { buildThumb, mediaOf } from "../shared/media.js";
import { TEXT } from "../shared/text.js";
import { buildAsk } from "./asks.js";
import { buildField } from "./fields.js";
import { SplitForm } from "./split.js";

const MOST_EXAMPLES = 3;
const MOST_DESCRIBED = 2000;

/** @typedef {import("../shared/wire.js").ClassInfo} ClassInfo */
/** @typedef {{type: string} & Record<string, any>} ClassEvent */
/**
 * The dialog that a row is in.
 * @typedef {object} RowHost
 * @property {import("../shared/context.js").PanelContext} context
 * @property {AbortSignal} signal
 * @property {(row: ClassRow, event: ClassEvent, then?: () => void) => void} change
 * @property {(row: ClassRow, event: ClassEvent) => void} ask
 * @property {(row: ClassRow, steps: number) => void} move
 * @property {(row: ClassRow) => void} toggle
 * @property {() => void} startSorting
 * @property {() => import("../shared/wire.js").Item | null} onScreen
 */

export class ClassRow {
  /** @param {RowHost} host @param {ClassInfo} info */
  constructor(host, info) {
    this.host = host;
    this.context = host.context;
    this.signal = host.signal;
    this.info = info;
    this.count = 0;
    /** @type {SplitForm | null} */
    this.split = null;
    /** What has the focus once a question is answered. @type {HTMLElement | null} */
    this.asker = null;
    this.buildHead();
    this.node = h("li", { class: "nbl-class-row" }, this.head);
    /** Built when it is opened first. @type {any} */
    this.body = null;
  }

  get isOpen() {
    return this.body !== null && !this.body.hidden;
  }

  buildHead() {
    this.swatch = h("span", { class: "nbl-swatch" });
    this.keyShown = h("kbd");
    this.nameShown = h("span", { class: "nbl-class-title" });
    this.more = h("span", { class: "nbl-class-more" });
    this.state = h("span", { class: "nbl-class-state" });
    this.number = h("span", { class: "nbl-class-count" });
    const key = h("span", { class: "nbl-class-key" }, this.keyShown);
    const parts = [this.swatch, key, this.nameShown, this.more, this.state, this.number];
    this.head = h(
      "button",
      {
        type: "button",
        class: "nbl-class-head",
        "aria-expanded": "false",
        onClick: () => this.host.toggle(this),
      },
      ...parts,
    );
  }

  /** @param {boolean} open */
  show(open) {
    if (open && !this.body) this.buildBody();
    if (this.body) this.body.hidden = !open;
    setAttribute(this.head, "aria-expanded", String(open));
    this.node.classList.toggle("nbl-class-open", open);
    if (!open) this.leaveAsk(false);
    else this.update(this.info, this.count);
  }

  buildBody() {
    const words = TEXT.classes;
    const { input } = this;
    this.fields = {
      name: buildField(words.name, input(), (value) => this.rename(value)),
      key: buildField(
        words.key,
        input({ maxlength: 1, class: "nbl-class-key-field" }),
        (key) => this.describe({ key }),
        this.context.called(words.keyTitle),
      ),
      color: buildField(words.color, h("input", { type: "color" }), (color) =>
        this.describe({ color }),
      ),
      aliases: buildField(
        words.aliases,
        input(),
        (value) => this.describe({ aliases: listed(value) }),
        words.aliasesTitle,
      ),
      description: buildField(
        words.description,
        h("textarea", { rows: 3, maxlength: MOST_DESCRIBED }),
        (description) => this.describe({ description }),
      ),
    };
    const { name, key, color, aliases, description } = this.fields;
    const usual = this.button(words.usualColor, () => this.describe({ color: "" }));
    const look = h("div", { class: "nbl-class-look" }, key.node, color.node, usual);
    this.buildExamples();
    const fields = h(
      "div",
      { class: "nbl-class-fields" },
      h("div", {}, name.node, aliases.node, look),
      h("div", {}, description.node, this.examples),
    );
    this.buildActions();
    this.asked = h("div", { class: "nbl-class-asked" });
    this.problem = h("p", { class: "nbl-class-problem", role: "alert" });
    const id = `nbl-class-${makeUid()}`;
    const parts = [fields, this.actions, this.asked, this.problem];
    this.body = h("div", { class: "nbl-class-body", id, hidden: true }, ...parts);
    this.head.setAttribute("aria-controls", id);
    this.node.append(this.body);
  }

  /** @param {Record<string, any>} [props] */
  input(props = {}) {
    return h("input", { type: "text", spellcheck: "false", autocomplete: "off", ...props });
  }

  /** @param {string} text @param {() => void} act @param {string} [title] */
  button(text, act, title = "") {
    return h("button", { type: "button", text, title: title || null, onClick: act });
  }

  buildActions() {
    const words = TEXT.classes;
    this.up = this.button(words.up, () => this.host.move(this, -1));
    this.down = this.button(words.down, () => this.host.move(this, 1));
    this.merge = this.button(words.merge, () => this.askToMerge());
    this.splitOpen = this.button(words.split, () => this.openSplit());
    const { multiLabel } = this.context;
    const nested = multiLabel ? TEXT.tags.moveTitle : TEXT.tree.moveTitle;
    this.under = this.button(TEXT.tree.move, () => this.askToMove(), nested);
    const asked = multiLabel ? TEXT.tags.askBelowTitle : TEXT.tree.askTitle;
    this.askAgain = this.button("", () => this.askCoarse(), asked);
    this.retire = this.button("", () => this.retireOrRestore(), words.retireTitle);
    this.delete = this.button(words.delete, () => this.askToDelete());
    const order = h("span", { class: "nbl-class-order" }, this.up, this.down);
    // with several tags, items are in no class alone
    const single = multiLabel ? [] : [this.splitOpen, this.retire];
    const parts = [order, this.merge, this.under, this.askAgain, ...single, this.delete];
    this.actions = h("div", { class: "nbl-class-actions" }, ...parts);
  }

  buildExamples() {
    this.exampleList = h("div", { class: "nbl-class-example-list" });
    this.addExample = this.button("", () => this.takeExample());
    this.examples = h(
      "div",
      { class: "nbl-class-examples", role: "group", "aria-label": TEXT.classes.examples },
      h("span", { text: TEXT.classes.examples }),
      h("div", { class: "nbl-class-example-row" }, this.exampleList, this.addExample),
    );
  }

  /**
   * @param {ClassInfo} info
   * @param {number} count labels of it
   */
  update(info, count) {
    this.info = info;
    this.count = count;
    const { name, key, color, description = "", aliases = [], retired, split } = info;
    this.swatch.style.background = color;
    setText(this.keyShown, key);
    this.keyShown.hidden = !key;
    setText(this.nameShown, name);
    const { parent } = info;
    const above = pathAbove(this.context.everyClass, name);
    this.node.style.setProperty("--nbl-depth", String(above.length));
    setAttribute(this.head, "aria-description", parent ? TEXT.tree.path([...above, name]) : null);
    const also = aliases.length ? TEXT.classes.also(aliases) : "";
    setText(this.more, [also, description.replace(/\s+/g, " ")].filter(Boolean).join(" · "));
    const state = split ? TEXT.classes.toSort(split.left) : retired ? TEXT.classes.retired : "";
    setText(this.state, state);
    this.state.hidden = !state;
    setText(this.number, TEXT.classes.labels(count));
    this.node.classList.toggle("nbl-class-retired", Boolean(retired));
    if (this.isOpen) this.updateBody();
  }

  updateBody() {
    const { name, key, color, description = "", aliases = [], retired, split } = this.info;
    const { fields } = this;
    if (!fields) return;
    fields.name.show(name);
    fields.key.show(key);
    fields.key.input.disabled = Boolean(retired);
    fields.color.show(color);
    fields.aliases.show(aliases.join(", "));
    fields.description.show(description);
    setText(this.retire, retired ? TEXT.classes.restore : TEXT.classes.retire);
    this.retire.title = retired ? "" : TEXT.classes.retireTitle;
    setText(this.splitOpen, split ? TEXT.classes.toSort(split.left) : TEXT.classes.split);
    this.splitOpen.disabled = this.count === 0;
    this.splitOpen.hidden = Boolean(this.info.subclasses);
    const { multiLabel, everyClass } = this.context;
    // with several tags, only the kernel knows which items lack one below
    setText(this.askAgain, multiLabel ? TEXT.tags.askBelow : TEXT.tree.askAgain(this.count));
    const isParent = everyClass.some((one) => one.parent === name);
    this.askAgain.hidden = !isParent || this.count === 0;
    this.drawExamples();
  }

  drawExamples() {
    const { context, info } = this;
    const examples = info.examples ?? [];
    const nodes = examples.map(({ id, index }) => {
      const thumb = buildThumb("nbl-split-picture");
      const known = context.map.picture(index);
      const media = known && mediaOf(known.item);
      if (media && known.bytes) thumb.paint({ media, bytes: known.bytes });
      const drop = h("button", {
        type: "button",
        class: "nbl-class-example",
        "aria-label": TEXT.classes.dropExample(context.noun, id),
        title: TEXT.classes.dropExample(context.noun, id),
        onClick: () => this.dropExample(id),
      });
      thumb.node.setAttribute("aria-hidden", "true");
      drop.append(thumb.node, h("span", { class: "nbl-class-cross", text: "×" }));
      return drop;
    });
    const had = this.exampleList.contains(focusedElement());
    this.exampleList.replaceChildren(...nodes);
    setText(this.addExample, TEXT.classes.addExample(context.noun));
    if (had) (this.exampleList.firstElementChild ?? this.addExample).focus({ preventScroll: true });
    const wanted = examples.map(({ index }) => index).filter((i) => !context.map.picture(i));
    if (wanted.length) context.send({ type: "look", indices: wanted });
  }

  takeExample() {
    const shown = this.host.onScreen();
    const ids = (this.info.examples ?? []).map(({ id }) => id);
    if (!shown) return this.refuse(TEXT.classes.nothingOnScreen);
    if (ids.includes(shown.id)) return;
    if (ids.length >= MOST_EXAMPLES) return this.refuse(TEXT.classes.enoughExamples);
    this.describe({ examples: [...ids, shown.id] });
  }

  /** @param {string} id */
  dropExample(id) {
    const ids = (this.info.examples ?? []).map((one) => one.id);
    this.describe({ examples: ids.filter((one) => one !== id) });
  }

  // ---- what is changed

  /** @param {ClassEvent} event @param {() => void} [then] */
  change(event, then) {
    this.refuse("");
    this.host.change(this, event, then);
  }

  /** @param {ClassEvent} event */
  ask(event) {
    this.refuse("");
    this.host.ask(this, event);
  }

  startSorting() {
    this.host.startSorting();
  }

  /** @param {string} value */
  rename(value) {
    this.change({ type: "rename_class", name: this.info.name, new: value });
  }

  /** @param {Record<string, any>} details */
  describe(details) {
    this.change({ type: "describe_class", name: this.info.name, ...details });
  }

  retireOrRestore() {
    const type = this.info.retired ? "restore_class" : "retire_class";
    this.change({ type, name: this.info.name });
  }

  get others() {
    return this.context.everyClass.map((one) => one.name).filter((name) => name !== this.info.name);
  }

  askToMerge() {
    const { name, like } = this.info;
    this.put(
      buildAsk({
        text: TEXT.classes.mergeInto(name),
        confirm: TEXT.classes.mergeNow,
        choices: this.others,
        chosen: like,
        act: (into) => this.change({ type: "merge_classes", names: [name], into }),
        leave: () => this.leaveAsk(),
      }),
      this.merge,
    );
  }

  /** @param {string} typed @param {string} like */
  askAboutLike(typed, like) {
    const { name } = this.info;
    this.put(
      buildAsk({
        text: this.context.called(TEXT.classes.alike(typed, like)),
        confirm: TEXT.classes.mergeNow,
        act: () => this.change({ type: "merge_classes", names: [name], into: like }),
        leave: () => this.leaveAsk(),
      }),
      this.fields?.name.input,
    );
  }

  /** @param {string} [typed] a name that was refused @param {string} [like] for this one */
  askToMove(typed = "", like = "") {
    const { name } = this.info;
    const text = like ? TEXT.tree.moveAlike(typed, like) : TEXT.tree.moveUnder(name);
    const act = (/** @type {string} */ under) =>
      this.change({ type: "nest_classes", names: [name], under: like || under.trim() });
    const hints = like ? undefined : this.others;
    const confirm = TEXT.tree.moveNow;
    this.put(buildAsk({ text, confirm, hints, act, leave: () => this.leaveAsk() }), this.under);
  }

  /** Ask what has the coarse label of this class again, in the queue. */
  askCoarse() {
    this.context.send({ type: "again", status: "coarse", label: this.info.name });
    this.host.startSorting();
  }

  askToDelete() {
    const { name } = this.info;
    const { count } = this;
    const text = TEXT.classes[count ? "moveLabels" : "deleteEmpty"](name, count);
    this.put(
      buildAsk({
        text,
        confirm: TEXT.classes.deleteNow,
        choices: count ? this.others : undefined,
        act: (reassign) =>
          this.change({ type: "delete_class", name, ...(count ? { reassign } : {}) }),
        leave: () => this.leaveAsk(),
      }),
      this.delete,
    );
  }

  openSplit() {
    this.split?.close();
    this.split = new SplitForm(this);
    this.put({ node: this.split.el, focus: () => this.split?.focus() }, this.splitOpen);
  }

  /**
   * @param {{node: HTMLElement, focus: () => void}} ask
   * @param {any} asker
   */
  put(ask, asker) {
    this.refuse("");
    this.asker = asker;
    this.asked?.replaceChildren(ask.node);
    ask.focus();
  }

  /** @param {boolean} [back] whether the focus goes to where it was asked */
  leaveAsk(back = true) {
    const { asker } = this;
    this.asker = null;
    this.split?.close();
    this.split = null;
    this.asked?.replaceChildren();
    if (back) asker?.focus({ preventScroll: true });
  }

  /** @param {string} text why something was not done, "" where it was */
  refuse(text) {
    if (this.problem) setText(this.problem, text);
  }
}

/** @param {string} value names with commas between */
function listed(value) {
  return value
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);
}
