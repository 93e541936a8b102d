// What is answered in the gallery: shown at once, and again as it was where the kernel refuses it.

import { TEXT } from "../shared/text.js";
import { codeOf, FLAG_CODE, isLabeled } from "./cell.js";

/** @typedef {import("../shared/wire.js").Ack} Ack */
/** @typedef {import("../shared/wire.js").LogEvent} LogEvent */

export class GalleryAnswers {
  /** @param {import("./gallery.js").Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    this.context = gallery.context;
    /** What was posted and is not acknowledged, with the codes before.
     * @type {Map<string, {indices: Uint32Array, before: Uint16Array}>} */
    this.posted = new Map();
    this.context.on("ack", ({ ack, event }) => event && this.hearAck(ack, event), gallery.signal);
  }

  /** @param {string} label */
  label(label) {
    const { context, gallery } = this;
    const { bar } = gallery;
    const every = gallery.choice.targetIndices;
    if (!every.length) return;
    if (context.multiLabel) return this.tag(label, every);
    const relabel = bar.overwrites;
    const indices = relabel ? every : every.filter((index) => !isLabeled(gallery.codes[index]));
    if (!indices.length) return bar.complain(TEXT.gallery.nothingToLabel);
    if (!gallery.group.isSeen) return bar.complain(TEXT.gallery.notSeen);
    const { excluded } = gallery.group;
    const marked = excluded.length ? { marked: Array.from(excluded) } : {};
    const place = context.everyClass.findIndex(({ name }) => name === label);
    this.post(
      { type: "label", label, relabel, ...marked },
      indices,
      place < 0 ? null : codeOf(place),
    );
  }

  /** @param {string} tag @param {Uint32Array} indices */
  tag(tag, indices) {
    const values = Array(indices.length).fill(this.gallery.bar.value.value);
    this.post({ type: "tag", tag, values }, indices, null);
  }

  flag() {
    this.post({ type: "flag" }, this.gallery.choice.targetIndices, FLAG_CODE);
  }

  /** Take back whatever was answered. */
  clear() {
    const { gallery } = this;
    const indices = gallery.choice.targetIndices.filter((index) => gallery.codes[index] !== 0);
    this.post({ type: "clear" }, indices, 0);
  }

  /** @param {string} text */
  note(text) {
    const { gallery } = this;
    const indices = gallery.choice.targetIndices;
    if (this.post({ type: "note", text }, indices, null)) gallery.tiles.forget(indices);
    gallery.draw();
  }

  undo() {
    this.context.post({ type: "undo", ...this.gallery.group.undoes });
  }

  redo() {
    this.context.post({ type: "redo" });
  }

  /**
   * Post an event of the log, and show at once what it makes of the items.
   * @param {{type: string} & Record<string, any>} event
   * @param {Uint32Array} indices
   * @param {number | null} code null: nothing that is seen
   */
  post(event, indices, code) {
    if (!indices.length) return false;
    const { gallery } = this;
    const uid = this.context.post({ ...event, indices: Array.from(indices) });
    if (!uid) {
      gallery.bar.complain(TEXT.panel.closed(this.context.closed));
      return false;
    }
    gallery.bar.complain("");
    const { isOne } = gallery.choice;
    const before = Uint16Array.from(indices, (index) => gallery.codes[index]);
    this.posted.set(uid, { indices, before });
    if (event.type === "label") gallery.group.labeled(uid, gallery.choice.targetIndices);
    if (code !== null) for (const index of indices) gallery.codes[index] = code;
    if (gallery.chosen.count && !gallery.large.isOpen && event.type !== "note")
      gallery.chosen.clear();
    gallery.review.answered(uid, event.type, indices, isOne);
    gallery.draw();
    gallery.bar.update();
    return true;
  }

  /** @param {Ack} ack @param {LogEvent} event */
  hearAck(ack, event) {
    const { gallery } = this;
    const step = this.posted.get(event.uid);
    if (!ack.ok && ack.retry) {
      if (step) gallery.bar.complain(TEXT.gallery.tryingAgain(ack.text));
      return;
    }
    this.posted.delete(event.uid);
    if (step) gallery.bar.complain("");
    const isUndo = gallery.isOpen && (event.type === "undo" || event.type === "redo");
    if (isUndo) gallery.group.undone(ack.ok ? event.of : "");
    if (ack.ok && isUndo && event.type === "undo") gallery.review.undone();
    if (ack.ok && (step || isUndo)) return gallery.say(gallery.review.afterwards(ack.text));
    if (isUndo) return gallery.bar.complain(ack.text);
    if (!step) return;
    gallery.putCodes(step.indices, step.before);
    gallery.review.refused(event.uid);
    gallery.bar.complain(ack.text);
    gallery.draw();
    gallery.bar.update();
  }
}
