"""A probe that turns round a place of the map, and how steep it is in each direction.

The slope in a direction is the gradient's shadow on it: a cosine, highest where the probe points along the gradient, 0
along the line of the map, lowest straight downhill.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from manim import DOWN, UR, VGroup

from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.drawing import Array, dashed, disc_points, polyline_points, polylines, stroke
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.panels.plot import PAD, Panel
from scenes.stage.words.figures import running_spec
from scenes.stage.words.numerals import Numeral, widest_of
from scenes.stage.words.typesetting import BODY, SMALL, Words, descent, size_of

SHAFT = 1.0  # length of the probe
DOT = 0.11
LINE = 0.26  # height of the arrows below the chart
ROOM = 1.4  # of the steepest slope, at the top of the axis
#: Of both axes, for less and less room.
NAMES = ("slope, by the direction of the probe", "slope, by direction", "slope")
QUARTERS = ("$arrow.r$", "$arrow.t$", "$arrow.l$", "$arrow.b$", "$arrow.r$")  # the axis: the ways of the probe


def slope_towards(gradient: npt.ArrayLike, degrees: npt.ArrayLike) -> Array:
    """The slope (...) in directions (...), in degrees from the first axis."""
    angle, slope = np.radians(degrees), np.asarray(gradient, dtype=float)
    return np.asarray(slope[0] * np.cos(angle) + slope[1] * np.sin(angle))


def direction_of(gradient: npt.ArrayLike) -> float:
    """Where a gradient points, in degrees from 0 to 360."""
    slope = np.asarray(gradient, dtype=float)
    return float(np.degrees(np.arctan2(slope[1], slope[0])) % 360)


def along_the_line(gradient: npt.ArrayLike) -> float:
    """A direction along the line of the map, a quarter turn from the gradient, in degrees from 0 to 360."""
    top = direction_of(gradient)
    return top + 90.0 if top < 270.0 else top - 90.0


class Compass(Panel):
    """The slope in a direction against the direction; `display(degrees)` draws it up to there, or as far as
    it has `turned` before, and points the probe there."""

    def __init__(self, box: Box, gradient: Array, chart: ContourMap, place: Array, number: Numeral) -> None:
        """`gradient` (2,) at a `place` (2,) of the chart; `number` shows the slope."""
        steepest = float(np.linalg.norm(gradient)) or 1.0
        reach = ROOM * steepest
        name = next((name for name in NAMES if size_of(name)[0] <= box.width), NAMES[-1])
        super().__init__(box, (0.0, 360.0), (-reach, reach), ("", name))
        self._ways_for_numbers()
        self.gradient, self.here, self.number = gradient, chart.to_screen(*place), number
        zero = polylines([self.to_screen([0.0, 360.0], 0.0)], stroke_color=palette().rule_line, stroke_width=2)
        self.curve = stroke(stroke_color=palette().target, stroke_width=5)
        self.dot = stroke(fill_color=palette().target, fill_opacity=1, stroke_width=0)
        self.probe = Arrows(palette().target)
        self.moving = VGroup(self.curve, self.dot, self.probe, self.number)
        self.add(zero, self.moving)
        self.turned = 0.0  # so far the curve is there already
        self.display(0.0)

    def _ways_for_numbers(self) -> None:
        """Below the chart stand directions as arrows: from where degrees are counted, nobody has to know."""
        self.labels.remove(*[label for label in self.labels if label.get_top()[1] < self.area.bottom])
        for quarter, way in enumerate(QUARTERS):
            arrow, below = Words(way, SMALL, palette().ink), self.to_screen(90.0 * quarter, self.y_axis.data[0])
            self.labels.add(arrow.move_to(below + (PAD + LINE / 2) * DOWN))

    def display(self, degrees: float) -> Compass:
        drawn = np.linspace(0.0, max(self.turned, degrees), 181)
        points = self.to_screen(drawn, slope_towards(self.gradient, drawn))
        self.curve.set_points(polyline_points(points))
        self.dot.set_points(disc_points(self.on_the_curve(degrees)[None], DOT))
        way = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees)), 0.0])
        self.probe.point(self.here, self.here + SHAFT * way)
        self.number.display(float(slope_towards(self.gradient, degrees)))
        return self

    def on_the_curve(self, degrees: float) -> Array:
        """The point (3,) of a direction."""
        return self.to_screen(degrees, slope_towards(self.gradient, degrees))

    def mark(self, degrees: float, color: str, slope: str) -> VGroup:
        """A direction marked: a dot on the curve with its slope, and a line down to the axis."""
        top = self.on_the_curve(degrees)
        line = dashed(np.array([top, self.to_screen(degrees, self.y_axis.data[0])]), stroke_color=color, stroke_width=3)
        dot = stroke(fill_color=color, fill_opacity=1, stroke_width=0).set_points(disc_points(top[None], DOT))
        return VGroup(line, dot, Words(slope, SMALL, color, on_picture=True).next_to(dot, UR, buff=0.06))


def running_beside(name: Words, values: list[float], color: str) -> Numeral:
    """A running number beside its name in its colour, wide enough for all of some values."""
    spec = running_spec(values, 3)
    number = Numeral(np.zeros(3), spec, BODY, color).display(widest_of([*values, -1.0], spec))
    baseline = name.get_bottom()[1] + descent(name.typst_code) * BODY
    return number.seat([name.get_right()[0] + 0.25 + number.width, baseline, 0.0])
