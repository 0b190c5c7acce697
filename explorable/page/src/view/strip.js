/** The error after each step, linear or logarithmic, with u-turns and tolerance; a hand on it moves the scrubber. */

import { Polyline, clipped, disc, drawAxes, frame, inside, line } from "./chart.js";
import { h } from "./dom.js";
import { figure } from "./numbers.js";
import { dragging, pointOn, sheet } from "./sheet.js";
import { ringed } from "./step.js";

/** @typedef {import("./app.js").View} View */
/** @typedef {import("./pen.js").Pen} Pen */
/** @typedef {import("./derive.js").Track} Track */

const OFF = 1e3; // of the first error: what rises above leaves the strip, so that the others are seen
const DECADES = 12; // at most on a logarithmic strip
const SCALES = /** @type {const} */ (["auto", "linear", "log"]);

/**
 * A range that holds all errors, logarithmic where that is wished for, or where they are positive and span two decades.
 * @param {Track[]} tracks
 * @param {"auto" | "linear" | "log"} wish
 * @returns {{ range: [number, number], log: boolean }}
 */
export function errorRange(tracks, wish) {
  let [low, high, least] = [Infinity, -Infinity, Infinity];
  for (const { run } of tracks) {
    const cap = OFF * Math.max(Math.abs(run.values[0]), 1e-3);
    for (let k = 0; k <= run.endedAt; k++) {
      const value = run.values[k];
      if (!Number.isFinite(value) || Math.abs(value) > cap) continue;
      if (value < low) low = value;
      if (value > high) high = value;
      if (value > 0 && value < least) least = value;
    }
  }
  if (!(high >= low)) return { range: [0, 1], log: false };
  const possible = high > 0 && least < Infinity;
  const log = possible && (wish === "log" || (wish === "auto" && low >= 0 && low < high / 100));
  if (log) {
    const floor = Math.max(least, high * 10 ** -DECADES);
    const range = [Math.floor(Math.log10(floor)), Math.ceil(Math.log10(high))];
    return { range: [10 ** range[0], 10 ** Math.max(range[1], range[0] + 1)], log };
  }
  const room = 0.06 * (high - low) || Math.max(Math.abs(high), 1) * 0.1;
  return { range: [low - room < 0 && low >= 0 ? 0 : low - room, high + room], log: false };
}

/**
 * @param {Pen} pen
 * @param {{ width: number, height: number }} size
 * @param {View} view
 */
export function drawStrip(pen, size, view) {
  const { derived, palette, step, state } = view;
  const { tracks, ghosts, tolerance, last } = derived;
  const { range, log } = errorRange([...ghosts, ...tracks], state.scale);
  const box = inside(size, { left: 52, right: 10, top: 22, bottom: 26 });
  const at = frame(box, [0, Math.max(last, 1)], range, [false, log]);
  drawAxes(pen, at, palette, { names: ["step", "error"], grid: true, size: 13 });
  if (tolerance > range[0] && tolerance < range[1]) {
    line(pen, [box.left, at.y(tolerance), box.left + box.width, at.y(tolerance)], palette.target, 1.2, [5, 5]);
  }
  const room = { ...box, top: box.top - 8, height: box.height + 12, width: box.width + 8 };
  clipped(pen, room, () => {
    for (const ghost of ghosts) drawError(pen, at, ghost, Infinity, 1.5, 0.5, [2, 4]);
    tracks.forEach((track, k) => {
      // Where curves run together, the first is seen on both sides of the last.
      const width = 2 + Math.min(1.4 * (tracks.length - 1 - k), 2.2);
      drawError(pen, at, track, Infinity, width, 0.3);
      drawError(pen, at, track, step, width, 1);
    });
    for (const { run } of ringed(view)) drawTurns(pen, at, run, step, palette.target);
    for (const { run } of tracks) drawArrival(pen, at, run, tolerance, palette);
    const x = at.x(Math.min(step, last));
    line(pen, [x, box.top - 4, x, box.top + box.height], palette.quiet, 1);
    for (const { run, color } of tracks) {
      const value = between(run.values, Math.min(step, run.endedAt));
      if (Number.isFinite(value) && step <= run.endedAt)
        disc(pen, x, heightOf(at, value), 4.5, { fill: color, rim: palette.outline });
    }
  });
  return at;
}

/** @param {import("./chart.js").Frame} at @param {number} value */
function heightOf(at, value) {
  const [low] = at.y.domain;
  const y = at.y(at.log[1] ? Math.max(value, low * 1e-3) : value);
  return Math.min(Math.max(y, -2000), 4000);
}

/** @param {Float64Array} values @param {number} step */
function between(values, step) {
  const low = Math.floor(step);
  const next = Math.min(low + 1, values.length - 1);
  return step === low ? values[low] : values[low] + (values[next] - values[low]) * (step - low);
}

/**
 * @param {Pen} pen
 * @param {import("./chart.js").Frame} at
 * @param {Track} track
 * @param {number} upTo
 * @param {number} width
 * @param {number} alpha
 * @param {number[]} [dash]
 */
function drawError(pen, at, { run, color }, upTo, width, alpha, dash = []) {
  const end = Math.min(upTo, run.endedAt);
  pen.save();
  pen.globalAlpha = alpha;
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.lineJoin = "round";
  pen.setLineDash(dash);
  const curve = new Polyline(pen);
  for (let k = 0; k <= Math.floor(end) && Number.isFinite(run.values[k]); k++) {
    curve.to(at.x(k), heightOf(at, run.values[k]));
  }
  const last = between(run.values, end);
  if (Number.isFinite(last)) curve.to(at.x(end), heightOf(at, last));
  curve.end();
  pen.restore();
}

/**
 * @param {Pen} pen
 * @param {import("./chart.js").Frame} at
 * @param {Track["run"]} run
 * @param {number} step
 * @param {string} color
 */
function drawTurns(pen, at, run, step, color) {
  let before = -Infinity;
  for (const turn of run.turns) {
    if (turn > step) return;
    if (at.x(turn) - before < 7) continue;
    before = at.x(turn);
    disc(pen, before, heightOf(at, run.values[turn]), 5.5, { rim: color, width: 1.3 });
  }
}

/**
 * A tick where the error first dips below the tolerance, a dot from where it stays below.
 * @param {Pen} pen
 * @param {import("./chart.js").Frame} at
 * @param {Track["run"]} run
 * @param {number} tolerance
 * @param {import("./theme.js").Palette} palette
 */
function drawArrival(pen, at, run, tolerance, palette) {
  const y = heightOf(at, tolerance);
  if (run.firstBelow) line(pen, [at.x(run.firstBelow), y - 6, at.x(run.firstBelow), y + 6], palette.target, 2);
  if (run.staysBelow)
    disc(pen, at.x(run.staysBelow), y, 4.5, { fill: palette.target, rim: palette.outline, width: 1.5 });
}

/** @param {import("./app.js").App} app @returns {import("./app.js").Part} */
export function stripPart(app) {
  /** @type {View | undefined} */
  let seen;
  /** @type {import("./chart.js").Frame | undefined} */
  let at;
  const paper = sheet("strip", "", (pen, size) => {
    if (seen) at = drawStrip(pen, size, seen);
  });
  const scrub = (/** @type {PointerEvent} */ event) => {
    if (!at || !seen) return;
    app.playAt(null);
    const { last } = seen.derived;
    const step = Math.min(Math.max(Math.round(at.x.invert(pointOn(event, paper.canvas).x)), 0), last);
    app.set({ scrub: step === last ? null : step });
  };
  dragging(paper.canvas, { start: scrub, move: scrub });
  const scale = h(
    "select",
    { "aria-label": "Scale of the error", onchange: () => app.set({ scale: /** @type {any} */ (scale.value) }) },
    ...SCALES.map((name) => h("option", { value: name }, name === "auto" ? "scale: auto" : name)),
  );
  const tolerance = h("input", {
    type: "text",
    inputmode: "decimal",
    class: "number",
    "aria-label": "Tolerance",
    "data-number": "tolerance",
    autocomplete: "off",
    onchange: () => {
      const wanted = Number(tolerance.value.replace("−", "-"));
      app.set({ tolerance: tolerance.value.trim() && Number.isFinite(wanted) ? wanted : null });
    },
  });
  const head = h("div", { class: "strip-head" }, h("label", {}, "tolerance ", tolerance), scale);
  return {
    element: h("section", { class: "errors", "aria-label": "Error" }, head, paper.element),
    update(view) {
      seen = view;
      scale.value = view.state.scale;
      if (document.activeElement !== tolerance) tolerance.value = String(view.derived.tolerance);
      const { tracks } = view.derived;
      const ends = tracks.map(({ title, run }) => `${title} ends at ${figure(run.values[run.endedAt])}`).join(", ");
      paper.canvas.setAttribute("aria-label", `Error after each step: ${ends}`);
      paper.paint();
    },
  };
}
