/**
 * The picture in the middle: the map with the runs on it, or the curve of an objective of one variable. The start is a
 * handle that is dragged by mouse, by touch or with the arrow keys; elsewhere the map is moved and zoomed.
 */

import { drawAxes, frame, inside, outline } from "./chart.js";
import { remembering } from "./derive.js";
import { h } from "./dom.js";
import { gestures } from "./gestures.js";
import { containing, widened } from "./grid.js";
import { curveOver, drawArrows, drawCurve, drawMap, drawMinima, gridOver } from "./ground.js";
import { place, rounded } from "./numbers.js";
import { density, dragging, pointOn, sheet } from "./sheet.js";
import { arrowsOf, ringed } from "./step.js";
import { drawTracks } from "./tracks.js";
import { letter } from "./words.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").View} View */
/** @typedef {import("./chart.js").Frame} Frame */
/** @typedef {import("./pen.js").Pen} Pen */
/** @typedef {{ width: number, height: number }} Size */

const FINE = 4; // pixels between nodes
const COARSE = 9;
const CLOSER = 1.5; // a click on + or −
const ROOM = 40; // pixels between the buttons and the start, from its centre
const SMALLEST = 1e-12; // of its place: a window in which doubles still differ
const KEYS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
});

/** @param {App} app @returns {import("./app.js").Part} */
export function mapPart(app) {
  /** @type {View | undefined} */
  let seen;
  let shown = false;
  const paper = sheet("map", "", (pen, size) => seen && draw(pen, size, seen));
  const painted = remembering(paintedMap);
  const { handle, hint } = startHandle(app, paper.canvas, () => at());
  const at = () => frameOf(/** @type {View} */ (seen), paper.size);
  const zoom = zoomable(app, paper, at, hint);
  paper.element.append(hint, handle, zoom);

  /** @param {CanvasRenderingContext2D} pen @param {Size} size @param {View} view */
  function draw(pen, size, view) {
    const ground = (/** @type {Frame} */ here) => {
      const { objective, data } = view.derived;
      const scale = density();
      const image = painted(objective, data, here.x.domain, here.y.domain, here.box, view.theme, view.coarse, scale);
      pen.drawImage(image, here.box.left, here.box.top, here.box.width, here.box.height);
    };
    const here = drawPicture(pen, size, view, ground);
    if (!shown) performance.mark("first map");
    shown = true;
    putHandle(handle, hint, here, view);
    giveWay(zoom, here, view);
  }

  /** The map as an image of its own. */
  function paintedMap(
    /** @type {View["derived"]["objective"]} */ objective,
    /** @type {View["derived"]["data"]} */ data,
    /** @type {number[]} */ x,
    /** @type {number[]} */ y,
    /** @type {import("./chart.js").Box} */ box,
    /** @type {"dark" | "light"} */ theme,
    /** @type {boolean} */ coarse,
    /** @type {number} */ scale,
  ) {
    const image = h("canvas", { width: Math.round(box.width * scale), height: Math.round(box.height * scale) });
    const pen = /** @type {CanvasRenderingContext2D} */ (image.getContext("2d"));
    pen.scale(scale, scale);
    const here = frame({ ...box, left: 0, top: 0 }, /** @type {any} */ (x), /** @type {any} */ (y));
    const grid = gridOver((point) => objective.value(point, data), here, coarse ? COARSE : FINE);
    drawMap(pen, here, grid, app.formulas.palette[theme]);
    return image;
  }

  return {
    element: paper.element,
    update(view) {
      seen = view;
      paper.canvas.setAttribute("aria-label", described(view));
      paper.paint();
    },
  };
}

/**
 * The whole picture, on any paper.
 * @param {Pen} pen
 * @param {Size} size
 * @param {View} view
 * @param {(at: Frame) => void} ground draws the map; a curve is drawn here
 * @returns {Frame}
 */
export function drawPicture(pen, size, view, ground) {
  const { derived, palette, step, state } = view;
  const { objective, data, tracks, ghosts } = derived;
  const names = objective.variables.map(letter);
  const here = frameOf(view, size);
  const isMap = objective.variables.length > 1;
  const value = (/** @type {ArrayLike<number>} */ point) => objective.value(point, data);
  if (isMap) {
    ground(here);
    outline(pen, here.box, palette.rule_line);
    drawAxes(pen, here, palette, { names: [`*${names[0]}*`, `*${names[1]}*`] });
  } else {
    const { points } = curveOver(value, here.box, /** @type {[number, number]} */ (here.x.domain));
    drawCurve(pen, here, points, palette);
    drawAxes(pen, here, palette, { names: [`*${names[0]}*`, "error"] });
  }
  if (!data || data === objective.data) {
    const places = objective.minima.map((minimum) => [here.x(minimum[0]), here.y(isMap ? minimum[1] : value(minimum))]);
    drawMinima(pen, here, places, palette);
  }
  drawTracks(pen, here, palette, [...ghosts, ...tracks], { step, ringed: ringed(view) });
  if (state.lens === "step" && isMap) drawArrows(pen, here, arrowsOf(view, here));
  return here;
}

/**
 * Where numbers lie on the picture: equal scales on a map, the curve's own height on a curve.
 * @param {View} view
 * @param {Size} size
 * @returns {Frame}
 */
export function frameOf(view, size) {
  const { objective, data } = view.derived;
  const box = inside(size, { left: 46, right: 10, top: 12, bottom: 30 });
  const window = shownWindow(view);
  if (objective.variables.length > 1) return frame(box, ...widened(window, box.width / box.height));
  return curveOver((point) => objective.value(point, data), box, window[0]).at;
}

/** @param {View} view @returns {[number, number][]} */
function shownWindow({ state, derived: { objective } }) {
  return state.view?.length === objective.variables.length ? state.view : objective.view;
}

/** @param {Frame} here @param {{ x: number, y: number }} point @param {number} dimension */
function placeUnder(here, { x, y }, dimension) {
  const wanted = [here.x.invert(x), here.y.invert(y)].slice(0, dimension);
  const [left, right] = here.x.domain;
  return wanted.map((coordinate) => rounded(coordinate, (right - left) / here.box.width));
}

/**
 * The handle on the start.
 * @param {App} app
 * @param {HTMLCanvasElement} canvas
 * @param {() => Frame} at
 */
function startHandle(app, canvas, at) {
  const handle = h("button", { class: "start", type: "button", "aria-roledescription": "point that can be moved" });
  const hint = h("span", { class: "hint", "aria-hidden": "true" }, h("span", {}, "drag the start"));
  const dimension = () => app.view().derived.objective.variables.length;
  let grip = { x: 0, y: 0 };
  dragging(handle, {
    start(event) {
      const { x, y } = pointOn(event, canvas);
      const here = screenPlace(at(), app.view());
      grip = { x: x - here[0], y: y - here[1] };
      hint.hidden = true;
      handle.focus({ preventScroll: true });
    },
    move(event) {
      const { x, y } = pointOn(event, canvas);
      const { box } = at();
      const held = {
        x: Math.min(Math.max(x - grip.x, box.left), box.left + box.width),
        y: Math.min(Math.max(y - grip.y, box.top), box.top + box.height),
      };
      app.set({ start: placeUnder(at(), held, dimension()) });
    },
  });
  handle.addEventListener("keydown", (event) => {
    const way = KEYS[event.key];
    if (!way) return;
    event.preventDefault();
    hint.hidden = true;
    const [left, right] = at().x.domain;
    const far = (right - left) / (event.shiftKey ? 1000 : 100);
    const start = app.view().derived.start.map((x, k) => rounded(x + way[k] * far, far / 10));
    app.set({ start });
  });
  return { handle, hint };
}

/** @param {Frame} here @param {View} view */
function screenPlace(here, { derived: { objective, start, data } }) {
  const up = start.length > 1 ? start[1] : objective.value(start, data);
  return [here.x(start[0]), here.y(up)];
}

/** @param {HTMLElement} handle @param {HTMLElement} hint @param {Frame} here @param {View} view */
function putHandle(handle, hint, here, view) {
  const { box } = here;
  const [x, y] = screenPlace(here, view);
  const names = view.derived.objective.variables.map(letter).join(", ");
  const shown = x > box.left - 1 && x < box.left + box.width + 1 && y > box.top - 1 && y < box.top + box.height + 1;
  handle.style.transform = `translate(${x}px, ${y}px)`;
  handle.hidden = !shown;
  handle.setAttribute("aria-label", `Start, ${names} = ${place(view.derived.start)}: arrow keys move it`);
  const isLeft = x > box.left + box.width / 2;
  hint.style.transform = `translate(${x}px, ${y}px)`;
  hint.classList.toggle("left", isLeft);
  hint.classList.toggle("above", y > box.top + 60);
  hint.classList.toggle("gone", !shown);
}

/** The buttons stand at the right, and at the left when the start is there. @param {HTMLElement} zoom @param {Frame} here @param {View} view */
function giveWay(zoom, here, view) {
  const { box } = here;
  const [x, y] = screenPlace(here, view);
  const isUnder = x > box.left + box.width - zoom.offsetWidth - ROOM && y < box.top + zoom.offsetHeight + ROOM;
  zoom.classList.toggle("left", isUnder);
}

/** @param {View} view */
function described({ derived: { objective, start, tracks } }) {
  const what = objective.variables.length > 1 ? "Map" : "Curve";
  const runs = tracks.map(({ title }) => title).join(", ");
  return `${what} of ${objective.title} with the runs of ${runs} from ${place(start)}`;
}

/**
 * Zoom and pan by wheel, fingers, hand and buttons; a click sets the start.
 * @param {App} app
 * @param {import("./sheet.js").Sheet} paper
 * @param {() => Frame} at
 * @param {HTMLElement} hint
 */
function zoomable(app, paper, at, hint) {
  const dimension = () => app.view().derived.objective.variables.length;
  /** Bring one place of the screen to another, and the picture closer. @type {import("./gestures.js").Change} */
  function change(from, to, factor) {
    const here = at();
    const pairs = [
      [here.x, from.x, to.x],
      [here.y, from.y, to.y],
    ].slice(0, dimension());
    const view = pairs.map(([scale, was, is]) => moved(/** @type {any} */ (scale), Number(was), Number(is), factor));
    if (view.every(([low, high]) => high - low > SMALLEST * Math.max(Math.abs(low), Math.abs(high), 1e-9)))
      app.move({ view });
  }
  gestures(paper.canvas, {
    change,
    click(point) {
      hint.hidden = true;
      app.set({ start: placeUnder(at(), point, dimension()) });
    },
    wheel: (event) => !scrolls() || event.ctrlKey || event.metaKey || paper.element.contains(document.activeElement),
  });

  const middle = () => ({ x: at().box.left + at().box.width / 2, y: at().box.top + at().box.height / 2 });
  const fit = () => {
    const { objective, tracks, start } = app.view().derived;
    const d = objective.variables.length;
    const points = tracks.flatMap(({ run }) =>
      Array.from({ length: run.endedAt + 1 }, (_, k) => run.iterates.subarray(k * d, (k + 1) * d)),
    );
    app.set({ view: /** @type {any} */ (containing(objective.view, [start, ...points])) });
  };
  const button = (/** @type {string} */ sign, /** @type {string} */ label, /** @type {() => void} */ act) =>
    h("button", { type: "button", title: label, "aria-label": label, onclick: act }, sign);
  return h(
    "div",
    { class: "zoom", role: "group", "aria-label": "Window of the map" },
    button("+", "closer", () => change(middle(), middle(), CLOSER)),
    button("−", "farther", () => change(middle(), middle(), 1 / CLOSER)),
    button("⤢", "hold the whole run", fit),
    button("⌂", "the first window", () => app.set({ view: null })),
  );
}

/**
 * A range that is seen from closer by, with what was at one pixel now at another.
 * @param {import("./scale.js").Scale} scale
 * @param {number} was
 * @param {number} is
 * @param {number} factor
 * @returns {[number, number]}
 */
function moved(scale, was, is, factor) {
  const ends = scale.domain.map((end) => scale.invert(was + (scale(end) - is) / factor));
  const step = Math.abs(ends[1] - ends[0]) / 2000;
  return [rounded(ends[0], step), rounded(ends[1], step)];
}

/** Whether the page is longer than the screen: then the wheel scrolls it, unless a key says that the map is meant. */
function scrolls() {
  const page = document.scrollingElement;
  return Boolean(page && page.scrollHeight > page.clientHeight + 1);
}
