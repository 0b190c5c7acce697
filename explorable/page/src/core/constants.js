// @ts-check
/**
 * The value of an expression without a variable. Where it has none, it is NaN if SymPy knows that it is not real or
 * infinite, and infinite if all that can be said is that it is no number of a sane size.
 */

import { KERNELS } from "./kernels.js";
import * as number from "./rational.js";

/** @typedef {import("./algebra.js").Node} Node */

/** @param {Node} node @returns {number} */
export function constantValue(node) {
  const { kind, parts, constant, coefficients } = node;
  if (kind === "constant") return number.value(constant);
  if (kind === "e") return Math.E;
  if (kind === "pi") return Math.PI;
  const values = parts.map(constantValue);
  const lost = values.find((value) => !Number.isFinite(value));
  if (lost !== undefined) return lost;
  if (kind === "sum")
    return values.reduce((total, value, i) => total + number.value(coefficients[i]) * value, number.value(constant));
  if (kind === "product") return values.reduce((total, value) => total * value, number.value(constant));
  return kind === "power" ? powerValue(values[0], values[1], node) : functionValue(kind, values);
}

/** @param {number} base @param {number} exponent @param {Node} node */
function powerValue(base, exponent, { parts: [u, v], algebra }) {
  if (u === algebra.e) return finite(Math.exp(exponent));
  if (base < 0 && !Number.isInteger(exponent)) {
    const exact = u.kind === "constant" && !u.constant.exact;
    return exact || (v.kind === "constant" && Number.isInteger(2 * exponent)) ? NaN : Infinity;
  }
  return base === 0 && exponent < 0 ? NaN : finite(Math.pow(base, exponent));
}

/** @param {string} kind @param {number[]} values */
function functionValue(kind, values) {
  const [u, v] = values;
  if (kind === "log" && u <= 0) return NaN;
  if (kind === "atan2" && u === 0 && v === 0) return NaN;
  if (kind === "atanh" && Math.abs(u) === 1) return NaN;
  if (kind === "acosh" && [0, 0.5, -0.5, -1].includes(u)) return NaN;
  return finite(KERNELS[kind](...values));
}

/** @param {number} value */
const finite = (value) => (Number.isFinite(value) ? value : Infinity);
