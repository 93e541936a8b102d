// Several tags an item: keys press and release them for the item on screen, Enter confirms the set.
// Until then nothing is said of the item; then each tag that is not pressed is a "no".

import { pathAbove } from "../shared/class_tree.js";
import { TEXT } from "../shared/text.js";
import { QueueController } from "./controller.js";
import { obstacleTo } from "./obstacles.js";

const BOUNCE_MS = 150;

/** @typedef {import("../shared/wire.js").ClassInfo} ClassInfo */
/** @typedef {import("./keys.js").Command} Command */

export class TagController extends QueueController {
  /** @param {import("../shared/context.js").PanelContext} context */
  constructor(context) {
    super(context);
    /** What was pressed and is not confirmed yet, by item. @type {Map<string, Set<string>>} */
    this.drafts = new Map();
    /** Classes that were added here and that the kernel did not tell of yet. @type {Set<string>} */
    this.added = new Set();
    /** The item that is only looked at again, "" where none is. */
    this.revisited = "";
    this.toggled = { name: "", at: -Infinity };
  }

  /** The tags that are pressed, as their classes are called now, in the order of the classes. */
  get pressed() {
    const { current } = this.queue;
    const names = (current && this.drafts.get(current.id)) ?? current?.tags?.known ?? [];
    return this.presentNames(names);
  }

  /** @param {Iterable<string>} names some of which classes had before */
  presentNames(names) {
    const { classes } = this.context;
    const wanted = new Set(names);
    const known = classes.filter(
      ({ name, also }) => wanted.has(name) || also?.some((other) => wanted.has(other)),
    );
    const found = known.map(({ name }) => name);
    return [
      ...found,
      ...[...wanted].filter((name) => this.added.has(name) && !found.includes(name)),
    ];
  }

  /** @param {string} name */
  isPressed(name) {
    return this.pressed.includes(name);
  }

  /**
   * The classes to show: those that have a key, and the others that are pressed.
   * @param {ClassInfo[]} offer
   */
  shown(offer) {
    const names = new Set(offer.map(({ name }) => name));
    const others = this.pressed.filter((name) => !names.has(name));
    if (!others.length) return offer;
    return [...offer, ...this.context.classes.filter(({ name }) => others.includes(name))];
  }

  /** The tags that are predicted; null where there is no prediction, or nobody wants to see it. */
  get predicted() {
    const shown = this.context.model.get("show_prediction");
    return (shown && this.queue.current?.tags?.predicted) || null;
  }

  /** The tags under review, and what the model predicts of them. */
  get doubted() {
    const shown = this.context.model.get("show_prediction");
    return (shown && this.queue.current?.tags?.doubted) || [];
  }

  /** @param {Command} command */
  decide(command) {
    if (command.name === "label") return this.toggle(command);
    if (command.name === "takeOver") return this.takeOver();
    if (command.name !== "accept") return super.decide(command);
    const tags = this.pressed;
    const id = this.queue.current?.id ?? "";
    const answers = this.answer(command, TEXT.tags.listed(tags), { type: "tags", tags });
    if (answers) this.drafts.delete(id);
    return answers;
  }

  /**
   * Press or release a tag of the item on screen.
   * @param {Command} command
   * @returns {boolean} false: it answers nothing
   */
  toggle(command) {
    const label = command.label ?? "";
    this.obstacle = obstacleTo(this, command, label, `toggle ${label}`) || this.bounce(label);
    if (this.obstacle) {
      this.say(this.obstacle);
      return false;
    }
    this.toggled = { name: label, at: performance.now() };
    const presses = command.presses || !this.isPressed(label);
    this.press(presses ? this.with([label]) : this.without([label]));
    this.context.say(TEXT.tags.toggled(label, presses, this.pressed.length));
    return false;
  }

  /** @param {string} label */
  bounce(label) {
    const { name, at } = this.toggled;
    return name === label && performance.now() - at < BOUNCE_MS ? TEXT.tags.sameKeyTwice : "";
  }

  /** Press what is predicted, beside what is pressed already. */
  takeOver() {
    const { predicted, doubted } = this;
    const shown = this.context.model.get("show_prediction");
    if (!this.queue.current) this.say(TEXT.queue.nothingToAnswer);
    else if (!shown) this.say(TEXT.queue.hiddenPrediction);
    else if (doubted.length) {
      const denied = doubted.filter((one) => one.suggestion === "no").map(({ label }) => label);
      const given = doubted.filter((one) => one.suggestion === "yes").map(({ label }) => label);
      this.press(this.with(given, this.without(denied)));
      this.context.say(TEXT.tags.confirm(this.pressed));
    } else if (!predicted) this.say(TEXT.queue.noPredictionYet);
    else if (!predicted.length) this.say(TEXT.tags.nonePredicted);
    else {
      this.press(this.with(predicted.map(({ label }) => label)));
      this.context.say(TEXT.tags.confirm(this.pressed));
    }
    return false;
  }

  /** Some tags more, and those above them. @param {string[]} names @param {string[]} pressed */
  with(names, pressed = this.pressed) {
    const { classes } = this.context;
    return [...pressed, ...names.flatMap((name) => [...pathAbove(classes, name), name])];
  }

  /** What is pressed without some tags, and those below them. @param {string[]} names */
  without(names) {
    const { classes } = this.context;
    const gone = (/** @type {string} */ name) => names.includes(name);
    return this.pressed.filter((name) => !gone(name) && !pathAbove(classes, name).some(gone));
  }

  /** @param {string[]} names of the tags of the item on screen */
  press(names) {
    const { current } = this.queue;
    if (current) this.drafts.set(current.id, new Set(names));
    this.render();
  }

  /**
   * @param {string} name
   * @param {boolean} presses whether the item on screen has it
   */
  addClass(name, presses) {
    this.note = "";
    if (!this.post({ type: "add_class", name })) return this.render();
    if (!presses) return;
    this.added.add(name);
    this.press([...this.pressed, name]);
  }

  /**
   * @param {import("../shared/wire.js").Ack} ack
   * @param {import("../shared/wire.js").LogEvent} event
   */
  receiveAck(ack, event) {
    const isLost = !ack.ok && !ack.retry;
    // its item is asked again, as it was left
    if (isLost && event.type === "tags") this.drafts.set(event.id ?? "", new Set(event.tags));
    if (isLost && event.type === "add_class") this.added.delete(event.name);
    super.receiveAck(ack, event);
  }

  render() {
    const { current, revisit } = this.queue;
    // what was changed in an answer and not confirmed is not kept in mind: it looks like an answer
    if (this.revisited && this.revisited !== current?.id) this.drafts.delete(this.revisited);
    this.revisited = (revisit && current?.id) || "";
    super.render();
  }
}
