// Why this one is asked: reasons as plain bars with words, and the labeled neighbours that decide the
// guess.

import { commandButton } from "./answers.js";
import { h, percentText, setText } from "./dom.js";
import { buildThumb, shortWords } from "./media.js";

/** @typedef {import("./line.js").Neighbor} Neighbor */
/** @typedef {import("./desk.js").Desk} Desk */

/**
 * @param {Desk} desk
 * @param {import("./answers.js").Run} run
 */
export function buildWhy(desk, run) {
  const toggle = commandButton("why", "Why this one", run);
  toggle.prepend(h("span", { class: "nbl-chevron", "aria-hidden": "true", text: "›" }));
  const text = h("p", { class: "nbl-why-text" });
  const reasons = h("ul", { class: "nbl-reasons" });
  const neighbors = h("ul", { class: "nbl-neighbors", "aria-label": "Labeled items nearest to it" });
  const body = h("div", { class: "nbl-why-body" }, text, reasons, neighbors);
  const node = h("section", { class: "nbl-why", "aria-label": "Why this one" }, toggle, body);
  /** @type {unknown} */
  let drawn = undefined;
  /** @type {(() => void)[]} */
  let painters = [];
  const render = () => {
    const item = desk.line.current;
    toggle.setAttribute("aria-expanded", String(desk.whyOpen));
    body.hidden = !desk.whyOpen;
    // words and neighbours give the guess away
    body.classList.toggle("nbl-bars-only", !desk.model.get("show_guess"));
    if (!desk.whyOpen) return;
    if (item !== drawn) {
      drawn = item;
      setText(text, item ? (item.why?.text ?? "No reason given.") : "");
      text.title = text.textContent;
      reasons.replaceChildren(...(item?.why?.parts ?? []).map(reasonRow));
      const figures = (item?.neighbors ?? []).map((neighbor) => neighborFigure(neighbor, desk));
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
 * @param {Desk} desk
 */
function neighborFigure(neighbor, desk) {
  const thumb = buildThumb("nbl-neighbor");
  const { noun } = desk.line;
  thumb.canvas.setAttribute("aria-label", `${noun[0].toUpperCase()}${noun.slice(1)} ${neighbor.id}`);
  const color = desk.classes.find((one) => one.name === neighbor.label)?.color ?? "transparent";
  const swatch = h("span", { class: "nbl-swatch", style: { background: color } });
  const label = h("span", { class: "nbl-neighbor-label" }, swatch, h("span", { text: neighbor.label }));
  const node = h("li", {}, h("span", { class: "nbl-neighbor-mat" }, thumb.node), label);
  const paint = () => {
    const picture = desk.album.neighborPicture(neighbor.id);
    const short = shortWords(picture);
    thumb.paint(picture);
    node.title = `${neighbor.id}: ${neighbor.label}, ${percentText(neighbor.closeness)} close${short && `\n${short}`}`;
  };
  return { node, paint };
}
