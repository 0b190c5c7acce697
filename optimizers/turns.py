"""A u-turn is a hill in the error along the path: the path crossed the valley, climbed, and came back.

Counting every interior local maximum would also count rounding noise, once a run has settled: there the error
flickers in its last digits. So a hill counts if the path climbs onto it and comes down again by more than a
sliver of the largest error so far. Measured against the past only, the sliver is blind to what comes later:
a run that diverges in the end keeps the u-turns it made before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .problem import FloatArray, IntArray

# A sum of some hundred terms carries about this much rounding error, and no screen shows a hill this flat.
SLIVER = 1e-13


def hilltops(values: FloatArray) -> NDArray[np.bool]:
    """Where the error along a path has its hilltops; both shapes are (steps+1, *batch).

    A plateau counts once, at its first step. The first and the last value are never hilltops, and nothing
    is after a NaN.
    """
    flat = values.reshape(len(values), -1)
    tops = np.zeros(flat.shape, dtype=np.bool)
    climber = _Climber(flat[0])
    with np.errstate(all="ignore"):  # a diverging run overflows; its last hill has no other side
        for step, value in enumerate(flat[1:], start=1):
            came_down = climber.move(step, value)
            tops[climber.top_at[came_down], came_down] = True
    return tops.reshape(values.shape)


class _Climber:
    """Walks along many paths at once; on each it knows the lowest or highest point since it last turned."""

    def __init__(self, start: FloatArray) -> None:
        self.extreme = start.copy()
        self.scale = np.abs(start)
        self.climbing = np.zeros(start.shape, dtype=np.bool)
        self.top_at: IntArray = np.zeros(start.shape, dtype=np.int64)

    def move(self, step: int, value: FloatArray) -> IntArray:
        """Go on to the next value of each path; returns the paths that have just come down from a hill."""
        np.fmax(self.scale, np.abs(value), out=self.scale)
        sliver = SLIVER * self.scale
        turns_up = ~self.climbing & (value > self.extreme + sliver)
        turns_down = self.climbing & (value < self.extreme - sliver)
        self.climbing ^= turns_up | turns_down
        higher = self.climbing & (value > self.extreme)
        lower = ~self.climbing & (value < self.extreme)
        self.top_at[higher] = step
        np.copyto(self.extreme, value, where=higher | lower)
        return np.flatnonzero(turns_down)


def reversals(updates: FloatArray) -> NDArray[np.bool]:
    """Where the motion turns by more than 90 degrees: update_t . update_(t-1) < 0.

    `updates` has shape (steps, *batch, d), the result (steps, *batch); the first update turns from nothing.
    """
    turned = np.zeros(updates.shape[:-1], dtype=np.bool)
    directions = _scaled(updates)
    turned[1:] = np.einsum("...d,...d->...", directions[1:], directions[:-1]) < 0
    return turned


def _scaled(updates: FloatArray) -> FloatArray:
    """Updates with largest coordinate one, so that products of tiny ones do not vanish."""
    largest = np.abs(updates).max(axis=-1, keepdims=True)
    with np.errstate(all="ignore"):  # the last update before a divergence may be infinite
        return updates / np.where(largest > 0, largest, 1.0)
