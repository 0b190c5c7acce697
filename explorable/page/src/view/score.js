/** The rules on show, each with its error where the run is looked at, and with what became of it in words. */

import { h, mathematics, say } from "./dom.js";
import { figure, steady } from "./numbers.js";
import { sharedBy } from "./state.js";
import { focused } from "./step.js";
import { U_TURN, arrival, uTurns } from "./words.js";

/** @typedef {import("./app.js").View} View */
/** @typedef {import("./derive.js").Track} Track */

/** @param {import("./app.js").App} app @returns {import("./app.js").Part} */
export function scorePart(app) {
  const list = h("ul", { class: "score" });
  const ghost = h("p", { class: "quiet ghost-line" });
  /** @type {Map<string, ReturnType<typeof row>>} */
  const rows = new Map();
  let shownGhost = "";
  return {
    element: h("section", { "aria-label": "What became of the runs" }, list, ghost),
    update(view) {
      const { tracks, ghosts, refused } = view.derived;
      const wanted = view.state.rules.filter((rule) => app.formulas.rules[rule]);
      for (const rule of wanted) if (!rows.has(rule)) rows.set(rule, row(app, rule));
      const shown = wanted.map((rule) => /** @type {ReturnType<typeof row>} */ (rows.get(rule)));
      if (shown.length !== list.children.length || shown.some(({ element }, k) => list.children[k] !== element)) {
        list.replaceChildren(...shown.map(({ element }) => element));
      }
      list.classList.toggle("many", shown.length > 3);
      shown.forEach((one, k) => {
        const track = tracks.find(({ rule }) => rule === wanted[k]);
        one.update(view, track, refused[wanted[k]] ?? "");
      });
      const tale = ghosts.map(({ title, run, h: settings }) => {
        const last = figure(run.values[Math.min(Math.floor(view.step), run.endedAt)]);
        return `${title} (${letters(app, title, settings)}) ${last}`;
      });
      const line = tale.length ? `Ghost: ${tale.join("; ")}` : "";
      if (line !== shownGhost) ghost.replaceChildren(...mathematics(line));
      shownGhost = line;
      ghost.hidden = !tale.length;
    },
  };
}

/** @param {import("./app.js").App} app @param {string} title @param {Record<string, any>} settings */
function letters(app, title, settings) {
  const rule = Object.values(app.formulas.rules).find((one) => one.title === title);
  const entries = rule?.hyperparameters.filter(({ name }) => name === "learning_rate" || name === "momentum") ?? [];
  return entries.map(({ name, symbol }) => `*${symbol}* ${figure(settings[name])}`).join(", ");
}

/** @param {import("./app.js").App} app @param {string} name */
function row(app, name) {
  const rule = app.formulas.rules[name];
  const title = h("button", {
    type: "button",
    class: "name",
    title: "look into this rule's steps",
    onclick: () => app.set({ focus: name }),
  });
  title.textContent = rule.title;
  const settings = h("span", { class: "settings" });
  const value = h("output", { class: "value", "aria-label": `error of ${rule.title}` });
  const tale = h("p", { class: "tale", title: U_TURN });
  const element = h("li", {}, h("div", { class: "line" }, title, settings, value), tale);
  let shownSettings = "";
  return {
    element,
    /** @param {View} view @param {Track | undefined} track @param {string} wrong */
    update(view, track, wrong) {
      element.style.setProperty("--rule", rule.colors[view.theme]);
      title.setAttribute("aria-pressed", String(focused(view)?.rule === name));
      if (!track) {
        say(value, "");
        return say(tale, wrong);
      }
      const markup = rule.hyperparameters
        .filter(
          (entry) => entry.kind === "number" && (sharedBy(name, entry.name) || track.h[entry.name] !== entry.default),
        )
        .map((entry) => `*${entry.symbol}* = ${figure(Number(track.h[entry.name]))}`)
        .join(", ");
      if (markup !== shownSettings) settings.replaceChildren(...mathematics(markup));
      shownSettings = markup;
      const { run } = track;
      const k = Math.floor(view.step + 1e-9);
      say(value, k > run.endedAt || !Number.isFinite(run.values[k]) ? ended(run) : steady(run.values[k]));
      value.classList.toggle("words", k > run.endedAt || !Number.isFinite(run.values[k]));
      say(tale, `${run.turns.length ? "○ " : ""}${uTurns(run.turns.length)} · ${arrival(run, view.derived.tolerance)}`);
    },
  };
}

/** @param {Track["run"]} run */
const ended = (run) => (run.divergedAt !== null ? "diverged" : "stopped");
