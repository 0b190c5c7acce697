// @ts-check
/**
 * A formula that somebody typed becomes an objective; nothing that is typed is ever run.
 * (Not there yet: the reader follows.)
 */

import { UsageError } from "./errors.js";

/** A text that is no formula: says what was expected, and marks the place. */
export class ExpressionError extends UsageError {
  /** @param {string} text @param {number} place @param {string} message */
  constructor(text, place, message) {
    const first = Math.max(0, place - 50);
    const line = [...text]
      .slice(first, place + 25)
      .join("")
      .replace(/[\p{C}]/gu, " ");
    super(`${message}${message.endsWith("?") ? "" : ":"}\n    ${line.trimEnd()}\n    ${" ".repeat(place - first)}^`);
    this.name = "ExpressionError";
    this.text = text;
    this.place = place;
    this.plain = message;
  }
}

/**
 * The objective of a formula, its variables in alphabetical order, its view and start as `objectives/typed.py` finds
 * them. Throws ExpressionError if the text is no formula, UsageError if it has no variable or no value in the view.
 * @param {string} text @param {any} vocabulary formulas.vocabulary
 * @param {{ view?: [number, number][], start?: number[] }} [wish]
 * @returns {import("./types.js").Objective}
 */
export function typedObjective(text, vocabulary, wish = {}) {
  throw new ExpressionError(text, 0, `The reader of formulas is not there yet (${vocabulary && wish && "soon"})`);
}
