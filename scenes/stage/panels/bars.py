"""Bars: the weights of a sum below its terms, and a staircase of totals that grows with the steps.

Heights start at zero, always, so that a bar twice as high stands for twice as much.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from manim import DOWN, RIGHT, Rectangle, VGroup, VMobject

from scenes.stage.ink.drawing import Array, polyline_points, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import WHOLE, Panel, Range
from scenes.stage.words.figures import COMPACT, in_one_unit
from scenes.stage.words.typesetting import BODY, SMALL, Words, on_baseline, quiet

COLUMNS = 240  # more columns than this are not told apart on the screen
GAP_SHARE = 0.22  # of a column's width, between columns that are wide enough
THIN = 1e-3  # what is drawn of a bar of height 0
ROW = 0.55  # from the sum to its total
RISE = 0.5  # of a step, in which its column grows


# Bars below a written sum ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Columns:
    """Where the parts of a written sum stand, left to right: its name, the equal sign, the terms; and their colours."""

    name: float
    equals: float
    terms: tuple[float, ...]
    colors: tuple[str, ...]


class WeightedSum(VGroup):
    """Below a written sum: a bar and a number for each weight, what is weighted, the products, and their total.

    Parts are shown one by one: `base`, `bars`, `weights`, `values`, `products`, `total`, and `labels` of three rows.
    """

    def __init__(self, box: Box, columns: Columns, weights: Array, values: Array, labels: Sequence[str]) -> None:
        """`weights` and `values` are (terms,); `labels` name the weights (in lines), the values, and their sum."""
        super().__init__()
        self.columns = columns
        self._write_products(weights * values, labels[-1], box)
        self._write_values(values, labels[-2:-1], self.sum_label.get_top()[1] + 0.22)
        self._draw_weights(weights, labels[:-2], box, self.value_label.get_top()[1] + 0.2)
        self.labels = VGroup(self.weight_label, self.value_label, self.sum_label)
        self.add(self.base, self.bars, self.weights, self.values, self.products, self.total, self.labels)

    def _write_products(self, products: Array, label: str, box: Box) -> None:
        """The last rows: the sum, and its total, which stands on the bottom of the box."""
        texts, exponent = in_one_unit([*products, products.sum()], COMPACT)
        low, middle = box.bottom + 0.25, box.bottom + 0.25 + ROW
        sizes = [texts[0], *(text.lstrip("-") for text in texts[1:-1])]
        numbers = self._numbers(sizes, [middle] * len(products))
        marks = [VGroup(), *(self._sign(k, text, middle) for k, text in enumerate(texts[1:-1]))]
        self.products = VGroup(*(VGroup(*pair) for pair in zip(marks, numbers, strict=True)))
        name = on_baseline(self._name(label, middle, box.left), numbers[0].get_bottom()[1])
        total = _seated(f"$bold({texts[-1]})$", self.columns.terms[0], low, self.size)
        self.total = VGroup(self._equals(low), total)
        self.sum_label = VGroup(name, self._equals(middle), *map(self._seat_unit, _unit(exponent)))

    def _name(self, label: str, height: float, left: float) -> Words:
        """The name of the sum, in smaller type where it would reach over the edge or to the equal sign."""
        name, equals = _seated(label, self.columns.name, height, self.size), self._equals(height)
        fits = left - 0.01 <= name.get_left()[0] and name.get_right()[0] <= equals.get_left()[0] - 0.05
        return name if fits else _seated(label, self.columns.name, height, SMALL)

    def _seat_unit(self, unit: Words) -> Words:
        """The unit of the sum: below its name, or, where that is too short, after the total."""
        equals, number = self.total
        unit.move_to((self.columns.name, number.get_center()[1], 0.0))
        crowded = unit.get_right()[0] > equals.get_left()[0] - 0.1
        return unit.next_to(number, RIGHT, buff=0.3) if crowded else unit

    def _equals(self, height: float) -> Words:
        return _seated("$=$", self.columns.equals, height, self.size)

    def _sign(self, place: int, text: str, height: float) -> Words:
        """Between two products: plus, or minus where the second is negative."""
        middle = sum(self.columns.terms[place : place + 2]) / 2
        return _seated("$-$" if text[0] == "-" else "$+$", middle, height, self.size)

    def _write_values(self, values: Array, label: Sequence[str], bottom: float) -> None:
        texts, exponent = in_one_unit(list(values), COMPACT)
        self.value_label = self._label(label, exponent)
        middle = bottom + max(self.value_label.height, 0.5) / 2
        self.value_label.move_to((self.columns.name, middle, 0.0))
        self.values = self._numbers(texts, [middle] * len(texts))

    def _draw_weights(self, weights: Array, label: Sequence[str], box: Box, bottom: float) -> None:
        texts, exponent = in_one_unit(list(weights))
        places, width = self.columns.terms, 0.55 * self._pitch()
        heights = (box.top - bottom - 0.5) * weights / max(weights)
        ends = np.array([[places[0] - width, bottom, 0], [min(places[-1] + width, box.right), bottom, 0]])
        self.base = polylines([ends], stroke_color=palette().rule_line, stroke_width=2)
        self.bars = bars(places, bottom, list(heights), width, self.columns.colors)
        self.weights = self._numbers(texts, [bottom + height + 0.27 for height in heights])
        middle = (bottom + box.top - 0.5) / 2
        self.weight_label = self._label(label, exponent).move_to((self.columns.name, middle, 0.0))

    @property
    def size(self) -> float:
        """Type size of the numbers."""
        return BODY if self._pitch() > 1.8 else SMALL

    def _pitch(self) -> float:
        return float(np.diff(self.columns.terms).mean())

    def _numbers(self, texts: Sequence[str], heights: Sequence[float]) -> VGroup:
        rows = zip(texts, self.columns.terms, heights, self.columns.colors, strict=False)
        return VGroup(*(_seated(f"${text}$", x, y, self.size, color) for text, x, y, color in rows))

    def _label(self, lines: Sequence[str], exponent: int) -> VGroup:
        return VGroup(*map(quiet, lines), *_unit(exponent)).arrange(DOWN, buff=0.14)


def _unit(exponent: int) -> list[Words]:
    """The unit of a row of numbers, unless it is 1."""
    return [quiet(f"in $10^({exponent})$")] if exponent else []


def label_room() -> float:
    """How wide a label of a row is, at most: a unit with a long exponent."""
    return float(_unit(-12)[0].width)


def _seated(markup: str, x: float, y: float, size: float, color: str | None = None) -> Words:
    return Words(markup, size, color).move_to((x, y, 0.0))


def bars(
    centers: Sequence[float], base: float, heights: Sequence[float], width: float, colors: Sequence[str]
) -> VGroup:
    """Upright bars on a base line; `heights` in units of the screen, as the rest."""
    return VGroup(
        *(
            _bar(center, base, max(height, THIN), width, color)
            for center, height, color in zip(centers, heights, colors, strict=True)
        )
    )


def _bar(center: float, base: float, height: float, width: float, color: str) -> Rectangle:
    bar = Rectangle(width=width, height=height, stroke_width=0, fill_color=color, fill_opacity=1)
    return bar.move_to((center, base + height / 2, 0.0))


def rectangle_points(left: Array, right: Array, bottom: Array, top: Array) -> Array:
    """The Béziers of n upright rectangles, each edge an array (n,): shape (16 n, 3)."""
    corners = [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
    rings = np.stack([np.stack([x, y, np.zeros_like(x)], axis=-1) for x, y in corners], axis=1)
    return np.concatenate([np.zeros((0, 3)), *(polyline_points(ring) for ring in rings)])


def columns_at(steps: int) -> Array:
    """Which steps get a column: all, or evenly chosen ones where they are more than the screen can show."""
    return np.unique(np.ceil(np.linspace(0, steps, min(steps, COLUMNS) + 1)[1:]))


def taken(value: float) -> int:
    """The step that is being taken at a fractional step: its column rises while its number is shown."""
    return math.ceil(value - 1e-9)


class Staircase(Panel):
    """Columns of two layers over the steps 1, 2, ...; `display(step)` draws those up to a fractional step.

    The lower layer is the same in all columns (`floor`), the upper one is what the totals add to it.
    """

    def __init__(
        self,
        box: Box,
        totals: Array,
        at: Array,
        floor: float,
        colors: tuple[str, str],
        y: Range,
        names: tuple[str, str],
    ) -> None:
        """`totals` (n,) are the heights of the columns at the steps `at` (n,); `colors` lower layer first."""
        last = float(at[-1])
        slot = last / len(at)
        super().__init__(box, (0.0, last + 0.5 * slot), y, names, grid=True, x_steps=WHOLE)
        self.at, self.totals, self.floor = at, totals, floor
        reach = slot * (1 - GAP_SHARE if len(at) <= COLUMNS / 2 else 1.05) / 2  # without a gap, no seam
        self.lefts, self.rights = self.x_axis.place(at - reach), self.x_axis.place(at + reach)
        self.layers = VGroup(*(VMobject(stroke_width=0, fill_color=color, fill_opacity=1) for color in colors))
        self.add(self.layers)
        self.display(0.0)

    def display(self, value: float) -> Staircase:
        """Draw the columns up to a step; that of a step being taken rises first and then rests."""
        each = len(self.at) == self.at[-1]
        rise = np.clip((value - self.at + 1) / RISE, 0, 1) if each else (self.at <= taken(value)).astype(float)
        low, high = np.zeros_like(rise), np.minimum(self.totals * rise, self.floor)
        for layer, bottom, top in ((self.layers[0], low, high), (self.layers[1], high, self.totals * rise)):
            seen = top > bottom
            edges = (self.lefts, self.rights, self.y_axis.place(bottom), self.y_axis.place(top))
            layer.set_points(rectangle_points(*(edge[seen] for edge in edges)))
        return self
