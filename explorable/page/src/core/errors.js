// @ts-check
/**
 * What a person can get wrong, in the words of the command line: one sentence that says what to do.
 * The sentences are those of `objectives/errors.py`, `optimizers/hyperparameters.py` and `optimizers/trajectory.py`;
 * the tests compare them word by word.
 */

/** Something that was asked for cannot be done; the message is one clear sentence. */
export class UsageError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "UsageError";
  }
}

/**
 * The error for a name that is not in a registry: the nearest match if there is one, else all names.
 * @param {string} kind @param {string} name @param {Iterable<string>} known
 */
export function unknown(kind, name, known) {
  const names = [...known].sort();
  const near = closest(name, names, 0.55);
  const advice = near === undefined ? `choose one of ${names.join(", ")}.` : `did you mean '${near}'?`;
  return new UsageError(`There is no ${kind} '${name}': ${advice}`);
}

/**
 * The name that is most like a word, as Python's difflib measures it, if it is alike enough.
 * @param {string} word @param {Iterable<string>} names @param {number} cutoff from 0 to 1
 * @returns {string | undefined}
 */
export function closest(word, names, cutoff) {
  /** @type {string | undefined} */
  let best;
  let most = -1;
  for (const name of names) {
    const ratio = likeness(name, word);
    if (ratio >= cutoff && (ratio > most || (ratio === most && best !== undefined && name > best)))
      [best, most] = [name, ratio];
  }
  return best;
}

/** Twice the characters in common blocks over all characters (Ratcliff and Obershelp). @param {string} a @param {string} b */
export function likeness(a, b) {
  const all = a.length + b.length;
  return all ? (2 * common(a, b)) / all : 1;
}

/** @param {string} a @param {string} b @returns {number} */
function common(a, b) {
  const { i, j, size } = longestBlock(a, b);
  if (!size) return 0;
  return size + common(a.slice(0, i), b.slice(0, j)) + common(a.slice(i + size), b.slice(j + size));
}

/** The longest run of characters that both have, the earliest of several. @param {string} a @param {string} b */
function longestBlock(a, b) {
  let best = { i: 0, j: 0, size: 0 };
  let before = new Array(b.length + 1).fill(0);
  for (let i = 0; i < a.length; i++) {
    const now = new Array(b.length + 1).fill(0);
    for (let j = 0; j < b.length; j++) {
      if (a[i] !== b[j]) continue;
      const size = (now[j + 1] = before[j] + 1);
      if (size > best.size) best = { i: i - size + 1, j: j - size + 1, size };
    }
    before = now;
  }
  return best;
}

/** A number as Python's `%g` writes it: six digits, no more than needed. @param {number} value */
export function general(value) {
  if (!Number.isFinite(value)) return special(value);
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits, exponent] = value.toExponential(5).split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 6) return trimmed(digits) + exponential(power);
  return trimmed(value.toFixed(5 - power));
}

/** A float as Python's `repr` writes it. @param {number} value */
export function literal(value) {
  if (!Number.isFinite(value)) return special(value);
  const [digits, exponent] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16) return digits + exponential(power);
  const text = fixed(value);
  return text.includes(".") ? text : `${text}.0`;
}

/** @param {unknown} value */
export function shown(value) {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : literal(value);
  if (typeof value === "string") return `'${value}'`;
  if (typeof value === "boolean") return value ? "True" : "False";
  return value === null || value === undefined ? "None" : String(value);
}

/** @param {number} value */
const special = (value) => (Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf");

/** @param {number} power */
const exponential = (power) => `e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;

/** @param {string} text */
const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** The shortest digits without an exponent; JavaScript itself switches below 10^-6. @param {number} value */
function fixed(value) {
  const text = String(value);
  if (!text.includes("e")) return text;
  const [digits, exponent] = text.split("e");
  return value.toFixed(-Number(exponent) + (digits.split(".")[1] ?? "").length);
}
