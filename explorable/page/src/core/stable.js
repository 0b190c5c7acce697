// @ts-check
/**
 * The same function in a form that neither overflows nor cancels where its value is harmless: the page's copy of
 * `objectives/stable.py`, rule by rule. What a person reads stays as it was typed.
 */

import { constantValue } from "./constants.js";
import * as number from "./rational.js";

/** @typedef {import("./algebra.js").Algebra} Algebra */
/** @typedef {import("./algebra.js").Node} Node */
/** @typedef {import("./rational.js").Constant} Constant */
/** @typedef {[Node, Constant]} Term a term without its number, and that */

/** @param {Node} node @returns {Node} */
export const stable = (node) => new Rewriting(node.algebra).rewritten(node);

class Rewriting {
  /** @param {Algebra} algebra */
  constructor(algebra) {
    this.algebra = algebra;
    /** @type {Map<Node, Node>} */
    this.known = new Map();
  }

  /** From the leaves upwards. @param {Node} node @returns {Node} */
  rewritten(node) {
    if (!node.parts.length || !node.varies) return node;
    let found = this.known.get(node);
    if (!found) {
      found = this.better(
        this.rebuilt(
          node,
          node.parts.map((part) => this.rewritten(part)),
        ),
      );
      this.known.set(node, found);
    }
    return found;
  }

  /** @param {Node} node @param {Node[]} parts */
  rebuilt(node, parts) {
    const a = this.algebra;
    if (parts.every((part, k) => part === node.parts[k])) return node;
    if (node.kind === "sum")
      return a.sum(
        a.constant(node.constant),
        ...parts.map((part, k) => a.product(a.constant(node.coefficients[k]), part)),
      );
    if (node.kind === "product") return a.product(a.constant(node.constant), ...parts);
    if (node.kind === "power") return a.power(parts[0], parts[1]);
    return node.kind === "log" ? a.logarithm(parts[0]) : a.node(node.kind, parts);
  }

  /** @param {Node} node @returns {Node} */
  better(node) {
    if (!node.varies) return node;
    if (node.kind === "sum") return this.sum(node);
    if (node.kind === "product" || (node.kind === "power" && !isExp(node))) return this.product(node);
    return node.kind === "log" ? this.logarithm(node.parts[0]) : node;
  }

  /** @param {string} kind @param {...Node} parts */
  of(kind, ...parts) {
    return this.algebra.node(kind, parts);
  }

  /** @param {Node} u */
  halved(u) {
    return this.algebra.product(this.algebra.half, u);
  }

  // Positive quantities, by their logarithm

  /** The logarithm of a positive quantity that is made of exponentials; null of anything else. @param {Node} node @returns {Node | null} */
  logOf(node) {
    const a = this.algebra;
    const [u, v] = node.parts;
    if (isExp(node)) return v;
    if (["constant", "e", "pi"].includes(node.kind)) return constantValue(node) > 0 ? a.logarithm(node) : null;
    if (node.kind === "Logistic") return a.negative(this.of("Softplus", a.negative(u)));
    if (node.kind === "Share") return a.negative(this.of("LogTotal", ...node.parts));
    if (node.kind === "cosh") return this.of("LogCosh", u);
    if (node.kind === "Sech") return a.negative(this.of("LogCosh", u));
    if (node.kind === "power") {
      const inner = this.logOf(u);
      return inner && a.product(v, inner);
    }
    if (node.kind === "product") {
      const logs = (number.isOne(node.constant) ? [] : [a.constant(node.constant)])
        .concat(node.parts)
        .map((one) => this.logOf(one));
      return logs.includes(null) ? null : a.sum(.../** @type {Node[]} */ (logs));
    }
    const exponents = this.exponents(node);
    return exponents.length ? this.total(exponents) : null;
  }

  /** The logarithms of the terms of a sum of positive quantities; empty if it is none. @param {Node} total @returns {Node[]} */
  exponents(total) {
    if (total.kind !== "sum" || !total.varies) return [];
    const logs = this.algebra.terms(total).map(([term, times]) => this.logOf(this.algebra.scaled(term, times)));
    return logs.includes(null) ? [] : /** @type {Node[]} */ (logs);
  }

  /** log(e^u + e^v + ...): one of the exponents, and what the others add. @param {Node[]} exponents @param {Node} [first] */
  total(exponents, first) {
    const [own, others] = this.pivoted(exponents, first);
    return this.algebra.sum(own, this.of(others.length === 1 ? "Softplus" : "LogTotal", ...others));
  }

  /** One exponent (`first`, else 0, else the first), and the differences of the others to it. @param {Node[]} exponents @param {Node} [first] @returns {[Node, Node[]]} */
  pivoted(exponents, first) {
    const wanted = [first, this.algebra.zero].find((one) => one && exponents.includes(one));
    const own = wanted ?? exponents[0];
    const place = exponents.indexOf(own);
    const others = exponents.filter((_, k) => k !== place);
    return [own, others.map((other) => this.algebra.sum(other, this.algebra.negative(own)))];
  }

  // Sums

  /** @param {Node} node @returns {Node} */
  sum(node) {
    for (const rule of [this.hyperbolic, this.centred, this.complements, this.rootLessOne, this.totalLessExponent]) {
      const better = rule.call(this, node);
      if (better) return better.kind !== "sum" || better === node ? better : this.sum(better);
    }
    return node;
  }

  /** e^u + e^-u is 2 cosh u, e^u - e^-u is 2 sinh u. @param {Node} node */
  hyperbolic(node) {
    const a = this.algebra;
    const terms = a.terms(node);
    if (terms.length !== 2 || !terms.every(([term]) => isExp(term))) return null;
    const [[up, one], [down, other]] = terms;
    const [u, v] = [up.parts[1], down.parts[1]];
    if (u !== a.negative(v)) return null;
    const twice = a.constant(number.times(one, number.whole(2)));
    if (number.key(one) === number.key(other)) return a.product(twice, this.of("cosh", u));
    const opposite = number.key(one) === number.key(number.times(other, number.MINUS_ONE));
    return opposite ? a.product(twice, this.of("sinh", u)) : null;
  }

  /** 2 sigmoid(u) - 1 is tanh u/2. @param {Node} node */
  centred({ constant, parts, coefficients, algebra }) {
    if (number.isZero(constant) || parts.length !== 1 || parts[0].kind !== "Logistic") return null;
    if (number.key(coefficients[0]) !== number.key(number.times(constant, number.whole(-2)))) return null;
    const factor = algebra.constant(number.times(constant, number.MINUS_ONE));
    return algebra.product(factor, this.of("tanh", this.halved(parts[0].parts[0])));
  }

  /** n - n X, for an X that may come close to 1: what is left is computed by itself. @param {Node} node */
  complements({ constant, parts, coefficients, algebra: a }) {
    if (number.isZero(constant)) return null;
    const sign = Math.sign(number.value(constant));
    const size = magnitude(constant);
    /** @type {{ k: number, size: Constant, left: Node }[]} */
    const found = [];
    parts.forEach((part, k) => {
      if (!coefficients[k].exact) return;
      const left = this.complement(part, -Math.sign(number.value(coefficients[k])) * sign);
      if (left) found.push({ k, size: magnitude(coefficients[k]), left });
    });
    const all = found.reduce((total, one) => number.plus(total, one.size), /** @type {Constant} */ (number.ZERO));
    let chosen = number.key(all) === number.key(size) ? found : [];
    if (!chosen.length) chosen = found.filter((one) => number.key(one.size) === number.key(size)).slice(0, 1);
    if (!chosen.length) return null;
    const gone = new Set(chosen.map(({ k }) => k));
    const kept = parts.map((part, k) => a.scaled(part, coefficients[k])).filter((_, k) => !gone.has(k));
    const factor = (/** @type {Constant} */ times) =>
      a.constant(sign < 0 ? number.times(times, number.MINUS_ONE) : times);
    return a.sum(...kept, ...chosen.map((one) => a.product(factor(one.size), one.left)));
  }

  /** 1 - X (sign 1) or 1 + X (sign -1) without cancelling; null if X is none of those that are known. @param {Node} part @param {number} sign @returns {Node | null} */
  complement(part, sign) {
    const a = this.algebra;
    const [u, v] = part.parts;
    const signed = (/** @type {Node} */ one) => (sign === 1 ? one : a.negative(one));
    if (part.kind === "cos")
      return a.product(a.whole(2), a.power(this.of(sign === 1 ? "sin" : "cos", this.halved(u)), a.whole(2)));
    if (part.kind === "tanh") return a.product(a.whole(2), this.of("Logistic", a.product(a.whole(-2), signed(u))));
    if (part.kind === "erf") return this.of("Erfc", signed(u));
    const squared = part.kind === "power" && v === a.whole(2) ? u.kind : "";
    if (sign !== 1) return squared === "sinh" ? a.power(this.of("cosh", u.parts[0]), a.whole(2)) : null;
    if (isExp(part)) return a.negative(this.of("Expm1", v));
    if (part.kind === "Logistic") return this.of("Logistic", a.negative(u));
    if (part.kind === "Share") return this.of("Logistic", this.total(part.parts));
    if (part.kind === "Erfc") return this.of("erf", u);
    return squared === "tanh" ? a.power(this.of("Sech", u.parts[0]), a.whole(2)) : null;
  }

  /** c sqrt(w + r) - c sqrt(w), with numbers c and w: c sqrt(w) (sqrt(1 + r/w) - 1). @param {Node} node */
  rootLessOne({ constant, parts, coefficients, algebra: a }) {
    if (!constant.exact || number.isZero(constant)) return null;
    for (const [k, root] of parts.entries()) {
      const size = coefficients[k];
      const [base, exponent] = root.kind === "power" ? root.parts : [a.zero, a.zero];
      if (!size.exact || exponent !== a.half || number.value(constant) * number.value(size) >= 0) continue;
      const below = base.kind === "sum" ? base.constant : number.ZERO;
      if (!below.exact || number.value(below) <= 0) continue;
      const squares = [number.times(number.times(size, size), below), number.times(constant, constant)];
      if (number.key(squares[0]) !== number.key(squares[1])) continue;
      const varying = a.quotient(a.sum(base, a.negative(a.constant(below))), a.constant(below));
      const rest = parts.map((part, i) => a.scaled(part, coefficients[i])).filter((_, i) => i !== k);
      return a.sum(
        ...rest,
        a.product(a.constant(number.times(constant, number.MINUS_ONE)), this.of("Root1pm1", varying)),
      );
    }
    return null;
  }

  /** log(1 + e^u) - u is log(1 + e^-u); the same for one of several exponents. @param {Node} node */
  totalLessExponent(node) {
    const a = this.algebra;
    const terms = a.terms(node);
    const keyOf = (/** @type {Term} */ [term, times]) => `${term.id} ${number.key(times)}`;
    const own = new Set(terms.map(keyOf));
    for (const [total, size] of terms) {
      if (total.kind !== "Softplus" && total.kind !== "LogTotal") continue;
      for (const exponent of total.parts) {
        const gone = a.terms(a.product(a.constant(number.times(size, number.MINUS_ONE)), exponent)).map(keyOf);
        if (!gone.every((one) => own.has(one))) continue;
        const left = terms.filter((one) => one[0] !== total && !gone.includes(keyOf(one)));
        const exchanged = a.sum(this.total([a.zero, ...total.parts], exponent), a.negative(exponent));
        return a.sum(...left.map(([term, times]) => a.scaled(term, times)), a.product(a.constant(size), exchanged));
      }
    }
    return null;
  }

  // Products and powers

  /** Exponentials over sums of exponentials as shares; hyperbolic quotients as what they are. @param {Node} node */
  product(node) {
    const a = this.algebra;
    /** @type {Node[]} */
    const factors = node.kind === "product" ? [a.constant(node.constant)] : [];
    /** @type {[Node[], Node][]} */
    const sums = [];
    let exponent = a.zero;
    for (const factor of node.kind === "product" ? node.parts : [node]) {
      const [base, power] = factor.kind === "power" ? factor.parts : [factor, a.one];
      const sign = power.kind === "constant" ? Math.sign(number.value(power.constant)) : 0;
      const exponents = sign < 0 ? this.exponents(base) : [];
      if (isExp(factor)) exponent = a.sum(exponent, power);
      else if (sign < 0 && base.kind === "cosh")
        factors.push(a.power(this.of("Sech", base.parts[0]), a.negative(power)));
      else if (exponents.length) sums.push([exponents, a.negative(power)]);
      else if (sign > 0 && base.kind === "Logistic") sums.push([[a.zero, a.negative(base.parts[0])], power]);
      else factors.push(factor);
    }
    for (const [exponents, power] of sums) {
      const [rest, shares] = this.shares(exponents, power, exponent);
      exponent = rest;
      factors.push(...shares);
    }
    return this.quotients(a.product(...factors, a.exponential(exponent)));
  }

  /** e^exponent over a power of a sum of exponentials: what is left of the exponent, and the shares. @param {Node[]} exponents @param {Node} power @param {Node} exponent @returns {[Node, Node[]]} */
  shares(exponents, power, exponent) {
    const a = this.algebra;
    for (const own of exponents) {
      const times = own === a.zero ? a.zero : a.quotient(exponent, own);
      const [most, count] = [wholeOf(power), wholeOf(times)];
      if (most === null || count === null || count <= 0) continue;
      const taken = Math.min(count, most);
      const left = a.sum(exponent, a.product(a.whole(-taken), own));
      const share = a.power(this.share(exponents, own)[1], a.whole(taken));
      if (taken === most) return [left, [share]];
      const [rest, shares] = this.shares(exponents, a.whole(most - taken), left);
      return [rest, [share, ...shares]];
    }
    const [own, share] = this.share(exponents);
    return [a.sum(exponent, a.negative(a.product(power, own))), [a.power(share, power)]];
  }

  /** @param {Node[]} exponents @param {Node} [first] @returns {[Node, Node]} */
  share(exponents, first) {
    const [own, others] = this.pivoted(exponents, first);
    return [
      own,
      others.length === 1 ? this.of("Logistic", this.algebra.negative(others[0])) : this.of("Share", ...others),
    ];
  }

  /** sinh u / cosh u and (e^u - 1) / (e^u + 1) are tanh u and tanh u/2; sigmoid(u) sigmoid(-u) is a slope. @param {Node} node */
  quotients(node) {
    const a = this.algebra;
    if (node.kind !== "product") return node;
    /** @type {Map<Node, Node>} */
    const factors = new Map(
      node.parts.map((factor) => (factor.kind === "power" ? [factor.parts[0], factor.parts[1]] : [factor, a.one])),
    );
    for (const base of [...factors.keys()]) {
      const [below, slope] = this.partner(base);
      const [own, under] = [base, below].map((one) =>
        one && factors.has(one) ? wholeOf(/** @type {Node} */ (factors.get(one))) : null,
      );
      if (!below || own === null || under === null || own <= 0 || under <= 0) continue;
      const count = Math.min(own, under);
      factors.set(base, a.whole(own - count));
      factors.set(below, a.whole(under - count));
      factors.set(slope, a.sum(factors.get(slope) ?? a.zero, a.whole(count)));
    }
    return a.product(a.constant(node.constant), ...[...factors].map(([base, power]) => a.power(base, power)));
  }

  /** What stands below a hyperbolic sine or the like, and what the quotient is. @param {Node} base @returns {[Node | null, Node]} */
  partner(base) {
    const [u] = base.parts;
    if (base.kind === "sinh") return [this.of("Sech", u), this.of("tanh", u)];
    const opposite = ["Logistic", "Expm1"].includes(base.kind) ? this.of("Logistic", this.algebra.negative(u)) : null;
    if (base.kind === "Logistic") return [opposite, this.of("LogisticSlope", u)];
    return base.kind === "Expm1" ? [opposite, this.of("tanh", this.halved(u))] : [null, base];
  }

  // Logarithms

  /** log of a product by its positive factors; log(1 + v) and log(1 - e^u) by themselves. @param {Node} argument */
  logarithm(argument) {
    const a = this.algebra;
    const number_ =
      argument.kind === "product" && !number.isOne(argument.constant) ? [a.constant(argument.constant)] : [];
    const factors = argument.kind === "product" ? [...number_, ...argument.parts] : [argument];
    const logs = factors.map((factor) => this.logOf(factor));
    if (!logs.some((log) => log?.varies)) return this.nearOne(argument);
    const rest = a.product(...factors.filter((_, k) => !logs[k]));
    const known = /** @type {Node[]} */ (logs.filter(Boolean));
    const total = a.sum(...known, ...(rest === a.one ? [] : [this.nearOne(rest)]));
    return total.kind === "sum" ? this.sum(total) : total;
  }

  /** @param {Node} argument @returns {Node} */
  nearOne(argument) {
    const a = this.algebra;
    const [rest, times] = a.terms(argument)[0];
    if (argument.kind !== "sum" && rest.kind === "Expm1" && number.value(times) < 0) {
      const size = a.constant(number.times(times, number.MINUS_ONE));
      return a.sum(this.of("Log1mExp", rest.parts[0]), a.logarithm(size));
    }
    const constant = argument.kind === "sum" ? argument.constant : number.ZERO;
    if (number.isZero(constant)) return a.logarithm(argument);
    const lessOne = a.sum(argument, a.minusOne);
    const better = lessOne.kind === "sum" ? this.sum(lessOne) : lessOne;
    return number.isOne(constant) || better !== lessOne ? this.of("Log1p", better) : a.logarithm(argument);
  }
}

/** @param {Node} node */
const isExp = ({ kind, parts, algebra }) => kind === "power" && parts[0] === algebra.e;

/** @param {Constant} constant */
const magnitude = (constant) => (number.value(constant) < 0 ? number.times(constant, number.MINUS_ONE) : constant);

/** The whole number that an expression is, or null. @param {Node} node */
const wholeOf = ({ kind, constant }) =>
  kind === "constant" && number.isWhole(constant) ? number.value(constant) : null;
