"""The constant learning rate with which gradient descent ends lowest after so many steps: found by trying.

Theory's best rate is the best in the long run, and after few steps another one is lower. Who compares another rule with
gradient descent owes it the best rate for the steps that are shown, be it a lucky one: the end is what is compared.
"""

from __future__ import annotations

import numpy as np

from objectives import AnyObjective
from optimizers import GradientDescent, descend
from scenes.stage.ink.drawing import Array
from scenes.stage.words.figures import as_shown

TRIES, REACH = 301, 30.0  # rates, as many times below a scale as above it
LEAST, MOST = 1e-12, 1e6  # rates


def tried_rates(scale: float) -> Array:
    """From far below a rate to far above it, with three digits, as they are shown; within what a rule takes."""
    rates = np.clip(np.geomspace(scale / REACH, scale * REACH, TRIES), LEAST, MOST)
    return np.array([as_shown(rate) for rate in rates])


def lowest_rate(objective: AnyObjective, start: Array, steps: int, scale: float) -> float:
    """The one of those round `scale` with which a run ends lowest; the smallest where all fly off."""
    rates = tried_rates(scale)
    with np.errstate(all="ignore"):
        ends = descend(objective, GradientDescent(rates), start, steps).values[-1]
    return float(rates[int(np.argmin(np.where(np.isfinite(ends), ends, np.inf)))])
