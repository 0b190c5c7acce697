"""A plane of runs: what learning rate and momentum do to one parabola, for as many of them as a picture has pixels.

Near a minimum an objective falls apart into parabolas l w^2 / 2, one for each eigenvalue l of its Hessian. `settling`
runs a rule whose hyper-parameters are arrays on such a parabola, from w = 1, and keeps of each run no more than what a
picture shows: after how many steps it has settled, or that it grows. `descend` would record every iterate, which for a
million runs is more than a memory holds. The plane is run in tiles: a tile's arrays stay in the processor's cache, and
a tile in which nothing happens any more is left.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from objectives.errors import UsageError

from .names import MOST, made_once, name_of_rule
from .problem import FloatArray, IntArray
from .rules import Rule

TILE = 64  # runs a side
LOOK = 8  # steps between two looks at whether a tile may be left
ASLEEP = 1e-3  # of the tolerance: two iterates in a row that small do not come back above it
GROWN = 1e6  # of the start: a run that is that far out has diverged


@dataclass(frozen=True)
class Parabola:
    """l w^2 / 2, for `descend`: the objective behind a plane."""

    curvature: float
    name: str = "parabola"
    dimension: int = 1

    def value(self, x: FloatArray) -> FloatArray:
        """(..., 1) -> (...)."""
        return np.asarray(self.curvature / 2 * x[..., 0] ** 2)

    def gradient(self, x: FloatArray) -> FloatArray:
        """(..., 1) -> (..., 1)."""
        return np.asarray(self.curvature * x)

    def hessian(self, x: FloatArray) -> FloatArray:
        """(..., 1) -> (..., 1, 1)."""
        return np.full((*x.shape, 1), self.curvature)

    __call__ = tried = gradient  # what a step is told of it


class Settling(NamedTuple):
    """What became of each run: `steps` is the first step from which |w| stays below the tolerance, -1 if there is none
    within the limit; `diverges` where it went farther out in the second half of its steps than ever in the first."""

    steps: IntArray
    diverges: NDArray[np.bool]


def settling(rule: Rule[Any], curvature: float, tolerance: float, limit: int) -> Settling:
    """Run a rule with hyper-parameters over a plane (rows, columns) on a parabola from w = 1, `limit` steps at most.

    A small plane is kept. Raises `UsageError` if the hyper-parameters do not span a plane.
    """
    if len(rule.batch_shape) != 2:
        raise UsageError(f"A plane of runs has rows and columns, not the shape {rule.batch_shape}.")
    is_kept = rule.says_all and math.prod(rule.batch_shape) <= MOST
    name = (*name_of_rule(rule), curvature, tolerance, limit) if is_kept else None
    return made_once(name, lambda: _in_tiles(rule, curvature, tolerance, limit))


def _in_tiles(rule: Rule[Any], curvature: float, tolerance: float, limit: int) -> Settling:
    steps, diverges = np.empty(rule.batch_shape, dtype=np.int64), np.empty(rule.batch_shape, dtype=np.bool)
    for tile in _tiles(rule.batch_shape):
        steps[tile], diverges[tile] = _settled(_part(rule, tile), curvature, tolerance, limit)
    for found in (steps, diverges):
        found.flags.writeable = False
    return Settling(steps, diverges)


def slowest(planes: list[Settling]) -> Settling:
    """Several curvatures at once: the slowest one counts, and one that grows is enough."""
    steps, diverges = (np.stack(parts) for parts in zip(*planes, strict=True))
    slowest_steps = np.where((steps < 0).any(axis=0), -1, steps.max(axis=0))
    return Settling(slowest_steps, np.asarray(diverges.any(axis=0)))


def positions(rule: Rule[Any], curvature: float, steps: int) -> FloatArray:
    """w_0 = 1, w_1, ... of a single run on a parabola: shape (steps+1,)."""
    walk = _walk(rule, curvature)
    with np.errstate(all="ignore"):
        return np.array([1.0, *(float(next(walk)[0]) for _ in range(steps))])


def _walk(rule: Rule[Any], curvature: float) -> Iterator[FloatArray]:
    """w_1, w_2, ... of all runs, each (*batch, 1)."""
    x, parabola = np.ones((*rule.batch_shape, 1)), Parabola(curvature)
    state = rule.init(x)
    while True:
        x, state = rule.step(parabola, x, state)
        yield x


def _settled(rule: Rule[Any], curvature: float, tolerance: float, limit: int) -> Settling:
    before = np.ones(rule.batch_shape)
    early, late = np.ones(rule.batch_shape), np.zeros(rule.batch_shape)
    above = np.full(rule.batch_shape, 0 if tolerance <= 1 else -1)
    with np.errstate(all="ignore"):  # a run that overflows has diverged
        for k, x in zip(range(1, limit + 1), _walk(rule, curvature), strict=False):
            away = np.abs(x[..., 0])
            np.copyto(above, k, where=~(away < tolerance))
            half = early if 2 * k <= limit else late
            np.fmax(half, away, out=half)
            if k % LOOK == 0 and _over(before, away, tolerance).all():
                break
            before = away
    diverges: Any = np.logical_or(late > early, ~(away < GROWN))
    return Settling(np.where((above < limit) & ~diverges, above + 1, -1), diverges)


def _over(before: FloatArray, away: FloatArray, tolerance: float) -> NDArray[np.bool]:
    """Where nothing happens any more: asleep, or gone."""
    return np.asarray((np.fmax(before, away) < ASLEEP * tolerance) | ~(away < GROWN))


def _tiles(shape: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    corners = product(*(range(0, length, TILE) for length in shape))
    return (tuple(slice(start, start + TILE) for start in corner) for corner in corners)


def _part(rule: Rule[Any], tile: tuple[slice, ...]) -> Rule[Any]:
    """The rule for one tile of its plane."""
    values = {entry.name: getattr(rule, entry.name) for entry in rule.hyperparameters()}
    arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    return replace(rule, **{name: np.broadcast_to(a, rule.batch_shape)[tile] for name, a in arrays.items()})
