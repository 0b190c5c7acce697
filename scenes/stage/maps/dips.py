"""A dip of a landscape: the ground round a low place that water would fill before it finds a way down or out.

Its rim is the level of the lowest pass: below it the dip is closed, and a ball in it has to climb to get out. Found on
the map's grid by filling: the highest level whose region round the place holds nothing lower and stays in the window.
The grid's lowest pass lies beside the landscape's own; that one is a saddle, and its height depends on no window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from contourpy import LineType, contour_generator
from scipy import ndimage

from objectives import AnyObjective
from scenes.stage.ink.drawing import Array
from scenes.stage.maps.contour_map import Surface, heights
from scenes.stage.panels.plot import Range

SAME = 1e-3  # of the heights in the window: so much lower is another dip, and not the grid
HALVINGS = 30
SHALLOW = 1e-4  # of the heights in the window: no dip
NEWTON, NEAR = 20, 3.0  # steps to the saddle, and how far it may lie from the grid's pass, in cells
BELOW = 0.03  # of the depth, below the rim: where the rim's line is drawn, so that it is closed


@dataclass(frozen=True, eq=False)
class Dip:
    """`bottom` and `rim` are levels, `share` is the depth between them as a share of the heights in the window, and the
    rim's lowest place is the `way_out` (2,); `outline` (n, 2) is the closed line just below the rim, and `inside`
    (samples, samples) the grid's points below."""

    bottom: float
    rim: float
    share: float
    outline: Array
    inside: npt.NDArray[np.bool_]
    axes: tuple[Array, Array]
    way_out: Array

    def holds(self, points: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Which points (n, 2) lie in the dip, as fine as the grid is."""
        at = np.asarray(points, dtype=float).reshape(-1, 2)
        near = [np.abs(at[:, k, None] - axis).argmin(axis=1) for k, axis in enumerate(self.axes)]
        steps = [axis[1] - axis[0] for axis in self.axes]
        close = np.all([np.abs(at[:, k] - self.axes[k][near[k]]) <= steps[k] for k in (0, 1)], axis=0)
        return np.asarray(self.inside[near[1], near[0]] & close)


def dip_round(objective: AnyObjective, view: tuple[Range, Range], place: npt.ArrayLike) -> Dip | None:
    """The dip round a place (2,); None if there is none, or if it lies outside the window."""
    across, up, values = heights(objective, *view)
    x, y = np.asarray(place, dtype=float)
    if not (view[0][0] <= x <= view[0][1] and view[1][0] <= y <= view[1][1]):
        return None
    values = np.where(np.isfinite(values), values, np.inf)
    seed = int(np.abs(up - y).argmin()), int(np.abs(across - x).argmin())
    span = float(np.ptp(values[np.isfinite(values)]))
    if not np.isfinite(values[seed]) or span <= 0:
        return None
    low, high = float(values[seed]), float(np.max(values[np.isfinite(values)]))
    bottom = float(objective.value(np.array([x, y])))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (
            (low, middle) if _spills(_filled(values, seed, middle), values, bottom - SAME * span) else (middle, high)
        )
    if low - bottom < SHALLOW * span:
        return None
    level = low - BELOW * (low - bottom)
    inside = _filled(values, seed, low)
    row, column = np.unravel_index(np.where(values > low, values, np.inf).argmin(), values.shape)
    cell = np.array([across[1] - across[0], up[1] - up[0]])
    beside = np.array([across[column], up[row]])
    saddle = saddle_beside(objective, beside, NEAR * cell)
    rim, way_out = (low, beside) if saddle is None else (float(objective.value(saddle)), saddle)
    outline = _line(across, up, values, inside, level)
    return Dip(bottom, rim, (rim - bottom) / span, outline, inside, (across, up), way_out)


def saddle_beside(objective: AnyObjective, place: Array, reach: Array) -> Array | None:
    """The saddle (2,) beside a place (2,), by Newton's steps on the gradient; None if they lead further than
    `reach` (2,) from it, or to no saddle."""
    at = place
    for _ in range(NEWTON):
        with np.errstate(all="ignore"):
            slope, bend = objective.gradient(at), objective.hessian(at)
        if not (np.isfinite(slope).all() and np.isfinite(bend).all() and np.linalg.det(bend) < 0):
            return None
        at = at - np.linalg.solve(bend, slope)
        if (np.abs(at - place) > reach).any():
            return None
    return np.asarray(at)


def joined(objective: Surface, view: tuple[Range, Range], places: npt.ArrayLike, level: float) -> bool:
    """Whether places (n, 2) of a window lie in one region below a level: there is a way that never climbs above it."""
    across, up, values = heights(objective, *view)
    at = np.asarray(places, dtype=float)
    (left, right), (bottom, top) = view
    if not ((at >= (left, bottom)) & (at <= (right, top))).all():
        return False
    seeds = [(int(np.abs(up - y).argmin()), int(np.abs(across - x).argmin())) for x, y in at]
    low = np.where(np.isfinite(values), values, np.inf) <= level
    for seed in seeds:  # the place itself is below the level where the grid's nearest point may not be
        low[seed] = True
    parts, _ = ndimage.label(low, structure=np.ones((3, 3)))
    return len({int(parts[seed]) for seed in seeds}) == 1


def _filled(values: Array, seed: tuple[int, int], level: float) -> npt.NDArray[np.bool_]:
    """The connected region below a level that holds a point of the grid."""
    parts, _ = ndimage.label(values <= level)
    return np.asarray((parts == parts[seed]) & (parts[seed] > 0))


def _spills(part: npt.NDArray[np.bool_], values: Array, lower: float) -> bool:
    """Whether a region reaches the edge of the window, or a lower place."""
    edge = part[0].any() or part[-1].any() or part[:, 0].any() or part[:, -1].any()
    return bool(edge or (part.any() and values[part].min() < lower))


def _line(across: Array, up: Array, values: Array, inside: npt.NDArray[np.bool_], level: float) -> Array:
    """The closed contour (n, 2) round a region, the longest of those at the level."""
    near = ndimage.binary_dilation(inside, iterations=2)
    kept = np.where(near, values, np.max(values[np.isfinite(values)]))
    lines = contour_generator(across, up, kept, line_type=LineType.Separate).lines(level)
    return max((np.asarray(line) for line in lines), key=len, default=np.zeros((0, 2)))
