"""How far rounding alone may carry a run: the same run again, with the last bits of each evaluation shaken.

Monte Carlo arithmetic (Parker, "Monte Carlo Arithmetic", UCLA 1997): what random errors of the size of a rounding make
of a result bounds what other roundings of the same formulas can. Where the shaken runs of Python differ among
themselves, Python's own digits are not worth more, and the page is held to no more than they are.
"""

from __future__ import annotations

from itertools import cycle
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SHAKEN = 4  # runs besides the exact one
PRIME = 997  # different shakings, after which they come again
UNITS = 4.0  # in the last place: as far as mathematical libraries differ


class Shaken:
    """An objective over a batch whose last axis is (exact, shaken, shaken, ...): the exact run sees it as it is.

    Shaken is the point at which it is evaluated, which shakes each operation that follows.
    """

    def __init__(self, objective: Any, seed: int) -> None:
        self.objective = objective
        self.name, self.dimension = objective.name, objective.dimension
        noise = np.random.default_rng(seed).uniform(-UNITS, UNITS, (PRIME, 1 + SHAKEN, self.dimension))
        noise[:, 0] = 0.0
        self._factors = cycle(1.0 + noise * np.finfo(float).eps)

    def value(self, x: Array) -> Array:
        """(..., 1 + SHAKEN, d) -> (..., 1 + SHAKEN)."""
        return np.asarray(self.objective.value(x * next(self._factors)))

    def gradient(self, x: Array) -> Array:
        """(..., 1 + SHAKEN, d) in and out."""
        return np.asarray(self.objective.gradient(x * next(self._factors)))


def spread(numbers: Array, axis: int) -> Array:
    """How far the shaken results are from the exact one, at most; NaN counts as nothing where the exact one is NaN."""
    exact, *shaken = np.moveaxis(numbers, axis, 0)
    with np.errstate(all="ignore"):
        apart = [np.where(np.isnan(exact) & np.isnan(one), 0.0, np.abs(one - exact)) for one in shaken]
        largest: Array = np.max(np.where(np.isnan(apart), np.inf, apart), axis=0)
    return largest
