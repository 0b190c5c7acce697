"""Down a line as far as it is good: the length of a step is looked for, not set.

A line search knows a place, a direction that leads down, and the height on the way (Armijo) or the slope on the way
(exact). It looks at many lengths at once for all runs of a batch, and stops when the last of them is content.

Sources: Armijo 1966, "Minimization of functions having Lipschitz continuous first partial derivatives"; Nocedal and
Wright 2006, "Numerical optimization", chapter 3; Dowell and Jarratt 1971 (the Illinois method).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ..hyperparameters import Numbers, over_batch
from ..problem import FloatArray
from .base import GradientFunction, dot, height

Rise: TypeAlias = Callable[[FloatArray], FloatArray]

DOUBLINGS, SHORTENINGS, NARROWINGS = 60, 1000, 100  # at most: a double has no more room
SHARE, SHRINK = 1e-4, 0.5  # of the first order's promise that a step has to keep; what a length is shortened by
NARROW = 4 * np.finfo(np.float64).eps


def backtracked(
    gradient: GradientFunction,
    x: FloatArray,
    direction: FloatArray,
    first: Numbers,
    shrink: Numbers = SHRINK,
    share: Numbers = SHARE,
) -> FloatArray:
    """The first of the lengths first, shrink first, shrink^2 first, ... that is worth it: (*batch, 1).

    Worth it (Armijo): f(x + s direction) <= f(x) + share s gradient(x) . direction. A place without a value is not.
    """
    here, promise = height(gradient, x), over_batch(share) * dot(gradient(x), direction)
    length: FloatArray = np.zeros_like(here) + over_batch(first)
    with np.errstate(all="ignore"):
        for _ in range(SHORTENINGS):
            worth_it = height(gradient, x + length * direction) <= here + length * promise
            short = ~worth_it & np.isfinite(here)
            if not short.any():
                break
            length = np.where(short, over_batch(shrink) * length, length)
    return length


def exact_length(gradient: GradientFunction, x: FloatArray, direction: FloatArray, first: Numbers) -> FloatArray:
    """The length s > 0 at which the way along a direction that leads down has its lowest point: (*batch, 1).

    It is where the slope along the direction vanishes: lengths are doubled from `first` on until the way no longer
    goes down (or is not defined), and in between the zero is narrowed down to the last digits. Of several lowest points
    it is one that lies before the first length found to go up; a way that never goes up has none, and the longest
    length tried comes back.
    """

    def rise(length: FloatArray) -> FloatArray:
        return dot(gradient.tried(x + length * direction), direction)

    with np.errstate(all="ignore"):
        low: FloatArray = np.zeros_like(dot(x, x))
        at_low, high = dot(gradient(x), direction), low + over_batch(first)
        at_high = rise(high)
        for _ in range(DOUBLINGS):
            falls = at_high < 0
            if not falls.any():
                break
            low, at_low = np.where(falls, high, low), np.where(falls, at_high, at_low)
            high = np.where(falls, 2.0 * high, high)
            at_high = np.where(falls, rise(high), at_high)
        return _narrowed(rise, low, at_low, high, at_high)


def _narrowed(rise: Rise, low: FloatArray, at_low: FloatArray, high: FloatArray, at_high: FloatArray) -> FloatArray:
    """The zero of a function between a place where it is below 0 and one where it is not, or is not known.

    The Illinois method: an end that stays while the other moves twice counts half, so that it moves as well.
    """
    before = np.zeros(low.shape)  # which end moved last: -1 the low one, 1 the high one
    for _ in range(NARROWINGS):
        wide = (high - low > NARROW * high) & (at_low < 0) & ~(at_high <= 0)
        if not wide.any():
            break
        secant = (low * at_high - high * at_low) / (at_high - at_low)
        middle = np.where((secant > low) & (secant < high), secant, (low + high) / 2)
        at_middle = rise(middle)
        moved = np.where(wide, np.where(at_middle < 0, -1.0, 1.0), 0.0)
        again = moved * before > 0
        at_low = np.where(moved < 0, at_middle, np.where((moved > 0) & again, at_low / 2, at_low))
        at_high = np.where(moved > 0, at_middle, np.where((moved < 0) & again, at_high / 2, at_high))
        low, high = np.where(moved < 0, middle, low), np.where(moved > 0, middle, high)
        before = moved
    return np.where(at_high <= 0, high, low)
