"""The gradient as a field of arrows over a map, and a slice through the map as a curve with its tangent.

All arrows have one scale, the longest fits between two neighbours, and the map has the same scale in both directions:
so lengths can be compared, and what is perpendicular looks so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from objectives import AnyObjective
from scenes.stage.curves.graph import CurvePanel
from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.ball import Ball
from scenes.stage.ink.drawing import Array, clip_polyline, polyline_points, polylines, stroke
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.panels.plot import Range
from scenes.stage.words.numerals import Numeral

FILL = 0.92  # of the way to the next arrow, for the longest
SQUARE = 0.2  # side of the mark of a right angle


class GradientField(Arrows):
    """Arrows of the gradient on a grid; `display(size)` draws them in that size, `turn(angle)` turns them round."""

    def __init__(self, objective: AnyObjective, chart: ContourMap, across: int) -> None:
        """`across` arrows along the map's width."""
        super().__init__(palette().gradient, shaft=0.055, head=0.2, stroke_width=1.5)
        self.points_of_data, self.pitch = _grid(chart, across)
        with np.errstate(all="ignore"):
            gradients = np.nan_to_num(objective.gradient(self.points_of_data), nan=0.0, posinf=0.0, neginf=0.0)
            longest = float(np.linalg.norm(gradients, axis=-1).max())
        self.tails = chart.to_screen(*self.points_of_data.T)
        scale = FILL * self.pitch / longest if longest else 0.0
        self.vectors = np.append(scale * gradients, np.zeros((len(gradients), 1)), axis=1)
        self.size, self.angle = 0.0, 0.0

    def display(self, size: float) -> GradientField:
        self.size = size
        return self._drawn()

    def turn(self, angle: float) -> GradientField:
        """Turn all arrows round their tails, by an angle in radians."""
        self.angle = angle
        return self._drawn()

    def _drawn(self) -> GradientField:
        cosine, sine = np.cos(self.angle), np.sin(self.angle)
        turned = self.vectors @ np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])
        self.point(self.tails, self.tails + self.size * turned)
        return self


def _grid(chart: ContourMap, across: int) -> tuple[Array, float]:
    """Points of the data (n, 2), evenly spread over a map with room at its edges, and their distance on the screen."""
    area = chart.area
    pitch = area.width / (across + 1)
    up = max(1, round(area.height / pitch) - 1)
    x, y = np.linspace(*chart.x_axis.data, across + 2)[1:-1], np.linspace(*chart.y_axis.data, up + 2)[1:-1]
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return points, min(pitch, area.height / (up + 1))


def right_angle(chart: ContourMap, place: npt.ArrayLike, gradient: npt.ArrayLike, reach: float) -> VMobject:
    """At a place of an even map: the tangent to the level line, and the mark of a right angle with the gradient."""
    here, way = chart.to_screen(*np.asarray(place)), np.append(np.asarray(gradient, dtype=float), 0.0)
    size = float(np.linalg.norm(way))
    along = way / size if size and np.isfinite(size) else np.array([1.0, 0.0, 0.0])
    aside = np.array([-along[1], along[0], 0.0])
    tangent = np.array([here - reach * aside, here + reach * aside])
    square = here + SQUARE * np.array([aside, aside + along, along])
    pieces = [piece for line in (tangent, square) for piece in clip_polyline(line, chart.area)]
    return polylines(pieces, stroke_color=palette().target, stroke_width=3.5)


@dataclass(frozen=True)
class Slice:
    """An objective of two variables along its first one, the second held fixed: a curve."""

    objective: AnyObjective
    fixed: float
    view: tuple[Range]

    def value(self, x: Array) -> Array:
        """The values (...) at numbers (..., 1)."""
        with np.errstate(all="ignore"):
            return np.asarray(self.objective.value(self._on_the_plane(x)))

    def slope(self, x: float) -> float:
        """The partial derivative along the slice."""
        with np.errstate(all="ignore"):
            return float(self.objective.gradient(self._on_the_plane(np.array([x])))[0])

    def _on_the_plane(self, x: Array) -> Array:
        return np.concatenate([x, np.full_like(x, self.fixed)], axis=-1)


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
        self.spot.move_to(self.chart.to_screen(x, self.cut.fixed))
        return self
