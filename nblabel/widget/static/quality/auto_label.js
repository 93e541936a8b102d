// Auto-labels with an error guarantee: what can be accepted, a look at the least confident, and the
// step itself.

import { h, makeUid, patchChildren, setAttribute, setText } from "../shared/dom.js";
import { focusedElement } from "../shared/focus.js";
import { buildThumb, mediaOf, shortWords } from "../shared/media.js";
import { bytesOf } from "../shared/pixels.js";
import { TEXT } from "../shared/text.js";
import { drawCurve } from "./chart.js";
import { redrawCharts } from "./marks.js";
import { buildTagChoice } from "./tag_choice.js";
import { selectShare, shareOptions } from "./shares.js";

const ERRORS = [0.005, 0.01, 0.02, 0.03, 0.05, 0.1];
const CONFIDENCES = [0.9, 0.95, 0.99, 0.999];
const ZOOM = 4; // the curve is shown up to so many times the error asked for

/** @typedef {import("../shared/wire.js").Terms} Terms */
/** @typedef {import("../shared/wire.js").AutoLabel} AutoLabel */
/** @typedef {import("./view.js").QualityHost} QualityHost */

/** @param {QualityHost} host */
export function buildAutoLabel(host) {
  const { context, signal } = host;
  const title = h("h3", { id: `nbl-auto-label-${makeUid()}`, text: TEXT.quality.autoLabel });
  const close = h("button", { type: "button", text: TEXT.close, onClick: host.close });
  const choose = (/** @type {Terms} */ chosen) => context.tell({ type: "estimate", ...chosen });
  const terms = buildTerms(choose, context.multiLabel);
  const answer = buildAnswer(host);
  const curve = h("div", { class: "nbl-auto-label-curve" });
  const preview = buildPreview(host);
  const props = {
    class: "nbl-part nbl-auto-label",
    role: "dialog",
    "aria-labelledby": title.id,
    tabindex: -1,
    hidden: true,
  };
  const node = h(
    "section",
    props,
    h("div", { class: "nbl-part-head" }, title, close),
    terms.node,
    h("div", { class: "nbl-auto-label-body" }, answer.node, curve),
    preview.node,
  );
  context.link.on("preview", ({ items }, buffers) => preview.take(items, buffers), signal);
  context.on("ack", ({ ack }) => answer.hear(ack), signal);
  let announced = "";
  let drawn = "";
  const render = () => {
    const { terms: known } = context.model.get("auto_label") ?? {};
    if (!known) return;
    const now = /** @type {AutoLabel} */ (context.model.get("auto_label"));
    terms.render(now);
    answer.render(now);
    preview.render(now);
    const key = JSON.stringify([now.curve, now.terms]);
    if (key !== drawn) redrawCharts(curve, () => curve.replaceChildren(curveOf(now, host.ways)));
    drawn = key;
    // the step that was taken may be gone with its button
    const focused = focusedElement();
    if (node.contains(focused) && focused?.closest("[hidden]")) node.focus({ preventScroll: true });
    if (now.running || !now.headline || now.headline === announced) return;
    announced = now.headline;
    // what became of a step is heard, not what it leads to
    if (!answer.takeSaid()) context.say(announced);
  };
  return { node, render };
}

/**
 * @param {(terms: Terms) => void} choose
 * @param {boolean} several whether an item may have several tags: then they are chosen
 */
function buildTerms(choose, several) {
  const error = h("select", { onChange: () => changed() }, ...shareOptions(ERRORS));
  const confidence = h("select", { onChange: () => changed() }, ...shareOptions(CONFIDENCES));
  const perClass = h("input", { type: "checkbox", onChange: () => changed() });
  const changed = () =>
    choose({
      max_error: Number(error.value),
      confidence: Number(confidence.value),
      per_class: perClass.checked,
      ...(tags ? { tags: tags.names() } : {}),
    });
  const tags = several ? buildTagChoice(changed) : null;
  const shares = h(
    "div",
    { class: "nbl-terms" },
    h("label", {}, h("span", { text: TEXT.quality.maximumError }), error),
    h("label", {}, h("span", { text: TEXT.quality.confidence }), confidence),
    h(
      "label",
      { title: TEXT.quality.perClassTitle, hidden: several },
      perClass,
      h("span", { text: TEXT.quality.perClass }),
    ),
  );
  const node = tags ? h("div", { class: "nbl-tag-terms" }, shares, tags.node) : shares;
  /** @param {AutoLabel} now */
  const render = (now) => {
    const { terms, running } = now;
    selectShare(error, terms.max_error);
    selectShare(confidence, terms.confidence);
    perClass.checked = terms.per_class;
    const busy = !["", "estimate"].includes(running);
    for (const field of [error, confidence, perClass]) field.disabled = busy;
    tags?.render(now, busy);
  };
  return { node, render };
}

/**
 * The answer in words, and the one step that can be taken now.
 * @param {QualityHost} host
 */
function buildAnswer({ context, ways }) {
  let awaited = "";
  let said = false;
  // of tags it is answers that are accepted
  const words = { ...TEXT.quality, ...(context.multiLabel ? TEXT.tags.autoLabel : {}) };
  const chooseText = context.multiLabel ? TEXT.tags.chooseTags : TEXT.quality.choose;
  const state = () => /** @type {AutoLabel} */ (context.model.get("auto_label"));
  const headline = h("p", { class: "nbl-auto-label-head" });
  const details = h("ul", { class: "nbl-auto-label-details" });
  const note = h("p", { class: "nbl-auto-label-note" });
  /** @param {string} text */
  const tell = (text) => {
    note.dataset.kind = "said";
    setText(note, text);
    context.say(text);
  };
  /**
   * Take a step; what became of it is told.
   * @param {() => string} send
   */
  const step = (send) => {
    awaited = send();
    if (!awaited) tell(context.closed ? TEXT.panel.closed(context.closed) : TEXT.notResponding);
  };
  const act = h("button", {
    type: "button",
    class: "nbl-primary",
    onClick: () => {
      if (act.getAttribute("aria-disabled")) return;
      if (state().ready) step(() => context.ask({ type: "accept" }));
      else context.tell({ type: "queue_checks" });
    },
  });
  const undo = h("button", {
    type: "button",
    onClick: () => {
      if (!awaited) step(() => context.post({ type: "undo", of: state().undo }));
    },
  });
  const stop = () => context.tell({ type: "cancel", task: "auto_label" });
  const cancel = h("button", { type: "button", text: TEXT.cancel, onClick: stop });
  const changed = buildChanged(words, {
    review: () => ways.openReview(true),
    revert: () => step(() => context.ask({ type: "revert" })),
  });
  const bar = h("progress", { max: 1, "aria-label": TEXT.progress });
  const progress = h("p", { class: "nbl-auto-label-progress" }, bar, h("span"), cancel);
  const actions = h("div", { class: "nbl-auto-label-actions" }, act, undo);
  const node = h(
    "div",
    { class: "nbl-auto-label-answer" },
    headline,
    details,
    changed.node,
    note,
    actions,
    progress,
  );
  /** @param {AutoLabel} now */
  const render = (now) => {
    const { running, ready, needed, waiting } = now;
    setText(headline, now.headline || (running ? "" : chooseText));
    setAttribute(headline, "data-ready", ready > 0 ? "true" : null);
    patchChildren(details, now.details, (text) => h("li", { text }));
    changed.render(now);
    act.hidden = !(ready || (needed && !waiting));
    setText(act, ready ? words.accept(ready) : words.queueChecks(needed));
    setAttribute(act, "aria-disabled", running ? "true" : null);
    undo.hidden = !now.undo;
    const undoText = now.undo_kind === "withdraw" ? words.undoWithdraw : words.undoAccept;
    setText(undo, undoText(now.undo_count));
    progress.hidden = !running;
    bar.value = now.progress;
    setText(
      progress.children[1],
      running ? TEXT.quality.progress(TEXT.quality.working[running], now.text) : "",
    );
    cancel.hidden = running === "accept" || running === "revert";
    if (waiting && !running) setText(note, TEXT.quality.checksWait(waiting));
    else if (!awaited && note.dataset.kind !== "said") setText(note, "");
    if (waiting) delete note.dataset.kind;
  };
  /** @param {import("../shared/wire.js").Ack} ack */
  const hear = (ack) => {
    if (ack.uid !== awaited || (!ack.ok && ack.retry)) return;
    awaited = "";
    said = ack.ok;
    tell(ack.text);
  };
  const takeSaid = () => {
    const was = said;
    said = false;
    return was;
  };
  return { node, render, hear, takeSaid };
}

/**
 * Accepted labels that the model of now contradicts, and what can be done about them.
 * @param {{contradicted: (n: number) => string, reviewThese: string}} text
 * @param {{review: () => void, revert: () => void}} act
 */
function buildChanged(text, act) {
  const words = h("span");
  const look = h("button", {
    type: "button",
    text: TEXT.quality.review,
    title: text.reviewThese,
    onClick: act.review,
  });
  const back = h("button", {
    type: "button",
    text: TEXT.quality.revert,
    title: TEXT.quality.revertTitle,
    onClick: () => back.getAttribute("aria-disabled") || act.revert(),
  });
  const node = h("p", { class: "nbl-auto-label-changed" }, words, look, back);
  /** @param {AutoLabel} now */
  const render = ({ changed, running }) => {
    node.hidden = !changed;
    setText(words, changed ? text.contradicted(changed) : "");
    setAttribute(back, "aria-disabled", running ? "true" : null);
  };
  return { node, render };
}

/**
 * The least confident among those that can be accepted; one that is pressed is asked now.
 * @param {QualityHost} host
 */
function buildPreview(host) {
  const title = h("h4", { text: TEXT.quality.preview });
  const list = h("ul", { class: "nbl-preview-list" });
  const node = h("div", { class: "nbl-preview", hidden: true }, title, list);
  let filled = false;
  /** @param {any[]} items @param {DataView[]} buffers */
  const take = (items, buffers) => {
    filled = items.length > 0;
    list.replaceChildren(...items.map((item) => previewTile(host, item, buffers)));
    node.hidden = !filled;
  };
  /** @param {AutoLabel} now */
  const render = (now) => {
    node.hidden = !filled || !(now.ready || now.undo_kind === "accept");
  };
  return { node, take, render };
}

/**
 * @param {QualityHost} host
 * @param {import("../shared/wire.js").Item & {proposed: string}} item
 * @param {DataView[]} buffers
 */
function previewTile({ context }, item, buffers) {
  const thumb = buildThumb("nbl-thumb");
  thumb.canvas.removeAttribute("role");
  const media = mediaOf(item);
  const buffer = media && media.buffer !== null ? buffers[media.buffer] : null;
  const kept = media && buffer ? { media, bytes: bytesOf(buffer) } : null;
  thumb.paint(kept);
  const color = (context.model.get("audit")?.colors ?? {})[item.proposed];
  const words = TEXT.quality.previewItem(item.id, item.proposed, kept !== null);
  const swatch = h("span", {
    class: "nbl-swatch",
    style: { background: color ?? "transparent" },
    hidden: !color,
  });
  const props = {
    type: "button",
    title: TEXT.quality.askNow(words),
    "aria-label": TEXT.quality.askNow([words, shortWords(kept)].filter(Boolean).join(" ")),
    onClick: () => context.tell({ type: "show", index: item.index }),
  };
  const button = h(
    "button",
    props,
    h("span", { class: "nbl-preview-mat" }, thumb.node),
    h("span", { class: "nbl-preview-name" }, swatch, h("span", { text: item.proposed })),
  );
  return h("li", {}, button);
}

/**
 * The share of the pool against the error that can be guaranteed for it.
 * @param {AutoLabel} now
 * @param {QualityHost["ways"]} ways
 */
function curveOf({ curve, terms }, ways) {
  const top = Math.max(ZOOM * terms.max_error, 0.02);
  const lines = curve.map(({ name, points }) => ({
    name: name === "all" ? "" : name,
    points: points
      .filter(([share, error]) => share !== null && error !== null)
      .map(([share, error, n]) => ({
        x: Number(share),
        y: Number(error),
        text: TEXT.quality.curvePoint(Number(share), Number(n), Number(error)),
        only: trustedOf(name, Number(n)),
      })),
  }));
  if (!lines.some(({ points }) => points.some(({ y }) => y <= top))) {
    return h("p", { class: "nbl-curve-none", text: TEXT.quality.noCurve });
  }
  const chart = {
    title: TEXT.quality.curve,
    lines,
    x: { max: 1, text: TEXT.quality.curveX },
    y: { max: top },
    rule: { y: terms.max_error, text: TEXT.quality.curveRule(terms.max_error) },
  };
  return drawCurve(chart, ways);
}

/** @param {string} name @param {number} n */
function trustedOf(name, n) {
  const text = TEXT.gallery.only.trusted(name === "all" ? "" : name, n);
  return { text, asked: { trusted: { class: name, n } } };
}
