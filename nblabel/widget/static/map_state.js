import { makeUid } from "./dom.js";
import { Lull } from "./lull.js";
import { Outbox } from "./outbox.js";
import { mediaOf } from "./media.js";
import { bytesOf } from "./pixels.js";
import { boundsOf } from "./camera.js";
import { PointGrid } from "./spatial.js";
import { Silence } from "./silence.js";
import { inTurn } from "./turns.js";

// What the kernel said about the map, once for all views of the widget. Each piece of news is dispatched
// as an event that the views listen to.

const MAP_TRAITS = ["classes", "clusters", "color_by", "color_modes", "legend", "projection"];
const PICTURES_KEPT = 256;
const NO_BOUNDS = { left: -1, right: 1, bottom: -1, top: 1 };

/** @typedef {{name: string, key: string, color: string}} LabelClass */
/** `cluster`: the number of the cluster that the entry opens.
 * @typedef {{code: number, name: string, color: string, count: number | null, cluster?: number}} LegendEntry */
/** @typedef {{value: string, text: string}} Choice */
/** @typedef {{name: string, running: boolean, progress: number, text: string, choices: Choice[], train?: boolean}} Projection */
/** @typedef {{uid: string, ok: boolean, retry?: boolean, text: string}} Ack */
/**
 * @typedef {object} Picture
 * @property {number} version of the colours it was made with; its guess may be outdated after them
 * @property {any} item
 * @property {string} text
 * @property {Uint8Array | null} bytes
 */

export class MapState extends EventTarget {
  /** @param {any} model */
  constructor(model) {
    super();
    this.model = model;
    /** How many points there are, also where something else draws them and their places are not sent. */
    this.n = 0;
    this.coords = new Float32Array(0);
    this.bounds = NO_BOUNDS;
    this.codes = new Uint8Array(0);
    /** @type {string[]} */
    this.palette = [];
    this.version = 0;
    /** @type {number | null} */
    this.current = null;
    /** @type {number[]} */
    this.queries = [];
    this.labeled = new Uint32Array(0);
    /** As the views last heard of them. */
    this.toldLabeled = this.labeled;
    this.lull = new Lull();
    /** @type {Map<number, Picture>} */
    this.pictures = new Map();
    /** @type {PointGrid | null} */
    this.builtGrid = null;
    this.sendInTurn = inTurn(this.model);
    this.outbox = new Outbox((event) => this.transmit(event), () => this.emit("unsaved"));
    this.silence = new Silence(() => this.emit("silence"));
    this.listen();
  }

  /** A page opened; the kernel answers with the points. */
  open() {
    this.silence.begin();
    this.send({ type: "ready" });
  }

  listen() {
    /** @type {[string, (...args: any[]) => void][]} */
    this.handlers = MAP_TRAITS.map((name) => [`change:${name}`, () => this.tell(name)]);
    this.handlers.push(["change:store", () => this.openOutbox()]);
    this.handlers.push(["msg:custom", (content, buffers) => this.receive(content, buffers)]);
    for (const [name, handler] of this.handlers) this.model.on(name, handler);
    this.openOutbox();
  }

  close() {
    for (const [name, handler] of this.handlers ?? []) this.model.off(name, handler);
    this.outbox.close();
    this.silence.close();
    this.lull.close();
  }

  /** @param {string} trait */
  get(trait) {
    return this.model.get(trait);
  }

  /** @returns {LabelClass[]} */
  get classes() {
    return this.get("classes") ?? [];
  }

  /** What an item of the pool is called. */
  get noun() {
    const noun = this.get("clusters")?.noun ?? "item";
    return noun[0].toUpperCase() + noun.slice(1);
  }

  get grid() {
    this.builtGrid ??= new PointGrid(this.coords, this.bounds);
    return this.builtGrid;
  }

  /** 1 for each labeled point. */
  labeledMask() {
    const mask = new Uint8Array(this.n);
    for (const i of this.labeled) mask[i] = 1;
    return mask;
  }

  // the queue keeps its own events under the log's own key
  openOutbox() {
    const store = this.get("store");
    if (store) this.outbox.open({ key: `${store.key}:map`, persistent: store.persistent });
  }

  /** @param {import("./outbox.js").OutboxEvent} event */
  transmit({ indices, marked, ...content }) {
    const lists = [indices, marked].filter(Boolean);
    this.sendInTurn(content, lists.map((list) => new Uint32Array(list).buffer));
  }

  /**
   * Ask who belongs to a group, in an order; answered by "group".
   * @param {Record<string, any>} content
   * @param {Uint32Array | null} indices a selection's
   */
  askGroup(content, indices) {
    if (this.send({ type: "group", ...content }, indices)) return;
    this.emit("no_group", { content: { ...content, text: "The kernel does not answer." } });
  }

  /**
   * Send what may get lost.
   * @param {Record<string, any>} content
   * @param {Uint32Array | null} [indices] positions that go with it
   * @returns {boolean} whether it went out
   */
  send(content, indices = null) {
    try {
      this.sendInTurn(content, indices ? [/** @type {ArrayBuffer} */ (indices.slice().buffer)] : []);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Send an event of the log, and keep it until it is acknowledged.
   * @param {Record<string, any> & {type: string}} content
   * @returns {string} its uid
   */
  post(content) {
    const uid = makeUid();
    this.outbox.post({ ...content, uid });
    return uid;
  }

  /**
   * @param {any} content
   * @param {DataView[]} buffers
   */
  receive(content, buffers) {
    this.silence.end();
    if (content.type === "points") this.takePoints(content, buffers[0]);
    else if (content.type === "colors") this.takeColors(content, buffers[0]);
    else if (content.type === "marks") this.takeMarks(content, buffers[0]);
    else if (content.type === "picture") this.takePicture(content, buffers);
    else if (content.type === "pictures") this.takePictures(content.items, buffers);
    else if (content.type === "group") this.emit("group", { content, members: new Uint32Array(alignedCopy(buffers[0])) });
    else if (content.type === "select") this.emit("select", { indices: new Uint32Array(alignedCopy(buffers[0])) });
    else if (content.type === "mean") this.emit("mean", { content, bytes: bytesOf(buffers[content.image.buffer]) });
    else if (content.type === "facts" || content.type === "no_group") this.emit(content.type, { content });
    else if (content.type === "ack") this.takeAck(content);
  }

  /**
   * @param {{n: number, animate: boolean}} content
   * @param {DataView} buffer
   */
  takePoints({ n, animate }, buffer) {
    this.n = n;
    this.coords = new Float32Array(alignedCopy(buffer));
    this.bounds = boundsOf(this.coords);
    this.builtGrid = null;
    if (this.codes.length !== this.n) this.codes = new Uint8Array(this.n);
    this.tell("points", { animate });
  }

  /**
   * @param {{palette: string[]}} content
   * @param {DataView} buffer
   */
  takeColors({ palette }, buffer) {
    this.palette = palette;
    this.codes = new Uint8Array(alignedCopy(buffer));
    this.version += 1;
    this.tell("colors");
  }

  /**
   * @param {{current: number | null, queries: number[]}} content
   * @param {DataView} buffer
   */
  takeMarks({ current, queries }, buffer) {
    this.current = current;
    this.queries = queries;
    this.labeled = new Uint32Array(alignedCopy(buffer));
    this.lull.run("marks", () => {
      const labeledChanged = !sameNumbers(this.toldLabeled, this.labeled);
      this.toldLabeled = this.labeled;
      this.emit("marks", { labeledChanged });
    });
  }

  /**
   * @param {{index: number, item: any, text: string}} content
   * @param {DataView[]} buffers
   */
  takePicture({ index, item, text }, buffers) {
    const position = mediaOf(item)?.buffer ?? null;
    const bytes = position === null ? this.pictures.get(index)?.bytes ?? null : bytesOf(buffers[position]);
    this.pictures.delete(index);
    this.pictures.set(index, { version: this.version, item, text, bytes });
    if (this.pictures.size > PICTURES_KEPT) this.pictures.delete(this.pictures.keys().next().value ?? index);
    this.emit("picture", { index });
  }

  /**
   * @param {any[]} items
   * @param {DataView[]} buffers
   */
  takePictures(items, buffers) {
    for (const item of items) this.takePicture({ index: item.index, item, text: "" }, buffers);
    this.emit("pictures");
  }

  /** @param {Ack} ack */
  takeAck(ack) {
    const event = this.outbox.acknowledge(ack);
    if (event) this.emit("ack", { ack, event });
  }

  /**
   * The picture of a point as far as it is known; using it keeps it.
   * @param {number} index
   * @returns {Picture | null}
   */
  picture(index) {
    const picture = this.pictures.get(index);
    if (!picture) return null;
    this.pictures.delete(index);
    this.pictures.set(index, picture);
    return picture;
  }

  /**
   * Have the views draw something that can wait for a pause.
   * @param {string} type
   * @param {any} [detail]
   */
  tell(type, detail) {
    this.lull.run(type, () => this.emit(type, detail));
  }

  /**
   * @param {string} type
   * @param {any} [detail]
   */
  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/**
 * @param {Uint32Array} a
 * @param {Uint32Array} b
 */
function sameNumbers(a, b) {
  return a.length === b.length && a.every((value, k) => value === b[k]);
}

/**
 * The bytes of a buffer on their own, where any typed array may begin.
 * @param {DataView} buffer
 * @returns {ArrayBuffer}
 */
function alignedCopy(buffer) {
  return /** @type {ArrayBuffer} */ (bytesOf(buffer).slice().buffer);
}
