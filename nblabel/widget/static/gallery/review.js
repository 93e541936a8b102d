// Labels to review in the gallery: what the model suggests for each, and the two keys that settle
// one. Any other answer settles it, too; its place stays.

import { h, setAttribute } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";
import { codeOf, standingOf } from "./cell.js";

// no class has these keys, and they mean something only where an item has several tags
export const KEEP_LABEL_KEY = "*";
export const TAKE_SUGGESTION_KEY = "!";
/** What settles a label that is under review. */
const SETTLES = ["label", "flag", "clear"];

/** @typedef {import("../shared/wire.js").Suggestion} Suggestion */

export class GalleryReview {
  /** @param {import("./gallery.js").Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    /** What is suggested, by position. @type {Map<number, Suggestion>} */
    this.suggestions = new Map();
    /** What was answered here, and where the frame was if that one alone was meant, else -1.
     * @type {{uid: string, settled: Uint32Array, place: number}[]} */
    this.steps = [];
    const text = TEXT.gallery;
    this.keepButton = this.button(text.keep, text.keepTitle, KEEP_LABEL_KEY, () => this.keep());
    this.takeButton = this.button(
      text.takeSuggestion,
      text.takeSuggestionTitle,
      TAKE_SUGGESTION_KEY,
      () => this.takeSuggestion(),
    );
    this.el = h(
      "div",
      { class: "nbl-gallery-line", hidden: true },
      this.keepButton,
      this.takeButton,
    );
  }

  /** @param {string} text @param {string} title @param {string} key @param {() => void} onClick */
  button(text, title, key, onClick) {
    return h(
      "button",
      { type: "button", title, "aria-keyshortcuts": key, onClick },
      h("span", { text }),
      h("kbd", { text: key, "aria-hidden": "true" }),
    );
  }

  /** Whether labels are under review. */
  get isOn() {
    return this.suggestions.size > 0;
  }

  /** Others are shown. @param {Suggestion[]} suggestions none where these are not to be reviewed */
  begin(suggestions) {
    this.suggestions = new Map(suggestions.map((one) => [one.index, one]));
    this.steps = [];
    this.el.hidden = !this.isOn;
    setAttribute(this.gallery.el, "data-review", this.isOn);
    this.gallery.group.describe();
  }

  /** The label of an item under review that is not settled. @param {number} index */
  labelOf(index) {
    const { codes, context, gone } = this.gallery;
    if (gone[index] || !this.suggestions.has(index)) return "";
    return standingOf(codes[index], context.everyClass).label;
  }

  /**
   * What is suggested for an item that is not settled; a class may be gone meanwhile.
   * @param {number} index
   * @returns {Suggestion | null}
   */
  suggestionOf(index) {
    const found = this.labelOf(index) ? this.suggestions.get(index) : undefined;
    const isClass = this.gallery.context.classes.some(({ name }) => name === found?.label);
    return found && isClass ? found : null;
  }

  /** What is suggested, in a few words beside the label. @param {number} index */
  shown(index) {
    return this.inWords(index, TEXT.gallery.suggestedBriefly);
  }

  /** The same as it is heard. @param {number} index */
  said(index) {
    return this.inWords(index, TEXT.gallery.suggested);
  }

  /** @param {number} index @param {(label: string, confidence: number) => string} words */
  inWords(index, words) {
    const found = this.suggestionOf(index);
    if (!found) return "";
    const { label, confidence } = found;
    return label === this.labelOf(index) ? TEXT.gallery.neighborsDiffer : words(label, confidence);
  }

  /** Each label once more, by a person. */
  keep() {
    this.settle((index) => this.labelOf(index));
  }

  takeSuggestion() {
    this.settle((index) => this.suggestionOf(index)?.label ?? "");
  }

  /** Label what is chosen, each class in one step. @param {(index: number) => string} labelOf */
  settle(labelOf) {
    const { answers, bar, choice, context } = this.gallery;
    if (!this.isOn) return;
    /** @type {Map<string, number[]>} */
    const byLabel = new Map();
    for (const index of choice.targetIndices) {
      const label = labelOf(index);
      if (label) byLabel.set(label, [...(byLabel.get(label) ?? []), index]);
    }
    if (!byLabel.size) return bar.complain(TEXT.gallery.nothingToSettle);
    for (const [label, indices] of byLabel) {
      const place = context.everyClass.findIndex(({ name }) => name === label);
      const event = { type: "label", label, relabel: true };
      if (!answers.post(event, Uint32Array.from(indices), codeOf(place))) return;
    }
  }

  /**
   * Something was answered: it is settled, and the frame goes on to what is not.
   * @param {string} uid @param {string} type of the event
   * @param {Uint32Array} indices
   * @param {boolean} isOne whether only the one with the frame was meant
   */
  answered(uid, type, indices, isOne) {
    if (!this.isOn) return;
    const settled = SETTLES.includes(type) ? indices : new Uint32Array(0);
    this.steps.push({ uid, settled, place: isOne ? this.gallery.choice.at : -1 });
    this.mark(settled, 1);
    if (isOne && settled.length) this.goOn();
  }

  /** The last step was undone: back to what is open again. */
  undone() {
    const step = this.steps.pop();
    if (!step) return;
    this.mark(step.settled, 0);
    if (step.place >= 0) this.goTo(step.place);
  }

  /** The kernel refused a step: what it settled is open. @param {string} uid */
  refused(uid) {
    const step = this.steps.find((one) => one.uid === uid);
    if (step) this.mark(step.settled, 0);
    this.steps = this.steps.filter((one) => one !== step);
  }

  /** @param {Uint32Array} indices @param {0 | 1} settled */
  mark(indices, settled) {
    const { gallery } = this;
    for (const index of indices) if (this.suggestions.has(index)) gallery.gone[index] = settled;
    gallery.nGone = [...this.suggestions.keys()].filter((index) => gallery.gone[index]).length;
    gallery.head.showChanges();
  }

  /** @param {number} index */
  isSettled(index) {
    return this.suggestions.has(index) && this.gallery.gone[index] === 1;
  }

  /** How far it is, "" where nothing is settled. */
  get progress() {
    const { nGone } = this.gallery;
    const { size } = this.suggestions;
    return nGone === size ? TEXT.gallery.allSettled : TEXT.gallery.settled(nGone, size);
  }

  /** What is said of a step, and that it was the last one. @param {string} said */
  afterwards(said) {
    const isOver = this.isOn && this.gallery.nGone === this.suggestions.size;
    return isOver ? `${said} ${TEXT.gallery.allSettled}` : said;
  }

  /** To the next one that is not settled, from the beginning again behind the last. */
  goOn() {
    const { choice, gone, members } = this.gallery;
    for (let step = 1; step < members.length; step++) {
      const place = (choice.at + step) % members.length;
      if (!gone[members[place]]) return this.goTo(place);
    }
  }

  /** @param {number} place */
  goTo(place) {
    const { choice, large } = this.gallery;
    if (large.isOpen) large.step(place - choice.at);
    else choice.moveTo(place);
  }

  update() {
    const { choice, context } = this.gallery;
    if (!this.isOn) return;
    const open = choice.targetIndices.filter((index) => this.labelOf(index));
    const dead = !open.length || context.closed !== "";
    setAttribute(this.keepButton, "aria-disabled", dead ? "true" : null);
    const taken = open.some((index) => this.suggestionOf(index));
    setAttribute(this.takeButton, "aria-disabled", dead || !taken ? "true" : null);
  }
}
