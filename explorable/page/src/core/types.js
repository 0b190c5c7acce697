// @ts-check
/**
 * The shapes of what Python compiles, for the type checker alone.
 *
 * @typedef {{ [name: string]: number[] | Float64Array }} Data a new object after each change: sums are kept by identity
 * @typedef {ArrayLike<number>} Point
 * @typedef {number[] | Float64Array} Out
 * @typedef {{ [name: string]: number | string | boolean }} Settings hyper-parameters by name
 *
 * @typedef {object} Objective
 * @property {string} name
 * @property {string} title
 * @property {string[]} variables
 * @property {[number, number][]} view
 * @property {number[][]} minima
 * @property {number[]} start
 * @property {string} text as it would be typed
 * @property {string} [formula] the same as SVG, where somebody has set it
 * @property {string} source
 * @property {{ hessian: number[][], eigenvalues: number[] } | null} quadratic eigenvalues from the smallest
 * @property {Data | null} data
 * @property {((p: Point, x: number) => number) | null} model
 * @property {(p: Point, data?: Data) => number} value
 * @property {(p: Point, out: Out, data?: Data) => Out} gradient
 * @property {(p: Point, out: Out, data?: Data) => number} slope gradient into out, value returned: both for little more than one
 * @property {(p: Point, out: Out, data?: Data) => Out} hessian row by row
 *
 * @typedef {object} HyperParameter
 * @property {string} name
 * @property {string} symbol
 * @property {"number" | "switch" | "choice"} kind
 * @property {number | string | boolean} default
 * @property {string} allowed in words
 * @property {string} meaning
 * @property {string[]} also its names elsewhere
 * @property {{ lowest: number, highest: number | null, lowestIncluded: boolean, highestIncluded: boolean }} [bounds]
 * @property {number} [low] where a knob begins
 * @property {number} [high]
 * @property {boolean} [logarithmic]
 * @property {(string | boolean)[]} [choices]
 *
 * @typedef {(at: Float64Array, out: Float64Array) => unknown} Gradient
 *
 * @typedef {object} Rule
 * @property {string} name
 * @property {string} title
 * @property {{ [theme: string]: string }} colors
 * @property {HyperParameter[]} hyperparameters
 * @property {{ [name: string]: string }} elsewhere what other libraries take as a hyper-parameter, and is something else
 * @property {{ words: Settings, name: string, only: unknown, message: string }[]} refusals
 * @property {(h: Settings) => boolean} splits whether kept and new part add up to the update
 * @property {(n: number, h: Settings) => Float64Array} state
 * @property {(n: number, h: Settings) => (gradient: Gradient, x: Float64Array, state: Float64Array) => void} stepper a
 *   step for these hyper-parameters, which changes x and state in place
 * @property {(gradient: Gradient, x: Float64Array, state: Float64Array, h: Settings) => void} step the same, in one
 *
 * @typedef {object} Run
 * @property {Objective} objective
 * @property {Rule} rule
 * @property {Settings} h
 * @property {Data | undefined} data
 * @property {number} steps as asked for
 * @property {Float64Array} iterates x_k at [k d, (k + 1) d), NaN after the end
 * @property {Float64Array} values
 * @property {Float64Array} gradients
 * @property {number} endedAt the last k that holds anything
 * @property {number | null} divergedAt
 * @property {number | null} undefinedAt
 * @property {number[]} turns the steps at which the path turns back across the valley
 * @property {number[]} reversals where the motion turns by more than 90 degrees
 * @property {number | null} tolerance
 * @property {number | null} firstBelow
 * @property {number | null} staysBelow
 * @property {Float64Array[]} states before steps 0, STRIDE, 2 STRIDE, ...
 */

export {};
