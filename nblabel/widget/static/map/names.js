// The names of classes or clusters on their regions. They move with the points in the same frame,
// and stand anew once the camera rests.

import { Delay } from "../shared/delay.js";
import { h, patchChildren, setText } from "../shared/dom.js";
import { FreeRoom, boxAround } from "./boxes.js";
import { cellsOfPoints, findRegions, placeNames } from "./regions.js";

/** So long after the last change the camera rests. */
const NAMES_AFTER_MS = 80;
/** Colours that say which class or cluster a point is of. */
const NAMED_COLORS = ["prediction", "label", "cluster"];
/** What follows the clusters among the colours: smaller ones, and noise. */
const UNNAMED_CLUSTERS = 2;
/** Room that the ring and the number of a question take, in CSS pixels. */
const QUESTION_ROOM = 28;

/** `at`: in world coordinates.
 * @typedef {{code: number, text: string, width: number, height: number, at: [number, number]}}
 *   Name */

export class RegionNames {
  /** @param {import("./view.js").CanvasView} view */
  constructor(view) {
    this.view = view;
    this.isOn = true;
    /** @type {Name[]} */
    this.names = [];
    /** How much room names take. @type {Map<string, {width: number, height: number}>} */
    this.measured = new Map();
    this.rest = new Delay(view.signal);
    this.el = h("div", { class: "nbl-map-names", "aria-hidden": "true" });
    view.scene.followers.push(() => this.follow());
    view.on("colors", () => this.wait());
    for (const trait of /** @type {const} */ (["classes", "legend"]))
      view.onTrait(trait, () => this.wait());
  }

  toggle() {
    this.isOn = !this.isOn;
    this.el.hidden = !this.isOn;
    this.place();
  }

  /** Points were drawn in other places: the names go with them. */
  follow() {
    this.move();
    this.wait();
  }

  /** Stand anew, once nothing has changed for a moment. */
  wait() {
    this.rest.start(NAMES_AFTER_MS, () => this.place());
  }

  /** The names that the colours have, by code. @returns {string[]} */
  get known() {
    const { context } = this.view;
    const mode = context.model.get("color_by");
    if (!NAMED_COLORS.includes(mode) || !context.map.version) return [];
    if (mode !== "cluster") {
      const known = context.everyClass.filter((one) => !one.subclasses).map(({ name }) => name);
      // one colour more is that of what has no label; one alone, that there is no model yet
      return context.map.palette.length > known.length ? known : [];
    }
    const legend = context.model.get("legend") ?? [];
    const names = new Array(Math.max(context.map.palette.length - UNNAMED_CLUSTERS, 0)).fill("");
    for (const { code, name } of legend) if (code < names.length) names[code] = name;
    return names;
  }

  /** What is seen of them, in the plane. @returns {{text: string, spot: [number, number]}[]} */
  get placed() {
    const nodes = /** @type {HTMLElement[]} */ ([...this.el.children]);
    const seen = this.names.filter((_, k) => nodes[k].style.visibility !== "hidden");
    return seen.map(({ text, at }) => ({ text, spot: this.view.scene.camera.toScreen(...at) }));
  }

  place() {
    const { scene, context } = this.view;
    const { camera, coords, lit } = scene;
    const { known } = this;
    if (!this.isOn || !known.length || !camera.width || scene.glide) {
      this.names = [];
      this.show([]);
      return;
    }
    const cells = cellsOfPoints(coords, camera, lit);
    const regions = findRegions(cells, context.map.codes, known.length);
    // the names are made before they are placed: how wide they are is known then
    const codes = regions.map(([{ code }]) => code);
    const sizes = new Map(codes.map((code) => [code, this.sizeOf(known[code])]));
    const measure = (/** @type {number} */ code) => sizes.get(code) ?? { width: 0, height: 0 };
    const marks = scene.questions.map((spot) => boxAround(spot, QUESTION_ROOM, QUESTION_ROOM));
    this.names = placeNames(regions, measure, camera, marks).map(
      ({ code, x, y, width, height }) => ({
        ...{ code, width, height, text: known[code] },
        at: camera.toWorld(x, y),
      }),
    );
    this.show(this.names);
    this.move();
  }

  /**
   * How much room a name takes, its halo included.
   * @param {string} text
   */
  sizeOf(text) {
    const known = this.measured.get(text);
    if (known?.width) return known;
    const probe = h("span", { class: "nbl-map-region", text });
    this.el.append(probe);
    const size = { width: probe.offsetWidth, height: probe.offsetHeight };
    probe.remove();
    this.measured.set(text, size);
    return size;
  }

  /** @param {Name[]} names */
  show(names) {
    const counts = new Map();
    const keys = names.map(({ code }) => {
      counts.set(code, (counts.get(code) ?? 0) + 1);
      return `${code} ${counts.get(code)}`;
    });
    const nodes = patchChildren(this.el, keys, () => h("span", { class: "nbl-map-region" }));
    nodes.forEach((node, k) => setText(node, names[k].text));
  }

  /** Put the names where their regions are now; those that would cover another are left out. */
  move() {
    const { scene } = this.view;
    this.el.style.visibility = scene.glide ? "hidden" : "";
    const room = new FreeRoom();
    const nodes = /** @type {HTMLElement[]} */ ([...this.el.children]);
    this.names.forEach(({ at, width, height }, k) => {
      const spot = scene.camera.toScreen(...at);
      const { left, top } = boxAround(spot, width, height);
      nodes[k].style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
      nodes[k].style.visibility = room.take(boxAround(spot, width, height)) ? "" : "hidden";
    });
  }
}
