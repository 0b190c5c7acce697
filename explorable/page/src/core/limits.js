// @ts-check
/** The numbers of `optimizers/trajectory.py` and `optimizers/turns.py`; a test holds them to those. */

export const MOST_STEPS = 1_000_000;
export const MOST_NUMBERS = 100_000_000;

/** A coordinate that is larger got there by diverging. */
export const FAR = 1e100;

/** What a hill is more than: this share of the largest error so far. */
export const SLIVER = 1e-13;
