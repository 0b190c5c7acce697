/** What the page is about, the clips to choose from, and the theme. */

import { h, say } from "./dom.js";
import { DEFAULTS } from "./state.js";
import { takePart } from "./take.js";

const OWN = "Your own function";

/** @param {import("./app.js").App} app @returns {import("./app.js").Part & { dialog: HTMLDialogElement }} */
export function headerPart(app) {
  const title = h("h1", {});
  const { presets } = app;
  const menu = h(
    "select",
    { "aria-label": "Clips of the lecture", "data-knob": "clip", onchange: () => choose(menu.value) },
    h("option", { value: "" }, "clips of the lecture…"),
    ...presets.map((preset) => h("option", { value: preset.name }, preset.title)),
  );
  menu.hidden = presets.length < 2;
  const choose = (/** @type {string} */ name) => {
    const preset = presets.find((one) => one.name === name);
    const { theme } = app.view().state;
    if (preset) app.set({ ...DEFAULTS, ...preset.state, clip: name, theme });
    menu.value = "";
  };
  const theme = h("button", {
    type: "button",
    class: "theme",
    onclick: () => app.set({ theme: app.view().theme === "dark" ? "light" : "dark" }),
  });
  const take = takePart(app);
  return {
    element: h("header", {}, title, menu, h("div", { class: "tools" }, theme, take.button)),
    dialog: take.dialog,
    update({ state, theme: now, derived }) {
      const preset = presets.find((one) => one.name === state.clip);
      const isAsFilmed = preset && preset.state.objective === state.objective;
      const isNamed = state.objective in app.formulas.objectives;
      say(title, preset && isAsFilmed ? preset.title : isNamed ? headline(derived.objective.title) : OWN);
      theme.textContent = now === "dark" ? "☀" : "☾";
      theme.setAttribute("aria-label", now === "dark" ? "light theme" : "dark theme");
      theme.title = now === "dark" ? "light theme, for bright rooms" : "dark theme";
    },
  };
}

/** @param {string} title */
const headline = (title) => title.charAt(0).toUpperCase() + title.slice(1);
