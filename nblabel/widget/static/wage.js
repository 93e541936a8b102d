import { h } from "./dom.js";
import { inTurn } from "./turns.js";

/**
 * What an hour of labeling costs; empty where nobody said.
 * @param {any} model
 */
export function buildWage(model) {
  const field = h("input", { type: "number", min: "0", step: "any", inputmode: "decimal", title: "Money an hour, in any currency. Empty: no money is told." });
  const node = h("label", { class: "nbl-wage" }, h("span", { text: "Wage an hour" }), field);
  const text = () => String(model.get("wage") ?? "");
  const send = inTurn(model);
  const tell = () => {
    if (field.value === text() || !field.validity.valid) return;
    try {
      send({ type: "wage", wage: Number(field.value) || null });
    } catch {
      field.value = text(); // the kernel does not answer
    }
  };
  field.addEventListener("change", tell);
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    tell();
  });
  const render = () => {
    field.value = text();
  };
  return { node, render };
}
