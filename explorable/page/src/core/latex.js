// @ts-check
/**
 * LaTeX becomes a formula as one types it: \frac{1}{2}x^2 is ((1)/(2)) x^(2). The page's copy of `objectives/latex.py`:
 * it writes the plain form, which the grammar then reads, and each character keeps its place in what was pasted.
 */

import { ExpressionError, own, respelt } from "./tokens.js";

/** @typedef {import("./tokens.js").Words} Words */
/** @typedef {[string, number][]} Spelling */

const TOKEN = /\\[A-Za-z]+\*?|\\.|[{}^_&]|\s+|[0-9]+\.?[0-9]*|\.[0-9]+|[A-Za-z]+|./gsu;
const MISSING = "Something is missing here: a number, a variable or a function";

/** @param {string} text */
const words = (text) => new Set(text.split(" "));

const SPACES = new Set(["\\,", "\\;", "\\:", "\\!", "\\ ", "\\quad", "\\qquad", "~", "$", "\\(", "\\)", "\\[", "\\]"]);
const SKIPPED = words(
  "\\left \\right \\big \\Big \\bigl \\bigr \\Bigl \\Bigr \\bigg \\Bigg \\biggl \\biggr \\displaystyle \\textstyle " +
    "\\limits \\nolimits",
);
/** @type {{ [token: string]: string }} */
const SIGNS = {
  "\\cdot": "*",
  "\\times": "*",
  "\\ast": "*",
  "\\div": "/",
  "\\le": "<=",
  "\\leq": "<=",
  "\\leqslant": "<=",
  "\\ge": ">=",
  "\\geq": ">=",
  "\\geqslant": ">=",
  "\\lt": "<",
  "\\gt": ">",
  "\\lvert": "|",
  "\\rvert": "|",
  "\\vert": "|",
  "\\mid": "|",
  "\\lbrace": "(",
  "\\rbrace": ")",
  "\\{": "(",
  "\\}": ")",
  "[": "(",
  "]": ")",
  "\\lfloor": "floor(",
  "\\rfloor": ")",
  "\\lceil": "ceil(",
  "\\rceil": ")",
  "\\land": " and ",
  "\\wedge": " and ",
  "\\lor": " or ",
  "\\vee": " or ",
  "\\bmod": "%",
  "\\mod": "%",
  "\\infty": "∞",
};
const FRACTIONS = words("\\frac \\dfrac \\tfrac \\cfrac");
const WORDS = words("\\operatorname \\operatorname* \\mathrm \\text \\mathit \\textrm \\mathop \\mathsf");
/** @type {{ [degree: string]: string }} */
const NAMED_ROOTS = { 2: "sqrt", 3: "cbrt" }; // the real root, for negative numbers too
/** @type {{ [token: string]: string }} */
const VARIANTS = { "\\varepsilon": "epsilon", "\\vartheta": "theta", "\\varphi": "phi", "\\varrho": "rho" };
const SAID = words("if for when otherwise else , .");
const DERIVATIVES = "Derivatives are worked out here: type the function itself";
const VECTORS = "Vectors are not read: name each coordinate";
const LENGTH = "A length is written sqrt(x^2 + y^2)";
/** @type {{ [token: string]: string }} */
const REFUSALS = {
  "\\sum": "Sums over an index are not read: write the terms out",
  "\\prod": "Products over an index are not read: write the factors out",
  "\\int": "Integrals are not read: type a formula for the result",
  "\\lim": "Limits are not read: type a formula for the result",
  "\\partial": DERIVATIVES,
  "\\nabla": DERIVATIVES,
  "\\mathbf": VECTORS,
  "\\vec": VECTORS,
  "\\|": LENGTH,
  "\\Vert": LENGTH,
  "\\lVert": LENGTH,
  "\\pm": "Type one formula for each sign",
};

/** Whether a text is written in LaTeX: it has a command, or braces. @param {string} text */
export const isLatex = (text) => /\\[A-Za-z]|[{}]|\$/.test(text);

/** The plain spelling of a formula in LaTeX, with places. @param {string} text @param {Words} vocabulary */
export const fromLatex = (text, vocabulary) => new Translator(text, vocabulary).until("");

/** One pass over the tokens; a method for each kind of piece. */
class Translator {
  /** @param {string} text @param {Words} vocabulary */
  constructor(text, vocabulary) {
    this.text = text;
    this.words = vocabulary;
    let place = 0;
    /** @type {[string, number][]} */
    this.tokens = [...text.matchAll(TOKEN)].map(([token]) => {
      const found = /** @type {[string, number]} */ ([token, place]);
      place += [...token].length;
      return found;
    });
    this.at = 0;
  }

  get next() {
    return this.at < this.tokens.length ? this.tokens[this.at][0] : "";
  }

  get place() {
    return this.at < this.tokens.length ? this.tokens[this.at][1] : [...this.text.trimEnd()].length;
  }

  take() {
    return this.tokens[this.at++];
  }

  /** @param {number} place @param {string} message */
  refuse(place, message) {
    return new ExpressionError(this.text, place, message);
  }

  skipSpace() {
    while (this.next && (!this.next.trim() || SPACES.has(this.next) || SKIPPED.has(this.next))) this.take();
  }

  /** Everything up to one of the tokens, which stays. @param {...string} ends @returns {Spelling} */
  until(...ends) {
    /** @type {Spelling} */
    const pieces = [];
    while (!ends.includes(this.next)) {
      if (!this.next) throw this.refuse(this.place, `Here a ${ends[0]} is missing`);
      pieces.push(...this.piece());
    }
    return pieces;
  }

  /** One command, group or character. @returns {Spelling} */
  piece() {
    const [token, place] = this.take();
    if (token === "{") {
      const inner = this.until("}");
      this.take();
      if (inner.length === 1 && inner[0][0] === ",") return inner; // 0{,}5
      return inner.length ? [["(", place], ...inner, [")", place]] : [];
    }
    if (token === "}") throw this.refuse(place, "This brace was never opened");
    if (token === "&" || token === "\\\\") throw this.refuse(place, "Here no column can stand");
    if (token === "^") return [["^", place], ...this.argument("(", ")")];
    if (token === "_") return this.subscript(place);
    if (token.startsWith("\\")) return this.command(token, place);
    if (own(SIGNS, token)) return [[SIGNS[token], place]];
    const { functions } = this.words.names;
    if (/^[A-Za-z]+$/.test(token) && !own(functions, token) && !this.words.keywords.has(token))
      return [...token].flatMap(
        (letter, k) =>
          /** @type {Spelling} */ (
            k
              ? [
                  [" ", place + k - 1],
                  [letter, place + k],
                ]
              : [[letter, place]]
          ),
      ); // xy is x times y
    if (SPACES.has(token)) return [[" ", place]];
    return respelt([...token], this.words.vocabulary).map(([piece, at]) => [piece, place + at]);
  }

  /** What belongs to a command: a group, or the next token, of \frac12 a number's first character. @param {string} before @param {string} after @returns {Spelling} */
  argument(before, after) {
    this.skipSpace();
    if (!this.next) throw this.refuse(this.place, MISSING);
    if (this.next === "{") {
      const [, place] = this.take();
      const inner = this.until("}");
      this.take();
      if (!inner.length) throw this.refuse(place, MISSING);
      return [[before, place], ...inner, [after, place]];
    }
    if (this.next.length > 1 && /^[\p{L}\p{N}]/u.test(this.next)) {
      const [token, place] = this.tokens[this.at];
      this.tokens.splice(this.at, 1, [token[0], place], [token.slice(1), place + 1]);
    }
    const { place } = this;
    return [[before, place], ...this.piece(), [after, place]];
  }

  /** x_1 and x_{12} are names of variables. @param {number} place @returns {Spelling} */
  subscript(place) {
    const digits = textOf(this.argument("", ""));
    if (!/^[0-9]+$/.test(digits)) throw this.refuse(place, "A subscript is a number: x_1");
    return [
      [`_${digits}`, place],
      [" ", place],
    ];
  }

  /** @param {string} token @param {number} place @returns {Spelling} */
  command(token, place) {
    const name = token.slice(1);
    if (SPACES.has(token) || SKIPPED.has(token)) {
      if ((token === "\\left" || token === "\\right") && this.next === ".") this.take();
      return [[" ", place]];
    }
    if (own(SIGNS, token)) return [[SIGNS[token], place]];
    if (FRACTIONS.has(token)) {
      const [over, under] = [this.argument("(", ")"), this.argument("(", ")")];
      return [["(", place], ...over, ["/", place], ...under, [")", place]];
    }
    if (token === "\\sqrt") return this.root(place);
    if (token === "\\log") return this.logarithm(place);
    if (WORDS.has(token)) return this.word(place);
    if (token === "\\begin") return this.cases(place);
    if (own(this.words.names.functions, name)) return this.function(name, place);
    if (this.words.vocabulary.greek.includes(name) || name === "pi" || own(VARIANTS, token))
      return [[` ${VARIANTS[token] ?? name}`, place], ...this.gap(place, this.next === "_")];
    const advice = `${token} is not known in a formula; type it as sin(x), sqrt(x), x^2, (x + 1)/(y + 2)`;
    throw this.refuse(place, own(REFUSALS, token) ? REFUSALS[token] : advice);
  }

  /** @param {number} place @param {boolean} close @returns {Spelling} */
  gap(place, close) {
    return close ? [] : [[" ", place]];
  }

  /** \sin x, \sin^2 x, \sin{x}: a group behind it is its argument. @param {string} name @param {number} place @returns {Spelling} */
  function(name, place) {
    return [[` ${name}`, place], ...this.gap(place, this.next === "(" || this.next === "{")];
  }

  /** @param {number} place @returns {Spelling} */
  root(place) {
    if (this.next !== "[") return [[" sqrt", place], ...this.argument("(", ")")];
    this.take();
    const degree = this.until("]");
    this.take();
    const radicand = this.argument("(", ")");
    const plain = textOf(degree);
    if (own(NAMED_ROOTS, plain)) return [[` ${NAMED_ROOTS[plain]}`, place], ...radicand];
    return [["(", place], ...radicand, ["^(1/(", place], ...degree, [")))", place]];
  }

  /** @param {number} place @returns {Spelling} */
  logarithm(place) {
    this.skipSpace();
    if (this.next !== "_") return this.function("log", place);
    this.take();
    const base = textOf(this.argument("", ""));
    if (base !== "2" && base !== "10")
      throw this.refuse(place, "A logarithm to another base than 2 and 10 is written log(x, base)");
    return this.function(`log${base}`, place);
  }

  /** \operatorname{sgn}, \mathrm{e}, \text{if}: the word itself. @param {number} place @returns {Spelling} */
  word(place) {
    const inner = this.name(place);
    return own(this.words.names.functions, inner) ? this.function(inner, place) : [[` ${inner} `, place]];
  }

  /** The text of a group, as it is. @param {number} place */
  name(place) {
    if (this.next !== "{") throw this.refuse(place, "Here a { is missing");
    this.take();
    let letters = "";
    for (;;) {
      if (this.at >= this.tokens.length) throw this.refuse(this.place, "Here a } is missing");
      const [token] = this.take();
      if (token === "}") break;
      letters += token;
    }
    return letters.trim();
  }

  /** \begin{cases} value & condition \\ ... \end{cases} as piecewise. @param {number} place @returns {Spelling} */
  cases(place) {
    this.environment(place);
    /** @type {Spelling} */
    const pieces = [[" piecewise(", place]];
    while (this.next !== "\\end") {
      const row = this.until("&", "\\end");
      if (this.next === "\\end") throw this.refuse(this.place, "A row of cases is a value, &, and its condition");
      this.take();
      const said = this.until("\\\\", "\\end");
      if (this.next === "\\\\") {
        this.take();
        this.skipSpace();
      }
      pieces.push(...withoutComma(row), ...condition(said));
      if (this.next !== "\\end") pieces.push([",", this.place]);
    }
    this.take();
    this.environment(place);
    return [...pieces, [")", place]];
  }

  /** @param {number} place */
  environment(place) {
    const name = this.name(place);
    if (name !== "cases" && name !== "dcases")
      throw this.refuse(place, `There is no environment ${name} in a formula; cases is known`);
    this.skipSpace();
  }
}

/** @param {Spelling} pieces */
const textOf = (pieces) =>
  pieces
    .map(([piece]) => piece)
    .join("")
    .trim();

/** A row of cases often ends with a comma, for the eye. @param {Spelling} row */
function withoutComma(row) {
  let end = row.length;
  while (end && ["", ","].includes(row[end - 1][0].trim())) end -= 1;
  return row.slice(0, end);
}

/** `if x > 0` as `, x > 0`; `otherwise` as nothing: the value stands last, and alone. @param {Spelling} pieces @returns {Spelling} */
function condition(pieces) {
  const meant = withoutComma(pieces.filter(([piece]) => !SAID.has(piece.trim())));
  return meant.some(([piece]) => piece.trim()) ? [[",", meant[0][1]], ...meant] : [];
}
