/**
 * The page as a whole: it takes the state from its host, computes what follows, and tells its parts. A part is an
 * element and a function that brings it up to date; what a reader does goes into the state, and nowhere else.
 */

import { UsageError } from "../core/errors.js";
import { deriving } from "./derive.js";
import { settled } from "./dom.js";
import { DEFAULTS, KEYS } from "./state.js";
import { customProperties, themeOf } from "./theme.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./types.js").Model} Model */
/**
 * @typedef {object} View what there is to be seen
 * @property {State} state
 * @property {import("./derive.js").Derived} derived
 * @property {import("./theme.js").Palette} palette
 * @property {"dark" | "light"} theme
 * @property {number} step the step that is looked at; with a fraction while it plays
 * @property {string} wrong what is wrong with the state, in a sentence; what is shown is then the last that was right
 * @property {boolean} coarse whether something is being moved, and quick counts more than fine
 */
/** @typedef {{ element: HTMLElement, update: (view: View) => void, late?: boolean }} Part `late`: after the others */
/**
 * @typedef {object} App
 * @property {import("./types.js").Formulas} formulas
 * @property {import("./types.js").Preset[]} presets
 * @property {() => View} view
 * @property {(patch: Partial<State>) => void} set
 * @property {(patch: Partial<State>) => void} move as `set`, for what follows a hand: quick rather than fine
 * @property {(step: number | null) => void} playAt show a step with a fraction, or what the state says
 * @property {(element: HTMLElement) => void} attach
 * @property {(part: Part) => HTMLElement} add
 * @property {() => void} stop
 */

const SAVE_EVERY = 150; // milliseconds between what a host is told while something is dragged
const CALM = 140; // after which a hand has come to rest

/**
 * @param {Model} model
 * @param {import("./types.js").Formulas} formulas
 * @param {HTMLElement} root
 * @returns {App}
 */
export function createApp(model, formulas, root) {
  const derive = deriving(formulas);
  /** @type {Part[]} */
  const parts = [];
  /** @type {number | null} */
  let playing = null;
  /** @type {View | undefined} */
  let view;
  let coarse = false;
  let due = 0;
  /** @type {any} */
  let after = 0;
  let began = 0;

  const stateOf = () =>
    /** @type {State} */ (Object.fromEntries(KEYS.map((key) => [key, model.get(key) ?? DEFAULTS[key]])));

  /** @returns {View} */
  function compute() {
    const state = stateOf();
    const theme = themeOf(state.theme);
    const rest = { state, theme, palette: formulas.palette[theme], coarse };
    try {
      const derived = derive(state, theme);
      return { ...rest, derived, step: stepOf(state, derived.last), wrong: "" };
    } catch (error) {
      if (!(error instanceof UsageError)) reportError(error); // a fault of the page: it is told, and the page goes on
      const derived = view?.derived ?? derive({ ...DEFAULTS, objective: Object.keys(formulas.objectives)[0] }, theme);
      return {
        ...rest,
        derived,
        step: stepOf(state, derived.last),
        wrong: error instanceof Error ? error.message : String(error),
      };
    }
  }

  const stepOf = (/** @type {State} */ state, /** @type {number} */ last) =>
    Math.min(playing ?? state.scrub ?? last, last);

  function update() {
    due = 0;
    view = compute();
    root.dataset.theme = view.theme;
    for (const [name, color] of customProperties(view.palette)) root.style.setProperty(name, color);
    for (const part of parts) if (!part.late) part.update(view);
    if (began) measured(began);
    began = 0;
    // First what follows the hand, then what stands beside it.
    after ||= setTimeout(() => {
      after = 0;
      for (const part of parts) if (part.late && view) part.update(view);
    });
  }

  function invalidate() {
    if (!due) due = requestAnimationFrame(update);
  }

  const refine = settled(() => {
    coarse = false;
    invalidate();
  }, CALM);

  let saved = 0;
  const saveLater = settled(() => save(), SAVE_EVERY);
  function save() {
    if (performance.now() - saved < SAVE_EVERY) return saveLater();
    saved = performance.now();
    model.save_changes();
  }

  /** @param {Partial<State>} patch */
  function set(patch) {
    began ||= globalThis.event?.timeStamp || performance.now();
    for (const [key, value] of Object.entries(patch)) model.set(key, value);
    save();
    invalidate();
  }

  const light = globalThis.matchMedia?.("(prefers-color-scheme: light)");
  for (const key of KEYS) model.on(`change:${key}`, invalidate);
  light?.addEventListener("change", invalidate);
  document.fonts?.ready.then(invalidate);

  return {
    formulas,
    presets: model.get("presets") ?? [],
    view: () => (view && !due ? view : (view = compute())),
    set,
    move(patch) {
      coarse = true;
      set(patch);
      refine();
    },
    playAt(step) {
      playing = step;
      invalidate();
    },
    attach(element) {
      root.append(element);
      update();
    },
    add(part) {
      parts.push(part);
      return part.element;
    },
    stop() {
      cancelAnimationFrame(due);
      clearTimeout(after);
      light?.removeEventListener("change", invalidate);
      for (const key of KEYS) model.off?.(`change:${key}`, invalidate);
      root.remove();
    },
  };
}

/** How long it took from what a reader did to the new picture, for the benchmark. @param {number} began */
function measured(began) {
  performance.clearMeasures("event to path");
  performance.measure("event to path", { start: began });
}
