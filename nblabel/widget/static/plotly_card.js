import { Card } from "./card.js";
import { mediaOf } from "./media.js";
import { bytesOf } from "./pixels.js";

// The card over a plotly map. Plotly tells the kernel which point is under the pointer, and the kernel
// sends its picture here.

const MAP = ".nbl-plotly-map";
const FIGURE = ".js-plotly-plot";

export default () => ({
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    const life = new AbortController();
    const card = new Card();
    el.classList.add("nbl-view", "nbl-plotly-card");
    el.append(card.el);
    /** Where the pointer is over the figure. @type {[number, number] | null} */
    let pointer = null;

    /** @param {PointerEvent} event */
    const follow = ({ target, clientX, clientY }) => {
      const figure = target instanceof Element && target.closest(FIGURE);
      pointer = figure && el.closest(MAP)?.contains(figure) ? [clientX, clientY] : null;
      if (!pointer) card.el.hidden = true;
    };

    /** @param {any} content @param {DataView[]} buffers */
    const hear = ({ type, item, text }, buffers) => {
      const map = el.closest(MAP);
      if (type !== "picture" || !pointer || !map) {
        card.el.hidden = true;
        return;
      }
      const position = mediaOf(item)?.buffer ?? null;
      card.fill(item, text, position === null ? null : bytesOf(buffers[position]), model.get("classes"));
      const { left, top, width, height } = map.getBoundingClientRect();
      card.place([pointer[0] - left, pointer[1] - top], { width, height });
    };

    addEventListener("pointermove", follow, { signal: life.signal });
    model.on("msg:custom", hear);
    return () => {
      life.abort();
      model.off("msg:custom", hear);
    };
  },
});
