// What all views of one queue share: the line, the pictures, the outbox, and the talk with the kernel.

import { Album } from "./album.js";
import { makeUid } from "./dom.js";
import { Line } from "./line.js";
import { Lull, tellAnswered } from "./lull.js";
import { shortWords } from "./media.js";
import { Outbox } from "./outbox.js";
import { unsavedText } from "./saved.js";
import { Silence, SILENCE_TEXT } from "./silence.js";
import { inTurn } from "./turns.js";

const DOUBLE_PRESS_MS = 150;
const REDRAWN_BY = ["change:classes", "change:show_guess", "change:error", "change:highlight"];

/** @type {string[]} */
const NO_WORDS = [];

/** @typedef {import("./keys.js").Command} Command */
/** @typedef {import("./line.js").Item} Item */
/**
 * A view of the desk: `question` draws what someone who answers looks at, `rest` draws everything else.
 * @typedef {{question: () => void, rest: () => void}} View
 */

export class Desk {
  /** @param {any} model */
  constructor(model) {
    this.model = model;
    this.line = new Line();
    this.album = new Album();
    this.lull = new Lull();
    // the kernel learns what is on screen with each answer, so that both number the next ones alike
    this.send = inTurn(model);
    const send = (/** @type {any} */ event) => this.send({ ...event, on_screen: this.openId });
    this.outbox = new Outbox(send, () => this.outboxChanged());
    this.silence = new Silence(() => this.silenceChanged());
    this.outbox.onForgotten = (uid) => this.line.settle(uid, true);
    /** Whether the kernel was told that nobody looks. */
    this.deserted = false;
    /** @type {Set<View>} */
    this.views = new Set();
    this.note = "";
    this.spoken = "";
    this.refusal = "";
    this.dismissed = "";
    this.whyOpen = true;
    this.wasLate = false;
    /** @type {string | undefined} */
    this.onScreen = undefined;
    this.shownAt = 0;
    this.guessOnScreen = "";
    this.guessedAt = -Infinity;
    this.lastChoice = "";
  }

  /**
   * Start talking with the kernel.
   * @returns {() => void} stops it
   */
  open() {
    const { model } = this;
    const page = new AbortController();
    /** @param {any} content @param {DataView[]} buffers */
    const hear = (content, buffers) => this.receive(content, buffers);
    const redraw = () => this.render();
    const openOutbox = () => this.openOutbox();
    model.on("msg:custom", hear);
    model.on("change:store", openOutbox);
    for (const event of REDRAWN_BY) model.on(event, redraw);
    addEventListener("beforeunload", (event) => this.warn(event), { signal: page.signal });
    this.preview();
    this.openOutbox();
    this.tellReady();
    return () => {
      page.abort();
      this.outbox.close();
      this.silence.close();
      this.lull.close();
      model.off("msg:custom", hear);
      model.off("change:store", openOutbox);
      for (const event of REDRAWN_BY) model.off(event, redraw);
    };
  }

  /**
   * A view is there.
   * @param {View} view
   * @returns {() => void} takes it away
   */
  addView(view) {
    this.views.add(view);
    if (this.deserted) this.tellReady();
    this.deserted = false;
    this.render();
    return () => {
      this.views.delete(view);
      if (this.views.size) return;
      this.deserted = true;
      this.silence.close();
      this.tell({ type: "gone" });
    };
  }

  /** The open question on screen. */
  get openId() {
    return this.line.revisit ? null : this.line.current?.id ?? null;
  }

  preview() {
    const item = this.model.get("snapshot");
    if (!item?.id) return;
    this.album.hold(item, [this.model.get("snapshot_pixels")]);
    this.line.preview(item);
  }

  openOutbox() {
    const events = this.outbox.open(this.store);
    for (const event of events) if (event.id) this.line.adopt(event.uid, event.id);
    this.render();
  }

  /** @returns {{key: string, persistent: boolean, text: string}} */
  get store() {
    return this.model.get("store") ?? { key: "", persistent: false, text: "" };
  }

  /** @returns {import("./line.js").ClassInfo[]} */
  get classes() {
    return this.model.get("classes") ?? [];
  }

  /** The guess, unless there is none or the annotator does not want to see it. */
  get guess() {
    return (this.model.get("show_guess") && this.line.current?.guess) || null;
  }

  /** Words of the text that speak for the guess; where that is hidden, none. */
  get evidence() {
    return (this.guess && this.line.current?.evidence) || NO_WORDS;
  }

  /** What the user must know and may dismiss. */
  get problem() {
    const error = this.model.get("error") ?? "";
    return this.refusal || (error === this.dismissed ? "" : error);
  }

  dismiss() {
    if (this.refusal) this.refusal = "";
    else this.dismissed = this.model.get("error");
    this.render();
  }

  // ---- what the annotator does

  /**
   * @param {Command} command
   * @returns {boolean} whether it answered the question on screen
   */
  act(command) {
    this.note = "";
    if (command.name === "back" || command.name === "forward") {
      this.tell({ type: command.name });
    } else if (command.name === "undo" || command.name === "redo") {
      this.outbox.post({ type: command.name, uid: makeUid() });
    } else if (command.name === "guess") {
      this.model.set("show_guess", !this.model.get("show_guess"));
      this.model.save_changes();
    } else if (command.name === "why") {
      this.whyOpen = !this.whyOpen;
    } else {
      return this.decide(command);
    }
    this.render();
    return false;
  }

  /**
   * Answer the question on screen: label, accept, skip or flag.
   * @param {Command} command
   */
  decide(command) {
    const label = command.name === "accept" ? this.guess?.label : command.label;
    const choice = `${command.name} ${command.label ?? ""}`;
    const obstacle = this.obstacleTo(command, label, choice);
    if (obstacle) {
      this.say(obstacle);
      return false;
    }
    const id = /** @type {Item} */ (this.line.current).id;
    const uid = makeUid();
    this.lastChoice = choice;
    tellAnswered();
    this.line.answer(uid);
    this.outbox.post(label ? { type: "label", uid, id, label } : { type: command.name, uid, id });
    return true;
  }

  /**
   * Why an answer cannot be taken, "" when it can.
   * @param {Command} command
   * @param {string | undefined} label
   * @param {string} choice
   */
  obstacleTo(command, label, choice) {
    const { current } = this.line;
    if (!current) return "There is nothing to answer now.";
    if (choice === this.lastChoice && performance.now() - this.shownAt < DOUBLE_PRESS_MS) {
      return "Same key twice within 0.15 s: not counted.";
    }
    if (command.name === "accept" && performance.now() - this.guessedAt < DOUBLE_PRESS_MS) {
      return "The guess has just changed: press Enter again to take it.";
    }
    if (command.name === "accept" && !label) {
      return this.model.get("show_guess") ? "There is no guess yet." : "The guess is hidden: h shows it.";
    }
    if (label && this.album.isMissing(current)) return `The ${this.line.thing} is not here yet.`;
    return "";
  }

  /**
   * Ask one of the next pictures now.
   * @param {string} id
   */
  pick(id) {
    this.note = "";
    this.tell({ type: "pick", id });
    this.render();
  }

  /** @param {string} name */
  addClass(name) {
    this.note = "";
    this.outbox.post({ type: "add_class", uid: makeUid(), name });
  }

  // ---- what the kernel says

  /**
   * @param {any} message
   * @param {DataView[]} buffers
   */
  receive(message, buffers) {
    this.silence.end();
    if (message.type === "queue") this.receiveQueue(message, buffers);
    else if (message.type === "pixels") this.receivePixels(message.items, buffers);
    else if (message.type === "show") this.receiveShow(message, buffers);
    else if (message.type === "ack") this.receiveAck(message);
  }

  /**
   * @param {{items: Item[], done: boolean, total?: number, noun?: string}} message
   * @param {DataView[]} buffers
   */
  receiveQueue(message, buffers) {
    for (const item of message.items) this.album.hold(item, buffers);
    this.line.merge(message);
    this.render();
    this.fetchMissing();
  }

  /**
   * @param {Item[]} items
   * @param {DataView[]} buffers
   */
  receivePixels(items, buffers) {
    for (const item of items) {
      this.album.hold(item, buffers);
      this.album.holdNeighbor(item, buffers);
      const { image, text, row, error } = item;
      this.line.update(item.id, { image, text, row, error });
    }
    this.render();
  }

  /**
   * @param {{item: Item | null, text: string, revisit?: boolean}} message
   * @param {DataView[]} buffers
   */
  receiveShow({ item, text, revisit }, buffers) {
    if (item) {
      this.album.hold(item, buffers);
      this.line.show(item, revisit ?? item.label !== null);
    } else if (this.line.revisit) {
      this.line.advance();
    }
    this.say(text);
    this.fetchMissing();
  }

  /** @param {{uid: string, ok: boolean, retry?: boolean, text: string}} ack */
  receiveAck(ack) {
    const event = this.outbox.acknowledge(ack);
    if (!event || (!ack.ok && ack.retry)) return;
    this.line.settle(ack.uid, ack.ok);
    if (ack.ok) this.spoken = [ack.text, this.nextText].filter(Boolean).join(" ");
    else if (event.id) this.refusal = `Not saved: ${ack.text}`;
    else this.spoken = ack.text;
    // an answer is seen to be taken, a command is not
    if (!event.id) this.note = ack.text;
    this.render();
    this.fetchMissing();
  }

  get nextText() {
    const { current, revisit, noun } = this.line;
    if (!current || revisit) return "";
    const short = shortWords(this.album.pictureOf(current));
    return `Next: ${noun} ${current.id}${short && `: ${short}`}`;
  }

  /** Ask for the pixels of the queued items and their neighbours that the page does not hold. */
  fetchMissing() {
    const ids = this.album.refresh(this.line.items);
    if (ids.length) this.tell({ type: "need", ids });
  }

  // ---- telling the views and the kernel

  outboxChanged() {
    const { late } = this.outbox.unsaved;
    if (late && !this.wasLate) this.spoken = unsavedText(this.outbox.unsaved, this.store.persistent);
    this.wasLate = late;
    this.render();
  }

  silenceChanged() {
    this.spoken = this.silence.lasts ? SILENCE_TEXT : "";
    this.render();
  }

  /** @param {string} text */
  say(text) {
    this.note = text;
    this.spoken = text;
    this.render();
  }

  /** A page opened; the kernel answers with the questions. */
  tellReady() {
    this.silence.begin();
    this.tell({ type: "ready" });
  }

  /** @param {Record<string, any>} message */
  tell(message) {
    try {
      this.send(message);
    } catch {
      this.note = "The kernel does not answer.";
    }
  }

  /** @param {BeforeUnloadEvent} event */
  warn(event) {
    if (this.outbox.unsaved.count) event.preventDefault();
  }

  render() {
    const id = this.line.current?.id;
    const guess = this.guess?.label ?? "";
    // a guess that changes under the finger is not the one a person agrees to
    const changed = id === this.onScreen && this.guessOnScreen && guess && guess !== this.guessOnScreen;
    if (changed) this.guessedAt = performance.now();
    if (id !== this.onScreen) this.shownAt = performance.now();
    this.onScreen = id;
    this.guessOnScreen = guess;
    for (const view of this.views) view.question();
    this.lull.run("rest", () => {
      for (const view of this.views) view.rest();
    });
  }
}
