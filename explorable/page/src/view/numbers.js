/** Numbers as a reader wants them: as many digits as they deserve, the true minus sign, powers of ten written out. */

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @param {number} exponent */
const raised = (exponent) =>
  (exponent < 0 ? "⁻" : "") + [...String(Math.abs(exponent))].map((digit) => RAISED[+digit]).join("");

/**
 * Significant digits, without trailing zeros: `0.35991`, `−2.5`, `6.7·10⁻⁶`.
 * @param {number} value
 * @param {number} [digits]
 */
export function figure(value, digits = 4) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "no number" : value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power < -4 || power > 5) {
    const shown = String(Number(mantissa)).replace("-", "−");
    return shown === "1" ? `10${raised(power)}` : `${shown}·10${raised(power)}`;
  }
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

/**
 * A number whose width does not change while it counts: five decimals, or a power of ten.
 * @param {number} value
 */
export function steady(value) {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (!Number.isFinite(value) || size < 1e-5 || size >= 1e6) return figure(value, 3);
  return value.toFixed(size >= 1000 ? 2 : 5).replace("-", "−");
}

/**
 * A point as it is read: (−1.5, −0.5).
 * @param {ArrayLike<number>} point
 * @param {number} [digits]
 */
export const place = (point, digits = 3) => `(${Array.from(point, (x) => figure(x, digits)).join(", ")})`;

/**
 * As many digits as a step of this size needs: what is dragged by a pixel does not have sixteen.
 * @param {number} value
 * @param {number} step
 */
export function rounded(value, step) {
  if (!(step > 0) || !Number.isFinite(value)) return value;
  const decimals = Math.min(Math.max(0, Math.ceil(-Math.log10(step)) + 1), 15);
  return Number(value.toFixed(decimals));
}

/**
 * Marks for an axis: round numbers, or powers of ten.
 * @param {number} value
 * @param {boolean} log
 */
export function tick(value, log) {
  if (!log) return figure(value, 6);
  const power = Math.round(Math.log10(value));
  return power >= 0 && power <= 2 ? String(10 ** power) : `10${raised(power)}`;
}
