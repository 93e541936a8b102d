import { MapView } from "./map_view.js";
import { widgetOf } from "./side_view.js";

// The map of the pool, drawn on a canvas.

export default () => widgetOf(MapView);
