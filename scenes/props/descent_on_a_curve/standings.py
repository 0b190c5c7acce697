"""The standings, a row a run: how often it passes through the minimum, and from which step on it has then arrived.

A run that swings on below the bound passes through again and again: those times are not counted, and the heads say so;
and what it is to arrive: to stay below the bound.
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

LINE, HEADS, ROWS = 0.5, 0.85, 1.5  # heights: of the lower line of the heads, of both, and of all rows
BELOW = 0.12  # from the middle of a row to its baseline
HEIGHT = HEADS + ROWS
FIRST, SMALLER = (0.54, 0.48, 0.52), 0.52  # of the width, where the first column ends: by shape, and in 1:1


class Standings:
    """`heads` name the columns; `rows` are there by run, each in parts: its momentum, and the two numbers."""

    def __init__(self, box: Box, tale: Tale, color: Callable[[str], str]) -> None:
        first = SMALLER if layout.is_small() else layout.choose(*FIRST)
        self.rights = box.left + first * box.width, box.right
        through = "passes the minimum" if layout.is_wide() else "passes through"
        heads = (
            quiet(f"{through} \\ before arriving"),
            quiet(f"{'' if layout.is_small() else 'arrives: '}stays \\ below ${TOLERANCE}$"),
        )
        self.heads = self._flush_right(box.top_slice(HEADS)[0].bottom_slice(LINE)[0], *heads)
        boxes = box.inset(top=HEADS).rows(1, 1, 1, gap=0.0)
        self.rows = {
            name: self._row(tale, name, place, color(name)) for name, place in zip(tale.runs, boxes, strict=True)
        }

    def _row(self, tale: Tale, name: str, box: Box, color: str) -> VGroup:
        arrival = tale.arrival(name)
        since = f"{'' if layout.is_small() else 'from '}step ${arrival}$"
        numbers = (f"{len(tale.passes(name))}", "never" if arrival is None else since)
        row = (f"${notation().momentum} = {typed(tale.momenta[name])}$", *numbers)
        first, *others = (Words(markup, BODY, color) for markup in row)
        return VGroup(on_baseline(layout.place(first, box, LEFT), _base(box)), *self._flush_right(box, *others))

    def _flush_right(self, box: Box, *row: Words) -> VGroup:
        """Words with their right ends where the columns end, on one baseline."""
        for words, right in zip(row, self.rights, strict=True):
            words.shift((right - words.get_right()[0]) * RIGHT)
        return VGroup(*(on_baseline(words, _base(box)) for words in row))


def _base(box: Box) -> float:
    return float(box.center[1]) - BELOW
