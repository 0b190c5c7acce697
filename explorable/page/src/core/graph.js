// @ts-check
/**
 * Steps under construction, none of them twice, and their derivatives as further steps: the page's copy of
 * `objectives/tape.py`. What a function's own slope is comes from Python, as a small tape for each (`slopes`).
 */

import { constantValue } from "./constants.js";
import * as number from "./rational.js";

/** @typedef {import("./algebra.js").Node} Node */
/** @typedef {import("./tape.js").Step} Step */
/** @typedef {{ steps: [string, number[], number][], result: number }} Template inputs stand for arguments */
/** @typedef {{ [kernel: string]: Template[] }} Slopes for each argument of a function */

const SIMPLE = /** @type {[number, string][]} */ ([
  [0.5, "sqrt"],
  [2, "square"],
  [3, "cube"],
]);

export class Graph {
  /** @param {Slopes} slopes @param {number} dimension */
  constructor(slopes, dimension) {
    this.slopes = slopes;
    /** @type {Step[]} */
    this.steps = [];
    /** @type {Map<string, number>} */
    this.places = new Map();
    /** @type {Map<Node, number>} */
    this.known = new Map();
    /** Slopes that are 0 wherever another case, or another argument of max, holds. @type {Set<number>} */
    this.sparse = new Set();
    this.inputs = Array.from({ length: dimension }, (_, k) => this.step("input", [], k));
  }

  /** @param {string} kernel @param {number[]} inputs @param {number} [value] */
  step(kernel, inputs, value = 0) {
    const key = `${kernel} ${inputs.join(" ")} ${Object.is(value, -0) ? "-0" : value}`;
    let place = this.places.get(key);
    if (place === undefined) {
      place = this.steps.push({ kernel, inputs, value }) - 1;
      this.places.set(key, place);
    }
    return place;
  }

  /** @param {number} value */
  number(value) {
    return this.step("number", [], value + 0);
  }

  /** The number that a step is; undefined for anything that varies. @param {number} place */
  value(place) {
    return this.steps[place].kernel === "number" ? this.steps[place].value : undefined;
  }

  // Arithmetic that does without what changes nothing

  /** @param {number} left @param {number} right */
  add(left, right) {
    if (this.value(left) === 0) return right;
    if (this.value(right) === 0) return left;
    if (this.steps[right].kernel === "negative") return this.step("subtract", [left, this.steps[right].inputs[0]]);
    return this.step("add", [left, right]);
  }

  /** @param {number} place */
  negative(place) {
    const value = this.value(place);
    if (value !== undefined) return this.number(-value);
    return this.steps[place].kernel === "negative" ? this.steps[place].inputs[0] : this.step("negative", [place]);
  }

  /** @param {number} left @param {number} right @returns {number} */
  multiply(left, right) {
    const [one, other] = [this.value(left), this.value(right)];
    if (one === 0 || other === 0) return this.number(0);
    if (one !== undefined && other !== undefined && Number.isFinite(one * other)) return this.number(one * other);
    if (one === 1) return right;
    if (other === 1) return left;
    if (one === -1) return this.negative(right);
    if (other === -1) return this.negative(left);
    return left === right ? this.step("square", [left]) : this.step("multiply", [left, right]);
  }

  /** @param {number} over @param {number} under */
  divide(over, under) {
    if (this.value(over) === 0 || this.value(under) === 1) return over;
    return this.value(over) === 1 ? this.step("reciprocal", [under]) : this.step("divide", [over, under]);
  }

  /** @param {number} base @param {number} exponent @returns {number} */
  power(base, exponent) {
    if (exponent === 0) return this.number(1);
    if (exponent === 1) return base;
    if (exponent === -0.5 || exponent === -1) return this.divide(this.number(1), this.power(base, -exponent));
    const simple = SIMPLE.find(([known]) => known === exponent);
    return simple ? this.step(simple[1], [base]) : this.step("power", [base, this.number(exponent)]);
  }

  // From an expression

  /** The step that computes an expression. @param {Node} node */
  lowered(node) {
    let place = this.known.get(node);
    if (place === undefined) {
      place = this.made(node);
      this.known.set(node, place);
    }
    return place;
  }

  /** @param {Node} node @returns {number} */
  made(node) {
    if (!node.varies) return this.number(constantValue(node));
    if (node.kind === "variable") return this.inputs[node.place];
    if (node.kind === "sum") return this.total(node);
    if (node.kind === "product") return this.products(node);
    if (node.kind === "power") return this.raised(node);
    return this.step(
      node.kind,
      node.parts.map((part) => this.lowered(part)),
    );
  }

  /** @param {Node} node */
  total(node) {
    const terms = node.parts.map((part, i) => this.times(node.coefficients[i], this.lowered(part)));
    return [this.number(number.value(node.constant)), ...terms].reduce((left, right) => this.add(left, right));
  }

  /** @param {number.Constant} times @param {number} place */
  times(times, place) {
    const value = number.value(times);
    if (value < 0) return this.negative(this.multiply(this.number(-value), place));
    return this.multiply(this.number(value), place);
  }

  /** Factors, and one division by those with a negative power. @param {Node} node */
  products(node) {
    const under = node.parts.filter(isDivisor).map((factor) => this.lowered(inverted(factor)));
    const over = node.parts.filter((factor) => !isDivisor(factor)).map((factor) => this.lowered(factor));
    const value = number.value(node.constant);
    const upper = [this.number(Math.abs(value)), ...over].reduce((left, right) => this.multiply(left, right));
    const whole = under.length
      ? this.divide(
          upper,
          under.reduce((left, right) => this.multiply(left, right)),
        )
      : upper;
    return value < 0 ? this.negative(whole) : whole;

    /** @param {Node} factor @returns {Node} */
    function inverted(factor) {
      const [base, exponent] = factor.parts;
      const positive = number.times(exponent.constant, number.MINUS_ONE);
      return number.isOne(positive) ? base : factor.algebra.raised(base, factor.algebra.constant(positive));
    }
  }

  /** @param {Node} node */
  raised({ parts: [base, exponent], algebra }) {
    if (base === algebra.e) return this.step("exp", [this.lowered(exponent)]);
    const place = this.lowered(base);
    if (exponent.kind === "constant") return this.power(place, number.value(exponent.constant));
    return this.step("power", [place, this.lowered(exponent)]);
  }

  // Derivatives

  /** The step that computes the derivative of a step by an input. @param {number} place @param {number} input */
  derivative(place, input) {
    /** @type {Map<number, number>} */
    const slopes = new Map([[this.inputs[input], this.number(1)]]);
    for (const one of [...this.needed([place])].sort((a, b) => a - b)) {
      if (slopes.has(one)) continue;
      const slope = this.slope(one, slopes);
      if (slope !== null) slopes.set(one, slope);
    }
    return slopes.get(place) ?? this.number(0);
  }

  /** @param {number[]} results */
  needed(results) {
    /** @type {Set<number>} */
    const needed = new Set();
    const waiting = [...results];
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
      if (needed.has(place)) continue;
      needed.add(place);
      waiting.push(...this.steps[place].inputs);
    }
    return needed;
  }

  /** The chain rule for one step; null if it does not vary. @param {number} place @param {Map<number, number>} slopes */
  slope(place, slopes) {
    const { kernel, inputs } = this.steps[place];
    const varying = inputs.map((_, k) => k).filter((k) => slopes.has(inputs[k]));
    if (!varying.length) return null;
    if (kernel === "Cases") return this.ofCases(inputs, slopes);
    const parts = varying.map((k) =>
      this.chained(this.partial(place, k), /** @type {number} */ (slopes.get(inputs[k]))),
    );
    const total = parts.reduce((left, right) => this.add(left, right));
    if (parts.some((part) => this.sparse.has(part))) this.sparse.add(total);
    return this.value(total) === 0 ? null : total;
  }

  /** Two slopes multiplied; 0 where the inner one is because another case holds, whatever the outer one. @param {number} outer @param {number} inner */
  chained(outer, inner) {
    const chooses = ["largest_at", "smallest_at"].includes(this.steps[outer].kernel);
    const sparse = this.sparse.has(inner);
    const plain = !(chooses || sparse) || this.value(outer) !== undefined || this.value(inner) === 0;
    const product = plain
      ? this.multiply(outer, inner)
      : this.step("scaled", chooses ? [inner, outer] : [outer, inner]);
    if (chooses || sparse) this.sparse.add(product);
    return product;
  }

  /** @param {number[]} inputs @param {Map<number, number>} slopes */
  ofCases(inputs, slopes) {
    const last = inputs.length - 1;
    const flat = inputs.map((input, k) => (k % 2 && k < last ? input : (slopes.get(input) ?? this.number(0))));
    const values = new Set(flat.filter((_, k) => k % 2 === 0));
    if (values.size === 1) return this.value(flat[0]) === 0 ? null : flat[0];
    const made = this.step("Cases", flat);
    this.sparse.add(made);
    return made;
  }

  /** The derivative of a step by its k-th input. @param {number} place @param {number} k */
  partial(place, k) {
    const { kernel, inputs } = this.steps[place];
    if (kernel in RULES) return RULES[kernel](this, place, inputs, k);
    if (kernel === "Max" || kernel === "Min")
      return this.step(kernel === "Max" ? "largest_at" : "smallest_at", [this.number(k), ...inputs]);
    const templates = this.slopes[kernel];
    return templates ? this.inserted(templates[k], inputs) : this.number(0);
  }

  /** A small tape with arguments in their places, made of steps of this graph. @param {Template} template @param {number[]} inputs */
  inserted({ steps, result }, inputs) {
    /** @type {number[]} */
    const made = [];
    for (const [kernel, sources, value] of steps)
      made.push(
        kernel === "input"
          ? inputs[value]
          : kernel === "number"
            ? this.number(value)
            : this.applied(
                kernel,
                sources.map((source) => made[source]),
              ),
      );
    return made[result];
  }

  /** @param {string} kernel @param {number[]} inputs @returns {number} */
  applied(kernel, inputs) {
    if (kernel === "add") return this.add(inputs[0], inputs[1]);
    if (kernel === "negative") return this.negative(inputs[0]);
    if (kernel === "multiply") return this.multiply(inputs[0], inputs[1]);
    return this.step(kernel, inputs);
  }

  /** The steps that results need, in order, and where the results are among them. @param {number[]} results */
  extract(results) {
    const order = [...this.needed(results)].sort((a, b) => a - b);
    const places = new Map(order.map((place, k) => [place, k]));
    const at = (/** @type {number} */ place) => /** @type {number} */ (places.get(place));
    const steps = order.map((place) => ({ ...this.steps[place], inputs: this.steps[place].inputs.map(at) }));
    return { steps, results: results.map(at) };
  }
}

/** Whether a factor is 1/u or 1/sqrt(u). @param {Node} factor */
function isDivisor({ kind, parts, algebra }) {
  if (kind !== "power" || parts[0] === algebra.e || parts[1].kind !== "constant") return false;
  const exponent = parts[1].constant;
  return exponent.exact && exponent.p === -1n && (exponent.q === 1n || exponent.q === 2n);
}

/** @type {{ [kernel: string]: (g: Graph, place: number, inputs: number[], k: number) => number }} */
const RULES = {
  add: (g) => g.number(1),
  subtract: (g, _, __, k) => g.number(k ? -1 : 1),
  negative: (g) => g.number(-1),
  multiply: (_, __, inputs, k) => inputs[1 - k],
  scaled: (_, __, inputs, k) => inputs[1 - k],
  divide: (g, place, inputs, k) => (k ? g.negative(g.divide(place, inputs[1])) : g.divide(g.number(1), inputs[1])),
  reciprocal: (g, place, inputs) => g.negative(g.divide(place, inputs[0])),
  square: (g, _, inputs) => g.multiply(g.number(2), inputs[0]),
  cube: (g, _, inputs) => g.multiply(g.number(3), g.power(inputs[0], 2)),
  sqrt: (g, place) => g.divide(g.number(0.5), place),
  power: (g, place, inputs, k) => (k ? g.multiply(place, g.step("log", [inputs[0]])) : below(g, inputs)),
  Share: (g, place, inputs, k) => g.negative(g.multiply(place, shareOf(g, inputs, k))),
  LogTotal: (g, _, inputs, k) => shareOf(g, inputs, k),
  SincSlope: (g, _, inputs) => g.step("SincSlope", [inputs[0], g.number((g.value(inputs[1]) ?? 0) + 1)]),
};

/** e^(one of the exponents) / (1 + e^u + e^v + ...). @param {Graph} g @param {number[]} exponents @param {number} k */
const shareOf = (g, exponents, k) =>
  g.step("Share", [
    g.negative(exponents[k]),
    ...exponents.filter((_, i) => i !== k).map((other) => g.add(other, g.negative(exponents[k]))),
  ]);

/** v u^(v - 1). @param {Graph} g @param {number[]} inputs */
function below(g, [base, exponent]) {
  const known = g.value(exponent);
  if (known !== undefined) return g.multiply(exponent, g.power(base, known - 1));
  return g.multiply(exponent, g.step("power", [base, g.add(exponent, g.number(-1))]));
}
