import { MapState } from "./map_state.js";
import { MapView } from "./map_view.js";

// The map of the pool: one state for the widget, any number of views of it.

export default () => {
  /** @type {MapState} */
  let state;

  /** @param {{model: any}} context */
  function initialize({ model }) {
    state = new MapState(model);
    state.open();
    return () => state.close();
  }

  /** @param {{el: HTMLElement}} context */
  function render({ el }) {
    const life = new AbortController();
    new MapView(state, el, life.signal);
    return () => life.abort();
  }

  return { initialize, render };
};
