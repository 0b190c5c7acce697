"""From a ball on a curve straight down to the chart of the slopes: it stops where the one that it goes by is 0.

And what both slopes are at one place, marked there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
from manim import DL, DOWN, DR, LEFT, RIGHT, UL, UP, UR, VGroup, VMobject

from scenes.stage.curves.walk import CurveWalk
from scenes.stage.ink.drawing import Array, dashed, discs, inside
from scenes.stage.ink.layout import Box, box_of
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import Panel, Range
from scenes.stage.words.typesetting import SMALL, Words

DOT, RING = 0.11, 0.17
ABOVE, BELOW = 0.55, 0.1  # times the steepest on the gentler side: room for words over the slopes, and under them
SIDES = (LEFT, RIGHT, UP, DR, DL, UL, UR, DOWN)
APART, CLEAR = (RING + 0.06, 0.5, 0.8), 0.06  # words stand so far from what they tell of; round them

Slopes = Mapping[str, float]
Colors = Mapping[str, str]


def drop_to_zero(chart: Panel, walk: CurveWalk, color: str) -> VGroup:
    """A dashed line from the ball to its place on the zero line of the chart right below, and a dot there."""
    ball = walk.ball.get_center()
    zero = np.array([ball[0], float(chart.y_axis.place(0.0)), 0.0])
    return VGroup(_plumb(ball, zero, color), _dot(zero, color))


def marked(chart: Panel, top: Array, slopes: Slopes, colors: Colors) -> VGroup:
    """A dashed line from a place on the curve down to the slopes there, and a dot at each that is in the chart."""
    places = {name: np.array([top[0], float(chart.y_axis.place(slope)), 0.0]) for name, slope in slopes.items()}
    shown = {name: place for name, place in places.items() if inside(place[None], chart.area)[0]}
    lowest = min(shown.values(), key=lambda place: float(place[1]), default=top)
    line = [_plumb(top, lowest, palette().ink)] * bool(shown)
    return VGroup(*line, *(_dot(place, colors[name]) for name, place in shown.items()))


def told(chart: Panel, x: float, slopes: Slopes, words: Mapping[str, str], colors: Colors, lines: Array) -> VGroup:
    """Two slopes at a place: a ring round the first, and words beside each where they lie on none of the points of
    `lines` (n, 3), as far as there is room."""
    places = {name: chart.to_screen(x, slope) for name, slope in slopes.items()}
    first, *_ = slopes
    ring = discs(places[first][None], RING, fill_opacity=0, stroke_color=colors[first], stroke_width=5)
    taken, made = lines, VGroup(ring)
    for name, place in places.items():
        label = Words(words[name], SMALL, colors[name], on_picture=True)
        for box in _seats(label, place, chart.area, taken):
            made.add(label.move_to(box.center))
            taken = np.concatenate([taken, label.get_all_points()])
            break
    return made


def _seats(label: Words, place: Array, area: Box, taken: Array) -> Iterator[Box]:
    """The free boxes for words beside a place."""
    for apart, side in product(APART, SIDES):
        box = box_of(label.next_to(place, side, buff=apart))
        if area.contains(box) and not inside(taken, box.inset(-CLEAR, -CLEAR, -CLEAR, -CLEAR)).any():
            yield box


def _plumb(top: Array, bottom: Array, color: str) -> VMobject:
    return dashed(np.array([top, bottom]), stroke_color=color, stroke_width=3.5)


def _dot(place: Array, color: str) -> VMobject:
    return discs(place[None], DOT, stroke_width=0, fill_color=color, fill_opacity=1)


def up_and_down(slopes: Array) -> Range:
    """The range of slopes (n,) to show: where it is about up or down, the steepest ones are not needed."""
    low, high = float(np.min(slopes)), float(np.max(slopes))
    least = min(-low, high)
    return max(low, -least) - BELOW * least, min(high, least) + ABOVE * least
