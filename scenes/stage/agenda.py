"""A list that is gone through: the point that is spoken of is lit, and what was found stays below each."""

from __future__ import annotations

from collections.abc import Mapping

from manim import DOWN, LEFT, UL

from scenes.stage import layout
from scenes.stage.layout import Box
from scenes.stage.palette import palette
from scenes.stage.typesetting import BODY, SMALL, Words

GAP = 0.14  # between a point and what was found


class Agenda:
    """Points by their keys, as Typst markup, from the top of a box to its bottom."""

    def __init__(self, box: Box, points: Mapping[str, str]) -> None:
        cells = box.rows(*[1.0] * len(points), gap=0.1)
        self.points: Mapping[str, Words] = {
            key: layout.place(Words(f"*{markup}*", BODY, palette().quiet), cell, UL)
            for (key, markup), cell in zip(points.items(), cells, strict=True)
        }

    def finding(self, key: str, markup: str) -> Words:
        """What was found, in its place below a point."""
        return Words(markup, SMALL).next_to(self.points[key], DOWN, buff=GAP, aligned_edge=LEFT)
