// @ts-check
/**
 * Expressions as a tape: a list of operations on registers, common parts once. A tape is plain numbers, so it can be
 * sent to a worker; it is walked, never made into code.
 */

import * as runtime from "./numbers.js";
import * as number from "./rational.js";

/** @typedef {import("./algebra.js").Node} Node */
/**
 * @typedef {object} Tape
 * @property {Int32Array} code operation, two operands, again and again; the result of number i goes into its register
 * @property {Float64Array} start what the registers hold before: constants
 * @property {number} first the register of operation 0
 * @property {number} variables they stand in the first registers
 * @property {Int32Array} results where the results stand
 */

/** Each operation on numbers; its place in the list is its code. @type {[string, (a: number, b: number) => number][]} */
const OPERATIONS = [
  ["add", (a, b) => a + b],
  ["subtract", (a, b) => a - b],
  ["multiply", (a, b) => a * b],
  ["divide", (a, b) => a / b],
  ["power", runtime.power],
  ["sqrt", Math.sqrt],
  ["exp", Math.exp],
  ["ln", Math.log],
  ["sin", Math.sin],
  ["cos", Math.cos],
  ["tan", Math.tan],
  ["asin", Math.asin],
  ["acos", Math.acos],
  ["atan", Math.atan],
  ["atan2", Math.atan2],
  ["sinh", Math.sinh],
  ["cosh", Math.cosh],
  ["tanh", Math.tanh],
  ["asinh", Math.asinh],
  ["acosh", Math.acosh],
  ["atanh", Math.atanh],
  ["abs", Math.abs],
  ["sign", Math.sign],
  ["floor", Math.floor],
  ["ceil", Math.ceil],
  ["max", Math.max],
  ["min", Math.min],
  ["heaviside", runtime.heaviside],
  ["logistic", runtime.logistic],
  ["softplus", runtime.softplus],
];
