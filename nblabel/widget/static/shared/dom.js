// Small helpers to build and patch elements. Text only ever enters through textContent.

import { listen } from "./errors.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element. Props: `class`, `text`, `dataset`, `style` objects, `on<Event>` listeners;
 * booleans become present/absent attributes, everything else an attribute.
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...(Node | string | null)} children
 * @returns {any}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "text") element.textContent = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "style") Object.assign(element.style, value);
    else if (name.startsWith("on")) listen(element, name.slice(2).toLowerCase(), value);
    else setAttribute(element, name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * Make an element of a drawing.
 * @param {string} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...(Node | string)} children
 * @returns {any}
 */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {any} value
 */
export function setAttribute(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/**
 * Set text only where it changed, so that selections and live regions are left alone.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Give `parent` one child per key, in order. A child that is there already is kept as it is, with
 * its focus; only new ones are made.
 * @param {Element} parent
 * @param {string[]} keys
 * @param {(key: string) => HTMLElement} make
 * @returns {HTMLElement[]}
 */
export function patchChildren(parent, keys, make) {
  const children = /** @type {HTMLElement[]} */ ([...parent.children]);
  const byKey = new Map(children.map((child) => [child.dataset.key, child]));
  const nodes = keys.map((key) => {
    const node = byKey.get(key) ?? make(key);
    node.dataset.key = key;
    return node;
  });
  for (const child of children) if (!nodes.includes(child)) child.remove();
  nodes.forEach((node, i) => {
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
  });
  return nodes;
}

/**
 * A unique name for an event of the log.
 * @returns {string}
 */
export function makeUid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
