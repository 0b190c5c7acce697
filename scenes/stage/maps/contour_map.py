"""A map of an objective of two variables: filled levels, thin lines, axes.

The bands are painted from the lowest level up, each region {f >= level} over the last, so that no seams show between
neighbours. Levels are even; but where the median height lies very low, on a scale that is bent until it lies in the
middle: a bowl keeps even levels, a narrow valley in high country still has some on its floor.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt
from contourpy import ContourGenerator, FillType, LineType, contour_generator
from manim import VGroup, VMobject

from scenes.stage.ink.drawing import Array, polylines, shape, stroke
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import map_colors, palette
from scenes.stage.panels.plot import Panel, Range

SAMPLES = 201  # grid points a side; a contour is then straight over less than a pixel or two at 1080p
BANDS = 13
SLIGHT = 1.75  # a bend of levels up to which even ones do: then lines tell of the slope by how near they are
POLE, USUAL = 1e6, 0.95  # so many times further off than nearly all values are, what lies on a pole is; nearly all
REACH = 2.0  # how far a view is widened on each side, in its own sizes


class Surface(Protocol):
    """What a map needs of an objective."""

    def value(self, x: Array) -> Array: ...


def heights(objective: Surface, x: Range, y: Range, samples: int = SAMPLES) -> tuple[Array, Array, Array]:
    """Grid coordinates (n,), (n,) and the objective on them (n, n), rows along y."""
    across, up = np.linspace(*x, samples), np.linspace(*y, samples)
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    return across, up, np.asarray(objective.value(grid), dtype=float)


def settled(values: Array) -> Array:
    """The finite ones of values, without those at a pole, which would press everything else into a plain.

    Points that lie on a pole but for rounding are few, and tell nothing. Where a grid (n, m) jumps from below nearly
    all values to above them, it is torn by a pole with two sides: what reaches further than nearly all is left out.
    """
    finite = values[np.isfinite(values)]
    if len(finite) < 2:
        return finite
    with np.errstate(over="ignore", invalid="ignore"):
        off = np.abs(finite - np.median(finite))
        near = off <= POLE * np.quantile(off, USUAL)
        finite = finite[near] if np.mean(near) >= USUAL else finite
        low, high = np.quantile(finite, [1 - USUAL, USUAL])
        low, high = low - (high - low), high + (high - low)
        return finite[(finite >= low) & (finite <= high)] if _torn(values, low, high) else finite


def _torn(values: Array, low: float, high: float) -> bool:
    """Whether neighbours in a grid lie one below `low` and the other above `high`."""
    pairs = [(values[1:], values[:-1]), (values[:, 1:], values[:, :-1])] if values.ndim == 2 else []
    return any(((np.minimum(a, b) < low) & (np.maximum(a, b) > high)).any() for a, b in pairs)


def levels(values: Array, count: int = BANDS) -> Array:
    """`count` - 1 rising levels between the lowest and the highest value."""
    finite = settled(values)
    low, high = float(finite.min()), float(finite.max())
    if high <= low:
        return np.array([])
    middle = np.clip((np.median(finite) - low) / (high - low), 1e-9, 1)
    bend = min(float(np.log(middle) / np.log(0.5)), 5.0)
    bend = bend if bend > SLIGHT else 1.0
    return np.asarray(low + (high - low) * np.linspace(0, 1, count + 1)[1:-1] ** bend)


def containing(view: tuple[Range, ...], points: Array, limit: float = REACH) -> tuple[Range, Range]:
    """The view, widened to hold points (n, d) with a little room, up to `limit` times its own size on each side."""
    (first, second) = (_widened(side, column, limit) for side, column in zip(view, points.T, strict=True))
    return first, second


def _widened(side: Range, values: Array, limit: float) -> Range:
    low, high = side
    reach, room = limit * (high - low), 0.04 * (high - low)
    held = values[(values > low - reach) & (values < high + reach)]  # also leaves out what is not a number
    if not held.size:
        return side
    return min(low, float(held.min()) - room), max(high, float(held.max()) + room)


class ContourMap(Panel):
    """The map of an objective in a box; `redraw` shows another objective in its place, at the same levels."""

    def __init__(
        self,
        objective: Surface,
        box: Box,
        view: tuple[Range, Range],
        names: tuple[str, str],
        level: Array | None = None,
    ) -> None:
        super().__init__(box, view[0], view[1], names, framed=True)
        grid = heights(objective, *view)
        self.levels = levels(grid[2]) if level is None else level
        self.bands = VGroup(
            *(shape(stroke_width=0, fill_color=color, fill_opacity=1) for color in map_colors(len(self.levels) + 1))
        )
        self.lines = stroke(stroke_color=palette().map_line, stroke_width=1.2, stroke_opacity=0.45)
        self.unknown = shape(stroke_width=0, fill_color=palette().ground, fill_opacity=1)
        self._paint(*grid)
        self.submobjects = [self.bands, self.lines, self.unknown, *self.submobjects]

    def redraw(self, objective: Surface) -> None:
        """Paint another objective on the same ground."""
        self._paint(*heights(objective, self.x_axis.data, self.y_axis.data))

    def _paint(self, across: Array, up: Array, values: Array) -> None:
        low, top = (float(end(values[np.isfinite(values)])) for end in (np.min, np.max))
        top += 1.0
        contours = contour_generator(
            across,
            up,
            np.nan_to_num(np.where(_far_from_value(values), low, values), nan=top, posinf=top),
            fill_type=FillType.OuterOffset,
            line_type=LineType.Separate,
        )
        edges = np.array(
            [[self.x_axis.data[i], self.y_axis.data[j]] for i, j in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]
        )
        self.bands[0].set_points(self._outline([edges]))
        for band, level in zip(self.bands[1:], self.levels, strict=True):
            band.set_points(self._outline(regions(contours, level, top + 1.0)))
        self.unknown.set_points(self._outline(_regions_without_value(across, up, values)))
        curves = [curve for level in self.levels for curve in cast("list[Array]", contours.lines(level))]
        self.lines.set_points(self._outline(_off_cliffs(curves, across, up, values, self.levels)))

    def _outline(self, curves: list[Array]) -> Array:
        return polylines([self.to_screen(curve[:, 0], curve[:, 1]) for curve in curves]).points


def lit_contour(objective: Surface, chart: ContourMap, level: float, **style: Any) -> VMobject:
    """The whole line of a map on which the objective has a value: what an arrow is perpendicular to."""
    across, up, values = heights(objective, chart.x_axis.data, chart.y_axis.data)
    found = contour_generator(across, up, np.ma.masked_invalid(values), line_type=LineType.Separate).lines(level)
    curves = [chart.to_screen(curve[:, 0], curve[:, 1]) for curve in cast("list[Array]", found)]
    return polylines(curves, **{"stroke_color": palette().target, "stroke_width": 4.5, **style})


def _far_from_value(values: Array) -> npt.NDArray[np.bool_]:
    """Where neither a point of the grid nor its neighbours have a value: painted low, so that fades do not show it."""
    known = np.pad(~np.isnan(values), 1)
    rows, columns = values.shape
    near = [known[i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    return np.asarray(~np.any(near, axis=0))


def _off_cliffs(curves: list[Array], across: Array, up: Array, values: Array, level: Array) -> list[Array]:
    """Contours without their pieces in cells that hold half of all levels: a wall at a pole, no slope with lines."""
    if not len(level):
        return curves
    corners = np.stack([values[:-1, :-1], values[1:, :-1], values[:-1, 1:], values[1:, 1:]])
    with np.errstate(invalid="ignore"):
        cliff = ~(np.ptp(corners, axis=0) <= (level[-1] - level[0]) / 2)  # also where a corner has no value
    if not cliff.any():
        return curves
    return [piece for curve in curves for piece in _outside(curve, cliff, across, up)]


def _outside(curve: Array, cliff: npt.NDArray[np.bool_], across: Array, up: Array) -> list[Array]:
    """The pieces of a polyline (n, 2) outside some cells of a grid."""
    middles = (curve[1:] + curve[:-1]) / 2
    columns, rows = (
        np.clip(np.searchsorted(line, middle, side="right") - 1, 0, len(line) - 2)
        for line, middle in zip((across, up), middles.T, strict=True)
    )
    edges = np.flatnonzero(np.diff(np.concatenate([[True], cliff[rows, columns], [True]]).astype(int)))
    return [curve[first : last + 1] for first, last in zip(edges[::2], edges[1::2], strict=True)]


def _regions_without_value(across: Array, up: Array, values: Array) -> list[Array]:
    """The rings of the region where there is no value; mostly there is none."""
    lost = np.isnan(values)
    if not lost.any():
        return []
    contours = contour_generator(across, up, lost.astype(float), fill_type=FillType.OuterOffset)
    return regions(contours, 0.5, 2.0)


def regions(contours: ContourGenerator, level: float, top: float) -> list[Array]:
    """The rings, outer ones and holes, of the region above a level; none where nothing is as high."""
    if level >= top:
        return []
    polygons, offsets = cast("tuple[list[Array], list[Array]]", contours.filled(level, top))
    return [
        points[start:end] for points, offset in zip(polygons, offsets, strict=True) for start, end in pairwise(offset)
    ]
