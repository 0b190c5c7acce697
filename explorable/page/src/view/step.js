/**
 * Inside one step: at the iterate that is looked at, what was kept of the last update, the gradient's share, and both
 * together, as arrows and as numbers. For rules whose update is no such sum: the gradient, and the step it was made to.
 */

import { inside as partsOf } from "../core/run.js";
import { disc, drawAxes, font, frame, inside, outline } from "./chart.js";
import { h, say } from "./dom.js";
import { widened } from "./grid.js";
import { curveOver, drawArrows, drawCurve, drawMap, gridOver } from "./ground.js";
import { figure, place } from "./numbers.js";
import { sheet } from "./sheet.js";
import { letter } from "./words.js";

/** @typedef {import("./app.js").View} View */
/** @typedef {import("./chart.js").Frame} Frame */
/** @typedef {NonNullable<ReturnType<typeof partsOf>>} Parts */
/** @typedef {{ from: ArrayLike<number>, to: ArrayLike<number>, color: string, name: string, is: ArrayLike<number> }} Arrow */

const LANE = 14; // pixels between arrows of one coordinate
const MOST_RINGED = 3; // runs; beyond, rings would hide what they ring

/**
 * The run that is looked into: the one that was picked, else the last on show.
 * @param {View} view
 */
export function focused({ state, derived: { tracks } }) {
  return tracks.find(({ rule }) => rule === state.focus) ?? tracks[tracks.length - 1];
}

/**
 * The runs whose u-turns are ringed: all, or where many are on show the one that is looked into.
 * @param {View} view
 */
export function ringed(view) {
  const { tracks } = view.derived;
  const one = focused(view);
  return tracks.length > MOST_RINGED && one ? [one] : tracks;
}

/**
 * The arrows of a step, tip to tail, in the objective's coordinates.
 * @param {Parts} parts
 * @param {View} view
 * @param {string} color of the rule
 * @returns {Arrow[]}
 */
function arrows({ at, kept, fresh, update, gradient }, { palette }, color) {
  const back = (/** @type {ArrayLike<number>} */ from, /** @type {ArrayLike<number>} */ by) =>
    Array.from(from, (x, i) => x - by[i]);
  const whole = { from: at, to: back(at, update), color, name: "update", is: update };
  if (!kept || !fresh) {
    // Its direction alone: as long as the update, to be compared with it.
    const share = Math.hypot(...update) / (Math.hypot(...gradient) || 1);
    const down = back(
      at,
      gradient.map((part) => part * share),
    );
    return [{ from: at, to: down, color: palette.gradient, name: "gradient ∇", is: gradient }, whole];
  }
  const middle = back(at, kept);
  return [
    { from: at, to: middle, color: palette.share, name: "kept", is: kept },
    { from: middle, to: back(middle, fresh), color: palette.gradient, name: "gradient's share", is: fresh },
    whole,
  ];
}

/** @param {View} view */
function lookInto(view) {
  const track = focused(view);
  if (!track) return null;
  const k = Math.min(Math.floor(view.step + 1e-9), Math.max(track.run.endedAt - 1, 0));
  const parts = partsOf(track.run, k);
  return parts && { track, k, parts };
}

/**
 * The arrows on a map.
 * @param {View} view
 * @param {Frame} here
 */
export function arrowsOf(view, here) {
  const found = lookInto(view);
  return found ? onScreen(arrows(found.parts, view, found.track.color), here) : [];
}

/** @param {Arrow[]} list @param {Frame} here @param {number} [up] where arrows of one coordinate lie */
function onScreen(list, here, up = 0) {
  const put = (/** @type {ArrayLike<number>} */ point) =>
    /** @type {[number, number]} */ ([here.x(point[0]), point.length > 1 ? here.y(point[1]) : up]);
  return list.map(({ from, to, color }) => ({ from: put(from), to: put(to), color }));
}

/** @param {import("./app.js").App} app @returns {import("./app.js").Part} */
export function stepPart(app) {
  /** @type {View | undefined} */
  let seen;
  const paper = sheet("closeup", "The step that is looked at, from close by, as arrows", (pen, size) => {
    const found = seen && lookInto(seen);
    if (seen && found) drawCloseUp(pen, size, seen, found, app.formulas);
  });
  const heading = h("p", { class: "lead" });
  const table = h("table", { class: "arrows" });
  const note = h("p", { class: "quiet" });
  const element = h(
    "div",
    { class: "inside-step" },
    heading,
    h("div", { class: "sides" }, paper.element, h("div", {}, table, note)),
  );
  return {
    element,
    update(view) {
      seen = view;
      const found = lookInto(view);
      if (!found) {
        say(heading, view.derived.tracks.length ? "This run takes no step." : "No rule is on show.");
        table.replaceChildren();
        return paper.paint();
      }
      const { track, k } = found;
      say(heading, `Step ${k + 1} of ${track.title}, from iterate ${k} to ${k + 1}`);
      const [body, said] = tabled(found, view);
      table.replaceChildren(...body);
      say(note, said);
      paper.paint();
    },
  };
}

/**
 * @param {{ track: import("./derive.js").Track, k: number, parts: Parts }} found
 * @param {View} view
 * @returns {[HTMLElement[], string]}
 */
function tabled({ track, parts }, view) {
  const names = view.derived.objective.variables.map(letter);
  const row = (/** @type {string} */ name, /** @type {string} */ color, /** @type {ArrayLike<number>} */ of) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, h("span", { class: "swatch", style: `background:${color}` }), name),
      ...Array.from(of, (part) => h("td", {}, figure(part, 4))),
    );
  const head = h("tr", {}, h("td", {}), ...names.map((name) => h("th", { scope: "col" }, h("i", {}, name))));
  const ink = "transparent";
  const apart = parts.asked.some((x, i) => x !== parts.at[i]);
  const list = [
    head,
    row("place", ink, parts.at),
    ...(parts.kept ? [row("gradient ∇", ink, parts.gradient)] : []),
    ...arrows(parts, view, track.color).map(({ name, color, is }) => row(name, color, is)),
  ];
  const asks = apart
    ? ` It asks for the gradient at ${place(parts.asked)}, where the last update alone would lead.`
    : "";
  const sum = parts.kept
    ? "Update = kept + gradient’s share; the step goes against it."
    : "This rule scales each coordinate on its own, so the step leaves the direction against the gradient.";
  return [list, sum + asks];
}

/**
 * @param {import("./pen.js").Pen} pen
 * @param {{ width: number, height: number }} size
 * @param {View} view
 * @param {{ track: import("./derive.js").Track, parts: Parts }} found
 * @param {import("./types.js").Formulas} formulas
 */
function drawCloseUp(pen, size, view, { track, parts }, formulas) {
  const { objective, data } = view.derived;
  const palette = formulas.palette[view.theme];
  const list = arrows(parts, view, track.color);
  const window = around(list.flatMap(({ from, to }) => [from, to]));
  const value = (/** @type {ArrayLike<number>} */ point) => objective.value(point, data);
  const box = inside(size, { left: 8, right: 8, top: 8, bottom: 24 });
  pen.font = font(13);
  if (objective.variables.length === 1) {
    const { at, points } = curveOver(value, box, window[0]);
    drawCurve(pen, at, points, palette);
    drawAxes(pen, at, palette, { size: 12, apart: 90, up: false });
    const y = at.y(value(parts.at));
    const first = Math.max(y, box.top + 12 + LANE * (list.length - 1));
    const lanes = list.map((arrow, k) => onScreen([arrow], at, first - LANE * k)[0]);
    drawArrows(pen, at, lanes);
    return disc(pen, at.x(parts.at[0]), y, 7, { fill: track.color, rim: palette.outline });
  }
  const here = frame(box, ...widened(window, box.width / box.height));
  drawMap(pen, here, gridOver(value, here, 10), palette);
  outline(pen, here.box, palette.rule_line);
  drawAxes(pen, here, palette, { size: 12, apart: 90, up: false });
  pen.save();
  const drawn = onScreen(list, here);
  drawArrows(pen, here, [{ ...drawn[drawn.length - 1], width: 4.5 }, ...drawn.slice(0, -1)]);
  pen.restore();
  disc(pen, here.x(parts.at[0]), here.y(parts.at[1]), 7, { fill: track.color, rim: palette.outline });
}

/** A window round points, with room, and never of no size. @param {ArrayLike<number>[]} points @returns {[number, number][]} */
function around(points) {
  const sides = Array.from(points[0], (_, i) => {
    const column = points.map((point) => point[i]).filter(Number.isFinite);
    return [Math.min(...column), Math.max(...column)];
  });
  const size = Math.max(...sides.map(([low, high]) => high - low), 1e-12 * Math.max(1, ...sides.flat().map(Math.abs)));
  return sides.map(([low, high]) => [(low + high) / 2 - 0.75 * size, (low + high) / 2 + 0.75 * size]);
}
