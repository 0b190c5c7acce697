// @ts-check
/** Tokens become a tree: the page's copy of `objectives/grammar.py`, rule by rule, with its sentences. */

import { closest } from "./errors.js";
import { ExpressionError } from "./tokens.js";

/** @typedef {import("./tokens.js").Token} Token */
/** @typedef {import("./tokens.js").Words} Words */
/** @typedef {{ kind: string, place: number, name: string, parts: Tree[], signs: string[] }} Tree */

export const EQUATION = "A formula is no equation: bring all of it to one side";
const EXPECTED = "Here a number, a variable or a function was expected";
const MISSING = "Something is missing here: a number, a variable or a function";

/** What to type instead of a sign or a word that stands in the wrong place. @type {Map<string, string>} */
const ADVICE = new Map([
  ["=", EQUATION],
  ["==", "Conditions are written with < > <= >="],
  ["!=", "Conditions are written with < > <= >="],
  ["//", "The whole part of a quotient is written floor(x/y)"],
  [",", "A comma stands between the arguments of a function; a decimal number is written 0.5"],
  [";", "One formula is enough: it ends here"],
  [")", "This bracket was never opened"],
  ["if", "Before if comes a value: x if x > 0 else -x"],
  ["else", "Before else come if and a condition: x if x > 0 else -x"],
  ["and", "The word and joins two conditions: x > 0 and x < 1"],
  ["or", "The word or joins two conditions: x < 0 or x > 1"],
]);

/** @param {string} kind @param {number} place @param {Partial<Tree>} [more] @returns {Tree} */
export const tree = (kind, place, { name = "", parts = [], signs = [] } = {}) => ({ kind, place, name, parts, signs });

/** Recursive descent: a method for each line of the grammar, and a place in the tokens. */
export class Reader {
  /** @param {string} text @param {Token[]} found @param {string[]} remarks @param {Words} words */
  constructor(text, found, remarks, words) {
    this.text = text;
    this.tokens = found;
    this.remarks = remarks;
    this.words = words;
    this.at = 0;
    /** What brackets stand open: "(" a group, "f" arguments, ";" the same with ;, "|". @type {string[]} */
    this.open = [];
    this.depth = 0;
  }

  /** @returns {Token} */
  get next() {
    return this.tokens[this.at];
  }

  /** @returns {Token} */
  get last() {
    return this.tokens[this.at - 1];
  }

  get innermost() {
    return this.open[this.open.length - 1];
  }

  atEnd() {
    return this.next.kind === "end";
  }

  /** @param {...string} signs */
  sees(...signs) {
    return this.next.kind === "sign" && signs.includes(this.next.text);
  }

  /** @param {string} word */
  seesWord(word) {
    return this.next.kind === "word" && this.next.text === word;
  }

  take() {
    this.at += 1;
    return this.last;
  }

  /** @param {string} message @param {number} [place] */
  refuse(message, place = this.next.place) {
    return new ExpressionError(this.text, place, message);
  }

  /** Take the sign that closes a bracket. @param {string} sign @param {Token} opened */
  closed(sign, opened) {
    this.open.pop();
    if (this.sees(sign)) this.take();
    else if (this.next.kind === "end") throw this.refuse("This bracket is never closed", opened.place);
    else throw this.unexpected();
  }

  /** What is wrong with a token that cannot stand where an operator is expected. */
  unexpected() {
    const { kind, text } = this.next;
    if (kind === "number" || (kind === "word" && !this.words.keywords.has(text)))
      return this.refuse("An operator is missing here; a product is written with *");
    return this.refuse(ADVICE.get(text) ?? "Only + - * / ^ and brackets can stand here");
  }

  /** Read inside something: refused where that is too deep. @template T @param {() => T} read @returns {T} */
  deeper(read) {
    const { deepest } = this.words.vocabulary.limits;
    this.depth += 1;
    if (this.depth > deepest) throw this.refuse(`This is nested more than ${deepest} deep`);
    const found = read();
    this.depth -= 1;
    return found;
  }

  /** f(x, y) = or z =: the variables, if the head names them. @returns {string[] | null} */
  head() {
    const sign = this.tokens.findIndex((token) => token.text === "=");
    if (sign < 0) return null;
    const inner = this.tokens.slice(2, Math.max(2, sign - 1)).map((token) => token.text);
    const kinds = this.tokens.slice(0, sign).map((token) => token.kind);
    const names = inner.filter((_, k) => k % 2 === 0);
    const commas = inner.filter((_, k) => k % 2);
    const single = kinds.length === 1 && kinds[0] === "word";
    const several =
      kinds[0] === "word" && kinds[1] === "sign" && this.tokens[1].text === "(" && this.tokens[sign - 1].text === ")";
    const listed = names.length && commas.every((one) => one === ",") && commas.length === names.length - 1;
    if (!single && !(several && listed)) throw this.refuse(EQUATION, this.tokens[sign].place);
    this.at = sign + 1;
    if (single && this.tokens.slice(sign).some((token) => token.text === this.tokens[0].text))
      throw this.refuse(EQUATION, this.tokens[sign].place);
    if (single) return null;
    const wrong = names.some((name) => !this.words.variable.test(name) || this.words.isConstant(name));
    if (wrong || new Set(names).size < names.length)
      throw this.refuse("In f(x, y) = ... stand the names of variables, each once", this.tokens[2].place);
    return names;
  }

  whole() {
    if (this.atEnd()) throw this.refuse(MISSING);
    const whole = this.expression();
    if (!this.atEnd()) throw this.unexpected();
    return whole;
  }

  /** @returns {Tree} */
  expression() {
    const value = this.either();
    if (!this.seesWord("if")) return value;
    this.take();
    const condition = this.either();
    if (!this.seesWord("else"))
      throw this.refuse("After the condition comes else, and the other value: x if x > 0 else -x");
    this.take();
    return this.deeper(() => tree("if", value.place, { parts: [value, condition, this.expression()] }));
  }

  either() {
    return this.joined("or", () => this.both());
  }

  both() {
    return this.joined("and", () => this.comparison());
  }

  /** @param {string} word @param {() => Tree} inner */
  joined(word, inner) {
    const parts = [inner()];
    while (this.seesWord(word)) {
      this.take();
      parts.push(inner());
    }
    return parts.length === 1 ? parts[0] : tree(word, parts[0].place, { parts });
  }

  comparison() {
    const parts = [this.sum()];
    const signs = [];
    while (this.sees("<", ">", "<=", ">=")) {
      signs.push(this.take().text);
      parts.push(this.sum());
    }
    return signs.length ? tree("compare", parts[0].place, { parts, signs }) : parts[0];
  }

  sum() {
    const parts = [this.product()];
    const signs = ["+"];
    while (this.sees("+", "-")) {
      signs.push(this.take().text);
      parts.push(this.product());
    }
    return parts.length === 1 ? parts[0] : tree("sum", parts[0].place, { parts, signs });
  }

  product() {
    const parts = [this.signed()];
    const signs = ["*"];
    for (;;) {
      if (this.sees("*", "/")) {
        signs.push(this.take().text);
        parts.push(this.signed());
      } else if (this.sideBySide(parts[parts.length - 1], signs[signs.length - 1])) {
        signs.push("*");
        parts.push(this.power());
      } else break;
    }
    return parts.length === 1 ? parts[0] : tree("product", parts[0].place, { parts, signs });
  }

  /** Whether a factor follows without a sign; refused where that can be read in two ways. @param {Tree} left @param {string} sign */
  sideBySide(left, sign) {
    const token = this.next;
    if (token.kind === "word" && this.words.keywords.has(token.text)) return false;
    if (!(token.kind === "word" || this.sees("(", "√") || (this.sees("|") && this.innermost !== "|"))) return false;
    if (left.kind === "number" && Number(left.name) === 0)
      throw this.refuse("An operator or a decimal point is missing here");
    const { text: last } = this.last;
    if (sign === "/") {
      const both = last === ")" ? "/(...)" : `/(${last}*${token.text})`;
      throw this.refuse(`This can be read in two ways: write ${both}, or the quotient in brackets`);
    }
    if (this.runsOn(left))
      throw this.refuse(`This can be read in two ways: write ^(${last}*${token.text}), or ^${last}*${token.text}`);
    if (this.words.undefined.has(this.last.text) && token.text === "(") {
      const message = `'${this.last.text}' is not a function here: write its formula, or * for a product`;
      throw this.refuse(message, this.last.place);
    }
    return true;
  }

  /** Whether a factor follows an exponent without a bracket so closely that it may belong to it. @param {Tree} left */
  runsOn(left) {
    if (left.kind !== "power" || [")", "|"].includes(this.last.text) || this.next.apart) return false;
    return !(left.parts[1].kind === "number" && this.next.kind === "sign");
  }

  /** @returns {Tree} */
  signed() {
    if (!this.sees("+", "-")) return this.power();
    const sign = this.take();
    const inner = this.deeper(() => this.signed());
    return sign.text === "-" ? tree("minus", sign.place, { parts: [inner] }) : inner;
  }

  power() {
    const start = this.next.place;
    const base = this.primary();
    if (!this.sees("^", "**")) return base;
    this.take();
    return this.deeper(() => tree("power", start, { parts: [base, this.signed()] }));
  }

  primary() {
    const token = this.next;
    if (token.kind === "number") return this.number();
    if (token.kind === "word" && !this.words.keywords.has(token.text)) return this.named();
    if (this.sees("√")) return this.applied("sqrt", this.take());
    if (this.sees("(", "|")) return this.bracket(this.take());
    if (token.kind === "end") throw this.refuse(MISSING);
    if (this.sees(")") && this.open.length) throw this.refuse(EXPECTED);
    throw this.refuse(ADVICE.get(token.text) ?? EXPECTED);
  }

  number() {
    const token = this.take();
    let text = token.text;
    if (this.next.text === "," && this.innermost !== "f" && this.decimalComma(token)) {
      this.take();
      text = `${text}.${this.take().text}`;
      this.remarks.push(`${text.replaceAll(".", ",")} was read as ${text}`);
    }
    return tree("number", token.place, { name: text });
  }

  /** @param {Token} whole */
  decimalComma(whole) {
    const [comma, after] = this.tokens.slice(this.at, this.at + 2);
    const digits = after.text.split("e")[0].split("E")[0];
    if (after.kind !== "number" || comma.apart || after.apart || !/^[0-9]+$/.test(whole.text + digits)) return false;
    if (digits.length === 3 && whole.text !== "0")
      throw this.refuse(`Is this ${whole.text}${digits}, or ${whole.text}.${digits}? Write it so`);
    return true;
  }

  named() {
    const token = this.take();
    const name = this.words.function(token.text);
    if (name !== null) return this.applied(name, token);
    if (this.sees("(") && !(this.words.variable.test(token.text) || this.words.isConstant(token.text))) {
      this.at -= 1;
      throw this.refuse(this.notAFunction(token.text));
    }
    return tree("name", token.place, { name: token.text });
  }

  /** ( ... ), or | ... | for the absolute value; (value, condition) is a pair. @param {Token} opened */
  bracket(opened) {
    this.open.push(opened.text);
    const inner = this.deeper(() => {
      const value = this.expression();
      if (opened.text !== "(" || !this.sees(",") || this.open[this.open.length - 2] !== "f") return value;
      this.take();
      return tree("pair", opened.place, { parts: [value, this.either()] });
    });
    if (opened.text === "|") {
      if (this.next.kind === "end") throw this.refuse("This bar is never closed", opened.place);
      this.closed("|", opened);
      return tree("call", opened.place, { name: "abs", parts: [inner] });
    }
    this.closed(")", opened);
    return inner;
  }

  /** A function and what it is applied to; a power may stand between them. @param {string} name @param {Token} token @returns {Tree} */
  applied(name, token) {
    let exponent = null;
    if (this.sees("^", "**")) {
      this.take();
      exponent = this.deeper(() => this.signed());
      if (exponent.kind === "minus")
        throw this.refuse(`Is this 1/${name}(x), or the inverse function? Write which`, token.place);
      if (exponent.kind !== "number") throw this.refuse(this.needs(name), token.place);
    }
    const parts = this.sees("(") ? this.arguments(name) : [this.bare(name, token)];
    const call = tree("call", token.place, { name, parts });
    return exponent === null ? call : tree("power", token.place, { parts: [call, exponent] });
  }

  /** @param {string} name */
  arguments(name) {
    const opened = this.take();
    const several = this.words.names.functions[name][2] > 1 ? "f" : "(";
    this.open.push(several === "f" && this.hasSemicolon() ? ";" : several);
    const separator = this.innermost === ";" ? ";" : ",";
    const parts = this.deeper(() => {
      /** @type {Tree[]} */
      const list = [];
      while (!(this.sees(")") && !list.length)) {
        list.push(this.expression());
        if (!this.sees(separator)) break;
        this.take();
      }
      return list;
    });
    this.closed(")", opened);
    return parts;
  }

  hasSemicolon() {
    let depth = 0;
    for (const { text } of this.tokens.slice(this.at)) {
      depth += Number(text === "(") - Number(text === ")");
      if (depth < 0) return false;
      if (text === ";" && depth === 0) return true;
    }
    return false;
  }

  /** sin x, sin 2x, ln |x|, ln sin x: what clearly belongs to the function. @param {string} name @param {Token} token @returns {Tree} */
  bare(name, token) {
    if (this.sees("|") && this.innermost !== "|") return this.bracket(this.take());
    const number = this.next.kind === "number" ? this.number() : null;
    const word = this.next.kind === "word" && !this.words.keywords.has(this.next.text);
    if (!word && number === null) throw this.refuse(this.needs(name), token.place);
    const inner = this.deeper(() => (word ? this.power() : /** @type {Tree} */ (number)));
    // sin x * cos y is clear
    const times = this.sees("*") && this.words.function(this.tokens[this.at + 1].text) === null;
    let unclear = times || this.sees("/", "(", "^") || this.next.kind === "number" || this.anotherVariable();
    unclear ||= token.text === "√" && word && number !== null;
    if (unclear || (this.last.text !== ")" && inner.kind === "power" && this.runsOn(inner)))
      throw this.refuse(`Where does the argument of ${name} end? Write it in brackets`);
    return number && word ? tree("product", number.place, { parts: [number, inner], signs: ["*", "*"] }) : inner;
  }

  anotherVariable() {
    const { kind, text } = this.next;
    return kind === "word" && !this.words.keywords.has(text) && this.words.function(text) === null;
  }

  /** @param {string} name */
  needs(name) {
    const fewest = this.words.names.functions[name][1];
    return `The function ${name} needs an argument, such as ${name}(${[..."xyz"].slice(0, fewest).join(", ")})`;
  }

  /** @param {string} name */
  notAFunction(name) {
    const near = closest(name, Object.keys(this.words.names.functions), 0.6);
    const advice = near ? `did you mean ${near}?` : "known are sin, cos, exp, log, sqrt, abs, max and the like";
    return `There is no function '${name}'; ${advice}`;
  }
}
