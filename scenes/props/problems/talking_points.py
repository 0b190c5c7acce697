"""A list that is gone through: the point that is spoken of is lit, and what was found stays below each."""

from __future__ import annotations

from collections.abc import Mapping

from manim import UL

from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.words.typesetting import BODY, SMALL, Words, on_baseline, wrapped

FIRST, SECOND = 0.32, 0.76  # from the top of a cell to the baselines of a point and of what was found


class TalkingPoints:
    """Points by their keys, as Typst markup, from the top of a box to its bottom."""

    def __init__(self, box: Box, points: Mapping[str, str]) -> None:
        self.cells = dict(zip(points, box.rows(*[1.0] * len(points), gap=0.1), strict=True))
        self.points: Mapping[str, Words] = {
            key: self._seated(Words(f"*{markup}*", BODY, palette().quiet), key, FIRST) for key, markup in points.items()
        }

    def finding(self, key: str, markup: str) -> Words:
        """What was found, in its place below a point."""
        words, cell = Words(markup, SMALL), self.cells[key]
        if words.width > cell.width:
            return layout.place(wrapped(markup, cell.width), cell.inset(top=FIRST + 0.1), UL)
        return self._seated(words, key, SECOND)

    def _seated(self, words: Words, key: str, depth: float) -> Words:
        cell = self.cells[key]
        return on_baseline(layout.place(words, cell, UL), cell.top - depth)
