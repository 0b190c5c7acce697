"""What a curve leaves on the picture: its path, its colours, and the box of pixels that it can touch.

Manim sends every Bézier of every curve to Cairo one by one, in each frame. Most curves of a frame look as they did in
the frame before, so what was sent once is kept: an ink is made from all that decides how a curve looks, copied, and
serves until that changes. Manim changes points and colours in place; only their values tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cairo
import numpy as np
import numpy.typing as npt
from manim import VMobject
from manim.camera.camera import CAP_STYLE_MAP, LINE_JOIN_MAP

Points = npt.NDArray[np.float64]
Place = Sequence[float]  # x and y
Bounds = tuple[int, int, int, int]  # left, top, right, bottom, in pixels, the last two not included

NOWHERE: Bounds = (0, 0, 0, 0)
CLOSE = 1e-5  # relative, as NumPy's `isclose` and so Manim have it
MITER = 5.0  # line widths that a pointed corner can reach: half of Cairo's limit of 10
SQUARE = 0.75  # line widths that any other corner or end can reach: a little more than half a diagonal
FAR = 1e6  # pixels; Cairo's own coordinates end at 8 million


@dataclass(frozen=True)
class Screen:
    """How Manim's units become pixels: x and y times `scale`, plus `shift`."""

    width: int
    height: int
    scale: tuple[float, float]
    shift: tuple[float, float]
    line_unit: float  # of a stroke width, in Manim's units

    @property
    def bounds(self) -> Bounds:
        return 0, 0, self.width, self.height

    def around(self, low: Place, high: Place, pad: float) -> Bounds:
        """The pixels that curves between two corners can touch, drawn with lines that reach `pad` units."""
        ends = []
        for scale, shift, least, most in zip(self.scale, self.shift, low, high, strict=True):
            one, other = least * scale + shift, most * scale + shift
            reach = pad * abs(scale) + 1.5  # and the softened edge
            ends.append((min(one, other) - reach, max(one, other) + reach))
        (left, right), (top, bottom) = ends
        if max(-left, right, -top, bottom) > FAR:
            return self.bounds
        box = max(0, int(left)), max(0, int(top)), min(self.width, int(right) + 1), min(self.height, int(bottom) + 1)
        return box if box[0] < box[2] and box[1] < box[3] else NOWHERE


Look = tuple[Any, ...]


def look_of(curve: VMobject) -> Look:
    """All that decides how a curve is drawn, as values: equal looks are equal pixels."""
    fill, stroke = curve.get_fill_rgbas(), curve.get_stroke_rgbas()
    behind = curve.get_stroke_rgbas(background=True)
    shaded = len(fill) > 1 or len(stroke) > 1 or len(behind) > 1
    return (
        np.asarray(curve.points, dtype=np.float64).tobytes(),
        fill.tobytes(),
        stroke.tobytes(),
        behind.tobytes(),
        curve.get_stroke_width(),
        curve.get_stroke_width(background=True),
        curve.joint_type,
        curve.cap_style,
        curve.tolerance_for_point_equality,
        np.asarray(curve.get_gradient_start_and_end_points()).tobytes() if shaded else b"",
    )


class Ink:
    """A curve of a certain look, ready to be drawn again and again."""

    def __init__(self, curve: VMobject, look: Look, screen: Screen, before: Ink | None = None) -> None:
        """`before` is the ink of the curve as it was: where only colours have changed, its shape serves on."""
        self.look, self.box = look, NOWHERE
        same = before is not None and (before.look[0], before.look[8]) == (look[0], look[8])
        points = np.frombuffer(look[0]).reshape(-1, 3)
        self._shape: Shape = before._shape if before and same else Shape(points, float(look[8]))
        self._strokes = list(_layers(curve, screen.line_unit)) if self._shape.drawable else []
        if self._strokes:
            reach = max(stroke.reach for stroke in self._strokes)
            self.box = screen.around(self._shape.low, self._shape.high, reach)

    def draw(self, context: cairo.Context[Any]) -> None:
        """Draw it: a stroke behind, the fill, a stroke."""
        if self.box == NOWHERE:
            return
        self._shape.send(context)
        for stroke in self._strokes:
            stroke.apply(context)


class Shape:
    """The path of a curve, traced once; `low` and `high` are the corners of what it lies in."""

    def __init__(self, points: Points, closeness: float) -> None:
        self._points, self._closeness = points, closeness
        self._path: cairo.Path | None = None
        columns = np.ascontiguousarray(points[:, :2].T) if len(points) else np.full((2, 1), np.nan)  # quicker by row
        self.low, self.high = columns.min(axis=1).tolist(), columns.max(axis=1).tolist()
        #: whether Manim would draw it: there is a whole Bézier, and all of it is somewhere
        self.drawable = len(points) >= 4 and bool(np.isfinite(points).all())

    def send(self, context: cairo.Context[Any]) -> None:
        """Make it the path of a context."""
        context.new_path()
        if self._path is None:
            trace(context, self._points, self._closeness)
            self._path = context.copy_path()
        else:
            context.append_path(self._path)


# Paths ----------------------------------------------------------------------------------------------------------------


def trace(context: cairo.Context[Any], points: Points, closeness: float) -> None:
    """Send cubic Béziers, four points each (4 n, 3), to Cairo: a new line where one does not start where the last ends.

    The rules are those of Manim's camera, to the last digit.
    """
    flat = points[:, :2]
    curves = flat[: len(flat) // 4 * 4].reshape(-1, 8)[:, 2:].tolist()
    curve_to = context.curve_to
    for start, end in _lines(flat, closeness):
        if end - start < 4:
            continue
        context.new_sub_path()
        (x, y), last = flat[start].tolist(), flat[end - 1].tolist()
        context.move_to(x, y)
        for curve in curves[start // 4 : start // 4 + (end - start) // 4]:
            curve_to(*curve)
        if _close(x, last[0], closeness) and _close(y, last[1], closeness):
            context.close_path()


def _lines(flat: Points, closeness: float) -> Iterable[tuple[int, int]]:
    """Where connected lines start and end among the points (n, 2)."""
    starts = flat[4::4]
    ends = flat[3::4][: len(starts)]
    apart = (np.abs(ends - starts) > closeness + CLOSE * np.abs(starts)).any(axis=1)
    cuts = [0, *(4 * np.flatnonzero(apart) + 4).tolist(), len(flat)]
    return pairwise(cuts)


def _close(value: float, other: float, closeness: float) -> bool:
    return abs(value - other) <= closeness + CLOSE * abs(other)


# Colours --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Layer:
    """A fill, or a stroke if it has a width: its colours (n, 4), from one end of a gradient to the other."""

    colors: list[list[float]]
    gradient: list[float]
    width: float = 0.0
    join: Any = None
    cap: Any = None

    @property
    def reach(self) -> float:
        """How far from the path it is seen, in Manim's units."""
        return self.width * (MITER if self.join == cairo.LineJoin.MITER else SQUARE)

    def apply(self, context: cairo.Context[Any]) -> None:
        if len(self.colors) == 1:
            context.set_source_rgba(*self.colors[0])
        else:
            context.set_source(self._pattern())
        if not self.width:
            context.fill_preserve()
            return
        context.set_line_width(self.width)
        context.set_line_join(self.join)
        context.set_line_cap(self.cap)
        context.stroke_preserve()

    def _pattern(self) -> cairo.LinearGradient:
        pattern = cairo.LinearGradient(*self.gradient)
        for offset, color in zip(np.linspace(0, 1, len(self.colors)), self.colors, strict=True):
            pattern.add_color_stop_rgba(offset, *color)
        return pattern


def _layers(curve: VMobject, line_unit: float) -> Iterator[_Layer]:
    """What is seen of a curve, from the back to the front."""
    join, cap = LINE_JOIN_MAP[curve.joint_type], CAP_STYLE_MAP[curve.cap_style]
    for rgbas, width in (
        (curve.get_stroke_rgbas(background=True), curve.get_stroke_width(background=True)),
        (curve.get_fill_rgbas(), None),
        (curve.get_stroke_rgbas(), curve.get_stroke_width()),
    ):
        rows = rgbas.tolist()
        if width == 0 or not any(row[3] > 0 for row in rows):
            continue
        colors = [[blue, green, red, opacity] for red, green, blue, opacity in rows]  # Cairo's memory has blue first
        ends = np.asarray(curve.get_gradient_start_and_end_points()) if len(colors) > 1 else np.zeros((0, 3))
        gradient = ends[:, :2].ravel().tolist()
        yield _Layer(colors, gradient, line_unit * width, join, cap) if width else _Layer(colors, gradient)
