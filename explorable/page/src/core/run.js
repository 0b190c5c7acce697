// @ts-check
/**
 * A run is computed first and looked at afterwards, as in `optimizers/trajectory.py`: iterates, values and gradients,
 * and what they tell. A run ends early where it diverges, or where there is no value or no gradient to follow.
 */

import { counted, placed, settings } from "./checks.js";
import { FAR } from "./limits.js";
import { allFinite } from "./numbers.js";
import { reversals, uTurns } from "./turns.js";

/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").Objective} Objective */
/** @typedef {import("./types.js").Rule} Rule */
/** @typedef {import("./types.js").Settings} Settings */
/** @typedef {import("./types.js").Data} Data */

const STRIDE = 64; // steps between two states that are kept

/**
 * Run a rule on an objective. Throws UsageError for what `descend` refuses.
 * @param {{ objective: Objective, rule: Rule, h?: Settings, start?: number | ArrayLike<number>, steps: number,
 *   data?: Data, tolerance?: number | null }} wish
 * @returns {Run}
 */
export function run({ objective, rule, h = {}, start = objective.start, steps, data, tolerance = null }) {
  const all = settings(rule, h);
  const x = placed(objective, start);
  const d = x.length;
  const record = blank(counted(steps, d), d);
  const state = rule.state(d, all);
  const step = rule.stepper(d, all);
  const { iterates, values, gradients } = record;
  const slope = new Float64Array(d);
  let lost = false;
  /** @param {Float64Array} at @param {Float64Array} out */
  const gradient = (at, out) => {
    if (at === x) return copy(slope, out);
    const value = objective.slope(at, out, data);
    // A gradient that overflows together with the value is a divergence, which the next iterate shows.
    if (!allFinite(out) && allFinite(at) && Number.isFinite(value)) lost = true;
    return out;
  };
  for (let k = 0; ; k++) {
    const value = objective.slope(x, slope, data);
    for (let i = 0; i < d; i++) {
      iterates[k * d + i] = x[i];
      gradients[k * d + i] = slope[i];
    }
    values[k] = value;
    record.endedAt = k;
    if (diverged(x, value)) record.divergedAt = k;
    else if (Number.isNaN(value) || !allFinite(slope)) record.undefinedAt = k;
    if (k === steps || record.divergedAt !== null || record.undefinedAt !== null) break;
    if (k % STRIDE === 0) record.states.push(state.slice());
    step(gradient, x, state);
    if (lost) {
      record.undefinedAt = k;
      break;
    }
  }
  return told({ ...record, objective, rule, h: all, data, steps, tolerance });
}

/** @param {number} steps @param {number} d */
function blank(steps, d) {
  return {
    iterates: new Float64Array((steps + 1) * d).fill(NaN),
    gradients: new Float64Array((steps + 1) * d).fill(NaN),
    values: new Float64Array(steps + 1).fill(NaN),
    endedAt: 0,
    divergedAt: /** @type {number | null} */ (null),
    undefinedAt: /** @type {number | null} */ (null),
    states: /** @type {Float64Array[]} */ ([]),
  };
}

/**
 * Whether a run has left for infinity. A value can also be lost as infinity minus infinity; that far out, it is a
 * divergence as well.
 * @param {Float64Array} x @param {number} value
 */
export function diverged(x, value) {
  let far = false;
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(x[i])) return true;
    far ||= !(Math.abs(x[i]) < FAR);
  }
  return Math.abs(value) === Infinity || (far && Number.isNaN(value));
}

/** @param {Float64Array} from @param {Float64Array} to */
function copy(from, to) {
  for (let i = 0; i < to.length; i++) to[i] = from[i];
  return to;
}

/** What a run tells. @param {Omit<Run, "turns" | "reversals" | "firstBelow" | "staysBelow">} made @returns {Run} */
function told(made) {
  const { iterates, gradients, endedAt, tolerance } = made;
  const d = made.objective.variables.length;
  return {
    ...made,
    turns: uTurns(iterates, gradients, d, endedAt),
    reversals: reversals(iterates, d, endedAt),
    firstBelow: tolerance === null ? null : firstBelow(made, tolerance),
    staysBelow: tolerance === null ? null : staysBelow(made, tolerance),
  };
}

/**
 * The first k with a value below the tolerance, which may be a dip; compare `staysBelow`.
 * @param {Pick<Run, "values" | "endedAt">} run @param {number} tolerance
 */
export function firstBelow({ values, endedAt }, tolerance) {
  for (let k = 0; k <= endedAt; k++) if (values[k] < tolerance && values[k] !== -Infinity) return k;
  return null;
}

/**
 * The first k from which the value stays below the tolerance until the run ends; never, if the run diverges.
 * @param {Pick<Run, "values" | "endedAt" | "divergedAt">} run @param {number} tolerance
 */
export function staysBelow({ values, endedAt, divergedAt }, tolerance) {
  let k = endedAt;
  while (k >= 0 && values[k] < tolerance && values[k] !== -Infinity) k--;
  return k === endedAt || divergedAt !== null ? null : k + 1;
}

/**
 * The parts of step k, as arrows: x_k, the gradient and the point where the rule asked for it, the update (what the
 * step subtracts), and, for a rule whose update is a sum, `kept` (what it would subtract without a gradient) and
 * `fresh` (the rest).
 * @param {Run} run @param {number} k from 0 to the last step that was taken
 */
export function inside(run, k) {
  const { objective, rule, h, data } = run;
  const d = objective.variables.length;
  const at = run.iterates.slice(k * d, (k + 1) * d);
  if (!(k >= 0 && k < run.endedAt)) return null;
  const before = stateBefore(run, k);
  const here = at.slice();
  const gradient = new Float64Array(d);
  const asked = at.slice();
  const step = rule.stepper(d, h);
  /** @type {import("./types.js").Gradient} */
  const noted = (point, out) => {
    asked.set(point);
    objective.gradient(point, out, data);
    gradient.set(out);
  };
  step(noted, here, before.slice());
  const update = at.map((from, i) => from - here[i]);
  if (!rule.splits(h)) return { at, asked, gradient, update, kept: null, fresh: null };
  const coasting = at.slice();
  step((_, out) => out.fill(0), coasting, before.slice());
  const kept = at.map((from, i) => from - coasting[i]);
  return { at, asked, gradient, update, kept, fresh: update.map((whole, i) => whole - kept[i]) };
}

/** The state before step k, worked out from the last one that was kept. @param {Run} run @param {number} k */
function stateBefore({ objective, rule, h, data, iterates, states }, k) {
  const d = objective.variables.length;
  const first = Math.floor(k / STRIDE);
  const state = states[first].slice();
  const x = iterates.slice(first * STRIDE * d, (first * STRIDE + 1) * d);
  const step = rule.stepper(d, h);
  for (let t = first * STRIDE; t < k; t++) step((at, out) => objective.gradient(at, out, data), x, state);
  return state;
}
