/** What a reader turns: the objective, the rules, their knobs, and the run that is kept to compare with. */

import { UsageError } from "../core/errors.js";
import { findObjective } from "./derive.js";
import { h, mathematics, say, settled } from "./dom.js";
import { fittingRate } from "./fitting.js";
import { typesetText } from "./formula.js";
import { choice, knob } from "./knob.js";
import { MOST_STEPS, runOf, sharedBy, valueOf } from "./state.js";
import { letter } from "./words.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").View} View */
/** @typedef {import("./app.js").Part} Part */
/** @typedef {import("./types.js").HyperParameter} HyperParameter */

const TYPING = 250; // milliseconds after which what is being typed is read
const MOST_ON_KNOB = 2000;

/** What changes with the objective: nothing of the last one's places may stay. */
const FRESH = { start: null, view: null, data: null, tolerance: null, compare: null, scrub: null };

/** @param {App} app @returns {Part} */
export function objectivePart(app) {
  const names = Object.values(app.formulas.objectives);
  const groups = /** @type {[string, typeof names][]} */ ([
    ["Surfaces", names.filter(({ variables, data }) => variables.length === 2 && !data)],
    ["Curves", names.filter(({ variables }) => variables.length === 1)],
    ["From data", names.filter(({ data }) => data)],
  ]);
  const menu = h(
    "select",
    { "aria-label": "Objective", "data-knob": "objective", onchange: () => menu.value && pick(menu.value) },
    h("option", { value: "" }, "your own formula"),
    ...groups
      .filter(([, list]) => list.length)
      .map(([label, list]) =>
        h("optgroup", { label }, ...list.map(({ name, title }) => h("option", { value: name }, title))),
      ),
  );
  const field = h("input", {
    type: "text",
    class: "typed",
    "aria-label": "A formula of one or two variables",
    placeholder: "or type one: x^2 + 10*sin(y)^2",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "data-knob": "formula",
  });
  const mark = h("pre", { class: "mark" });
  const complaint = h("div", { class: "complaint", role: "alert", hidden: true });
  const formula = h("div", { class: "shown-formula" });
  const remark = h("p", { class: "quiet" });
  let shown = "";

  const pick = (/** @type {string} */ objective) => {
    complaint.hidden = true;
    const { momentum, steps } = app.view().state;
    const found = findObjective(app.formulas, objective);
    app.set({ objective, ...FRESH, learning_rate: fittingRate(found, momentum, steps, app.formulas.rules) });
  };
  const read = () => {
    const text = field.value.trim();
    if (!text) return complain("");
    try {
      const found = findObjective(app.formulas, text);
      if (found.variables.length > 2) throw tooMany(found.variables.length);
      complain("");
      if (text !== app.view().state.objective) pick(text);
    } catch (error) {
      complain(error instanceof Error ? error.message : String(error));
      if (!(error instanceof UsageError)) throw error;
    }
  };
  /** @param {string} message a sentence, and below it a mark under the place */
  const complain = (message) => {
    const [sentence, ...marked] = message.split("\n");
    complaint.hidden = !message;
    complaint.replaceChildren(h("p", {}, sentence), mark);
    mark.textContent = marked.map((line) => line.replace(/^ {4}/, "")).join("\n");
    mark.hidden = !marked.length;
    field.setAttribute("aria-invalid", String(Boolean(message)));
  };
  const later = settled(read, TYPING);
  field.addEventListener("input", later);
  field.addEventListener("keydown", (event) => event.key === "Enter" && read());

  return {
    element: h(
      "section",
      { class: "objective", "aria-label": "What is minimised" },
      menu,
      formula,
      field,
      complaint,
      remark,
    ),
    update({ derived: { objective }, state, wrong }) {
      const isNamed = state.objective in app.formulas.objectives;
      if (document.activeElement !== menu) menu.value = isNamed ? state.objective : "";
      if (wrong && document.activeElement !== field) {
        field.value = state.objective;
        complain(wrong);
      }
      if (shown === objective.name + objective.text) return;
      shown = objective.name + objective.text;
      formula.replaceChildren(...formulaOf(objective, app.formulas.vocabulary));
      say(remark, /** @type {{ remarks?: string[] }} */ (objective).remarks?.join(" ") ?? "");
      if (!isNamed && document.activeElement !== field && !wrong) field.value = state.objective;
      if (isNamed && document.activeElement !== field) field.value = "";
    },
  };
}

/** @param {number} count */
const tooMany = (count) =>
  new UsageError(`A page shows one or two variables, and this formula has ${count}: type a formula such as x^2 + y^2.`);

/** @param {import("./types.js").Objective} objective @param {any} vocabulary @returns {Node[]} */
function formulaOf({ text, variables }, vocabulary) {
  const head = mathematics(`*f*(*${variables.map(letter).join(", ")}*) = `);
  const set = typesetText(text, (name) => name in vocabulary.functions);
  return [h("span", { class: "plain", role: "img", "aria-label": text }, ...head, ...set)];
}

/** @param {App} app @returns {Part} */
export function rulesPart(app) {
  const chips = Object.values(app.formulas.rules).map((rule) => {
    const chip = h(
      "button",
      { type: "button", class: "chip", "data-rule": rule.name, onclick: () => toggle(rule.name) },
      h("span", { class: "dot" }),
      rule.title,
    );
    return { rule, chip };
  });
  const toggle = (/** @type {string} */ name) => {
    const { rules } = app.view().state;
    const wanted = rules.includes(name) ? rules.filter((one) => one !== name) : [...rules, name];
    const order = chips.map(({ rule }) => rule.name);
    app.set({ rules: order.filter((one) => wanted.includes(one)) });
  };
  return {
    element: h(
      "section",
      { class: "rules", "aria-label": "Rules on show" },
      h("div", { class: "chips", role: "group", "aria-label": "Rules" }, ...chips.map(({ chip }) => chip)),
    ),
    update({ state, theme }) {
      for (const { rule, chip } of chips) {
        chip.style.setProperty("--rule", rule.colors[theme]);
        chip.setAttribute("aria-pressed", String(state.rules.includes(rule.name)));
      }
    },
  };
}

/** @param {App} app @returns {Part} */
export function knobsPart(app) {
  const { rules } = app.formulas;
  const entryOf = (/** @type {string} */ rule, /** @type {string} */ name) =>
    /** @type {HyperParameter} */ (rules[rule]?.hyperparameters.find((entry) => entry.name === name));
  const any = Object.values(rules)[0].name;
  const shared = [
    knobOf(entryOf(any, "learning_rate"), "learning rate", (learning_rate) => app.set({ learning_rate })),
    knobOf(entryOf("momentum", "momentum"), "momentum", (momentum) => app.set({ momentum })),
  ];
  const steps = knob({
    name: "steps",
    symbol: "",
    label: "steps",
    meaning: "how many steps",
    low: 1,
    high: MOST_ON_KNOB,
    logarithmic: true,
    whole: true,
    set: (wanted) => app.set({ steps: Math.min(Math.max(wanted, 0), MOST_STEPS), scrub: null }),
  });
  const groups = Object.keys(rules).map((name) => ({ name, group: ruleGroup(app, name) }));
  const more = h(
    "details",
    { class: "more" },
    h("summary", {}, "more settings"),
    ...groups.map(({ group }) => group.element),
  );
  const ghost = ghostButtons(app);
  return {
    element: h(
      "section",
      { class: "knobs", "aria-label": "Knobs" },
      shared[0].element,
      shared[1].element,
      steps.element,
      ghost.element,
      more,
    ),
    update(view) {
      const { state, derived } = view;
      const first = Object.values(derived.refused)[0] ?? "";
      shared[0].show(state.learning_rate, first.startsWith("learning_rate") ? first : "");
      shared[1].show(state.momentum, first.startsWith("momentum of") ? first : "");
      shared[1].element.hidden = !state.rules.some((rule) => sharedBy(rule, "momentum"));
      steps.show(state.steps);
      for (const { name, group } of groups) group.update(view, state.rules.includes(name));
      more.hidden = state.rules.length === 0;
      ghost.update(view);
    },
  };
}

/**
 * @param {HyperParameter} entry
 * @param {string} label
 * @param {(value: number) => void} set
 * @param {string} [name]
 */
function knobOf(entry, label, set, name = entry.name) {
  const { symbol, meaning, logarithmic } = entry;
  const [low, high] = [entry.low ?? 0, entry.high ?? 1];
  return knob({ name, symbol, label, meaning, low, high, logarithmic, set });
}

/**
 * Everything else that a rule has: its own learning rate, and its further hyper-parameters.
 * @param {App} app
 * @param {string} name
 */
function ruleGroup(app, name) {
  const rule = app.formulas.rules[name];
  const put = (/** @type {string} */ entry, /** @type {any} */ value) => {
    const { [`${name}.${entry}`]: _, ...rest } = app.view().state.settings;
    app.set({ settings: value === undefined ? rest : { ...rest, [`${name}.${entry}`]: value } });
  };
  const rate = rule.hyperparameters.find((entry) => entry.name === "learning_rate");
  const own = choice({
    name: `${name}.own`,
    label: "its own learning rate",
    choices: [false, true],
    set: (wanted) =>
      put("learning_rate", wanted ? valueOf(app.view().state, name, /** @type {any} */ (rate)) : undefined),
  });
  const entries = rule.hyperparameters.filter((entry) => entry.name === "learning_rate" || !sharedBy(name, entry.name));
  const controls = entries.map((entry) => {
    const label = entry.name.replaceAll("_", " ");
    const set = (/** @type {any} */ value) => put(entry.name, value);
    if (entry.kind === "number") return { entry, control: knobOf(entry, label, set, `${name}.${entry.name}`) };
    return { entry, control: choice({ name: `${name}.${entry.name}`, label, choices: entry.choices ?? [], set }) };
  });
  const element = h(
    "fieldset",
    { class: "group" },
    h("legend", {}, rule.title),
    own.element,
    ...controls.map(({ control }) => control.element),
  );
  return {
    element,
    /** @param {View} view @param {boolean} isOn */
    update({ state, theme, derived }, isOn) {
      element.hidden = !isOn;
      if (!isOn) return;
      element.style.setProperty("--rule", rule.colors[theme]);
      const isOwn = `${name}.learning_rate` in state.settings;
      own.show(isOwn);
      for (const { entry, control } of controls) {
        if (entry.name === "learning_rate") control.element.hidden = !isOwn;
        const wrong = derived.refused[name]?.startsWith(`${entry.name} of`) ? derived.refused[name] : "";
        control.show(/** @type {any} */ (valueOf(state, name, entry)), wrong);
      }
    },
  };
}

/** Keep this run as a ghost, and let it go. @param {App} app */
function ghostButtons(app) {
  const keep = h(
    "button",
    {
      type: "button",
      "data-act": "keep",
      title: "leave this run behind, pale, and go on: A against B",
      onclick: () => app.set({ compare: runOf({ ...app.view().state, start: app.view().derived.start }) }),
    },
    "keep as ghost",
  );
  const forget = h(
    "button",
    { type: "button", "data-act": "forget", onclick: () => app.set({ compare: null }) },
    "forget",
  );
  const swap = h(
    "button",
    {
      type: "button",
      "data-act": "swap",
      title: "the ghost becomes the run, and the run the ghost",
      onclick: () => {
        const { state, derived } = app.view();
        if (state.compare)
          app.set({ ...state.compare, compare: runOf({ ...state, start: derived.start }), scrub: null });
      },
    },
    "swap",
  );
  const said = h("span", { class: "quiet" });
  return {
    element: h("div", { class: "ghost", role: "group", "aria-label": "Compare" }, keep, swap, forget, said),
    /** @param {View} view */
    update({ state, derived }) {
      forget.hidden = swap.hidden = !state.compare;
      const { compare } = state;
      const fits = !compare || derived.ghosts.length > 0;
      say(said, compare && !fits ? "the ghost belongs to another objective" : "");
    },
  };
}
