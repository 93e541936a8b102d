// The filters of the map: a form that opens below the toolbar, and what remains of the points.

import { h, setAttribute } from "../shared/dom.js";
import { FilterForm } from "../shared/filter_form.js";
import { focusedElement } from "../shared/focus.js";
import { TEXT } from "../shared/text.js";

export class FilterBar {
  /** @param {import("./view.js").CanvasView} view */
  constructor(view) {
    this.view = view;
    const { context, signal } = view;
    this.filter = context.map.filter;
    /** What the filters leave was said of this request. */
    this.saidFor = "";
    const leave = () => (this.form.el.contains(focusedElement()) ? this.close() : view.focus());
    const say = (/** @type {string} */ text) => view.say(text);
    this.form = new FilterForm(context, signal, { say, leave });
    const { el, summary } = this.form;
    el.classList.add("nbl-filter-form");
    el.hidden = true;
    el.append(h("button", { type: "button", text: TEXT.close, onClick: () => this.close() }));
    this.el = h("div", { class: "nbl-filter" }, el, summary);
    view.on("filter", () => this.render());
    view.on("criteria", () => this.show());
    view.onTrait("classes", () => this.isOpen && this.form.build());
  }

  get isOpen() {
    return !this.form.el.hidden;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    this.form.el.hidden = false;
    this.form.open();
    this.show();
    this.form.row.querySelector("select, input")?.focus({ preventScroll: true });
  }

  close() {
    const { el, summary } = this.form;
    const hadFocus = [el, summary].some((one) => one.contains(focusedElement()));
    el.hidden = true;
    this.show();
    if (hadFocus) this.view.focus();
  }

  show() {
    setAttribute(this.view.tools.filter, "aria-expanded", String(this.isOpen));
    setAttribute(this.view.tools.filter, "aria-pressed", String(this.filter.isOn));
  }

  render() {
    const { filter, view } = this;
    const { isOn, n, problem, shown, text } = filter;
    this.show();
    const isFound = isOn && (shown !== null || problem !== "");
    if (isFound && filter.request !== this.saidFor) {
      view.say(text, n === 0 || problem !== "");
      this.saidFor = filter.request;
    }
    view.legend.update();
    view.updateLit();
  }
}
