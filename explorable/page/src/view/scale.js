/** From numbers to pixels and back, linear or logarithmic, with round numbers for an axis. */

import { ticks } from "d3-array";

/**
 * @typedef {((value: number) => number) & { invert: (pixel: number) => number, domain: [number, number],
 *   marks: (count: number) => number[] }} Scale
 */

/**
 * @param {[number, number]} domain
 * @param {[number, number]} range in pixels
 * @param {boolean} [log]
 * @returns {Scale}
 */
export function scaleOf(domain, range, log = false) {
  const [bend, back] = log ? [Math.log, Math.exp] : [Number, Number];
  const [low, high] = domain.map(bend);
  const unit = (range[1] - range[0]) / (high - low);
  return Object.assign((/** @type {number} */ value) => range[0] + (bend(value) - low) * unit, {
    invert: (/** @type {number} */ pixel) => back(low + (pixel - range[0]) / unit),
    domain,
    marks: (/** @type {number} */ count) => (log ? powers(domain, count) : ticks(...domain, Math.min(count, 8))),
  });
}

/** Powers of ten, so many or fewer. @param {[number, number]} domain @param {number} count */
function powers([low, high], count) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const step = Math.max(1, Math.ceil((last - first) / Math.min(count, 6)));
  return Array.from({ length: Math.max(0, Math.floor((last - first) / step) + 1) }, (_, k) => 10 ** (first + k * step));
}
