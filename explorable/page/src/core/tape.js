// @ts-check
/**
 * A formula as a list of steps, each a kernel of earlier results: data, that a loop walks through. Nothing is made into
 * code, so what somebody typed is never run; and a list of numbers can be sent to a worker.
 */

import { KERNELS } from "./kernels.js";

/** @typedef {{ kernel: string, inputs: number[], value: number }} Step */
/**
 * @typedef {object} Tape
 * @property {string[]} kernels the kernel of each step; constants and inputs are no steps here
 * @property {Int32Array} inputs where the inputs of all steps stand, one after the other
 * @property {Int32Array} ends where the inputs of each step end in `inputs`
 * @property {Float64Array} start what the registers hold before: the inputs' places, constants, then a place a step
 * @property {number} first the register of the first step
 * @property {Int32Array} results registers
 */

const BASIC = ["add", "subtract", "multiply", "divide", "negative", "reciprocal", "square", "cube", "sqrt", "exp"];

/**
 * @param {Step[]} steps in order; a step `input` has its place in `value`, a step `number` its value
 * @param {number[]} results @param {number} dimension how many inputs there are
 * @returns {Tape}
 */
export function packedTape(steps, results, dimension) {
  const numbers = steps.filter((step) => step.kernel === "number");
  const kernels = steps.filter((step) => !["number", "input"].includes(step.kernel));
  const first = dimension + numbers.length;
  const places = new Map();
  numbers.forEach((step, k) => places.set(step, dimension + k));
  kernels.forEach((step, k) => places.set(step, first + k));
  const register = (/** @type {number} */ place) =>
    steps[place].kernel === "input" ? steps[place].value : places.get(steps[place]);
  const start = new Float64Array(first + kernels.length);
  numbers.forEach((step, k) => (start[dimension + k] = step.value));
  const ends = [];
  const inputs = [];
  for (const step of kernels) {
    inputs.push(...step.inputs.map(register));
    ends.push(inputs.length);
  }
  return {
    kernels: kernels.map((step) => step.kernel),
    inputs: Int32Array.from(inputs),
    ends: Int32Array.from(ends),
    start,
    first,
    results: Int32Array.from(results, register),
  };
}

/**
 * A function that walks a tape: fills `out` with the results at a point, and returns the first of them.
 * @param {Tape} tape
 * @returns {(p: ArrayLike<number>, out: number[] | Float64Array, from?: number) => number} `from` skips results
 */
export function walker({ kernels, inputs, ends, start, first, results }) {
  const registers = start.slice();
  const codes = Int32Array.from(kernels, (kernel) => BASIC.indexOf(kernel));
  const functions = kernels.map((kernel) => KERNELS[kernel]);
  const dimension = start.length - kernels.length;
  return (p, out, from = 0) => {
    for (let i = 0; i < p.length && i < dimension; i++) registers[i] = p[i];
    let at = 0;
    for (let k = 0; k < codes.length; k++) {
      const u = registers[inputs[at]];
      const end = ends[k];
      let result;
      switch (codes[k]) {
        case 0:
          result = u + registers[inputs[at + 1]];
          break;
        case 1:
          result = u - registers[inputs[at + 1]];
          break;
        case 2:
          result = u * registers[inputs[at + 1]];
          break;
        case 3:
          result = u / registers[inputs[at + 1]];
          break;
        case 4:
          result = -u;
          break;
        case 5:
          result = 1 / u;
          break;
        case 6:
          result = u * u;
          break;
        case 7:
          result = u * u * u;
          break;
        case 8:
          result = Math.sqrt(u);
          break;
        case 9:
          result = Math.exp(u);
          break;
        default:
          if (end - at === 1) result = functions[k](u);
          else if (end - at === 2) result = functions[k](u, registers[inputs[at + 1]]);
          else result = functions[k](...Array.from(inputs.subarray(at, end), (place) => registers[place]));
      }
      registers[first + k] = result;
      at = end;
    }
    for (let i = from; i < results.length; i++) out[i - from] = registers[results[i]];
    return registers[results[0]];
  };
}
