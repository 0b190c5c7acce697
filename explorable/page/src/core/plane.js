// @ts-check
/**
 * The plane of two hyper-parameters: for each pair, after how many steps the error of this run stays below a bound.
 *
 * No iterate is kept, and a run is left where nothing happens any more: it sleeps below the bound, or it is gone.
 * The plane is worked out in slices between two frames, coarse points first: a page that may run no scripts but its
 * own has no worker, and no run takes long.
 */

import { placed, settings } from "./checks.js";
import { UsageError } from "./errors.js";

/** @typedef {import("./types.js").Objective} Objective */
/** @typedef {import("./types.js").Rule} Rule */
/** @typedef {import("./types.js").Settings} Settings */
/** @typedef {import("./types.js").Data} Data */
/** @typedef {{ name: string, low: number, high: number, logarithmic?: boolean }} Axis */
/**
 * @typedef {object} PlaneWish
 * @property {Objective} objective
 * @property {Rule} rule
 * @property {Settings} [h] the hyper-parameters that stay
 * @property {number | ArrayLike<number>} [start]
 * @property {number} steps at most
 * @property {number} tolerance the bound on the error
 * @property {Data} [data]
 * @property {Axis} x from left to right
 * @property {Axis} y from bottom to top
 * @property {number} [columns]
 * @property {number} [rows]
 */
/** @typedef {{ columns: number, rows: number, steps: Int32Array, x: Float64Array, y: Float64Array }} Plane */

/** What stands in a plane for a run that does not settle. */
export const NEVER = -1;
/** For one that leaves for infinity. */
export const DIVERGES = -2;
/** For one that comes to a place without a value or a gradient. */
export const UNDEFINED = -3;

const SLICE = 8; // milliseconds of work between two frames
const COARSE = 8; // the first pass takes every eighth point

/** The values along an axis, in the middle of each cell. @param {Axis} axis @param {number} count */
export function ticks({ low, high, logarithmic }, count) {
  const at = (/** @type {number} */ share) =>
    logarithmic ? low * Math.pow(high / low, share) : low + (high - low) * share;
  return Float64Array.from({ length: count }, (_, i) => at((i + 0.5) / count));
}

/**
 * Work a plane out, slice by slice: yields the plane after each, with 0 for what is not there yet (a run that is below
 * the bound from the start has 0 as well). Rows run from the bottom up.
 * @param {PlaneWish} wish @param {number} [slice] milliseconds
 * @returns {Generator<Plane, Plane>}
 */
export function* slices(wish, slice = SLICE) {
  const { objective, rule, h = {}, start = objective.start, steps, tolerance, data } = wish;
  const { columns = 200, rows = 200 } = wish;
  const all = settings(rule, h);
  for (const axis of [wish.x, wish.y])
    if (!(axis.name in all)) throw new UsageError(`${rule.title} has no ${axis.name}: choose another plane.`);
  const from = placed(objective, start);
  const plane = {
    columns,
    rows,
    steps: new Int32Array(columns * rows),
    x: ticks(wish.x, columns),
    y: ticks(wish.y, rows),
  };
  const size = Math.max(...objective.view.map(([low, high]) => high - low));
  const runner = settler({ objective, rule, from, steps, tolerance, data, size });
  let until = now() + slice;
  for (const [row, column] of coarseFirst(rows, columns)) {
    all[wish.x.name] = plane.x[column];
    all[wish.y.name] = plane.y[row];
    plane.steps[row * columns + column] = runner(all);
    if (now() < until) continue;
    yield plane;
    until = now() + slice;
  }
  return plane;
}

const now = () => performance.now();

/** Every eighth point of every eighth row, then the others. @param {number} rows @param {number} columns */
function* coarseFirst(rows, columns) {
  for (let row = 0; row < rows; row += COARSE)
    for (let column = 0; column < columns; column += COARSE) yield [row, column];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) if (row % COARSE || column % COARSE) yield [row, column];
}

/**
 * A plane without freezing the page: `onSlice` sees it grow, the promise brings it whole. `abort` stops it: a knob has
 * moved on.
 * @param {PlaneWish} wish @param {(plane: Plane) => void} [onSlice] @param {AbortSignal} [abort]
 * @returns {Promise<Plane | null>} null if it was stopped
 */
export async function plane(wish, onSlice = () => {}, abort) {
  const work = slices(wish);
  for (;;) {
    const { value, done } = work.next();
    if (abort?.aborted) return null;
    onSlice(value);
    if (done) return value;
    await breath();
  }
}

/** Let the page draw. A timer would be slowed down to 4 ms after some turns; a message is not. */
const breath = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(null);
    };
    port2.postMessage(null);
  });

/**
 * A function of the hyper-parameters: the first step from which the value stays below the tolerance, or why never.
 * @param {{ objective: Objective, rule: Rule, from: Float64Array, steps: number, tolerance: number,
 *   data: Data | undefined, size: number }} fixed
 * @returns {(h: Settings) => number}
 */
export function settler({ objective, rule, from, steps, tolerance, data, size }) {
  const d = from.length;
  const x = new Float64Array(d);
  const last = new Float64Array(d);
  const slope = new Float64Array(d);
  const far = 1e6 * size;
  const asleep = 1e-9 * size;
  /** @param {Float64Array} at @param {Float64Array} out */
  const gradient = (at, out) => {
    if (at === x) for (let i = 0; i < d; i++) out[i] = slope[i];
    else objective.gradient(at, out, data);
    return out;
  };
  /** @param {number} value */
  const reason = (value) => ((value - value === 0 || Number.isNaN(value)) && x.every(near) ? UNDEFINED : DIVERGES);
  /** @param {number} coordinate */
  const near = (coordinate) => coordinate < far && coordinate > -far;
  return (h) => {
    const state = rule.state(d, h);
    const step = rule.stepper(d, h);
    for (let i = 0; i < d; i++) x[i] = from[i];
    let above = -1;
    let still = 0;
    for (let k = 0; ; k++) {
      const value = objective.slope(x, slope, data);
      let way = 0;
      let sane = value - value === 0;
      for (let i = 0; i < d; i++) {
        const part = Math.abs(x[i] - last[i]);
        if (part > way) way = part;
        sane &&= slope[i] - slope[i] === 0 && x[i] < far && x[i] > -far;
      }
      if (!sane) return reason(value);
      if (!(value < tolerance)) above = k;
      still = way < asleep ? still + 1 : 0;
      if (k === steps || (still > 2 && above < k)) break;
      for (let i = 0; i < d; i++) last[i] = x[i];
      step(gradient, x, state);
    }
    return above < steps ? above + 1 : NEVER;
  };
}

/**
 * The closed boundary over a quadratic: the learning rate up to which a run settles, for each momentum. It is the
 * limit of `optimizers/theory.py` over the largest curvature.
 * @param {Objective} objective @param {string} rule @param {number} momentum at least 0, below 1
 * @returns {number | null} null where nothing is known
 */
export function boundary(objective, rule, momentum) {
  const largest = curvatures(objective)?.[1];
  if (largest === undefined || !(momentum >= 0 && momentum < 1)) return null;
  if (rule === "gradient_descent") return 2 / largest;
  if (rule === "momentum") return (2 + 2 * momentum) / largest;
  if (rule === "nesterov") return (2 + 2 * momentum) / (1 + 2 * momentum) / largest;
  return null;
}

/**
 * The momentum above which heavy ball oscillates along the curvature `l`: (1 - sqrt(eta l))^2, for eta l up to 4.
 * @param {number} curvature @param {number} learningRate
 */
export function critical(curvature, learningRate) {
  const pull = learningRate * curvature;
  return pull >= 0 && pull <= 4 ? (1 - Math.sqrt(pull)) ** 2 : null;
}

/** The smallest and the largest curvature of a quadratic with a minimum. @param {Objective} objective */
export function curvatures({ quadratic }) {
  const eigenvalues = quadratic?.eigenvalues;
  return eigenvalues && eigenvalues[0] > 0 ? [eigenvalues[0], eigenvalues[eigenvalues.length - 1]] : null;
}
