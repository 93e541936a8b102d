// The tools for looking closely: how large the picture is, its light, and what is beside it.

import { h, setAttribute, setText } from "./dom.js";
import { listen } from "./errors.js";
import { lookKeyOf } from "./look_keys.js";
import { TEXT } from "./text.js";

/** @param {import("./looking.js").Looking} looking */
export function buildLookTools(looking) {
  const { light, main, zoom } = looking;
  /** @param {"zoomIn" | "zoomOut" | "light" | "besidePicture"} name @param {Node} face */
  const tool = (name, face) => {
    const shown = lookKeyOf(name);
    const key = h("kbd", { text: shown, "aria-hidden": "true" });
    const title = TEXT.look.keys[name];
    const props = { type: "button", class: `nbl-do-${name}`, title };
    const shortcut = { "aria-keyshortcuts": shown, onClick: () => looking.run(name) };
    return h("button", { ...props, ...shortcut }, face, key);
  };
  /** @param {string} text */
  const unseen = (text) => h("span", { class: "nbl-hidden", text });
  const percent = h("button", {
    type: "button",
    class: "nbl-zoom",
    title: TEXT.look.zoomTitle,
    onClick: () => looking.run(zoom.isWhole ? "full" : "whole"),
  });
  const lightButton = tool("light", h("span", { text: TEXT.look.light }));
  const column = h("span");
  const columnButton = tool("besidePicture", column);
  const loading = h("span", { class: "nbl-look-note" });
  const line = h(
    "div",
    { class: "nbl-tool-row" },
    tool("zoomOut", unseen(TEXT.look.zoomOut)),
    percent,
    tool("zoomIn", unseen(TEXT.look.zoomIn)),
    lightButton,
    columnButton,
    loading,
  );
  const brightness = buildSlider(TEXT.look.brightness);
  const contrast = buildSlider(TEXT.look.contrast);
  const range = h("span", { class: "nbl-look-note" });
  const lighten = () => {
    light.set(Number(brightness.input.value) / 100, Number(contrast.input.value) / 100);
    looking.relight();
  };
  const dim = () => {
    brightness.input.value = contrast.input.value = "0";
    lighten();
  };
  const reset = h("button", { type: "button", text: TEXT.look.reset, onClick: dim });
  const sliders = [brightness.node, contrast.node, reset, range];
  const lighting = h("div", { class: "nbl-lighting", hidden: true }, ...sliders);
  for (const { input } of [brightness, contrast]) listen(input, "input", lighten);
  listen(lighting, "keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    looking.run("light");
  });
  const props = { class: "nbl-tools", role: "group", "aria-label": TEXT.look.tools, hidden: true };
  const node = h("div", props, line, lighting);
  const render = () => {
    const { columns, hasRoom, isLighting } = looking;
    const beside = columns[looking.column];
    const isUsed = hasRoom || !zoom.isWhole || isLighting || !light.isUsual;
    node.hidden = !((looking.isPicture && isUsed) || beside || (hasRoom && columns.length));
    setText(percent, TEXT.look.zoomed(main.magnification));
    const waits = looking.stages.some((stage) => stage.closeups.isWaiting);
    setText(loading, waits ? TEXT.look.loading : "");
    lighting.hidden = !isLighting;
    setAttribute(lightButton, "aria-expanded", String(isLighting));
    columnButton.hidden = !columns.length;
    setText(column, beside ? TEXT.look.beside(beside) : TEXT.look.noBeside);
    const values = main.closeup?.range;
    setText(range, values ? TEXT.look.range(...values) : "");
  };
  return { node, render, focusLight: () => brightness.input.focus() };
}

/**
 * A slider from -100 to 100.
 * @param {string} label
 */
function buildSlider(label) {
  const input = h("input", { type: "range", min: -100, max: 100, step: 1, value: 0 });
  const node = h("label", { class: "nbl-slider" }, h("span", { text: label }), input);
  return { node, input };
}
