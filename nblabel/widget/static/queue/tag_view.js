// What is there in place of accepting one label, where an item may have several tags: the tags that
// are predicted, and the button that confirms those that are pressed.

import { h, setAttribute, setText } from "../shared/dom.js";
import { TEXT } from "../shared/text.js";
import { commandButton } from "./answers.js";

/** @typedef {import("./tags.js").TagController} TagController */

/**
 * @param {TagController} controller
 * @param {import("./answers.js").Run} run
 */
export function buildTagPrediction(controller, run) {
  const tags = h("strong");
  const words = h(
    "p",
    { class: "nbl-prediction-words" },
    h("span", { text: TEXT.queue.prediction }),
    tags,
  );
  const take = commandButton("takeOver", TEXT.tags.takeOver, run);
  take.setAttribute("aria-label", TEXT.tags.takeOverLabel);
  take.title = TEXT.tags.takeOverLabel;
  const toggle = commandButton("prediction", TEXT.queue.hide, run);
  const node = h("div", { class: "nbl-prediction nbl-tag-prediction" }, words, take, toggle);
  const render = () => {
    const { predicted, doubted, context } = controller;
    const shown = Boolean(context.model.get("show_prediction"));
    const none = shown ? TEXT.queue.noPrediction : TEXT.queue.predictionHidden;
    const found = doubted.length ? TEXT.tags.suggested(doubted) : null;
    setText(tags, found ?? (predicted ? TEXT.tags.predicted(predicted) : none));
    tags.title = tags.textContent;
    const any = doubted.length || predicted?.length;
    setAttribute(node, "data-state", any ? "prediction" : "none");
    const acts = any && !context.closed;
    take.title = doubted.length ? TEXT.tags.useSuggested : TEXT.tags.takeOverLabel;
    take.setAttribute("aria-label", take.title);
    setAttribute(take, "aria-disabled", acts ? null : "true");
    setText(toggle.firstChild, shown ? TEXT.queue.hide : TEXT.queue.show);
    toggle.setAttribute(
      "aria-label",
      shown ? TEXT.queue.hidePrediction : TEXT.queue.showPrediction,
    );
  };
  return { node, render };
}

/**
 * @param {TagController} controller
 * @param {import("./answers.js").Run} run
 */
export function buildConfirm(controller, run) {
  const button = commandButton("accept", "", run);
  button.classList.add("nbl-primary");
  const node = h("div", { class: "nbl-confirm" }, button);
  const render = () => {
    const { context, pressed, queue } = controller;
    setText(button.firstChild, TEXT.tags.confirm(pressed));
    button.title = button.firstChild.textContent;
    const acts = queue.current && !context.closed;
    setAttribute(button, "aria-disabled", acts ? null : "true");
  };
  return { node, render };
}
