/**
 * The state is one flat record: what the page shows, what the address holds, what the copy buttons print, and in a
 * notebook the traits of the widget. Everything else is computed from it.
 *
 * In the address a record is written as `objective=qfsp&start=7.11,6.97&momentum=0.4&adam.beta1=0.8`: readable, and
 * complete in itself. The run is always written, the rest where it differs from `DEFAULTS`.
 */

/** @typedef {number | boolean | string} Setting */
/**
 * @typedef {object} Run what decides a run; `settings` are further hyper-parameters, called `rule.hyperparameter`
 * @property {string} objective a name, or a formula
 * @property {number[] | null} start null: where the objective says
 * @property {string[]} rules
 * @property {number} learning_rate of all rules, unless `settings` gives a rule its own
 * @property {number} momentum of the rules momentum and nesterov
 * @property {Record<string, Setting>} settings
 * @property {number} steps
 * @property {Record<string, number[]> | null} data data points that were moved
 */
/**
 * @typedef {object} Look what decides how it is shown
 * @property {number | null} scrub the step that is looked at; null: the last
 * @property {[number, number][] | null} view null: as the objective says
 * @property {"auto" | "dark" | "light"} theme
 * @property {Run | null} compare the run that stays as a ghost
 * @property {"auto" | "linear" | "log"} scale of the error strip
 * @property {number | null} tolerance null: a thousandth of the way down
 * @property {string} lens what stands beside the map: auto, step, plane, surface or data
 * @property {[number, number]} turn of the surface: azimuth and elevation in degrees
 * @property {number | null} speed steps a second; null: the run takes some seconds
 * @property {string | null} focus the rule that is looked into
 * @property {string} clip the clip of the lecture that the page belongs to, or nothing
 */
/** @typedef {Run & Look} State */

/** @type {State} */
export const DEFAULTS = {
  objective: "valley_neuron",
  start: null,
  rules: ["gradient_descent", "momentum"],
  learning_rate: 1,
  momentum: 0.85,
  settings: {},
  steps: 100,
  scrub: null,
  view: null,
  theme: "auto",
  compare: null,
  scale: "auto",
  tolerance: null,
  data: null,
  lens: "auto",
  turn: [-60, 34],
  speed: null,
  focus: null,
  clip: "",
};

export const KEYS = /** @type {(keyof State)[]} */ (Object.keys(DEFAULTS));

/** What decides a run, and is always written into the address. */
export const OF_A_RUN = /** @type {const} */ ([
  "objective",
  "start",
  "rules",
  "learning_rate",
  "momentum",
  "settings",
  "steps",
  "data",
]);

const GHOST = "ghost.";
const DATA = "data.";
const NUMBERS = new Set(["learning_rate", "momentum", "steps", "scrub", "tolerance", "speed"]);
const LISTS = new Set(["start", "view", "turn"]);
const CHOICES = /** @type {Record<string, string[]>} */ ({
  theme: ["auto", "dark", "light"],
  scale: ["auto", "linear", "log"],
});
export const MOST_STEPS = 100_000;

/**
 * What decides a run, alone.
 * @param {State | Run} state
 * @returns {Run}
 */
export function runOf(state) {
  const { objective, start, rules, learning_rate, momentum, settings, steps, data } = state;
  return { objective, start, rules, learning_rate, momentum, settings, steps, data };
}

/**
 * The state as the part of an address after #.
 * @param {State} state
 */
export function toHash(state) {
  const entries = written(runOf(state));
  for (const key of KEYS) {
    if (OF_A_RUN.includes(/** @type {any} */ (key))) continue;
    if (key === "compare") entries.push(...(state.compare ? written(state.compare, GHOST) : []));
    else if (String(state[key]) !== String(DEFAULTS[key])) entries.push([key, String(state[key])]);
  }
  return entries.map(([key, value]) => `${key}=${escaped(value)}`).join("&");
}

/**
 * @param {Run} run
 * @param {string} [prefix]
 */
function written(run, prefix = "") {
  const { settings, data, ...rest } = run;
  const plain = Object.entries(rest).filter(([, value]) => value !== null);
  const moved = Object.entries(data ?? {}).map(([name, column]) => [DATA + name, column]);
  return [...plain, ...Object.entries(settings), ...moved].map(([key, value]) => [prefix + key, String(value)]);
}

/** What must not stand in an address as it is; commas, brackets, stars and slashes may. @param {string} text */
const escaped = (text) => encodeURIComponent(text).replace(/%2C|%2F|%3A/g, decodeURIComponent);

/**
 * The state that an address holds, or null where it holds none. What cannot be read is left at its default.
 * @param {string} hash
 * @returns {State | null}
 */
export function fromHash(hash) {
  const entries = hash
    .replace(/^#/, "")
    .split("&")
    .map((part) => part.split("="))
    .filter((pair) => pair.length === 2)
    .map(([key, value]) => [key, decoded(value)]);
  if (!entries.some(([key]) => key === "objective")) return null;
  const state = /** @type {any} */ ({ ...DEFAULTS, settings: {} });
  /** @type {any} */
  let ghost = null;
  for (const [key, text] of entries) {
    if (key.startsWith(GHOST)) read((ghost ??= { ...runOf(DEFAULTS), settings: {} }), key.slice(GHOST.length), text);
    else read(state, key, text);
  }
  state.compare = ghost;
  return state;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text.replace(/\+/g, "%2B"));
  } catch {
    return text;
  }
}

/**
 * Put one entry of an address into a record.
 * @param {any} record
 * @param {string} key
 * @param {string} text
 */
function read(record, key, text) {
  if (key.startsWith(DATA)) (record.data ??= {})[key.slice(DATA.length)] = text.split(",").map(Number);
  else if (key.includes(".")) record.settings[key] = setting(text);
  else if (key === "rules") record.rules = text.split(",").filter(Boolean);
  else if (LISTS.has(key)) readList(record, key, text.split(",").map(Number));
  else if (NUMBERS.has(key)) {
    if (Number.isFinite(Number(text)) && text.trim()) record[key] = Number(text);
  } else if (key in CHOICES) {
    if (CHOICES[key].includes(text)) record[key] = text;
  } else if (key in DEFAULTS && key !== "compare" && key !== "data") record[key] = text;
}

/** @param {any} record @param {string} key @param {number[]} numbers */
function readList(record, key, numbers) {
  if (!numbers.every(Number.isFinite)) return;
  record[key] = key === "view" ? pairs(numbers) : numbers;
}

/** @param {number[]} numbers @returns {[number, number][]} */
const pairs = (numbers) => Array.from({ length: numbers.length >> 1 }, (_, k) => [numbers[2 * k], numbers[2 * k + 1]]);

/** A setting as it was written: a number, true or false, else the word. @param {string} text @returns {Setting} */
export function setting(text) {
  if (text === "true" || text === "false") return text === "true";
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/**
 * A hyper-parameter of a rule in this state: its own setting, the one that all share, or its default.
 * @param {Run} run
 * @param {string} rule
 * @param {{ name: string, default: Setting }} entry
 * @returns {Setting}
 */
export function valueOf(run, rule, entry) {
  const own = run.settings[`${rule}.${entry.name}`];
  if (own !== undefined) return own;
  const shared = sharedBy(rule, entry.name);
  return shared ? run[shared] : entry.default;
}

/**
 * Which of the common knobs a rule's hyper-parameter follows; RMSProp's momentum, which is 0 by default, does not.
 * @param {string} rule
 * @param {string} name
 * @returns {"learning_rate" | "momentum" | null}
 */
export function sharedBy(rule, name) {
  if (name === "learning_rate") return name;
  return name === "momentum" && (rule === "momentum" || rule === "nesterov") ? name : null;
}
