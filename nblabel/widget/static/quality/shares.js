// Choices among shares. The one in force need not be among the usual ones.

import { h } from "../shared/dom.js";
import { shareText } from "../shared/format.js";
import { TEXT } from "../shared/text.js";

/**
 * @param {number[]} shares
 * @param {(share: number) => string} [text]
 * @returns {HTMLOptionElement[]}
 */
export function shareOptions(shares, text = shareText) {
  return shares.map((share) => h("option", { value: String(share), text: text(share) }));
}

/**
 * Show a share, which is added where it is not there.
 * @param {HTMLSelectElement} select
 * @param {number} share
 */
export function selectShare(select, share) {
  const known = [...select.options].some((option) => option.value === String(share));
  if (!known) select.append(...shareOptions([share]));
  select.value = String(share);
}

/**
 * A choice, with its name, of how large a share of something it is.
 * @param {string} name
 * @param {string} title
 * @param {number[]} usual
 * @param {string} noun what it is a share of
 * @param {(share: number) => void} choose
 */
export function buildShareSelect(name, title, usual, noun, choose) {
  const select = h("select", {
    "aria-label": name,
    title,
    onChange: () => choose(Number(select.value)),
  });
  const node = h("label", {}, h("span", { text: name }), select);
  /** @param {number} share */
  const text = (share) => (share ? TEXT.quality.shareOf(share, noun) : TEXT.quality.off);
  /** @param {number} share */
  const show = (share) => {
    const shares = usual.includes(share) ? usual : [...usual, share].sort((a, b) => a - b);
    if (select.options.length !== shares.length)
      select.replaceChildren(...shareOptions(shares, text));
    select.value = String(share);
  };
  return { node, show };
}
