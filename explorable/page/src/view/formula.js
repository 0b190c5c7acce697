/**
 * A formula as it is typed, set as it is read: powers raised, variables slanted, products without stars, sums with
 * their sign. It is for reading alone: what does not fit is shown as it was typed.
 */

import { h } from "./dom.js";
import { letter } from "./words.js";

/** @typedef {Node | string} Piece */

const TOKEN = /\s*(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+|[\p{L}_][\p{L}\d_]*|\*\*|<=|>=|[^\s])/uy;
const WORDS = /^[\p{L}_]/u;
const NUMBERS = /^[\d.]/;
const THIN = "\u202f"; // and a product stays on one line
const FIRM = "\u00a0"; // a line begins with a sign, and never ends with one
const SUM = "∑";
const CONSTANTS = /** @type {Record<string, string>} */ ({ pi: "π", E: "e" });

/**
 * The formula as nodes.
 * @param {string} text
 * @param {(name: string) => boolean} isFunction
 * @returns {Piece[]}
 */
export function typesetText(text, isFunction) {
  if (text.includes("\\")) return [text];
  try {
    const reader = new Setter(tokensOf(text), isFunction);
    const pieces = reader.until("");
    return reader.at === reader.tokens.length ? pieces : [text];
  } catch {
    return [text];
  }
}

/** @param {string} text */
function tokensOf(text) {
  TOKEN.lastIndex = 0;
  const found = [];
  for (let token = TOKEN.exec(text); token; token = TOKEN.exec(text)) found.push(token[1] === "**" ? "^" : token[1]);
  return found;
}

class Setter {
  /** @param {string[]} tokens @param {(name: string) => boolean} isFunction */
  constructor(tokens, isFunction) {
    this.tokens = tokens;
    this.isFunction = isFunction;
    this.at = 0;
  }

  get next() {
    return this.tokens[this.at] ?? "";
  }

  /** Everything up to a closing sign, which is left. @param {string} end @returns {Piece[]} */
  until(end) {
    /** @type {Piece[]} */
    const pieces = [];
    let before = "";
    while (this.at < this.tokens.length && this.next !== end && this.next !== ")") {
      const token = this.next;
      if (WORDS.test(token) || NUMBERS.test(token) || token === "(") {
        pieces.push(...this.raised(this.atom()));
        before = "value";
        continue;
      }
      this.at++;
      pieces.push(this.sign(token, before));
      before = "sign";
    }
    return pieces;
  }

  /** @param {string} token @param {string} before */
  sign(token, before) {
    if (token === "*") return NUMBERS.test(this.next) ? "·" : THIN;
    if (token === "-") return before === "value" ? ` −${FIRM}` : "−";
    if (token === "+") return before === "value" ? ` +${FIRM}` : "+";
    return token === "," ? ", " : token;
  }

  /** A number, a word, or a bracket with what is in it. @returns {Piece[]} */
  atom() {
    const token = this.tokens[this.at++];
    if (token === "(") return ["(", ...this.closed(), ")"];
    if (NUMBERS.test(token)) return [token];
    if (token === "Sum" && this.next === "(") return this.sum();
    if (token === "sqrt" && this.next === "(") {
      this.at++;
      return ["√", "(", ...this.closed(), ")"];
    }
    if (token === "exp" && this.next === "(") {
      this.at++;
      return [h("i", {}, "e"), h("sup", {}, ...this.closed())];
    }
    if (this.isFunction(token)) return [token, this.next === "(" ? "" : " "];
    if (token in CONSTANTS) return [h("i", {}, CONSTANTS[token])];
    const name = h("i", {}, letter(token));
    if (this.next !== "[") return [name];
    this.at++;
    const index = this.until("]");
    this.take("]");
    return [name, h("sub", {}, ...index)];
  }

  /** What stands in a bracket that is open. @returns {Piece[]} */
  closed() {
    const inner = this.until(")");
    this.take(")");
    return inner;
  }

  /** With its power, if it has one. @param {Piece[]} base @returns {Piece[]} */
  raised(base) {
    if (this.next !== "^") return base;
    this.at++;
    const minus = this.took("-") ? ["−"] : [];
    const power = this.took("(") ? this.closed() : this.atom();
    return this.raised([...base, h("sup", {}, ...minus, ...power)]);
  }

  /** Sum(what, (i, first, last)). @returns {Piece[]} */
  sum() {
    this.take("(");
    const what = this.until(",");
    this.take(",");
    this.take("(");
    const index = this.until(",");
    this.take(",");
    const first = this.until(",");
    this.take(",");
    const last = this.closed();
    this.take(")");
    return [SUM, h("sub", {}, ...index, "=", ...first), h("sup", {}, ...last), THIN, ...what];
  }

  /** @param {string} token */
  take(token) {
    if (!this.took(token)) throw new Error(`${token} was expected`);
  }

  /** Whether a token comes next; then it is read. @param {string} token */
  took(token) {
    if (this.next !== token) return false;
    this.at++;
    return true;
  }
}
