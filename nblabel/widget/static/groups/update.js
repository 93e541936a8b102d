// What the dialog for groups shows in each of its phases.

import { setAttribute, setText } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";

/** @typedef {import("./dialog.js").GroupDialog} GroupDialog */

/** @param {GroupDialog} dialog */
export function updateGroup(dialog) {
  const { phase, already } = dialog;
  const finding = phase === "find" || phase === "search";
  const choosing = phase === "choose";
  const fixed = phase === "saved" || phase === "undoing";
  dialog.el.dataset.noun = dialog.view.context.noun;
  const { multiLabel } = dialog.view.context;
  dialog.takeClasses(dialog.isOpen && !finding && !fixed && !multiLabel);
  dialog.setup.el.hidden = phase !== "find";
  setText(dialog.parts.leftOut, finding || fixed ? "" : dialog.hiddenText);
  dialog.parts.body.hidden = finding;
  if (finding) dialog.facts.el.hidden = true;
  if (finding)
    setText(dialog.parts.title, phase === "find" ? TEXT.group.find : TEXT.group.search.title);
  else if (!fixed)
    setText(dialog.parts.title, dialog.indices.length ? dialog.titleText : TEXT.group.loading);
  for (const way of /** @type {("previous" | "next")[]} */ (["previous", "next"])) {
    dialog.parts[way].hidden = finding || !dialog.isCluster;
    setAttribute(dialog.parts[way], "aria-disabled", dialog.beside[way] === null ? "true" : null);
  }
  dialog.grid.fixed = !choosing;
  setText(dialog.parts.heading, headingOf(dialog));
  setText(dialog.parts.relabelText, TEXT.group.relabel(already));
  dialog.parts.heading.hidden = fixed;
  if (!choosing) dialog.find.close();
  dialog.parts.classes.hidden = fixed || dialog.find.finder.isOpen;
  dialog.parts.relabelField.hidden = fixed || already === 0 || multiLabel;
  dialog.parts.relabel.disabled = !choosing;
  for (const button of dialog.parts.classes.children)
    setAttribute(button, "aria-disabled", dialog.isReady ? null : "true");
  dialog.parts.goOn.hidden = phase !== "saved" || !dialog.isCluster || dialog.beside.next === null;
  dialog.parts.undo.hidden = !fixed || !dialog.isLast;
  setText(dialog.parts.undo.firstChild, phase === "undoing" ? TEXT.group.undoing : TEXT.group.undo);
  dialog.parts.unmark.hidden = !choosing || dialog.grid.marked.size === 0;
  setText(dialog.parts.unmark, TEXT.group.include(dialog.grid.marked.size));
  dialog.parts.others.hidden = !dialog.isCluster || !choosing;
}

/** @param {GroupDialog} dialog */
function headingOf(dialog) {
  const { size } = dialog.grid.marked;
  if (dialog.view.context.multiLabel) return TEXT.tags.groupHint;
  if (dialog.phase === "saving") return TEXT.group.saving;
  if (dialog.indices.length && dialog.count === 0)
    return size ? TEXT.group.nothingLeft : TEXT.group.allLabeled;
  return TEXT.group.labelAs(dialog.view.context.noun, dialog.count, size);
}
