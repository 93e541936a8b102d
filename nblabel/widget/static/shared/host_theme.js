// The theme of the page that a panel is in. JupyterLab names its colours; other front ends (marimo,
// VS Code, Colab) do not, but their text is light where their page is dark.

import { guarded, listen, nextFrame } from "./errors.js";

/** What front ends change when another theme is chosen, at the root of the page or its body. */
const THEME_ATTRIBUTES = [
  ...["class", "style", "theme", "data-theme"],
  ...["data-jp-theme-light", "data-jp-theme-name", "data-vscode-theme-kind"],
];
const THEME_QUERIES = [
  "(prefers-color-scheme: dark)",
  "(forced-colors: active)",
  "(prefers-contrast: more)",
];
/** Of 255. */
const LIGHT_TEXT = 140;

/**
 * Act whenever the page may have other colours.
 * @param {() => void} act
 * @param {AbortSignal} signal ends it
 */
export function onThemeChange(act, signal) {
  const themes = new MutationObserver(guarded(act));
  for (const root of [document.body, document.documentElement])
    themes.observe(root, { attributeFilter: THEME_ATTRIBUTES });
  for (const query of THEME_QUERIES) listen(matchMedia(query), "change", act, { signal });
  signal.addEventListener("abort", () => themes.disconnect());
}

/**
 * Give a view the dark colours of theme.css where it is in a dark page that names no colours. Call
 * this before anything in the view reads them.
 * @param {HTMLElement} el
 * @param {AbortSignal} signal
 */
export function followTheme(el, signal) {
  const look = () => {
    const root = el.getRootNode();
    const around = el.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
    if (around) el.classList.toggle("nbl-dark", isDark(getComputedStyle(around)));
  };
  onThemeChange(look, signal);
  look();
  // a front end may put the view into the page after it was drawn
  if (!el.isConnected) nextFrame(look);
}

/** @param {CSSStyleDeclaration} style */
function isDark(style) {
  if (style.getPropertyValue("--jp-layout-color1").trim()) return false;
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })
  );
  context.fillStyle = style.color; // in whatever way a theme writes it
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return 0.3 * red + 0.59 * green + 0.11 * blue > LIGHT_TEXT;
}
