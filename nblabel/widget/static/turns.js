// The messages of a page are numbered: on their way to the kernel one may overtake another.

import { makeUid } from "./dom.js";

/**
 * @param {any} model
 * @returns {(content: Record<string, any>, buffers?: ArrayBuffer[]) => void} sends, or throws where it cannot
 */
export function inTurn(model) {
  const page = makeUid();
  let turn = 0;
  return (content, buffers = []) => {
    model.send({ ...content, page, turn }, undefined, buffers);
    turn += 1; // not where it threw: nobody waits for what was never sent
  };
}
