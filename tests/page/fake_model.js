// A stand-in for anywidget's model and host. The page side behaves as anywidget 0.11 does, except that
// nothing is cleaned up for a view: what a view leaves behind is counted.
//
// In a test:  await nbl.open("queue", {classes: [...], ...})   -> window.nbl.widget
//             const view = await nbl.widget.render()           -> view.el, view.remove()
//             nbl.widget.model.deliver({type: "queue", ...}, [bytes])    a message from the kernel
//             nbl.widget.model.write({error: "..."})                     traits from the kernel
//             nbl.widget.model.sent                                      messages to the kernel
//             nbl.widget.model.saved                                     traits to the kernel

const STATIC = "/nblabel/widget/static/";
const MORE_STYLES = { map: ["group.css"], plotly_side: ["map.css", "group.css"], status: ["drawer.css"] };

export class FakeModel {
  constructor(traits) {
    this.traits = { ...traits };
    this.dirty = {};
    this.listeners = [];
    this.sent = [];
    this.saved = [];
    this.alive = true;
    this.onSend = () => {};
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
    if (Object.keys(this.dirty).length) this.saved.push(this.dirty);
    this.dirty = {};
  }

  send(content, _callbacks, buffers = []) {
    if (!this.alive) throw new Error("the kernel is gone");
    // what crosses the wire is a copy
    this.sent.push({ ...structuredClone(content), buffers: buffers.map((buffer) => buffer.slice(0)) });
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

  /** A message from the kernel; buffers arrive as DataViews. */
  deliver(content, buffers = []) {
    const views = buffers.map((buffer) => new DataView(Uint8Array.from(bytesIn(buffer)).buffer));
    this.fire("msg:custom", structuredClone(content), views);
  }

  /** Traits written by the kernel. */
  write(traits) {
    Object.assign(this.traits, traits);
    for (const [name, value] of Object.entries(traits)) this.fire(`change:${name}`, this, value);
    this.fire("change", this);
  }
}

function bytesIn(buffer) {
  return ArrayBuffer.isView(buffer) ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength) : new Uint8Array(buffer);
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

function loadStyle(name) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = STATIC + name;
    link.onload = resolve;
    link.onerror = () => reject(new Error(`no ${name}`));
    document.head.append(link);
  });
}

/** Load a view's module and styles, and initialize it on a new fake model. */
export async function open(name, traits = {}) {
  const styles = ["theme.css", `${name}.css`, ...(MORE_STYLES[name] ?? [])].map(loadStyle);
  const [module] = await Promise.all([import(`${STATIC}${name}.js`), ...styles]);
  const definition = typeof module.default === "function" ? await module.default() : module.default;
  const widget = new FakeWidget(new FakeModel(traits), definition);
  await widget.initialize();
  window.nbl.widget = widget;
  return widget;
}

window.nbl = { open, FakeModel, widget: null };
