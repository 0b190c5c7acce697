/** A run as it is drawn on a map or a curve: the whole path faintly, the part that was walked, the ball, the rings. */

import { Polyline, clipped, disc } from "./chart.js";

/** @typedef {import("./pen.js").Pen} Pen */
/** @typedef {import("./chart.js").Frame} Frame */
/** @typedef {import("./theme.js").Palette} Palette */
/** @typedef {import("./derive.js").Track} Track */

const FAR = 4000; // pixels from the frame: where a path that leaves is cut off
const MOST_DOTS = 400;
const RING = 10;
const MOST_RINGS = 200;
export const BALL = 8;

/**
 * The corners of a path on the screen, up to where it leaves for good.
 * @param {Track} track
 * @param {Frame} at
 * @param {(run: Track["run"], k: number) => number} height the second coordinate of a run of one variable
 * @returns {Float64Array} x and y in turn
 */
export function corners({ run }, at, height) {
  const { iterates, values } = run;
  const dimension = run.objective.variables.length;
  const last = Math.min(run.endedAt, values.length - 1);
  const points = new Float64Array(2 * (last + 1));
  let k = 0;
  for (; k <= last; k++) {
    const x = at.x(iterates[k * dimension]);
    const y = at.y(dimension > 1 ? iterates[k * dimension + 1] : height(run, k));
    if (!Number.isFinite(x) || !Number.isFinite(y)) break;
    points[2 * k] = x;
    points[2 * k + 1] = y;
    if (Math.abs(x) > FAR || Math.abs(y) > FAR) {
      cutOff(points, k);
      k++;
      break;
    }
  }
  return points.subarray(0, 2 * k);
}

/** Bring the last corner near, on the same line. @param {Float64Array} points @param {number} k */
function cutOff(points, k) {
  if (k === 0) return;
  const [x, y] = [points[2 * k - 2], points[2 * k - 1]];
  const [dx, dy] = [points[2 * k] - x, points[2 * k + 1] - y];
  const share = Math.min(1, FAR / Math.hypot(dx, dy));
  points[2 * k] = x + share * dx;
  points[2 * k + 1] = y + share * dy;
}

/**
 * The place at a step with a fraction.
 * @param {Float64Array} points
 * @param {number} step
 * @returns {[number, number] | null} null after the run has left
 */
export function placeAt(points, step) {
  const last = points.length / 2 - 1;
  if (last < 0 || step > last + 1e-9) return null;
  const low = Math.min(Math.floor(step), last);
  const part = step - low;
  const next = Math.min(low + 1, last);
  return [
    points[2 * low] + part * (points[2 * next] - points[2 * low]),
    points[2 * low + 1] + part * (points[2 * next + 1] - points[2 * low + 1]),
  ];
}

/**
 * @param {Pen} pen
 * @param {Float64Array} points
 * @param {number} upTo a step with a fraction
 */
function trace(pen, points, upTo) {
  const whole = Math.min(Math.floor(upTo), points.length / 2 - 1);
  if (whole < 0) return;
  const path = new Polyline(pen);
  for (let k = 0; k <= whole; k++) path.to(points[2 * k], points[2 * k + 1], k === whole);
  const end = placeAt(points, upTo);
  if (end && upTo > whole) path.to(end[0], end[1]);
  path.end();
}

/**
 * Draw runs, the last one on top.
 * @param {Pen} pen
 * @param {Frame} at
 * @param {Palette} palette
 * @param {Track[]} tracks
 * @param {{ step: number, ringed: Track[] }} look the step that is looked at, with a fraction; whose u-turns are ringed
 * @param {(run: Track["run"], k: number) => number} [height]
 */
export function drawTracks(pen, at, palette, tracks, { step, ringed }, height = (run, k) => run.values[k]) {
  const drawn = tracks.map((track) => ({ track, points: corners(track, at, height) }));
  clipped(pen, at.box, () => {
    pen.lineJoin = pen.lineCap = "round";
    for (const { track, points } of drawn) {
      pen.save();
      pen.strokeStyle = track.color;
      pen.globalAlpha = track.pale ? 0.5 : 0.4;
      pen.lineWidth = track.pale ? 1.6 : 1.4;
      if (track.pale) pen.setLineDash([2, 5]);
      trace(pen, points, Infinity);
      pen.restore();
    }
    for (const { track, points } of drawn) if (!track.pale) drawWalked(pen, track, points, step);
    for (const { track, points } of drawn) if (ringed.includes(track)) drawRings(pen, palette, track, points, step);
    for (const { track, points } of drawn) drawBall(pen, palette, track, points, step);
  });
}

/** @param {Pen} pen @param {Track} track @param {Float64Array} points @param {number} step */
function drawWalked(pen, track, points, step) {
  pen.save();
  pen.strokeStyle = track.color;
  pen.lineWidth = 2.6;
  trace(pen, points, step);
  const last = Math.min(Math.floor(step), points.length / 2 - 1);
  if (last <= MOST_DOTS) {
    pen.fillStyle = track.color;
    pen.beginPath();
    for (let k = 0; k <= last; k++) {
      pen.moveTo(points[2 * k] + 2.8, points[2 * k + 1]);
      pen.arc(points[2 * k], points[2 * k + 1], 2.8, 0, 2 * Math.PI);
    }
    pen.fill();
  }
  pen.restore();
}

/** The u-turns so far, those that can be told apart. */
function drawRings(
  /** @type {Pen} */ pen,
  /** @type {Palette} */ palette,
  /** @type {Track} */ track,
  /** @type {Float64Array} */ points,
  /** @type {number} */ step,
) {
  /** @type {[number, number][]} */
  const drawn = [];
  for (const turn of track.run.turns) {
    const here = turn <= step ? placeAt(points, turn) : null;
    if (!here || drawn.some(([x, y]) => Math.hypot(here[0] - x, here[1] - y) < RING)) continue;
    disc(pen, here[0], here[1], RING, { rim: palette.target, width: 1.6 });
    drawn.push(here);
    if (drawn.length > MOST_RINGS) return;
  }
}

/** @param {Pen} pen @param {Palette} palette @param {Track} track @param {Float64Array} points @param {number} step */
function drawBall(pen, palette, track, points, step) {
  const here = placeAt(points, Math.min(step, track.run.endedAt));
  if (!here) return;
  if (track.pale) disc(pen, here[0], here[1], BALL - 1, { rim: track.color, width: 1.8 });
  else disc(pen, here[0], here[1], BALL, { fill: track.color, rim: palette.outline, width: 2 });
}
