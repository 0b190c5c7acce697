/**
 * Colours by meaning, as in the lecture. The page is handed them with the formulas, for both themes; none is typed in
 * here.
 */

/** @typedef {"dark" | "light"} Theme */
/**
 * @typedef {object} Palette
 * @property {string} ground
 * @property {string} card
 * @property {string} ink
 * @property {string} quiet
 * @property {string} rule_line
 * @property {string} gradient
 * @property {string} share what momentum brings
 * @property {string} target
 * @property {string} outline of balls
 * @property {string[]} map from the lowest level to the highest
 * @property {string} map_line
 * @property {string[]} terms
 */

/**
 * The theme in force: as asked for, or as the reader's system has it.
 * @param {"auto" | Theme} wanted
 * @returns {Theme}
 */
export function themeOf(wanted) {
  if (wanted !== "auto") return wanted;
  return globalThis.matchMedia?.("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

/**
 * Red, green and blue of a hexadecimal colour, 0 to 255.
 * @param {string} color
 */
export const rgb = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

/**
 * `count` colours in even steps along a ramp, as `map_colors` of the lecture mixes them.
 * @param {string[]} ramp
 * @param {number} count
 */
export function ramped(ramp, count) {
  return Array.from({ length: count }, (_, k) => mixed(ramp, count > 1 ? k / (count - 1) : 0));
}

/**
 * The colour at a share (0 to 1) of a ramp.
 * @param {string[]} ramp
 * @param {number} share
 */
export function mixed(ramp, share) {
  const place = Math.min(Math.max(share, 0), 1) * (ramp.length - 1);
  const low = Math.min(Math.floor(place), ramp.length - 2);
  const [from, to] = [rgb(ramp[low]), rgb(ramp[low + 1])];
  const parts = from.map((channel, k) => Math.round(channel + (to[k] - channel) * (place - low)));
  return "#" + parts.map((part) => part.toString(16).padStart(2, "0")).join("");
}

/**
 * A colour with an opacity.
 * @param {string} color
 * @param {number} opacity
 */
export const faint = (color, opacity) => `rgba(${rgb(color).join(", ")}, ${opacity})`;

/**
 * The palette as custom properties, for the style sheet.
 * @param {Palette} palette
 * @returns {[string, string][]}
 */
export function customProperties(palette) {
  return Object.entries(palette).flatMap(([name, color]) =>
    typeof color === "string" ? [/** @type {[string, string]} */ ([`--${name.replace("_", "-")}`, color])] : [],
  );
}
