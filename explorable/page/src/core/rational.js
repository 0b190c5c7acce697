// @ts-check
/**
 * The numbers in a formula: fractions as long as they are exact, else the nearest number of double precision.
 *
 * @typedef {{ exact: true, p: bigint, q: bigint }} Fraction
 * @typedef {{ exact: false, value: number }} Inexact
 * @typedef {Fraction | Inexact} Constant
 */

/** p / q in lowest terms, q positive. @param {bigint} p @param {bigint} [q] @returns {Fraction} */
export function fraction(p, q = 1n) {
  const divisor = gcd(p < 0n ? -p : p, q < 0n ? -q : q) * (q < 0n ? -1n : 1n);
  return { exact: true, p: p / divisor, q: q / divisor };
}

/** @param {number} value @returns {Inexact} */
export const inexact = (value) => ({ exact: false, value });

/** @param {number} whole */
export const whole = (whole) => fraction(BigInt(whole));

export const ZERO = whole(0);
export const ONE = whole(1);
export const MINUS_ONE = whole(-1);
export const HALF = fraction(1n, 2n);

/** @param {bigint} a @param {bigint} b @returns {bigint} */
function gcd(a, b) {
  while (b) [a, b] = [b, a % b];
  return a;
}

/** The nearest number of double precision. @param {Constant} constant */
export function value(constant) {
  return constant.exact ? quotient(constant.p, constant.q) : constant.value;
}

/** p / q, rounded once. @param {bigint} p @param {bigint} q */
function quotient(p, q) {
  const size = p < 0n ? -p : p;
  if (size <= 9007199254740992n && q <= 9007199254740992n) return Number(p) / Number(q);
  // 64 bits of the quotient, and one that says whether anything follows: enough for one rounding to the nearest.
  const shift = BigInt(64 - (bits(size) - bits(q)));
  const [top, bottom] = shift > 0n ? [size << shift, q] : [size, q << -shift];
  const digits = ((top / bottom) << 1n) | (top % bottom ? 1n : 0n);
  return (p < 0n ? -1 : 1) * scaled(Number(digits), -Number(shift) - 1);
}

/** x 2^power, in two steps, so that neither overflows. @param {number} x @param {number} power */
const scaled = (x, power) => x * 2 ** Math.trunc(power / 2) * 2 ** (power - Math.trunc(power / 2));

/** How many binary digits a whole number of at least 0 has. @param {bigint} n */
export const bits = (n) => (n ? n.toString(2).length : 0);

/** Digits in numerator or denominator, whichever has more. @param {Constant} constant */
export const size = (constant) =>
  constant.exact ? Math.max(bits(constant.p < 0n ? -constant.p : constant.p), bits(constant.q)) : 0;

/** @param {Constant} a @param {Constant} b @returns {Constant} */
export function plus(a, b) {
  if (a.exact && b.exact) return fraction(a.p * b.q + b.p * a.q, a.q * b.q);
  return inexact(value(a) + value(b));
}

/** @param {Constant} a @param {Constant} b @returns {Constant} */
export function times(a, b) {
  if (a.exact && b.exact) return fraction(a.p * b.p, a.q * b.q);
  const product = value(a) * value(b);
  return product === 0 ? ZERO : inexact(product);
}

/** base ^ exponent for a whole exponent. @param {Constant} base @param {bigint} exponent @returns {Constant} */
export function raised(base, exponent) {
  if (!base.exact) return inexact(Math.pow(base.value, Number(exponent)));
  const [p, q] = exponent < 0n ? [base.q, base.p] : [base.p, base.q];
  const count = exponent < 0n ? -exponent : exponent;
  return q === 0n ? inexact(NaN) : fraction(p ** count, q ** count);
}

/** The root if it is a fraction, else null. @param {Fraction} base at least 0 @param {bigint} degree */
export function exactRoot(base, degree) {
  const [p, q] = [wholeRoot(base.p, degree), wholeRoot(base.q, degree)];
  return p === null || q === null ? null : fraction(p, q);
}

/** @param {bigint} n @param {bigint} degree @returns {bigint | null} */
function wholeRoot(n, degree) {
  if (n < 2n) return n;
  if (degree > 64n) return null;
  let guess = BigInt(Math.round(Math.pow(Number(n), 1 / Number(degree))));
  for (const root of [guess - 1n, guess, guess + 1n]) if (root >= 0n && root ** degree === n) return root;
  return null;
}

/** @param {Constant} constant */
export const isZero = (constant) => (constant.exact ? constant.p === 0n : constant.value === 0);

/** @param {Constant} constant */
export const isOne = (constant) => constant.exact && constant.p === 1n && constant.q === 1n;

/** @param {Constant} constant */
export const isWhole = (constant) => constant.exact && constant.q === 1n;

/** @param {Constant} constant */
export const isEven = (constant) => isWhole(constant) && constant.exact && constant.p % 2n === 0n;

/** The largest whole number that is not above. @param {Fraction} constant */
export function floor({ p, q }) {
  const towardsZero = p / q;
  return fraction(p < 0n && p % q ? towardsZero - 1n : towardsZero);
}

/** Which constants are equal. @param {Constant} constant */
export const key = (constant) => (constant.exact ? `${constant.p}/${constant.q}` : `~${constant.value}`);

/**
 * The number that a decimal literal means: a fraction where it is short (0.1 is 1/10) or whole, else a float.
 * @param {string} text @param {number} short digits
 * @returns {Constant}
 */
export function literal(text, short) {
  const [mantissa, exponent = "0"] = text.toLowerCase().split("e");
  const [before, after = ""] = mantissa.split(".");
  const power = BigInt(exponent) - BigInt(after.length);
  const digits = BigInt(before + after || "0");
  const exact = power < 0n ? fraction(digits, 10n ** -power) : fraction(digits * 10n ** power);
  // As in Python: the zeros at the ends of the digits do not count.
  const significant = (before + after).replace(/^0+|0+$/g, "").length;
  return significant <= short || isWhole(exact) ? exact : inexact(Number(text));
}
