/**
 * The plane of learning rate and momentum: every cell is a run on this objective from this start, its colour how many
 * steps it takes to stay below the tolerance. What diverges has no colour: hatched ground shows. A click sets both
 * knobs.
 */

import * as core from "../core/plane.js";
import { clipped, disc, drawAxes, frame, inside, outline, write } from "./chart.js";
import { h, mathematics, say, settled } from "./dom.js";
import { figure, rounded } from "./numbers.js";
import { dragging, pointOn, sheet } from "./sheet.js";
import { sharedBy, valueOf } from "./state.js";
import { focused } from "./step.js";
import { mixed, rgb } from "./theme.js";
import { counted } from "./words.js";

/** @typedef {import("./app.js").View} View */
/** @typedef {import("./app.js").App} App */
/** @typedef {import("./types.js").HyperParameter} HyperParameter */
/** @typedef {import("../core/plane.js").Plane} Plane */

const CELLS = 200;
const SHADES = 64;
const FEWEST_LIMIT = 200;
const MOST_LIMIT = 600;
const PAUSE = 120; // milliseconds of rest before the plane is begun anew
const BEYOND = 1.08; // how much further a plane reaches than where anything over a quadratic is stable
const DECADES = 3; // that a logarithmic plane reaches down from where a minimum is stable at most
const ROOM = 2; // and how far beyond
const QUICKEST = 0.02; // the share of the runs that count as quick

/**
 * The rule whose plane is shown, and what its axes are: learning rate, and momentum or what is called so elsewhere.
 * @param {App} app
 * @param {View} view
 */
function planeOf({ formulas }, view) {
  const onShow = [focused(view)?.rule, ...view.state.rules, "momentum"].filter((name) => name && formulas.rules[name]);
  const second = (/** @type {string} */ name) =>
    formulas.rules[name].hyperparameters.find((entry) => entry.name === "momentum" || entry.name === "beta1");
  const rule = /** @type {string} */ (onShow.find((name) => second(/** @type {string} */ (name))));
  const [x, y] = [formulas.rules[rule].hyperparameters.find(({ name }) => name === "learning_rate"), second(rule)];
  return { rule: formulas.rules[rule], x: /** @type {HyperParameter} */ (x), y: /** @type {HyperParameter} */ (y) };
}

/** @param {App} app @param {View} view */
function wishOf(app, view) {
  const { rule, x, y } = planeOf(app, view);
  const { objective, start, data, tolerance } = view.derived;
  const h = Object.fromEntries(
    rule.hyperparameters.map((entry) => [entry.name, valueOf(view.state, rule.name, entry)]),
  );
  const across = ratesOf(objective, rule.name, x, data);
  return {
    objective,
    rule,
    h,
    start,
    data,
    tolerance,
    steps: Math.min(Math.max(view.state.steps, FEWEST_LIMIT), MOST_LIMIT),
    x: across,
    y: { name: y.name, low: 0, high: 1 },
    columns: CELLS,
    rows: CELLS,
  };
}

/** Rules whose learning rates the curvature bounds. */
const BY_CURVATURE = ["gradient_descent", "momentum", "nesterov", "averaging"];

/**
 * The learning rates of a plane: over a quadratic all at which anything is stable; else some decades below what the
 * curvature at the minimum allows, or where nothing is known of it the whole knob.
 * @param {import("./types.js").Objective} objective
 * @param {string} rule
 * @param {HyperParameter} entry
 * @param {import("./types.js").Data | undefined} data
 * @returns {import("../core/plane.js").Axis}
 */
function ratesOf(objective, rule, { name, low = 1e-4, high = 10 }, data) {
  const steep = core.curvatures(objective)?.[1];
  if (steep) return { name, low: 0, high: (BEYOND * 4) / steep };
  const flattest = data || !BY_CURVATURE.includes(rule) ? NaN : curvatureAt(objective, objective.minima[0]);
  const limit = 4 / flattest;
  if (!(limit > low * 100 && limit < high * 100)) return { name, low, high, logarithmic: true };
  return { name, low: limit / 10 ** DECADES, high: limit * ROOM, logarithmic: true };
}

/** The largest curvature at a place: for one and two variables a closed form. */
function curvatureAt(
  /** @type {import("./types.js").Objective} */ objective,
  /** @type {number[] | undefined} */ place,
) {
  if (!place) return NaN;
  const out = objective.hessian(place, new Array(place.length ** 2).fill(0));
  if (place.length === 1) return out[0];
  const [middle, half] = [(out[0] + out[3]) / 2, (out[0] - out[3]) / 2];
  return middle + Math.hypot(half, out[1]);
}

/** What a plane depends on, beside the two knobs that it sets. @param {ReturnType<typeof wishOf>} wish */
function keyOf({ objective, rule, h, start, data, tolerance, steps, x, y }) {
  const rest = Object.entries(h).filter(([name]) => name !== x.name && name !== y.name);
  return JSON.stringify([objective.name, objective.text, rule.name, rest, start, data, tolerance, steps, x, y]);
}

/**
 * The picture of a plane, a pixel a cell; cells that are not there yet take the colour of the coarse one before them.
 * @param {Plane} plane
 * @param {number} limit
 * @param {boolean} done
 * @param {import("./theme.js").Palette} palette
 */
function painted({ columns, rows, steps }, limit, done, palette) {
  const image = new ImageData(columns, rows);
  const taken = steps.filter((count) => count > 0).sort();
  const few = Math.min(Math.max(1, taken[Math.floor(QUICKEST * taken.length)] ?? 1), limit / 2);
  const shades = Array.from({ length: SHADES }, (_, k) => rgb(mixed(palette.map, k / (SHADES - 1))));
  const hatch = rgb(palette.rule_line);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let count = steps[row * columns + column];
      if (count === 0 && !done) count = steps[(row - (row % 8)) * columns + (column - (column % 8))];
      const at = 4 * ((rows - 1 - row) * columns + column);
      const lost = count === core.DIVERGES || count === core.UNDEFINED;
      if (lost && (row + column) % 6 !== 0) continue;
      const color = lost ? hatch : shades[Math.round((SHADES - 1) * quickness(count, few, limit))];
      image.data.set([...color, 255], at);
    }
  }
  return { image, few };
}

/** 1 for a run of few steps, 0 for one that has not settled; even steps of the ratio between. */
function quickness(/** @type {number} */ count, /** @type {number} */ few, /** @type {number} */ limit) {
  const taken = count < 0 ? limit : Math.min(Math.max(count, few), limit);
  return 1 - Math.log(taken / few) / Math.log(limit / few);
}

/** @param {App} app @returns {import("./app.js").Part} */
export function planePart(app) {
  /** @type {View | undefined} */
  let seen;
  /** @type {import("./chart.js").Frame | undefined} */
  let at;
  /** @type {{ plane: Plane, done: boolean, wish: ReturnType<typeof wishOf> } | undefined} */
  let found;
  let few = 1;
  let key = "";
  let painting = "";
  let told = "";
  /** @type {AbortController | undefined} */
  let work;
  const picture = h("canvas", { width: CELLS, height: CELLS });
  const paper = sheet("plane", "", (pen, size) => {
    if (seen) at = draw(pen, size, seen);
  });
  const handle = h("button", {
    type: "button",
    class: "start small",
    "aria-roledescription": "point that can be moved",
  });
  const note = h("p", { class: "quiet" });
  const legend = h("p", { class: "quiet legend" });
  paper.element.append(handle);

  const begin = settled((/** @type {ReturnType<typeof wishOf>} */ wish) => {
    work?.abort();
    const now = (work = new AbortController());
    const show = (/** @type {Plane} */ plane, /** @type {boolean} */ done) => {
      if (now.signal.aborted) return;
      found = { plane, done, wish };
      paint();
    };
    core
      .plane(wish, (plane) => show(plane, false), now.signal)
      .then(
        (plane) => plane && show(plane, true),
        (error) => say(note, error.message),
      );
  }, PAUSE);

  let due = 0;
  function paint() {
    due ||= requestAnimationFrame(() => {
      due = 0;
      if (!found || !seen || !paper.element.isConnected) return;
      const now = painted(found.plane, found.wish.steps, found.done, seen.palette);
      few = now.few;
      picture.getContext("2d")?.putImageData(now.image, 0, 0);
      painting = seen.theme;
      paper.paint();
      tell();
    });
  }

  /** @param {CanvasRenderingContext2D} pen @param {{ width: number, height: number }} size @param {View} view */
  function draw(pen, size, view) {
    const wish = wishOf(app, view);
    const box = inside(size, { left: 40, right: 12, top: 22, bottom: 28 });
    const low = wish.x.low;
    const here = frame(box, [low, wish.x.high], [0, 1], [Boolean(wish.x.logarithmic), false]);
    const { rule, x, y } = planeOf(app, view);
    if (found) {
      pen.imageSmoothingEnabled = false;
      pen.drawImage(picture, box.left, box.top, box.width, box.height);
    }
    drawTheory(pen, here, wish, view.palette);
    outline(pen, box, view.palette.rule_line);
    const name = (/** @type {HyperParameter} */ of) => `${of.name.replaceAll("_", " ")} *${of.symbol}*`;
    drawAxes(pen, here, view.palette, { names: [name(x), ""], size: 13 });
    pen.textBaseline = "bottom";
    pen.fillStyle = view.palette.quiet;
    write(pen, rule.name === y.name ? name(y) : `${name(y)} of ${rule.title}`, box.left, box.top - 4, 14);
    const place = [here.x(Number(wish.h[x.name])), here.y(Number(wish.h[y.name]))];
    clipped(pen, { ...box, left: box.left - 8, width: box.width + 16, top: box.top - 8, height: box.height + 16 }, () =>
      disc(pen, place[0], place[1], 7, { fill: rule.colors[view.theme], rim: view.palette.outline }),
    );
    handle.style.transform = `translate(${place[0]}px, ${place[1]}px)`;
    handle.hidden = !place.every(Number.isFinite) || place[0] < box.left - 8 || place[0] > box.left + box.width + 8;
    return here;
  }

  /** @param {number} rate @param {number} momentum */
  function put(rate, momentum) {
    const view = app.view();
    const { rule, x, y } = planeOf(app, view);
    const { settings } = view.state;
    const patch = /** @type {any} */ ({ settings: { ...settings }, scrub: null });
    for (const [entry, value] of /** @type {[HyperParameter, number][]} */ ([
      [x, rate],
      [y, momentum],
    ])) {
      const own = `${rule.name}.${entry.name}`;
      const shared = sharedBy(rule.name, entry.name);
      if (shared && !(own in settings)) patch[shared] = value;
      else patch.settings[own] = value;
    }
    app.set(patch);
  }

  /** @param {PointerEvent} event */
  function toPointer(event) {
    if (!at) return;
    const { x, y } = pointOn(event, paper.canvas);
    const { box } = at;
    const across = Math.min(Math.max(x, box.left), box.left + box.width);
    const up = Math.min(Math.max(y, box.top), box.top + box.height);
    const rate = at.x.invert(across);
    const step = at.log[0] ? rate / 100 : at.x.domain[1] / box.width;
    put(
      rounded(Math.max(rate, at.x.domain[1] * 1e-6), step),
      Math.min(rounded(at.y.invert(up), 1 / box.height), 0.999),
    );
  }
  dragging(paper.canvas, { start: toPointer, move: toPointer });
  dragging(handle, { start: toPointer, move: toPointer });
  handle.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way || !at) return;
    event.preventDefault();
    const view = app.view(); // not what is drawn: keys can be quicker
    const { x, y } = planeOf(app, view);
    const { h: now } = wishOf(app, view);
    const [rate, share] = [Number(now[x.name]), Number(now[y.name])];
    const far = event.shiftKey ? 0.1 : 1;
    const [low, high] = at.x.domain;
    const next = at.log[0] ? rate * (high / low) ** ((way[0] * far) / 100) : rate + (way[0] * far * high) / 100;
    put(
      rounded(Math.max(next, high * 1e-6), next / 1000),
      Math.min(Math.max(rounded(share + (way[1] * far) / 100, 0.01), 0), 0.999),
    );
  });

  function tell() {
    if (!seen || !found) return;
    const { wish, plane, done } = found;
    const { x, y } = planeOf(app, seen);
    const { h: now } = wishOf(app, seen);
    const column = nearest(plane.x, Number(now[x.name]));
    const row = nearest(plane.y, Number(now[y.name]));
    const count = plane.steps[row * plane.columns + column];
    const here = done || count ? `Here: ${outcome(count, wish.steps)}.` : "";
    const tale = [here, done ? bestOf(plane, x, y) : ""].filter(Boolean).join(" ");
    if (tale !== told) note.replaceChildren(...mathematics(tale));
    told = tale;
    const [quick, slow] = [mixed(seen.palette.map, 1), mixed(seen.palette.map, 0)];
    const bar = h("span", { class: "ramp", style: `background: linear-gradient(90deg, ${quick}, ${slow})` });
    legend.replaceChildren(
      `steps to stay below ${figure(wish.tolerance, 3)}: ${few} `,
      bar,
      ` ${wish.steps} and more; hatched: diverges`,
    );
    paper.canvas.setAttribute("aria-label", `Plane of ${x.name} and ${y.name}. ${note.textContent}`);
    handle.setAttribute(
      "aria-label",
      `${x.symbol} ${figure(Number(now[x.name]))}, ${y.symbol} ${figure(Number(now[y.name]))}: arrow keys move both knobs`,
    );
  }

  return {
    element: h("div", { class: "plane-lens" }, paper.element, legend, note),
    update(view) {
      seen = view;
      const wish = wishOf(app, view);
      const wanted = keyOf(wish);
      if (wanted !== key) begin(wish);
      key = wanted;
      if (found && painting !== view.theme) paint();
      paper.paint();
      tell();
    },
  };
}

/** @param {Float64Array} rising @param {number} value */
function nearest(rising, value) {
  let best = 0;
  for (let k = 1; k < rising.length; k++) if (Math.abs(rising[k] - value) < Math.abs(rising[best] - value)) best = k;
  return best;
}

/** @param {number} count @param {number} limit */
function outcome(count, limit) {
  if (count === core.DIVERGES) return "diverges";
  if (count === core.UNDEFINED) return "comes to a place without a slope";
  return count === core.NEVER ? `not there in ${limit} steps` : counted(count, "step");
}

/** @param {Plane} plane @param {HyperParameter} x @param {HyperParameter} y */
function bestOf({ columns, steps, x: rates, y: shares }, x, y) {
  let best = -1;
  steps.forEach((count, k) => {
    if (count >= 0 && (best < 0 || count < steps[best])) best = k;
  });
  if (best < 0) return "No run on this plane gets there.";
  const rate = figure(rates[best % columns], 3);
  return `Fewest: ${steps[best]} at *${x.symbol}* ${rate}, *${y.symbol}* ${figure(shares[Math.floor(best / columns)], 2)}.`;
}

/**
 * Over a quadratic: where the rule stops being stable, and where heavy ball begins to ripple, for the gentlest and the
 * steepest direction.
 * @param {CanvasRenderingContext2D} pen
 * @param {import("./chart.js").Frame} at
 * @param {ReturnType<typeof wishOf>} wish
 * @param {import("./theme.js").Palette} palette
 */
function drawTheory(pen, at, { objective, rule }, palette) {
  const ends = core.curvatures(objective);
  if (!ends) return;
  const trace = (/** @type {([number, number] | null)[]} */ points, /** @type {string} */ color) => {
    pen.strokeStyle = color;
    pen.lineWidth = 2;
    pen.beginPath();
    let open = false;
    for (const point of points) {
      if (!point) open = false;
      else if (open) pen.lineTo(at.x(point[0]), at.y(point[1]));
      else pen.moveTo(at.x(point[0]), at.y(point[1]));
      open = Boolean(point);
    }
    pen.stroke();
  };
  const count = 200;
  clipped(pen, at.box, () => {
    const shares = Array.from({ length: count }, (_, k) => (k / count) * 0.9999);
    const limits = shares.map((share) => core.boundary(objective, rule.name, share));
    trace(
      limits.map((limit, k) => (limit === null ? null : /** @type {[number, number]} */ ([limit, shares[k]]))),
      palette.target,
    );
    if (rule.name !== "momentum") return;
    const [low, high] = at.x.domain;
    const rates = Array.from({ length: count + 1 }, (_, k) => low + ((high - low) * k) / count);
    [...new Set(ends)].forEach((curvature, which) => {
      const curve = rates.map((rate) => {
        const share = core.critical(curvature, rate);
        return share === null ? null : /** @type {[number, number]} */ ([rate, share]);
      });
      trace(curve, palette.terms[which]);
    });
  });
}
