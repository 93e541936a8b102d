// Pictures in the place of points, where the camera is near enough. They move with the points in
// the same frame; which points have one is chosen once the camera rests, and asked for in portions,
// smaller ones where the line is slow.

import { Delay } from "../shared/delay.js";
import { h, patchChildren } from "../shared/dom.js";
import { paintPixels } from "../shared/pixels.js";
import { FreeRoom, boxAround } from "./boxes.js";
import { choosePictured, pictureSide, pointsInView } from "./close_up.js";

/** So long after the last change the camera rests. */
const PICTURES_AFTER_MS = 60;
/** Points are not near before the map is that much larger. */
const NEAR_ZOOM = 1.5;
const MOST_PICTURES = 48;
/** Pictures on a line that is slow, or where a person wants to save data. */
const FEWEST_PICTURES = 12;
/** How long a portion may take. */
const PORTION_MS = 150;
const FIRST_PORTION = 16,
  LEAST_PORTION = 4;
/** A portion that takes longer comes by a slow line. */
const SLOW_MS = 500;
/** What was asked for so long ago does not come any more. */
const LOST_MS = 4000;

export class MapPictures {
  /** @param {import("./view.js").CanvasView} view */
  constructor(view) {
    this.view = view;
    this.isOn = true;
    /** Points that give way to their picture. @type {number[]} */
    this.chosen = [];
    this.side = 0;
    /** What is on its way. @type {Set<number>} */
    this.asked = new Set();
    this.askedAt = 0;
    this.portion = FIRST_PORTION;
    this.isSlow = false;
    /** What each element shows. @type {WeakMap<Element, Uint8Array>} */
    this.painted = new WeakMap();
    this.rest = new Delay(view.signal);
    this.el = h("div", { class: "nbl-map-pictures", "aria-hidden": "true" });
    view.scene.followers.push(() => this.follow());
    view.on("colors", () => this.wait());
    view.on("pictures", () => this.hear());
  }

  toggle() {
    this.isOn = !this.isOn;
    this.choose();
  }

  follow() {
    this.move();
    this.wait();
  }

  /** Choose anew, once nothing has changed for a moment. */
  wait() {
    this.rest.start(PICTURES_AFTER_MS, () => this.choose());
  }

  /** Whether the items are pictures at all. */
  get areThere() {
    const { noun, queue } = this.view.context;
    return noun === "image" || Boolean(queue.current?.image);
  }

  /** How many there may be. */
  get most() {
    const { connection } = /** @type {any} */ (navigator);
    const saves = connection?.saveData || matchMedia("(prefers-reduced-data: reduce)").matches;
    return saves || this.isSlow ? FEWEST_PICTURES : MOST_PICTURES;
  }

  /** Choose which points have a picture, and ask for those that are not here. */
  choose() {
    const { scene } = this.view;
    const { camera, coords, lit } = scene;
    const near = this.isOn && this.areThere && !scene.glide && camera.zoom >= NEAR_ZOOM;
    const seen = near ? pointsInView(coords, camera, lit) : [];
    this.side = pictureSide(seen.length, camera);
    this.chosen = choosePictured(seen, this.side, new Set(this.chosen), this.most);
    this.show();
    this.ask();
  }

  ask() {
    const { context } = this.view;
    const now = performance.now();
    if (this.asked.size && now - this.askedAt < LOST_MS) return;
    const missing = this.chosen.filter((index) => !context.map.pictures.has(index));
    const indices = missing.slice(0, this.portion);
    this.asked = new Set(indices);
    this.askedAt = now;
    if (indices.length && !context.send({ type: "look", indices })) this.asked.clear();
  }

  /** Pictures came, these or those of a group. */
  hear() {
    const { pictures } = this.view.context.map;
    if (!this.asked.size || ![...this.asked].every((index) => pictures.has(index))) {
      this.show();
      return;
    }
    const took = performance.now() - this.askedAt;
    this.isSlow = took > SLOW_MS;
    const pace = (this.asked.size / Math.max(took, 1)) * PORTION_MS;
    this.portion = Math.round(Math.min(Math.max(pace, LEAST_PORTION), MOST_PICTURES));
    this.asked.clear();
    this.show();
    this.ask();
  }

  /** What is seen of them, in the plane. @returns {import("./figure.js").Figure["pictures"]} */
  get placed() {
    const { scene } = this.view;
    const nodes = /** @type {HTMLElement[]} */ ([...this.el.children]);
    const seen = nodes.filter(({ style }) => style.visibility !== "hidden");
    return seen.map((node) => {
      const spot = scene.spotOf(Number(node.dataset.key));
      const { left, top } = boxAround(spot, this.side, this.side);
      const canvas = /** @type {HTMLCanvasElement} */ (node.firstChild);
      return { canvas, left, top, side: this.side, color: node.style.borderColor };
    });
  }

  /** Draw the pictures that are here; another point keeps its dot. */
  show() {
    const { context } = this.view;
    const { map } = context;
    const here = this.chosen.filter((index) => {
      const known = map.pictures.get(index);
      return known?.item.image && known.bytes;
    });
    const labeled = new Set(here.length ? map.labeled : []);
    const nodes = patchChildren(this.el, here.map(String), () =>
      h("div", { class: "nbl-map-picture" }, h("canvas")),
    );
    nodes.forEach((node, k) => {
      this.paint(node, here[k]);
      node.style.borderColor = map.palette[map.codes[here[k]]] ?? "";
      node.classList.toggle("nbl-map-picture-labeled", labeled.has(here[k]));
    });
    this.move();
  }

  /**
   * @param {HTMLElement} node
   * @param {number} index
   */
  paint(node, index) {
    const known = this.view.context.map.picture(index);
    if (!known?.item.image || !known.bytes || this.painted.get(node) === known.bytes) return;
    this.painted.set(node, known.bytes);
    paintPixels(/** @type {HTMLCanvasElement} */ (node.firstChild), known.item.image, known.bytes);
  }

  /** Put the pictures where their points are now; those that would cover another are left out. */
  move() {
    const { scene } = this.view;
    const nodes = /** @type {HTMLElement[]} */ ([...this.el.children]);
    if (!nodes.length) return;
    this.el.style.visibility = scene.glide ? "hidden" : "";
    const room = new FreeRoom();
    for (const node of nodes) {
      const spot = scene.spotOf(Number(node.dataset.key));
      const { left, top } = boxAround(spot, this.side, this.side);
      node.style.transform = `translate(${left}px, ${top}px)`;
      node.style.width = node.style.height = `${this.side}px`;
      node.style.visibility = room.take(boxAround(spot, this.side, this.side)) ? "" : "hidden";
    }
  }
}
