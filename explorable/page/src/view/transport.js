/** Play, pause, a step on, a step back, how fast, and the scrubber over the steps. */

import { h, say } from "./dom.js";

/** @typedef {import("./app.js").View} View */

const LENGTH = 9; // seconds of a run, where no speed is chosen
const SPEEDS = [1, 2, 5, 10, 20, 50, 100, 500];

/** @param {import("./app.js").App} app @returns {import("./app.js").Part & { key: (event: KeyboardEvent) => boolean }} */
export function transportPart(app) {
  let running = 0;
  let before = 0;
  let step = 0;

  const last = () => app.view().derived.last;
  const speed = () => app.view().state.speed ?? Math.max(2, last() / LENGTH);

  /** @param {number} now */
  function frame(now) {
    step = Math.min(step + ((now - before) / 1000) * speed(), last());
    before = now;
    if (step >= last()) return pause();
    app.playAt(step);
    running = requestAnimationFrame(frame);
  }
  function pause() {
    cancelAnimationFrame(running);
    running = 0;
    go(Math.floor(step + 1e-9));
  }
  function play() {
    step = app.view().step >= last() ? 0 : app.view().step;
    before = performance.now();
    running = requestAnimationFrame(frame);
    app.playAt(step);
  }
  /** @param {number} wanted */
  function go(wanted) {
    const there = Math.min(Math.max(wanted, 0), last());
    app.playAt(null);
    app.set({ scrub: there === last() ? null : there });
  }
  const toggle = () => (running ? pause() : play());
  const by = (/** @type {number} */ steps) => {
    if (running) pause();
    go(Math.floor(app.view().step) + steps);
  };

  const button = (/** @type {string} */ sign, /** @type {string} */ label, /** @type {() => void} */ act) =>
    h("button", { type: "button", title: label, "aria-label": label, onclick: act }, sign);
  const playing = h("button", { type: "button", class: "play", onclick: toggle });
  const range = h("input", { type: "range", min: 0, step: 1, "aria-label": "Step", "data-knob": "scrub" });
  range.addEventListener("input", () => {
    if (running) {
      cancelAnimationFrame(running);
      running = 0;
    }
    go(Number(range.value));
  });
  const counter = h("output", { class: "counter", "aria-hidden": "true" });
  const pace = h(
    "select",
    {
      "aria-label": "Speed",
      onchange: () => app.set({ speed: pace.value ? Number(pace.value) : null }),
    },
    h("option", { value: "" }, "speed: auto"),
    ...SPEEDS.map((speed) => h("option", { value: speed }, `${speed} steps/s`)),
  );
  const element = h(
    "div",
    { class: "transport", role: "group", "aria-label": "Play the run" },
    playing,
    button("‹", "one step back", () => by(-1)),
    range,
    button("›", "one step on", () => by(1)),
    counter,
    pace,
  );

  return {
    element,
    update({ step: shown, derived, state }) {
      range.max = String(derived.last);
      range.value = String(Math.floor(shown + 1e-9));
      range.style.setProperty("--filled", `${(100 * shown) / Math.max(derived.last, 1)}%`);
      range.setAttribute("aria-valuetext", `step ${Math.floor(shown + 1e-9)} of ${derived.last}`);
      say(counter, `step ${Math.floor(shown + 1e-9)} of ${derived.last}`);
      counter.style.minWidth = `${String(derived.last).length * 2 * 0.5 + 3.6}em`;
      playing.textContent = running ? "❚❚" : "▶";
      playing.setAttribute("aria-label", running ? "pause" : "play");
      playing.title = running ? "pause (space)" : "play (space)";
      pace.value = state.speed && SPEEDS.includes(state.speed) ? String(state.speed) : "";
    },
    key(event) {
      if (event.key === " ") toggle();
      else if (event.key === ",") by(-1);
      else if (event.key === ".") by(1);
      else return false;
      return true;
    },
  };
}
