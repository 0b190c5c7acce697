// @ts-check
/**
 * Expressions that simplify themselves while they are put together, as SymPy's do: like terms and like powers are
 * collected, what undoes itself is taken out, constants are fractions as long as they can. So x/x is 1 everywhere, as on
 * the command line, and sqrt(x^2) is |x|.
 *
 * An expression is a node. Equal nodes are one node, so common parts are found for nothing.
 */

import * as number from "./rational.js";

/** @typedef {import("./rational.js").Constant} Constant */
/**
 * @typedef {object} Node
 * @property {number} id
 * @property {string} kind constant, variable, e, sum, product, power, or the name of a function
 * @property {Node[]} parts
 * @property {Constant} constant of a constant; what a sum starts from, a product is times
 * @property {Constant[]} coefficients of the terms of a sum
 * @property {string} name of a variable
 * @property {boolean} varies whether there is a variable in it
 */

/** The nodes of one formula. */
export class Algebra {
  constructor() {
    /** @type {Map<string, Node>} */
    this.known = new Map();
    this.zero = this.constant(number.ZERO);
    this.one = this.constant(number.ONE);
    this.e = this.node("e", []);
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
      node = { id: this.known.size, kind, parts, constant, coefficients, name, varies };
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

  /** @param {...Node} terms */
  sum(...terms) {
    /** @type {Map<Node, Constant>} */
    const collected = new Map();
    let constant = /** @type {Constant} */ (number.ZERO);
    const add = (/** @type {Node} */ term, /** @type {Constant} */ times) => {
      if (term.kind === "constant") constant = number.plus(constant, number.times(times, term.constant));
      else if (term.kind === "sum") {
        constant = number.plus(constant, number.times(times, term.constant));
        term.parts.forEach((part, i) => add(part, number.times(times, term.coefficients[i])));
      } else if (term.kind === "product" && !number.isOne(term.constant))
        add(this.scaled(term, number.ONE), number.times(times, term.constant));
      else collected.set(term, number.plus(collected.get(term) ?? number.ZERO, times));
    };
    for (const term of terms) add(term, number.ONE);
    const kept = [...collected].filter(([, times]) => !number.isZero(times));
    if (!kept.length) return this.constant(constant);
    if (kept.length === 1 && number.isZero(constant)) return this.scaled(kept[0][0], kept[0][1]);
    return this.node(
      "sum",
      kept.map(([term]) => term),
      { constant, coefficients: kept.map(([, times]) => times) },
    );
  }

  /** A term that is no sum, times a constant instead of its own. @param {Node} term @param {Constant} times */
  scaled(term, times) {
    const factors = term.kind === "product" ? term.parts : [term];
    if (number.isZero(times)) return this.zero;
    if (factors.length === 1 && number.isOne(times)) return factors[0];
    return this.node("product", factors, { constant: times });
  }

  /** @param {...Node} factors */
  product(...factors) {
    let times = /** @type {Constant} */ (number.ONE);
    /** @type {Map<Node, Node[]>} */
    const collected = new Map();
    const take = (/** @type {Node} */ factor) => {
      if (factor.kind === "constant") times = number.times(times, factor.constant);
      else if (factor.kind === "product") {
        times = number.times(times, factor.constant);
        factor.parts.forEach(take);
      } else {
        const [base, exponent] = factor.kind === "power" ? factor.parts : [factor, this.one];
        collected.set(base, [...(collected.get(base) ?? []), exponent]);
      }
    };
    factors.forEach(take);
    /** @type {Node[]} */
    const kept = [];
    for (const [base, exponents] of collected) {
      const power = exponents.length > 1 ? this.power(base, this.sum(...exponents)) : this.raised(base, exponents[0]);
      if (power.kind === "constant") times = number.times(times, power.constant);
      else if (power.kind === "product") return this.product(power, this.constant(times), ...this.rest(collected, base, kept));
      else kept.push(power);
    }
    if (number.isZero(times)) return this.zero;
    if (!kept.length) return this.constant(times);
    // A number is multiplied out: 2 (x + y) is 2 x + 2 y.
    if (kept.length === 1 && kept[0].kind === "sum" && !number.isOne(times)) return this.stretched(kept[0], times);
    if (kept.length === 1 && number.isOne(times)) return kept[0];
    return this.node("product", kept.sort((a, b) => a.id - b.id), { constant: times });
  }

  /** What a product has besides one base. @param {Map<Node, Node[]>} collected @param {Node} done @param {Node[]} kept */
  rest(collected, done, kept) {
    const bases = [...collected.keys()];
    const others = bases.slice(bases.indexOf(done) + 1);
    return [...kept, ...others.flatMap((base) => (collected.get(base) ?? []).map((one) => this.raised(base, one)))];
  }

  /** @param {Node} sum @param {Constant} times */
  stretched(sum, times) {
    const coefficients = sum.coefficients.map((one) => number.times(one, times));
    return this.node("sum", sum.parts, { constant: number.times(sum.constant, times), coefficients });
  }

  /** base ^ exponent as it stands. @param {Node} base @param {Node} exponent */
  raised(base, exponent) {
    return exponent === this.one ? base : this.node("power", [base, exponent]);
  }

  /** @param {Node} base @param {Node} exponent @returns {Node} */
  power(base, exponent) {
    if (exponent === this.zero || base === this.one) return this.one;
    if (exponent === this.one) return base;
    if (base === this.e) return this.exponential(exponent);
    if (base.kind === "constant" && exponent.kind === "constant") return this.constant(constantPower(base, exponent));
    if (exponent.kind === "constant") return this.constantlyRaised(base, exponent);
    if (base.kind === "power" && base.parts[0] === this.e && !base.varies) return this.exponential(this.product(base.parts[1], exponent));
    return this.raised(base, exponent);
  }

  /** @param {Node} base @param {Node} exponent a constant @returns {Node} */
  constantlyRaised(base, exponent) {
    const whole = number.isWhole(exponent.constant);
    if (base.kind === "product") {
      const times = base.constant;
      if (whole) return this.product(...[this.constant(times), ...base.parts].map((part) => this.power(part, exponent)));
      const size = Math.abs(number.value(times));
      if (size !== 1) {
        const sign = this.constant(number.value(times) < 0 ? number.MINUS_ONE : number.ONE);
        const inner = this.product(sign, ...base.parts);
        const outer = this.constant(number.value(times) < 0 ? number.times(times, number.MINUS_ONE) : times);
        return this.product(this.power(outer, exponent), this.power(inner, exponent));
      }
    }
    if (base.kind === "power") {
      const [inner, before] = base.parts;
      const both = () => this.product(before, exponent);
      if (whole || inner === this.e) return this.power(inner, both());
      if (before.kind === "constant") {
        if (number.isEven(before.constant)) return this.power(this.absolute(inner), both());
        if (this.isNonnegative(inner) || Math.abs(number.value(before.constant)) < 1) return this.power(inner, both());
      }
    }
    if (base.kind === "abs" && number.isEven(exponent.constant)) return this.power(base.parts[0], exponent);
    return this.raised(base, exponent);
  }

  /** e ^ u; logarithms in u come out as powers. @param {Node} u @returns {Node} */
  exponential(u) {
    if (u === this.zero) return this.one;
    const [outside, inside] = this.split(u, (term, times) => term.kind === "ln" && number.value(times) !== 0);
    const powers = outside.map(([term, times]) => this.power(term.parts[0], this.constant(times)));
    if (!powers.length) return this.raised(this.e, u);
    return this.product(...powers, this.exponential(inside));
  }

  /**
   * The terms that are wanted, with their coefficients, and the sum of the others.
   * @param {Node} u @param {(term: Node, times: Constant) => boolean} wanted
   * @returns {[[Node, Constant][], Node]}
   */
  split(u, wanted) {
    /** @type {[Node, Constant][]} */
    const all =
      u.kind === "sum"
        ? u.parts.map((part, i) => [part, u.coefficients[i]])
        : u.kind === "product" && u.parts.length === 1
          ? [[u.parts[0], u.constant]]
          : [[u, number.ONE]];
    const taken = all.filter(([term, times]) => wanted(term, times));
    if (!taken.length) return [[], u];
    const others = all.filter(([term, times]) => !wanted(term, times)).map(([term, times]) => this.scaled(term, times));
    const start = u.kind === "sum" ? [this.constant(u.constant)] : [];
    return [taken, this.sum(...start, ...others)];
  }

  /** @param {Node} u @returns {Node} */
  negative(u) {
    return this.product(this.constant(number.MINUS_ONE), u);
  }

  /** @param {Node} above @param {Node} below */
  quotient(above, below) {
    return this.product(above, this.power(below, this.constant(number.MINUS_ONE)));
  }

  /** @param {Node} u @returns {Node} */
  absolute(u) {
    if (u.kind === "constant") return number.value(u.constant) < 0 ? this.negative(u) : u;
    if (this.isNonnegative(u)) return u;
    if (u.kind === "product" && !number.isOne(u.constant))
      return this.product(this.absolute(this.constant(u.constant)), this.absolute(this.scaled(u, number.ONE)));
    return u.kind === "abs" ? u : this.node("abs", [u]);
  }

  /** Where it is plain to see. @param {Node} u @returns {boolean} */
  isNonnegative(u) {
    if (u.kind === "constant") return number.value(u.constant) >= 0;
    if (u.kind === "power") {
      const [base, exponent] = u.parts;
      if (base === this.e || this.isNonnegative(base)) return true;
      return exponent.kind === "constant" && number.isEven(exponent.constant);
    }
    if (u.kind === "product") return number.value(u.constant) >= 0 && u.parts.every((part) => this.isNonnegative(part));
    if (u.kind === "sum")
      return (
        number.value(u.constant) >= 0 &&
        u.parts.every((part, i) => number.value(u.coefficients[i]) >= 0 && this.isNonnegative(part))
      );
    return u.kind === "e" || u.kind === "abs" || u.kind === "cosh";
  }

  /** @param {Node} u @returns {Node} */
  sign(u) {
    if (u.kind === "constant") return this.whole(Math.sign(number.value(u.constant)));
    if (u.kind === "product" && !number.isOne(u.constant))
      return this.product(this.sign(this.constant(u.constant)), this.sign(this.scaled(u, number.ONE)));
    return u === this.e || (u.kind === "power" && u.parts[0] === this.e) ? this.one : this.node("sign", [u]);
  }

  /** @param {Node} u @returns {Node} */
  logarithm(u) {
    if (u === this.e) return this.one;
    if (u.kind === "power" && u.parts[0] === this.e) return u.parts[1];
    return this.plain("ln", [u]);
  }

  /** A function of which nothing is known but its value. @param {string} kind @param {Node[]} parts */
  plain(kind, parts) {
    const known = parts.map((part) => (part.kind === "constant" ? part.constant : null));
    if (!known.includes(null)) {
      const constant = constantValue(kind, /** @type {Constant[]} */ (known));
      if (constant) return this.constant(constant);
    }
    const inner = INVERSES[kind];
    if (inner && parts[0].kind === inner) return parts[0].parts[0];
    return this.node(kind, parts);
  }
}

/** What undoes itself: sin(asin(u)) is u. */
const INVERSES = /** @type {{ [kind: string]: string }} */ ({
  sin: "asin",
  cos: "acos",
  tan: "atan",
  sinh: "asinh",
  cosh: "acosh",
  tanh: "atanh",
});

/** @param {Node} base @param {Node} exponent both constants @returns {Constant} */
function constantPower({ constant: base }, { constant: exponent }) {
  if (number.isWhole(exponent)) return number.raised(base, exponent.p);
  if (base.exact && exponent.exact && base.p >= 0n) {
    const root = number.exactRoot(base, exponent.q);
    if (root) return number.raised(root, exponent.p);
  }
  return number.inexact(Math.pow(number.value(base), number.value(exponent)));
}

/**
 * The value of a function of constants; null for what is not worked out here.
 * @param {string} kind @param {Constant[]} constants
 * @returns {Constant | null}
 */
function constantValue(kind, constants) {
  const [first] = constants;
  const turns = first.exact ? (number.isZero(first) ? number.ZERO : null) : first.turns;
  if (turns && ["sin", "cos", "tan"].includes(kind)) return quarterTurns(kind, turns);
  const compute = VALUES[kind];
  if (!compute) return null;
  const result = compute(...constants.map(number.value));
  const exact = constants.every((one) => one.exact) && Number.isSafeInteger(result) && EXACT.has(kind);
  return exact || result === 0 ? number.whole(result) : number.inexact(result);
}

/** sin, cos and tan of quarter turns are whole. @param {string} kind @param {import("./rational.js").Fraction} turns */
function quarterTurns(kind, turns) {
  const angle = number.value(turns) * Math.PI;
  const quarters = number.times(turns, number.whole(2));
  if (!number.isWhole(quarters)) return number.inexact(VALUES[kind](angle));
  const quarter = Number(((quarters.p % 4n) + 4n) % 4n);
  const sine = [0, 1, 0, -1][quarter];
  const cosine = [1, 0, -1, 0][quarter];
  if (kind === "tan" && cosine === 0) return number.inexact(NaN);
  return number.whole(kind === "sin" ? sine : kind === "cos" ? cosine : 0);
}

/** Functions whose value at a whole number, if it is whole, is meant to be. */
const EXACT = new Set(["ln", "floor", "ceil", "max", "min", "heaviside", "cosh", "sinh", "tanh", "atan", "acos", "mod"]);

/** @type {{ [kind: string]: (...values: number[]) => number }} */
export const VALUES = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  atan2: Math.atan2,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  ln: Math.log,
};
