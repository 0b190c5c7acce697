/** The parts of the page, in the order in which they are read. */

import { createApp } from "./app.js";
import { knobsPart, objectivePart, rulesPart } from "./controls.js";
import { h, say, settled } from "./dom.js";
import { headerPart } from "./header.js";
import { lensPart } from "./lens.js";
import { mapPart } from "./map.js";
import { scorePart } from "./score.js";
import { stripPart } from "./strip.js";
import { transportPart } from "./transport.js";
import { summary } from "./words.js";

const FOR_OTHERS = ["Tab", "Escape", "PageUp", "PageDown"]; // keys that whoever holds the page may want
const SPEAK_AFTER = 900; // milliseconds of rest after which a screen reader is told

/**
 * @param {import("./types.js").Model} model
 * @param {import("./types.js").Formulas} formulas
 * @param {HTMLElement} el
 * @returns {() => void} takes the page away again
 */
export function showPage(model, formulas, el) {
  // The attribute keeps a notebook from taking keys for its own commands.
  const root = h("div", { class: "explore", lang: "en", tabindex: -1, "data-lm-suppress-shortcuts": true });
  const app = createApp(model, formulas, root);
  const header = headerPart(app);
  const transport = transportPart(app);
  const spoken = h("p", { class: "unseen", role: "status" });
  const speak = settled((/** @type {import("./app.js").View} */ { derived }) => {
    say(spoken, derived.tracks.map(({ title, run }) => summary(title, run, derived.tolerance)).join(" "));
  }, SPEAK_AFTER);
  app.add({ element: spoken, update: speak });

  const main = h(
    "main",
    {},
    h("div", { class: "picture" }, app.add(mapPart(app)), app.add(transport)),
    h("div", { class: "controls" }, app.add(objectivePart(app)), app.add(rulesPart(app)), app.add(knobsPart(app))),
    h("div", { class: "outcome" }, app.add(scorePart(app)), app.add(stripPart(app)), app.add(lensPart(app))),
  );
  root.append(app.add(header), main, header.dialog, spoken);
  root.addEventListener("keydown", (event) => {
    const { target } = event;
    const typing =
      target instanceof HTMLElement && target.closest("input:not([type=range]), select, button, dialog, summary");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (transport.key(event)) event.preventDefault();
    if (!FOR_OTHERS.includes(event.key)) event.stopPropagation();
  });
  el.append(root);
  app.attach(spoken);
  return app.stop;
}
