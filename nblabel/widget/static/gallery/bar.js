// What is done with the items that are chosen in the gallery: the class buttons, and the rest.

import { hasTree, isParent, pathAbove } from "../shared/class_tree.js";
import { h, makeUid, setAttribute, setText } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { FinderView } from "../shared/finder.js";
import { FIND_KEY, findsByName, offered } from "../shared/offer.js";
import { TEXT } from "../shared/text.js";

/** @typedef {import("../shared/wire.js").ClassInfo} ClassInfo */

export class GalleryBar {
  /** @param {import("./gallery.js").Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
    const { context } = gallery;
    /** Those with a key, before the others. @type {ClassInfo[]} */
    this.classes = [];
    /** The class whose subclasses have the keys, "" at the top. */
    this.branch = "";
    this.back = h(
      "button",
      { type: "button", class: "nbl-gallery-class", onClick: () => this.leaveBranch() },
      h("span", { class: "nbl-gallery-class-name", text: TEXT.tree.back }),
      h("kbd", { text: TEXT.tree.backKey, "aria-hidden": "true" }),
    );
    this.heading = h("p", { class: "nbl-gallery-heading", id: `nbl-gallery-${makeUid()}` });
    this.buttons = h("div", {
      class: "nbl-gallery-classes",
      role: "group",
      "aria-labelledby": this.heading.id,
    });
    this.finder = new FinderView(context, {
      choose: (name) => {
        this.leaveFinder();
        gallery.answers.label(name);
      },
      add: (name) => {
        this.leaveFinder();
        if (context.post({ type: "add_class", name })) gallery.answers.label(name);
      },
      leave: () => this.leaveFinder(),
    });
    this.value = h(
      "select",
      {},
      ...Object.entries(TEXT.gallery.values3).map(([value, text]) => h("option", { value, text })),
    );
    this.valueField = h(
      "label",
      { class: "nbl-gallery-field", hidden: !context.multiLabel },
      h("span", { text: TEXT.gallery.answer }),
      this.value,
    );
    this.relabel = h("input", { type: "checkbox", onChange: () => this.update() });
    this.relabelText = h("span");
    this.relabelField = h("label", { class: "nbl-gallery-check" }, this.relabel, this.relabelText);
    this.count = h("span", { class: "nbl-gallery-chosen" });
    const button = (
      /** @type {string} */ text,
      /** @type {string} */ key,
      /** @type {any} */ act,
    ) =>
      h(
        "button",
        { type: "button", "aria-keyshortcuts": key, onClick: act },
        h("span", { text }),
        h("kbd", { text: key, "aria-hidden": "true" }),
      );
    this.flag = button(TEXT.gallery.flag, "f", () => gallery.answers.flag());
    this.clear = button(TEXT.gallery.clear, "Delete", () => gallery.answers.clear());
    this.noteButton = button(TEXT.gallery.note, ",", () => this.openNote());
    this.undo = button(TEXT.gallery.undo, "u", () => gallery.answers.undo());
    this.nothing = h("button", {
      type: "button",
      text: TEXT.gallery.nothing,
      onClick: () => gallery.choice.clear(),
    });
    this.all = h("button", {
      type: "button",
      text: TEXT.gallery.all,
      onClick: () => gallery.choice.all(),
    });
    this.choice = h("div", { class: "nbl-gallery-line" }, this.count, this.all, this.nothing);
    this.note = this.buildNote();
    this.problem = h("p", { class: "nbl-gallery-problem", role: "alert" });
    this.el = h(
      "div",
      { class: "nbl-gallery-bar" },
      this.choice,
      gallery.review.el,
      h("div", { class: "nbl-gallery-line" }, this.heading, this.valueField, this.relabelField),
      this.buttons,
      this.finder.el,
      h("div", { class: "nbl-gallery-line" }, this.flag, this.clear, this.noteButton, this.undo),
      this.note,
      this.problem,
    );
    this.list();
  }

  buildNote() {
    const text = TEXT.gallery;
    this.words = h("textarea", { rows: 2, maxlength: 2000, "aria-label": text.noteFor });
    const save = h("button", { type: "submit", class: "nbl-primary", text: text.saveNote });
    const leave = h("button", {
      type: "button",
      text: TEXT.cancel,
      onClick: () => this.closeNote(),
    });
    const form = h(
      "form",
      { class: "nbl-gallery-note", hidden: true },
      this.words,
      h("div", { class: "nbl-gallery-line" }, save, leave),
    );
    const send = () => {
      this.gallery.answers.note(this.words.value);
      this.closeNote();
    };
    listen(form, "submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      send();
    });
    listen(form, "keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.isComposing) return;
      event.stopPropagation(); // letters are no commands here
      const saves = event.key === "Enter" && (event.ctrlKey || event.metaKey);
      if (!saves && event.key !== "Escape") return;
      event.preventDefault();
      if (saves) send();
      else this.closeNote();
    });
    return form;
  }

  openNote() {
    this.words.value = this.gallery.choice.noteThere;
    this.note.hidden = false;
    this.words.focus({ preventScroll: true });
  }

  closeNote() {
    this.note.hidden = true;
    this.gallery.focus();
  }

  openFinder() {
    if (!findsByName(this.gallery.context.classes)) return;
    this.buttons.hidden = true;
    this.finder.open();
  }

  leaveFinder() {
    this.finder.close();
    this.buttons.hidden = false;
    this.gallery.focus();
  }

  list() {
    const { context } = this.gallery;
    const { classes, recent } = context;
    if (!isParent(classes, this.branch)) this.branch = "";
    const keyed = offered(classes, this.gallery.group.likeliest, recent, this.branch);
    // in a tree a key means a class of the level that is there
    this.classes = hasTree(classes) ? keyed : [...keyed, ...classes];
    const find = h(
      "button",
      {
        type: "button",
        class: "nbl-gallery-class",
        "aria-keyshortcuts": FIND_KEY,
        onClick: () => this.openFinder(),
      },
      h("span", { class: "nbl-gallery-class-name", text: TEXT.finder.open }),
      h("kbd", { text: FIND_KEY, "aria-hidden": "true" }),
    );
    const buttons = keyed.map((one) => this.classButton(one));
    const more = [...(this.branch ? [this.back] : []), ...(findsByName(classes) ? [find] : [])];
    this.buttons.replaceChildren(...buttons, ...more);
    this.finder.update();
    this.update();
  }

  /** Label with a class, or open it if it has subclasses. @param {string} name */
  choose(name) {
    const { classes } = this.gallery.context;
    if (name === this.branch || !isParent(classes, name)) this.gallery.answers.label(name);
    else this.go(name);
  }

  /** @param {string} branch */
  go(branch) {
    this.branch = branch;
    this.list();
    this.gallery.focus();
  }

  /** Leave the branch, if one is open. */
  leaveBranch() {
    const { branch } = this;
    if (branch) this.go(pathAbove(this.gallery.context.classes, branch).at(-1) ?? "");
    return branch !== "";
  }

  /** @param {ClassInfo} one */
  classButton({ name, key, color, subclasses }) {
    const isOpened = name === this.branch;
    const text = isOpened ? TEXT.tree.itself(name) : name;
    const opens = subclasses && !isOpened;
    return h(
      "button",
      {
        type: "button",
        class: "nbl-gallery-class",
        "aria-keyshortcuts": key || null,
        onClick: () => this.choose(name),
      },
      h("span", { class: "nbl-swatch", style: { background: color } }),
      h("span", { class: "nbl-gallery-class-name", text }),
      key ? h("kbd", { text: key, "aria-hidden": "true" }) : null,
      opens ? h("span", { class: "nbl-class-opens", "aria-hidden": "true", text: "›" }) : null,
    );
  }

  /** Whether labels that are there already are written over; nothing else is meant if all are. */
  get overwrites() {
    const { targets, labeledTargets } = this.gallery.choice;
    return this.relabel.checked || labeledTargets === targets;
  }

  update() {
    const { gallery } = this;
    const { noun, multiLabel, closed } = gallery.context;
    const { targets, labeledTargets } = gallery.choice;
    const isMixed = labeledTargets > 0 && labeledTargets < targets;
    const left = targets - (isMixed && !this.relabel.checked ? labeledTargets : 0);
    const said = multiLabel ? TEXT.gallery.tagAs(noun, targets) : gallery.group.heading(noun, left);
    setText(this.heading, said);
    gallery.group.describe();
    setText(this.relabelText, TEXT.gallery.relabel(labeledTargets));
    this.relabelField.hidden = multiLabel || !isMixed;
    const { count } = gallery.chosen;
    const chosen = TEXT.gallery.chosen(noun, count, count ? labeledTargets : 0);
    setText(this.count, count ? chosen : TEXT.gallery.noneChosen);
    this.nothing.hidden = count === 0;
    this.choice.hidden = gallery.large.isOpen;
    const dead = targets === 0 || closed !== "" ? "true" : null;
    for (const one of [...this.buttons.children, this.flag, this.clear, this.noteButton])
      setAttribute(one, "aria-disabled", dead);
    gallery.review.update();
    setAttribute(this.all, "aria-disabled", gallery.members.length ? null : "true");
  }

  /** @param {string} text */
  complain(text) {
    setText(this.problem, text);
  }
}
