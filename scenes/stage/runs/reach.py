"""Which momenta get a run to the lowest point: not one that happens to, but each of a thousand, run and judged alike.

A run that arrives may be luck; a long stretch of momenta that all arrive is not. How finely they were tried is said,
and the ends of the stretch are rounded inwards, to hundredths: one between two that were tried may do otherwise, but
hardly that far inside. Beside the stretch some may arrive as well, and no more than that is said of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from manim import LEFT, RIGHT, VGroup

from objectives import AnyObjective
from optimizers import Momentum, descend
from scenes.stage.ink.drawing import Array, outline_of, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import SMALL, Words, first_fitting, lines, on_baseline, quiet, wrapped

HUNDREDTH = 10  # so many momenta are tried in a hundredth
STEP = 1 / (100 * HUNDREDTH)
TRIED = np.arange(100 * HUNDREDTH) / (100 * HUNDREDTH)
NEAR = 0.05  # of the way down from the start: near the lowest point
BAR, ROW, PITCH, APART = 0.26, 0.11, 0.4, 0.2  # the bar's height; gaps; from row to row, and between their columns
ELSEWHERE = 2  # the number of the third colour of the bar
LEAST = 4  # hundredths of a stretch that is worth telling
BEYOND, TO_NUMBER = 0.07, 0.08  # how far the marks at its ends stand out of the bar, and from there to their numbers


@dataclass(frozen=True, eq=False)
class Reach:
    """For each of the `TRIED` momenta, whether its run ends near the lowest point; `stays` says of the others whether
    they end where gradient descent does."""

    there: npt.NDArray[np.bool_]
    stays: npt.NDArray[np.bool_]

    @cached_property
    def stretch(self) -> tuple[float, float] | None:
        """The longest stretch of momenta that all get there, rounded inwards to hundredths, if it is worth telling."""
        return _inwards(self.there)

    @cached_property
    def held(self) -> tuple[float, float] | None:
        """The same of those that stay."""
        return _inwards(self.stays)

    def holds(self, momentum: float) -> bool:
        """Whether a momentum lies in the stretch."""
        return self.stretch is not None and self.stretch[0] <= momentum <= self.stretch[1]

    def beside(self) -> list[str]:
        """On which sides of the stretch some get there as well."""
        first, last = _longest(self.there)
        sides = {"below": self.there[:first], "above": self.there[last + 1 :]}
        return [side for side, there in sides.items() if there.any()]

    def sentence(self, place: str) -> str:
        """The stretch for a caption, with a space before it; `place` says where its runs end."""
        if self.stretch is None:
            return ""
        first, last = (f"{end:g}" for end in self.stretch)
        return f" Tried every {STEP:g}: all momenta from {first} to {last} end {place}."


def _longest(those: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """The first and the last of the longest unbroken row of momenta; before the first of all, if there is none."""
    rows = [[i for i, _ in group] for good, group in groupby(enumerate(those), key=lambda e: e[1]) if good]
    longest = max(rows, key=len, default=[0, -1])
    return longest[0], longest[-1]


def _inwards(those: npt.NDArray[np.bool_]) -> tuple[float, float] | None:
    """Its ends, rounded inwards to hundredths, if it holds enough of these."""
    first, last = _longest(those)
    ends = -(-first // HUNDREDTH), last // HUNDREDTH
    return (ends[0] / 100, ends[1] / 100) if ends[1] - ends[0] + 1 >= LEAST else None


def reach_of(
    objective: AnyObjective, start: npt.ArrayLike, learning_rate: float, steps: int, lowest: float, rest: float
) -> Reach:
    """Runs with all momenta from one start: which end near the `lowest` value, and which where the slope rests at
    `rest`."""
    first = float(objective.value(np.asarray(start, dtype=float)))
    with np.errstate(all="ignore"):
        ends: Array = objective.value(descend(objective, Momentum(learning_rate, TRIED), start, steps).iterates[-1])
        there = ends - lowest < NEAR * (first - lowest)
        return Reach(there, ~there & (np.abs(ends - rest) < NEAR * (first - lowest)))


class ReachTable(VGroup):
    """A bar of the momenta round the stretch, coloured by where their runs end, and what that is, a row a colour."""

    def __init__(self, reach: Reach, width: float, place: str, stays: Sequence[str]) -> None:
        """`place` says where those of the stretch end, `stays` what gradient descent does, longer wording first."""
        super().__init__()
        assert reach.stretch is not None
        rows = [_Row(_which(reach.stretch), (place,), rule_color(MOMENTUM))]
        if reach.held is not None:
            row = _Row(_which(reach.held), stays, rule_color(GD))
            rows.insert(int(reach.held > reach.stretch), row)
        for side in reach.beside():
            row = _Row(side, ("some get there, too", "some get there", "some do"), palette().quiet, True)
            rows.insert(len(rows) if side == "above" else 0, row)
        letter = f"${notation().momentum}$"
        told = f"where each {letter} ends", f"each {letter}"
        named = tuple(f"{one}; grey: elsewhere" for one in told) if (_kinds(reach) == ELSEWHERE).any() else ()
        head = first_fitting(map(quiet, (*named, *told)), width)
        self.add(lines(head, _bar(reach, width), _placed(rows, width), gap=ROW))


def row_of(reach: Reach, width: float, place: str) -> Words:
    """The stretch alone, and where its runs end, on one line, or two."""
    assert reach.stretch is not None
    first, last = (f"${end:g}$" for end in reach.stretch)
    which, color = f"${notation().momentum}$ from {first} to {last}", rule_color(MOMENTUM)
    for told in (f"all {which} {place}", f"{which} {place}"):
        words = Words(told, SMALL, color)
        if words.width <= width:
            return words
    return wrapped(f"all {which} {place}", width).set_color(color)


class _Row(NamedTuple):
    """Which momenta, or on which `side` of the stretch; what is said of them, longer wording first, in which colour."""

    which: str
    said: Sequence[str]
    color: str
    side: bool = False

    @property
    def alone(self) -> list[str]:
        """What is said without the momenta beside it; of those on a side, which side that is."""
        return [f"{self.which}: {said}" if self.side else said for said in self.said]


def _which(ends: tuple[float, float]) -> str:
    return f"${ends[0]:g}$ to ${ends[1]:g}$"


def _start(stretch: tuple[float, float]) -> int:
    """The number of the momentum at the tenth below a stretch."""
    return max(0, round(100 * stretch[0]) - 1) // 10 * 10 * HUNDREDTH


def _kinds(reach: Reach) -> Array:
    """Where each momentum of the bar ends, as the number of its colour."""
    assert reach.stretch is not None
    return np.asarray(np.where(reach.there, 1, np.where(reach.stays, 0, ELSEWHERE))[_start(reach.stretch) :])


def _bar(reach: Reach, width: float) -> VGroup:
    """From the tenth below the stretch to the end, a piece for each momentum that was tried; the stretch has marks."""
    assert reach.stretch is not None
    start, kinds = _start(reach.stretch), _kinds(reach)
    colors = rule_color(GD), rule_color(MOMENTUM), palette().rule_line
    cell, pieces = width / len(kinds), VGroup()
    for kind, group in groupby(range(len(kinds)), key=lambda i: int(kinds[i])):
        first, *_, last = [*(of := [*group]), of[-1]]
        box = Box(first * cell, 0.0, (last + 1) * cell, BAR)
        pieces.add(polylines([outline_of(box)], stroke_width=0, fill_color=colors[kind], fill_opacity=1))
    at = [(round(100 * end) * HUNDREDTH - start + 0.5) * cell for end in reach.stretch]
    marks = [np.array([(x, -BEYOND, 0.0), (x, BAR + BEYOND, 0.0)]) for x in at]
    drawn = polylines(marks, stroke_color=palette().ink, stroke_width=2.5)
    return VGroup(pieces, drawn, *_numbers(reach.stretch, at, TRIED[start], width))


def _numbers(stretch: tuple[float, float], at: Sequence[float], least: float, width: float) -> list[Words]:
    """Below the bar: the ends of the stretch, and those of the bar where they do not come too close to them."""
    made = [_number(end, x) for end, x in zip(stretch, at, strict=True)]
    left, right = _number(least, 0.0), _number(1.0, width)
    left.align_to((0.0, 0.0, 0.0), LEFT), right.align_to((width, 0.0, 0.0), RIGHT)
    if made[1].get_left()[0] - made[0].get_right()[0] < TO_NUMBER:
        return [left, right]
    fits = made[0].get_left()[0] - left.get_right()[0], right.get_left()[0] - made[1].get_right()[0]
    return made + [end for end, room in zip((left, right), fits, strict=True) if room > TO_NUMBER]


def _number(value: float, x: float) -> Words:
    words = Words(f"${value:g}$", SMALL, palette().quiet)
    words.move_to((x, -BEYOND - TO_NUMBER - words.height / 2, 0.0))
    return words


def _placed(rows: Sequence[_Row], width: float) -> VGroup:
    """The rows below each other: the momenta, and in a column beside them what they do; where that has no room, the
    numbers stand at the bar alone."""
    which = [Words(row.which, SMALL, row.color) for row in rows]
    across = max(words.width for words in which) + APART
    if max(Words(row.said[0], SMALL).width for row in rows) > width - across:
        fitting = (first_fitting((Words(said, SMALL, row.color) for said in row.alone), width) for row in rows)
        return VGroup(*(_at(words, 0.0, number) for number, words in enumerate(fitting)))
    made = VGroup()
    for number, (words, row) in enumerate(zip(which, rows, strict=True)):
        made.add(_at(words, 0.0, number), _at(Words(row.said[0], SMALL, row.color), across, number))
    return made


def _at(words: Words, left: float, row: int) -> Words:
    return on_baseline(words.move_to((left + words.width / 2, 0, 0)), -row * PITCH)
