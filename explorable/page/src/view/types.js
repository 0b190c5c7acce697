/**
 * What the page is handed by its host, as types.
 *
 * @typedef {import("../core/types.js").Objective} Objective
 * @typedef {import("../core/types.js").Rule} Rule
 * @typedef {import("../core/types.js").HyperParameter} HyperParameter
 * @typedef {import("../core/types.js").Run} Run
 * @typedef {import("../core/types.js").Data} Data
 *
 * @typedef {object} Formulas objectives and rules as the compiler writes them
 * @property {Record<string, Objective>} objectives
 * @property {Record<string, Rule>} rules
 * @property {any} vocabulary of a formula that is typed
 * @property {{ dark: import("./theme.js").Palette, light: import("./theme.js").Palette }} palette
 *
 * @typedef {object} Model what a host offers, as anywidget has it
 * @property {(key: string) => any} get
 * @property {(key: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(event: string, call: (...given: any[]) => void) => void} on
 * @property {(event: string, call: (...given: any[]) => void) => void} [off]
 *
 * @typedef {object} Preset a clip of the lecture, as the page begins with it
 * @property {string} name
 * @property {string} title
 * @property {Partial<import("./state.js").State>} state
 * @property {string} [scene] of the lecture, if it has another name
 * @property {string[]} [takes] the parameters of the clip that a state can fill
 * @property {number} [variables] of the objectives that the clip takes; two, unless it says so
 */

export {};
