/**
 * Zoom and pan of a picture: wheel, two fingers, a hand that holds the picture. What a gesture does is told as a change
 * of the window: a factor, and which place of the screen goes where.
 */

import { pointOn } from "./sheet.js";

/** @typedef {{ x: number, y: number }} Point */
/** @typedef {(from: Point, to: Point, factor: number) => void} Change */

const NOTCH = 0.0016; // of a wheel: a share of the size for each of its units
const LINE = 18; // units of a wheel that counts lines
const FIRM = 4; // pixels that a hand may shake without moving anything

/**
 * @param {HTMLElement} element
 * @param {{ change: Change, click: (at: Point) => void, wheel: (event: WheelEvent) => boolean }} hands `wheel` says
 *   whether the wheel is meant for the picture
 */
export function gestures(element, { change, click, wheel }) {
  /** @type {Map<number, Point>} where each finger is, or the mouse */
  const held = new Map();
  let moved = false;

  element.addEventListener(
    "wheel",
    (event) => {
      if (!wheel(event)) return;
      event.preventDefault();
      const at = pointOn(event, element);
      const units = event.deltaY * (event.deltaMode === 1 ? LINE : 1);
      change(at, at, Math.exp(-NOTCH * Math.max(-400, Math.min(units, 400))));
    },
    { passive: false },
  );
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || held.size > 1) return;
    if (!held.size) moved = false;
    held.set(event.pointerId, pointOn(event, element));
    try {
      element.setPointerCapture(event.pointerId);
    } catch {
      // a pointer that is gone already
    }
  });
  element.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const now = pointOn(event, element);
    const others = [...held].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    const near = Math.hypot(now.x - before.x, now.y - before.y) < FIRM;
    if (!moved && near && !others.length) return;
    moved = true;
    held.set(event.pointerId, now);
    if (others.length) pinch(before, now, others[0]);
    else if (event.pointerType !== "touch") change(before, now, 1);
  });
  for (const over of ["pointerup", "pointercancel"]) {
    element.addEventListener(over, (event) => {
      const { pointerId } = /** @type {PointerEvent} */ (event);
      const at = held.get(pointerId);
      if (!held.delete(pointerId) || !at) return;
      if (over === "pointerup" && !moved && !held.size) click(at);
    });
  }

  /** @param {Point} before @param {Point} now @param {Point} other */
  function pinch(before, now, other) {
    const apart = (/** @type {Point} */ at) => Math.max(Math.hypot(at.x - other.x, at.y - other.y), 10);
    const middle = (/** @type {Point} */ at) => ({ x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
    change(middle(before), middle(now), apart(now) / apart(before));
  }
}
