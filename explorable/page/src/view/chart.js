/** The frame of a picture: where numbers lie on it, its axes, and the marks that all pictures share. */

import { tick } from "./numbers.js";
import { scaleOf } from "./scale.js";

/** @typedef {import("./pen.js").Pen} Pen */
/** @typedef {import("./theme.js").Palette} Palette */
/** @typedef {{ left: number, top: number, width: number, height: number }} Box */
/** @typedef {import("./scale.js").Scale} Scale */
/** @typedef {{ box: Box, x: Scale, y: Scale, log: [boolean, boolean] }} Frame */

const PIECE = 400; // places of a line that are stroked at once
const NEAR = 0.4; // pixels that are not told apart

export const FAMILY = "'Libertinus Serif', 'Libertinus', Georgia, serif";

/** @param {number} size @param {"" | "italic " | "bold "} [style] */
export const font = (size, style = "") => `${style}${size}px ${FAMILY}`;

/**
 * Data ranges laid over a box; y grows upwards.
 * @param {Box} box
 * @param {[number, number]} x
 * @param {[number, number]} y
 * @param {[boolean, boolean]} [log] which axes are logarithmic
 * @returns {Frame}
 */
export function frame(box, x, y, log = [false, false]) {
  return {
    box,
    x: scaleOf(x, [box.left, box.left + box.width], log[0]),
    y: scaleOf(y, [box.top + box.height, box.top], log[1]),
    log,
  };
}

/**
 * What is left of a size inside margins.
 * @param {{ width: number, height: number }} size
 * @param {{ left?: number, right?: number, top?: number, bottom?: number }} margins
 * @returns {Box}
 */
export const inside = ({ width, height }, { left = 0, right = 0, top = 0, bottom = 0 }) => ({
  left,
  top,
  width: Math.max(width - left - right, 1),
  height: Math.max(height - top - bottom, 1),
});

/**
 * Numbers along the axes; with `grid`, lines at those of y. In names, letters between stars are slanted.
 * @param {Pen} pen
 * @param {Frame} at
 * @param {Palette} palette
 * @param {{ names?: [string, string], grid?: boolean, size?: number, apart?: number, up?: boolean }} [options] `up`:
 *   whether there are numbers along y
 */
export function drawAxes(pen, at, palette, options = {}) {
  const { names = ["", ""], grid = false, size = 14, apart = 70, up = true } = options;
  const { left, top, width, height } = at.box;
  const [right, bottom] = [left + width, top + height];
  pen.save();
  pen.fillStyle = palette.quiet;
  pen.font = font(size);
  pen.textBaseline = "top";
  pen.textAlign = "center";
  const xName = names[0] && widthOf(pen, names[0], size + 1);
  pen.font = font(size);
  for (const value of at.x.marks(Math.max(2, width / apart))) {
    const text = tick(value, at.log[0]);
    const [x, half] = [at.x(value), pen.measureText(text).width / 2];
    if (x + half > right - (xName || -20) - 6) continue; // the name stands there
    if (x - half < left - 12) continue;
    pen.fillText(text, x, bottom + 6);
  }
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const value of up ? at.y.marks(Math.max(2, height / 46)) : []) {
    const y = at.y(value);
    if (grid) line(pen, [left, y, right, y], palette.rule_line, 1);
    if (y < top + size * 1.5 && names[1] && !grid) continue; // the name stands there
    pen.fillText(tick(value, at.log[1]), left - 7, y);
  }
  pen.fillStyle = palette.quiet;
  pen.textBaseline = "top";
  write(pen, names[0], right - widthOf(pen, names[0], size + 1), bottom + 6, size + 1);
  pen.textBaseline = "bottom";
  const edge = grid ? left : left - 7 - widthOf(pen, names[1], size + 1);
  write(pen, names[1], Math.max(edge, 2), top - (grid ? 4 : -size), size + 1);
  pen.restore();
}

/** The parts of a text with slanted letters between stars. @param {string} text */
const parts = (text) =>
  text.split("*").map((part, k) => ({ part, style: /** @type {"" | "italic "} */ (k % 2 ? "italic " : "") }));

/** @param {Pen} pen @param {string} text @param {number} size */
export function widthOf(pen, text, size) {
  return parts(text).reduce((width, { part, style }) => {
    pen.font = font(size, style);
    return width + pen.measureText(part).width;
  }, 0);
}

/**
 * A text with slanted letters between stars, from a place to the right.
 * @param {Pen} pen
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {number} size
 */
export function write(pen, text, x, y, size) {
  pen.textAlign = "left";
  for (const { part, style } of parts(text)) {
    pen.font = font(size, style);
    if (part) pen.fillText(part, x, y);
    x += pen.measureText(part).width;
  }
}

/**
 * A line between two places: x1, y1, x2, y2.
 * @param {Pen} pen
 * @param {[number, number, number, number]} ends
 * @param {string} color
 * @param {number} width
 * @param {number[]} [dash]
 */
export function line(pen, [x1, y1, x2, y2], color, width, dash = []) {
  pen.save();
  pen.setLineDash(dash);
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
  pen.restore();
}

/**
 * A line through many places. It is stroked piece by piece: of one path that crosses itself a hundred thousand times a
 * browser makes minutes of work. Places that are not told apart are drawn once.
 */
export class Polyline {
  /** @param {Pen} pen */
  constructor(pen) {
    this.pen = pen;
    this.count = 0;
    this.at = [NaN, NaN];
  }

  /** @param {number} x @param {number} y @param {boolean} [surely] even where it is near the last place */
  to(x, y, surely = false) {
    const { pen } = this;
    if (this.count === 0) {
      pen.beginPath();
      pen.moveTo(x, y);
    } else {
      if (!surely && Math.abs(x - this.at[0]) + Math.abs(y - this.at[1]) < NEAR) return;
      pen.lineTo(x, y);
    }
    this.at = [x, y];
    if (++this.count < PIECE) return;
    pen.stroke();
    this.count = 0;
    this.to(x, y);
  }

  end() {
    if (this.count > 1) this.pen.stroke();
    this.count = 0;
  }
}

/**
 * A disc with a rim.
 * @param {Pen} pen
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {{ fill?: string, rim?: string, width?: number }} look
 */
export function disc(pen, x, y, radius, { fill, rim, width = 2 }) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.closePath();
  if (fill) {
    pen.fillStyle = fill;
    pen.fill();
  }
  if (rim) {
    pen.strokeStyle = rim;
    pen.lineWidth = width;
    pen.stroke();
  }
}

/**
 * An arrow with its point at the end; a short one is all point.
 * @param {Pen} pen
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {string} color
 * @param {number} [width]
 */
export function arrow(pen, from, to, color, width = 3) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  if (!(length > 0.5) || !Number.isFinite(length)) return;
  const point = Math.min(4 * width, length);
  const [ux, uy] = [dx / length, dy / length];
  const neck = [to[0] - ux * point, to[1] - uy * point];
  if (length > point) line(pen, [from[0], from[1], neck[0] + ux, neck[1] + uy], color, width);
  pen.fillStyle = color;
  pen.beginPath();
  pen.moveTo(to[0], to[1]);
  pen.lineTo(neck[0] - uy * point * 0.42, neck[1] + ux * point * 0.42);
  pen.lineTo(neck[0] + uy * point * 0.42, neck[1] - ux * point * 0.42);
  pen.closePath();
  pen.fill();
}

/**
 * Draw inside a box only.
 * @param {Pen} pen
 * @param {Box} box
 * @param {() => void} draw
 */
export function clipped(pen, { left, top, width, height }, draw) {
  pen.save();
  pen.beginPath();
  pen.rect(left, top, width, height);
  pen.clip();
  draw();
  pen.restore();
}

/** @param {Pen} pen @param {Box} box @param {string} color */
export function outline(pen, { left, top, width, height }, color) {
  pen.strokeStyle = color;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.rect(left + 0.5, top + 0.5, width - 1, height - 1);
  pen.stroke();
}
