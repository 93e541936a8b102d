// Elements for a text that somebody wrote in Markdown. The kernel sends a tree of the few elements
// that there may be; what is in them is always text.

import { h } from "./dom.js";

/** @typedef {string | {tag: string, children: Marked[], href?: string}} Marked */

const BLOCKS = "p h3 h4 h5 h6 ul ol li pre blockquote hr table thead tbody tr th td";
const TAGS = new Set(`${BLOCKS} strong em del code br a`.split(" "));
const LINKS = /^(https?|mailto):/i;

/**
 * @param {Marked[]} nodes
 * @returns {(Node | string)[]}
 */
export function markedElements(nodes) {
  return nodes.flatMap((node) => {
    if (typeof node === "string") return [node];
    const children = markedElements(node.children);
    if (!TAGS.has(node.tag)) return children;
    if (node.tag !== "a") return [h(node.tag, {}, ...children)];
    if (!LINKS.test(node.href ?? "")) return children;
    // whoever follows it leaves the panel open, and the page there does not get hold of it
    const props = { href: node.href, target: "_blank", rel: "noopener noreferrer" };
    return [h("a", props, ...children)];
  });
}
