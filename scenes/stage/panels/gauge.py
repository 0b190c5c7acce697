"""A gauge: a number, and a bar that is as long as the number is large."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from manim import LEFT, Rectangle, VGroup, VMobject

from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.bars import rectangle_points
from scenes.stage.words.figures import running_spec
from scenes.stage.words.numerals import Numeral, widest_of
from scenes.stage.words.typesetting import BODY, Words, on_baseline

BAR = 0.3  # height


class Gauge(VGroup):
    """Words and a number above a bar, which fills its box at `largest`; `display(value)` shows a value.

    The words stand beside the number, so that the left of the line is free for something else.
    """

    def __init__(
        self,
        box: Box,
        words: str,
        largest: float,
        color: str,
        spec: str | None = None,
        shown: Iterable[float] = (),
    ) -> None:
        """`shown` are the values that the number will show, as far as they are known: there is room for all."""
        super().__init__()
        self.box, self.largest = box, largest if math.isfinite(largest) and largest > 0 else 1.0
        middle = np.array([(box.left + box.right) / 2, box.bottom + BAR / 2, 0.0])
        track = Rectangle(width=box.width, height=BAR, stroke_width=0, fill_color=palette().card, fill_opacity=1)
        self.number = Numeral([box.right, box.bottom + BAR + 0.16, 0.0], spec or running_spec([largest], 4), BODY)
        self.bar = VMobject(stroke_width=0, fill_color=color, fill_opacity=1)
        self.moving = VGroup(self.number, self.bar)
        self.number.display(widest_of([self.largest, *shown], self.number.spec))
        self.label = on_baseline(Words(words, BODY, color).next_to(self.number, LEFT, buff=0.25), self.baseline)
        self.add(track.move_to(middle), self.label, self.moving)
        self.display(0.0)

    @property
    def baseline(self) -> float:
        """Where the words stand."""
        return float(self.number.anchor[1])

    def display(self, value: float) -> Gauge:
        self.number.display(value)
        share = float(np.clip(np.nan_to_num(value / self.largest), 0, 1))
        left, bottom = np.array([self.box.left]), np.array([self.box.bottom])
        self.bar.set_points(rectangle_points(left, left + share * self.box.width, bottom, bottom + BAR))
        return self
