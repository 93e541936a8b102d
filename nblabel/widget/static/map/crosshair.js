// The mouse of those who use none: a cross-hair moved by the arrow keys, which asks about the
// nearest point and spans boxes.

import { TEXT } from "../shared/text.js";
import { boxOutline } from "./gestures.js";
import { STALE_MARKS } from "./scene.js";

const CROSSHAIR_REACH = 30;

export class MapCrosshair {
  /** @param {import("./view.js").CanvasView} view */
  constructor(view) {
    this.view = view;
    /** @type {[number, number] | null} a box's first corner, in world coordinates */
    this.corner = null;
  }

  get isOn() {
    return this.view.scene.cursor !== null;
  }

  toggle() {
    const { scene } = this.view;
    const { width, height } = scene.camera;
    scene.cursor = this.isOn ? null : [width / 2, height / 2];
    this.corner = null;
    this.update();
    this.view.offerOperations();
    this.view.say(this.isOn ? TEXT.map.crosshairOn : TEXT.map.crosshairOff);
  }

  /**
   * @param {number} dx in CSS pixels
   * @param {number} dy
   */
  moveBy(dx, dy) {
    const { cursor, camera } = this.view.scene;
    if (!cursor) return;
    const clamp = (/** @type {number} */ value, /** @type {number} */ size) =>
      Math.min(Math.max(value, 0), size);
    const [toX, toY] = [cursor[0] + dx, cursor[1] + dy];
    const [x, y] = [clamp(toX, camera.width), clamp(toY, camera.height)];
    this.view.scene.cursor = [x, y];
    // at the edge the map moves instead
    if (x === toX && y === toY) this.update();
    else this.view.panBy(x - toX, y - toY);
  }

  update() {
    const { view } = this;
    const { cursor } = view.scene;
    view.hover(cursor && view.scene.hovered(...cursor, CROSSHAIR_REACH));
    const end = this.place();
    if (this.corner && end) view.drawOutline(boxOutline(this.corner, end));
    view.scene.redraw(STALE_MARKS);
  }

  /** Where it stands in the world. @returns {[number, number] | null} */
  place() {
    const { cursor, camera } = this.view.scene;
    return cursor && camera.toWorld(...cursor);
  }

  pick() {
    const { view } = this;
    const { cursor } = view.scene;
    const index = cursor && view.scene.nearest(...cursor, CROSSHAIR_REACH);
    if (index === null) view.say(TEXT.map.noPointNear);
    else view.pick(index);
  }

  /** Start a box here, or end the one that was started. */
  setCorner() {
    if (!this.isOn) this.toggle();
    const here = this.place();
    if (this.corner && here) {
      const outline = boxOutline(this.corner, here);
      this.corner = null;
      this.view.select(outline);
    } else {
      this.corner = here;
      this.view.say(TEXT.map.boxStarted);
    }
  }

  /** @returns {boolean} whether a box had been started */
  dropCorner() {
    const started = this.corner !== null;
    this.corner = null;
    return started;
  }
}
