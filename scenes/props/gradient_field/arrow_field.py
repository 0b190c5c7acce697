"""The gradient as a field of arrows over a map, and slices through the map as curves with a tangent.

All arrows have one scale, the longest fits between two neighbours, and the map has the same scale in both directions:
so lengths can be compared, and what is perpendicular looks so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from objectives import AnyObjective
from scenes.stage.curves.graph import CurvePanel
from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.ball import Ball
from scenes.stage.ink.drawing import Array, clip_polyline, polyline_points, polylines, stroke
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.panels.plot import Range
from scenes.stage.words.figures import rounded, typed
from scenes.stage.words.numerals import Numeral

IN = 0.97  # of the way to the map's edge, for an arrow on it
PITCH = 0.78  # from arrow to arrow, for the longest to be well seen
SPECK = 0.25  # long: a shorter one would be no arrow to the eye, and is left out
FILL = 0.92  # of the way to the next arrow, for the longest
UPHILL = ("uphill, and longer where it is steeper", "uphill, longer where steeper", "uphill")  # where there is room
LOW = 0.25  # of the heights of both slices, at least, those of each
NEAR_0 = 0.3  # of the highest value of a slice: from lower than that it is drawn down to 0
SQUARE = 0.28  # side of the mark of a right angle


class GradientField(Arrows):
    """Arrows of the gradient on a grid, where they are long enough to be seen as arrows; `display(size)` draws them in
    that size, `turn(angle)` turns them round."""

    def __init__(self, objective: AnyObjective, chart: ContourMap, across: int | None = None) -> None:
        """`across` arrows along the map's width, or as many as are well seen."""
        super().__init__(palette().gradient, shaft=0.055, head=0.2, stroke_width=1.5)
        self.points_of_data, self.pitch = _grid(chart, across or well_seen(chart))
        with np.errstate(all="ignore"):
            gradients = np.nan_to_num(objective.gradient(self.points_of_data), nan=0.0, posinf=0.0, neginf=0.0)
            longest = float(np.linalg.norm(gradients, axis=-1).max())
        self.per_slope = FILL * self.pitch / longest if longest else 0.0
        seen = self.per_slope * np.linalg.norm(gradients, axis=-1) > SPECK
        self.points_of_data, gradients = self.points_of_data[seen], gradients[seen]
        self.tails = chart.to_screen(*self.points_of_data.T)
        self.vectors = np.append(self.per_slope * gradients, np.zeros((len(gradients), 1)), axis=1)
        self.size, self.angle = 0.0, 0.0

    def display(self, size: float) -> GradientField:
        self.size = size
        return self._drawn()

    def turn(self, angle: float) -> GradientField:
        """Turn all arrows round their tails, by an angle in radians."""
        self.angle = angle
        return self._drawn()

    def told(self, unit: float) -> tuple[str, ...]:
        """What is seen of them, in less and less room, and how long they are drawn; `unit` is how long 1 is on the
        map."""
        drawn = f"(drawn $times {typed(self.per_slope / unit, 2)}$)"
        return tuple(f"{said} {drawn}" for said in UPHILL)

    def _drawn(self) -> GradientField:
        cosine, sine = np.cos(self.angle), np.sin(self.angle)
        turned = self.vectors @ np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])
        self.point(self.tails, self.tails + self.size * turned)
        return self


def well_seen(chart: ContourMap) -> int:
    """How many arrows fit along a map's width, so that they are long enough."""
    return max(2, round(chart.area.width / PITCH) - 1)


def _grid(chart: ContourMap, across: int) -> tuple[Array, float]:
    """Points of the data (n, 2), evenly spread over a map with room at its edges, and their distance on the screen."""
    area = chart.area
    pitch = area.width / (across + 1)
    up = max(1, round(area.height / pitch) - 1)
    x, y = np.linspace(*chart.x_axis.data, across + 2)[1:-1], np.linspace(*chart.y_axis.data, up + 2)[1:-1]
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return points, min(pitch, area.height / (up + 1))


def longest_on(chart: ContourMap, place: Array, gradient: Array, longest: float) -> float:
    """Units of the screen for a slope of 1, so that a gradient (2,) is `longest`, or as long as stays on the map."""
    (x, y, _), area = chart.to_screen(*place), chart.area
    rooms = (
        area.right - x if gradient[0] > 0 else x - area.left,
        area.top - y if gradient[1] > 0 else y - area.bottom,
    )
    fitting = [IN * room / abs(part) for room, part in zip(rooms, gradient, strict=True) if part]
    return float(min([longest / (float(np.linalg.norm(gradient)) or 1.0), *fitting]))


def right_angle(chart: ContourMap, place: npt.ArrayLike, gradient: npt.ArrayLike) -> VMobject:
    """At a place of an even map: the mark of a right angle between the gradient and the line of the map."""
    way = np.append(np.asarray(gradient, dtype=float), 0.0)
    size = float(np.linalg.norm(way))
    along = way / size if size and np.isfinite(size) else np.array([1.0, 0.0, 0.0])
    aside = np.array([-along[1], along[0], 0.0])
    square = chart.to_screen(*np.asarray(place)) + SQUARE * np.array([aside, aside + along, along])
    return polylines(clip_polyline(square, chart.area), stroke_color=palette().target, stroke_width=3.5)


@dataclass(frozen=True)
class Slice:
    """An objective of two variables along one of them, the other held fixed: a curve."""

    objective: AnyObjective
    moving: int  # which of the variables moves
    fixed: float  # the value of the other
    view: tuple[Range]

    def value(self, x: Array) -> Array:
        """The values (...) at numbers (..., 1)."""
        with np.errstate(all="ignore"):
            return np.asarray(self.objective.value(self._on_the_plane(x)))

    def slope(self, x: float) -> float:
        """The partial derivative along the slice."""
        with np.errstate(all="ignore"):
            return float(self.objective.gradient(self.place(x))[self.moving])

    def place(self, x: float) -> Array:
        """Where on the plane (2,) a number of the slice is."""
        return self._on_the_plane(np.array([x]))

    @property
    def heights(self) -> Range:
        """From the lowest value, or 0 where that is near, to the highest."""
        values = self.value(np.linspace(*self.view[0], 400)[:, None])
        values = values[np.isfinite(values)] if np.isfinite(values).any() else np.zeros(1)
        bottom, top = float(values.min()), float(values.max())
        bottom = 0.0 if 0 < bottom < NEAR_0 * top else bottom
        return bottom, top if top > bottom else bottom + 1.0

    def _on_the_plane(self, x: Array) -> Array:
        both = (x, np.full_like(x, self.fixed))
        return np.concatenate(both[:: 1 - 2 * self.moving], axis=-1)


def on_one_scale(windows: Sequence[Range]) -> list[Range]:
    """The same window for all heights, so that slopes can be compared; each its own, where one would be low in it."""
    whole = (min(low for low, _ in windows), max(high for _, high in windows))
    alike = all(high - low >= LOW * (whole[1] - whole[0]) for low, high in windows)
    return [whole] * len(windows) if alike else list(windows)


def slice_panel(cut: Slice, box: Box, names: tuple[str, str], heights: Range) -> CurvePanel:
    """The curve of a slice in a box, in a window of heights; `names` are those of both variables."""
    held = rounded(cut.fixed, 2)
    name = f"$f({names[0]}, {held})$" if cut.moving == 0 else f"$f({held}, {names[1]})$"
    return CurvePanel(cut, box, cut.view[0], heights, (f"${names[cut.moving]}$", name), headroom=0.1)


class SlidingTangent(VGroup):
    """A ball on the curve of a slice with its tangent, the same place on the map, and the slope as a number."""

    def __init__(self, cut: Slice, panel: CurvePanel, chart: ContourMap, number: Numeral, color: str) -> None:
        super().__init__()
        self.cut, self.panel, self.chart, self.number = cut, panel, chart, number
        self.line = stroke(stroke_color=palette().gradient, stroke_width=6)
        self.ball, self.spot = Ball(color, 0.13), Ball(color, 0.13)
        self.add(self.line, self.ball, self.spot, self.number)

    def display(self, x: float) -> SlidingTangent:
        value, slope = float(self.cut.value(np.array([x]))), self.cut.slope(x)
        left, right = self.panel.x_axis.data
        ends = x + 0.22 * (right - left) * np.array([-1.0, 1.0])
        line = self.panel.to_screen(ends, value + slope * (ends - x))
        pieces = [polyline_points(piece) for piece in clip_polyline(line, self.panel.area)]
        self.line.set_points(np.concatenate([np.zeros((0, 3)), *pieces]))
        self.number.display(slope)
        self.ball.move_to(np.nan_to_num(self.panel.to_screen(x, value)))
        self.spot.move_to(self.chart.to_screen(*self.cut.place(x)))
        return self
