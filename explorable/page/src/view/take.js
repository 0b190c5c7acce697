/** Take it with you: a dialog with everything that the state becomes as text or as a picture. */

import * as commands from "./commands.js";
import { h, say } from "./dom.js";
import { drawPicture } from "./map.js";
import { drawMap, gridOver } from "./ground.js";
import { drawStrip } from "./strip.js";
import { font, disc } from "./chart.js";
import { SvgPen } from "./pen.js";
import { steady } from "./numbers.js";
import { toHash } from "./state.js";
import { arrival, uTurns } from "./words.js";

/** @typedef {import("./app.js").View} View */
/** @typedef {import("./app.js").App} App */

const SIZE = { width: 1280, height: 720 };
const ENLARGED = 2; // of a PNG: it stays sharp on a slide

/** @type {[string, string, (view: View, app: App) => string][]} */
const TEXTS = [
  ["command", "render.py command: films this", (view, app) => commands.renderCommand(view, app.presets)],
  ["clip", "[[clip]] of lecture.toml", (view, app) => commands.lectureEntry(view, app.presets)],
  ["descend", "render.py descend: the numbers", (view, app) => commands.descendCommands(view, app.formulas)],
  ["torch", "PyTorch code", (view, app) => commands.torchCode(view, app.formulas)],
  ["address", "address of this page", (view) => addressOf(view)],
];

/** @param {View} view */
const addressOf = (view) => `${globalThis.location?.href.replace(/#.*$/, "") ?? ""}#${toHash(view.state)}`;

/** @param {App} app */
export function takePart(app) {
  const shown = h("pre", { class: "text", tabindex: 0, "aria-label": "What is copied" });
  const said = h("p", { class: "quiet", role: "status" });
  const note = h("p", { class: "quiet" });
  const copies = TEXTS.map(([name, label, write]) =>
    h("button", { type: "button", "data-copy": name, onclick: () => show(name, label, write(app.view(), app)) }, label),
  );
  const files = /** @type {[string, string, () => Promise<Blob> | Blob][]} */ ([
    ["csv", "trajectory as CSV", () => new Blob([commands.csv(app.view())], { type: "text/csv" })],
    ["svg", "picture as SVG", () => new Blob([svgOf(app)], { type: "image/svg+xml" })],
    ["png", "picture as PNG", () => pngOf(app)],
  ]);
  const saves = files.map(([kind, label, make]) =>
    h(
      "button",
      {
        type: "button",
        "data-save": kind,
        onclick: async () => {
          save(await make(), `${fileName(app.view())}.${kind}`);
          say(said, `Saved: ${label}.`);
        },
      },
      label,
    ),
  );
  const close = h(
    "button",
    { type: "button", class: "close", "aria-label": "close", onclick: () => dialog.close() },
    "×",
  );
  const dialog = h(
    "dialog",
    { class: "take", "aria-label": "Take it with you" },
    h("div", { class: "row" }, h("h2", {}, "Take it with you"), close),
    h(
      "div",
      { class: "columns" },
      h("div", {}, h("h3", {}, "Copy"), ...copies),
      h("div", {}, h("h3", {}, "Save"), ...saves),
    ),
    shown,
    note,
    said,
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  /** @param {string} name @param {string} label @param {string} text */
  async function show(name, label, text) {
    say(shown, text);
    const { left, scene } = commands.filmOf(app.view(), app.presets);
    const films = name === "command" || name === "clip";
    say(note, films && left.length ? `The clip ${scene} does not show ${left.join(" and ")}.` : "");
    say(said, (await copied(text, shown)) ? `Copied: ${label}.` : "Select the text and copy it.");
  }
  return {
    dialog,
    button: h(
      "button",
      {
        type: "button",
        class: "take-button",
        onclick: () => {
          say(shown, "");
          say(said, "");
          say(note, "");
          dialog.showModal();
        },
      },
      "take it with you",
    ),
  };
}

/** @param {string} text @param {HTMLElement} element that shows it */
async function copied(text, element) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection()?.removeAllRanges();
    getSelection()?.addRange(range);
    return document.execCommand("copy");
  }
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** @param {View} view */
const fileName = ({ state }) =>
  (state.clip || (/^\w+$/.test(state.objective) ? state.objective : "my_function")) + "_explored";

/**
 * The picture to take along: the map, who is who, and the error.
 * @param {import("./pen.js").Pen} pen
 * @param {View} view
 */
function drawPlate(pen, view) {
  const { palette, derived } = view;
  const { objective, data, tracks, tolerance } = derived;
  const fine = { ...view, coarse: false };
  pen.fillStyle = palette.ground;
  pen.beginPath();
  pen.rect(0, 0, SIZE.width, SIZE.height);
  pen.fill();
  pen.fillStyle = palette.ink;
  pen.font = font(32, "bold ");
  pen.textAlign = "left";
  pen.textBaseline = "alphabetic";
  pen.fillText(objective.title, 40, 62);
  tracks.forEach(({ title, color, run }, k) => {
    const y = 112 + k * Math.min(64, 250 / tracks.length);
    const at = Math.min(Math.floor(view.step), run.endedAt);
    disc(pen, 50, y - 7, 8, { fill: color });
    pen.fillStyle = color;
    pen.font = font(22, "bold ");
    pen.textAlign = "left";
    pen.textBaseline = "alphabetic";
    pen.fillText(title, 70, y);
    pen.fillStyle = palette.ink;
    pen.textAlign = "right";
    pen.fillText(steady(run.values[at]), 580, y);
    pen.textAlign = "left";
    pen.fillStyle = palette.quiet;
    pen.font = font(17);
    pen.fillText(`${uTurns(run.turns.length)} · ${arrival(run, tolerance)}`, 70, y + 23);
  });
  pen.save();
  pen.translate(30, 390);
  drawStrip(pen, { width: 560, height: 300 }, fine);
  pen.restore();
  pen.save();
  pen.translate(620, 40);
  drawPicture(pen, { width: 630, height: 650 }, fine, (here) =>
    drawMap(
      pen,
      here,
      gridOver((point) => objective.value(point, data), here, 4),
      palette,
    ),
  );
  pen.restore();
}

/** @param {App} app */
function svgOf(app) {
  const ruler = /** @type {any} */ (h("canvas").getContext("2d"));
  const pen = new SvgPen(SIZE.width, SIZE.height, ruler);
  drawPlate(/** @type {any} */ (pen), app.view());
  return pen.svg();
}

/** @param {App} app @returns {Promise<Blob>} */
function pngOf(app) {
  const canvas = h("canvas", { width: SIZE.width * ENLARGED, height: SIZE.height * ENLARGED });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.scale(ENLARGED, ENLARGED);
  drawPlate(pen, app.view());
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"),
  );
}
