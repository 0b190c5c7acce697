"""The u-turns of a path in a valley: where it stops going across and comes back, by more than can be overlooked.

Across is the direction in which the ground is bent most where the run ends. A turn is an extreme of the coordinate in
that direction, if from there to the next one it is further than a share of the picture.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from objectives import AnyObjective
from optimizers import Trajectory
from scenes.stage.ink.drawing import Array
from scenes.stage.panels.plot import Range

SEEN = 0.02  # of the longer side of the window: how wide a swing is at least


def across(objective: AnyObjective, place: Array) -> Array:
    """The unit vector (2,) of the largest curvature at a place; along the first axis where there is none."""
    with np.errstate(all="ignore"):
        bent = np.asarray(objective.hessian(place), dtype=float)
    if not np.isfinite(bent).all():
        return np.array([1.0, 0.0])
    curvatures, directions = np.linalg.eigh(bent)
    return np.asarray(directions[:, int(np.abs(curvatures).argmax())])


def extremes(line: Array, least: float) -> list[int]:
    """Where a sequence (n,) turns: its extremes, each at least `least` from the one before and from what follows."""
    found: list[int] = []
    best, way = 0, 0  # the extreme so far, and whether it is sought upwards (1) or downwards (-1)
    for k, value in enumerate(line):
        if way == 0:
            if abs(value - line[0]) >= least:
                best, way = k, int(np.sign(value - line[0]))
        elif way * (value - line[best]) >= 0:
            best = k
        elif abs(value - line[best]) >= least:
            found.append(best)
            best, way = k, -way
    return found


def turns_of(run: Trajectory, objective: AnyObjective, view: tuple[Range, Range]) -> npt.NDArray[np.int_]:
    """The iterates (m,) at which a run turns back across the valley."""
    path = run.iterates[: run.ended_at + 1]
    path = path[np.isfinite(path).all(axis=1)]
    with np.errstate(all="ignore"):
        line = path @ across(objective, path[-1])
    size = float(np.ptp(np.array(view), axis=1).max())
    return np.array(extremes(line[np.isfinite(line)], SEEN * size), dtype=int)
