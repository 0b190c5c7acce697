"""A panel: a plot area with two axes, and the mapping from data to the screen.

Contour map, error strip, curve and data panel are all panels; they differ in what they draw inside. A panel's box
includes the room for its tick labels and names. A panel stays where it is built, so its mapping is fixed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from manim import DOWN, LEFT, RIGHT, UP, VGroup, VMobject

from scenes.stage.ink.drawing import Array, outline_of, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.words.figures import labels_of
from scenes.stage.words.typesetting import SMALL, Words, size_of

Range = tuple[float, float]
Scale = Literal["linear", "log"]

TICK = 0.09
PAD = 0.14  # between an axis and its labels
CLOSER = (1.0, 0.7, 0.5, 0.35)  # than usual: ticks, one after the other, where there would be a single one
LOW = CLOSER[:3]  # where the numbers stand one above the other
HALF = 0.22  # of the width of a number
APART = 0.11  # at least, between the first numbers of both axes
GAP = 0.06  # at least, between neighbouring numbers of one axis
WAYS = (RIGHT, UP)
#: Distances of the numbers of an axis that counts: there is no step 2.5.
WHOLE = (1, 2, 5, *(factor * 10.0**power for power in range(1, 7) for factor in (1, 2, 2.5, 5)))
FAR = 1e6  # units of the screen: out of every picture
VANISHING = 1e-30  # of the lower end of a logarithmic axis: where nothing stands, far below what is seen


def nice_step(span: float, count: int) -> float:
    """The step of 1, 2, 2.5 or 5 times a power of ten that cuts a span into at most `count` parts.

    >>> nice_step(7, 5), nice_step(100, 4), nice_step(0.9, 5)
    (2.0, 25.0, 0.2)
    """
    least = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= least * (1 - 1e-9))


def ticks(low: float, high: float, count: int, steps: Sequence[float] = ()) -> list[float]:
    """Round numbers in a range, at most `count` + 1 of them; multiples of one of the `steps`, if there are any.

    >>> ticks(0, 360, 4), ticks(0, 360, 4, (30, 90, 180)), ticks(0, 360, 1, (30, 90, 180))
    ([0.0, 100.0, 200.0, 300.0], [0.0, 90.0, 180.0, 270.0, 360.0], [0.0, 180.0, 360.0])
    """
    fitting = [step for step in steps if (high - low) / step <= count] or steps[-1:]
    step = fitting[0] if fitting else nice_step(high - low, count)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(k * step, 12) + 0.0 for k in range(first, last + 1)]


def decades(low: float, high: float, count: int) -> list[float]:
    """Powers of ten in a range, at most about `count` of them."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    step = max(1, math.ceil((last - first) / max(count, 1)))
    return [10.0**k for k in range(first, last + 1, step)]


def tick_labels(values: Sequence[float], scale: Scale) -> list[str]:
    """The numbers of ticks as Typst markup."""
    if scale == "log":
        return [f"$10^({round(math.log10(value))})$" for value in values]
    return [f"${label}$" for label in labels_of(values)]


def _clear(labels: Iterable[Words], axis: int) -> list[Words]:
    """Those of some labels along an axis that do not come close to the one kept before."""
    kept: list[Words] = []
    for label in labels:
        if (
            not kept
            or label.get_critical_point(-WAYS[axis])[axis] > kept[-1].get_critical_point(WAYS[axis])[axis] + GAP
        ):
            kept.append(label)
    return kept


def within_reach(points: Array) -> Array:
    """Screen points (n, 3) of a curve, those that are out of every picture only so far that they can be cut off well.

    A line to a number of twenty digits has none left for where it crosses the edge.
    """
    return np.clip(points, -FAR, FAR)


class Axis:
    """One direction of a panel: a range of data, linear or logarithmic, laid on a stretch of the screen."""

    def __init__(self, data: Range, screen: Range, scale: Scale = "linear", steps: Sequence[float] = ()) -> None:
        """`steps` are the distances of ticks to choose from, from the least, where round numbers are not decimal."""
        self.data, self.screen, self.scale, self.steps = data, screen, scale, steps
        self._low, self._high = self._measure(np.array(data))

    def _measure(self, values: npt.ArrayLike) -> Array:
        numbers = np.asarray(values, dtype=float)
        return np.log10(np.maximum(numbers, VANISHING * self.data[0])) if self.scale == "log" else numbers

    def place(self, values: npt.ArrayLike) -> Array:
        """Screen coordinate of data values, also of those beyond its ends: they are cut off, and never moved."""
        share = (self._measure(values) - self._low) / (self._high - self._low)
        return np.asarray(self.screen[0] + share * (self.screen[1] - self.screen[0]))

    def ticks(self, apart: float, taken: float = 0.0, closer: Sequence[float] = CLOSER) -> list[float]:
        """Tick values about `apart` units of the screen from each other, or further.

        By a share of that `closer`, if else fewer than two would be clear of the upper end, of which so many units are
        `taken`.
        """
        for share in closer:
            count = max(2, int(abs(self.screen[1] - self.screen[0]) / (share * apart)))
            found = decades(*self.data, count) if self.scale == "log" else ticks(*self.data, count, self.steps)
            if np.count_nonzero(self.place(found) <= self.screen[1] - taken) > 1:
                break
        return found


def plot_area(
    box: Box,
    x: Range,
    y: Range,
    names: tuple[str, str] = ("", ""),
    scales: tuple[Scale, Scale] = ("linear", "linear"),
    y_labels: bool = True,
) -> Box:
    """Where in its box a panel plots: beside the numbers at its axes, below the name of the second one."""
    bottom = size_of("$0$")[1] + PAD + 0.06
    top = size_of("$y$")[1] + 0.18 if names[1] else 0.12
    probe = Axis(y, (box.bottom + bottom, box.top - top), scales[1]).ticks(0.9, closer=LOW)
    last = tick_labels(Axis(x, (box.left, box.right), scales[0]).ticks(1.3), scales[0])[-1]
    beyond = 0.0 if names[0] else size_of(last)[0] / 2
    labels = tick_labels(probe, scales[1]) if y_labels else []
    widest = max((size_of(label)[0] for label in labels), default=0.0)
    return box.inset(left=widest + (PAD if y_labels else 0.05), bottom=bottom, top=top, right=max(0.12, beyond))


class Panel(VGroup):
    """A plot area inside a box, with ticks, labels and names; `to_screen` maps data to the screen."""

    def __init__(
        self,
        box: Box,
        x: Range,
        y: Range,
        names: tuple[str, str] = ("", ""),
        y_scale: Scale = "linear",
        grid: bool = False,
        framed: bool = False,
        y_labels: bool = True,
        x_scale: Scale = "linear",
        x_steps: Sequence[float] = (),
    ) -> None:
        """`names` are Typst markup; `grid` draws a line at each y tick; `framed` a frame instead of a base line;
        `x_steps` are the distances of the numbers below to choose from, else decimal ones."""
        super().__init__()
        self.names_above = bool(names[1])
        self.area = plot_area(box, x, y, names, (x_scale, y_scale), y_labels)
        self.x_axis = Axis(x, (self.area.left, self.area.right), x_scale, x_steps)
        self.y_axis = Axis(y, (self.area.bottom, self.area.top), y_scale)
        self.frame = polylines(
            self._frame_lines(grid, framed, y_labels), stroke_color=palette().rule_line, stroke_width=2
        )
        self.labels = VGroup(*self._x_labels(names[0]))
        self.names = VGroup(*self._names(names, box))
        self.labels.add(*(self._y_labels() if y_labels else []))
        self.add(self.frame, self.labels, self.names)

    # The mapping ----------------------------------------------------------------------------------------------------

    def to_screen(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Array:
        """Screen points (..., 3) of data."""
        across, up = np.broadcast_arrays(self.x_axis.place(x), self.y_axis.place(y))
        return np.stack([across, up, np.zeros_like(across)], axis=-1)

    def point(self, x: float, y: float) -> Array:
        """Screen point (3,) of one datum."""
        return self.to_screen(x, y)

    # The furniture --------------------------------------------------------------------------------------------------

    def _frame_lines(self, grid: bool, framed: bool, y_labels: bool) -> list[Array]:
        corners = outline_of(self.area)
        lines = [corners] if framed else [corners[:2]]
        if grid and y_labels:
            lines += [self.to_screen([*self.x_axis.data], v) for v in self.y_axis.ticks(0.9, closer=LOW)]
        return lines

    def _x_labels(self, name: str) -> list[Words]:
        taken = size_of(name)[0] + 0.2 if name else 0.0
        values = self.x_axis.ticks(1.3, taken + HALF)
        labels = _clear(map(self._x_label, values, tick_labels(values, self.x_axis.scale)), 0)
        return [label for label in labels if not name or label.get_right()[0] <= self.area.right - taken]

    def _x_label(self, value: float, markup: str) -> Words:
        return Words(markup, SMALL, palette().quiet).next_to(self.point(value, self.y_axis.data[0]), DOWN, buff=PAD)

    def _y_labels(self) -> list[Words]:
        values = self.y_axis.ticks(0.9, closer=LOW)
        marks = (Words(markup, SMALL, palette().quiet) for markup in tick_labels(values, self.y_axis.scale))
        left = self.x_axis.data[0]
        placed = [label.next_to(self.point(left, v), LEFT, buff=PAD) for v, label in zip(values, marks, strict=True)]
        for corner, label in zip(self.labels, placed[:1], strict=False):  # both axes may begin with a number
            if label.get_right()[0] > corner.get_left()[0]:
                label.shift(max(0.0, corner.get_top()[1] + APART - label.get_bottom()[1]) * UP)
        return _clear((label for label in placed if label.get_top()[1] <= self.area.top + 0.16), 1)

    def _names(self, names: tuple[str, str], box: Box) -> list[VMobject]:
        """The names of both axes; one that is longer than its axis begins before it, and stays in the box."""
        across, up = (Words(name, SMALL, palette().quiet) if name else None for name in names)
        made: list[VMobject] = []
        if across is not None:
            across.next_to(np.array([self.area.right, self.area.bottom, 0]), DOWN, buff=PAD, aligned_edge=RIGHT)
            made.append(across.align_to(self.labels, DOWN) if len(self.labels) else across)
        if up is not None:
            up.next_to(np.array([self.area.left, self.area.top, 0]), UP, buff=0.12, aligned_edge=LEFT)
            beyond, before = up.get_right()[0] - box.right, up.get_left()[0] - box.left
            made.append(up.shift(max(0.0, min(beyond, before)) * LEFT))
        return made
