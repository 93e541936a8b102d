// Looking at the questions that come next without an answer, and back again.

import { shortWords } from "../shared/media.js";
import { TEXT } from "../shared/text.js";

/**
 * @param {import("./controller.js").QueueController} controller
 * @param {number} step 1 to the next one, -1 to the one before
 */
export function peek(controller, step) {
  const { queue, context } = controller;
  controller.browsing = null;
  if (!queue.look(step)) return controller.say(step < 0 ? TEXT.look.first : TEXT.look.last);
  const { current, passed } = queue;
  controller.note = passed.length ? TEXT.look.passed(passed.length) : "";
  controller.render();
  controller.fetchMissing();
  controller.askMore();
  if (!current) return;
  const short = shortWords(context.media.of(current));
  context.say(`${TEXT.queue.next(context.noun, current.id, short)} ${controller.note}`.trim());
}
