// Line icons, drawn in the text's colour.

import { svg } from "../shared/dom.js";

const MAP_ICONS = {
  move:
    "M10 2.5v15M2.5 10h15M10 2.5 7.8 4.8M10 2.5l2.2 2.3M10 17.5l-2.2-2.3M10 17.5l2.2-2.3" +
    "M2.5 10l2.3-2.2M2.5 10l2.3 2.2M17.5 10l-2.3-2.2M17.5 10l-2.3 2.2",
  lasso:
    "M6.2 13.3C3.9 12.3 2.5 10.7 2.5 8.9c0-3.3 3.4-5.9 7.5-5.9s7.5 2.6 7.5 5.9" +
    "-3.4 5.9-7.5 5.9c-.8 0-1.5-.1-2.2-.3" +
    "M7.9 13.6a1.7 1.7 0 1 1-3.4 0 1.7 1.7 0 0 1 3.4 0ZM6 15.3c.1 1.2-.4 1.9-1.6 2.4",
  box:
    "M3.5 6.5v-3h3M9 3.5h2M13.5 3.5h3v3M16.5 9v2M16.5 13.5v3h-3" +
    "M11 16.5H9M6.5 16.5h-3v-3M3.5 11V9",
  zoomIn: "M10 4.5v11M4.5 10h11",
  zoomOut: "M4.5 10h11",
  reset: "M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4",
  names: "M3 15.5 7.2 4.5h.6l4.2 11M4.5 11.8h6M14 9.5h3.5M14 12.5h3.5M14 15.5h3.5",
  pictures:
    "M2.5 4.5h15v11h-15zM2.5 13l4-4 3.5 3.5 2.5-2.5 5 4.5M13.8 7.9a1 1 0 1 1-2 0 1 1 0 0 1 2 0Z",
  filter: "M3 4h14l-5.5 6.6v5.4l-3-1.6v-3.8z",
  save: "M10 3v9M6.5 9 10 12.5 13.5 9M3.5 13v3.5h13V13",
  help: "M7.2 7.4c0-1.6 1.2-2.7 2.8-2.7s2.8 1.1 2.8 2.6c0 2-2.8 2.2-2.8 4.3M10 15v.3",
};

/**
 * @param {keyof typeof MAP_ICONS} name
 * @returns {SVGSVGElement}
 */
export function mapIcon(name) {
  return svg(
    "svg",
    { viewBox: "0 0 20 20", "aria-hidden": "true" },
    svg("path", { d: MAP_ICONS[name] }),
  );
}
