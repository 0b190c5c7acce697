// @ts-check
/**
 * Expressions that simplify themselves while they are put together, as SymPy's do: like terms and like powers are
 * collected, what undoes itself is taken out, numbers are fractions as long as they can. So x/x is 1 everywhere, as on
 * the command line, and sqrt(x^2) is |x|.
 *
 * An expression is a node. Equal nodes are one node, so common parts are found for nothing. Functions have the names of
 * their kernels.
 */

import * as number from "./rational.js";

/** @typedef {import("./rational.js").Constant} Constant */
/**
 * @typedef {object} Node
 * @property {Algebra} algebra
 * @property {number} id
 * @property {string} kind constant, variable, e, pi, sum, product, power, or a function
 * @property {Node[]} parts
 * @property {Constant} constant of a constant; what a sum starts from, a product is times
 * @property {Constant[]} coefficients of the terms of a sum
 * @property {string} name of a variable
 * @property {number} place of a variable among the coordinates of a point
 * @property {boolean} varies whether there is a variable in it
 */

/** The nodes of one formula. */
export class Algebra {
  constructor() {
    /** @type {Map<string, Node>} */
    this.known = new Map();
    this.zero = this.constant(number.ZERO);
    this.one = this.constant(number.ONE);
    this.half = this.constant(number.HALF);
    this.minusOne = this.constant(number.MINUS_ONE);
    this.e = this.node("e", []);
    this.pi = this.node("pi", []);
  }

  /**
   * @param {string} kind @param {Node[]} parts @param {Partial<Pick<Node, "constant" | "coefficients" | "name">>} [more]
   * @returns {Node}
   */
  node(kind, parts, { constant = number.ZERO, coefficients = [], name = "" } = {}) {
    const ids = parts.map((part) => part.id).join(",");
    const key = `${kind}:${ids}:${number.key(constant)}:${coefficients.map(number.key).join(",")}:${name}`;
    let node = this.known.get(key);
    if (!node) {
      const varies = kind === "variable" || parts.some((part) => part.varies);
      node = { algebra: this, id: this.known.size, kind, parts, constant, coefficients, name, place: -1, varies };
      this.known.set(key, node);
    }
    return node;
  }

  /** @param {Constant} constant */
  constant(constant) {
    return this.node("constant", [], { constant });
  }

  /** @param {number} value */
  whole(value) {
    return this.constant(number.whole(value));
  }

  /** @param {string} name */
  variable(name) {
    return this.node("variable", [], { name });
  }

  // Sums

  /** @param {...Node} terms */
  sum(...terms) {
    /** @type {Map<Node, Constant>} */
    const collected = new Map();
    let constant = /** @type {Constant} */ (number.ZERO);
    for (const term of terms)
      for (const [part, times] of this.terms(term))
        if (part === this.one) constant = number.plus(constant, times);
        else collected.set(part, number.plus(collected.get(part) ?? number.ZERO, times));
    const kept = [...collected].filter(([, times]) => !number.isZero(times));
    if (!kept.length) return this.constant(constant);
    if (kept.length === 1 && number.isZero(constant)) return this.scaled(kept[0][0], kept[0][1]);
    const coefficients = kept.map(([, times]) => times);
    return this.node(
      "sum",
      kept.map(([term]) => term),
      { constant, coefficients },
    );
  }

  /** The terms of an expression with their coefficients; the number among them is a multiple of one. @param {Node} node @returns {[Node, Constant][]} */
  terms(node) {
    if (node.kind === "constant") return [[this.one, node.constant]];
    if (node.kind === "product") return [[this.scaled(node, number.ONE), node.constant]];
    if (node.kind !== "sum") return [[node, number.ONE]];
    const terms = node.parts.map((part, i) => /** @type {[Node, Constant]} */ ([part, node.coefficients[i]]));
    return number.isZero(node.constant) ? terms : [[this.one, node.constant], ...terms];
  }

  /** A term that is no sum, times a number instead of its own. @param {Node} term @param {Constant} times */
  scaled(term, times) {
    if (term === this.one) return this.constant(times);
    const factors = term.kind === "product" ? term.parts : [term];
    if (number.isZero(times)) return this.zero;
    return factors.length === 1 && number.isOne(times)
      ? factors[0]
      : this.node("product", factors, { constant: times });
  }

  // Products

  /** @param {...Node} factors @returns {Node} */
  product(...factors) {
    let times = /** @type {Constant} */ (number.ONE);
    /** @type {Map<Node, Node[]>} */
    const collected = new Map();
    for (const factor of factors.flatMap(factorsOf)) {
      if (factor.kind === "constant") times = number.times(times, factor.constant);
      else {
        const [base, exponent] = factor.kind === "power" ? factor.parts : [factor, this.one];
        collected.set(base, [...(collected.get(base) ?? []), exponent]);
      }
    }
    if (number.isZero(times)) return this.zero;
    /** @type {Node[]} */
    const kept = [];
    let again = false;
    for (const [base, exponents] of collected) {
      const power = exponents.length > 1 ? this.power(base, this.sum(...exponents)) : this.raised(base, exponents[0]);
      if (power.kind === "constant") times = number.times(times, power.constant);
      else kept.push(power);
      again ||=
        exponents.length > 1 &&
        (power.kind === "product" || (power.kind !== "power" && collected.has(power) && power !== base));
    }
    if (again) return this.product(this.constant(times), ...kept);
    if (!kept.length) return this.constant(times);
    if (kept.length > 1)
      return this.node(
        "product",
        kept.sort((a, b) => a.id - b.id),
        { constant: times },
      );
    // A number is multiplied out: 2 (x + y) is 2 x + 2 y.
    return kept[0].kind === "sum" ? this.stretched(kept[0], times) : this.scaled(kept[0], times);
  }

  /** @param {Node} sum @param {Constant} times */
  stretched(sum, times) {
    if (number.isOne(times)) return sum;
    const coefficients = sum.coefficients.map((one) => number.times(one, times));
    return this.node("sum", sum.parts, { constant: number.times(sum.constant, times), coefficients });
  }

  /** @param {Node} u */
  negative(u) {
    return this.product(this.minusOne, u);
  }

  /** @param {Node} above @param {Node} below */
  quotient(above, below) {
    return this.product(above, this.power(below, this.minusOne));
  }

  // Powers

  /** base ^ exponent as it stands. @param {Node} base @param {Node} exponent */
  raised(base, exponent) {
    return exponent === this.one ? base : this.node("power", [base, exponent]);
  }

  /** @param {Node} base @param {Node} exponent @returns {Node} */
  power(base, exponent) {
    if (exponent === this.zero || base === this.one) return this.one;
    if (exponent === this.one) return base;
    if (base === this.e) return this.exponential(exponent);
    if (exponent.kind !== "constant") return this.raised(base, exponent);
    if (base.kind === "constant") return this.numbersRaised(base, exponent);
    if (base.kind === "product") return this.productRaised(base, exponent);
    if (base.kind === "power") return this.powerRaised(base, exponent);
    if (base.kind === "Abs" && number.isEven(exponent.constant)) return this.power(base.parts[0], exponent);
    return this.raised(base, exponent);
  }

  /** @param {Node} base @param {Node} exponent both numbers */
  numbersRaised(base, exponent) {
    const [u, v] = [base.constant, exponent.constant];
    if (v.exact && number.isWhole(v)) return this.constant(number.raised(u, v.p));
    if (!u.exact || !v.exact) return this.constant(number.inexact(Math.pow(number.value(u), number.value(v))));
    const root = u.p >= 0n ? number.exactRoot(u, v.q) : null;
    return root ? this.constant(number.raised(root, v.p)) : this.raised(base, exponent);
  }

  /** A whole power goes to each factor; any other to what is not negative: the size of the number, squares. @param {Node} base @param {Node} exponent @returns {Node} */
  productRaised(base, exponent) {
    const { constant, parts } = base;
    if (number.isWhole(exponent.constant))
      return this.product(...[this.constant(constant), ...parts].map((part) => this.power(part, exponent)));
    const free = parts.filter(isNonnegative);
    if (free.length && free.length < parts.length) {
      const rest = this.product(this.constant(constant), ...parts.filter((part) => !isNonnegative(part)));
      return this.product(...free.map((part) => this.power(part, exponent)), this.power(rest, exponent));
    }
    const negative = number.value(constant) < 0;
    const size = negative ? number.times(constant, number.MINUS_ONE) : constant;
    if (number.isOne(size)) {
      const all = !negative && parts.length > 1 && free.length === parts.length;
      return all ? this.product(...parts.map((part) => this.power(part, exponent))) : this.raised(base, exponent);
    }
    const rest = this.scaled(base, negative ? number.MINUS_ONE : number.ONE);
    return this.product(this.power(this.constant(size), exponent), this.power(rest, exponent));
  }

  /** (u^v)^w is u^(v w) where that is the same for all u. @param {Node} base @param {Node} exponent @returns {Node} */
  powerRaised(base, exponent) {
    const [inner, before] = base.parts;
    const both = this.product(before, exponent);
    if (number.isWhole(exponent.constant) || inner === this.e) return this.power(inner, both);
    if (before.kind !== "constant") return this.raised(base, exponent);
    if (number.isEven(before.constant)) return this.power(this.absolute(inner), both);
    const safe = isNonnegative(inner) || Math.abs(number.value(before.constant)) < 1;
    return safe ? this.power(inner, both) : this.raised(base, exponent);
  }

  /** e ^ u; logarithms in u come out as powers. @param {Node} u @returns {Node} */
  exponential(u) {
    if (u === this.zero) return this.one;
    const terms = this.terms(u);
    const isLog = (/** @type {[Node, Constant]} */ [term]) => term.kind === "log";
    if (!terms.some(isLog)) return this.raised(this.e, u);
    const powers = terms.filter(isLog).map(([term, times]) => this.power(term.parts[0], this.constant(times)));
    const rest = terms.filter((one) => !isLog(one)).map(([term, times]) => this.scaled(term, times));
    return this.product(...powers, this.exponential(this.sum(...rest)));
  }

  // Functions

  /** @param {Node} u @returns {Node} */
  logarithm(u) {
    if (u === this.one) return this.zero;
    if (u === this.e) return this.one;
    return u.kind === "power" && u.parts[0] === this.e ? u.parts[1] : this.node("log", [u]);
  }

  /** @param {Node} u @returns {Node} */
  absolute(u) {
    if (u.kind === "constant") return number.value(u.constant) < 0 ? this.negative(u) : u;
    if (isNonnegative(u)) return u;
    if (u.kind !== "product" || number.isOne(u.constant)) return u.kind === "Abs" ? u : this.node("Abs", [u]);
    return this.product(this.absolute(this.constant(u.constant)), this.absolute(this.scaled(u, number.ONE)));
  }

  /** sin, cos or tan, whole at quarter turns. @param {"sin" | "cos" | "tan"} kind @param {Node} u */
  circular(kind, u) {
    const turns = u === this.zero ? number.ZERO : u === this.pi ? number.ONE : this.timesPi(u);
    const quarters = turns && number.times(turns, number.whole(2));
    if (!quarters?.exact || !number.isWhole(quarters)) return this.function(kind, u);
    const quarter = Number(((quarters.p % 4n) + 4n) % 4n);
    const sine = [0, 1, 0, -1][quarter];
    const cosine = [1, 0, -1, 0][quarter];
    if (kind === "tan") return cosine ? this.zero : this.constant(number.inexact(NaN));
    return this.whole(kind === "sin" ? sine : cosine);
  }

  /** k, of k pi. @param {Node} u */
  timesPi(u) {
    return u.kind === "product" && u.parts.length === 1 && u.parts[0] === this.pi ? u.constant : null;
  }

  /** A function, unless its argument undoes it. @param {string} kind @param {...Node} parts @returns {Node} */
  function(kind, ...parts) {
    if (INVERSES[kind] && parts[0].kind === INVERSES[kind]) return parts[0].parts[0];
    if (parts[0] === this.zero && AT_ZERO[kind] !== undefined) return this.whole(AT_ZERO[kind]);
    return this.node(kind, parts);
  }
}

/** What undoes itself: sin(asin(u)) is u. @type {{ [kind: string]: string }} */
const INVERSES = { sin: "asin", cos: "acos", tan: "atan", sinh: "asinh", cosh: "acosh", tanh: "atanh" };

/** @type {{ [kind: string]: number }} */
const AT_ZERO = { asin: 0, atan: 0, sinh: 0, cosh: 1, tanh: 0, asinh: 0, atanh: 0, erf: 0 };

/** The factors of an expression, its number among them. @param {Node} node @returns {Node[]} */
const factorsOf = (node) => (node.kind === "product" ? [node.algebra.constant(node.constant), ...node.parts] : [node]);

/** Where it is plain to see. @param {Node} u @returns {boolean} */
export function isNonnegative(u) {
  const positive = (/** @type {Constant} */ constant) => number.value(constant) >= 0;
  if (u.kind === "constant") return positive(u.constant);
  if (u.kind === "power") {
    const [base, exponent] = u.parts;
    return isNonnegative(base) || (exponent.kind === "constant" && number.isEven(exponent.constant));
  }
  if (u.kind === "product") return positive(u.constant) && u.parts.every(isNonnegative);
  if (u.kind === "sum") return positive(u.constant) && u.coefficients.every(positive) && u.parts.every(isNonnegative);
  return ["e", "pi", "Abs", "cosh"].includes(u.kind);
}
