// What a person does in the queue, and what the kernel tells it. All views of a page share one.

import { listen } from "../shared/errors.js";
import { keptLabel } from "../shared/class_tree.js";
import { makeUid } from "../shared/dom.js";
import { toldWords } from "../shared/media.js";
import { TEXT } from "../shared/text.js";
import { obstacleTo } from "./obstacles.js";
import { QueueOffer } from "./offer.js";

const REDRAWN_BY = /** @type {const} */ ([
  "classes",
  "show_prediction",
  "error",
  "highlight",
  "pool",
  "closed",
  "find_target",
  "find_hint",
]);
/** @type {string[]} */
const NO_WORDS = [];

/** @typedef {import("../shared/context.js").PanelContext} PanelContext */
/** @typedef {import("../shared/wire.js").Item} Item */
/** @typedef {import("../shared/wire.js").Ack} Ack */
/** @typedef {import("../shared/wire.js").LogEvent} LogEvent */
/** @typedef {import("./keys.js").Command} Command */
/**
 * A view of the queue: `question` draws what someone who answers looks at, `rest` draws everything
 * else.
 * @typedef {{question: () => void, rest: () => void}} QueueParts
 */

export class QueueController {
  /** @param {PanelContext} context */
  constructor(context) {
    this.context = context;
    this.queue = context.queue;
    this.offer = new QueueOffer(context);
    /** @type {Set<QueueParts>} */
    this.views = new Set();
    /** Words at the question on screen. */
    this.note = "";
    /** Why the last answer was not taken, "" where it was. */
    this.obstacle = "";
    this.refusal = "";
    this.dismissed = "";
    this.whyOpen = true;
    this.wasLate = false;
    /** @type {string | undefined} */
    this.onScreen = undefined;
    this.shownAt = 0;
    this.predictionOnScreen = "";
    this.predictedAt = -Infinity;
    this.lastChoice = "";
    /** Whether the kernel was asked for more questions since the last list. */
    this.askedMore = false;
    /** Items whose reasons the kernel was asked for since the last list, and whether they came.
     * @type {Map<string, boolean>} */
    this.explained = new Map();
    /**
     * The browsing that is not answered yet.
     * @type {{id: string | null, steps: number, request: string} | null}
     */
    this.browsing = null;
    this.life = new AbortController();
  }

  /** Start talking with the kernel. */
  open() {
    const {
      context,
      life: { signal },
    } = this;
    const { link, outbox } = context;
    link.on("questions", (message, buffers) => this.receiveQuestions(message, buffers), signal);
    link.on("media", ({ items }, buffers) => this.receiveMedia(items, buffers), signal);
    link.on("explained", ({ items }, buffers) => this.receiveExplained(items, buffers), signal);
    link.on("show", (message, buffers) => this.receiveShow(message, buffers), signal);
    context.on("ack", ({ ack, event }) => event && this.receiveAck(ack, event), signal);
    outbox.on("change", () => this.outboxChanged(), signal);
    outbox.on("saved", (uid) => this.queue.settle(uid, true), signal);
    link.watchdog.on("change", () => this.silenceChanged(), signal);
    link.onTrait("store", () => this.openOutbox(), signal);
    for (const name of REDRAWN_BY) link.onTrait(name, () => this.render(), signal);
    listen(window, "beforeunload", (event) => this.warn(event), { signal });
    this.preview();
    this.openOutbox();
  }

  close() {
    this.life.abort();
  }

  /**
   * A view is there.
   * @param {QueueParts} view
   * @returns {() => void} takes it away
   */
  addView(view) {
    this.views.add(view);
    this.render();
    return () => this.views.delete(view);
  }

  preview() {
    const { model, media } = this.context;
    const item = model.get("snapshot");
    if (!item?.id) return;
    media.hold(item, [model.get("snapshot_bytes")]);
    this.queue.preview(item);
  }

  openOutbox() {
    const { outbox, store } = this.context;
    for (const event of outbox.open(store)) if (event.id) this.queue.adopt(event.uid, event.id);
    this.render();
  }

  /** The prediction, unless there is none or the annotator does not want to see it. */
  get prediction() {
    return (this.context.model.get("show_prediction") && this.queue.current?.prediction) || null;
  }

  /** The label that is there and that Enter keeps, null where there is none. */
  get kept() {
    return keptLabel(this.context.classes, this.queue.current?.label);
  }

  /** Words of the text that speak for the prediction; where that is hidden, none. */
  get words() {
    return (this.prediction && this.queue.current?.words) || NO_WORDS;
  }

  /** Whether the reasons of the item on screen are on their way. */
  get isExplaining() {
    const { current } = this.queue;
    return current !== null && current.why === null && this.explained.get(current.id) !== true;
  }

  /** What the user must know and may dismiss. */
  get problem() {
    const error = this.context.model.get("error") ?? "";
    return this.refusal || (error === this.dismissed ? "" : error);
  }

  dismiss() {
    if (this.refusal) this.refusal = "";
    else this.dismissed = this.context.model.get("error");
    this.render();
  }

  // ---- what the annotator does

  /**
   * @param {Command} command
   * @returns {boolean} whether it answered the question on screen
   */
  act(command) {
    const { context } = this;
    this.note = "";
    if (command.name === "back") this.browse(-1);
    else if (command.name === "forward") this.browse(1);
    else if (command.name === "undo" || command.name === "redo") this.post({ type: command.name });
    else if (command.name === "prediction") {
      context.choose("show_prediction", !context.model.get("show_prediction"));
    } else if (command.name === "why") this.whyOpen = !this.whyOpen;
    else return this.decide(command);
    this.render();
    return false;
  }

  /**
   * Post an event of the log, or say at the question why none is taken.
   * @param {{type: string} & Record<string, any>} event
   */
  post(event) {
    const uid = this.context.post(event);
    if (!uid) this.note = TEXT.panel.closed(this.context.closed);
    return uid;
  }

  /**
   * Answer the question on screen: label, accept, skip or flag.
   * @param {Command} command
   */
  decide(command) {
    const accepted = this.kept ?? this.prediction?.label;
    const label = command.name === "accept" ? accepted : command.label;
    const event = label ? { type: "label", label } : { type: command.name };
    return this.answer(command, label, event);
  }

  /**
   * Answer the question on screen with an event of the log, unless something is in the way.
   * @param {Command} command
   * @param {string | undefined} label
   * @param {{type: string} & Record<string, any>} event
   */
  answer(command, label, event) {
    const choice = `${command.name} ${command.label ?? ""}`;
    this.obstacle = obstacleTo(this, command, label, choice);
    if (this.obstacle) {
      this.say(this.obstacle);
      return false;
    }
    const { context, queue } = this;
    const id = /** @type {Item} */ (queue.current).id;
    const uid = makeUid();
    this.lastChoice = choice;
    this.browsing = null;
    context.throttle.answered();
    queue.answer(uid);
    // drawn by the change of the outbox
    context.outbox.post({ ...event, uid, id });
    this.askMore();
    return true;
  }

  /**
   * Ask one of the items that come next now. The page does it alone.
   * @param {string} id
   */
  pick(id) {
    this.note = "";
    this.browsing = null;
    this.queue.pick(id);
    this.render();
    this.fetchMissing();
  }

  /**
   * Look at an answer that was given before or after the one on screen.
   * @param {number} steps
   */
  browse(steps) {
    const { queue } = this;
    const from = this.browsing ?? {
      id: queue.revisit ? (queue.current?.id ?? null) : null,
      steps: 0,
    };
    const next = { id: from.id, steps: from.steps + steps, request: makeUid() };
    if (this.tell({ type: "browse", ...next })) this.browsing = next;
  }

  /**
   * @param {string} name
   * @param {boolean} labels what is on screen, too, in the same step
   */
  addClass(name, labels) {
    this.note = "";
    const event = { type: "add_class", name };
    if (labels) this.answer({ name: "label", label: name }, name, event);
    else this.post(event);
  }

  // ---- what the kernel says

  /**
   * @param {import("../shared/queue.js").Questions} message
   * @param {DataView[]} buffers
   */
  receiveQuestions(message, buffers) {
    const { isOver } = this.queue;
    for (const item of message.items) this.context.media.hold(item, buffers);
    this.queue.merge(message);
    if (this.queue.isOver && !isOver) this.context.say(this.doneText, true);
    this.explained.clear();
    this.askedMore = this.askedMore && !message.reset && !message.items.length;
    this.render();
    this.fetchMissing();
    if (message.reset) this.askMore();
  }

  /**
   * @param {Item[]} items
   * @param {DataView[]} buffers
   */
  receiveMedia(items, buffers) {
    const { media, noun } = this.context;
    for (const item of items) {
      media.hold(item, buffers);
      media.holdNeighbor(item, buffers);
      const { image, text, row, html, error } = item;
      this.queue.update(item.id, { image, text, row, html, error });
    }
    const { current } = this.queue;
    const hasCome = current && !media.isMissing(current);
    if (hasCome && this.note === TEXT.queue.stillLoading(noun)) this.note = "";
    this.render();
    this.fetchMissing();
  }

  /**
   * @param {Item[]} items
   * @param {DataView[]} buffers
   */
  receiveExplained(items, buffers) {
    for (const item of items) {
      this.context.media.hold(item, buffers);
      this.queue.update(item.id, item);
      this.explained.set(item.id, true);
    }
    this.render();
    this.fetchMissing();
  }

  /**
   * @param {{item: Item | null, text: string, revisit: boolean, request?: string}} message
   * @param {DataView[]} buffers
   */
  receiveShow({ item, text, revisit, request }, buffers) {
    if (request && request !== this.browsing?.request) return;
    this.browsing = null;
    if (item) {
      this.context.media.hold(item, buffers);
      this.queue.show(item, revisit);
    } else if (this.queue.revisit) {
      this.queue.advance();
    }
    this.say(text);
    this.fetchMissing();
  }

  /**
   * @param {Ack} ack
   * @param {LogEvent} event
   */
  receiveAck(ack, event) {
    if (!ack.ok && ack.retry) return;
    const { context } = this;
    this.queue.settle(ack.uid, ack.ok);
    // what was shown by an undo may have its answer again; the list that follows knows
    if (event.type === "redo") this.queue.byHand.clear();
    if (ack.ok) context.say([ack.text, this.nextText].filter(Boolean).join(" "));
    else if (event.id) this.refusal = TEXT.queue.notSaved(ack.text);
    else context.say(ack.text);
    // an answer is seen to be taken, a command is not; what became of a group's is told beside the
    // group
    // and what became of a change of the classes is told in their dialog
    const elsewhere = (ack.ok && (event.indices || event.of)) || /_class(es)?$/.test(event.type);
    if (!event.id && (!elsewhere || event.type === "add_class")) this.note = ack.text;
    this.render();
    this.fetchMissing();
  }

  get doneText() {
    const { model, noun } = this.context;
    return TEXT.queue.allAnswered(model.get("pool")?.total ?? null, noun);
  }

  get nextText() {
    const {
      context,
      queue: { current, revisit },
    } = this;
    if (!current || revisit) return "";
    return TEXT.queue.next(context.noun, current.id, toldWords(context.media.of(current)));
  }

  // ---- telling the kernel and the views

  /** Ask for what the page does not hold of the queued items and their neighbours. */
  fetchMissing() {
    const ids = this.context.media.refresh(this.queue.items);
    if (ids.length) this.tell({ type: "need", ids });
  }

  /** Ask for more questions once the page runs short. */
  askMore() {
    if (this.askedMore || !this.queue.isShort) return;
    const held = this.queue.items.map(({ index }) => index);
    this.askedMore = this.context.send({ type: "more", held });
  }

  /** Ask for the reasons of the item on screen where they are not here. */
  askReasons() {
    const { current, provisional } = this.queue;
    if (!current || current.why || provisional || this.explained.has(current.id)) return;
    if (this.context.send({ type: "explain", ids: [current.id] }))
      this.explained.set(current.id, false);
  }

  outboxChanged() {
    const { outbox, store } = this.context;
    const { late, count, refusal } = outbox.unsaved;
    if (late && !this.wasLate)
      this.context.say(TEXT.queue.unsavedAnswers(count, refusal, store.persistent));
    this.wasLate = late;
    this.render();
  }

  silenceChanged() {
    this.context.say(this.context.link.watchdog.isSilent ? TEXT.panel.silence : "");
    this.render();
  }

  /** Another item came, or another key counted: why an answer was not taken is of no use now. */
  forgetObstacle() {
    if (this.obstacle && this.note === this.obstacle) this.note = "";
    this.obstacle = "";
  }

  /** @param {string} text */
  say(text) {
    this.note = text;
    this.context.say(text);
    this.render();
  }

  /**
   * @param {Record<string, any>} message
   * @returns {boolean} whether it went out
   */
  tell(message) {
    const sent = this.context.send(message);
    if (!sent) this.note = TEXT.notResponding;
    return sent;
  }

  /** @param {BeforeUnloadEvent} event */
  warn(event) {
    if (this.context.outbox.unsaved.count) event.preventDefault();
  }

  render() {
    const id = this.queue.current?.id;
    const prediction = this.prediction?.label ?? "";
    const { predictionOnScreen } = this;
    // a prediction that changes under the finger is not the one a person agrees to
    const changed =
      id === this.onScreen && predictionOnScreen && prediction && prediction !== predictionOnScreen;
    if (changed) this.predictedAt = performance.now();
    if (id !== this.onScreen) {
      this.shownAt = performance.now();
      this.forgetObstacle();
    }
    this.onScreen = id;
    this.predictionOnScreen = prediction;
    this.offer.follow(this.queue.current, Boolean(this.context.model.get("show_prediction")));
    for (const view of this.views) view.question();
    this.context.orderChanged();
    this.context.throttle.run(this, () => {
      for (const view of this.views) view.rest();
      this.askReasons();
    });
  }
}
