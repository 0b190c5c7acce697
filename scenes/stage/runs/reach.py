"""Which momenta get a run to the lowest point: not one that happens to, but each of a hundred, run and judged alike.

A run that arrives may be luck; a long stretch of momenta that all arrive is not. Below that stretch, and above it, some
may arrive as well: they are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from manim import VGroup

from objectives import AnyObjective
from optimizers import Momentum, descend
from scenes.stage.ink.drawing import Array, outline_of, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import SMALL, Words, first_fitting, lines, on_baseline, quiet

TRIED = np.arange(100) / 100  # momenta
NEAR = 0.05  # of the way down from the start: near the lowest point
BAR, ROW, PITCH, APART = 0.26, 0.14, 0.42, 0.3  # the bar's height; gaps; from row to row, and between their columns
LEAST = 4  # momenta of a stretch that is worth telling


@dataclass(frozen=True, eq=False)
class Reach:
    """For each of the `TRIED` momenta, whether its run ends near the lowest point; `stays` says of the others whether
    they end where gradient descent does."""

    there: npt.NDArray[np.bool_]
    stays: npt.NDArray[np.bool_]

    @cached_property
    def stretch(self) -> tuple[int, int] | None:
        """The first and the last of the longest stretch of momenta that all get there, if it is worth telling."""
        runs = [[i for i, _ in group] for good, group in groupby(enumerate(self.there), key=lambda e: e[1]) if good]
        longest = max(runs, key=len, default=[])
        return (longest[0], longest[-1]) if len(longest) >= LEAST else None

    def holds(self, momentum: float) -> bool:
        """Whether a momentum lies in that stretch."""
        return self.stretch is not None and bool(TRIED[self.stretch[0]] <= momentum <= TRIED[self.stretch[1]])

    def outside(self) -> Iterator[tuple[str, slice]]:
        """The momenta below the stretch, and above it, where there are any."""
        first, last = self.stretch or (0, len(TRIED) - 1)
        yield from [("below", slice(0, first))] * (first > 0)
        yield from [("above", slice(last + 1, None))] * (last + 1 < len(TRIED))

    def counted(self, side: slice) -> tuple[int, int]:
        """How many of those on one side get there, and how many they are."""
        return int(self.there[side].sum()), len(self.there[side])

    @property
    def sentence(self) -> str:
        """All of it for a caption, with a space before it."""
        if self.stretch is None:
            return ""
        first, last = (f"{TRIED[i]:g}" for i in self.stretch)
        counts = ((where, *self.counted(side)) for where, side in self.outside())
        sides = [f"; {where}, {f'{good} of {all_}' if good else 'none'}" for where, good, all_ in counts]
        return f" All momenta from {first} to {last} get there{''.join(sides)}."


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
    """A bar of all momenta, coloured by where their runs end, and what that is, a row a stretch."""

    def __init__(self, reach: Reach, width: float, place: str, stays: Sequence[str]) -> None:
        """`place` says where those of the stretch get to, `stays` what gradient descent does, longer wording first."""
        super().__init__()
        assert reach.stretch is not None
        first, last = reach.stretch
        rows = [_Row(slice(first, last + 1), (place,), rule_color(MOMENTUM))]
        for where, side in reach.outside():
            held, (good, count) = bool(reach.stays[side].all()), reach.counted(side)
            some = f"{good} of {count}", f"{good} of {count} {'get' if good > 1 else 'gets'} there"
            said = some[::-1] if good else ("not there",)
            row = _Row(side, stays if held else said, rule_color(GD) if held else palette().quiet)
            rows.insert(len(rows) if where == "above" else 0, row)
        letter, (least, most) = f"${notation().momentum}$", (f"${TRIED[end]:g}$" for end in (0, -1))
        heads = (f"where each {letter} from {least} to {most} ends", f"each {letter} from {least} to {most}")
        head = first_fitting(map(quiet, heads), width)
        self.add(lines(head, _bar(reach, width), _placed(rows, width), gap=ROW))


def row_of(reach: Reach, width: float, place: str) -> Words:
    """The stretch alone, and where its runs end, in one line."""
    assert reach.stretch is not None
    first, last = (f"${TRIED[end]:g}$" for end in reach.stretch)
    which, color = f"${notation().momentum}$ from {first} to {last}", rule_color(MOMENTUM)
    wordings = f"all {which}: {place}", f"all {which} get there", f"{which} get there", f"{which}, too"
    return first_fitting((Words(told, SMALL, color) for told in wordings), width)


class _Row(NamedTuple):
    """Which momenta, what is said of them, longer wording first, and in which colour."""

    side: slice
    said: Sequence[str]
    color: str

    @property
    def which(self) -> str:
        momenta = TRIED[self.side]
        return f"${momenta[0]:g}$" + f" to ${momenta[-1]:g}$" * (len(momenta) > 1)


def _bar(reach: Reach, width: float) -> VGroup:
    kinds = np.where(reach.there, 1, np.where(reach.stays, 0, 2))
    colors = rule_color(GD), rule_color(MOMENTUM), palette().rule_line
    cell, pieces = width / len(kinds), VGroup()
    for kind, group in groupby(range(len(kinds)), key=lambda i: int(kinds[i])):
        first, *_, last = [*(of := [*group]), of[-1]]
        box = Box(first * cell, 0.0, (last + 1) * cell, BAR)
        pieces.add(polylines([outline_of(box)], stroke_width=0, fill_color=colors[kind], fill_opacity=1))
    return pieces


def _placed(rows: Sequence[_Row], width: float) -> VGroup:
    """The rows below each other: the momenta, and in a column beside them what they do."""
    which = [Words(row.which, SMALL, row.color) for row in rows]
    across = max(words.width for words in which) + APART
    made = VGroup()
    for number, (words, row) in enumerate(zip(which, rows, strict=True)):
        beside = first_fitting((Words(said, SMALL, row.color) for said in row.said), width - across)
        words.move_to((words.width / 2, 0, 0)), beside.move_to((across + beside.width / 2, 0, 0))
        made.add(*(on_baseline(part, -number * PITCH) for part in (words, beside)))
    return made
