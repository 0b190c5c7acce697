/**
 * An objective over its window, as a grid of values, and what is drawn from it: levels, bands, heights.
 *
 * Levels and height scale are those of the lecture's maps and terrains (scenes/stage/contour_map.py,
 * terrain_ground.py): even steps on a scale that is bent until the median height lies in the middle.
 */

import { contours } from "d3-contour";

/** @typedef {[number, number]} Range */
/** @typedef {{ x: Range, y: Range, columns: number, rows: number, values: Float64Array }} Grid rows along y */
/** @typedef {(point: number[]) => number} Value */
/** @typedef {{ low: number, high: number, softness: number | null }} HeightScale */

const BANDS = 13;
const TOWERS = 0.08; // of the height: with its median lower than that, a landscape needs a logarithm
const PIT = 0.02;
const SUMMIT = 10;

/**
 * Values on the nodes of a grid over a window.
 * @param {Value} value
 * @param {Range} x
 * @param {Range} y
 * @param {number} columns
 * @param {number} rows
 * @returns {Grid}
 */
export function sampled(value, x, y, columns, rows) {
  const values = new Float64Array(columns * rows);
  const point = [0, 0];
  for (let j = 0; j < rows; j++) {
    point[1] = y[0] + ((y[1] - y[0]) * j) / (rows - 1);
    for (let i = 0; i < columns; i++) {
      point[0] = x[0] + ((x[1] - x[0]) * i) / (columns - 1);
      values[j * columns + i] = value(point);
    }
  }
  return { x, y, columns, rows, values };
}

/** @param {Float64Array} values rising finite values @param {number} share */
const quantile = (values, share) => {
  const at = share * (values.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, values.length - 1);
  return values[low] + (values[high] - values[low]) * (at - low);
};

/** @param {Float64Array} values */
const rising = (values) => values.filter(Number.isFinite).sort();

/**
 * Rising levels between the lowest and the highest value; none where there is nothing to show.
 * @param {Float64Array} values
 * @param {number} [count] of bands
 */
export function levels(values, count = BANDS) {
  const finite = rising(values);
  if (!finite.length) return [];
  const [low, high] = [finite[0], finite[finite.length - 1]];
  if (!(high > low)) return [];
  const middle = Math.min(Math.max((quantile(finite, 0.5) - low) / (high - low), 1e-9), 1);
  const bend = Math.min(Math.max(Math.log(middle) / Math.log(0.5), 1), 5);
  return Array.from({ length: count - 1 }, (_, k) => low + (high - low) * ((k + 1) / count) ** bend);
}

/** @typedef {{ level: number, rings: number[][][] }} Band the region above a level, in the grid's own coordinates */

/**
 * The regions above each level, and the region without a value.
 * @param {Grid} grid
 * @param {number[]} level
 * @returns {{ bands: Band[], unknown: number[][][] }}
 */
export function bandsOf(grid, level) {
  const outline = contours().size([grid.columns, grid.rows]);
  const known = Array.from(grid.values, (value) => (Number.isNaN(value) ? Infinity : value));
  const top = level[level.length - 1] ?? 0;
  // d3 interpolates along edges: infinite ends are brought near, so that the edge lies where the map says.
  const capped = known.map((value) => Math.min(value, top + Math.abs(top) + 1e3 * (top - (level[0] ?? 0)) + 1));
  const bands = level.map((value) => ({ level: value, rings: rings(outline.contour(capped, value)) }));
  const lost = Array.from(grid.values, (value) => (Number.isNaN(value) ? 1 : 0));
  const unknown = lost.some(Boolean) ? rings(outline.contour(lost, 0.5)) : [];
  return { bands, unknown };
}

/** @param {import("d3-contour").ContourMultiPolygon} shape @returns {number[][][]} */
const rings = (shape) => /** @type {number[][][]} */ (shape.coordinates.flat());

/**
 * From values to heights between 0 and 1: linear, or logarithmic where towers would press all else into the plain.
 * @param {Float64Array} values
 * @returns {HeightScale}
 */
export function heightScale(values) {
  const finite = rising(values);
  if (!finite.length) return { low: 0, high: 1, softness: null };
  const top = quantile(finite, 0.995);
  let [low, high] = [finite[0], finite[finite.length - 1]];
  if (top > low) high = Math.min(high, low + SUMMIT * (top - low));
  const deep = quantile(finite, PIT);
  if (top > deep) low = Math.max(low, deep - SUMMIT * (top - deep));
  if (!(high > low)) return { low: low - 0.5, high: low + 0.5, softness: null };
  const median = (quantile(finite, 0.5) - low) / (high - low);
  return { low, high, softness: median > 0 && median < TOWERS ? Math.max(median, 1e-12) / 3 : null };
}

/** @param {HeightScale} scale @param {number} value */
export function height(scale, value) {
  const share = Math.min(Math.max((value - scale.low) / (scale.high - scale.low), 0), 1);
  return scale.softness === null ? share : Math.log1p(share / scale.softness) / Math.log1p(1 / scale.softness);
}

/** How fast the height grows with the value; 0 where it is cut off. @param {HeightScale} scale @param {number} value */
export function steepness(scale, value) {
  const span = scale.high - scale.low;
  const share = (value - scale.low) / span;
  if (!(share >= 0 && share < 1)) return 0;
  return scale.softness === null ? 1 / span : 1 / (span * (share + scale.softness) * Math.log1p(1 / scale.softness));
}

/**
 * The smallest window round `view`, with the same middle, whose sides are as long as a picture's: equal scales.
 * @param {Range[]} view
 * @param {number} shape width by height
 * @returns {[Range, Range]}
 */
export function widened(view, shape) {
  const [[left, right], [bottom, top]] = view;
  const width = Math.max(right - left, shape * (top - bottom));
  return [around((left + right) / 2, width), around((bottom + top) / 2, width / shape)];
}

/** @param {number} middle @param {number} length @returns {Range} */
const around = (middle, length) => [middle - length / 2, middle + length / 2];

/**
 * The window widened to hold points, up to so many times its own size on each side.
 * @param {Range[]} view
 * @param {ArrayLike<number>[]} points
 * @param {number} [limit]
 * @returns {Range[]}
 */
export function containing(view, points, limit = 2) {
  return view.map(([low, high], axis) => {
    const reach = limit * (high - low);
    const room = 0.04 * (high - low);
    const held = points.map((point) => point[axis]).filter((at) => at > low - reach && at < high + reach);
    return /** @type {Range} */ ([
      held.reduce((least, at) => Math.min(least, at - room), low),
      held.reduce((most, at) => Math.max(most, at + room), high),
    ]);
  });
}
