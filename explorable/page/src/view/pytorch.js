/**
 * The run as a program for PyTorch. The objective is written from what was understood of the formula, not from its
 * spelling, so that `2x`, `|x|` and LaTeX become Python as well.
 */

import { readFormula } from "../core/typed.js";

/** @typedef {import("./app.js").View} View */
/** @typedef {import("./types.js").Formulas} Formulas */
/** @typedef {import("../core/algebra.js").Node} Node */
/** @typedef {import("../core/rational.js").Constant} Constant */

const TOTAL = "S"; // what stands for the sum over the data while a formula is read

/** Functions by the names of their kernels, as PyTorch has them. */
const FUNCTIONS = /** @type {Record<string, string>} */ ({
  Abs: "torch.abs",
  Max: "torch.maximum",
  Min: "torch.minimum",
  Floor: "torch.floor",
  Ceil: "torch.ceil",
  Mod: "torch.remainder",
  Heaviside: "lambda u: torch.heaviside(u, torch.tensor(0.5))",
  Erfc: "torch.erfc",
  Logistic: "torch.sigmoid",
  Softplus: "torch.nn.functional.softplus",
  LogisticSlope: "lambda u: torch.sigmoid(u) * torch.sigmoid(-u)",
  LogCosh: "lambda u: torch.logaddexp(u, -u) - math.log(2)",
  Sech: "lambda u: 1 / torch.cosh(u)",
  Expm1: "torch.expm1",
  Log1p: "torch.log1p",
  Log1mExp: "lambda u: torch.log1p(-torch.exp(u))",
  Root1pm1: "lambda u: torch.expm1(0.5 * torch.log1p(u))",
  SincSlope: "lambda u, _: torch.sinc(u / math.pi)",
  cot: "lambda u: 1 / torch.tan(u)",
  sec: "lambda u: 1 / torch.cos(u)",
  csc: "lambda u: 1 / torch.sin(u)",
  coth: "lambda u: 1 / torch.tanh(u)",
  Cases: "torch.where",
});
const SIGNS = /** @type {Record<string, string>} */ ({
  Greater: " > ",
  AtLeast: " >= ",
  Less: " < ",
  AtMost: " <= ",
  Both: " & ",
  Either: " | ",
});

/** What an expression is in Python, and which functions it takes. */
class Writer {
  constructor() {
    /** @type {Set<string>} */
    this.used = new Set();
  }

  /** An expression as one operand: in brackets, unless it needs none. @param {Node} node */
  operand(node) {
    const text = this.code(node);
    return /^[\w.]+$/.test(text) || (/^[\w.]+\(/.test(text) && closesAtEnd(text)) ? text : `(${text})`;
  }

  /** @param {Node} node @returns {string} */
  code(node) {
    if (node.kind === "constant") return numeral(node.constant);
    if (node.kind === "variable") return node.name === TOTAL ? "total" : safe(node.name);
    if (node.kind === "e" || node.kind === "pi") return `math.${node.kind}`;
    if (node.kind === "sum") return this.sum(node);
    if (node.kind === "product") return this.product(node);
    if (node.kind === "power") return this.power(node);
    if (node.kind in SIGNS) return node.parts.map((part) => this.operand(part)).join(SIGNS[node.kind]);
    if (node.kind === "Cases") return this.cases(node.parts);
    return this.call(node.kind, node.parts);
  }

  /** @param {Node} node */
  sum({ parts, coefficients, constant }) {
    const terms = parts.map((part, k) => times(numeral(coefficients[k]), this.factor(part)));
    const rest = numeral(constant);
    return [...terms, ...(rest === "0" ? [] : [rest])].join(" + ").replaceAll("+ -", "- ");
  }

  /** @param {Node} node */
  product({ parts, constant }) {
    return times(numeral(constant), parts.map((part) => this.factor(part)).join(" * "));
  }

  /** A factor: powers bind more strongly than products. @param {Node} node */
  factor(node) {
    return node.kind === "power" || node.kind === "product" ? this.code(node) : this.operand(node);
  }

  /** @param {Node} node */
  power({ parts: [base, exponent] }) {
    if (base.kind === "e") return this.call("exp", [exponent]);
    const times = exponent.kind === "constant" ? numeral(exponent.constant) : "";
    if (times === "1 / 2") return this.call("sqrt", [base]);
    return `${this.operand(base)} ** ${this.operand(exponent)}`;
  }

  /** @param {string} name @param {Node[]} parts @returns {string} */
  call(name, parts) {
    this.used.add(name);
    const [first, ...rest] = parts;
    if ((name === "Max" || name === "Min") && rest.length > 1)
      return `${name}(${this.code(first)}, ${this.call(name, rest)})`;
    return `${name}(${parts.map((part) => this.code(part)).join(", ")})`;
  }

  /** value, condition, ..., otherwise. @param {Node[]} parts @returns {string} */
  cases(parts) {
    if (parts.length === 1) return this.code(parts[0]);
    this.used.add("Cases");
    const [value, condition, ...rest] = parts;
    return `Cases(${this.code(condition)}, ${this.code(value)}, ${this.cases(rest)})`;
  }
}

/** Whether the bracket that opens first is the one that closes last. @param {string} text */
function closesAtEnd(text) {
  let depth = 0;
  for (let k = 0; k < text.length; k++) {
    if (text[k] === "(") depth++;
    if (text[k] === ")" && --depth === 0) return k === text.length - 1;
  }
  return false;
}

/** @param {string} number @param {string} text */
function times(number, text) {
  if (number === "1") return text;
  if (number === "-1") return `-${text}`;
  return `${number} * ${text}`;
}

/** @param {Constant} constant */
function numeral(constant) {
  if (!constant.exact) return String(constant.value);
  return constant.q === 1n ? String(constant.p) : `${constant.p} / ${constant.q}`;
}

/** A name that is none of Python's own. @param {string} name */
const safe = (name) => (name === "lambda" ? "lambda_" : name);

/** @type {Record<string, (h: Record<string, any>) => string>} */
const OPTIMIZERS = {
  gradient_descent: (h) => `SGD([x], lr=${h.learning_rate})`,
  momentum: (h) =>
    `SGD([x], lr=${h.form === "average" ? h.learning_rate * (1 - h.momentum) : h.learning_rate}, ` +
    `momentum=${h.momentum}${h.dampening ? `, dampening=${h.dampening}` : ""})`,
  nesterov: (h) => `SGD([x], lr=${h.learning_rate}, momentum=${h.momentum}, nesterov=True)`,
  adagrad: (h) =>
    `Adagrad([x], lr=${h.learning_rate}, lr_decay=${h.learning_rate_decay}, ` +
    `initial_accumulator_value=${h.initial_accumulator}, eps=${h.epsilon})`,
  rmsprop: (h) =>
    `RMSprop([x], lr=${h.learning_rate}, alpha=${h.decay}, eps=${h.epsilon}, ` +
    `momentum=${h.momentum}, centered=${h.centered ? "True" : "False"})`,
  adadelta: (h) => `Adadelta([x], lr=${h.learning_rate}, rho=${h.decay}, eps=${h.epsilon})`,
  adam: (h) =>
    `Adam([x], lr=${h.learning_rate}, betas=(${h.beta1}, ${h.beta2}), eps=${h.epsilon}` +
    `${h.amsgrad ? ", amsgrad=True" : ""})`,
  adamw: (h) =>
    `AdamW([x], lr=${h.learning_rate}, betas=(${h.beta1}, ${h.beta2}), eps=${h.epsilon}, ` +
    `weight_decay=${h.weight_decay})`,
  amsgrad: (h) => `Adam([x], lr=${h.learning_rate}, betas=(${h.beta1}, ${h.beta2}), eps=${h.epsilon}, amsgrad=True)`,
  nadam: (h) =>
    `NAdam([x], lr=${h.learning_rate}, betas=(${h.beta1}, ${h.beta2}), eps=${h.epsilon}, ` +
    `momentum_decay=${h.momentum_decay})`,
  adamax: (h) => `Adamax([x], lr=${h.learning_rate}, betas=(${h.beta1}, ${h.beta2}), eps=${h.epsilon})`,
};

/**
 * The program.
 * @param {View} view
 * @param {Formulas} formulas
 */
export function torchCode({ state, derived }, formulas) {
  const { objective, start, tracks, data } = derived;
  const { head, body } = torchObjective(objective, data, formulas.vocabulary);
  const listed = tracks
    .filter(({ rule }) => rule in OPTIMIZERS)
    .map(({ rule, title, h }) => `    "${title}": lambda x: torch.optim.${OPTIMIZERS[rule](h)},`);
  const remarks = tracks.flatMap(({ rule, title, h }) => remarksOn(rule, title, h)).map((line) => `# ${line}\n`);
  return `import math

import torch

torch.set_default_dtype(torch.float64)
${head}

def objective(x):
${body}


rules = {
${listed.join("\n")}
}
${remarks.join("")}
for name, rule in rules.items():
    x = torch.tensor([${start.map(decimal).join(", ")}], requires_grad=True)
    optimizer = rule(x)
    for step in range(${state.steps}):
        optimizer.zero_grad()
        objective(x).backward()
        optimizer.step()
    print(f"{name}: {x.tolist()}, value {objective(x).item():.8g}")
`;
}

/** A number that Python takes for a float. @param {number} value */
const decimal = (value) => (Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value));

/** Where PyTorch differs. @param {string} rule @param {string} title @param {Record<string, any>} h */
function remarksOn(rule, title, h) {
  const remarks = [];
  if (!(rule in OPTIMIZERS)) remarks.push(`torch.optim has no ${title} as it is on the page.`);
  if (rule === "amsgrad" && h.form !== "pytorch") remarks.push(`PyTorch has another form of AMSGrad than ${h.form}.`);
  if (rule === "nesterov" && h.form === "sutskever")
    remarks.push("PyTorch stores Nesterov's look-ahead point: x - momentum * update.");
  if (h.epsilon_inside) remarks.push(`${rule} has epsilon under the root on the page; PyTorch has it outside.`);
  return remarks;
}

/**
 * What stands before the objective, and its body.
 * @param {import("./types.js").Objective} objective
 * @param {import("./types.js").Data | undefined} data
 * @param {any} vocabulary
 */
function torchObjective({ text, variables, data: own }, data, vocabulary) {
  const writer = new Writer();
  const written = (/** @type {string} */ part) => writer.code(readFormula(part, vocabulary).expression);
  const take = `    ${variables.map(safe).join(", ")}${variables.length === 1 ? "," : ""} = x\n`;
  const sum = own ? sumOf(text) : null;
  const total = sum ? `    total = (${written(sum.inner)}).sum()\n` : "";
  const body = `${take}${total}    return ${written(sum ? sum.outer : text)}`;
  const columns = Object.entries(data ?? own ?? {});
  const arrays = columns.map(
    ([name, values]) => `${name} = torch.tensor([${Array.from(values, decimal).join(", ")}])\n`,
  );
  const inside = arrays.map((line) => `    ${line}`).join("");
  const functions = [...writer.used].map((name) => `${name} = of(${FUNCTIONS[name] ?? `torch.${name}`})\n`).join("");
  const wrapper =
    "\n\ndef of(function):  # of plain numbers, too\n    return lambda *u: function(*map(torch.as_tensor, u))\n\n\n";
  // The data have letters of their own, and x is the point: they are known inside only.
  return { head: functions && wrapper + functions, body: body.replace(take, take + inside) };
}

/**
 * The parts of a text such as `5*sin(w0) + Sum((w*x[i] - y[i])^2, (i, 1, 200))/200`.
 * @param {string} text
 */
function sumOf(text) {
  const start = text.indexOf("Sum(");
  if (start < 0) return null;
  let [depth, end, comma] = [0, start + 3, -1];
  for (let at = start + 3; at < text.length; at++) {
    if (text[at] === "(") depth++;
    if (text[at] === "," && depth === 1 && comma < 0) comma = at;
    if (text[at] === ")" && --depth === 0) {
      end = at;
      break;
    }
  }
  return {
    inner: text.slice(start + 4, comma).replaceAll("[i]", ""),
    outer: text.slice(0, start) + TOTAL + text.slice(end + 1),
  };
}
