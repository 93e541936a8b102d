// The dialog in which the classes are changed. After each step a line says what happened, and
// offers to undo it.

import { inTreeOrder } from "../shared/class_tree.js";
import { h, patchChildren, setText } from "../shared/dom.js";
import { isTextField } from "../shared/chords.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { announce } from "../shared/live.js";
import { TEXT } from "../shared/text.js";
import { buildAsk } from "./asks.js";
import { ClassRow } from "./row.js";

/** @typedef {import("../shared/wire.js").Ack} Ack */
/** @typedef {import("./row.js").ClassEvent} ClassEvent */
/** A step that is not acknowledged yet.
 * @typedef {{row: ClassRow | null, event: ClassEvent, then?: () => void}} ClassStep */

export class ClassDialog {
  /**
   * @param {{context: import("../shared/context.js").PanelContext,
   *   queue: import("../shared/queue.js").Queue}} page
   * @param {AbortSignal} signal
   * @param {import("../shared/ways.js").Ways} ways
   */
  constructor({ context, queue }, signal, ways) {
    this.context = context;
    this.queue = queue;
    this.signal = signal;
    this.ways = ways;
    /** @type {WeakMap<Element, ClassRow>} */
    this.rows = new WeakMap();
    /** @type {ClassRow | null} */
    this.opened = null;
    /** @type {Map<string, ClassStep>} */
    this.steps = new Map();
    /** The step that can be undone here, "" for none. */
    this.last = "";
    this.build();
    const { link, map, throttle } = context;
    const render = () => this.isOpen && this.render();
    for (const name of /** @type {const} */ (["classes", "status"]))
      link.onTrait(name, () => throttle.run(this, render), signal);
    map.on("pictures", () => this.isOpen && this.opened?.drawExamples(), signal);
    context.on("ack", ({ ack }) => this.hear(ack), signal);
    ways.openClasses = () => this.open();
  }

  build() {
    this.summary = h("span", { class: "nbl-class-summary" });
    const shut = h("button", { type: "button", text: TEXT.close, onClick: () => this.close() });
    const title = h("h3", { text: this.context.called(TEXT.classes.title) });
    const head = h("div", { class: "nbl-class-top" }, title, this.summary, shut);
    this.likes = h("div", { class: "nbl-class-likes" });
    this.said = h("p", { role: "status" });
    this.undo = h(
      "button",
      { type: "button", hidden: true, "aria-keyshortcuts": "u", onClick: () => this.takeBack() },
      h("span", { text: TEXT.classes.undo }),
      h("kbd", { text: "u", "aria-hidden": "true" }),
    );
    const hint = h("p", { class: "nbl-class-hint", text: this.context.called(TEXT.classes.hint) });
    const line = h("div", { class: "nbl-class-said" }, this.said, hint, this.undo);
    this.list = h("ul", { class: "nbl-class-rows" });
    const props = {
      class: "nbl-view nbl-class-dialog",
      role: "dialog",
      "aria-label": this.context.called(TEXT.classes.title),
      tabindex: -1,
      hidden: true,
    };
    this.el = h("section", props, head, this.likes, line, this.list);
    listen(this.el, "keydown", (event) => this.hearKey(event), { signal: this.signal });
  }

  get isOpen() {
    return !this.el.hidden;
  }

  open() {
    this.el.hidden = false;
    this.el.dataset.noun = this.context.noun;
    this.render();
    (this.heads[0] ?? this.el).focus({ preventScroll: true });
    this.el.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.el.hidden = true;
    this.openRow(null);
    this.say("");
    this.ways.focusQueue();
  }

  /** Items are asked again in the queue: it has the keys. */
  startSorting() {
    this.close();
  }

  onScreen() {
    return this.queue.current;
  }

  /** @returns {HTMLButtonElement[]} */
  get heads() {
    return [...this.list.children].map((node) => node.firstElementChild);
  }

  render() {
    const { model } = this.context;
    const everyClass = inTreeOrder(this.context.everyClass);
    const focused = /** @type {HTMLElement} */ (focusedElement());
    const within = this.list.contains(focused);
    const at = this.heads.findIndex((one) => one.parentElement?.contains(focused));
    const retired = everyClass.filter((one) => one.retired).length;
    const words = TEXT.classes.summary(everyClass.length, retired);
    setText(this.summary, this.context.called(words));
    const counts = new Map(
      (model.get("status")?.classes ?? []).map((one) => [one.name, one.count]),
    );
    const known = new Map(everyClass.map((one) => [one.name, one]));
    const names = everyClass.map((one) => one.name);
    this.keepRenamed(names);
    const nodes = patchChildren(this.list, names, (name) => {
      const row = new ClassRow(this, /** @type {any} */ (known.get(name)));
      this.rows.set(row.node, row);
      return row.node;
    });
    everyClass.forEach((one, i) => this.rows.get(nodes[i])?.update(one, counts.get(one.name) ?? 0));
    if (this.opened && !this.opened.node.isConnected) this.opened = null;
    this.renderLikes();
    if (!within || this.list.contains(focusedElement())) return;
    // a node that is moved loses the focus, and one that is gone leaves it to the next
    if (focused.isConnected && this.list.contains(focused)) focused.focus({ preventScroll: true });
    else this.heads[Math.min(at, this.heads.length - 1)]?.focus({ preventScroll: true });
  }

  /**
   * A class that has another name now, wherever that was done, keeps its row: what somebody types
   * there stays.
   * @param {string[]} names
   */
  keepRenamed(names) {
    const rows = /** @type {HTMLElement[]} */ ([...this.list.children]);
    const before = rows.map((node) => node.dataset.key ?? "");
    const gone = before.filter((name) => !names.includes(name));
    const fresh = names.filter((name) => !before.includes(name));
    const at = before.indexOf(gone[0]);
    if (gone.length === 1 && fresh.length === 1 && names[at] === fresh[0])
      rows[at].dataset.key = fresh[0];
  }

  /** Classes that nobody can tell apart, each with the question whether they are one. */
  renderLikes() {
    const alike = this.context.everyClass.filter((one) => one.like);
    const told = new Map(alike.map((one) => [one.name, /** @type {string} */ (one.like)]));
    patchChildren(this.likes, [...told.keys()], (name) => {
      const like = told.get(name) ?? "";
      const dismiss = () => ask.node.replaceChildren();
      const ask = buildAsk({
        text: this.context.called(TEXT.classes.alike(name, like)),
        confirm: TEXT.classes.mergeNow,
        cancel: TEXT.classes.keepBoth,
        act: () => this.post(null, { type: "merge_classes", names: [name], into: like }),
        leave: () => {
          dismiss();
          (this.heads[0] ?? this.el).focus({ preventScroll: true });
        },
      });
      return ask.node;
    });
  }

  // ---- rows

  /** @param {ClassRow} row */
  toggle(row) {
    this.openRow(row.isOpen ? null : row);
    if (row.isOpen) row.fields?.name.input.focus({ preventScroll: true });
    row.node.scrollIntoView({ block: "nearest" });
  }

  /** @param {ClassRow | null} row the one that is open, no other */
  openRow(row) {
    if (this.opened && this.opened !== row) this.opened.show(false);
    this.opened = row;
    row?.show(true);
  }

  /** @param {ClassRow} row @param {number} steps */
  move(row, steps) {
    const every = inTreeOrder(this.context.everyClass);
    const names = every.map((one) => one.name);
    // beside those under the same parent
    const beside = every.filter(({ parent }) => parent === row.info.parent).map(({ name }) => name);
    const next = beside[beside.indexOf(row.info.name) + steps] ?? "";
    const from = names.indexOf(row.info.name);
    const to = names.indexOf(next);
    const waits = [...this.steps.values()].some(({ event }) => event.type === "order_classes");
    if (from < 0 || to < 0 || waits) return;
    [names[from], names[to]] = [names[to], names[from]];
    this.change(row, { type: "order_classes", names });
  }

  // ---- steps

  /**
   * @param {ClassRow} row
   * @param {ClassEvent} event
   * @param {() => void} [then] once it was made
   */
  change(row, event, then) {
    this.post(row, event, then);
  }

  /**
   * An event that is never sent again by itself.
   * @param {ClassRow} row
   * @param {ClassEvent} event
   */
  ask(row, event) {
    const uid = this.context.ask(event);
    if (uid) this.steps.set(uid, { row, event, then: () => row.leaveAsk() });
    else
      row.refuse(this.context.closed ? TEXT.panel.closed(this.context.closed) : TEXT.notResponding);
  }

  /**
   * @param {ClassRow | null} row
   * @param {ClassEvent} event
   * @param {() => void} [then]
   */
  post(row, event, then) {
    const { context } = this;
    const uid = context.post(event);
    if (uid) this.steps.set(uid, { row, event, then });
    else if (row) row.refuse(TEXT.panel.closed(context.closed));
    else this.say(TEXT.panel.closed(context.closed));
  }

  takeBack() {
    if (!this.last) return;
    const of = this.last;
    this.last = "";
    this.post(null, { type: "undo", of });
    this.say(TEXT.classes.undoing);
  }

  /** @param {Ack} ack */
  hear(ack) {
    const step = this.steps.get(ack.uid);
    if (!step) return;
    if (!ack.ok && ack.retry) return this.say(TEXT.classes.tryingAgain(ack.text));
    this.steps.delete(ack.uid);
    if (ack.ok) this.made(ack, step);
    else this.refused(ack, step);
  }

  /** @param {Ack} ack @param {ClassStep} step */
  made(ack, { row, event, then }) {
    const asks = row?.asked?.contains(focusedElement());
    if (row && event.type !== "order_classes") row.leaveAsk(Boolean(asks && !then));
    this.say(ack.text, event.type === "undo" ? "" : ack.uid);
    then?.();
  }

  /** @param {Ack} ack @param {ClassStep} step */
  refused(ack, { row, event }) {
    if (!row) return this.say(ack.text);
    if (ack.like && event.type === "nest_classes") return row.askToMove(event.under, ack.like);
    if (ack.like && event.type === "rename_class") return row.askAboutLike(event.new, ack.like);
    if (event.type === "rename_class") row.fields?.name.mark(true);
    if ("key" in event) row.fields?.key.mark(true);
    if ("aliases" in event) row.fields?.aliases.mark(true);
    row.refuse(ack.text);
    if (!row.isOpen) this.say(ack.text);
  }

  /** @param {string} text @param {string} [undo] the step that can be undone */
  say(text, undo = "") {
    const had = focusedElement() === this.undo;
    announce(this.said, text);
    this.last = undo;
    this.undo.hidden = !undo;
    if (had && this.undo.hidden) (this.heads[0] ?? this.el).focus({ preventScroll: true });
  }

  // ---- keys

  /** @param {KeyboardEvent} event */
  hearKey(event) {
    if (event.ctrlKey || event.metaKey || event.isComposing) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const row = target.matches(".nbl-class-head")
      ? this.rows.get(target.parentElement ?? target)
      : null;
    if (!(event.key === "Escape" ? this.escape() : this.act(event, row ?? null))) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {KeyboardEvent} event
   * @param {ClassRow | null} row whose line has the focus
   */
  act({ key, altKey, target }, row) {
    if (key === "u" && !altKey && !isTextField(target)) {
      this.takeBack();
      return true;
    }
    const steps = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (!row || (!steps && key !== "Home" && key !== "End")) return false;
    if (altKey && steps) this.move(row, steps);
    else {
      const { heads } = this;
      const at = heads.indexOf(row.head);
      const to = steps ? at + steps : key === "Home" ? 0 : heads.length - 1;
      heads[Math.min(Math.max(to, 0), heads.length - 1)].focus();
    }
    return true;
  }

  /** Leave the innermost thing that is open. */
  escape() {
    const { opened } = this;
    this.openRow(null);
    if (opened) opened.head.focus({ preventScroll: true });
    else this.close();
    return true;
  }
}
