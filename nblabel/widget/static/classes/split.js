// Sorting the items of a class anew: groups that the model proposes, to be named, and a sort that
// was left half done.

import { h, makeUid, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { buildThumb, mediaOf } from "../shared/media.js";
import { alignedCopy } from "../shared/map_state.js";
import { TEXT } from "../shared/text.js";

const GROUPS = [2, 3, 4, 5, 6];
const SHOWN_OF_GROUP = 8; // of each group, beginning with the most central

/** @typedef {import("../shared/wire.js").ClassInfo} ClassInfo */
/** @typedef {{indices: number[], input: HTMLInputElement}} SplitGroup */
/**
 * The row that it belongs to.
 * @typedef {object} SplitHost
 * @property {import("../shared/context.js").PanelContext} context
 * @property {AbortSignal} signal
 * @property {ClassInfo} info
 * @property {number} count
 * @property {(event: {type: string} & Record<string, any>, then?: () => void) => void} change
 * @property {(event: {type: string} & Record<string, any>) => void} ask
 * @property {() => void} leaveAsk
 * @property {() => void} startSorting
 */

export class SplitForm {
  /** @param {SplitHost} row */
  constructor(row) {
    this.row = row;
    this.request = "";
    /** @type {SplitGroup[]} */
    this.groups = [];
    /** @type {{thumb: ReturnType<typeof buildThumb>, index: number}[]} */
    this.thumbs = [];
    this.life = new AbortController();
    const { signal } = this.life;
    row.signal.addEventListener("abort", () => this.close(), { signal });
    const { link, map } = row.context;
    link.on(
      "proposal",
      (message, [members]) =>
        message.request === this.request && this.take(message, alignedCopy(members)),
      signal,
    );
    map.on("pictures", () => this.draw(), signal);
    this.build();
    if (row.info.split) this.showPending(row.info.split);
    else this.propose();
  }

  close() {
    this.life.abort();
  }

  build() {
    this.words = h("p");
    this.number = h("select", { "aria-label": TEXT.classes.groups });
    this.number.append(...GROUPS.map((n) => h("option", { value: String(n), text: String(n) })));
    listen(this.number, "change", () => this.propose());
    const label = h("span", { text: TEXT.classes.groups });
    this.field = h("label", { class: "nbl-split-number" }, label, this.number);
    this.list = h("div", { class: "nbl-split-groups" });
    this.actions = h("div", { class: "nbl-class-actions" });
    const head = h("div", { class: "nbl-split-head" }, this.words, this.field);
    const parts = [head, this.list, this.actions];
    const name = { role: "group", "aria-label": TEXT.classes.split };
    this.el = h("div", { class: "nbl-class-split", tabindex: -1, ...name }, ...parts);
    listen(this.el, "keydown", (/** @type {KeyboardEvent} */ event) => this.hearKey(event));
  }

  /** @param {KeyboardEvent} event */
  hearKey(event) {
    const names = event.key === "Enter" && event.target instanceof HTMLInputElement;
    if (!(names || event.key === "Escape") || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    if (!names) return this.row.leaveAsk();
    const at = this.groups.findIndex(({ input }) => input === event.target);
    const next = this.groups[at + 1]?.input ?? this.actions.firstElementChild;
    next?.focus({ preventScroll: true });
  }

  focus() {
    const first = this.groups[0]?.input ?? this.actions.querySelector("button") ?? this.el;
    first.focus({ preventScroll: true });
  }

  propose() {
    const { context, info, count } = this.row;
    this.request = makeUid();
    const n = Number(this.number.value);
    const sent = context.send({ type: "propose_split", request: this.request, name: info.name, n });
    setText(this.words, sent ? TEXT.classes.proposing(info.name, count) : TEXT.notResponding);
  }

  /**
   * @param {{sizes: number[], text: string}} message
   * @param {ArrayBuffer} members
   */
  take({ sizes, text }, members) {
    const { context, info } = this.row;
    const within = this.el.contains(focusedElement());
    const before = this.groups.map(({ input }) => input.value);
    const all = Array.from(new Uint32Array(members));
    setText(this.words, sizes.length ? TEXT.classes.nameGroups(context.noun, info.name) : text);
    let at = 0;
    this.thumbs = [];
    this.groups = sizes.map((size, k) => {
      const indices = all.slice(at, at + size);
      at += size;
      return { indices, input: h("input", { type: "text", value: before[k] ?? "" }) };
    });
    this.list.replaceChildren(...this.groups.map((group, k) => this.buildGroup(group, k)));
    this.actions.replaceChildren(...(sizes.length ? this.answers() : [this.cancelButton()]));
    const wanted = this.thumbs.map(({ index }) => index).filter((i) => !context.map.picture(i));
    if (wanted.length) context.send({ type: "look", indices: wanted.slice(0, 64) });
    this.draw();
    if (within && focusedElement() !== this.number) this.focus();
  }

  /** @param {SplitGroup} group @param {number} k */
  buildGroup({ indices, input }, k) {
    const strip = h("div", { class: "nbl-split-strip", "aria-hidden": "true" });
    for (const index of indices.slice(0, SHOWN_OF_GROUP)) {
      const thumb = buildThumb("nbl-split-picture");
      this.thumbs.push({ thumb, index });
      strip.append(h("span", { class: "nbl-split-tile" }, thumb.node));
    }
    input.setAttribute("aria-label", TEXT.classes.groupName(k + 1));
    input.setAttribute("placeholder", TEXT.classes.groupName(k + 1));
    const title = h("span", { text: TEXT.classes.group(k + 1, indices.length) });
    const named = h("div", { class: "nbl-split-name" }, title, input);
    return h("div", { class: "nbl-split-group" }, named, strip);
  }

  draw() {
    for (const { thumb, index } of this.thumbs) {
      const known = this.row.context.map.picture(index);
      const media = known && mediaOf(known.item);
      if (media && known.bytes) thumb.paint({ media, bytes: known.bytes });
    }
  }

  answers() {
    const button = (/** @type {Record<string, any>} */ props) =>
      h("button", { type: "button", ...props });
    return [
      button({
        class: "nbl-primary",
        text: TEXT.classes.sortOneByOne,
        title: TEXT.classes.sortTitle,
        onClick: () => this.begin(),
      }),
      button({
        text: TEXT.classes.moveAll,
        title: TEXT.classes.moveAllTitle,
        onClick: () => this.moveAll(),
      }),
      this.cancelButton(),
    ];
  }

  cancelButton() {
    return h("button", { type: "button", text: TEXT.cancel, onClick: () => this.row.leaveAsk() });
  }

  /** The groups that somebody has named; the others stay in their class. */
  get named() {
    return this.groups
      .map(({ indices, input }) => ({ indices, name: input.value.trim() }))
      .filter(({ name }) => name);
  }

  /** Sort one after the other: the classes are there, and each item is asked again. */
  begin() {
    const { row } = this;
    const { name } = row.info;
    const into = [...new Set(this.named.map((group) => group.name))];
    const groups = this.groups.map(({ input }) => input.value.trim() || name);
    const sort = () => this.sort(groups);
    row.change({ type: "split_class", name, into: into.length ? into : [name] }, sort);
  }

  moveAll() {
    const { name } = this.row.info;
    const { named } = this;
    if (!named.length) return this.begin(); // which the kernel refuses, in words
    const into = named.map((group) => group.name);
    const sizes = named.map(({ indices }) => indices.length);
    const indices = named.flatMap((group) => group.indices);
    this.row.change({ type: "split_class", name, into, sizes, indices }, () => this.row.leaveAsk());
  }

  /** @param {string[]} groups */
  sort(groups) {
    const { row } = this;
    row.context.tell({ type: "sort", name: row.info.name, groups });
    row.startSorting();
  }

  /** @param {{into: string[], left: number}} split */
  showPending({ into, left }) {
    const { row } = this;
    const { name } = row.info;
    this.field.hidden = true;
    setText(this.words, TEXT.classes.sorting(into, left));
    const button = (/** @type {string} */ text, /** @type {() => void} */ act, kind = "") =>
      h("button", { type: "button", class: kind || false, text, onClick: act });
    const end = (/** @type {boolean} */ proposed) => row.ask({ type: "end_split", name, proposed });
    this.actions.replaceChildren(
      button(TEXT.classes.goOn, () => this.sort([]), "nbl-primary"),
      button(TEXT.classes.restProposed, () => end(true)),
      button(TEXT.classes.restStays(name), () => end(false)),
      this.cancelButton(),
    );
  }
}
