/**
 * What is taken along as text: a command that films what is seen, one that prints the run, an entry of lecture.toml,
 * the trajectory as a table. All of it is written from the state.
 */

import { DEFAULTS, OF_A_RUN, runOf, valueOf } from "./state.js";

/** @typedef {import("./app.js").View} View */
/** @typedef {import("./types.js").Formulas} Formulas */
/** @typedef {import("./types.js").Preset} Preset */

const LECTURE_RULES = ["gradient_descent", "momentum"];
/** What the clip for any surface takes, and the one for a curve. */
const YOUR_OBJECTIVE = ["objective", "start", "rules", "learning_rate", "momentum", "steps"];
const ROLLING_BALL = ["objective", "start", "learning_rate", "momentum", "steps"];
const MOST_RULES = 4;

/** @typedef {{ name: string, scene: string, values: [string, any][], left: string[] }} Film what a clip shows of a state */

/**
 * The clip that films what is seen: that of the page, if it has a parameter for all that was changed; else one that
 * takes any objective.
 * @param {View} view
 * @param {Preset[]} presets
 * @returns {Film}
 */
export function filmOf(view, presets) {
  const own = presets.find(({ name }) => name === view.state.clip);
  if (own && changed(view, own).every((name) => own.takes?.includes(name)) && fits(view, own)) {
    return { name: own.name, scene: own.scene ?? own.name, values: valuesOf(own.takes ?? [], view), left: [] };
  }
  const isCurve = view.derived.objective.variables.length === 1;
  const [scene, takes] = isCurve ? ["rolling_ball", ROLLING_BALL] : ["your_objective", YOUR_OBJECTIVE];
  return { name: scene, scene, values: valuesOf(takes, view), left: leftBy(isCurve, view) };
}

/** What differs from the run that a clip shows, by name. @param {View} view @param {Preset} clip @returns {string[]} */
function changed({ state, derived }, { state: first }) {
  const now = { ...runOf(state), start: derived.start };
  const then = { ...runOf({ ...DEFAULTS, ...first }), start: first.start ?? derived.objective.start };
  return OF_A_RUN.filter((key) => JSON.stringify(now[key]) !== JSON.stringify(then[key]));
}

/** Whether a clip shows objectives of as many variables. @param {View} view @param {Preset} clip */
const fits = ({ derived }, { variables, state }) =>
  (variables ?? state.start?.length ?? 2) === derived.objective.variables.length;

/**
 * The parameters of a clip, by name, as a state has them.
 * @param {string[]} takes
 * @param {View} view
 * @returns {[string, any][]}
 */
function valuesOf(takes, { state, derived }) {
  /** @type {Record<string, any>} */
  const known = {
    objective: state.objective,
    start: derived.start,
    rules: state.rules.slice(0, MOST_RULES),
    learning_rate: state.learning_rate,
    momentum: state.momentum,
    steps: state.steps,
    tolerance: derived.tolerance,
  };
  return takes.filter((name) => name in known).map((name) => [name, known[name]]);
}

/** What a clip for any objective does not show of a state. @param {boolean} isCurve @param {View} view */
function leftBy(isCurve, { state, derived }) {
  const isPair = String(state.rules) === String(LECTURE_RULES);
  const hasOwn = Object.keys(state.settings).some((key) => state.rules.includes(key.split(".")[0]));
  const left = /** @type {[boolean, string][]} */ ([
    [Boolean(derived.data), "data points that were moved"],
    [!isCurve && state.rules.length > MOST_RULES, `more than ${MOST_RULES} rules`],
    [isCurve && !isPair, "the choice of rules"],
    [hasOwn, "settings that a rule has for itself"],
  ]);
  return left.filter(([is]) => is).map(([, what]) => what);
}

/**
 * The command that renders it.
 * @param {View} view
 * @param {Preset[]} presets
 */
export function renderCommand(view, presets) {
  const { name, values } = filmOf(view, presets);
  const settings = values.map(([key, value]) => `--set ${quoted(`${key}=${plain(value)}`)}`);
  return ["python render.py", name, ...settings].join(" ");
}

/**
 * The command that prints the run of a rule, with all digits.
 * @param {View} view
 * @param {Formulas} formulas
 * @param {string} name of the rule
 */
export function descendCommand({ state, derived }, formulas, name) {
  const rule = formulas.rules[name];
  const settings = rule.hyperparameters
    .map((entry) => /** @type {const} */ ([entry, valueOf(state, name, entry)]))
    .filter(([entry, value]) => entry.name === "learning_rate" || value !== entry.default)
    .map(([entry, value]) => `--set ${entry.name}=${value}`);
  return [
    `python render.py descend ${quoted(state.objective)} --rule ${name}`,
    ...settings,
    `${equals("--start", plain(derived.start))} --steps ${state.steps} --format csv`,
  ].join(" ");
}

/** Commands for all rules on show. @param {View} view @param {Formulas} formulas */
export const descendCommands = (view, formulas) =>
  view.state.rules.map((name) => descendCommand(view, formulas, name)).join("\n");

/** An option whose value may begin with a minus sign. @param {string} option @param {string} value */
const equals = (option, value) => `${option}${value.startsWith("-") ? "=" : " "}${quoted(value)}`;

/** @param {any} value */
const plain = (value) => (Array.isArray(value) ? value.join(",") : String(value));

/** A word of a shell's command line. @param {string} text */
export const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/**
 * An entry of lecture.toml.
 * @param {View} view
 * @param {Preset[]} presets
 */
export function lectureEntry(view, presets) {
  const { name, scene, values } = filmOf(view, presets);
  const parameters = values.map(([key, value]) => `${key} = ${toml(value)}`).join(", ");
  return `[[clip]]\nscene = "${scene}"\nname = "${name}_explored"\nparameters = { ${parameters} }\n`;
}

/** @param {any} value @returns {string} */
function toml(value) {
  if (Array.isArray(value)) return `[${value.map(toml).join(", ")}]`;
  if (typeof value === "number") return String(value).replace("e+", "e");
  return JSON.stringify(value);
}

/** The trajectories as a table: rule, step, variables, value; all digits. @param {View} view */
export function csv({ derived: { tracks, objective } }) {
  const d = objective.variables.length;
  const lines = [["rule", "step", ...objective.variables, "value"].join(",")];
  for (const { rule, run } of tracks) {
    for (let k = 0; k <= run.endedAt; k++) {
      lines.push([rule, k, ...run.iterates.subarray(k * d, (k + 1) * d), run.values[k]].join(","));
    }
  }
  return `${lines.join("\n")}\n`;
}
