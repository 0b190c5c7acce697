"""The ground of a terrain: an objective over its view as a landscape of arrays.

East and north are units of the screen, as on the map that the terrain turns into; up is the value on a height scale.
The scale is linear where the landscape is. Where towers would press everything else into the plain, it is logarithmic,
and the picture says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, Protocol, Self

import numpy as np
import numpy.typing as npt
from scipy.spatial import ConvexHull

from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box
from scenes.stage.maps.contour_map import settled
from scenes.stage.panels.plot import Range
from scenes.stage.terrain.orbit import View

FEWEST, MOST = 101, 301  # grid points a side: smooth rings round a summit; facets that cost more than their pixels
FULL_SIZE = 135.0  # pixels to a unit of the screen, at 1080p
NEARLY = 1.2  # times as fine as it is, a grid of other cells may be asked to be
BENT = 6e-4  # how far, as a share of the height, the ground may bend away from its facets, in the mean
TOWERS = 0.08  # of the height: with its median lower than that, a landscape needs a logarithm
PIT = 0.02  # of the ground; what reaches deeper than it by many times the height is cut off, too
SUMMIT = 10.0  # what rises above so many times the highest 0.5 % is cut off: a pole has no top
Kind = Literal["linear", "log"]


class Landscape(Protocol):
    """What a terrain needs of an objective."""

    def value(self, x: Array) -> Array: ...

    def gradient(self, x: Array) -> Array: ...


@dataclass(frozen=True)
class HeightScale:
    """From values to heights between 0 and 1: linear, or the logarithm of 1 + share / softness."""

    low: float
    high: float
    softness: float | None = None

    @property
    def kind(self) -> Kind:
        return "linear" if self.softness is None else "log"

    def share(self, values: npt.ArrayLike) -> Array:
        """Where values lie between the lowest and the highest, from 0 to 1; beyond, cut off."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(np.clip((np.asarray(values, dtype=float) - self.low) / (self.high - self.low), 0, 1))

    def height(self, values: npt.ArrayLike) -> Array:
        """Heights of values, from 0 to 1."""
        share = self.share(values)
        return share if self.softness is None else np.log1p(share / self.softness) / np.log1p(1 / self.softness)

    def share_at(self, heights: npt.ArrayLike) -> Array:
        """The share that has a height, both from 0 to 1: the inverse of `height`."""
        up = np.asarray(heights, dtype=float)
        return up if self.softness is None else np.asarray(self.softness * np.expm1(up * np.log1p(1 / self.softness)))

    def slope(self, values: npt.ArrayLike) -> Array:
        """How fast the height grows with the value; 0 where it is cut off."""
        share = self.share(values)
        inside = (share < 1) / (self.high - self.low)
        if self.softness is None:
            return np.asarray(inside)
        return np.asarray(inside / ((share + self.softness) * np.log1p(1 / self.softness)))


def height_scale(values: Array, kind: Kind | None = None) -> HeightScale:
    """The scale that shows a landscape; `kind` None chooses by how its median lies."""
    finite = settled(values)
    low, middle, top = (float(v) for v in np.quantile(finite, [0.0, 0.5, 0.995]))
    high = min(float(finite.max()), low + SUMMIT * (top - low)) if top > low else float(finite.max())
    deep = float(np.quantile(finite, PIT))
    low = max(low, deep - SUMMIT * (top - deep)) if top > deep else low
    if high <= low:
        return HeightScale(low - 0.5, low + 0.5)
    median = (middle - low) / (high - low)
    log = kind == "log" or (kind is None and 0 < median < TOWERS and not _is_hill(values, low, high))
    return HeightScale(low, high, max(median, 1e-12) / 3 if log else None)


def _is_hill(values: Array, low: float, high: float) -> bool:
    """Whether the highest of a grid is a summit within it: neither a wall at the rim nor a pole that was cut off."""
    if values.ndim < 2 or np.nanmax(values) > high:
        return False
    rim = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    return bool(np.max(rim[np.isfinite(rim)], initial=low) < (low + high) / 2)


@dataclass(frozen=True, eq=False)
class Ground:
    """A landscape over a view, in a footprint (width, depth) round the origin.

    `relief` is its height in the same units; `samples` are its grid points a side, an odd number, so that every second
    one is a grid, too. Arrays have rows along the second variable, as maps do.
    """

    objective: Landscape
    view: tuple[Range, Range]
    footprint: tuple[float, float]
    relief: float
    scale: HeightScale
    samples: int

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """It never changes: the copies of mobjects that Manim makes for fades share it."""
        return self

    @cached_property
    def axes(self) -> tuple[Array, Array]:
        """East and north of the grid lines."""
        width, depth = self.footprint
        return np.linspace(-width / 2, width / 2, self.samples), np.linspace(-depth / 2, depth / 2, self.samples)

    @cached_property
    def points(self) -> Array:
        """The grid in the objective's variables, (n, n, 2)."""
        across, up = (np.linspace(*side, self.samples) for side in self.view)
        return np.stack(np.meshgrid(across, up), axis=-1)

    @cached_property
    def values(self) -> Array:
        """The objective on the grid; not finite where it is not defined."""
        return np.asarray(self.objective.value(self.points), dtype=float)

    @cached_property
    def known(self) -> npt.NDArray[np.bool_]:
        """Where there is ground at all."""
        return np.asarray(~np.isnan(self.values))

    @cached_property
    def heights(self) -> Array:
        """Up of the grid points; 0 where there is no ground."""
        return np.nan_to_num(self.relief * self.scale.height(self.values))

    @cached_property
    def slopes(self) -> Array:
        """Rise to the east and to the north at the grid points (n, n, 2), from the exact gradient."""
        units = np.array(self.footprint) / np.ptp(np.array(self.view), axis=1)
        with np.errstate(over="ignore", invalid="ignore"):
            gradient = np.asarray(self.objective.gradient(self.points), dtype=float)
            rises = self.relief * self.scale.slope(self.values)[..., None] * gradient / units
        return np.asarray(np.clip(np.nan_to_num(rises), -1e3, 1e3))

    def halving(self) -> Self:
        """The same ground on a grid whose cells can be halved again and again, at least nearly as fine.

        The rim of a hole shows each cell, so a ground with holes stays as it is.
        """
        fine = next(2**k + 1 for k in range(1, 12) if 2**k * NEARLY >= self.samples)
        return replace(self, samples=fine) if self.known.all() else self

    def place(self, points: npt.ArrayLike) -> Array:
        """Points (..., 2) of the objective's variables, on the ground (..., 3)."""
        at = np.asarray(points, dtype=float)
        low, size = np.array([side[0] for side in self.view]), np.ptp(np.array(self.view), axis=1)
        with np.errstate(over="ignore", invalid="ignore"):
            flat = ((at - low) / size - 0.5) * np.array(self.footprint)
            up = np.nan_to_num(self.relief * self.scale.height(self.objective.value(at)))
        return np.concatenate([flat, up[..., None]], axis=-1)

    def holds(self, points: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Which points (..., 2) of the objective's variables lie in the view."""
        at = np.asarray(points, dtype=float)
        low, high = np.array(self.view).T
        return np.asarray(((at >= low - 1e-9) & (at <= high + 1e-9)).all(axis=-1))

    def height_at(self, east: Array, north: Array) -> Array:
        """Up of the ground (...) between the grid points, bilinear; minus infinity outside the footprint."""
        across, up = (
            (coordinate - line[0]) / (line[1] - line[0])
            for coordinate, line in zip((east, north), self.axes, strict=True)
        )
        last = self.samples - 1
        outside = (np.minimum(across, up) < -1e-6) | (np.maximum(across, up) > last + 1e-6)
        i, j = np.clip(across, 0, last - 1e-9).astype(int), np.clip(up, 0, last - 1e-9).astype(int)
        s, t = np.clip(across - i, 0, 1), np.clip(up - j, 0, 1)
        z = self.heights
        low = (1 - s) * z[j, i] + s * z[j, i + 1]
        high = (1 - s) * z[j + 1, i] + s * z[j + 1, i + 1]
        return np.where(outside, -np.inf, (1 - t) * low + t * high)

    def visible(self, places: Array, view: View, rise: float = 1.0, clearance: float = 0.02) -> npt.NDArray[np.bool_]:
        """Which places (n, 3), lifted by `clearance`, the eye sees past the ground."""
        starts = np.asarray(places) * [1, 1, rise] + [0, 0, clearance]
        toward = view.toward_eye(starts)
        toward = toward / np.maximum(np.linalg.norm(toward, axis=-1, keepdims=True), 1e-12)
        far = float(np.hypot(*self.footprint)) + self.relief
        along = starts[:, None] + np.linspace(0, far, 600)[1:, None] * toward[:, None]
        ground = rise * self.height_at(along[..., 0], along[..., 1])
        return np.asarray((along[..., 2] >= ground).all(axis=-1))

    @property
    def reach(self) -> float:
        """Radius of a ball round the origin that holds everything."""
        return float(np.hypot(*self.footprint)) / 2 + self.relief

    @cached_property
    def hull(self) -> Array:
        """The few points (n, 3) of the ground and the foot of its rim that lie farthest out, seen from anywhere."""
        east, north = np.meshgrid(*self.axes)
        grid = np.stack([east, north, self.heights], axis=-1)[::2, ::2]
        rim = np.concatenate([grid[0], grid[-1], grid[:, 0], grid[:, -1]])
        points = np.concatenate([grid.reshape(-1, 3), rim * [1, 1, 0]])
        return np.asarray(points[ConvexHull(points, qhull_options="QJ").vertices])  # jogged: a ground may be flat

    def drape(self, corners: Array, pieces: float = 0.04) -> tuple[Array, Array]:
        """A path through corners (n, 2), straight on the map between them, laid on the ground.

        Gives its points (m, 3), at most `pieces` apart on the map, and the fractional corner (m,) of each.
        """
        flat = self.place(corners)[:, :2]
        lengths = np.linalg.norm(np.diff(flat, axis=0), axis=1)
        counts = np.clip(np.ceil(np.nan_to_num(lengths) / pieces), 1, 400).astype(int)
        steps = np.concatenate(
            [k + np.arange(count) / count for k, count in enumerate(counts)] + [[len(corners) - 1.0]]
        )
        whole = np.minimum(steps.astype(int), max(len(corners) - 2, 0))
        part = (steps - whole)[:, None]
        following = np.minimum(whole + 1, len(corners) - 1)
        return self.place(corners[whole] + part * (corners[following] - corners[whole])), steps


def ground_under(
    objective: Landscape,
    view: tuple[Range, Range],
    area: Box,
    relief: float,
    kind: Kind | None = None,
    samples: int | None = None,
) -> Ground:
    """The ground whose map covers an area of the screen; `relief` is its height as a share of the area's width.

    The grid is as fine as the landscape needs, unless `samples` says how fine.
    """
    across, up = (np.linspace(*side, MOST) for side in view)
    values = np.asarray(objective.value(np.stack(np.meshgrid(across, up), axis=-1)), dtype=float)
    scale = height_scale(values, kind)
    fine = samples or _fine_enough(scale.height(values))
    return Ground(objective, view, (area.width, area.height), relief * area.width, scale, fine)


def _fine_enough(heights: Array) -> int:
    """How many grid points a side show a landscape, judged on the finest grid: facets differ by a bend / 8.

    It is the mean that tells how much of the picture differs; the largest bend would let one sharp fold make all facets
    tiny. The rim of a hole shows each cell.
    """
    if np.isnan(heights).any():
        return MOST
    bends = [np.abs(np.diff(heights, 2, axis=axis)) / 8 for axis in (0, 1)]
    bend = sum(float(b[np.isfinite(b)].mean()) for b in bends if np.isfinite(b).any())
    return _odd(np.clip(1 + (MOST - 1) * np.sqrt(bend / BENT), FEWEST, MOST))


def _odd(samples: float) -> int:
    """The next odd number."""
    return 2 * int(np.ceil((samples - 1) / 2)) + 1
