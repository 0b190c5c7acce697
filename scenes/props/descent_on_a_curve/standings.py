"""The standings, a row a run: how often it passes through the minimum, and from which step on it has then arrived.

A run that swings on below the bound passes through again and again: those times are not counted, and the heads say so.
"""

from __future__ import annotations

from collections.abc import Callable

from manim import LEFT, RIGHT, VGroup

from scenes.props.descent_on_a_curve.tale import TOLERANCE, Tale
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.words.figures import typed
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import BODY, Words, on_baseline, quiet

LINE, LINES, ROWS = 0.5, 0.85, 1.5  # heights: of heads on one line and on two, and of all rows
BELOW = 0.12  # from the middle of a row to its baseline
FIRST = 0.47  # of the width: where the first column ends


def height() -> float:
    """How high the standings are."""
    return _of_heads() + ROWS


class Standings:
    """`heads` name the columns; `rows` are there by run, each in parts: its momentum, and the two numbers."""

    def __init__(self, box: Box, tale: Tale, color: Callable[[str], str]) -> None:
        self.rights = box.left + FIRST * box.width, box.right
        first = layout.choose("through, \\ before arriving", "passes before", "through, before arriving")
        second = f"{'' if layout.is_small() else 'then '}below ${TOLERANCE}$"
        heads = (quiet(words) for words in (first, second))
        self.heads = self._flush_right(box.top_slice(_of_heads())[0].bottom_slice(LINE)[0], *heads)
        boxes = box.inset(top=_of_heads()).rows(1, 1, 1, gap=0.0)
        self.rows = {
            name: self._row(tale, name, place, color(name)) for name, place in zip(tale.runs, boxes, strict=True)
        }

    def _row(self, tale: Tale, name: str, box: Box, color: str) -> VGroup:
        arrival = tale.arrival(name)
        numbers = (f"{len(tale.passes(name))}", "never" if arrival is None else f"from step ${arrival}$")
        row = (f"${notation().momentum} = {typed(tale.momenta[name])}$", *numbers)
        first, *others = (Words(markup, BODY, color) for markup in row)
        return VGroup(on_baseline(layout.place(first, box, LEFT), _base(box)), *self._flush_right(box, *others))

    def _flush_right(self, box: Box, *row: Words) -> VGroup:
        """Words with their right ends where the columns end, on one baseline."""
        for words, right in zip(row, self.rights, strict=True):
            words.shift((right - words.get_right()[0]) * RIGHT)
        return VGroup(*(on_baseline(words, _base(box)) for words in row))


def _of_heads() -> float:
    """Where there is not the width for one line, there is the height for two; in 4:3 for neither."""
    return layout.choose(LINES, LINE, LINE)


def _base(box: Box) -> float:
    return float(box.center[1]) - BELOW
