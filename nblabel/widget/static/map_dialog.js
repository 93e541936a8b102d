import { h, makeUid, setAttribute, setText } from "./dom.js";

// Labels for a selection: choose a class, confirm, wait for the kernel's word, undo. It does not block
// the map: the selection stays in sight and can be drawn again.

/** @typedef {"choose" | "saving" | "saved" | "undoing"} DialogPhase */

export class LabelDialog {
  /** @param {import("./map_view.js").MapView} view */
  constructor(view) {
    this.view = view;
    /** @type {Uint32Array} */
    this.indices = new Uint32Array(0);
    /** Those of them that are labeled already. */
    this.already = 0;
    /** @type {string | null} */
    this.label = null;
    /** @type {string | null} the event whose answer is awaited */
    this.uid = null;
    /** @type {Uint8Array | null} 1 for each point that is labeled once this dialog has labeled its own */
    this.after = null;
    /** Whether undoing the log's last step would undo this dialog's. */
    this.isLast = false;
    /** @type {DialogPhase} */
    this.phase = "choose";
    this.build();
    view.on("ack", ({ ack, event }) => this.hear(ack, event));
    view.on("classes", () => this.listClasses());
    view.on("marks", () => this.isOpen && this.recount());
  }

  build() {
    const { view } = this;
    this.title = h("h3", { class: "nbl-map-side-title", id: `nbl-map-${makeUid()}` });
    this.classes = h("div", { class: "nbl-map-classes", role: "group", "aria-label": "Class" });
    this.relabel = h("input", { type: "checkbox", onChange: () => this.update() });
    this.relabelText = h("span");
    this.relabelField = h("label", { class: "nbl-map-relabel" }, this.relabel, this.relabelText);
    this.problem = h("p", { class: "nbl-map-problem", role: "alert" });
    this.confirm = h("button", { type: "button", class: "nbl-primary", onClick: () => this.send() });
    this.undo = h("button", { type: "button", text: "Undo", onClick: () => this.sendUndo() });
    this.leave = h("button", { type: "button", onClick: () => view.clearSelection() });
    const actions = h("div", { class: "nbl-map-actions" }, this.confirm, this.undo, this.leave);
    this.el = h("section", { class: "nbl-map-dialog", role: "dialog", "aria-labelledby": this.title.id, tabindex: -1, hidden: true },
      this.title, this.classes, this.relabelField, this.problem, actions);
    this.listClasses();
  }

  get isOpen() {
    return !this.el.hidden;
  }

  /** @param {Uint32Array} indices */
  open(indices) {
    this.indices = indices;
    this.label = null;
    this.uid = null;
    this.relabel.checked = false;
    this.el.hidden = false;
    this.enter("choose");
    this.el.focus({ preventScroll: true });
  }

  close() {
    const hadFocus = this.el.contains(document.activeElement);
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
    return h("button", { type: "button", class: "nbl-map-class", dataset: { name }, onClick: () => this.choose(name) },
      h("span", { class: "nbl-map-swatch", style: { background: color } }),
      h("span", { class: "nbl-map-class-name", text: name }),
      key ? h("kbd", { text: key }) : null);
  }

  get count() {
    return this.indices.length - (this.relabel.checked ? 0 : this.already);
  }

  update() {
    const { phase, already, label } = this;
    const choosing = phase === "choose";
    const fixed = phase === "saved" || phase === "undoing";
    if (!fixed) setText(this.title, `${points(this.indices.length)}${already ? `, ${already.toLocaleString()} already labeled` : ""}`);
    setText(this.relabelText, already === 1 ? "also relabel the labeled one" : `also relabel the ${already.toLocaleString()} labeled ones`);
    this.classes.hidden = fixed;
    this.relabelField.hidden = fixed || already === 0;
    for (const button of [...this.classes.children, this.relabel]) button.disabled = !choosing;
    for (const button of this.classes.children) setAttribute(button, "aria-pressed", String(button.dataset.name === label));
    this.confirm.hidden = fixed;
    this.undo.hidden = !fixed || !this.isLast;
    setText(this.undo, phase === "undoing" ? "Undoing…" : "Undo");
    this.confirm.disabled = choosing && (label === null || this.count === 0);
    setAttribute(this.confirm, "aria-disabled", choosing ? null : "true");
    setText(this.confirm, this.confirmText());
    setText(this.leave, choosing ? "Cancel" : "Close");
  }

  confirmText() {
    if (this.phase !== "choose") return "Saving…";
    if (this.count === 0) return "All are labeled already";
    return this.label === null ? "Choose a class" : `Label ${points(this.count)} as ${this.label}`;
  }

  /** @param {string} label */
  choose(label) {
    this.label = label;
    this.update();
    this.confirm.focus({ preventScroll: true });
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key names a class
   */
  handleKey({ key }) {
    const named = this.view.state.classes.find((one) => one.key === key);
    if (!named || this.phase !== "choose") return false;
    this.choose(named.name);
    return true;
  }

  send() {
    if (this.phase !== "choose" || this.label === null) return;
    this.after = this.view.state.labeledMask();
    for (const i of this.indices) this.after[i] = 1;
    this.enter("saving");
    const indices = Array.from(this.indices);
    this.uid = this.view.state.post({ type: "label", label: this.label, relabel: this.relabel.checked, indices });
  }

  sendUndo() {
    if (this.phase !== "saved") return;
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
    this.view.dropHighlight();
    this.view.say(text);
    if (hadFocus) this.leave.focus({ preventScroll: true });
  }

  /** @param {string} text */
  undone(text) {
    this.view.clearSelection();
    this.view.say(text);
  }
}

/** @param {number} count */
function points(count) {
  return count === 1 ? "1 point" : `${count.toLocaleString()} points`;
}
