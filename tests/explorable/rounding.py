"""How far rounding alone may carry a result: of a formula by adding up, of a run by shaking.

A formula is a list of steps, so the errors of each can be added up. A run feeds on itself: the same run is made again,
with the last bits of each evaluation shaken. Monte Carlo arithmetic (Parker, "Monte Carlo Arithmetic", UCLA 1997): what
random errors of the size of a rounding make of a result bounds what other roundings of the same formulas can. Where the
shaken runs of Python differ among themselves, its own digits are not worth more, and the page is held to no more.
"""

from __future__ import annotations

from itertools import cycle
from typing import Any

import numpy as np
from numpy.typing import NDArray

from objectives.kernels import KERNELS
from objectives.tape import Step, Tape

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


def tape_bound(tape: Tape, columns: list[Array]) -> Array:
    """How far roundings may carry the results of a tape: a bound for each, shape (results, *batch).

    Running error analysis (Wilkinson; Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.3):
    each step passes on the errors of its inputs, and adds some units of its own. How it passes them on is measured, at
    the ends of the interval that an input may be in.
    """
    values: list[Array] = []
    errors: list[Array] = []
    shape = np.broadcast_shapes(*map(np.shape, columns))
    with np.errstate(all="ignore"):
        for step in tape.steps:
            value, error = _stepped(step, values, errors, columns, shape)
            values.append(value)
            errors.append(error)
    return np.array([errors[place] for place in tape.results])


def _stepped(
    step: Step, values: list[Array], errors: list[Array], columns: list[Array], shape: tuple[int, ...]
) -> tuple[Array, Array]:
    if step.kernel == "input":
        return np.broadcast_to(columns[int(step.value)], shape), np.zeros(shape)
    if step.kernel == "number":
        return np.asarray(np.float64(step.value)), np.zeros(shape)
    inputs = [values[place] for place in step.inputs]
    value = np.broadcast_to(KERNELS[step.kernel](*inputs), shape)
    error = UNITS * np.finfo(float).eps * np.abs(value)
    for k, place in enumerate(step.inputs):
        if not errors[place].any():
            continue
        for end in (-errors[place], errors[place]):
            moved = KERNELS[step.kernel](*inputs[:k], inputs[k] + end, *inputs[k + 1 :])
            error = error + np.where(np.isfinite(value), np.abs(moved - value), 0.0)
    return value, np.where(np.isnan(error), np.inf, error)


def apart(found: Array, wanted: Array) -> Array:
    """How far two results are from each other; 0 where both are infinite alike, or NaN."""
    same = (found == wanted) | (np.isnan(found) & np.isnan(wanted))
    with np.errstate(all="ignore"):
        distance = np.abs(found - wanted)
    return np.where(same, 0.0, np.where(np.isnan(distance), np.inf, distance))
