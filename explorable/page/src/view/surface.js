/**
 * The surface beside the map: the same window, the same colours, the same path, turned by dragging. Where there is no
 * WebGL 2 a sentence says so, and the map shows the run all the same.
 */

import { remembering } from "./derive.js";
import { h, say } from "./dom.js";
import { height, heightScale, levels, sampled, steepness, widened } from "./grid.js";
import { dragging, density } from "./sheet.js";
import { mixed, rgb } from "./theme.js";
import { createTerrain } from "./terrain.js";
import { letter } from "./words.js";

/** @typedef {import("./app.js").View} View */
/** @typedef {import("./derive.js").Track} Track */
/** @typedef {import("./terrain.js").Terrain} Terrain */

const FINE = 141; // nodes a side
const COARSE = 71;
const RELIEF = 0.62; // the height, as a share of the width
const LOWEST = 8; // degrees of elevation
const HIGHEST = 88;
const PIECE = 0.02; // of the width: a path lies on the ground in pieces no longer
const MOST_PIECES = 6000;

let possible = /** @type {boolean | null} */ (null);

/** Whether this browser draws surfaces at all. */
export function hasWebGL() {
  if (possible === null) possible = Boolean(document.createElement("canvas").getContext("webgl2"));
  return possible;
}

/**
 * @typedef {object} Ground a landscape in units of its width
 * @property {[number, number][]} window
 * @property {[number, number]} foot width and depth
 * @property {import("./grid.js").HeightScale} scale
 * @property {number[]} level
 * @property {Float32Array} places x, y, up of the nodes
 * @property {Float32Array} slopes to the east and to the north
 * @property {Float32Array} bands in which band of the map a node lies, with fractions
 * @property {Uint32Array} faces
 * @property {number} side nodes a side
 */

/** The ground under a view. */
const groundOf = (
  /** @type {View["derived"]["objective"]} */ objective,
  /** @type {View["derived"]["data"]} */ data,
  /** @type {[number, number][]} */ window,
  /** @type {boolean} */ coarse,
) => {
  const side = coarse ? COARSE : FINE;
  const [x, y] = window;
  const grid = sampled((point) => objective.value(point, data), x, y, side, side);
  const scale = heightScale(grid.values);
  const level = levels(grid.values);
  const foot = /** @type {[number, number]} */ ([1, (y[1] - y[0]) / (x[1] - x[0])]);
  const places = new Float32Array(3 * side * side);
  const slopes = new Float32Array(2 * side * side);
  const bands = new Float32Array(side * side);
  const slope = [0, 0];
  const unit = x[1] - x[0];
  for (let node = 0; node < side * side; node++) {
    const [i, j] = [node % side, Math.floor(node / side)];
    const value = grid.values[node];
    const known = !Number.isNaN(value);
    const place = [x[0] + ((x[1] - x[0]) * i) / (side - 1), y[0] + ((y[1] - y[0]) * j) / (side - 1)];
    places[3 * node] = (i / (side - 1) - 0.5) * foot[0];
    places[3 * node + 1] = (j / (side - 1) - 0.5) * foot[1];
    places[3 * node + 2] = known ? RELIEF * height(scale, value) : NaN;
    objective.gradient(place, slope, data);
    const steep = RELIEF * steepness(scale, value) * unit;
    slopes[2 * node] = clamped(slope[0] * steep);
    slopes[2 * node + 1] = clamped(slope[1] * steep);
    bands[node] = bandOf(level, value);
  }
  return { window, foot, scale, level, places, slopes, bands, faces: facesOf(places, side), side };
};

/** @param {number} slope */
const clamped = (slope) => (Number.isFinite(slope) ? Math.min(Math.max(slope, -1e3), 1e3) : 0);

/** In which band a value lies: 0 to 1 in the lowest, whole numbers at the levels. @param {number[]} level @param {number} value */
function bandOf(level, value) {
  const last = level.length - 1;
  if (last < 1) return 0.5;
  let k = level.findIndex((one) => value < one);
  if (k < 0) k = last + 1;
  const [low, high] = [level[Math.max(k - 1, 0)], level[Math.min(Math.max(k, 1), last)]];
  if (k === 0) return Math.max(0.02, 1 - (level[0] - value) / (level[1] - level[0]));
  if (k > last) return Math.min(last + 1.98, last + 1 + (value - level[last]) / (level[last] - level[last - 1]));
  return k + (value - low) / (high - low || 1);
}

/** Two triangles for each cell that has four corners. @param {Float32Array} places @param {number} side */
function facesOf(places, side) {
  const faces = [];
  const known = (/** @type {number} */ node) => !Number.isNaN(places[3 * node + 2]);
  for (let j = 0; j + 1 < side; j++) {
    for (let i = 0; i + 1 < side; i++) {
      const a = j * side + i;
      const [b, c, d] = [a + 1, a + side, a + side + 1];
      if (known(a) && known(b) && known(c) && known(d)) faces.push(a, b, c, b, d, c);
    }
  }
  return Uint32Array.from(faces);
}

/**
 * A path laid on the ground: points x, y, up in turn, up to a step with a fraction.
 * @param {Track["run"]} run
 * @param {Ground} ground
 * @param {(point: number[]) => number} value
 * @param {number} upTo
 */
function draped(run, ground, value, upTo) {
  const [x, y] = ground.window;
  const last = Math.min(upTo, run.endedAt);
  /** @type {number[]} */
  const points = [];
  const at = (/** @type {number} */ k) => [run.iterates[2 * k], run.iterates[2 * k + 1]];
  const held = (/** @type {number[]} */ [a, b]) => a >= x[0] && a <= x[1] && b >= y[0] && b <= y[1];
  const put = (/** @type {number[]} */ point) => {
    if (!held(point)) return points.push(NaN, NaN, NaN);
    return points.push(...onGround(point, ground, value));
  };
  for (let k = 0; k < last && points.length < 3 * MOST_PIECES; k++) {
    const [from, to] = [at(k), at(k + 1)];
    if (![...from, ...to].every(Number.isFinite)) break;
    const share = Math.min(1, last - k);
    const far = Math.hypot(to[0] - from[0], to[1] - from[1]) / (x[1] - x[0]);
    const count = Math.min(Math.max(1, Math.ceil(far / PIECE)), 200);
    for (let piece = 0; piece < count; piece++) {
      const part = (share * piece) / count;
      put(from.map((start, i) => start + part * (to[i] - start)));
    }
    if (k + 1 >= last) put(from.map((start, i) => start + share * (to[i] - start)));
  }
  return Float32Array.from(points);
}

/** @param {ArrayLike<number>} point @param {Ground} ground @param {(point: number[]) => number} value */
function onGround(point, { window: [x, y], foot, scale }, value) {
  const [a, b] = [point[0], point[1]];
  return [
    ((a - x[0]) / (x[1] - x[0]) - 0.5) * foot[0],
    ((b - y[0]) / (y[1] - y[0]) - 0.5) * foot[1],
    RELIEF * height(scale, value([a, b])),
  ];
}

/** @param {import("./app.js").App} app @returns {import("./app.js").Part} */
export function surfacePart(app) {
  const canvas = h("canvas", { role: "img" });
  const labels = [0, 1].map(() => h("i", { class: "axis-name", "aria-hidden": "true" }));
  const hold = h("div", {
    class: "sheet surface",
    tabindex: 0,
    role: "group",
    "aria-label": "Surface: arrow keys turn it",
  });
  hold.append(canvas, ...labels);
  const note = h("p", { class: "quiet" });
  const element = h("div", { class: "surface-lens" }, hold, note);
  const ground = remembering(groundOf);
  /** @type {View | undefined} */
  let seen;
  let terrain = hasWebGL() ? createTerrain(canvas) : null;

  if (!terrain) {
    hold.hidden = true;
    say(note, "This browser has no WebGL 2, so the surface is not drawn; the map shows the same run.");
    return { element, update: () => {} };
  }
  canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
  canvas.addEventListener("webglcontextrestored", () => {
    terrain = createTerrain(canvas);
    paint();
  });

  let from = { x: 0, y: 0, turn: /** @type {[number, number]} */ ([0, 0]) };
  dragging(hold, {
    start(event) {
      from = { x: event.clientX, y: event.clientY, turn: app.view().state.turn };
      hold.focus({ preventScroll: true });
    },
    move: (event) => turn(from.turn[0] + (event.clientX - from.x) * 0.5, from.turn[1] + (event.clientY - from.y) * 0.4),
  });
  hold.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, 4], ArrowDown: [0, -4] }[event.key];
    if (!way) return;
    event.preventDefault();
    const now = app.view().state.turn; // not what is drawn: keys can be quicker
    turn(now[0] + way[0], now[1] + way[1]);
  });
  /** @param {number} azimuth @param {number} elevation */
  function turn(azimuth, elevation) {
    const around = Math.round(((((azimuth + 180) % 360) + 360) % 360) - 180);
    app.set({ turn: [around, Math.round(Math.min(Math.max(elevation, LOWEST), HIGHEST))] });
  }

  new ResizeObserver(paint).observe(hold);

  function paint() {
    const { clientWidth: width, clientHeight: tall } = hold;
    if (!seen || !terrain || width < 2 || tall < 2) return;
    const scale = density();
    [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(tall * scale)];
    const { derived, state, palette, coarse, step } = seen;
    const { objective, data, tracks, ghosts } = derived;
    const wanted = state.view?.length === 2 ? state.view : objective.view;
    const shape = (wanted[0][1] - wanted[0][0]) / (wanted[1][1] - wanted[1][0]);
    const window = widened(wanted, Math.min(Math.max(shape, 0.7), 1.6));
    const under = ground(objective, data, window, coarse);
    const value = (/** @type {number[]} */ point) => objective.value(point, data);
    const shots = [...ghosts, ...tracks].map((track) => {
      const color = rgb(track.color).map((part) => part / 255);
      const k = Math.min(step, track.run.endedAt);
      const path = draped(track.run, under, value, k);
      return {
        color,
        pale: track.pale,
        rest: draped(track.run, under, value, Infinity),
        path,
        ball: path.length ? path.slice(-3) : Float32Array.from(onGround(track.run.iterates, under, value)),
      };
    });
    const colors = Array.from({ length: 7 }, (_, k) => rgb(mixed(palette.map, k / 6)).map((part) => part / 255));
    const look = {
      ramp: colors,
      line: rgb(palette.map_line).map((part) => part / 255),
      outline: rgb(palette.outline).map((part) => part / 255),
      scale,
      turn: state.turn,
    };
    const ends = terrain.draw(under, shots, look);
    objective.variables.slice(0, 2).forEach((name, k) => {
      labels[k].textContent = letter(name);
      labels[k].style.transform = `translate(${ends[k][0]}px, ${ends[k][1]}px) translate(-50%, -50%)`;
    });
    say(note, under.scale.softness === null ? "Drag to turn." : "Drag to turn. The heights are logarithmic.");
    canvas.setAttribute("aria-label", `Surface of ${objective.title} with the same runs`);
  }

  return {
    element,
    update(view) {
      seen = view;
      paint();
    },
  };
}
