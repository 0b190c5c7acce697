// @ts-check
/** What `descend` refuses is refused here, in the same words. */

import { UsageError, general, literal, shown, unknown } from "./errors.js";
import { MOST_NUMBERS, MOST_STEPS } from "./limits.js";

/** @typedef {import("./types.js").Objective} Objective */
/** @typedef {import("./types.js").Rule} Rule */
/** @typedef {import("./types.js").HyperParameter} HyperParameter */
/** @typedef {import("./types.js").Settings} Settings */

/**
 * All hyper-parameters of a rule: those that are given, the others at their defaults.
 * @param {Rule} rule @param {Settings} [given]
 * @returns {Settings}
 */
export function settings(rule, given = {}) {
  const own = named(rule, given);
  /** @type {Settings} */
  const all = {};
  for (const entry of rule.hyperparameters) all[entry.name] = checked(rule, entry, own[entry.name] ?? entry.default);
  const refusal = rule.refusals.find((one) => refused(one, all));
  if (refusal) throw new UsageError(refusal.message);
  return all;
}

/** The settings under the names of the rule's hyper-parameters; names from elsewhere are translated. @param {Rule} rule @param {Settings} given */
function named(rule, given) {
  /** @type {Settings} */
  const result = {};
  for (const [name, value] of Object.entries(given)) {
    const entry = rule.hyperparameters.find((one) => one.name === name || one.also.includes(name));
    if (!entry && Object.hasOwn(rule.elsewhere, name)) throw new UsageError(`${name} ${rule.elsewhere[name]}.`);
    if (!entry)
      throw unknown(
        `hyper-parameter of ${rule.name}`,
        name,
        rule.hyperparameters.map((one) => one.name),
      );
    if (entry.name in result) throw new UsageError(`${entry.name} of ${rule.name} is given twice, under two names.`);
    result[entry.name] = value;
  }
  return result;
}

/** @param {Rule["refusals"][number]} refusal @param {Settings} all */
function refused(refusal, all) {
  return (
    all[refusal.name] !== refusal.only && Object.entries(refusal.words).every(([name, word]) => all[name] === word)
  );
}

/**
 * The value of one hyper-parameter, if it is allowed.
 * @param {Rule} rule @param {HyperParameter} entry @param {unknown} value
 * @returns {number | string | boolean}
 */
export function checked(rule, entry, value) {
  const label = `${entry.name} of ${rule.name}`;
  if (entry.kind === "switch") {
    if (typeof value !== "boolean") throw new UsageError(`${label} must be ${entry.allowed}, not ${shown(value)}.`);
    return value;
  }
  if (entry.kind === "choice") {
    const words = /** @type {string[]} */ (entry.choices);
    if (typeof value !== "string" || !words.includes(value)) throw unknown(label, String(value), words);
    return value;
  }
  if (typeof value !== "number") throw new UsageError(`${label} must be a number, not ${shown(value)}.`);
  if (!contains(entry, value))
    throw new UsageError(`${label} must be finite and ${entry.allowed}, not ${general(value)}.`);
  return value;
}

/** @param {HyperParameter} entry @param {number} value */
function contains({ bounds }, value) {
  if (!bounds || !Number.isFinite(value)) return false;
  const high = bounds.highest ?? Infinity;
  const above = bounds.lowestIncluded ? value >= bounds.lowest : value > bounds.lowest;
  return above && (bounds.highestIncluded ? value <= high : value < high);
}

/**
 * A start as an array of its own, if it fits the objective.
 * @param {Objective} objective @param {number | ArrayLike<number>} start
 */
export function placed(objective, start) {
  const point = typeof start === "number" ? [start] : Array.from(start);
  const d = objective.variables.length;
  if (!point.every(Number.isFinite)) {
    const told = typeof start === "number" ? literal(start) : `(${point.map(literal).join(", ")}${d === 1 ? "," : ""})`;
    throw new UsageError(`The start for ${objective.name} must be finite numbers, not ${told}.`);
  }
  if (point.length !== d) {
    const shape = typeof start === "number" ? "()" : `(${point.length},)`;
    const wanted = `${d} coordinate${d > 1 ? "s" : ""}`;
    throw new UsageError(`A start for ${objective.name} has ${wanted}, not the shape ${shape}.`);
  }
  return Float64Array.from(point);
}

/** The steps, if that many iterates of so many numbers each can be recorded. @param {unknown} steps @param {number} d */
export function counted(steps, d) {
  if (typeof steps !== "number" || !Number.isInteger(steps) || steps < 0)
    throw new UsageError(`steps must be a whole number of at least 0, not ${shown(steps)}.`);
  if (steps > MOST_STEPS || (steps + 1) * d > MOST_NUMBERS) {
    const limits = `at most ${grouped(MOST_STEPS)} steps and ${grouped(MOST_NUMBERS)} numbers in all`;
    throw new UsageError(`${grouped(steps)} steps of ${grouped(d)} numbers are too long to record: ${limits}.`);
  }
  return steps;
}

/** @param {number} value */
const grouped = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
