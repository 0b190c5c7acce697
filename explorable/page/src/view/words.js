/** What became of a run, in words: each is derived from the run, or it is not said. */

import { SEEN } from "../core/limits.js";
import { figure } from "./numbers.js";

/** @typedef {import("./types.js").Run} Trajectory */

/** What counts as one. */
export const U_TURN =
  "u-turn (○): the path turns back across the valley, " +
  `by more than ${100 * SEEN} % of the farthest that it has been from its start`;

/** @param {number} count */
export const uTurns = (count) => (count === 0 ? "no u-turn" : count === 1 ? "1 u-turn" : `${count} u-turns`);

/**
 * Where the value fell below a bound, and whether it stayed there.
 * @param {Trajectory} run
 * @param {number} tolerance
 */
export function arrival(run, tolerance) {
  const bound = figure(tolerance, 3);
  const { firstBelow, staysBelow } = run;
  if (run.divergedAt !== null) return `diverged at step ${run.divergedAt}`;
  if (run.undefinedAt !== null) return `stopped at step ${run.undefinedAt}: no slope is defined there`;
  if (firstBelow === null) return `never below ${bound}`;
  if (staysBelow === null) return `below ${bound} first at ${firstBelow}, but not for good`;
  if (firstBelow === staysBelow)
    return firstBelow === 0 ? `below ${bound} all the time` : `below ${bound} from ${firstBelow} on`;
  return `below ${bound} first at ${firstBelow}, for good from ${staysBelow}`;
}

/**
 * The whole of a run in one sentence, for who does not see the picture.
 * @param {string} title
 * @param {Trajectory} run
 * @param {number} tolerance
 */
export function summary(title, run, tolerance) {
  const value = run.divergedAt === null ? `${figure(run.values[run.endedAt])} after ${run.endedAt} steps, ` : "";
  return `${title}: ${value}${uTurns(run.turns.length)}, ${arrival(run, tolerance)}.`;
}

/**
 * A count with its noun: 1 step, 2 steps.
 * @param {number} count
 * @param {string} noun
 */
export const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

const LETTERS = /** @type {Record<string, string>} */ ({
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  epsilon: "ε",
  theta: "θ",
  lambda: "λ",
  mu: "μ",
  phi: "φ",
  psi: "ψ",
  omega: "ω",
  sigma: "σ",
  rho: "ρ",
  tau: "τ",
  xi: "ξ",
  eta: "η",
  zeta: "ζ",
  kappa: "κ",
  nu: "ν",
  chi: "χ",
});
const LOWERED = "₀₁₂₃₄₅₆₇₈₉";

/**
 * A variable as it is read: theta is θ, w1 is w₁.
 * @param {string} name
 */
export function letter(name) {
  const [, base, digits] = /^(.*?)_?(\d*)$/.exec(name) ?? [name, name, ""];
  return (LETTERS[base] ?? base) + [...digits].map((digit) => LOWERED[+digit]).join("");
}
