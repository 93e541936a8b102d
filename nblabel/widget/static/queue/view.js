// The queue: the picture asked about, the answers, and what comes next.

import {
  buildActions,
  buildClasses,
  buildNewClass,
  buildPrediction,
  commandButton,
} from "./answers.js";
import { buildBeside } from "../shared/beside.js";
import { hasTree } from "../shared/class_tree.js";
import { buildColumns } from "../shared/columns.js";
import { h, svg } from "../shared/dom.js";
import { guarded, listen } from "../shared/errors.js";
import { focusedElement } from "../shared/focus.js";
import { returnFocus } from "../shared/frame.js";
import { turnsPage } from "../shared/look_keys.js";
import { findsByName } from "../shared/offer.js";
import { buildPlayer } from "../shared/player.js";
import { TEXT } from "../shared/text.js";
import { buildBranch } from "./branch.js";
import { buildFind } from "./find.js";
import { buildFirst } from "./first.js";
import { buildHelp } from "./help.js";
import { commandOf, QUEUE_KEYS } from "./keys.js";
import { buildLeads } from "./leads.js";
import { Large, setLargeWords } from "./large.js";
import { buildMode } from "./mode.js";
import { buildNear } from "./near.js";
import { buildNote } from "./note.js";
import { buildCaption, buildHighlight, buildNext, buildPicture } from "./picture.js";
import { peek } from "./peek.js";
import { buildMessages, buildSaved } from "./saved.js";
import { TagGrid } from "./tag_grid.js";
import { buildConfirm, buildTagPrediction } from "./tag_view.js";
import { TagController } from "./tags.js";
import { buildWhy } from "./why.js";

const FLASH_MS = 220;
/** What opens in another part of the panel, which the large view covers. */
const ELSEWHERE = ["classes", "search", "like", "near", "leads", "gallery"];

/** @typedef {import("./keys.js").Command} Command */
/** @typedef {import("./controller.js").QueueController} QueueController */

/**
 * @param {QueueController} controller
 * @param {AbortSignal} signal ends it
 * @param {import("../shared/ways.js").Ways} ways
 * @returns {HTMLElement}
 */
export function buildQueue(controller, signal, ways) {
  const props = {
    class: "nbl-view nbl-queue",
    tabindex: 0,
    role: "group",
    "aria-label": TEXT.queue.title,
  };
  const el = /** @type {HTMLElement} */ (h("section", props));
  const focusRoot = () => el.focus({ preventScroll: true });
  const tags = controller instanceof TagController ? controller : null;
  /** @param {Command} command */
  const run = (command) => {
    controller.forgetObstacle();
    if (large.isOpen && ELSEWHERE.includes(command.name)) large.close();
    if (command.name === "help") help.toggle();
    else if (mayGo() && branch.takes(command)) focusRoot();
    else if (command.name === "large") enlarge();
    else if (command.name === "lookOn") peekAt(1);
    else if (command.name === "lookBack") peekAt(-1);
    else if (command.name === "findText") picture.find.open();
    else if (command.name === "columns") columns.open();
    else if (picture.looking.run(command.name)) return;
    else if (command.name === "newClass") newClass.open();
    else if (command.name === "classes") ways.openClasses();
    else if (command.name === "note") note.open();
    else if (command.name === "findClass") find.open();
    else if (command.name === "leave") leave();
    else if (command.name === "gallery") ways.openGallery();
    else if (command.name === "search") ways.openSearch();
    else if (command.name === "like") searchAlike();
    else if (command.name === "near") openNear();
    else if (command.name === "oneTag") grid?.open();
    else if (command.name === "takeOver" && !tags) return;
    else if (command.name === "endFind") controller.context.tell({ type: "find", label: null });
    else if (controller.act(command) && !controller.context.throttle.burst)
      flash(buttonFor(command));
    caption.render();
  };
  const mayGo = () => !tags && help.node.hidden;
  const leave = () => {
    if (!help.node.hidden) help.toggle();
    else if (large.isOpen) enlarge();
    else focusNotebook(el);
  };
  const enlarge = () => {
    if (large.isOpen) large.close();
    else if (controller.queue.current) large.open();
    else controller.say(TEXT.queue.nothingToAnswer);
    focusRoot();
  };
  /** @param {number} step */
  const peekAt = (step) => {
    picture.looking.keepsPlace = true;
    peek(controller, step);
    picture.looking.keepsPlace = false;
  };
  const searchAlike = () => {
    const { current } = controller.queue;
    if (current) ways.openLike(current.index);
    else controller.say(TEXT.queue.nothingToAnswer);
  };
  const openNear = () => {
    const { current } = controller.queue;
    if (current && (current.near ?? 1) > 1) ways.openNear(current.index);
    else controller.say(current ? TEXT.queue.nothingNear : TEXT.queue.nothingToAnswer);
  };
  /** @param {Command} command */
  const buttonFor = ({ name, label }) =>
    label === undefined ? el.querySelector(`.nbl-do-${name}`) : classes.buttonOf(label);

  /** @type {import("../shared/looking.js").Looker} */
  const looker = {
    context: controller.context,
    signal,
    say: (text) => controller.say(text),
    focus: focusRoot,
  };
  const help = buildHelp(controller, focusRoot);
  const newClass = buildNewClass(controller, focusRoot);
  const beside = buildBeside(controller.context.noun);
  const note = buildNote(controller, run, focusRoot);
  newClass.node.append(buildClassesButton(controller.context, run));
  const branch = buildBranch(controller, run);
  const find = buildFind(controller, run, focusRoot);
  const more = [find.button, newClass.node];
  if (tags) more.push(commandButton("oneTag", TEXT.tags.gridOpen, run));
  const classes = buildClasses(controller, run, more, focusRoot, tags);
  classes.node.firstElementChild?.after(branch.node);
  find.cover(classes.node);
  const actions = buildActions(run);
  const leads = buildLeads(controller, ways, focusRoot);
  const mode = buildMode(controller, run);
  const near = buildNear(controller, run);
  const first = buildFirst(controller);
  const player = buildPlayer(looker);
  returnFocus(el, focusRoot, signal);
  const [saved, picture, highlight, next, caption, prediction, why, messages] = [
    buildSaved(controller),
    buildPicture(controller, looker, () => run({ name: "large" })),
    buildHighlight(controller, focusRoot),
    buildNext(controller, focusRoot),
    buildCaption(controller),
    tags ? buildTagPrediction(tags, run) : buildPrediction(controller, run),
    buildWhy(controller, run, note.button, (like) => {
      if (large.isOpen) large.close();
      ways.openGallery({ order: "distance", like });
    }),
    buildMessages(controller, focusRoot),
  ];
  const question = h(
    "div",
    { class: "nbl-question" },
    picture.node,
    next.node,
    picture.looking.tools.node,
    picture.find.node,
    caption.node,
    player.node,
    beside.node,
    near.node,
    mode.node,
    note.node,
    highlight.node,
    leads.node,
  );
  const confirm = tags && buildConfirm(tags, run);
  const answers = [prediction.node, classes.node, find.node, confirm?.node ?? null, actions];
  const answer = h("div", { class: "nbl-answer" }, first.node, ...answers, messages.node, why.node);
  const body = h("div", { class: "nbl-body" }, question, answer);
  /** @param {boolean} opens */
  const makeRoom = (opens) => {
    body.hidden = opens;
    if (!opens) focusRoot();
  };
  const grid = tags && new TagGrid(tags, signal, makeRoom);
  const columns = buildColumns(looker);
  const large = new Large(el, signal, () => {
    picture.looking.takesWheel = picture.looking.hasRoom = large.isOpen;
    picture.looking.moved();
    setLargeWords(picture.open, large.isOpen);
  });
  const covers = [help.node, columns.node];
  el.append(buildHead(saved.node, run), body, ...(grid ? [grid.el] : []), ...covers);
  const hear = (/** @type {KeyboardEvent} */ event) => {
    if (grid?.isOpen) return grid.hear(event);
    const turn = (/** @type {number} */ pages) =>
      picture.turn(pages) || (event.key === " " && player.press(pages < 0));
    if (help.node.hidden && (picture.looking.hear(event) || turnsPage(event, turn))) return;
    onKey(event, controller, help.node.hidden, run);
  };
  listen(el, "keydown", hear, { signal });

  // keys that mean other classes for each question are drawn with it
  const keyed = {
    render: () => (tags || findsByName(controller.context.classes)) && classes.render(),
  };
  const set = { render: () => confirm?.render() };
  const heard = {
    render: () => {
      const item = controller.queue.current;
      player.render(item?.id ?? "", item && controller.context.media.of(item));
    },
  };
  const known = { render: () => beside.render(controller.queue.current?.beside) };
  /**
   * One part that cannot be drawn leaves the others alone.
   * @param {{render: () => unknown}[]} parts
   */
  const draw = (parts) => {
    const renders = parts.map((part) => guarded(part.render));
    return () => renders.forEach((render) => render());
  };
  const remove = controller.addView({
    question: draw([
      ...[picture, caption, heard, known, near, note, first, prediction, next, branch, keyed, set],
    ]),
    rest: draw([saved, classes, find, newClass, highlight, why, messages, leads, mode]),
  });
  signal.addEventListener("abort", remove);
  const { link, throttle } = controller.context;
  link.onTrait("status", () => throttle.run(leads, draw([leads, first])), signal);
  for (const name of /** @type {const} */ (["review", "audit"]))
    link.onTrait(name, () => throttle.run(leads, leads.render), signal);
  ways.focusQueue = focusRoot;
  ways.hush = player.hush;
  return el;
}

/**
 * @param {HTMLElement} saved
 * @param {(command: Command) => void} run
 */
function buildHead(saved, run) {
  const hint = h(
    "span",
    { class: "nbl-hint", "aria-hidden": "true" },
    h("span", { class: "nbl-hint-on", text: TEXT.queue.shortcutsActive }),
    h(
      "span",
      { class: "nbl-hint-off" },
      TEXT.queue.clickOrTab,
      h("span", { text: TEXT.queue.toUseShortcuts }),
    ),
  );
  const help = commandButton("help", TEXT.shortcuts, run);
  help.firstChild.classList.add("nbl-hidden");
  const gallery = commandButton("gallery", TEXT.gallery.open, run);
  return h("div", { class: "nbl-head" }, saved, hint, gallery, help);
}

/**
 * Opens the dialog for the classes. It shows a list with no words, as it stands beside New class.
 * @param {import("../shared/context.js").PanelContext} context
 * @param {(command: Command) => void} run
 */
function buildClassesButton(context, run) {
  const lines = svg("path", { d: "M2 4h1m2 0h9M2 8h1m2 0h9M2 12h1m2 0h9" });
  const icon = svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, lines);
  const { name, keys, shown } = /** @type {typeof QUEUE_KEYS[0]} */ (
    QUEUE_KEYS.find((one) => one.name === "classes")
  );
  const props = {
    type: "button",
    class: "nbl-do-classes",
    "aria-label": context.called(TEXT.queue.classes),
    "aria-keyshortcuts": keys.join(" "),
    title: `${context.called(TEXT.queue.keys.classes)} (${shown[0]})`,
    onClick: () => run({ name }),
  };
  return h("button", props, icon);
}

/**
 * @param {KeyboardEvent} event
 * @param {QueueController} controller
 * @param {boolean} answering false while the list of keys covers the picture
 * @param {(command: Command) => void} run
 */
function onKey(event, controller, answering, run) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.closest("input, textarea")) return;
  const confirms = event.key === "Enter" && controller.context.multiLabel;
  const isTag = target.closest(".nbl-class") !== null;
  if (
    target.closest("button") &&
    (event.key === "Enter" || event.key === " ") &&
    !(confirms && isTag)
  ) {
    // a held key must not press the button again and again
    if (event.repeat) event.preventDefault();
    return;
  }
  const { context, offer } = controller;
  // of a tree only what is on screen has keys
  const others = hasTree(context.classes) ? [] : context.classes;
  const command = commandOf(event, [...offer.classes, ...others]);
  if (!command || !(answering || command.name === "help" || command.name === "leave")) return;
  event.preventDefault();
  event.stopPropagation();
  if (!event.repeat) run(command);
}

/**
 * A short sign that an answer was taken.
 * @param {Element | null | undefined} button
 */
function flash(button) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const ring = ["var(--nbl-accent)", "transparent"].map((color) => ({
    boxShadow: `0 0 0 3px ${color}`,
  }));
  button?.animate(ring, FLASH_MS);
}

/**
 * Hand the focus to whatever holds the panel and can have it: the notebook in JupyterLab.
 * @param {HTMLElement} el
 */
function focusNotebook(el) {
  const panel = el.closest(".nbl-panel");
  const holder = /** @type {HTMLElement | null | undefined} */ (
    panel?.parentElement?.closest("[tabindex]")
  );
  if (holder) holder.focus({ preventScroll: true });
  else /** @type {HTMLElement} */ (focusedElement())?.blur();
}
