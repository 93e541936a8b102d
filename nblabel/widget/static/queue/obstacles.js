// Why an answer is not taken at the moment, in words.

import { TEXT } from "../shared/text.js";

const DOUBLE_PRESS_MS = 150;

/**
 * Why an answer cannot be taken, "" when it can.
 * @param {import("./controller.js").QueueController} controller
 * @param {import("./keys.js").Command} command
 * @param {string | undefined} label
 * @param {string} choice
 */
export function obstacleTo(controller, command, label, choice) {
  const {
    context,
    queue: { current },
  } = controller;
  if (context.closed) return TEXT.panel.closed(context.closed);
  if (!current) return TEXT.queue.nothingToAnswer;
  if (choice === controller.lastChoice && isTooSoon(controller.shownAt))
    return TEXT.queue.sameKeyTwice;
  const agrees = command.name === "accept" && controller.kept === null;
  if (agrees && isTooSoon(controller.predictedAt)) return TEXT.queue.predictionChanged;
  if (command.name === "accept" && !label) {
    const shown = context.model.get("show_prediction");
    return shown ? TEXT.queue.noPredictionYet : TEXT.queue.hiddenPrediction;
  }
  if (label && context.media.isMissing(current)) return TEXT.queue.stillLoading(context.noun);
  return "";
}

/** @param {number} since */
function isTooSoon(since) {
  return performance.now() - since < DOUBLE_PRESS_MS;
}
