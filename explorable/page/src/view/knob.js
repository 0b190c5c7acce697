/** A knob: a native range with its name, its letter, and the number itself, which can be typed. */

import { h, say } from "./dom.js";
import { figure, rounded } from "./numbers.js";

const POSITIONS = 400;

/**
 * @typedef {object} Scale
 * @property {number} low
 * @property {number} high
 * @property {boolean} [logarithmic]
 * @property {boolean} [whole]
 */
/** @typedef {{ element: HTMLElement, show: (value: number, wrong?: string) => void }} Knob */

/**
 * @param {Scale & { name: string, symbol: string, label: string, meaning?: string, set: (value: number) => void }} of
 * @returns {Knob}
 */
export function knob({ name, symbol, label, meaning, set, ...scale }) {
  const hint = meaning ? `${label}: ${meaning}` : label;
  const range = h("input", { type: "range", min: 0, max: POSITIONS, step: 1, "aria-label": label, "data-knob": name });
  const field = h("input", {
    type: "text",
    inputmode: "decimal",
    class: "number",
    "aria-label": `${label}, as a number`,
    "data-number": name,
    autocomplete: "off",
    spellcheck: "false",
  });
  const complaint = h("p", { class: "complaint", role: "alert" });
  let value = NaN;

  range.addEventListener("input", () => {
    const before = positionOf(scale, value);
    let wanted = valueAt(scale, Number(range.value));
    // Whole numbers lie wider apart than positions: a key still moves by one.
    if (wanted === value) wanted += Math.sign(Number(range.value) - before) * (scale.whole ? 1 : 0);
    set(wanted);
  });
  field.addEventListener("change", () => {
    const wanted = Number(field.value.trim().replace("−", "-").replace(",", "."));
    if (field.value.trim() && Number.isFinite(wanted)) return set(scale.whole ? Math.round(wanted) : wanted);
    say(complaint, `${label} must be a number.`);
    field.setAttribute("aria-invalid", "true");
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") field.blur();
  });

  const element = h(
    "div",
    { class: "knob", title: hint },
    h("span", { class: "name", "aria-hidden": "true" }, label, symbol ? h("i", {}, symbol) : null),
    range,
    field,
    complaint,
  );
  return {
    element,
    show(now, wrong = "") {
      const changed = now !== value;
      value = now;
      const position = String(Math.round(positionOf(scale, now)));
      if (range.value !== position && (document.activeElement !== range || changed)) range.value = position;
      range.style.setProperty("--filled", `${(100 * Number(range.value)) / POSITIONS}%`);
      range.setAttribute("aria-valuetext", figure(now, 6));
      const text = shown(now);
      if (changed || document.activeElement !== field) field.value = text;
      if (changed || wrong) {
        say(complaint, wrong);
        field.setAttribute("aria-invalid", String(Boolean(wrong)));
      }
    },
  };
}

/** A number as it would be typed again. @param {number} value */
const shown = (value) =>
  Number.isFinite(value) && (Math.abs(value) >= 1e6 || (Math.abs(value) < 1e-4 && value !== 0))
    ? value.toExponential().replace("e+", "e")
    : String(value);

/** @param {Scale} scale @param {number} value */
export function positionOf({ low, high, logarithmic }, value) {
  const share = logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(Math.max(share, 0), 1) * POSITIONS || 0;
}

/** @param {Scale} scale @param {number} position */
export function valueAt({ low, high, logarithmic, whole }, position) {
  const share = position / POSITIONS;
  const value = logarithmic ? low * (high / low) ** share : low + (high - low) * share;
  if (whole) return Math.round(value);
  if (logarithmic) return Number(value.toPrecision(3));
  return rounded(value, (high - low) / 100);
}

/**
 * A switch or a choice of words, as one row.
 * @param {{ name: string, label: string, choices: (string | boolean)[], set: (value: string | boolean) => void }} of
 */
export function choice({ name, label, choices, set }) {
  const isSwitch = typeof choices[0] === "boolean";
  const control = isSwitch
    ? h("input", { type: "checkbox", "data-knob": name })
    : h("select", { "data-knob": name }, ...choices.map((word) => h("option", { value: word }, String(word))));
  control.addEventListener("change", () => set(control instanceof HTMLInputElement ? control.checked : control.value));
  return {
    element: h(
      "label",
      { class: "choice" },
      isSwitch ? control : null,
      h("span", {}, label),
      isSwitch ? null : control,
    ),
    show(/** @type {any} */ value) {
      if (control instanceof HTMLInputElement) control.checked = Boolean(value);
      else control.value = String(value);
    },
  };
}
