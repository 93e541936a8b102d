// Saves the map as it is on the plane as a file of the browser.

import { h, setAttribute } from "../shared/dom.js";
import { offerFile } from "../shared/download.js";
import { listen, reportPageError } from "../shared/errors.js";
import { TEXT } from "../shared/text.js";
import { drawFigure, drawPoints, figureOf } from "./figure.js";
import { figureSvg } from "./figure_svg.js";

const FILE_NAME = "map";

export class SaveBar {
  /** @param {import("./view.js").CanvasView} view */
  constructor(view) {
    this.view = view;
    this.field = h("input", {
      type: "text",
      placeholder: TEXT.map.figureTitle,
      "aria-label": TEXT.map.figureTitle,
      autocomplete: "off",
    });
    const kinds = /** @type {const} */ (["png", "svg"]).map((kind) =>
      h("button", {
        type: "button",
        text: TEXT.map.saveAs(kind.toUpperCase()),
        onClick: () => this.save(kind),
      }),
    );
    const done = h("button", { type: "button", text: TEXT.close, onClick: () => this.close() });
    this.el = h(
      "form",
      { class: "nbl-map-save", "aria-label": TEXT.map.save, hidden: true },
      this.field,
      ...kinds,
      done,
    );
    listen(this.el, "submit", (/** @type {Event} */ event) => event.preventDefault());
    listen(this.el, "keydown", (event) => this.hearKey(event));
  }

  toggle() {
    if (!this.el.hidden) return this.close();
    this.el.hidden = false;
    setAttribute(this.view.tools.save, "aria-expanded", "true");
    this.field.focus({ preventScroll: true });
  }

  close() {
    this.el.hidden = true;
    setAttribute(this.view.tools.save, "aria-expanded", "false");
    this.view.focus();
  }

  /** @param {KeyboardEvent} event */
  hearKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    event.stopPropagation(); // no letter is a command here
    const enters = event.key === "Enter" && event.target === this.field;
    if (enters) this.save("png");
    if (event.key === "Escape" && !event.isComposing) this.close();
    else if (!enters) return;
    event.preventDefault();
  }

  /** @param {"png" | "svg"} kind */
  save(kind) {
    const { view } = this;
    if (!view.scene.camera.width || !view.context.map.n) return view.say(TEXT.map.preparing);
    const figure = figureOf(view, this.field.value.trim());
    const points = drawPoints(view.scene);
    if (kind === "svg")
      offerFile(
        new Blob([figureSvg(figure, view.scene, points)], { type: "image/svg+xml" }),
        `${FILE_NAME}.svg`,
      );
    else offerCanvas(drawFigure(figure, points));
    view.say(TEXT.map.savedAs(`${FILE_NAME}.${kind}`));
  }
}

/** @param {HTMLCanvasElement} canvas */
function offerCanvas(canvas) {
  canvas.toBlob((blob) => {
    if (blob) offerFile(blob, `${FILE_NAME}.png`);
    else reportPageError(new Error(TEXT.map.tooLarge));
  });
}
