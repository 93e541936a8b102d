import { ClusterSetup } from "./cluster_setup.js";
import { h, makeUid, setAttribute, setText } from "./dom.js";
import { GroupFacts } from "./group_facts.js";
import { GroupGrid } from "./group_grid.js";
import { GroupMiddle } from "./group_middle.js";

// One label for a cluster, or for what was drawn around, after a look at it: pictures of it, and those that
// do not belong marked. It does not block the map: the points stay in sight, and others can be drawn around.

const ORDERS = [
  { value: "mixed", text: "Mixed" },
  { value: "odd", text: "Odd ones first" },
  { value: "typical", text: "Typical first" },
];

/** @typedef {"find" | "wait" | "choose" | "saving" | "saved" | "undoing"} DialogPhase */

export class GroupDialog {
  /** @param {import("./side_view.js").SideView} view */
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
    this.middle = new GroupMiddle(this.grid);
    this.setup = new ClusterSetup(view, () => this.leaveSetup());
    this.build();
    view.on("ack", ({ ack, event }) => this.hear(ack, event));
    view.on("classes", () => this.listClasses());
    view.on("clusters", () => this.clustersChanged());
    view.on("marks", () => this.isOpen && this.recount());
    view.on("group", ({ content, members }) => content.request === this.request && this.take(content, members));
    view.on("facts", ({ content }) => content.request === this.request && this.refresh(content));
    view.on("mean", ({ content, bytes }) => content.request === this.request && this.middle.average(content, bytes));
    view.on("no_group", ({ content }) => content.request === this.request && setText(this.problem, content.text));
    view.on("pictures", () => this.isOpen && this.pictured());
  }

  build() {
    this.title = h("h3", { class: "nbl-map-side-title", id: `nbl-map-${makeUid()}` });
    this.previous = h("button", { type: "button", "aria-label": "Previous cluster", "aria-keyshortcuts": ",", onClick: () => this.step("previous") }, h("span", { text: "‹" }), h("kbd", { text: ",", "aria-hidden": "true" }));
    this.next = h("button", { type: "button", "aria-label": "Next cluster", "aria-keyshortcuts": ".", onClick: () => this.step("next") }, h("kbd", { text: ".", "aria-hidden": "true" }), h("span", { text: "›" }));
    const head = h("div", { class: "nbl-group-head" }, this.previous, this.title, this.next);
    this.el = h("section", { class: "nbl-map-dialog nbl-group", role: "dialog", "aria-labelledby": this.title.id, tabindex: -1, hidden: true },
      head, this.setup.el, this.facts.el, this.buildBody());
    this.listClasses();
  }

  buildBody() {
    this.order = h("select", { onChange: () => this.ask(true) }, ...ORDERS.map((one) => h("option", one)));
    const order = h("label", { class: "nbl-map-field" }, h("span", { text: "Order" }), this.order);
    this.others = h("button", { type: "button", class: "nbl-group-others", text: "Other clusters…", onClick: () => this.enter("find") });
    this.middle.el.append(order);
    this.heading = h("p", { class: "nbl-group-heading", id: `nbl-map-${makeUid()}` });
    this.classes = h("div", { class: "nbl-map-classes", role: "group", "aria-labelledby": this.heading.id });
    this.relabel = h("input", { type: "checkbox", onChange: () => this.update() });
    this.relabelText = h("span");
    this.relabelField = h("label", { class: "nbl-map-relabel" }, this.relabel, this.relabelText);
    this.unmark = h("button", { type: "button", onClick: () => this.grid.unmarkAll() });
    this.problem = h("p", { class: "nbl-map-problem", role: "alert" });
    this.goOn = h("button", { type: "button", class: "nbl-primary", text: "Next cluster", onClick: () => this.step("next") });
    this.undo = h("button", { type: "button", "aria-keyshortcuts": "u", onClick: () => this.sendUndo() }, h("span"), h("kbd", { text: "u", "aria-hidden": "true" }));
    this.leave = h("button", { type: "button", text: "Close", onClick: () => this.view.clearSelection() });
    const actions = h("div", { class: "nbl-map-actions" }, this.goOn, this.undo, this.unmark, this.leave, this.others);
    const look = h("div", { class: "nbl-group-look" }, this.grid.el);
    const answer = h("div", { class: "nbl-group-answer" }, this.middle.el, this.heading, this.classes, this.relabelField, this.problem, actions);
    this.body = h("div", { class: "nbl-group-body" }, look, answer);
    return this.body;
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
    if (!this.view.state.get("clusters")?.n) return this.enter("find");
    this.enter("choose");
    this.ask();
  }

  begin() {
    this.uid = null;
    this.middle.clear();
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
    const { cluster, selection } = this;
    this.view.state.askGroup({ request: this.request, order: this.order.value, ...(selection ? {} : { cluster }) }, selection);
  }

  /**
   * @param {any} content
   * @param {Uint32Array} members
   */
  take(content, members) {
    const { cluster, name, previous, next, typical } = content;
    Object.assign(this, { cluster, name, beside: { previous, next } });
    this.indices = members.slice().sort();
    this.grid.show(members, this.reorders, [typical]);
    if (this.isCluster) this.view.highlight(this.indices);
    this.facts.show(content);
    this.recount();
    this.middle.show(typical);
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
    this.middle.draw();
    this.update();
  }

  close() {
    const hadFocus = this.el.contains(document.activeElement);
    if (this.isOpen) this.view.state.send({ type: "leave" });
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
    const { n, finding } = this.view.state.get("clusters") ?? {};
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
    const labeled = this.view.state.labeledMask();
    this.already = this.indices.reduce((count, i) => count + labeled[i], 0);
    if (this.view.state.labeled.some((i) => !this.after?.[i])) this.isLast = false;
    this.update();
  }

  listClasses() {
    this.classes.replaceChildren(...this.view.state.classes.map((one) => this.classButton(one)));
    this.update();
  }

  /** @param {import("./map_state.js").LabelClass} one */
  classButton({ name, key, color }) {
    return h("button", { type: "button", class: "nbl-map-class", "aria-keyshortcuts": key || null, onClick: () => this.send(name) },
      h("span", { class: "nbl-map-swatch", style: { background: color } }),
      h("span", { class: "nbl-map-class-name", text: name }),
      key ? h("kbd", { text: key, "aria-hidden": "true" }) : null);
  }

  /** How many a class key would label. */
  get count() {
    const labeled = this.view.state.labeledMask();
    const again = this.relabel.checked;
    let leftOut = 0;
    for (const index of this.grid.marked) leftOut += again || !labeled[index] ? 1 : 0;
    return this.indices.length - (again ? 0 : this.already) - leftOut;
  }

  get titleText() {
    const what = `${this.name && `${this.name}: `}${points(this.indices.length)}`;
    return `${what}${this.already ? `, ${this.already.toLocaleString()} already labeled` : ""}`;
  }

  update() {
    if (!this.el) return;
    const { phase, already } = this;
    const finding = phase === "find";
    const choosing = phase === "choose";
    const fixed = phase === "saved" || phase === "undoing";
    this.el.dataset.noun = this.view.state.noun.toLowerCase();
    this.setup.el.hidden = !finding;
    this.body.hidden = finding;
    if (finding) this.facts.el.hidden = true;
    if (finding) setText(this.title, "Find clusters");
    else if (!fixed) setText(this.title, this.indices.length ? this.titleText : "Looking…");
    for (const way of /** @type {("previous" | "next")[]} */ (["previous", "next"])) {
      this[way].hidden = finding || !this.isCluster;
      setAttribute(this[way], "aria-disabled", this.beside[way] === null ? "true" : null);
    }
    this.grid.fixed = !choosing;
    setText(this.heading, this.headingText());
    setText(this.relabelText, already === 1 ? "also relabel the labeled one" : `also relabel the ${already.toLocaleString()} labeled ones`);
    this.heading.hidden = fixed;
    this.classes.hidden = fixed;
    this.relabelField.hidden = fixed || already === 0;
    this.relabel.disabled = !choosing;
    for (const button of this.classes.children) setAttribute(button, "aria-disabled", this.isReady ? null : "true");
    this.goOn.hidden = phase !== "saved" || !this.isCluster || this.beside.next === null;
    this.undo.hidden = !fixed || !this.isLast;
    setText(this.undo.firstChild, phase === "undoing" ? "Undoing…" : "Undo");
    this.unmark.hidden = !choosing || this.grid.marked.size === 0;
    setText(this.unmark, `Unmark ${this.grid.marked.size.toLocaleString()}`);
    this.others.hidden = !this.isCluster || !choosing;
  }

  /** Whether a class key labels: somebody can have seen what it labels. */
  get isReady() {
    return this.phase === "choose" && this.grid.isComplete && this.count > 0;
  }

  headingText() {
    if (this.phase === "saving") return "Saving…";
    if (this.indices.length && this.count === 0) return this.grid.marked.size ? "Nothing is left to label" : "All are labeled already";
    const marked = this.grid.marked.size;
    return `Label ${points(this.count)}${marked ? `, all but the ${marked.toLocaleString()} marked,` : ""} as`;
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
    const named = this.view.state.classes.find((one) => one.key === key);
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
    this.after = this.view.state.labeledMask();
    for (const i of indices) this.after[i] = 1;
    this.enter("saving");
    const event = { type: "label", label, relabel: this.relabel.checked, indices };
    this.uid = this.view.state.post(marked.size ? { ...event, marked: [...marked] } : event);
  }

  sendUndo() {
    if (this.phase !== "saved" || !this.isLast) return;
    // the button that has it goes, and keys would reach JupyterLab
    if (this.el.contains(document.activeElement)) this.el.focus({ preventScroll: true });
    this.enter("undoing");
    this.uid = this.view.state.post({ type: "undo", of: this.uid });
  }

  /**
   * @param {import("./map_state.js").Ack} ack
   * @param {import("./outbox.js").OutboxEvent} event
   */
  hear(ack, event) {
    const lost = !ack.ok && !ack.retry;
    if (ack.uid !== this.uid) {
      if (lost) this.view.say(ack.text);
      return;
    }
    if (!this.isOpen) this.view.say(ack.text);
    else if (ack.retry && !ack.ok) setText(this.problem, `${ack.text} Trying again…`);
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

/** @param {number} count */
function points(count) {
  return count === 1 ? "1 point" : `${count.toLocaleString()} points`;
}
