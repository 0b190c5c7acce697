"""What momentum adds up to: equal gradients, and a staircase that climbs towards 1/(1 - momentum)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from manim import DL, DOWN, LEFT, ORIGIN, RIGHT, UL, UP, Square, VGroup, VMobject

from optimizers import theory
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import dashed
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.bars import Staircase, columns_at, taken
from scenes.stage.panels.unrolled import fitting_size, gain_parts
from scenes.stage.words.derivation import Line
from scenes.stage.words.figures import figure, rounded, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.numerals import Numeral
from scenes.stage.words.typesetting import HEADING, SMALL, Words, bold, lines, quiet

ENOUGH = 0.99  # of the limit, reached at the right end of the staircase
TIMES = ("once", "twice", *(f"{n} times" for n in ("three", "four", "five", "six", "seven", "eight", "nine", "ten")))


def gain_axis() -> str:
    """What the staircase's heights are, as markup."""
    return f"gain $= {notation().update}_t slash ({notation().learning_rate} nabla f)$"


def times(gain: float) -> str:
    """A factor in words: `ten times`, `3.33 times`."""
    nearest = round(gain)
    if abs(gain - nearest) > 1e-9 * gain:
        return f"{figure(gain)} times" if gain < 1000 else f"{gain:,.0f} times"
    return TIMES[nearest - 1] if nearest <= len(TIMES) else f"{nearest:,} times"


def settling_steps(momentum: float) -> int:
    """After how many equal gradients the gain is at 99 % of its limit; at least a few, to make a picture."""
    return max(8, math.ceil(math.log(1 - ENOUGH) / math.log(momentum))) if momentum > 0 else 8


def gain_words(momentum: float) -> tuple[str, str, str]:
    """What the update grows towards, in pieces of a line."""
    factor = "no more than" if momentum == 0 else times(1 / (1 - momentum))
    return factor, "the step of", "gradient descent"


class GainChart:
    """Equal gradients: the series, its sum, a staircase that climbs towards the limit, and the words at its side."""

    def __init__(self, momentum: float) -> None:
        self.momentum, self.steps, self.limit = momentum, settling_steps(momentum), 1 / (1 - momentum)
        self.words, self.series, self.closed, stage = self._formulas()
        board, side = self._boxes(stage)
        self.stairs = self._staircase(board)
        self.line, self.label = self._limit_line()
        factor, *step = gain_words(momentum)
        self._fill_side(side, (f"towards {factor}" if momentum else factor, *step))

    def _formulas(self) -> tuple[Words, VGroup, VGroup, Box]:
        stage = layout.stage()
        kept = f"${notation().momentum} = {typed(self.momentum)}$"
        words = layout.place(quiet(f"the same gradient, again and again; {kept}:"), stage, UL)
        size = fitting_size([gain_parts()], stage.width, HEADING)
        line = Line(gain_parts(), size).next_to(words, DOWN, buff=0.15).align_to(words, LEFT)
        closed = line.part("same", "closed", "step2")
        series = VGroup(*(glyph for glyph in line.submobjects if glyph not in closed.submobjects))
        return words, series, closed, stage.inset(top=stage.top - line.get_bottom()[1] + 0.3)

    def _boxes(self, stage: Box) -> tuple[Box, tuple[Box, ...]]:
        """Chart, and legend, numbers and verdict: beside it in a wide picture, below it in a tall one."""
        if layout.is_wide():
            side, board = stage.right_slice(4.0, gap=0.5)
            return board, side.rows(0.85, 0.95, 1.45, gap=0.3)
        if layout.is_tall():
            side, board = stage.bottom_slice(4.2)
            return board, side.rows(0.85, 0.95, 1.8, gap=0.3)
        if layout.is_narrow():
            side, board = stage.bottom_slice(2.1, gap=0.15)
            left, right = side.columns(1, 1)
            return board, (*left.rows(0.8, 1.1, gap=0.15), right)
        side, board = stage.bottom_slice(1.5, gap=0.15)
        return board, side.columns(3.6, 2.2, 3.3)

    def _staircase(self, board: Box) -> Staircase:
        at = columns_at(self.steps)
        totals = np.array([theory.constant_gradient_gain(int(t), self.momentum) for t in at])
        colors = (palette().gradient, palette().share)
        return Staircase(board, totals, at, 1.0, colors, (0.0, 1.25 * self.limit), ("step $t$", gain_axis()))

    def _limit_line(self) -> tuple[VMobject, Words]:
        ends = self.stairs.to_screen([*self.stairs.x_axis.data], self.limit)
        line = dashed(ends, stroke_color=palette().target, stroke_width=3)
        label = Words(f"$1 slash (1 - {notation().momentum}) = {rounded(self.limit)}$", SMALL, on_picture=True)
        return line, label.next_to(ends[1], UP, buff=0.12, aligned_edge=RIGHT)

    def _fill_side(self, boxes: tuple[Box, ...], verdict: Sequence[str]) -> None:
        align = UL if layout.is_wide() else LEFT
        entries = (("gradient descent's step", palette().gradient), ("momentum's share", palette().share))
        legend = lines(*(swatch(words, color) for words, color in entries))
        readings, self.step, self.gain = running_numbers(boxes[1], self.steps, self.limit)
        self.side = VGroup(layout.place(legend, boxes[0], align), readings)
        said = layout.shrink_into(lines(*map(bold, verdict), gap=0.2), boxes[2].width)
        self.verdict = layout.place(said, boxes[2], DL if layout.is_wide() else LEFT)

    def gain_after(self, step: float) -> float:
        """The gain of the step that is being taken."""
        return theory.constant_gradient_gain(taken(step), self.momentum)


def running_numbers(box: Box, steps: int, gain: float) -> tuple[VGroup, Numeral, Numeral]:
    """`step` and `gain`, each with its running number, right ends below each other; they start at 0."""
    names = layout.place(lines(Words("step $t$"), Words("gain"), gap=0.3), box, LEFT)
    step, factor = Numeral(ORIGIN, "d").display(steps), Numeral(ORIGIN, ".2f" if gain < 1000 else ".0f").display(gain)
    end = names.get_right()[0] + 0.35 + max(step.width, factor.width)
    for name, letter, number in zip(names, (0, 1), (step, factor), strict=True):  # the g of gain goes below the line
        number.seat(np.array([end, name.submobjects[letter].get_bottom()[1], 0.0])).display(0)
    return VGroup(names, step, factor), step, factor


def swatch(words: str, color: str) -> VGroup:
    """A square of a colour, and what it stands for."""
    square = Square(0.28, stroke_width=0, fill_color=color, fill_opacity=1)
    return VGroup(square, quiet(words)).arrange(RIGHT, buff=0.18)
