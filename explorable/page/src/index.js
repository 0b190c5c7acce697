/**
 * The page as anywidget wants a widget: it touches nothing but `model.get`, `set`, `save_changes`, `on` and `el`. So it
 * runs in a notebook, on a page with the shim of `shim.js`, and wherever else somebody offers these four.
 */

import { showPage } from "./view/page.js";

/**
 * `formulas` is what the compiler wrote: an object, or its text, which a notebook hands over as a trait.
 * @param {{ model: import("./view/types.js").Model, el: HTMLElement }} host
 */
async function render({ model, el }) {
  const given = model.get("formulas");
  return showPage(model, typeof given === "string" ? await evaluated(given) : given, el);
}

/** @param {string} text an expression */
async function evaluated(text) {
  const url = URL.createObjectURL(new Blob([`export default ${text}`], { type: "text/javascript" }));
  const { default: formulas } = await import(/* @vite-ignore */ url);
  URL.revokeObjectURL(url);
  return formulas;
}

export default { render };
