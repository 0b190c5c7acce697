// @ts-check
/** The numbers of `optimizers/trajectory.py` and `optimizers/turns.py`; a test holds them to those. */

export const MOST_STEPS = 1_000_000;
export const MOST_NUMBERS = 100_000_000;

/** A coordinate that is larger got there by diverging. */
export const FAR = 1e100;

/** What a u-turn goes back by at least: this share of the farthest that the path has been from its start. */
export const SEEN = 0.02;

/** What moves by less than this share of its coordinates rests. */
export const RESTS = 1e-9;
