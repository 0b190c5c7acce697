// @ts-check
/**
 * The functions that compiled formulas use beside Math: each as NumPy has it in `objectives/kernels.py`.
 * The compiler copies this file in front of the formulas, so it imports nothing.
 */

/** @param {number} u */
export const square = (u) => u * u;

/** @param {number} u */
export const cube = (u) => u * u * u;

/** u ^ count by squares, for a whole count from 1. @param {number} u @param {number} count @returns {number} */
export const whole = (u, count) => (count === 1 ? u : count % 2 ? u * whole(u, count - 1) : whole(u * u, count / 2));

/** A product that is 0 where its second factor is, whatever the first. @param {number} u @param {number} v */
export const scaled = (u, v) => (v === 0 ? 0 : u * v);

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

/** 1 / (1 + e^-u). @param {number} u */
export function logistic(u) {
  const small = Math.exp(-Math.abs(u));
  return (u >= 0 ? 1 : small) / (1 + small);
}

/** e^-u / (1 + e^-u)^2. @param {number} u */
export function logisticSlope(u) {
  const small = Math.exp(-Math.abs(u));
  return small / square(1 + small);
}

/** log(e^u + e^v). @param {number} u @param {number} v */
function logAdd(u, v) {
  if (u === v) return u + Math.LN2;
  return u > v ? u + Math.log1p(Math.exp(v - u)) : u < v ? v + Math.log1p(Math.exp(u - v)) : NaN;
}

/** log(1 + e^u). @param {number} u */
export const softplus = (u) => logAdd(0, u);

/** log(1 + e^u + e^v + ...). @param {...number} exponents */
export const logTotal = (...exponents) => exponents.reduce(logAdd, 0);

/** 1 / (1 + e^u + e^v + ...). @param {...number} exponents */
export function share(...exponents) {
  const top = Math.max(0, ...exponents);
  return Math.exp(-top) / exponents.reduce((total, one) => total + Math.exp(one - top), Math.exp(-top));
}

/** log cosh u; near 0 so that it keeps its u^2 / 2. @param {number} u */
export function logCosh(u) {
  const size = Math.abs(u);
  return size < 1 ? Math.log1p(2 * square(Math.sinh(size / 2))) : size + Math.log1p(Math.exp(-2 * size)) - Math.LN2;
}

/** 1 / cosh u. @param {number} u */
export function sech(u) {
  const small = Math.exp(-Math.abs(u));
  return (2 * small) / (1 + small * small);
}

/** log(1 - e^u), by that of the two forms that does not cancel. @param {number} u */
export const log1mExp = (u) => (u > -Math.LN2 ? Math.log(-Math.expm1(u)) : Math.log1p(-Math.exp(u)));

/** sqrt(1 + u) - 1. @param {number} u */
export function root1pm1(u) {
  const root = Math.sqrt(1 + u);
  return root === Infinity ? root : u / (root + 1);
}

/** Heaviside's step, `zero` at 0. @param {number} u @param {number} [zero] */
export const heaviside = (u, zero = 0.5) => (u > 0 ? 1 : u < 0 ? 0 : u === 0 ? zero : NaN);

/** u - v floor(u / v): the remainder, with the sign of v. @param {number} u @param {number} v */
export function modulo(u, v) {
  const rest = u % v;
  return rest !== 0 && rest < 0 !== v < 0 ? rest + v : rest === 0 ? (v < 0 ? -0 : 0) : rest;
}

/** The factorial of a whole number. @param {number} n @returns {number} */
const factorial = (n) => (n < 2 ? 1 : n * factorial(n - 1));

const TERMS = 14; // of the series of sinc, enough for |u| <= 2

/**
 * sin(u) / u or its derivative of that order: u f_n + n f_(n-1) is the n-th derivative of sin u.
 * @param {number} u @param {number} order
 */
export function sinc(u, order) {
  if (Math.abs(u) < 2) {
    let series = 0;
    for (let k = TERMS + order - 1; k >= Math.floor((order + 1) / 2); k--) {
      const falling = factorial(2 * k) / factorial(2 * k - order);
      series += (((k % 2 ? -1 : 1) * falling) / factorial(2 * k + 1)) * Math.pow(u, 2 * k - order);
    }
    return series;
  }
  let slope = Math.sin(u) / u;
  for (let k = 1; k <= order; k++) slope = (Math.sin(u + (k * Math.PI) / 2) - k * slope) / u;
  return slope;
}

/** 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to u. @param {number} u */
export function erf(u) {
  const size = Math.abs(u);
  if (!(size < 2)) return Number.isNaN(u) ? u : Math.sign(u) * (1 - tail(size));
  // All terms of 2/sqrt(pi) e^(-u^2) (u + 2 u^3/3 + 4 u^5/15 + ...) have one sign: nothing cancels.
  let term = u;
  let sum = u;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * u * u) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-u * u) * sum;
}

/** 1 - erf(u). @param {number} u */
export const erfc = (u) => (u < 0.5 ? 1 - erf(u) : u < 2 ? near(u) : tail(u));

/** 1 - erf(u) for u from 2: a continued fraction, from its 60th level upwards. @param {number} u */
function tail(u) {
  if (u > 28) return Number.isNaN(u) ? u : 0;
  let level = u;
  for (let k = 60; k >= 1; k--) level = u + k / 2 / level;
  return expMinusSquare(u) / (Math.sqrt(Math.PI) * level);
}

/** 1 - erf(u) between: the continued fraction needs more levels. @param {number} u */
function near(u) {
  let level = u;
  for (let k = 600; k >= 1; k--) level = u + k / 2 / level;
  return expMinusSquare(u) / (Math.sqrt(Math.PI) * level);
}

/** e^(-u^2), with u^2 in two parts, so that its rounding does not grow. @param {number} u */
function expMinusSquare(u) {
  const head = Math.round(u * 1024) / 1024;
  return Math.exp(-head * head) * Math.exp(-(u - head) * (u + head));
}

/**
 * 1 where the argument at a place is the largest, 0 where it is not; a tie is shared.
 * @param {number} place @param {...number} all
 */
export function largestAt(place, ...all) {
  const best = Math.max(...all);
  if (Number.isNaN(best)) return NaN;
  return all[place] === best ? 1 / all.filter((one) => one === best).length : 0;
}

/** The same for the smallest. @param {number} place @param {...number} all */
export const smallestAt = (place, ...all) => largestAt(place, ...all.map((one) => -one));

/** value, condition, ..., otherwise: the first value whose condition is 1. @param {...number} parts */
export function cases(...parts) {
  for (let k = 0; k + 1 < parts.length; k += 2) {
    if (Number.isNaN(parts[k + 1])) return NaN;
    if (parts[k + 1] === 1) return parts[k];
  }
  return parts[parts.length - 1];
}

/** @param {number} u @param {number} v @param {boolean} holds */
const told = (u, v, holds) => (Number.isNaN(u) || Number.isNaN(v) ? NaN : Number(holds));

/** @param {number} u @param {number} v */
export const greater = (u, v) => told(u, v, u > v);

/** @param {number} u @param {number} v */
export const atLeast = (u, v) => told(u, v, u >= v);

/** @param {number} u @param {number} v */
export const less = (u, v) => told(u, v, u < v);

/** @param {number} u @param {number} v */
export const atMost = (u, v) => told(u, v, u <= v);

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
