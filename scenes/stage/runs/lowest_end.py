"""The constant learning rate with which gradient descent ends lowest after so many steps: found by trying.

Theory's best rate is the best in the long run, and after few steps another one is lower. Who compares another rule with
gradient descent owes it the best rate for the steps that are shown. A run is judged by its highest value in the last
steps, because the last one of a run that swings may be a dip.
"""

from __future__ import annotations

import numpy as np

from objectives import AnyObjective
from optimizers import GradientDescent, descend
from scenes.stage.ink.drawing import Array

TRIES, REACH = 301, 30.0  # rates, as many times below a scale as above it
JUDGED = 10  # last steps, of which the highest value counts


def tried_rates(scale: float) -> Array:
    """From far below a rate to far above it, with three digits, as they are shown."""
    return np.array([float(f"{rate:.3g}") for rate in np.geomspace(scale / REACH, scale * REACH, TRIES)])


def lowest_rate(objective: AnyObjective, start: Array, steps: int, scale: float) -> float:
    """The one of those round `scale` with which a run ends lowest; the smallest where all fly off."""
    rates = tried_rates(scale)
    with np.errstate(all="ignore"):
        values = descend(objective, GradientDescent(rates), start, steps).values[1:][-JUDGED:]
    return float(rates[int(np.argmin(np.where(np.isfinite(values), values, np.inf).max(axis=0)))])
