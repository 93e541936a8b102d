// One label for a cluster, for what was drawn around, or for what a search found, after a look at
// it: pictures of it, and those that do not belong marked. It does not block the map: the points
// stay in sight, and others can be drawn around.

import { makeUid, setText } from "../shared/dom.js";
import { focusedElement } from "../shared/focus.js";
import { alignedCopy } from "../shared/map_state.js";
import { FIND_KEY } from "../shared/offer.js";
import { bytesOf } from "../shared/pixels.js";
import { TEXT } from "../shared/text.js";
import { GroupCenter } from "./center.js";
import { ClusterSetup } from "./cluster_setup.js";
import { GroupFacts } from "./facts.js";
import { GroupFind } from "./find.js";
import { GroupGrid } from "./grid.js";
import { buildGroupParts } from "./parts.js";
import { GroupSearch } from "./search.js";
import { updateGroup } from "./update.js";

/** @typedef {import("../shared/wire.js").Ack} Ack */
/** @typedef {import("../shared/wire.js").LogEvent} LogEvent */
/**
 * The view that has the dialog: it shows which points stand out, and says things.
 * @typedef {object} GroupHost
 * @property {import("../shared/context.js").PanelContext} context
 * @property {AbortSignal} signal
 * @property {import("../shared/ways.js").Ways} ways
 * @property {(type: string, act: (detail: any) => void) => void} on news of the points
 * @property {(name: keyof import("../shared/wire.js").Traits, act: () => void) => void} onTrait
 * @property {(text: string, shown?: boolean) => void} say
 * @property {() => void} focus
 * @property {(indices: Uint32Array) => void} highlight
 * @property {() => void} dropHighlight
 * @property {() => void} clearSelection
 * @property {(cluster: number | null) => void} openCluster
 * @property {(like: number | null) => void} openSearch
 */
/** @typedef {"find" | "search" | "choose" | "saving" | "saved" | "undoing"} DialogPhase */

export class GroupDialog {
  /** @param {GroupHost} view */
  constructor(view) {
    this.view = view;
    /** What was drawn around, null for a cluster. @type {Uint32Array | null} */
    this.selection = null;
    /** @type {number | null} */
    this.cluster = null;
    /** Whether the focus goes back to the queue. */
    this.fromQueue = false;
    this.name = "";
    /** @type {{previous: number | null, next: number | null}} */
    this.beside = { previous: null, next: null };
    /** The members, ascending. @type {Uint32Array} */
    this.indices = new Uint32Array(0);
    /** Those of them that are labeled already. */
    this.already = 0;
    /** How many more were drawn around, that the legend hides. */
    this.hidden = 0;
    /** Whether class keys in the queue are set aside for this dialog. */
    this.tookClasses = false;
    /** What the kernel is asked to answer. */
    this.request = "";
    /** Whether that is only another order of what is shown. */
    this.reorders = false;
    /** @type {string | null} the event whose answer is awaited */
    this.uid = null;
    /** @type {Uint8Array | null} 1 for each point labeled once this dialog has labeled its own */
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
    this.search = new GroupSearch(this);
    this.find = new GroupFind(this);
    this.parts = buildGroupParts(this);
    this.el = this.parts.el;
    this.listClasses();
    this.listen();
  }

  listen() {
    const {
      view,
      view: {
        context: { link },
        signal,
      },
    } = this;
    /**
     * What answers this dialog, and no other one of the page.
     * @param {string} type
     * @param {(message: any, buffers: DataView[]) => void} act
     */
    const answer = (type, act) =>
      link.on(
        type,
        (message, buffers) => message.request === this.request && act(message, buffers),
        signal,
      );
    answer("group", (group, [members]) => this.take(group, new Uint32Array(alignedCopy(members))));
    answer("facts", (facts) => this.refresh(facts));
    answer("mean", (mean, buffers) => {
      this.center.average(mean, bytesOf(buffers[mean.image.buffer]));
      this.keepInSight();
    });
    answer("no_group", ({ text }) => this.search.refused(text));
    view.context.on("ack", ({ ack, event }) => event && this.hear(ack, event), signal);
    view.onTrait("classes", () => this.listClasses());
    view.onTrait("clustering", () => this.clustersChanged());
    view.on("labeled", () => this.isOpen && this.recount());
    view.on("pictures", () => this.isOpen && this.pictured());
    signal.addEventListener("abort", () => this.takeClasses(false));
  }

  get isOpen() {
    return !this.el.hidden;
  }

  /** Whether nothing was answered yet. */
  get isChoosing() {
    return this.isOpen && this.phase === "choose";
  }

  get isCluster() {
    return this.selection === null && !this.search.isOn;
  }

  /**
   * @param {Uint32Array} indices
   * @param {number} hidden by the legend, and left out
   * @param {boolean} focus
   */
  openSelection(indices, hidden, focus) {
    this.begin(focus);
    this.selection = indices;
    this.hidden = hidden;
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

  begin(focus = true) {
    this.uid = null;
    this.find.close();
    this.fromQueue = false;
    this.search.clear();
    this.selection = null;
    this.hidden = 0;
    this.center.clear();
    this.parts.relabel.checked = false;
    this.facts.el.hidden = true;
    this.el.hidden = false;
    this.grid.fixed = false;
    this.grid.show(new Uint32Array(0), false);
    if (focus) this.el.focus({ preventScroll: true });
  }

  /** Ask the kernel who belongs. @param {boolean} [reorders] */
  ask(reorders = false) {
    this.request = makeUid();
    this.reorders = reorders;
    const { cluster, request, selection } = this;
    const { wanted } = this.search;
    const content = wanted ? { search: wanted } : selection ? {} : { cluster };
    const message = { type: "group", request, order: this.parts.order.value, ...content };
    if (!this.view.context.send(message, selection))
      setText(this.parts.problem, TEXT.notResponding);
  }

  /**
   * @param {any} content
   * @param {Uint32Array} members
   */
  take(content, members) {
    const { cluster, name, previous, next, central, likeliest } = content;
    Object.assign(this, { cluster, name, beside: { previous, next } });
    if (!this.reorders) this.find.offer(likeliest ?? []);
    if (this.search.isOn) this.search.take(content.text);
    this.indices = members.slice().sort();
    this.grid.show(members, this.reorders, [central]);
    if (!this.selection) this.view.highlight(this.indices);
    this.facts.show(content);
    this.recount();
    this.center.show(central);
    if (focusedElement() === this.el) this.grid.focus();
    this.keepInSight();
    const said = [this.titleText, this.search.isOn ? content.text : this.hiddenText];
    this.view.say(said.filter(Boolean).join(". "), false);
  }

  /** Pictures, classes and all: it is no higher than a small screen. */
  keepInSight() {
    this.el.scrollIntoView({ block: "nearest" });
  }

  /** @param {any} facts */
  refresh(facts) {
    this.facts.show(facts);
    this.grid.refresh();
    if (this.el.contains(focusedElement())) this.keepInSight();
  }

  pictured() {
    this.center.draw();
    this.update();
  }

  close() {
    const hadFocus = this.el.contains(focusedElement());
    if (this.isOpen) this.view.context.send({ type: "leave" });
    this.request = "";
    this.el.hidden = true;
    this.takeClasses(false);
    if (hadFocus) this.giveBack();
  }

  /** The focus goes to where it was opened. */
  giveBack() {
    if (this.fromQueue) this.view.ways.focusQueue();
    else this.view.focus();
  }

  /**
   * @param {DialogPhase} phase
   * @param {string} [problem]
   */
  enter(phase, problem = "") {
    this.phase = phase;
    setText(this.parts.problem, problem);
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
    if (!this.isCluster || there === null || this.phase === "saving" || this.phase === "undoing")
      return;
    this.view.openCluster(there);
  }

  /**
   * Other labels may have come meanwhile: fewer are left to label, and the last step is no longer
   * this one.
   */
  recount() {
    const labeled = this.view.context.map.labeledMask();
    this.already = this.indices.reduce((count, i) => count + labeled[i], 0);
    if (this.view.context.map.labeled.some((i) => !this.after?.[i])) this.isLast = false;
    this.update();
  }

  listClasses() {
    this.find.list();
    this.update();
  }

  /** How many a class key would label. */
  get count() {
    const labeled = this.view.context.map.labeledMask();
    const again = this.parts.relabel.checked;
    let leftOut = 0;
    for (const index of this.grid.marked) leftOut += again || !labeled[index] ? 1 : 0;
    return this.indices.length - (again ? 0 : this.already) - leftOut;
  }

  get titleText() {
    const { noun } = this.view.context;
    return TEXT.group.title(noun, this.name, this.indices.length, this.already);
  }

  get hiddenText() {
    return this.hidden ? TEXT.group.hiddenLeftOut(this.hidden) : "";
  }

  /**
   * One place at a time where a class key labels: here, or in the queue.
   * @param {boolean} taken
   */
  takeClasses(taken) {
    if (taken === this.tookClasses) return;
    this.tookClasses = taken;
    this.view.ways.pauseQueue(taken);
  }

  update() {
    if (this.el) updateGroup(this);
  }

  /** Whether a class key labels: somebody can have seen what it labels. */
  get isReady() {
    return this.phase === "choose" && this.grid.isComplete && this.count > 0;
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key meant something
   */
  handleKey({ key, target, repeat }) {
    const within = /** @type {Element} */ (target);
    if (within.matches("select, input[type=search]")) return false;
    if (this.phase === "find" || this.phase === "search") {
      if (key === "/") this.search.begin();
      return key === "/";
    }
    if (key.startsWith("Arrow")) return this.grid.move(key);
    if (key === "PageUp" || key === "PageDown") {
      this.grid.turn(key === "PageUp" ? -1 : 1);
      return true;
    }
    const named = this.find.classes.find((one) => one.key === key);
    const act = named ? () => this.find.choose(named.name) : this.commands[key];
    if (act && !repeat) act();
    return Boolean(act);
  }

  /** @type {Record<string, () => void>} */
  commands = {
    [FIND_KEY]: () => this.find.open(),
    ",": () => this.step("previous"),
    "<": () => this.step("previous"),
    ".": () => this.step("next"),
    ">": () => this.step("next"),
    u: () => this.sendUndo(),
    "/": () => this.search.begin(),
  };

  /** @param {string} label */
  send(label) {
    if (!this.isReady) return;
    const { marked } = this.grid;
    const indices = Array.from(this.indices).filter((i) => !marked.has(i));
    this.after = this.view.context.map.labeledMask();
    for (const i of indices) this.after[i] = 1;
    const event = { type: "label", label, relabel: this.parts.relabel.checked, indices };
    this.post("saving", marked.size ? { ...event, marked: [...marked] } : event);
  }

  /** Whether undo means what this dialog did, or waits for it. */
  get takesUndo() {
    return this.phase === "saved" ? this.isLast : ["saving", "undoing"].includes(this.phase);
  }

  sendUndo() {
    if (this.phase !== "saved" || !this.isLast) return;
    // the button that has it goes, and keys would reach JupyterLab
    if (this.el.contains(focusedElement())) this.el.focus({ preventScroll: true });
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
    if (!uid) return setText(this.parts.problem, TEXT.panel.closed(context.closed));
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
    else if (ack.retry && !ack.ok) setText(this.parts.problem, TEXT.group.tryingAgain(ack.text));
    else if (lost) this.enter(event.type === "undo" ? "saved" : "choose", ack.text);
    else if (event.type === "undo") this.undone(ack.text);
    else this.saved(ack.text);
  }

  /** @param {string} text */
  saved(text) {
    const hadFocus = this.el.contains(focusedElement());
    setText(this.parts.title, text);
    this.isLast = true;
    this.enter("saved");
    if (!this.isCluster) this.view.dropHighlight();
    this.view.say(text);
    if (hadFocus)
      (this.parts.goOn.hidden ? this.parts.leave : this.parts.goOn).focus({ preventScroll: true });
  }

  /** @param {string} text */
  undone(text) {
    if (!this.selection) {
      this.enter("choose");
      this.grid.focus();
    } else {
      this.view.clearSelection();
    }
    this.view.say(text);
  }
}
