/** The data of a neuron or a regression with the curves that the runs have fitted; points can be dragged. */

import { clipped, disc, drawAxes, frame, inside, outline } from "./chart.js";
import { h, say } from "./dom.js";
import { place, rounded } from "./numbers.js";
import { dragging, pointOn, sheet } from "./sheet.js";

/** @typedef {import("./app.js").View} View */
/** @typedef {import("./chart.js").Frame} Frame */

const REACH = 20; // pixels from a point that still take hold of it
const MOST_HANDLES = 24; // points that the keyboard walks through
const KEYS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
});

/** The arrays of the data, inputs and targets. @param {View} view */
function columns({ derived: { objective, data } }) {
  const all = /** @type {Record<string, number[]>} */ (data ?? objective.data);
  const [x, y] = Object.keys(all);
  return { names: [x, y], x: all[x], y: all[y] };
}

/** @param {ArrayLike<number>} values @param {ArrayLike<number>} known @returns {[number, number]} */
function room(values, known) {
  const all = [...Array.from(values), ...Array.from(known)];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const more = 0.12 * (high - low || 1);
  return [low - more, high + more];
}

/** @param {View} view @param {{ width: number, height: number }} size */
function frameOf(view, size) {
  const { x, y, names } = columns(view);
  const first = /** @type {Record<string, number[]>} */ (view.derived.objective.data);
  const box = inside(size, { left: 40, right: 12, top: 12, bottom: 28 });
  const isShare = Math.min(...Array.from(first[names[1]])) >= 0 && Math.max(...Array.from(first[names[1]])) <= 1;
  return frame(box, room(x, first[names[0]]), isShare ? [-0.08, 1.08] : room(y, first[names[1]]));
}

/**
 * @param {import("./pen.js").Pen} pen
 * @param {{ width: number, height: number }} size
 * @param {View} view
 */
export function drawData(pen, size, view) {
  const { derived, palette, step } = view;
  const { objective, tracks, data } = derived;
  const at = frameOf(view, size);
  const { x, y, names } = columns(view);
  outline(pen, at.box, palette.rule_line);
  drawAxes(pen, at, palette, { names: [`*${names[0]}*`, `*${names[1]}*`], size: 13 });
  const d = objective.variables.length;
  const fit = (
    /** @type {ArrayLike<number>} */ parameters,
    /** @type {string} */ color,
    /** @type {number} */ width,
  ) => {
    pen.strokeStyle = color;
    pen.lineWidth = width;
    pen.lineJoin = "round";
    pen.beginPath();
    for (let i = 0; i <= at.box.width; i += 3) {
      const input = at.x.invert(at.box.left + i);
      const up = at.y(/** @type {any} */ (objective.model)(parameters, input));
      if (i === 0) pen.moveTo(at.box.left, up);
      else pen.lineTo(at.box.left + i, up);
    }
    pen.stroke();
  };
  clipped(pen, at.box, () => {
    pen.save();
    pen.setLineDash([5, 5]);
    if (!data) for (const minimum of objective.minima.slice(0, 1)) fit(minimum, palette.quiet, 1.5);
    pen.restore();
    tracks.forEach(({ run, color }, place) => {
      const k = Math.min(Math.floor(step + 1e-9), run.endedAt);
      fit(run.iterates.subarray(k * d, (k + 1) * d), color, 2.4 + 1.2 * (tracks.length - 1 - place));
    });
    const radius = x.length > 40 ? 3 : 6;
    Array.from(x).forEach((input, k) => {
      disc(pen, at.x(input), at.y(y[k]), radius, { fill: palette.ink, rim: palette.outline, width: 1.5 });
    });
  });
  return at;
}

/** @param {import("./app.js").App} app @returns {import("./app.js").Part} */
export function dataPart(app) {
  /** @type {View | undefined} */
  let seen;
  /** @type {Frame | undefined} */
  let at;
  const paper = sheet("data", "", (pen, size) => {
    if (!seen) return;
    at = drawData(pen, size, seen);
    putHandles(seen, at);
  });
  const reset = h(
    "button",
    { type: "button", "data-act": "reset-data", onclick: () => app.set({ data: null }) },
    "as they were",
  );
  const note = h("p", { class: "quiet" });
  const handles = h("div", { class: "handles" });
  paper.element.append(handles);

  /** @param {number} index @param {number} x @param {number} y */
  function put(index, x, y) {
    const { names, x: xs, y: ys } = columns(app.view());
    const moved = (/** @type {ArrayLike<number>} */ all, /** @type {number} */ to) =>
      Array.from(all, (value, k) => (k === index ? to : value));
    app.move({ data: { [names[0]]: moved(xs, x), [names[1]]: moved(ys, y) } });
  }

  let held = -1;
  dragging(paper.canvas, {
    start(event) {
      held = seen && at ? nearest(seen, at, pointOn(event, paper.canvas)) : -1;
      return held >= 0;
    },
    move: (event) => bring(held, event),
  });

  /** @param {number} index @param {PointerEvent} event */
  function bring(index, event) {
    if (!at) return;
    const { x, y } = pointOn(event, paper.canvas);
    const [left, top] = [at.box.left, at.box.top];
    const across = Math.min(Math.max(x, left), left + at.box.width);
    const up = Math.min(Math.max(y, top), top + at.box.height);
    put(index, ...inData(at, across, up));
  }

  /** @param {View} view @param {Frame} here */
  function putHandles(view, here) {
    const { x, y } = columns(view);
    const count = x.length <= MOST_HANDLES ? x.length : 0;
    while (handles.children.length > count) handles.lastChild?.remove();
    while (handles.children.length < count) handles.append(handle(handles.children.length));
    for (let k = 0; k < count; k++) {
      const one = /** @type {HTMLElement} */ (handles.children[k]);
      one.style.transform = `translate(${here.x(x[k])}px, ${here.y(y[k])}px)`;
      one.setAttribute("aria-label", `Data point ${k + 1} at ${place([x[k], y[k]])}: arrow keys move it`);
    }
  }

  /** @param {number} index */
  function handle(index) {
    const button = h("button", { type: "button", class: "point" });
    dragging(button, { start: () => button.focus({ preventScroll: true }), move: (event) => bring(index, event) });
    button.addEventListener("keydown", (event) => {
      const way = KEYS[event.key];
      if (!way || !at) return;
      event.preventDefault();
      const { x, y } = columns(app.view()); // not what is drawn: keys can be quicker
      const far = [at.x, at.y].map((scale) => (scale.domain[1] - scale.domain[0]) / (event.shiftKey ? 1000 : 100));
      put(index, rounded(x[index] + way[0] * far[0], far[0] / 10), rounded(y[index] + way[1] * far[1], far[1] / 10));
    });
    return button;
  }

  return {
    element: h("div", { class: "data-lens" }, paper.element, h("div", { class: "row" }, note, reset)),
    update(view) {
      seen = view;
      reset.hidden = !view.derived.data;
      say(note, view.derived.data ? "Moved data, another landscape." : "Drag a data point: the landscape follows.");
      const { x } = columns(view);
      const runs = view.derived.tracks.map(({ title }) => title).join(", ");
      paper.canvas.setAttribute("aria-label", `${x.length} data points and the curves fitted by ${runs}`);
      paper.paint();
    },
  };
}

/** @param {Frame} at @param {number} x @param {number} y @returns {[number, number]} */
function inData(at, x, y) {
  const step = (/** @type {number[]} */ [low, high]) => (high - low) / 500;
  return [rounded(at.x.invert(x), step(at.x.domain)), rounded(at.y.invert(y), step(at.y.domain))];
}

/** @param {View} view @param {Frame} at @param {{ x: number, y: number }} point */
function nearest(view, at, point) {
  const { x, y } = columns(view);
  let [best, far] = [-1, REACH];
  Array.from(x).forEach((input, k) => {
    const away = Math.hypot(at.x(input) - point.x, at.y(y[k]) - point.y);
    if (away < far) [best, far] = [k, away];
  });
  return best;
}
