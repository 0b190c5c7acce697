/** What lies under the paths: the map of an objective of two variables, or the curve of one. */

import { arrow, clipped, frame, line, outline } from "./chart.js";
import { bandsOf, levels, sampled } from "./grid.js";
import { ramped } from "./theme.js";

/** @typedef {import("./pen.js").Pen} Pen */
/** @typedef {import("./chart.js").Frame} Frame */
/** @typedef {import("./chart.js").Box} Box */
/** @typedef {import("./theme.js").Palette} Palette */
/** @typedef {import("./grid.js").Grid} Grid */
/** @typedef {(point: ArrayLike<number>) => number} Value */

const CROSS = 5;

/**
 * A grid as fine as a box deserves: a node every few pixels.
 * @param {Value} value
 * @param {Frame} at
 * @param {number} apart pixels between nodes
 */
export function gridOver(value, at, apart) {
  const [x, y] = [at.x.domain, at.y.domain];
  const [columns, rows] = [at.box.width, at.box.height].map((length) => Math.max(12, Math.round(length / apart) + 1));
  return sampled(value, /** @type {[number, number]} */ (x), /** @type {[number, number]} */ (y), columns, rows);
}

/**
 * Bands and lines of a map.
 * @param {Pen} pen
 * @param {Frame} at
 * @param {Grid} grid
 * @param {Palette} palette
 */
export function drawMap(pen, at, grid, palette) {
  const level = levels(grid.values);
  const { bands, unknown } = bandsOf(grid, level);
  const colors = ramped(palette.map, level.length + 1);
  const { box } = at;
  // A ring's coordinates count nodes, and the first node is at one half.
  const x = (/** @type {number} */ i) => box.left + ((i - 0.5) / (grid.columns - 1)) * box.width;
  const y = (/** @type {number} */ j) => box.top + box.height - ((j - 0.5) / (grid.rows - 1)) * box.height;
  const trace = (/** @type {number[][][]} */ rings) => {
    pen.beginPath();
    for (const ring of rings) {
      ring.forEach(([i, j], k) => (k === 0 ? pen.moveTo(x(i), y(j)) : pen.lineTo(x(i), y(j))));
      pen.closePath();
    }
  };
  clipped(pen, box, () => {
    pen.fillStyle = colors[0];
    pen.beginPath();
    pen.rect(box.left, box.top, box.width, box.height);
    pen.fill();
    bands.forEach(({ rings }, k) => {
      trace(rings);
      pen.fillStyle = colors[k + 1];
      pen.fill("evenodd");
    });
    pen.save();
    pen.strokeStyle = palette.map_line;
    pen.globalAlpha = 0.4;
    pen.lineWidth = 0.9;
    for (const { rings } of bands) {
      trace(rings);
      pen.stroke();
    }
    pen.restore();
    if (unknown.length) {
      trace(unknown);
      pen.fillStyle = palette.ground;
      pen.fill("evenodd");
    }
  });
}

/**
 * Crosses where the minima are.
 * @param {Pen} pen
 * @param {Frame} at
 * @param {number[][]} places on the screen
 * @param {Palette} palette
 */
export function drawMinima(pen, at, places, palette) {
  clipped(pen, at.box, () => {
    for (const [x, y] of places) {
      for (const [color, width] of /** @type {[string, number][]} */ ([
        [palette.outline, 5],
        [palette.target, 2.2],
      ])) {
        line(pen, [x - CROSS, y - CROSS, x + CROSS, y + CROSS], color, width);
        line(pen, [x - CROSS, y + CROSS, x + CROSS, y - CROSS], color, width);
      }
    }
  });
}

/**
 * A curve over a box: its frame, with room above and below, and its points on the screen.
 * @param {Value} value
 * @param {Box} box
 * @param {[number, number]} x
 */
export function curveOver(value, box, x) {
  const count = Math.max(2, Math.round(box.width));
  const at = Array.from({ length: count + 1 }, (_, k) => x[0] + ((x[1] - x[0]) * k) / count);
  const values = at.map((place) => value([place]));
  const finite = values.filter(Number.isFinite);
  const [low, high] = finite.length ? [Math.min(...finite), Math.max(...finite)] : [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  const shown = frame(box, x, [low - room, high + room]);
  return { at: shown, points: at.map((place, k) => [shown.x(place), shown.y(values[k])]) };
}

/**
 * The curve of an objective of one variable, on ground of the map's colours.
 * @param {Pen} pen
 * @param {Frame} at
 * @param {number[][]} points
 * @param {Palette} palette
 */
export function drawCurve(pen, at, points, palette) {
  const { left, top, width, height } = at.box;
  const known = points.filter(([, y]) => Number.isFinite(y));
  clipped(pen, at.box, () => {
    pen.fillStyle = palette.map[1];
    pen.beginPath();
    pen.moveTo(known[0]?.[0] ?? left, top + height);
    for (const [x, y] of known) pen.lineTo(x, y);
    pen.lineTo(known[known.length - 1]?.[0] ?? left + width, top + height);
    pen.closePath();
    pen.fill();
    pen.strokeStyle = palette.map_line;
    pen.lineWidth = 2;
    pen.beginPath();
    points.forEach(([x, y], k) => {
      if (!Number.isFinite(y)) return;
      if (k === 0 || !Number.isFinite(points[k - 1][1])) pen.moveTo(x, y);
      else pen.lineTo(x, y);
    });
    pen.stroke();
  });
  outline(pen, at.box, palette.rule_line);
}

/**
 * The parts of a step as arrows from a place: what was kept of the last update, then the gradient's share.
 * @param {Pen} pen
 * @param {Frame} at
 * @param {{ color: string, from: [number, number], to: [number, number], width?: number }[]} arrows on the screen
 */
export function drawArrows(pen, at, arrows) {
  clipped(pen, at.box, () => {
    for (const { from, to, color, width = 3 } of arrows) arrow(pen, from, to, color, width);
  });
}
