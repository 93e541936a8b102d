// One label for a cluster, or for what was drawn around, after a look at it: pictures of it, and those that
// do not belong marked. It does not block the map: the points stay in sight, and others can be drawn around.

import { h, makeUid, setAttribute, setText } from "../shared/dom.js";
import { alignedCopy } from "../shared/map_state.js";
import { bytesOf } from "../shared/pixels.js";
import { TEXT } from "../shared/text.js";
import { GroupCenter } from "./center.js";
import { ClusterSetup } from "./cluster_setup.js";
import { GroupFacts } from "./facts.js";
import { GroupGrid } from "./grid.js";

/** @typedef {import("../shared/wire.js").Ack} Ack */
/** @typedef {import("../shared/wire.js").LogEvent} LogEvent */
/**
 * The view that has the dialog: it shows which points stand out, and says things.
 * @typedef {object} GroupHost
 * @property {import("../shared/context.js").PanelContext} context
 * @property {AbortSignal} signal
 * @property {(type: string, act: (detail: any) => void) => void} on news of the points
 * @property {(name: keyof import("../shared/wire.js").Traits, act: () => void) => void} onTrait
 * @property {(text: string, shown?: boolean) => void} say
 * @property {() => void} focus
 * @property {(indices: Uint32Array) => void} highlight
 * @property {() => void} dropHighlight
 * @property {() => void} clearSelection
 * @property {(cluster: number | null) => void} openCluster
 */
/** @typedef {"find" | "choose" | "saving" | "saved" | "undoing"} DialogPhase */

export class GroupDialog {
  /** @param {GroupHost} view */
  constructor(view) {
    this.view = view;
    /** What was drawn around, null for a cluster. @type {Uint32Array | null} */
    this.selection = null;
    /** @type {number | null} */
    this.cluster = null;
    this.name = "";
    /** @type {{previous: number | null, next: number | null}} */
    this.beside = { previous: null, next: null };
    /** The members, ascending. @type {Uint32Array} */
    this.indices = new Uint32Array(0);
    /** Those of them that are labeled already. */
    this.already = 0;
    /** What the kernel is asked to answer. */
    this.request = "";
    /** Whether that is only another order of what is shown. */
    this.reorders = false;
    /** @type {string | null} the event whose answer is awaited */
    this.uid = null;
    /** @type {Uint8Array | null} 1 for each point that is labeled once this dialog has labeled its own */
    this.after = null;
    /** Whether undoing the log's last step would undo this dialog's. */
    this.isLast = false;
    /** @type {DialogPhase} */
    this.phase = "choose";
    /** Whether the kernel was finding clusters. */
    this.wasFinding = false;
    this.grid = new GroupGrid(view, () => this.update());
    this.facts = new GroupFacts();
    this.center = new GroupCenter(this.grid);
    this.setup = new ClusterSetup(view, () => this.leaveSetup());
    this.build();
    this.listen();
  }

  listen() {
    const { view, view: { context: { link }, signal } } = this;
    /**
     * What answers this dialog, and no other one of the page.
     * @param {string} type
     * @param {(message: any, buffers: DataView[]) => void} act
     */
    const answer = (type, act) =>
      link.on(type, (message, buffers) => message.request === this.request && act(message, buffers), signal);
    answer("group", (group, [members]) => this.take(group, new Uint32Array(alignedCopy(members))));
    answer("facts", (facts) => this.refresh(facts));
    answer("mean", (mean, buffers) => this.center.average(mean, bytesOf(buffers[mean.image.buffer])));
    answer("no_group", ({ text }) => setText(this.problem, text));
    view.context.on("ack", ({ ack, event }) => event && this.hear(ack, event), signal);
    view.onTrait("classes", () => this.listClasses());
    view.onTrait("clustering", () => this.clustersChanged());
    view.on("labeled", () => this.isOpen && this.recount());
    view.on("pictures", () => this.isOpen && this.pictured());
  }

  build() {
    this.title = h("h3", { class: "nbl-map-side-title", id: `nbl-map-${makeUid()}` });
    /** @param {"previous" | "next"} way @param {string} key @param {string} sign */
    const stepper = (way, key, sign) => {
      const parts = [h("span", { text: sign }), h("kbd", { text: key, "aria-hidden": "true" })];
      const props = { type: "button", "aria-label": TEXT.group[way], "aria-keyshortcuts": key, onClick: () => this.step(way) };
      return h("button", props, ...(way === "next" ? parts.reverse() : parts));
    };
    this.previous = stepper("previous", ",", "‹");
    this.next = stepper("next", ".", "›");
    const head = h("div", { class: "nbl-group-head" }, this.previous, this.title, this.next);
    const props = {
      class: "nbl-map-dialog nbl-group", role: "dialog", "aria-labelledby": this.title.id, tabindex: -1, hidden: true,
    };
    this.el = h("section", props, head, this.setup.el, this.facts.el, this.buildBody());
    this.listClasses();
  }

  buildBody() {
    const orders = Object.entries(TEXT.group.orders).map(([value, text]) => h("option", { value, text }));
    this.order = h("select", { onChange: () => this.ask(true) }, ...orders);
    const order = h("label", { class: "nbl-map-field" }, h("span", { text: TEXT.group.order }), this.order);
    this.center.el.append(order);
    this.heading = h("p", { class: "nbl-group-heading", id: `nbl-map-${makeUid()}` });
    this.classes = h("div", { class: "nbl-map-classes", role: "group", "aria-labelledby": this.heading.id });
    this.relabel = h("input", { type: "checkbox", onChange: () => this.update() });
    this.relabelText = h("span");
    this.relabelField = h("label", { class: "nbl-map-relabel" }, this.relabel, this.relabelText);
    this.problem = h("p", { class: "nbl-map-problem", role: "alert" });
    const look = h("div", { class: "nbl-group-look" }, this.grid.el);
    const answers = [this.heading, this.classes, this.relabelField, this.problem, this.buildActions()];
    this.body = h("div", { class: "nbl-group-body" }, look, h("div", { class: "nbl-group-answer" }, this.center.el, ...answers));
    return this.body;
  }

  buildActions() {
    /** @param {Record<string, any>} props @param {...Node} children */
    const button = (props, ...children) => h("button", { type: "button", ...props }, ...children);
    this.goOn = button({ class: "nbl-primary", text: TEXT.group.next, onClick: () => this.step("next") });
    this.undo = button({ "aria-keyshortcuts": "u", onClick: () => this.sendUndo() },
      h("span"), h("kbd", { text: "u", "aria-hidden": "true" }));
    this.unmark = button({ onClick: () => this.grid.unmarkAll() });
    this.leave = button({ text: TEXT.close, onClick: () => this.view.clearSelection() });
    this.others = button({ class: "nbl-group-others", text: TEXT.group.others, onClick: () => this.enter("find") });
    return h("div", { class: "nbl-map-actions" }, this.goOn, this.undo, this.unmark, this.leave, this.others);
  }

  get isOpen() {
    return !this.el.hidden;
  }

  /** Whether nothing was answered yet. */
  get isChoosing() {
    return this.isOpen && this.phase === "choose";
  }

  get isCluster() {
    return this.selection === null;
  }

  /** @param {Uint32Array} indices */
  openSelection(indices) {
    this.begin();
    this.selection = indices;
    this.indices = indices;
    this.name = "";
    this.beside = { previous: null, next: null };
    this.enter("choose");
    this.ask();
  }

  /** @param {number | null} cluster */
  openCluster(cluster) {
    this.begin();
    this.selection = null;
    this.indices = new Uint32Array(0);
    this.cluster = cluster;
    this.name = "";
    if (!this.view.context.model.get("clustering")?.n) return this.enter("find");
    this.enter("choose");
    this.ask();
  }

  begin() {
    this.uid = null;
    this.center.clear();
    this.relabel.checked = false;
    this.facts.el.hidden = true;
    this.el.hidden = false;
    this.grid.fixed = false;
    this.grid.show(new Uint32Array(0), false);
    this.el.focus({ preventScroll: true });
  }

  /** Ask the kernel who belongs. @param {boolean} [reorders] */
  ask(reorders = false) {
    this.request = makeUid();
    this.reorders = reorders;
    const { cluster, request, selection } = this;
    const message = { type: "group", request, order: this.order.value, ...(selection ? {} : { cluster }) };
    if (!this.view.context.send(message, selection)) setText(this.problem, TEXT.notResponding);
  }

  /**
   * @param {any} content
   * @param {Uint32Array} members
   */
  take(content, members) {
    const { cluster, name, previous, next, central } = content;
    Object.assign(this, { cluster, name, beside: { previous, next } });
    this.indices = members.slice().sort();
    this.grid.show(members, this.reorders, [central]);
    if (this.isCluster) this.view.highlight(this.indices);
    this.facts.show(content);
    this.recount();
    this.center.show(central);
    if (document.activeElement === this.el) this.grid.focus();
    this.el.scrollIntoView({ block: "nearest" });
    this.view.say(this.titleText, false);
  }

  /** @param {any} facts */
  refresh(facts) {
    this.facts.show(facts);
    this.grid.refresh();
  }

  pictured() {
    this.center.draw();
    this.update();
  }

  close() {
    const hadFocus = this.el.contains(document.activeElement);
    if (this.isOpen) this.view.context.send({ type: "leave" });
    this.request = "";
    this.el.hidden = true;
    if (hadFocus) this.view.focus();
  }

  /**
   * @param {DialogPhase} phase
   * @param {string} [problem]
   */
  enter(phase, problem = "") {
    this.phase = phase;
    setText(this.problem, problem);
    this.recount();
    if (phase === "find") this.setup.open();
  }

  /** Clusters were found, or will not be. */
  clustersChanged() {
    this.setup.update();
    if (!this.isOpen || this.phase !== "find") return;
    const { n, finding } = this.view.context.model.get("clustering") ?? {};
    if (this.wasFinding && !finding && n) this.view.openCluster(null);
    this.wasFinding = Boolean(finding);
  }

  leaveSetup() {
    if (!this.indices.length) return this.view.clearSelection();
    this.enter("choose");
    this.grid.focus();
  }

  /** @param {"previous" | "next"} way */
  step(way) {
    const there = this.beside[way];
    if (!this.isCluster || there === null || this.phase === "saving" || this.phase === "undoing") return;
    this.view.openCluster(there);
  }

  /** Other labels may have come meanwhile: fewer are left to label, and the last step is no longer this one. */
  recount() {
    const labeled = this.view.context.map.labeledMask();
    this.already = this.indices.reduce((count, i) => count + labeled[i], 0);
    if (this.view.context.map.labeled.some((i) => !this.after?.[i])) this.isLast = false;
    this.update();
  }

  listClasses() {
    this.classes.replaceChildren(...this.view.context.classes.map((one) => this.classButton(one)));
    this.update();
  }

  /** @param {import("../shared/wire.js").ClassInfo} one */
  classButton({ name, key, color }) {
    return h("button", { type: "button", class: "nbl-map-class", "aria-keyshortcuts": key || null, onClick: () => this.send(name) },
      h("span", { class: "nbl-map-swatch", style: { background: color } }),
      h("span", { class: "nbl-map-class-name", text: name }),
      key ? h("kbd", { text: key, "aria-hidden": "true" }) : null);
  }

  /** How many a class key would label. */
  get count() {
    const labeled = this.view.context.map.labeledMask();
    const again = this.relabel.checked;
    let leftOut = 0;
    for (const index of this.grid.marked) leftOut += again || !labeled[index] ? 1 : 0;
    return this.indices.length - (again ? 0 : this.already) - leftOut;
  }

  get titleText() {
    return TEXT.group.title(this.name, this.indices.length, this.already);
  }

  update() {
    if (!this.el) return;
    const { phase, already } = this;
    const finding = phase === "find";
    const choosing = phase === "choose";
    const fixed = phase === "saved" || phase === "undoing";
    this.el.dataset.noun = this.view.context.noun;
    this.setup.el.hidden = !finding;
    this.body.hidden = finding;
    if (finding) this.facts.el.hidden = true;
    if (finding) setText(this.title, TEXT.group.find);
    else if (!fixed) setText(this.title, this.indices.length ? this.titleText : TEXT.group.loading);
    for (const way of /** @type {("previous" | "next")[]} */ (["previous", "next"])) {
      this[way].hidden = finding || !this.isCluster;
      setAttribute(this[way], "aria-disabled", this.beside[way] === null ? "true" : null);
    }
    this.grid.fixed = !choosing;
    setText(this.heading, this.headingText());
    setText(this.relabelText, TEXT.group.relabel(already));
    this.heading.hidden = fixed;
    this.classes.hidden = fixed;
    this.relabelField.hidden = fixed || already === 0;
    this.relabel.disabled = !choosing;
    for (const button of this.classes.children) setAttribute(button, "aria-disabled", this.isReady ? null : "true");
    this.goOn.hidden = phase !== "saved" || !this.isCluster || this.beside.next === null;
    this.undo.hidden = !fixed || !this.isLast;
    setText(this.undo.firstChild, phase === "undoing" ? TEXT.group.undoing : TEXT.group.undo);
    this.unmark.hidden = !choosing || this.grid.marked.size === 0;
    setText(this.unmark, TEXT.group.include(this.grid.marked.size));
    this.others.hidden = !this.isCluster || !choosing;
  }

  /** Whether a class key labels: somebody can have seen what it labels. */
  get isReady() {
    return this.phase === "choose" && this.grid.isComplete && this.count > 0;
  }

  headingText() {
    const { size } = this.grid.marked;
    if (this.phase === "saving") return TEXT.group.saving;
    if (this.indices.length && this.count === 0) return size ? TEXT.group.nothingLeft : TEXT.group.allLabeled;
    return TEXT.group.labelAs(this.count, size);
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key meant something
   */
  handleKey({ key, target, repeat }) {
    const within = /** @type {Element} */ (target);
    if (this.phase === "find" || within.matches("select")) return false;
    if (key.startsWith("Arrow")) return this.grid.move(key);
    if (key === "PageUp" || key === "PageDown") {
      this.grid.turn(key === "PageUp" ? -1 : 1);
      return true;
    }
    const named = this.view.context.classes.find((one) => one.key === key);
    const act = named ? () => this.send(named.name) : this.commands[key];
    if (act && !repeat) act();
    return Boolean(act);
  }

  /** @type {Record<string, () => void>} */
  commands = {
    ",": () => this.step("previous"),
    "<": () => this.step("previous"),
    ".": () => this.step("next"),
    ">": () => this.step("next"),
    u: () => this.sendUndo(),
  };

  /** @param {string} label */
  send(label) {
    if (!this.isReady) return;
    const { marked } = this.grid;
    const indices = Array.from(this.indices).filter((i) => !marked.has(i));
    this.after = this.view.context.map.labeledMask();
    for (const i of indices) this.after[i] = 1;
    const event = { type: "label", label, relabel: this.relabel.checked, indices };
    this.post("saving", marked.size ? { ...event, marked: [...marked] } : event);
  }

  sendUndo() {
    if (this.phase !== "saved" || !this.isLast) return;
    // the button that has it goes, and keys would reach JupyterLab
    if (this.el.contains(document.activeElement)) this.el.focus({ preventScroll: true });
    this.post("undoing", { type: "undo", of: this.uid });
  }

  /**
   * Post an event of the log and wait for its answer; a closed panel takes none.
   * @param {DialogPhase} phase
   * @param {{type: string} & Record<string, any>} event
   */
  post(phase, event) {
    const { context } = this.view;
    const uid = context.post(event);
    if (!uid) return setText(this.problem, TEXT.panel.closed(context.closed));
    this.uid = uid;
    this.enter(phase);
  }

  /**
   * @param {Ack} ack
   * @param {LogEvent} event
   */
  hear(ack, event) {
    if (ack.uid !== this.uid) return;
    const lost = !ack.ok && !ack.retry;
    if (!this.isOpen) this.view.say(ack.text);
    else if (ack.retry && !ack.ok) setText(this.problem, TEXT.group.tryingAgain(ack.text));
    else if (lost) this.enter(event.type === "undo" ? "saved" : "choose", ack.text);
    else if (event.type === "undo") this.undone(ack.text);
    else this.saved(ack.text);
  }

  /** @param {string} text */
  saved(text) {
    const hadFocus = this.el.contains(document.activeElement);
    setText(this.title, text);
    this.isLast = true;
    this.enter("saved");
    if (!this.isCluster) this.view.dropHighlight();
    this.view.say(text);
    if (hadFocus) (this.goOn.hidden ? this.leave : this.goOn).focus({ preventScroll: true });
  }

  /** @param {string} text */
  undone(text) {
    if (this.isCluster) {
      this.enter("choose");
      this.grid.focus();
    } else {
      this.view.clearSelection();
    }
    this.view.say(text);
  }
}
