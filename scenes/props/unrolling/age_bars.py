"""The weights while the sum is being written: a bar for each gradient, which grows as it comes and shrinks as it ages.

When a line is multiplied out, every gradient in it is multiplied by the momentum coefficient, and every bar with it: so
the older count less, and one sees it happen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from manim import DOWN, LEFT, UP, Rectangle, VGroup

from scenes.stage.ink.drawing import Array, polylines
from scenes.stage.ink.layout import Box, place, shrink_into
from scenes.stage.ink.palette import palette
from scenes.stage.panels.bars import THIN
from scenes.stage.words.figures import typed
from scenes.stage.words.notation import gradient, notation
from scenes.stage.words.numerals import Numeral
from scenes.stage.words.typesetting import BODY, SMALL, Words, lines, quiet

HEAD, NUMBER, NAME, TIGHT = 1.3, 0.5, 0.5, 3.0  # heights: of the words above, a number, a name; a low box
PALE, SOON = 0.35, 0.2  # opacity of bars that a line does not hold yet; the part of a line in which they pale
NAMED, BESIDE = 1.9, 0.1  # room for words beside low bars, and their distance from them
WIDTH = 0.62  # of a bar, in shares of its column


def weights_at(value: float, count: int, momentum: float) -> Array:
    """The weights (count,) of the gradients, in units of the learning rate, at a fractional line of the derivation.

    In the first half of a line its own gradient comes, in the second all that were there before are multiplied.
    """
    whole, part = int(np.floor(value)), value % 1.0
    ages = whole - np.arange(1, count + 1)
    with np.errstate(divide="ignore"):
        known = np.where(ages >= 0, np.power(float(momentum), np.maximum(ages, 0)), 0.0)
    rising, shrunk = min(1.0, 2 * part), float(momentum) ** max(0.0, 2 * part - 1)
    return np.asarray(np.where(ages >= 0, known * shrunk, np.where(ages == -1, rising, 0.0)))


def present(part: float) -> float:
    """How much of the bars of older gradients is seen in a line: pale, as long as it does not yet hold them."""
    gone = min(part / SOON, 1.0) if part < 0.5 else 2 - 2 * part
    return 1 - (1 - PALE) * gone


class AgeBars(VGroup):
    """A bar a gradient, its weight above it as a number and its name below; `display(line)` as in `weights_at`."""

    def __init__(self, box: Box, count: int, momentum: float, colors: Sequence[str]) -> None:
        super().__init__()
        self.count, self.momentum = count, momentum
        low, here = box.height < TIGHT, f"${notation().momentum} = {typed(momentum)}$"
        room = box.inset(top=HEAD if not low else 0.0)
        self.base, self.full = room.bottom + NAME, room.height - NAME - NUMBER
        columns = room.columns(*[1.0] * count, gap=0.0)
        self.centers = [float(column.center[0]) for column in columns]
        width = WIDTH * columns[0].width
        self.bars = VGroup(
            *(
                Rectangle(width=width, height=1.0, stroke_width=0, fill_color=color, fill_opacity=1)
                for color in colors[:count]
            )
        )
        self.numbers = VGroup(*(Numeral(column.center, ".2f", SMALL) for column in columns))
        names = [Words(f"$g_{k + 1}$", SMALL, color) for k, color in enumerate(colors[:count])]
        for name, x in zip(names, self.centers, strict=True):
            name.move_to((x, self.base - 0.3, 0.0))
        ends = np.array([[room.left, self.base, 0.0], [room.right, self.base, 0.0]])
        floor = polylines([ends], stroke_color=palette().rule_line, stroke_width=2)
        if low:
            title = _beside(here).next_to((room.left, self.base + self.full / 2, 0.0), LEFT, buff=BESIDE)
        else:
            title = place(shrink_into(_above(here), box.width), box, UP + LEFT)
        self.names = VGroup(*names)
        self.moving = VGroup(self.bars, self.numbers)
        self.add(title, floor, self.names, self.moving)
        self.display(0.0)

    def display(self, value: float) -> AgeBars:
        for k, weight in enumerate(weights_at(value, self.count, self.momentum)):
            height = max(weight * self.full, THIN)
            bar, number, seen = self.bars[k], self.numbers[k], float(weight > 0 or k < value)
            bar.stretch_to_fit_height(height).move_to((self.centers[k], self.base, 0.0), aligned_edge=DOWN)
            number.display(weight).seat((self.centers[k] + 0.28, self.base + height + 0.12, 0.0))
            self.names[k].set_opacity(seen)
            for part in (bar, number):
                part.set_opacity(seen * (1.0 if k >= int(value) else present(value % 1.0)))
        return self


def _above(here: str) -> VGroup:
    """What the bars are, in full; `here` is the momentum, as mathematics."""
    rows = (f"the weight of $g_i = {gradient('i')}$", f"in units of ${notation().learning_rate}$; {here}")
    return lines(*(quiet(row, BODY) for row in rows), gap=0.15)


def _beside(here: str) -> VGroup:
    """What low bars are, as far as there is room beside them."""
    rows = ("weight, in", f"units of ${notation().learning_rate}$", here)
    return next(words for words in _in_each_size(rows) if words.width <= NAMED - BESIDE)


def _in_each_size(rows: Sequence[str]) -> Iterator[VGroup]:
    """All rows, or all but the last, the larger before the smaller."""
    for shown in (rows, rows[:-1]):
        yield from (lines(*(quiet(row, size) for row in shown), gap=0.15) for size in (BODY, SMALL))
