"""What a rule's step is, in its colour, with the number of steps that it has taken; and a table of such numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from manim import LEFT, RIGHT, VGroup

from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import rule_color
from scenes.stage.words.cards import CLEAR, INSET, STRIPE, card_ground, stripe
from scenes.stage.words.numerals import Numeral
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold, first_fitting, on_baseline, quiet, size_of

COUNT_WIDEST, MORE = 1000, ">"
GAP, LOW = 0.1, 0.1  # between the columns of a table; from the middle of a line to its baseline

Cells = Mapping[str, str]  # by rule
Row = tuple[Sequence[str], Cells]


class StepCard(VGroup):
    """Name and step of a rule; `display(step)` counts, up to more than a number if the run is cut there."""

    def __init__(
        self, box: Box, rule: str, title: str, step: Sequence[str], counted: Sequence[str], cut_at: int | None
    ) -> None:
        """`step` is what a step is, as Typst markup, and `counted` what the number counts, in wordings that get
        shorter; `cut_at` a step at which the run has not arrived and is not shown further."""
        super().__init__()
        self.cut_at = cut_at
        self.ground = card_ground(box)
        heights = [box.center[1] + share * box.height for share in (0.1, -0.3)]
        inner = box.inset(left=INSET + STRIPE, right=INSET)
        self.count = Numeral([inner.right, heights[0], 0.0], "d", BODY).display(
            COUNT_WIDEST, "" if cut_at is None else MORE
        )
        room = inner.width - self.count.width - CLEAR
        name = first_fitting((bold(title, size, rule_color(rule)) for size in (BODY, SMALL)), room)
        unit = first_fitting(map(quiet, counted), inner.width - CLEAR - size_of(step[-1])[0])
        layout.place(unit, inner, RIGHT)
        beside, taken = VGroup(on_baseline(unit, heights[1])), unit.width
        if name.width > room:  # the number goes down, in the place of its unit
            self.count.seat([inner.right, heights[1], 0.0])
            beside, taken = VGroup(), self.count.width
        self.title_words = on_baseline(layout.place(name, inner, LEFT), heights[0])
        told = first_fitting(map(quiet, step), inner.width - taken - CLEAR)
        self.step_words = on_baseline(layout.place(told, inner, LEFT), heights[1])
        self.add(self.ground, stripe(box, rule_color(rule)), self.title_words, self.step_words, beside, self.count)
        self.display(0)

    @property
    def moving(self) -> Numeral:
        """The part that changes."""
        return self.count

    def display(self, step: float) -> StepCard:
        taken = int(step + 1e-6)
        self.count.display(taken, MORE if taken == self.cut_at else "")
        return self


class Tally(VGroup):
    """A table: a heading, the rules' names, and for each row a name and a cell for each rule, in its colour."""

    def __init__(
        self, box: Box, heading: Sequence[str], rows: Sequence[Row], heads: Sequence[Mapping[str, str]]
    ) -> None:
        """`heading` in wordings that get shorter; `rows` each with such a name, and markup by rule: several rows may
        have the same name; `heads` of the columns, by rule, in such wordings, too."""
        super().__init__()
        above, below, *lines = box.rows(*[1.0] * (len(rows) + 2), gap=0.0)
        self.add(layout.place(first_fitting(map(quiet, heading), box.width), above, LEFT))
        shortest = max(size_of(names[-1])[0] for names, _ in rows)
        for called in heads:
            first, middles = _columns(box, rows, called)
            if first >= shortest:
                break
        self.add(VGroup(*_cells(called, middles, below)))
        for line, (names, told) in zip(lines, rows, strict=True):
            name = first_fitting((Words(text, SMALL) for text in names), first)
            on_baseline(layout.place(name, line, LEFT), line.center[1] - LOW)
            self.add(VGroup(name, *_cells({rule: told[rule] for rule in called}, middles, line)))


def _cells(told: Mapping[str, str], middles: Sequence[float], line: Box) -> list[Words]:
    """What is told of each rule, in its colour, in the middles of the columns."""
    made = [Words(text, SMALL, rule_color(rule)) for rule, text in told.items()]
    return [on_baseline(cell, line.center[1] - LOW).set_x(x) for cell, x in zip(made, middles, strict=True)]


def _columns(box: Box, rows: Sequence[Row], heads: Mapping[str, str]) -> tuple[float, list[float]]:
    """How wide the names may be, and the middles of the columns: as near to each other as heads and cells allow, and
    further where the names leave room. The first head may reach over the names, for nothing stands beside it there."""
    cells = np.array([[size_of(told[rule])[0] for rule in heads] for _, told in rows]) / 2
    halves = np.vstack([cells, [size_of(head)[0] / 2 for head in heads.values()]])
    steps = (halves[:, :-1] + halves[:, 1:]).max(axis=0) + GAP
    room = box.width - GAP - cells[:, 0].max() - steps.sum() - halves[:, -1].max()
    name = 1.001 * max(size_of(names[0])[0] for names, _ in rows)
    spare = max(0.0, room - name) / (len(heads) + 1)
    last = box.right - halves[:, -1].max() - spare
    middles = last - np.append(np.cumsum((steps + spare)[::-1])[::-1], 0.0)
    return float(room), [float(x) for x in middles]
