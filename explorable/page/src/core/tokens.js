// @ts-check
/** A typed formula as tokens, each with its place: the page's copy of `objectives/tokens.py`, with its sentences. */

import { UsageError, closest } from "./errors.js";

/** A text that is no formula: says what was expected, and marks the place. */
export class ExpressionError extends UsageError {
  /** @param {string} text @param {number} place in characters @param {string} message */
  constructor(text, place, message) {
    const first = Math.max(0, place - 50);
    const line = [...text].slice(first, place + 25).map((sign) => (printable(sign) ? sign : " "));
    const stop = message.endsWith("?") ? "" : ":";
    super(`${message}${stop}\n    ${line.join("").trimEnd()}\n    ${" ".repeat(place - first)}^`);
    this.name = "ExpressionError";
    this.text = text;
    this.place = place;
    this.plain = message;
  }
}

/** @param {string} sign */
const printable = (sign) => sign === " " || !/[\p{C}\p{Z}]/u.test(sign);

/** @typedef {{ kind: "number" | "word" | "sign" | "end", text: string, place: number, apart: boolean }} Token */
/**
 * @typedef {object} Vocabulary what `explorable/vocabulary.py` writes
 * @property {{ [name: string]: [string, number, number] }} functions meaning, fewest and most arguments
 * @property {{ [name: string]: string }} defaults
 * @property {{ [name: string]: string }} spread
 * @property {{ [name: string]: number }} constants
 * @property {string[]} keywords
 * @property {string[]} modules
 * @property {{ [letter: string]: string }} greekLetters
 * @property {string[]} greek
 * @property {string[]} letters
 * @property {string[]} undefined
 * @property {string} variable a pattern
 * @property {{ [name: string]: number }} limits
 * @property {import("./graph.js").Slopes} slopes
 */

/** @type {{ [sign: string]: string }} */
const SIGNS = {
  "·": "*",
  "⋅": "*",
  "×": "*",
  "∙": "*",
  "−": "-",
  "–": "-",
  "÷": "/",
  "≤": "<=",
  "≥": ">=",
  "≠": "!=",
  "\t": " ",
  "\n": " ",
  "\r": " ",
  "\u00a0": " ",
};
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻";
const LOWERED = "₀₁₂₃₄₅₆₇₈₉";

/** A text in plain spelling, piece by piece, with the places. @param {string[]} text @param {Vocabulary} vocabulary @returns {[string, number][]} */
export function respelt(text, { greekLetters }) {
  const names = new Set(Object.values(greekLetters));
  /** @type {[string, number][]} */
  const pieces = [];
  for (let k = 0; k < text.length; k++) {
    const before = pieces.length ? pieces[pieces.length - 1][0] : "";
    let piece = text[k];
    const place = k;
    if (RAISED.includes(piece)) {
      while (k + 1 < text.length && RAISED.includes(text[k + 1])) piece += text[++k];
      piece = `^(${[...piece].map((sign) => "0123456789+-"[RAISED.indexOf(sign)]).join("")})`;
    } else if (piece in greekLetters) piece = (/[\p{L}\p{N}]$/u.test(before) ? " " : "") + greekLetters[piece];
    else if (names.has(before.trim()) && /\p{L}/u.test(piece)) piece = ` ${piece}`;
    const low = LOWERED.indexOf(piece);
    pieces.push([SIGNS[piece] ?? (low >= 0 ? String(low) : piece), place]);
  }
  return pieces;
}

/** The words of a vocabulary, made ready for looking up. */
export class Words {
  /** @param {Vocabulary} vocabulary */
  constructor(vocabulary) {
    const { functions, greek, constants, keywords, modules, letters } = vocabulary;
    this.vocabulary = vocabulary;
    this.variable = new RegExp(`^(?:${vocabulary.variable})$`);
    this.known = [...Object.keys(functions), ...greek];
    this.names = { functions, constants };
    this.keywords = new Set(keywords);
    this.letters = new Set(letters);
    this.undefined = new Set(vocabulary.undefined);
    const longest = [...greek, "pi"].sort((a, b) => b.length - a.length);
    this.piece = new RegExp(`(?:${longest.join("|")}|[A-Za-z])(?:_?[0-9]{1,3})?`, "g");
    this.token = new RegExp(
      "(?<number>(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)" +
        `|(?<word>(?:(?:${[...modules].sort().join("|")})\\s*\\.\\s*)?[A-Za-z][A-Za-z0-9_]*)` +
        "|(?<sign>\\*\\*|<=|>=|==|!=|//|[-+*/^()|,;=<>√])|(?<other>\\S)",
      "g",
    );
  }

  /** The function of that name; in another case, if it is not a variable (Sin, LOG, but not E). @param {string} word */
  function(word) {
    const { functions } = this.names;
    if (own(functions, word)) return word;
    const low = word.toLowerCase();
    return word.length > 1 && own(functions, low) ? low : null;
  }

  /** Whether a word is in the vocabulary, or a variable. @param {string} word */
  isWord(word) {
    const known = this.isConstant(word) || this.keywords.has(word) || this.function(word) !== null;
    return known || this.variable.test(word);
  }

  /** @param {string} word */
  isConstant(word) {
    return own(this.names.constants, word);
  }

  /** The factors of a word that is a product. @param {string} word @param {Set<string>} alone @param {Set<string> | null} known @param {boolean} called @returns {string[]} */
  pieces(word, alone, known, called) {
    if (this.isWord(word)) return [];
    if (closest(word, this.known, 0.7) !== undefined) return called ? this.beforeFunction(word) : [];
    const pieces = word.match(this.piece) ?? [];
    if (pieces.join("") !== word || pieces.length > 4) return called ? this.beforeFunction(word) : [];
    const fits = (/** @type {string} */ piece) =>
      known
        ? known.has(piece) || this.isConstant(piece)
        : alone.has(piece) || this.letters.has(piece.replace(/_?[0-9]+$/, ""));
    return pieces.every(fits) ? pieces : [];
  }

  /** x and sin, of xsin. @param {string} word */
  beforeFunction(word) {
    for (let k = 1; k < Math.min(3, word.length); k++)
      if (own(this.names.functions, word.slice(k)) && this.letters.has(word.slice(0, k)))
        return [word.slice(0, k), word.slice(k)];
    return [];
  }
}

/** @param {object} table @param {string} key */
export const own = (table, key) => Object.prototype.hasOwnProperty.call(table, key);

/**
 * The tokens of a formula, an end behind them, and remarks on words that were taken apart.
 * @param {string} typed @param {[string, number][]} spelling @param {Words} words @param {Set<string> | null} known
 * @returns {{ found: Token[], remarks: string[] }}
 */
export function tokens(typed, spelling, words, known) {
  const text = [...typed];
  const written = spelling.flatMap(([piece]) => [...piece].map((sign) => (sign.length > 1 ? "\uffff" : sign))).join("");
  const origin = spelling.flatMap(([piece, place]) => [...piece].map(() => place));
  /** @type {Token[]} */
  const found = [];
  for (const match of written.matchAll(words.token)) {
    const place = origin[match.index];
    const { number, word, other } = match.groups ?? {};
    if (other) throw new ExpressionError(typed, place, noPlace(other === "\uffff" ? text[place] : other));
    const kind = number ? "number" : word ? "word" : "sign";
    const apart = place > 0 && /\s/.test(text[place - 1]);
    found.push({ kind, text: kind === "word" ? match[0].replace(/^\w+\s*\.\s*/, "") : match[0], place, apart });
  }
  found.push({ kind: "end", text: "", place: [...typed.trimEnd()].length, apart: false });
  return takenApart(found, words, known);
}

/** @type {{ [sign: string]: string }} */
const INSTEAD = {
  "%": "a remainder is written mod(x, y)",
  "!": "a factorial is not known here; write the number",
  "[": "brackets are round: ( )",
  "]": "brackets are round: ( )",
  "{": "brackets are round: ( )",
  "}": "brackets are round: ( )",
  "'": "a derivative is worked out here: type the function itself",
  "‖": "a length is written sqrt(x^2 + y^2)",
  "∑": "write the terms of a sum out",
  "&": "conditions are joined by the word and",
  ".": "a product is written with *, and a point stands in numbers only",
};

/** @param {string} sign */
function noPlace(sign) {
  if (/\p{L}/u.test(sign)) return `'${sign}' is not a variable; a variable is called like x, w1 or theta`;
  const shown = sign === "'" ? `"'"` : sign === "\\" ? "'\\\\'" : `'${sign}'`;
  return `${shown} has no place in a formula${own(INSTEAD, sign) ? `; ${INSTEAD[sign]}` : ""}`;
}

/** xy as x y, and x*sin from xsin( : only where all pieces stand for themselves. @param {Token[]} found @param {Words} words @param {Set<string> | null} known */
function takenApart(found, words, known) {
  const alone = new Set(found.map((token) => token.text).filter((text) => words.variable.test(text)));
  /** @type {Token[]} */
  const result = [];
  /** @type {string[]} */
  const remarks = [];
  found.forEach((token, at) => {
    const after = found[Math.min(at + 1, found.length - 1)];
    const pieces = token.kind === "word" ? words.pieces(token.text, alone, known, after.text === "(") : [];
    if (!pieces.length) {
      result.push(token);
      return;
    }
    let place = token.place;
    pieces.forEach((text, k) => {
      result.push({ kind: "word", text, place, apart: k === 0 && token.apart });
      place += text.length;
    });
    remarks.push(`${token.text} was read as ${pieces.join("*")}`);
  });
  return { found: result, remarks };
}
