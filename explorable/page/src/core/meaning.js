// @ts-check
/**
 * What the words of a formula mean: the tree of `grammar.js` becomes an expression. The page's copy of
 * `objectives/meaning.py`, with its limits and sentences; nothing that is typed is ever run.
 */

import { Algebra } from "./algebra.js";
import { constantValue } from "./constants.js";
import { closest, unknown } from "./errors.js";
import { Reader } from "./grammar.js";
import * as number from "./rational.js";
import { ExpressionError, respelt, tokens } from "./tokens.js";

/** @typedef {import("./algebra.js").Node} Node */
/** @typedef {import("./grammar.js").Tree} Tree */
/** @typedef {import("./tokens.js").Words} Words */
/** @typedef {{ [name: string]: Node }} Bound */

const CONDITIONS = ["Greater", "AtLeast", "Less", "AtMost", "Both", "Either"];
/** @type {{ [sign: string]: string }} */
const RELATIONS = { ">": "Greater", ">=": "AtLeast", "<": "Less", "<=": "AtMost" };
/** @type {{ [sign: string]: number[] }} */
const AHEAD = { ">": [1], ">=": [0, 1], "<": [-1], "<=": [-1, 0] };
const SHORT = 4; // digits up to which a decimal is taken as the fraction that it looks like

/** Reads trees of one formula. */
export class Meaning {
  /** @param {string} text @param {Words} words @param {string[] | null} variables the only ones, if given */
  constructor(text, words, variables) {
    this.text = text;
    this.words = words;
    this.variables = variables;
    this.limits = words.vocabulary.limits;
    this.algebra = new Algebra();
    this.true = this.algebra.node("Greater", [this.algebra.one, this.algebra.zero]);
    this.false = this.algebra.node("Greater", [this.algebra.zero, this.algebra.one]);
    /** What u, v, w stand for inside a definition, and the place of the call. @type {Bound | null} */
    this.bound = null;
    /** @type {number | null} */
    this.place = null;
    /** @type {Set<Node>} */
    this.checked = new Set();
    /** @type {Map<string, Tree>} */
    this.definitions = new Map();
  }

  /** @param {Tree} node @param {string} message */
  refuse(node, message) {
    return new ExpressionError(this.text, this.place ?? node.place, message);
  }

  /** The expression of a tree that is a number for each point. @param {Tree} node @returns {Node} */
  value(node) {
    const found = this.read(node);
    if (CONDITIONS.includes(found.kind))
      throw this.refuse(node, "This is a condition; it stands behind if: x if x > 0 else -x");
    return found;
  }

  /** @param {Tree} node @returns {Node} */
  condition(node) {
    const found = node.kind === "pair" ? null : this.read(node);
    if (!found || !CONDITIONS.includes(found.kind))
      throw this.refuse(node, "Here a condition was expected, such as x > 0");
    return found;
  }

  /** @param {Tree} node @returns {Node} */
  read(node) {
    switch (node.kind) {
      case "number":
        return this.number(node);
      case "name":
        return this.name(node);
      case "minus":
        return this.algebra.negative(this.value(node.parts[0]));
      case "sum":
        return this.chain(node, (left, sign, right) =>
          this.algebra.sum(left, sign === "+" ? right : this.algebra.negative(right)),
        );
      case "product":
        return this.chain(node, (left, sign, right) =>
          sign === "*" ? this.algebra.product(left, right) : this.algebra.quotient(left, right),
        );
      case "power":
        return this.power(node);
      case "compare":
        return this.compare(node);
      case "and":
        return this.allOf(node.parts.map((part) => this.condition(part)));
      case "or":
        return this.anyOf(node.parts.map((part) => this.condition(part)));
      case "if":
        return this.cases([this.value(node.parts[0]), this.condition(node.parts[1]), this.value(node.parts[2])]);
      case "call":
        return this.call(node);
      default:
        throw this.refuse(node, "A value with its condition stands in piecewise only; a decimal number is written 0.5");
    }
  }

  /** @param {Tree} node */
  number(node) {
    const { largest } = this.limits;
    const constant = number.literal(node.name, SHORT);
    const power = magnitude(node.name);
    if (power !== null && Math.abs(power) > largest)
      throw this.refuse(node, `Numbers may go up to 10^${largest}, and down to 10^-${largest}`);
    return this.algebra.constant(constant);
  }

  /** @param {Tree} node */
  name(node) {
    const { name } = node;
    if (this.bound && name in this.bound) return this.bound[name];
    if (this.words.isConstant(name)) return name === "pi" ? this.algebra.pi : this.algebra.e;
    if (this.variables && !this.variables.includes(name))
      throw this.refuse(node, unknown("variable", name, this.variables).message.replace(/\.$/, ""));
    if (name === "I" || !this.words.variable.test(name)) throw this.refuse(node, this.notAVariable(name));
    return this.algebra.variable(name);
  }

  /** @param {string} name */
  notAVariable(name) {
    if (name === "I")
      return "I is the imaginary unit, which has no place here: everything is real; call the variable i";
    const near = closest(name, this.words.known, 0.7);
    return `'${name}' is not a variable; ${near ? `did you mean ${near}?` : "a variable is called like x, w1 or theta"}`;
  }

  /** @param {Tree} node @param {(left: Node, sign: string, right: Node) => Node} step */
  chain(node, step) {
    const [first, ...others] = node.parts;
    return others.reduce((left, part, k) => {
      const right = this.value(part);
      return this.sane(step(left, node.signs[k + 1], right), part);
    }, this.value(first));
  }

  /** @param {Tree} node */
  power(node) {
    const { largestExponent } = this.limits;
    const [base, exponent] = node.parts.map((part) => this.value(part));
    if (this.isTooLarge(base, exponent)) throw this.refuse(node.parts[1], "This power is too large a number");
    if (exponent.kind === "constant" && Math.abs(number.value(exponent.constant)) > largestExponent)
      throw this.refuse(node.parts[1], `Exponents may go up to ${largestExponent}`);
    return this.sane(this.algebra.power(base, exponent), node);
  }

  /** @param {Tree} node */
  compare(node) {
    const values = node.parts.map((part) => this.value(part));
    return this.allOf(node.signs.map((sign, k) => this.related(sign, values[k], values[k + 1])));
  }

  /** A comparison; of two constants, whether it is true. @param {string} sign @param {Node} left @param {Node} right */
  related(sign, left, right) {
    if (left.varies || right.varies) return this.algebra.node(RELATIONS[sign], [left, right]);
    const [u, v] = [constantValue(left), constantValue(right)];
    return AHEAD[sign].includes(Number(u > v) - Number(u < v)) ? this.true : this.false;
  }

  /** @param {Node[]} conditions */
  allOf(conditions) {
    if (conditions.includes(this.false)) return this.false;
    const open = conditions.filter((one) => one !== this.true);
    return open.length > 1 ? this.algebra.node("Both", open) : (open[0] ?? this.true);
  }

  /** @param {Node[]} conditions */
  anyOf(conditions) {
    if (conditions.includes(this.true)) return this.true;
    const open = conditions.filter((one) => one !== this.false);
    return open.length > 1 ? this.algebra.node("Either", open) : (open[0] ?? this.false);
  }

  /** value, condition, ..., otherwise; cases inside the last value are its further branches. @param {Node[]} parts @returns {Node} */
  cases(parts) {
    const branches = parts.slice(0, -1);
    const otherwise = parts[parts.length - 1];
    for (let k = 1; k < branches.length; k += 2) {
      if (branches[k] === this.true) return this.cases([...branches.slice(0, k - 1), branches[k - 1]]);
      if (branches[k] === this.false)
        return this.cases([...branches.slice(0, k - 1), ...branches.slice(k + 1), otherwise]);
    }
    if (!branches.length) return otherwise;
    if (otherwise.kind === "Cases") return this.cases([...branches, ...otherwise.parts]);
    const values = new Set([...branches.filter((_, k) => k % 2 === 0), otherwise]);
    return values.size === 1 ? otherwise : this.algebra.node("Cases", parts);
  }

  /** @param {Tree} node @returns {Node} */
  call(node) {
    const { functions, spread, defaults } = this.words.vocabulary;
    const name = spread[node.name] ?? node.name;
    const [meaning, fewest, most] = functions[name];
    if (node.parts.length < fewest || node.parts.length > most) {
      const count = fewest === most ? String(fewest) : `${fewest} to ${most}`;
      throw this.refuse(node, `The function ${node.name} takes ${count} argument${most > 1 ? "s" : ""}`);
    }
    if (name === "piecewise") return this.piecewise(node);
    if (name === "where")
      return this.cases([this.value(node.parts[1]), this.condition(node.parts[0]), this.value(node.parts[2])]);
    const values = node.parts.map((part) => this.value(part));
    if (!meaning) return this.sane(this.primitive(name, values), node);
    if (name in defaults && values.length === 1) values.push(this.value(this.definition(defaults[name])));
    return this.inside(node, values, () => this.value(this.definition(meaning)));
  }

  /** Read a definition, with the arguments for its letters. @param {Tree} node @param {Node[]} values @param {() => Node} read */
  inside(node, values, read) {
    const [bound, place] = [this.bound, this.place];
    this.bound = Object.fromEntries(values.map((value, k) => ["uvw"[k], value]));
    this.place ??= node.place;
    const found = read();
    [this.bound, this.place] = [bound, place];
    return found;
  }

  /** The tree of what a function stands for. @param {string} meaning */
  definition(meaning) {
    let found = this.definitions.get(meaning);
    if (!found) {
      const spelling = respelt([...meaning], this.words.vocabulary);
      found = new Reader(meaning, tokens(meaning, spelling, this.words, null).found, [], this.words).whole();
      this.definitions.set(meaning, found);
    }
    return found;
  }

  /** (value, condition) pairs, or both in turns, either first; a last value alone stands for otherwise. @param {Tree} node */
  piecewise(node) {
    const flat = node.parts.flatMap((part) => (part.kind === "pair" ? part.parts : [part]));
    /** @type {[Tree, Tree][]} */
    let pairs = [];
    for (let k = 0; k + 1 < flat.length; k += 2) pairs.push([flat[k], flat[k + 1]]);
    let last = flat.length % 2 ? flat[flat.length - 1] : null;
    if (pairs.length && ["compare", "and", "or"].includes(pairs[0][0].kind)) pairs = pairs.map(([a, b]) => [b, a]);
    if (!last && pairs.length && ["True", "true"].includes(pairs[pairs.length - 1][1].name))
      last = /** @type {[Tree, Tree]} */ (pairs.pop())[0];
    if (!last) throw this.refuse(node, "Add the value where none of the conditions holds: piecewise(x^2, x > 0, -x)");
    return this.cases([
      ...pairs.flatMap(([value, holds]) => [this.value(value), this.condition(holds)]),
      this.value(last),
    ]);
  }

  /** @param {string} name @param {Node[]} values @returns {Node} */
  primitive(name, values) {
    const a = this.algebra;
    const [u, v] = values;
    switch (name) {
      case "sin":
      case "cos":
      case "tan":
        return a.circular(name, u);
      case "exp":
        return a.exponential(u);
      case "ln":
        return a.logarithm(u);
      case "abs":
        return a.absolute(u);
      case "sign":
      case "heaviside":
      case "floor":
      case "ceil":
        return this.flat(name, u);
      case "mod":
        return u.varies || v.varies
          ? a.node("Mod", values)
          : a.sum(u, a.negative(a.product(v, this.flat("floor", a.quotient(u, v)))));
      case "erfc":
        return a.sum(a.one, a.negative(a.function("erf", u)));
      case "max":
        return a.node("Max", values);
      case "min":
        return a.node("Min", values);
      case "sinc":
        return u === a.zero ? a.one : a.node("SincSlope", [u, a.zero]);
      default:
        return a.function(name, ...values);
    }
  }

  /** What is constant between its jumps; a number, of a constant. @param {string} name @param {Node} u @returns {Node} */
  flat(name, u) {
    const kind =
      /** @type {{ [name: string]: string }} */ ({ heaviside: "Heaviside", floor: "Floor", ceil: "Ceil" })[name] ??
      name;
    if (u.varies) return this.algebra.node(kind, [u]);
    const exact = u.kind === "constant" && u.constant.exact ? u.constant : null;
    if (exact && kind === "Floor") return this.algebra.constant(number.floor(exact));
    if (exact && kind === "Ceil") return this.algebra.negative(this.flat("floor", this.algebra.negative(u)));
    const value = constantValue(this.algebra.node(kind, [u]));
    return kind === "Heaviside" && value === 0.5 ? this.algebra.half : this.algebra.whole(value);
  }

  // Sizes

  /** Whether a power is a constant with more digits than anybody needs. @param {Node} base @param {Node} exponent */
  isTooLarge(base, exponent) {
    if (base.varies || exponent.varies || base === this.algebra.zero || base === this.algebra.e) return false;
    const digits = base.kind === "constant" && base.constant.exact ? number.size(base.constant) - 1 : 0;
    const size = Math.max(digits, Math.abs(Math.log2(Math.abs(constantValue(base)))));
    return Math.abs(constantValue(exponent)) * size > this.limits.mostBits;
  }

  /** The expression, if it is real and all numbers in it are of a sane size. @param {Node} expression @param {Tree} node */
  sane(expression, node) {
    const fresh = this.unchecked(expression);
    const wrong = this.wrong(fresh);
    if (wrong) throw this.refuse(node, wrong);
    fresh.forEach((one) => this.checked.add(one));
    return expression;
  }

  /** @param {Node} expression @param {Set<Node>} [found] */
  unchecked(expression, found = new Set()) {
    if (this.checked.has(expression) || found.has(expression)) return found;
    found.add(expression);
    expression.parts.forEach((part) => this.unchecked(part, found));
    return found;
  }

  /** What is wrong with these nodes, in a sentence. @param {Set<Node>} nodes */
  wrong(nodes) {
    const { largest, largestExponent, mostBits } = this.limits;
    const all = [...nodes];
    const constants = all.filter((one) => !one.varies).map(constantValue);
    const numbers = all.flatMap(({ kind, constant, coefficients }) =>
      kind === "variable" ? [] : [constant, ...coefficients],
    );
    if (constants.some(Number.isNaN) || numbers.some((one) => Number.isNaN(number.value(one))))
      return "This is not a real number";
    if (numbers.some((one) => number.size(one) > mostBits)) return "The numbers in this grow too large";
    const powers = all.filter((one) => one.kind === "power");
    if (
      powers.some(({ parts: [, v] }) => v.kind === "constant" && Math.abs(number.value(v.constant)) > largestExponent)
    )
      return `Exponents may go up to ${largestExponent}`;
    if (powers.some(({ parts: [u, v] }) => v.varies && !u.varies && constantValue(u) < 0))
      return "A negative number to a varying power is not real";
    const sane = (/** @type {number} */ value) =>
      value === 0 || (Math.abs(value) >= 10 ** -largest && Math.abs(value) <= 10 ** largest);
    if (![...constants, ...numbers.map(number.value)].every(sane))
      return "This constant is not a real number between 10^-100 and 10^100";
    return null;
  }
}

/** The power of ten of the first digit of a literal; null of zero. @param {string} text */
function magnitude(text) {
  const [mantissa, exponent = "0"] = text.toLowerCase().split("e");
  const [before, after = ""] = mantissa.split(".");
  const digits = before + after;
  const first = digits.search(/[1-9]/);
  return first < 0 ? null : before.length - 1 - first + Number(exponent);
}
