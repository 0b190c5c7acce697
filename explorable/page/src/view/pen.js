/**
 * One drawing, two kinds of paper: what draws on a canvas's context draws on this one as well, which writes SVG. So
 * the picture that is taken away is the one that was seen.
 */

/**
 * The part of a canvas's context that the drawings use.
 * @typedef {Pick<CanvasRenderingContext2D, "beginPath" | "moveTo" | "lineTo" | "closePath" | "arc" | "rect" | "fill" |
 *   "stroke" | "clip" | "save" | "restore" | "translate" | "fillText" | "fillStyle" | "strokeStyle" | "lineWidth" |
 *   "lineJoin" | "lineCap" | "globalAlpha" | "font" | "textAlign" | "textBaseline" | "setLineDash" | "measureText">} Pen
 */

/** @param {number} value */
const short = (value) => String(Math.round(value * 100) / 100);

/** @param {string} text */
const escaped = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

const ANCHORS = /** @type {Record<string, string>} */ ({ center: "middle", right: "end", end: "end" });
const SHIFTS = /** @type {Record<string, number>} */ ({ middle: 0.32, top: 0.8, hanging: 0.8, bottom: -0.2 });

/** A context that writes SVG. */
export class SvgPen {
  /** @param {number} width @param {number} height @param {Pen} ruler measures texts */
  constructor(width, height, ruler) {
    this.size = [width, height];
    this.ruler = ruler;
    /** @type {string[]} */
    this.parts = [];
    /** @type {any[]} */
    this.kept = [];
    this.path = "";
    this.clips = 0;
    this.open = 0;
    this.at = [0, 0];
    this.dash = /** @type {number[]} */ ([]);
    this.fillStyle = this.strokeStyle = "#000000";
    this.lineWidth = this.globalAlpha = 1;
    this.lineJoin = this.lineCap = "round";
    this.font = "16px serif";
    this.textAlign = "left";
    this.textBaseline = "alphabetic";
  }

  beginPath() {
    this.path = "";
  }

  /** @param {number} x @param {number} y */
  moveTo(x, y) {
    this.path += `M${this.#place(x, y)}`;
  }

  /** @param {number} x @param {number} y */
  lineTo(x, y) {
    this.path += `${this.path ? "L" : "M"}${this.#place(x, y)}`;
  }

  closePath() {
    this.path += "Z";
  }

  /** Whole circles and parts of them, clockwise as on a canvas. */
  arc(/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ r, from = 0, to = 2 * Math.PI) {
    const whole = Math.abs(to - from) >= 2 * Math.PI - 1e-6;
    const ends = whole ? [from, from + Math.PI, from + 2 * Math.PI] : [from, to];
    ends.forEach((angle, k) => {
      const end = this.#place(x + r * Math.cos(angle), y + r * Math.sin(angle));
      const large = !whole && to - from > Math.PI ? 1 : 0;
      this.path +=
        k === 0 ? `${this.path && !whole ? "L" : "M"}${end}` : `A${short(r)} ${short(r)} 0 ${large} 1 ${end}`;
    });
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  rect(x, y, width, height) {
    this.path += `M${this.#place(x, y)}h${short(width)}v${short(height)}h${short(-width)}Z`;
  }

  /** @param {string} [rule] */
  fill(rule) {
    this.#add(`<path d="${this.path}" fill="${this.fillStyle}"${rule === "evenodd" ? ' fill-rule="evenodd"' : ""}`);
  }

  stroke() {
    const dash = this.dash.length ? ` stroke-dasharray="${this.dash.join(" ")}"` : "";
    this.#add(
      `<path d="${this.path}" fill="none" stroke="${this.strokeStyle}" stroke-width="${short(this.lineWidth)}" ` +
        `stroke-linejoin="${this.lineJoin}" stroke-linecap="${this.lineCap}"${dash}`,
    );
  }

  clip() {
    const name = `clip${this.clips++}`;
    this.parts.push(`<clipPath id="${name}"><path d="${this.path}"/></clipPath><g clip-path="url(#${name})">`);
    this.open++;
  }

  save() {
    const { at, dash, fillStyle, strokeStyle, lineWidth, globalAlpha, lineCap, font, textAlign, textBaseline } = this;
    const style = { dash, fillStyle, strokeStyle, lineWidth, globalAlpha, lineCap, font, textAlign, textBaseline };
    this.kept.push({ ...style, at: [...at], open: this.open });
  }

  restore() {
    const { open, ...style } = this.kept.pop();
    for (; this.open > open; this.open--) this.parts.push("</g>");
    Object.assign(this, style);
  }

  /** @param {number} x @param {number} y */
  translate(x, y) {
    this.at = [this.at[0] + x, this.at[1] + y];
  }

  /** @param {number[]} dash */
  setLineDash(dash) {
    this.dash = dash;
  }

  /** @param {string} text */
  measureText(text) {
    this.ruler.font = this.font;
    return this.ruler.measureText(text);
  }

  /** @param {string} text @param {number} x @param {number} y */
  fillText(text, x, y) {
    const [, style, weight, size, family] = /^(italic )?(bold |700 )?([\d.]+)px (.*)$/.exec(this.font) ?? [];
    const down = (SHIFTS[this.textBaseline] ?? 0) * Number(size ?? 16);
    const [left, top] = [this.at[0] + x, this.at[1] + y + down].map(short);
    this.#add(
      `<text x="${left}" y="${top}" fill="${this.fillStyle}" font-family="${escaped(family ?? "serif")}" ` +
        `font-size="${size ?? 16}"${style ? ' font-style="italic"' : ""}${weight ? ' font-weight="700"' : ""} ` +
        `text-anchor="${ANCHORS[this.textAlign] ?? "start"}"`,
      escaped(text),
    );
  }

  /** The picture as text. */
  svg() {
    const [width, height] = this.size;
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
      `${this.parts.join("\n")}</svg>\n`
    );
  }

  /** @param {number} x @param {number} y */
  #place(x, y) {
    return `${short(this.at[0] + x)} ${short(this.at[1] + y)}`;
  }

  /** @param {string} tag opened, without its end @param {string} [inside] */
  #add(tag, inside) {
    const alpha = this.globalAlpha < 1 ? ` opacity="${short(this.globalAlpha)}"` : "";
    this.parts.push(inside === undefined ? `${tag}${alpha}/>` : `${tag}${alpha}>${inside}</text>`);
  }
}
