"""The quadratic that touches an objective at a place: the same value, the same slope, the same curvatures.

Along the two directions in which the Hessian bends it purely, it is a parabola each: Newton's step goes to where both
are level, which is their bottom only where both curvatures are positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.ndimage import minimum_filter

from objectives import AnyObjective
from optimizers import descend
from optimizers.rules import Newton
from optimizers.rules.curvature import solved
from scenes.stage.ink.drawing import Array
from scenes.stage.maps.contour_map import heights
from scenes.stage.words.figures import as_shown

FLAT = 1e-9  # of the largest curvature: none
GRID, DIPS, POLISH = 41, 12, 30  # of the search for minima: points a side, dips that are looked at, Newton steps
LEVEL = 1e-6  # of the first slope: none
MINIMUM, SADDLE, PEAK = "a minimum", "a saddle", "a peak"


@dataclass(frozen=True, eq=False)
class Touching:
    """At `place` (2,): `height`, `slope` (2,) and `hessian` (2, 2) of an objective; NaN where it has none."""

    place: Array
    height: float
    slope: Array
    hessian: Array

    def value(self, x: npt.ArrayLike) -> Array:
        """The quadratic's values (...) at points (..., 2)."""
        way = np.asarray(x, dtype=float) - self.place
        bent = np.einsum("...i,ij,...j->...", way, self.hessian, way) / 2
        return np.asarray(self.height + way @ self.slope + bent)

    @cached_property
    def bends(self) -> tuple[Array, Array]:
        """The curvatures (2,), the smaller first, and in the rows of a (2, 2) the directions that have them.

        Directions point downhill. Curvatures are NaN where there is no Hessian; the directions are then the axes.
        """
        if not np.isfinite(self.hessian).all():
            return np.full(2, np.nan), np.eye(2)
        curvatures, columns = np.linalg.eigh(self.hessian)
        downhill = np.where(columns.T @ self.slope > 0, -1.0, 1.0)
        return curvatures, columns.T * downhill[:, np.newaxis]

    @property
    def curvatures(self) -> Array:
        return self.bends[0]

    @property
    def slopes(self) -> Array:
        """The slope along each direction (2,): 0 or negative."""
        with np.errstate(all="ignore"):
            return np.asarray(self.bends[1] @ self.slope)

    @property
    def level(self) -> Array:
        """Where it is level (2,): where Newton's step leads; not finite where the Hessian is singular."""
        return np.asarray(self.place - solved(self.hessian, self.slope))

    @property
    def kind(self) -> str:
        """What it is where it is level: a minimum, a saddle or a peak; nothing where a curvature is none."""
        return kind_of(self.curvatures)

    @property
    def ratio(self) -> float:
        """How many times the larger curvature the smaller one is; 0 unless both are positive."""
        low, high = self.curvatures
        return float(high / low) if self.kind == MINIMUM else 0.0


def touching(objective: AnyObjective, place: Array) -> Touching:
    """The quadratic that touches an objective at a place (2,)."""
    with np.errstate(all="ignore"):
        return Touching(
            place, float(objective.value(place)), objective.gradient(place), np.asarray(objective.hessian(place))
        )


def kind_of(curvatures: Array) -> str:
    """What a level place with these curvatures (2,) is, the smaller first."""
    if not np.isfinite(curvatures).all() or np.abs(curvatures).min() <= FLAT * np.abs(curvatures).max():
        return ""
    low, high = curvatures
    return MINIMUM if low > 0 else PEAK if high < 0 else SADDLE


def rest(objective: AnyObjective, place: Array, first_slope: float) -> str:
    """What a run rests on at a place (2,) where there is next to no slope, beside the first one; else nothing."""
    here = touching(objective, place)
    if not np.linalg.norm(here.slope) <= LEVEL * first_slope:
        return ""
    return here.kind


def best_rate(curvatures: Array) -> float:
    """The best learning rate for both curvatures, if they are positive; else the inverse of the larger bend; else 1.

    `optimizers.theory.best_gradient_descent` says why: 2/(l_1 + l_2).
    """
    bend = float(np.max(np.abs(curvatures))) if np.isfinite(curvatures).all() else 0.0
    rate = 2.0 / float(curvatures.sum()) if kind_of(curvatures) == MINIMUM else 1.0 / bend if bend else 1.0
    return as_shown(min(max(rate, 1e-12), 1e6))


def known_minima(objective: AnyObjective) -> Array:
    """The minima that are listed (n, 2); else those that are found in the window."""
    return np.array(objective.minima or found_minima(objective)).reshape(-1, 2)


def found_minima(objective: AnyObjective) -> list[Array]:
    """Where Newton's steps from the dips of a grid over the window come to rest in a minimum, each (2,)."""
    across, up, values = heights(objective, objective.view[0], objective.view[1], GRID)
    values = np.where(np.isfinite(values), values, np.inf)
    rows, columns = np.nonzero((values == minimum_filter(values, 3, mode="nearest")) & np.isfinite(values))
    starts = np.stack([across[columns], up[rows]], axis=1)[:DIPS]
    if not len(starts):
        return []
    found: list[Array] = []
    steep = float(np.max(np.abs(objective.gradient(starts)), initial=0.0, where=np.isfinite(starts))) or 1.0
    for end in descend(objective, Newton(), starts, POLISH).iterates[-1]:
        near = any(np.linalg.norm(end - other) < 1e-6 * (1 + np.linalg.norm(end)) for other in found)
        if np.isfinite(end).all() and not near and rest(objective, end, steep) == MINIMUM:
            found.append(end)
    return found
