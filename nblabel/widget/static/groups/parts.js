// What the dialog for groups is made of. What it shows of them, and when, the dialog decides.

import { h, makeUid } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";

/** @typedef {import("./dialog.js").GroupDialog} GroupDialog */

/** @param {GroupDialog} dialog */
export function buildGroupParts(dialog) {
  const title = h("h3", { class: "nbl-map-side-title", id: `nbl-map-${makeUid()}` });
  const previous = buildStepper(dialog, "previous", ",", "‹");
  const next = buildStepper(dialog, "next", ".", "›");
  const head = h("div", { class: "nbl-group-head" }, previous, title, next);
  const answer = buildGroupAnswer(dialog);
  const leftOut = h("p", { class: "nbl-group-left-out" });
  const look = h("div", { class: "nbl-group-look" }, dialog.grid.el);
  const pictures = h("div", { class: "nbl-group-pictures" }, look, dialog.center.el);
  const body = h("div", { class: "nbl-group-body" }, pictures, answer.el);
  const props = {
    class: "nbl-map-dialog nbl-group",
    role: "dialog",
    "aria-labelledby": title.id,
    tabindex: -1,
    hidden: true,
  };
  const el = h(
    "section",
    props,
    head,
    dialog.search.el,
    leftOut,
    dialog.setup.el,
    dialog.facts.el,
    body,
  );
  return { ...answer, title, previous, next, leftOut, body, el };
}

/**
 * @param {GroupDialog} dialog
 * @param {"previous" | "next"} way
 * @param {string} key
 * @param {string} sign
 */
function buildStepper(dialog, way, key, sign) {
  const parts = [h("span", { text: sign }), h("kbd", { text: key, "aria-hidden": "true" })];
  const props = {
    type: "button",
    "aria-label": TEXT.group[way],
    "aria-keyshortcuts": key,
    onClick: () => dialog.step(way),
  };
  return h("button", props, ...(way === "next" ? parts.reverse() : parts));
}

/** What labels the group. @param {GroupDialog} dialog */
function buildGroupAnswer(dialog) {
  const orders = Object.entries(TEXT.group.orders);
  const options = orders.map(([value, text]) => h("option", { value, text }));
  const order = h("select", { onChange: () => dialog.ask(true) }, ...options);
  const orderText = h("span", { text: TEXT.group.order });
  dialog.center.el.append(h("label", { class: "nbl-map-field" }, orderText, order));
  const heading = h("p", { class: "nbl-group-heading", id: `nbl-map-${makeUid()}` });
  const classes = h("div", {
    class: "nbl-map-classes",
    role: "group",
    "aria-labelledby": heading.id,
  });
  const relabel = h("input", { type: "checkbox", onChange: () => dialog.update() });
  const relabelText = h("span");
  const relabelField = h("label", { class: "nbl-map-relabel" }, relabel, relabelText);
  const problem = h("p", { class: "nbl-map-problem", role: "alert" });
  const actions = buildGroupActions(dialog);
  const parts = [heading, classes, dialog.find.el, relabelField, problem];
  const el = h("div", { class: "nbl-group-answer" }, ...parts, actions.el);
  return { ...actions, order, heading, classes, relabel, relabelText, relabelField, problem, el };
}

/** @param {GroupDialog} dialog */
function buildGroupActions(dialog) {
  /** @param {Record<string, any>} props @param {...Node} children */
  const button = (props, ...children) => h("button", { type: "button", ...props }, ...children);
  const goOn = button({
    class: "nbl-primary",
    text: TEXT.group.next,
    onClick: () => dialog.step("next"),
  });
  const undo = button(
    { "aria-keyshortcuts": "u", onClick: () => dialog.sendUndo() },
    h("span"),
    h("kbd", { text: "u", "aria-hidden": "true" }),
  );
  const unmark = button({ onClick: () => dialog.grid.unmarkAll() });
  const leave = button({ text: TEXT.close, onClick: () => dialog.view.clearSelection() });
  const gallery = button({
    text: TEXT.gallery.openGroup,
    onClick: () => {
      const { members } = dialog.grid;
      if (members.length) dialog.view.ways.openGallery({ indices: members });
    },
  });
  const others = button({
    class: "nbl-group-others",
    text: TEXT.group.others,
    onClick: () => dialog.enter("find"),
  });
  const el = h("div", { class: "nbl-map-actions" }, goOn, undo, unmark, leave, gallery, others);
  return { goOn, undo, unmark, leave, others, el };
}

/**
 * @param {{name: string, key: string, color: string, text?: string, opens?: boolean}} one `opens`:
 *   its subclasses, in place of labeling
 * @param {(name: string) => void} choose
 */
export function buildGroupClass({ name, key, color, text = name, opens = false }, choose) {
  const props = {
    type: "button",
    class: "nbl-map-class",
    "aria-keyshortcuts": key || null,
    onClick: () => choose(name),
  };
  return h(
    "button",
    props,
    h("span", { class: "nbl-map-swatch", style: { background: color } }),
    h("span", { class: "nbl-map-class-name", text }),
    key ? h("kbd", { text: key, "aria-hidden": "true" }) : null,
    opens ? h("span", { class: "nbl-class-opens", "aria-hidden": "true", text: "›" }) : null,
  );
}
