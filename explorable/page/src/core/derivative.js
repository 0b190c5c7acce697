// @ts-check
/**
 * The real derivative of an expression, as it holds almost everywhere: |u|' = sign(u) u', and what is constant between
 * its jumps has none. These are the conventions of `objectives/numeric.py`. Exact: nothing is divided by a small step.
 */

import * as number from "./rational.js";

/** @typedef {import("./algebra.js").Algebra} Algebra */
/** @typedef {import("./algebra.js").Node} Node */

/**
 * @param {Algebra} algebra @param {Node} node @param {Node} variable
 * @param {Map<Node, Node>} [known] derivatives that have been worked out before
 * @returns {Node}
 */
export function derivative(algebra, node, variable, known = new Map()) {
  if (!node.varies) return algebra.zero;
  if (node === variable) return algebra.one;
  let result = known.get(node);
  if (!result) {
    result = derived(algebra, node, (part) => derivative(algebra, part, variable, known));
    known.set(node, result);
  }
  return result;
}

/** @param {Algebra} a @param {Node} node @param {(part: Node) => Node} slope @returns {Node} */
function derived(a, node, slope) {
  const { kind, parts } = node;
  if (kind === "variable") return a.zero;
  if (kind === "sum") return a.sum(...parts.map((part, i) => a.product(a.constant(node.coefficients[i]), slope(part))));
  if (kind === "product") return a.sum(...parts.map((_, i) => productSlope(a, node, i, slope)));
  if (kind === "power") return powerSlope(a, node, slope);
  if (kind === "if") return a.choice(parts[0], slope(parts[1]), slope(parts[2]));
  if (kind === "max" || kind === "min") return a.sum(...parts.map((_, i) => a.product(share(a, node, i), slope(parts[i]))));
  if (kind === "atan2") return angleSlope(a, parts, slope);
  if (kind === "mod") return a.sum(slope(parts[0]), a.negative(a.product(a.floor(a.quotient(parts[0], parts[1])), slope(parts[1]))));
  const outer = SLOPES[kind];
  return outer ? a.product(outer(a, parts[0], node), slope(parts[0])) : a.zero;
}

/** @param {Algebra} a @param {Node} product @param {number} i @param {(part: Node) => Node} slope */
function productSlope(a, product, i, slope) {
  const inner = slope(product.parts[i]);
  if (inner === a.zero) return inner;
  const others = product.parts.filter((_, k) => k !== i);
  return a.product(a.constant(product.constant), inner, ...others);
}

/** @param {Algebra} a @param {Node} power @param {(part: Node) => Node} slope */
function powerSlope(a, power, slope) {
  const [base, exponent] = power.parts;
  if (!base.varies) {
    const factor = base === a.e ? a.one : a.logarithm(base);
    return a.product(power, factor, slope(exponent));
  }
  if (!exponent.varies) {
    const lower = a.power(base, a.sum(exponent, a.constant(number.MINUS_ONE)));
    return a.product(exponent, lower, slope(base));
  }
  const inBase = a.product(exponent, slope(base), a.power(base, a.constant(number.MINUS_ONE)));
  return a.product(power, a.sum(a.product(slope(exponent), a.logarithm(base)), inBase));
}

/** How much of the largest (smallest) argument i is: 1, 0, or one half where two are equal. @param {Algebra} a @param {Node} node @param {number} i */
function share(a, node, i) {
  const own = node.parts[i];
  const others = node.parts.filter((_, k) => k !== i);
  const rival = others.length > 1 ? a.plain(node.kind, others) : others[0];
  return a.heaviside(node.kind === "max" ? a.sum(own, a.negative(rival)) : a.sum(rival, a.negative(own)));
}

/** Of the angle of (v, u): (v u' - u v') / (u^2 + v^2). @param {Algebra} a @param {Node[]} parts @param {(part: Node) => Node} slope */
function angleSlope(a, [u, v], slope) {
  const two = a.whole(2);
  const above = a.sum(a.product(v, slope(u)), a.negative(a.product(u, slope(v))));
  return a.quotient(above, a.sum(a.power(u, two), a.power(v, two)));
}

/**
 * f'(u) for each f that has one.
 * @type {{ [kind: string]: (a: Algebra, u: Node, f: Node) => Node }}
 */
const SLOPES = {
  sin: (a, u) => a.plain("cos", [u]),
  cos: (a, u) => a.negative(a.plain("sin", [u])),
  tan: (a, _, f) => a.sum(a.one, square(a, f)),
  asin: (a, u) => inverse(a, root(a, a.sum(a.one, a.negative(square(a, u))))),
  acos: (a, u) => a.negative(inverse(a, root(a, a.sum(a.one, a.negative(square(a, u)))))),
  atan: (a, u) => inverse(a, a.sum(a.one, square(a, u))),
  sinh: (a, u) => a.plain("cosh", [u]),
  cosh: (a, u) => a.plain("sinh", [u]),
  tanh: (a, _, f) => a.sum(a.one, a.negative(square(a, f))),
  asinh: (a, u) => inverse(a, root(a, a.sum(square(a, u), a.one))),
  acosh: (a, u) => inverse(a, a.product(root(a, a.sum(u, a.constant(number.MINUS_ONE))), root(a, a.sum(u, a.one)))),
  atanh: (a, u) => inverse(a, a.sum(a.one, a.negative(square(a, u)))),
  ln: (a, u) => inverse(a, u),
  abs: (a, u) => a.sign(u),
  logistic: (a, u, f) => a.product(f, a.node("logistic", [a.negative(u)])),
  softplus: (a, u) => a.node("logistic", [u]),
  erf: (a, u) => a.product(a.constant(number.inexact(2 / Math.sqrt(Math.PI))), a.exponential(a.negative(square(a, u)))),
};

/** @param {Algebra} a @param {Node} u */
const square = (a, u) => a.power(u, a.whole(2));

/** @param {Algebra} a @param {Node} u */
const root = (a, u) => a.power(u, a.constant(number.HALF));

/** @param {Algebra} a @param {Node} u */
const inverse = (a, u) => a.power(u, a.constant(number.MINUS_ONE));
