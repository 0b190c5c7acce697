/** A canvas that fills its place, sharp on any screen, and is drawn again when its size changes. */

import { h } from "./dom.js";

/**
 * @typedef {object} Sheet
 * @property {HTMLDivElement} element
 * @property {HTMLCanvasElement} canvas
 * @property {{ width: number, height: number }} size in CSS pixels
 * @property {() => void} paint
 */

/**
 * @param {string} name for the style sheet
 * @param {string} label for who does not see it
 * @param {(pen: CanvasRenderingContext2D, size: { width: number, height: number }) => void} draw
 * @returns {Sheet}
 */
export function sheet(name, label, draw) {
  const canvas = h("canvas", { role: "img", "aria-label": label });
  const element = h("div", { class: `sheet ${name}` }, canvas);
  const size = { width: 0, height: 0 };
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

  function paint() {
    if (size.width < 2 || size.height < 2) return;
    const scale = density();
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, size.width, size.height);
    draw(pen, size);
  }

  function resize() {
    const { clientWidth: width, clientHeight: height } = element;
    const scale = density();
    if (canvas.width === Math.round(width * scale) && canvas.height === Math.round(height * scale)) return;
    Object.assign(size, { width, height });
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    paint();
  }

  new ResizeObserver(resize).observe(element);
  return { element, canvas, size, paint };
}

/** Pixels of the screen to a CSS pixel; more than three are not seen. */
export const density = () => Math.min(globalThis.devicePixelRatio || 1, 3);

/**
 * Where a pointer is on an element, in its CSS pixels.
 * @param {{ clientX: number, clientY: number }} event
 * @param {Element} element
 */
export function pointOn(event, element) {
  const { left, top } = element.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

/**
 * Follow a pointer from its first touch to its release.
 * @param {HTMLElement} element
 * @param {{ start?: (event: PointerEvent) => boolean | void, move: (event: PointerEvent) => void,
 *   end?: (event: PointerEvent) => void }} hands `start` may refuse by returning false
 */
export function dragging(element, { start, move, end }) {
  let held = -1;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || held !== -1 || start?.(event) === false) return;
    held = event.pointerId;
    try {
      element.setPointerCapture(held);
    } catch {
      // a pointer that is gone already, or one that a program made
    }
    event.preventDefault();
  });
  element.addEventListener("pointermove", (event) => {
    if (event.pointerId === held) move(event);
  });
  for (const over of ["pointerup", "pointercancel"]) {
    element.addEventListener(over, (event) => {
      if (/** @type {PointerEvent} */ (event).pointerId !== held) return;
      held = -1;
      end?.(/** @type {PointerEvent} */ (event));
    });
  }
}
