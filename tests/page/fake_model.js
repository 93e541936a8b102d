// A stand-in for anywidget's model and host. The page side behaves as anywidget 0.11 does, except
// that nothing is cleaned up for a view: what a view leaves behind is counted.
//
// In a test:  await nbl.open({classes: [...], ...})             -> window.nbl.widget, of the joined
// bundle
//             const view = await nbl.widget.render()           -> view.el, view.remove()
//             nbl.widget.model.deliver({type: "show", ...}, [bytes])     a message from the kernel
//             nbl.widget.model.write({error: "..."})                     traits from the kernel
//             nbl.widget.model.sent                                      messages to the kernel
//             nbl.widget.model.saved                                     traits to the kernel
//             nbl.wire                    all that crossed the wire, checked against
// wire.schema.json

/** All that crossed the wire: [side, content, number of buffers]. */
const wire = [];

function record(side, content, buffers = []) {
  wire.push([side, JSON.parse(JSON.stringify(content)), buffers.length]);
}

function recordTraits(traits) {
  for (const [name, value] of Object.entries(traits)) {
    if (name !== "snapshot_bytes") record("trait", { name, value: value ?? null });
  }
}

export class FakeModel {
  constructor(traits) {
    this.traits = { ...traits };
    this.dirty = {};
    this.listeners = [];
    this.sent = [];
    this.saved = [];
    this.alive = true;
    /** The pages that hear what the kernel says: with `share`, all of one panel. */
    this.peers = [this];
    this.onSend = () => {};
    /** A page that is ready hears nothing before the first message is delivered. */
    this.isSilent = true;
    /** The numbers of both ends; with `numbers` false a test gives them itself. */
    this.numbers = true;
    this.seq = 0;
    this.heard = 0;
    this.tells = 0;
    recordTraits(traits);
  }

  get(name) {
    return this.traits[name];
  }

  set(name, value) {
    if (this.traits[name] === value) return;
    this.traits[name] = value;
    this.dirty[name] = value;
    this.fire(`change:${name}`, this, value);
    this.fire("change", this);
  }

  save_changes() {
    recordTraits(this.dirty);
    if (Object.keys(this.dirty).length) this.saved.push(this.dirty);
    this.dirty = {};
  }

  send(content, _callbacks, buffers = []) {
    if (!this.alive) throw new Error("the kernel is gone");
    record("page", content, buffers);
    if (content.type === "heard") {
      if (this.numbers && !this.isSilent) this.tell(content.tell);
      if (!this.numbers) this.onSend(content, buffers);
      return;
    }
    this.name = content.page;
    this.heard = content.seq + 1;
    if (content.type === "ready") this.isSilent = true;
    // what crosses the wire is a copy
    this.sent.push({
      ...structuredClone(content),
      buffers: buffers.map((buffer) => buffer.slice(0)),
    });
    this.onSend(content, buffers);
  }

  on(name, callback) {
    for (const one of name.split(" ")) this.listeners.push([one, callback]);
  }

  off(name, callback) {
    this.listeners = this.listeners.filter(
      ([n, c]) => (name && !name.split(" ").includes(n)) || (callback && c !== callback),
    );
  }

  fire(name, ...args) {
    for (const [n, callback] of [...this.listeners]) if (n === name) callback(...args);
  }

  /** The name of the page, as its messages carry it. */
  get page() {
    return this.sent[0]?.page ?? this.name;
  }

  /**
   * A message from the kernel; buffers arrive as DataViews. What answers a page goes to this one.
   */
  deliver(content, buffers = []) {
    const to = TO.has(content.type) && !("to" in content) ? { to: this.page } : {};
    const message = { seq: this.seq, ...content, ...to };
    record("kernel", message, buffers);
    const views = buffers.map((buffer) => new DataView(Uint8Array.from(bytesIn(buffer)).buffer));
    for (const model of this.peers) {
      if (model.isSilent && model.numbers) model.tell(-1);
      model.isSilent = false;
      model.seq = Math.max(model.seq, message.seq + 1);
      model.fire("msg:custom", structuredClone(message), views);
    }
  }

  /** A message of a real kernel, with its own numbers. */
  arrive(message, buffers) {
    record("kernel", message, buffers);
    const views = buffers.map((buffer) => new DataView(Uint8Array.from(buffer).buffer));
    this.fire("msg:custom", message, views);
  }

  /** Say that all was heard, and that nothing is missing. */
  tell(told) {
    const { page, seq, heard } = this;
    const revision = this.get("revision")?.number ?? 0;
    const ends = { heard, first: seq, next: seq, revision };
    this.fire("msg:custom", { type: "told", to: page, tell: this.tells++, told, ...ends }, []);
  }

  /** Traits written by the kernel. */
  write(traits) {
    recordTraits(traits);
    Object.assign(this.traits, traits);
    for (const [name, value] of Object.entries(traits)) this.fire(`change:${name}`, this, value);
    this.fire("change", this);
  }
}

const TO = new Set([
  "media",
  "grid",
  "explained",
  "group",
  "mean",
  "facts",
  "closeup",
  "file",
  "text",
  "no_group",
  "pictures",
  "gallery",
  "no_gallery",
  "gallery_changes",
  "tiles",
  "filter",
  "filter_choices",
]);

function bytesIn(buffer) {
  return ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
}

class FakeWidget {
  constructor(model, definition) {
    this.model = model;
    this.definition = definition;
    this.controller = new AbortController();
  }

  async initialize() {
    const { model } = this;
    this.cleanup = await this.definition.initialize?.({ model, signal: this.controller.signal });
  }

  /** Open a view in the cell, or in another element. */
  async render(parent = document.getElementById("cell")) {
    const el = document.createElement("div");
    parent.append(el);
    const controller = new AbortController();
    const { model } = this;
    const cleanup = await this.definition.render({ model, el, signal: controller.signal });
    const remove = async () => {
      el.remove();
      controller.abort();
      await cleanup?.();
    };
    return { el, remove };
  }

  async close() {
    this.controller.abort();
    await this.cleanup?.();
  }
}

let styled = null;

function loadStyle() {
  styled ??= new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = "/panel.css";
    link.onload = resolve;
    link.onerror = () => reject(new Error("no panel.css"));
    document.head.append(link);
  });
  return styled;
}

let opened = 0;

/**
 * Load the joined page code, anew for each model as anywidget does, and initialize it on a new fake
 * model.
 */
export async function open(traits = {}) {
  const [module] = await Promise.all([import(`/panel.js?${opened++}`), loadStyle()]);
  const definition = typeof module.default === "function" ? await module.default() : module.default;
  const widget = new FakeWidget(new FakeModel(traits), definition);
  window.nbl.widget = widget;
  await widget.initialize();
  return widget;
}

/**
 * Two answers in quick succession: what can wait is drawn in the next pause. The queue needs
 * questions.
 */
export function answerFast() {
  const queue = document.querySelector(".nbl-queue");
  for (const key of ["1", "2"])
    queue.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}

/** Make two models pages of one panel: both hear what the kernel says. */
export function share(one, other) {
  one.peers = other.peers = [one, other];
}

window.nbl = { open, answerFast, share, FakeModel, wire, widget: null };
