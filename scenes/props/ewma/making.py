"""How one average is made: the trend so far, the value that comes, and the new average between them.

It is the step at which the value is farthest from the trend, for there both shares are seen.
"""

from __future__ import annotations

import numpy as np
from manim import VGroup

from optimizers.averages import moving_average
from scenes.props.ewma.averaging import DOT, Growing, Values
from scenes.stage.ink.drawing import Array, dashed, discs, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.words.figures import typed
from scenes.stage.words.speaker import tinted

DIGITS = 3  # of the numbers that are said
LARGER = 1.3  # than the other dots: those of this step
BEFORE, AFTER = 9, 4  # the step, so many values are shown


class Making(VGroup):
    """The step from one average to the next over values (n,), in parts that are shown one by one; in the end the line
    of the averages goes on to the new one.

    `chart` is there first, then `trend`, `current`, and `new`; `told` says it with the numbers.
    """

    def __init__(self, box: Box, values: Array, share: float) -> None:
        averages = moving_average(values, share)
        self.share, self.step = share, 1 + int(np.argmax(np.abs(values[1:] - averages[:-1])))
        self.before, self.value = float(averages[self.step - 1]), float(values[self.step])
        self.after = float(averages[self.step])
        self.averages = averages
        first = max(0, self.step - BEFORE)
        self.chart = Values(box, values[first : self.step + AFTER + 1], ("$t$", "$x_t$"), first)
        self.trend, self.current, self.new = self._parts()
        super().__init__(self.chart, self.trend, self.current, self.new)

    def _parts(self) -> tuple[VGroup, VGroup, VGroup]:
        """The averages up to the last one, and on; the value that comes; and the new average on the way between."""
        old, new, first = palette().share, palette().gradient, int(self.chart.numbers[0])
        known = self.chart.to_screen(np.arange(first, self.step), self.averages[first : self.step])
        low, top, made = self.chart.to_screen([self.step] * 3, [self.before, self.value, self.after])
        so_far = Growing(known, old).display(len(known) - 1)
        onwards = dashed(np.array([known[-1], low]), stroke_color=old, stroke_width=3)
        ways = [
            polylines([np.array(way)], stroke_color=color, stroke_width=width)
            for way, color, width in (((low, made), new, 6), ((made, top), old, 6), ((known[-1], made), old, 5))
        ]
        dots = ((top, new), (made, old))
        value, average = (
            discs(np.array([place]), LARGER * DOT, stroke_width=0, fill_color=color, fill_opacity=1)
            for place, color in dots
        )
        return VGroup(so_far, onwards), VGroup(value), VGroup(*ways, average)

    def told(self, letter: str) -> str:
        """The line with the numbers of this step, as Typst markup; `letter` is what stands for the share."""
        old, new = ((self.share, self.before), (1 - self.share, self.value))
        equal = "=" if self._is_exact() else "approx"
        first, second = (
            tinted(f"${typed(weight, DIGITS)} dot {_factor(value)}$", color)
            for (weight, value), color in ((old, palette().share), (new, palette().gradient))
        )
        here = f'${letter} = {typed(self.share)}$: $"average"_({self.step}) =$'
        return f"{here} {first} $+$ {second} ${equal} {typed(self.after, DIGITS)}$"

    def _is_exact(self) -> bool:
        """Whether the numbers as they are said give the average as it is said."""
        kept, old, new, after = (float(f"{v:.{DIGITS}g}") for v in (self.share, self.before, self.value, self.after))
        return abs(kept * old + (1 - kept) * new - after) <= 1e-12 * max(abs(old), abs(new))


def _factor(value: float) -> str:
    """A number as a factor: in brackets if it is negative."""
    said = typed(value, DIGITS)
    return f"({said})" if value < 0 else said
