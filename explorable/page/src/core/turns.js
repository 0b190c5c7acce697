// @ts-check
/** U-turns and reversals, by the definitions of `optimizers/turns.py`. */

import { SLIVER } from "./limits.js";

/**
 * Where the error along a path has its hilltops. A hill counts if the path climbs onto it and comes down again by more
 * than a sliver of the largest error so far; a plateau counts at its first step.
 * @param {Float64Array} values @param {number} last the last that holds anything
 * @returns {number[]}
 */
export function hilltops(values, last) {
  const tops = [];
  let extreme = values[0];
  let scale = Math.abs(values[0]);
  let climbing = false;
  let top = 0;
  for (let k = 1; k <= last; k++) {
    const value = values[k];
    if (!(Math.abs(value) <= scale) && !Number.isNaN(value)) scale = Math.abs(value);
    const sliver = SLIVER * scale;
    if (!climbing && value > extreme + sliver) climbing = true;
    else if (climbing && value < extreme - sliver) {
      climbing = false;
      tops.push(top);
    }
    if (climbing ? value > extreme : value < extreme) {
      if (climbing) top = k;
      extreme = value;
    }
  }
  return tops;
}

/**
 * The steps t with update_t . update_(t-1) < 0: the corner of the path is at x_t.
 * @param {Float64Array} iterates @param {number} d @param {number} last
 * @returns {number[]}
 */
export function reversals(iterates, d, last) {
  const turned = [];
  let before = size(iterates, d, 0);
  for (let t = 1; t < last; t++) {
    const now = size(iterates, d, t);
    let product = 0;
    // Scaled to a largest coordinate of one, so that products of tiny updates do not vanish.
    for (let i = t * d; i < (t + 1) * d; i++)
      product += ((iterates[i] - iterates[i + d]) / now) * ((iterates[i - d] - iterates[i]) / before);
    if (product < 0) turned.push(t);
    before = now;
  }
  return turned;
}

/** The largest coordinate of update_t, or one if it does not move. @param {Float64Array} iterates @param {number} d @param {number} t */
function size(iterates, d, t) {
  let largest = 0;
  for (let i = t * d; i < (t + 1) * d; i++) {
    const part = Math.abs(iterates[i] - iterates[i + d]);
    if (!(part <= largest)) largest = part;
  }
  return largest > 0 ? largest : 1;
}
