// What an hour of labeling costs.

import { h } from "../shared/dom.js";
import { listen } from "../shared/errors.js";
import { TEXT } from "../shared/text.js";

/**
 * A field for the hourly rate; empty where nobody said.
 * @param {import("../shared/context.js").PanelContext} context
 */
export function buildRate(context) {
  const field = h("input", {
    type: "number",
    min: "0",
    step: "any",
    inputmode: "decimal",
    title: TEXT.status.rateTitle,
  });
  const node = h("label", { class: "nbl-rate" }, h("span", { text: TEXT.status.rate }), field);
  const text = () => String(context.model.get("hourly_rate") ?? "");
  const send = () => {
    if (field.value === text() || !field.validity.valid) return;
    const sent = context.send({ type: "rate", rate: Number(field.value) || null });
    if (!sent) field.value = text();
  };
  listen(field, "change", send);
  listen(field, "keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    send();
  });
  const render = () => {
    field.value = text();
  };
  return { node, render };
}
