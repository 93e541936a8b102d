// Why this one is asked: reasons as plain bars with words, and the labeled neighbours that decide
// the prediction.

import { commandButton } from "./answers.js";
import { h, setText } from "../shared/dom.js";
import { buildThumb, shortWords } from "../shared/media.js";
import { TEXT } from "../shared/text.js";

/** @typedef {import("../shared/wire.js").Neighbor} Neighbor */
/** @typedef {import("./controller.js").QueueController} QueueController */

/**
 * @param {QueueController} controller
 * @param {import("./answers.js").Run} run
 * @param {HTMLElement} note a button that is about the item, too
 * @param {(index: number) => void} openAlike the gallery of what is like an item
 */
export function buildWhy(controller, run, note, openAlike) {
  const toggle = commandButton("why", TEXT.queue.why, run);
  toggle.prepend(h("span", { class: "nbl-chevron", "aria-hidden": "true", text: "›" }));
  const text = h("p", { class: "nbl-why-text" });
  const reasons = h("ul", { class: "nbl-reasons" });
  const neighbors = h("ul", { class: "nbl-neighbors", "aria-label": TEXT.queue.neighbors });
  const body = h("div", { class: "nbl-why-body" }, text, reasons, neighbors);
  const like = commandButton("like", TEXT.queue.like, run);
  const head = h("div", { class: "nbl-why-head" }, toggle, note, like);
  const node = h("section", { class: "nbl-why", "aria-label": TEXT.queue.why }, head, body);
  /** @type {unknown} */
  let drawn = undefined;
  /** @type {(() => void)[]} */
  let painters = [];
  const render = () => {
    const {
      context,
      queue: { current: item },
      whyOpen,
    } = controller;
    toggle.setAttribute("aria-expanded", String(whyOpen));
    body.hidden = !whyOpen;
    // words and neighbours give the prediction away
    body.classList.toggle("nbl-bars-only", !context.model.get("show_prediction"));
    if (!whyOpen) return;
    const reason = controller.isExplaining ? TEXT.queue.reasonLoading : TEXT.queue.noReason;
    setText(text, item ? (item.why?.text ?? reason) : "");
    text.title = text.textContent;
    if (item !== drawn) {
      drawn = item;
      reasons.replaceChildren(...(item?.why?.parts ?? []).map(reasonRow));
      const figures = (item?.neighbors ?? []).map((neighbor) =>
        neighborFigure(neighbor, context, openAlike),
      );
      neighbors.replaceChildren(...figures.map(({ node: figure }) => figure));
      painters = figures.map(({ paint }) => paint);
    }
    // a neighbour's picture may come later than the neighbour
    for (const paint of painters) paint();
  };
  return { node, render };
}

/** @param {{name: string, value: number, text: string}} part */
function reasonRow({ name, value, text }) {
  const fill = h("span", { class: "nbl-bar-fill", style: { width: `${value * 100}%` } });
  return h(
    "li",
    {},
    h("span", { class: "nbl-reason-name", text: name, title: name }),
    h("span", { class: "nbl-bar", "aria-hidden": "true" }, fill),
    h("span", { class: "nbl-reason-text", text, title: text }),
  );
}

/**
 * @param {Neighbor} neighbor
 * @param {QueueController["context"]} context
 * @param {(index: number) => void} openAlike
 */
function neighborFigure(neighbor, { media, noun, classes }, openAlike) {
  const thumb = buildThumb("nbl-neighbor");
  thumb.canvas.setAttribute("aria-label", TEXT.queue.neighbor(noun, neighbor.id));
  const color = classes.find((one) => one.name === neighbor.label)?.color ?? "transparent";
  const swatch = h("span", { class: "nbl-swatch", style: { background: color } });
  const label = h(
    "span",
    { class: "nbl-neighbor-label" },
    swatch,
    h("span", { text: neighbor.label }),
  );
  const { index } = neighbor;
  const mat = h(
    "button",
    {
      type: "button",
      class: "nbl-neighbor-mat",
      "aria-label": TEXT.queue.neighborGallery(noun, neighbor.id),
      onClick: () => index !== undefined && openAlike(index),
    },
    thumb.node,
  );
  const node = h("li", {}, mat, label);
  const paint = () => {
    const picture = media.ofNeighbor(neighbor.id);
    thumb.paint(picture);
    node.title = TEXT.queue.neighborTitle(
      neighbor.id,
      neighbor.label,
      neighbor.similarity,
      shortWords(picture),
    );
  };
  return { node, paint };
}
