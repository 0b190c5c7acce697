// @ts-check
/**
 * A formula that somebody typed becomes an objective, on the page and without a server: read by the grammar of the
 * command line, differentiated exactly, and walked as a tape. It is never made into code.
 */

import { UsageError } from "./errors.js";
import { Graph } from "./graph.js";
import { Reader } from "./grammar.js";
import { fromLatex, isLatex } from "./latex.js";
import { Meaning } from "./meaning.js";
import { stable } from "./stable.js";
import { packedTape, walker } from "./tape.js";
import { ExpressionError, Words, respelt, tokens } from "./tokens.js";

export { ExpressionError };

/** @typedef {import("./types.js").Objective} Objective */
/** @typedef {import("./tokens.js").Vocabulary} Vocabulary */
/** @typedef {import("./tape.js").Tape} Tape */
/** @typedef {{ value: Tape, gradient: Tape, slope: Tape, hessian: Tape }} Tapes */

const HALF_WIDTH = 5;
const TOUR = 256; // points to try as a start
const LEVEL = 1e-9; // a slope below this is flat
const LONGEST_TAPE = 20_000; // steps of value, gradient and Hessian: more would not be walked in time

/**
 * What was typed, as read: an expression, its variables, remarks for the person.
 * Throws ExpressionError, which marks the place, if it is no formula.
 * @param {string} text @param {Vocabulary} vocabulary @param {string[] | null} [variables] the only ones, if given
 */
export function readFormula(text, vocabulary, variables = null) {
  const words = new Words(vocabulary);
  const { longest } = vocabulary.limits;
  const length = [...text].length;
  if (!text.trim()) throw new ExpressionError(text, 0, "There is no expression: type one, such as x**2 + y**2");
  if (length > longest)
    throw new ExpressionError(text, longest, `An expression may have ${longest} characters; this has ${length}`);
  const spelling = isLatex(text) ? fromLatex(text, words) : respelt([...text], vocabulary);
  const { found, remarks } = tokens(text, spelling, words, variables && new Set(variables));
  const reader = new Reader(text, found, remarks, words);
  const head = reader.head();
  const tree = reader.whole();
  const meaning = new Meaning(text, words, head ?? variables);
  const expression = meaning.value(tree);
  const names = [...meaning.algebra.known.values()].filter(
    (node) => node.kind === "variable" && occurs(expression, node),
  );
  return { expression, variables: head ?? names.map((node) => node.name).sort(), algebra: meaning.algebra, remarks };
}

/** @param {import("./algebra.js").Node} node @param {import("./algebra.js").Node} variable @returns {boolean} */
const occurs = (node, variable) =>
  node === variable || node.parts.some((part) => part.varies && occurs(part, variable));

/**
 * The objective of a formula, its view and start as `objectives/typed.py` finds them.
 * Throws UsageError if it has no variable, or no value in the view.
 * @param {string} text @param {Vocabulary} vocabulary
 * @param {{ view?: [number, number][], start?: number[], name?: string, variables?: string[] }} [wish]
 * @returns {Objective & { tapes: Tapes, remarks: string[] }}
 */
export function typedObjective(text, vocabulary, { view, start, name = "typed", variables: only } = {}) {
  const { expression, variables, algebra, remarks } = readFormula(text, vocabulary, only ?? null);
  if (!variables.length) throw new UsageError(`'${text.trim()}' has no variable: type a formula such as x**2 + y**2.`);
  variables.forEach((variable, place) => (algebra.variable(variable).place = place));
  const d = variables.length;
  const graph = new Graph(vocabulary.slopes, d);
  const value = graph.lowered(stable(expression));
  const gradient = variables.map((_, i) => graph.derivative(value, i));
  const upper = gradient.map((slope, i) => variables.map((_, j) => (j < i ? -1 : graph.derivative(slope, j))));
  const hessian = upper.flatMap((row, i) => row.map((place, j) => (j < i ? upper[j][i] : place)));
  if (graph.steps.length > LONGEST_TAPE)
    throw new UsageError("This formula is too long to be played with: shorten it.");
  const taped = (/** @type {number[]} */ results) => {
    const extract = graph.extract(results);
    return packedTape(extract.steps, extract.results, d);
  };
  const tapes = {
    value: taped([value]),
    gradient: taped(gradient),
    slope: taped([value, ...gradient]),
    hessian: taped(hessian),
  };
  const seconds = hessian.map((place) => graph.value(place));
  const window = view ?? variables.map(() => /** @type {[number, number]} */ ([-HALF_WIDTH, HALF_WIDTH]));
  const made = { name, title: text.trim(), text: text.trim(), variables, view: window, remarks, tapes };
  const objective = onTapes({ ...made, start: window.map(middle), quadratic: quadratic(seconds, d) });
  return { ...objective, start: start ?? firstSlope(objective) };
}

/** @param {[number, number]} side */
const middle = ([low, high]) => (low + high) / 2;

/**
 * An objective that walks tapes. What it is made of are plain records, so a worker can make it again.
 * @template {object} T
 * @param {T & { tapes: Tapes, name: string, title: string, text: string, variables: string[], view: [number, number][],
 *   start: number[], quadratic: Objective["quadratic"], remarks: string[] }} made
 */
export function onTapes(made) {
  const [value, gradient, slope, hessian] = [
    made.tapes.value,
    made.tapes.gradient,
    made.tapes.slope,
    made.tapes.hessian,
  ].map(walker);
  /** @type {number[]} */
  const none = [];
  return {
    minima: /** @type {number[][]} */ ([]),
    source: "typed",
    data: null,
    model: null,
    ...made,
    value: (/** @type {ArrayLike<number>} */ p) => value(p, none),
    gradient: (/** @type {ArrayLike<number>} */ p, /** @type {number[] | Float64Array} */ out) => (
      gradient(p, out),
      out
    ),
    slope: (/** @type {ArrayLike<number>} */ p, /** @type {number[] | Float64Array} */ out) => slope(p, out, 1),
    hessian: (/** @type {ArrayLike<number>} */ p, /** @type {number[] | Float64Array} */ out) => (hessian(p, out), out),
  };
}

/**
 * The Hessian and its eigenvalues, smallest first, if it is the same everywhere, for up to two variables.
 * @param {(number | undefined)[]} seconds @param {number} d
 */
function quadratic(seconds, d) {
  if (d > 2 || seconds.includes(undefined)) return null;
  const known = /** @type {number[]} */ (seconds);
  if (d === 1) return { hessian: [known], eigenvalues: known };
  const [a, b, , c] = known;
  const [mean, spread] = [(a + c) / 2, Math.hypot((a - c) / 2, b)];
  return {
    hessian: [
      [a, b],
      [b, c],
    ],
    eigenvalues: [mean - spread, mean + spread],
  };
}

/** The first point of the tour where the function has a slope; if it is flat wherever it is defined, any. @param {Pick<Objective, "view" | "slope" | "title">} objective */
export function firstSlope({ view, slope, title }) {
  /** @type {number[] | null} */
  let flat = null;
  for (const point of tour(view)) {
    const out = new Array(view.length).fill(0);
    const value = slope(point, out);
    if (!Number.isFinite(value) || !out.every(Number.isFinite)) continue;
    if (Math.max(...out.map(Math.abs)) > LEVEL) return point;
    flat ??= point;
  }
  if (!flat) throw new UsageError(`'${title}' has no real value in the view: give it another view.`);
  return flat;
}

/** Points of the view: first near its upper corner, off every diagonal, then evenly all over it. @param {[number, number][]} view */
function* tour(view) {
  const roots = primes(view.length).map(Math.sqrt);
  for (let step = 0; step < TOUR; step++)
    yield view.map(([low, high], k) => rounded(low + (high - low) * ((0.9 - 0.1 * (k % 4) + step * roots[k]) % 1)));
}

/** The first prime numbers. @param {number} count */
function primes(count) {
  /** @type {number[]} */
  const found = [];
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime)) found.push(n);
  return found;
}

/** To two decimals, a tie to the even one, as Python rounds. @param {number} value */
const rounded = (value) => Number(value.toFixed(2));
