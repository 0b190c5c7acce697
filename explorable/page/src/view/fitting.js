/**
 * A learning rate at which there is something to see, for an objective that was just picked: the largest of 1, 1/2,
 * 1/5, 1/10, ... at which neither gradient descent nor momentum leaves the picture, and both come down. The same rule
 * as clips/exploring/states.py has; a test compares the two.
 */

import { run } from "../core/run.js";

/** @typedef {import("./types.js").Objective} Objective */
/** @typedef {import("./types.js").Rule} Rule */

const LADDER = [0, -1, -2, -3, -4, -5, -6].flatMap((power) => [1, 0.5, 0.2].map((part) => part * 10 ** power));
const HIGHEST = 0.95; // momentum for which a rate is looked for: from 1 on nothing settles
const LONG_ENOUGH = 1000; // steps to tell whether a run stays
const REACH = 1; // of the view, beside it: so far a run may go

/**
 * @param {Objective} objective
 * @param {number} momentum
 * @param {number} steps
 * @param {Record<string, Rule>} rules
 */
export function fittingRate(objective, momentum, steps, rules) {
  const length = Math.min(Math.max(steps, 1), LONG_ENOUGH);
  const fits = (/** @type {number} */ learning_rate) =>
    [
      run({ objective, rule: rules.gradient_descent, h: { learning_rate }, steps: length }),
      run({
        objective,
        rule: rules.momentum,
        h: { learning_rate, momentum: Math.min(momentum, HIGHEST) },
        steps: length,
      }),
    ].every(stays);
  const found = LADDER.find(fits) ?? LADDER[LADDER.length - 1];
  return Number(found.toPrecision(3));
}

/** Whether a run stays near the view and ends lower than it began. @param {import("./types.js").Run} run */
function stays({ objective, iterates, values, divergedAt, undefinedAt, steps }) {
  if (divergedAt !== null || undefinedAt !== null || !(values[steps] < values[0])) return false;
  const d = objective.variables.length;
  const sides = objective.view.map(([low, high], i) => {
    const room = REACH * (high - low);
    return [Math.min(low - room, iterates[i]), Math.max(high + room, iterates[i])];
  });
  return iterates.every((at, k) => at >= sides[k % d][0] && at <= sides[k % d][1]);
}
