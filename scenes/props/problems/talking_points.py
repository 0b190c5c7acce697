"""A list in groups that is gone through: the point that is spoken of is lit, and what was found stays below each."""

from __future__ import annotations

from collections.abc import Mapping

from manim import UL

from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold, on_baseline, wrapped

FIRST, SECOND = 0.28, 0.68  # from the top of a cell to the baselines of a point and of what was found
HEAD, LOW = 0.5, 0.12  # height of a group's name, as a share of a point's; from its foot to its baseline
ROOM = 4.0  # width from which on findings stand on one line, so that there is room for the names of the groups


class TalkingPoints:
    """Groups of points by their keys, as Typst markup, from the top of a box to its bottom, each under its name
    where there is room for names."""

    def __init__(self, box: Box, groups: Mapping[str, Mapping[str, str]], colors: Mapping[str, str]) -> None:
        heads = [HEAD] * (box.width > ROOM)
        shares = [share for points in groups.values() for share in (*heads, *[1.0] * len(points))]
        rows = iter(box.rows(*shares, gap=0.06))
        self.cells: dict[str, Box] = {}
        self.points: dict[str, Words] = {}
        self.heads: dict[str, Words] = {}
        for name, points in groups.items():
            if heads:
                head = next(rows)
                words = layout.place(bold(name, BODY, colors[name]), head, UL)
                self.heads[name] = on_baseline(words, head.bottom + LOW)
            self.cells |= {key: next(rows) for key in points}
            for key, markup in points.items():
                self.points[key] = self._seated(Words(markup, BODY, palette().quiet), key, FIRST)

    @property
    def parts(self) -> tuple[Words, ...]:
        """The names of the groups, and the points."""
        return *self.heads.values(), *self.points.values()

    def finding(self, key: str, markup: str) -> Words:
        """What was found, in its place below a point."""
        words, cell = Words(markup, SMALL), self.cells[key]
        if words.width > cell.width:
            return layout.place(wrapped(markup, cell.width), cell.inset(top=FIRST + 0.1), UL)
        return self._seated(words, key, SECOND)

    def _seated(self, words: Words, key: str, depth: float) -> Words:
        cell = self.cells[key]
        return on_baseline(layout.place(words, cell, UL), cell.top - depth)
