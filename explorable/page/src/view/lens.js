/** What stands beside the map, one at a time: inside a step, the plane of runs, the surface, the data. */

import { dataPart } from "./data.js";
import { h } from "./dom.js";
import { planePart } from "./plane.js";
import { stepPart } from "./step.js";
import { hasWebGL, surfacePart } from "./surface.js";

/** @typedef {import("./app.js").View} View */
/** @typedef {import("./app.js").Part} Part */

/** @type {[string, string, (app: import("./app.js").App) => Part, (view: View) => boolean][]} */
const LENSES = [
  ["data", "data", dataPart, ({ derived }) => Boolean(derived.objective.data)],
  ["surface", "surface", surfacePart, ({ derived }) => derived.objective.variables.length === 2],
  ["step", "inside a step", stepPart, () => true],
  ["plane", "learning rate × momentum", planePart, () => true],
];

/** The lens that a view asks for, if there is one for this objective. @param {View} view */
export function lensOf(view) {
  const fitting = LENSES.filter(([, , , fits]) => fits(view)).map(([name]) => name);
  if (fitting.includes(view.state.lens)) return view.state.lens;
  return fitting.find((name) => name !== "surface" || hasWebGL()) ?? "step";
}

/** @param {import("./app.js").App} app @returns {Part} */
export function lensPart(app) {
  const uid = Math.random().toString(36).slice(2, 8);
  const tabs = LENSES.map(([name, title]) =>
    h(
      "button",
      { type: "button", role: "tab", id: `${uid}-${name}`, "data-lens": name, onclick: () => app.set({ lens: name }) },
      title,
    ),
  );
  const panel = h("div", { class: "panel", role: "tabpanel" });
  const bar = h("div", { class: "tabs", role: "tablist", "aria-label": "Beside the map" }, ...tabs);
  bar.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    const open = tabs.filter((tab) => !tab.hidden);
    const next = open[(open.indexOf(/** @type {any} */ (document.activeElement)) + way + open.length) % open.length];
    next.focus();
    next.click();
    event.preventDefault();
  });
  /** @type {Map<string, Part>} made when they are first looked at */
  const made = new Map();
  return {
    element: h("section", { class: "lens" }, bar, panel),
    late: true,
    update(view) {
      const now = lensOf(view);
      LENSES.forEach(([name, , make, fits], k) => {
        tabs[k].hidden = !fits(view);
        tabs[k].setAttribute("aria-selected", String(name === now));
        tabs[k].tabIndex = name === now ? 0 : -1;
        if (name !== now) return;
        if (!made.has(name)) made.set(name, make(app));
        const { element, update } = /** @type {Part} */ (made.get(name));
        if (panel.firstChild !== element) panel.replaceChildren(element);
        panel.setAttribute("aria-labelledby", tabs[k].id);
        update(view);
      });
    },
  };
}
