// @ts-check
/** U-turns and reversals, by the definitions of `optimizers/turns.py`. */

import { RESTS, SEEN } from "./limits.js";

/**
 * Where a path turns back across the valley: the extremes of the coordinate across it, if it has come there, and goes
 * back, by more than a share of the farthest that it has been from its start.
 * @param {Float64Array} iterates @param {Float64Array} gradients
 * @param {number} d one or two @param {number} last the last that holds anything
 * @returns {number[]}
 */
export function uTurns(iterates, gradients, d, last) {
  const direction = across(gradients, d, last);
  const turned = [];
  let high = along(iterates, direction, 0);
  let low = high;
  let [highAt, lowAt, way, least] = [0, 0, 0, 0];
  for (let k = 1; k <= last; k++) {
    const value = along(iterates, direction, k);
    const wide = width(iterates, d, k);
    if (wide > least) least = wide;
    const falls = way >= 0 && value < high - least;
    const rises = way <= 0 && !falls && value > low + least;
    if (falls && way > 0) turned.push(highAt);
    if (rises && way < 0) turned.push(lowAt);
    if (falls) way = -1;
    if (rises) way = 1;
    if (rises || value > high) [high, highAt] = [value, k];
    if (falls || value < low) [low, lowAt] = [value, k];
  }
  return turned;
}

/**
 * The unit vector along which the gradient changes most from step to step, in the mean of squares.
 * @param {Float64Array} gradients @param {number} d @param {number} last
 */
function across(gradients, d, last) {
  if (d === 1) return [1];
  /** @type {[number, number][]} */
  const changes = [];
  let largest = 0;
  for (let k = 1; k <= last; k++) {
    const u = gradients[2 * k] - gradients[2 * k - 2];
    const v = gradients[2 * k + 1] - gradients[2 * k - 1];
    if (!Number.isFinite(u) || !Number.isFinite(v)) continue;
    largest = Math.max(largest, Math.abs(u), Math.abs(v));
    changes.push([u, v]);
  }
  let [uu, uv, vv] = [0, 0, 0];
  for (const [u, v] of changes) {
    const [a, b] = largest > 0 ? [u / largest, v / largest] : [u, v];
    uu += a * a;
    uv += a * b;
    vv += b * b;
  }
  const angle = Math.atan2(2 * uv, uu - vv) / 2;
  return [Math.cos(angle), Math.sin(angle)];
}

/** A coordinate of x_k. @param {Float64Array} iterates @param {number[]} direction @param {number} k */
function along(iterates, direction, k) {
  const d = direction.length;
  let sum = 0;
  for (let i = 0; i < d; i++) sum += iterates[k * d + i] * direction[i];
  return sum;
}

/** How wide a swing to x_k must be, as far as the place tells. @param {Float64Array} iterates @param {number} d @param {number} k */
function width(iterates, d, k) {
  let [squares, largest] = [0, 0];
  for (let i = 0; i < d; i++) {
    squares += (iterates[k * d + i] - iterates[i]) ** 2;
    largest = Math.max(largest, Math.abs(iterates[k * d + i]));
  }
  return Math.max(SEEN * Math.sqrt(squares), RESTS * largest);
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
