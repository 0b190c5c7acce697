/**
 * From the state to what is shown: the objective, a run for each rule, the ghost's runs. Each is computed when what it
 * depends on has changed, and only then.
 */

import { run as descend } from "../core/run.js";
import { typedObjective } from "../core/typed.js";
import { UsageError } from "../core/errors.js";
import { runOf, valueOf } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Run} Settings */
/** @typedef {import("./types.js").Objective} Objective */
/** @typedef {import("./types.js").Formulas} Formulas */
/** @typedef {import("./types.js").Rule} Rule */
/** @typedef {import("./types.js").Run} Trajectory */
/** @typedef {import("./types.js").Data} Data */
/**
 * @typedef {object} Track a run with what it looks like
 * @property {string} rule
 * @property {string} title
 * @property {string} color
 * @property {boolean} pale the ghost of a run that was kept
 * @property {Record<string, any>} h its hyper-parameters
 * @property {Trajectory} run
 */
/**
 * @typedef {object} Derived
 * @property {Objective} objective
 * @property {Data | undefined} data
 * @property {number[]} start
 * @property {Track[]} tracks
 * @property {Track[]} ghosts
 * @property {Record<string, string>} refused why a rule has no run
 * @property {number} tolerance
 * @property {number} last the last step that was asked for
 */

/**
 * A function that remembers its last answer, for as long as it is asked the same.
 * @template {any[]} Arguments
 * @template Answer
 * @param {(...given: Arguments) => Answer} compute
 * @returns {(...given: Arguments) => Answer}
 */
export function remembering(compute) {
  /** @type {Arguments | undefined} */
  let known;
  /** @type {Answer} */
  let answer;
  return (...given) => {
    if (!known || given.some((value, k) => !same(value, /** @type {Arguments} */ (known)[k]))) {
      answer = compute(...given);
      known = given;
    }
    return answer;
  };
}

/** Equal as values, where they are small; else the same thing. @param {any} one @param {any} other */
function same(one, other) {
  if (Object.is(one, other)) return true;
  if (!isPlain(one) || !isPlain(other)) return false;
  return JSON.stringify(one) === JSON.stringify(other);
}

/** @param {any} value */
const isPlain = (value) =>
  typeof value === "object" && value !== null && (Array.isArray(value) || value.constructor === Object);

/**
 * Whatever depends on the state, for one page.
 * @param {Formulas} formulas
 */
export function deriving(formulas) {
  const find = remembering((/** @type {string} */ text) => findObjective(formulas, text));
  const [dataOf, ghostData] = [0, 1].map(() => remembering((/** @type {Data | null} */ moved) => moved ?? undefined));
  /** @type {Map<string, ReturnType<typeof runner>>} each place on the page remembers its own run */
  const runners = new Map();

  /**
   * @param {string} key
   * @param {Objective} objective
   * @param {Settings} settings
   * @param {string} rule
   * @param {number} tolerance
   * @param {Data | undefined} data
   */
  function runAt(key, objective, settings, rule, tolerance, data) {
    const h = settingsOf(formulas, settings, rule);
    const run = runners.get(key) ?? runner();
    runners.set(key, run);
    const start = startOf(settings, objective);
    return { h, run: run(objective, formulas.rules[rule], h, start, settings.steps, data, tolerance) };
  }

  /**
   * @param {State} state
   * @param {"dark" | "light"} theme
   * @returns {Derived}
   */
  return (state, theme) => {
    const objective = find(state.objective);
    const data = dataOf(objective.data ? state.data : null);
    const tolerance = state.tolerance ?? aTolerance(objective);
    /** @type {Record<string, string>} */
    const refused = {};
    const tracksOf = (/** @type {Settings} */ settings, /** @type {boolean} */ pale) =>
      settings.rules.flatMap((rule) => {
        const kind = formulas.rules[rule];
        if (!kind) return [];
        const points = pale ? ghostData(objective.data ? settings.data : null) : data;
        try {
          const made = runAt(pale ? `ghost ${rule}` : rule, objective, settings, rule, tolerance, points);
          return [{ rule, title: kind.title, color: kind.colors[theme], pale, ...made }];
        } catch (error) {
          if (!(error instanceof UsageError)) throw error;
          if (!pale) refused[rule] = error.message;
          return [];
        }
      });
    const tracks = tracksOf(runOf(state), false);
    const ghosts = state.compare?.objective === state.objective ? tracksOf(state.compare, true) : [];
    const last = Math.max(state.steps, ...ghosts.map((ghost) => ghost.run.steps));
    return { objective, data, start: startOf(state, objective), tracks, ghosts, refused, tolerance, last };
  };
}

const runner = () =>
  remembering(
    (
      /** @type {Objective} */ objective,
      /** @type {Rule} */ rule,
      /** @type {import("../core/types.js").Settings} */ h,
      /** @type {number[]} */ start,
      /** @type {number} */ steps,
      /** @type {Data | undefined} */ data,
      /** @type {number} */ tolerance,
    ) => descend({ objective, rule, h, start, steps, data, tolerance }),
  );

/**
 * The objective of that name, or the one whose formula that is.
 * @param {Formulas} formulas
 * @param {string} text
 * @returns {Objective}
 */
export const findObjective = (formulas, text) => formulas.objectives[text] ?? typedObjective(text, formulas.vocabulary);

/** @param {Settings} state @param {Objective} objective */
export const startOf = (state, objective) =>
  state.start && state.start.length === objective.variables.length ? state.start : objective.start;

/**
 * All hyper-parameters of a rule in a state.
 * @param {Formulas} formulas
 * @param {Settings} state
 * @param {string} name
 * @returns {Record<string, any>}
 */
export const settingsOf = (formulas, state, name) =>
  Object.fromEntries(formulas.rules[name].hyperparameters.map((entry) => [entry.name, valueOf(state, name, entry)]));

/**
 * Where nothing is said: a thousandth of the way from the objective's start down to its lowest known place.
 * @param {Objective} objective
 */
export function aTolerance(objective) {
  const known = objective.minima.map((minimum) => objective.value(minimum));
  const low = Math.min(...known, Infinity);
  const high = objective.value(objective.start);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return 1e-3;
  const way = 1e-3 * (high - low);
  const small = 10 ** Math.round(Math.log10(Math.max(way, 1e-6)));
  return low > -1e-9 ? small : Number((low + small).toFixed(Math.max(0, 1 - Math.log10(small))));
}
