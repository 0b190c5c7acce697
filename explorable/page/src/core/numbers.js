// @ts-check
/**
 * The functions that compiled formulas use beside Math: each as NumPy has it in `objectives/numeric.py`.
 * The compiler copies this file in front of the formulas, so it imports nothing.
 */

/** @param {number} u */
export const square = (u) => u * u;

/** @param {number} u */
export const cube = (u) => u * u * u;

/** @param {number} u */
export const fourth = (u) => u * u * (u * u);

/** 1 / (1 + e^-u). @param {number} u */
export const logistic = (u) => 1 / (1 + Math.exp(-u));

/** log(1 + e^u), without overflow. @param {number} u */
export const softplus = (u) => (u > 0 ? u + Math.log1p(Math.exp(-u)) : Math.log1p(Math.exp(u)));

/** Heaviside's step, one half at 0. @param {number} u */
export const heaviside = (u) => (u > 0 ? 1 : u < 0 ? 0 : u === 0 ? 0.5 : NaN);

/**
 * base ^ exponent as C has it: 1 to whatever power is 1, where Math.pow says NaN.
 * @param {number} base @param {number} exponent
 */
export const power = (base, exponent) =>
  base === 1 || (base === -1 && Math.abs(exponent) === Infinity) ? 1 : Math.pow(base, exponent);

/**
 * base ^ count, for what a rule raises to the number of its steps. Math.pow takes ten times as long; the logarithm
 * costs |count log base| units in the last place, where the power itself is e to the minus that.
 * @param {number} base @param {number} count
 */
export const raised = (base, count) =>
  count === 1 ? base : base > 0 ? Math.exp(count * Math.log(base)) : power(base, count);

/**
 * A gradient that is missing at a listed minimum is 0 there, a valid subgradient; elsewhere it stays as it is.
 * @param {ArrayLike<number>} p @param {number[] | Float64Array} out @param {number[][]} minima
 */
export function repaired(p, out, minima) {
  if (!allFinite(out) && minima.some((minimum) => minimum.every((at, i) => Math.abs(p[i] - at) <= 1e-12))) out.fill(0);
  return out;
}

/** @param {ArrayLike<number>} numbers */
export function allFinite(numbers) {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return false;
  return true;
}
