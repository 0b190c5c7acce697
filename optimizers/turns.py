"""A u-turn is where a path that crosses a valley turns back, by more than can be overlooked.

It is told by the path, not by the error: a path that turns at the wall of a valley has climbed, but a path may climb
and go on, and near a minimum an error has hills that no picture shows. So a u-turn is an extreme of the coordinate
across the valley; and the path has come there, and goes back from there, by more than a share of the farthest that it
has been from its start. Across is the direction in which the gradient has changed most on the way, the one in which
the ground is bent most. In one dimension there is but one direction.

A share of what lies behind: so what comes later takes back no u-turn, and a run that diverges in the end keeps those
it made before. The hills of the error along the path are counted, too (`hilltops`): sources count them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .problem import FloatArray, IntArray

SEEN = 0.02  # of the farthest that a path has been from its start: a swing that is less is overlooked
RESTS = 1e-9  # of its coordinates: what moves less rests, wherever it has started
# A sum of some hundred terms carries about this much rounding error, and no screen shows a hill this flat.
SLIVER = 1e-13


def u_turns(iterates: FloatArray, gradients: FloatArray, seen: float = SEEN) -> NDArray[np.bool]:
    """Where paths turn back across the valley.

    Iterates x_k and the gradients there have shape (steps+1, *batch, d), the result (steps+1, *batch). The first and
    the last iterate are never u-turns, and nothing is after a NaN. What is `seen` is a share of the farthest; with 0
    every turn is one that is no rest.
    """
    with np.errstate(all="ignore"):  # a diverging run overflows; where it has no width, it has no u-turn
        direction = across(gradients)
        # Coordinate by coordinate: the sum over a short last axis is slow, and one infinite coordinate is enough.
        line = sum(iterates[..., i] * direction[..., i] for i in range(iterates.shape[-1]))
        away = np.sqrt(np.square(iterates - iterates[0]).sum(axis=-1))
        least = np.fmax(seen * away, RESTS * np.abs(iterates).max(axis=-1))
        return np.asarray(extremes(np.asarray(line), np.fmax.accumulate(least)) != 0)


def across(gradients: FloatArray) -> FloatArray:
    """The unit vector (*batch, d) along which the gradient changes most from step to step, in the mean of squares.

    On a quadratic, changes of the gradient are the Hessian times the steps: the direction of the largest curvature
    wins, unless hardly a step went that way.
    """
    changes = np.diff(gradients, axis=0)
    changes = np.where(np.isfinite(changes).all(axis=-1, keepdims=True), changes, 0.0)
    largest = np.abs(changes).max(axis=(0, -1), keepdims=True, initial=0.0)
    changes = changes / np.where(largest > 0, largest, 1.0)
    spread = np.einsum("t...i,t...j->...ij", changes, changes)
    return np.asarray(np.linalg.eigh(spread)[1][..., -1])


def hilltops(values: FloatArray) -> NDArray[np.bool]:
    """Where the error along a path has its hilltops; both shapes are (steps+1, *batch).

    A hill counts if the path climbs onto it and comes down again by more than a sliver of the largest error so far:
    a run that has settled flickers in its last digits. A plateau counts once, at its first step. The first and the
    last value are never hilltops, and nothing is after a NaN.
    """
    with np.errstate(all="ignore"):  # a diverging run overflows; its last hill has no other side
        return np.asarray(extremes(values, np.fmax.accumulate(SLIVER * np.abs(values))) > 0)


def extremes(lines: FloatArray, least: FloatArray) -> IntArray:
    """Where sequences turn, by more than `least` before and after: 1 at a top, -1 at a bottom, 0 elsewhere.

    All shapes are (steps+1, *batch). Of equal neighbours the first is the extreme.
    """
    flat, bounds = lines.reshape(len(lines), -1), least.reshape(len(lines), -1)
    found = np.zeros(flat.shape, dtype=np.int64)
    walker = _Walker(flat[0])
    for step, (value, bound) in enumerate(zip(flat[1:], bounds[1:], strict=True), start=1):
        for way, at, turned in walker.move(step, value, bound):
            found[at[turned], turned] = way
    return found.reshape(lines.shape)


class _Walker:
    """Walks along many sequences at once; on each it knows the highest and the lowest since it last turned."""

    def __init__(self, start: FloatArray) -> None:
        self.high, self.low = start.copy(), start.copy()
        self.high_at, self.low_at = (np.zeros(start.shape, dtype=np.int64) for _ in range(2))
        self.way = np.zeros(start.shape, dtype=np.int64)  # 1 upwards, -1 downwards, 0 as long as it is not yet known

    def move(self, step: int, value: FloatArray, least: FloatArray) -> list[tuple[int, IntArray, IntArray]]:
        """Go on to the next value of each; the ways, places and sequences of the extremes that this shows."""
        falls = (self.way >= 0) & (value < self.high - least)
        rises = (self.way <= 0) & ~falls & (value > self.low + least)
        tops, bottoms = np.flatnonzero(falls & (self.way > 0)), np.flatnonzero(rises & (self.way < 0))
        found = [(1, self.high_at.copy(), tops), (-1, self.low_at.copy(), bottoms)]
        self.way[falls], self.way[rises] = -1, 1
        for best, at, better in (
            (self.high, self.high_at, rises | (value > self.high)),
            (self.low, self.low_at, falls | (value < self.low)),
        ):
            np.copyto(best, value, where=better)
            at[better] = step
        return found


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
