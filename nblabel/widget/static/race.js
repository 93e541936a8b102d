// The entry of a race's chart: learning curves side by side, drawn anew after each label.

import { drawCurve } from "./quality/chart.js";
import { h } from "./shared/dom.js";
import { guarded } from "./shared/errors.js";
import { followTheme } from "./shared/host_theme.js";
import { RACE_TEXT } from "./shared/race_text.js";
import { makeWays } from "./shared/ways.js";

const SIZE_OF_RACE = { width: 680, height: 300 };

/** @typedef {{name: string, points: [number, number][]}} Curve */
/** `length`: how many labels the race is of.
 * @typedef {{curves: Curve[], caption: string, length: number}} Drawn */

/** @param {Drawn} drawn */
function drawRace({ curves, caption, length }) {
  const given = curves.flatMap(({ points }) => points.map(([n]) => n));
  const lines = curves.map(({ name, points }) => ({
    name,
    points: points.map(([x, y]) => ({ x, y, text: RACE_TEXT.point(x, y) })),
  }));
  const chart = {
    title: caption || RACE_TEXT.title,
    lines,
    x: { max: Math.max(length, ...given), text: RACE_TEXT.labels, count: true },
    y: { max: 1 },
    size: SIZE_OF_RACE,
  };
  return drawCurve(chart, makeWays());
}

export default {
  /** @param {{model: import("@anywidget/types").AnyModel<{drawn: Drawn}>, el: HTMLElement}} host */
  render({ model, el }) {
    const life = new AbortController();
    const place = h("div");
    el.classList.add("nbl-view", "nbl-race");
    followTheme(el, life.signal);
    el.append(place);
    const draw = guarded(() => place.replaceChildren(drawRace(model.get("drawn"))));
    model.on("change:drawn", draw);
    draw();
    return () => {
      life.abort();
      model.off("change:drawn", draw);
    };
  },
};
