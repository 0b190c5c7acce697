"""What momentum gives, what it costs, and what it only eases: a table, a row a point, with what its run showed."""

from __future__ import annotations

from collections.abc import Mapping

from manim import LEFT, VGroup

from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold, on_baseline, quiet

Rows = Mapping[str, str]  # what was found, as markup, by the point's name

LINE, LARGE = 9.0, 11.0  # units of width, from which on a point and its finding stand on one line, and in large type
GROUP, POINT = 0.24, 0.25  # of the width: for the group's name, and for the point's


class Ledger:
    """Groups of rows in a box; `parts` holds each group's name, and its rows, in their order."""

    def __init__(self, box: Box, groups: Mapping[str, Rows], colors: Mapping[str, str]) -> None:
        count = sum(map(len, groups.values()))
        self.parts: dict[str, tuple[Words, list[VGroup]]] = {}
        size = BODY if box.width > LARGE else SMALL
        heads = {name: bold(name, size, colors[name]) for name in groups}
        indent = max(GROUP * box.width if box.width > LINE else 0.0, *(head.width + 0.2 for head in heads.values()))
        lines = iter(box.rows(*[1.0] * count, gap=0.0))
        for name, rows in groups.items():
            places = [next(lines) for _ in rows]
            head = heads[name]
            layout.place(head, places[0], LEFT)
            on_baseline(head, _baselines(places[0])[0])
            made = [_row(place, indent, *row) for place, row in zip(places, rows.items(), strict=True)]
            self.parts[name] = head, made


def _row(box: Box, indent: float, point: str, finding: str) -> VGroup:
    """A point and what was found, beside each other, or one below the other."""
    first, second = _baselines(box)
    left = box.inset(left=indent)
    right = left.inset(left=POINT * box.width) if box.width > LINE else left
    words = layout.place(Words(point, BODY if box.width > LARGE else SMALL, palette().ink), left, LEFT)
    found = layout.place(layout.shrink_into(quiet(finding), right.width), right, LEFT)
    return VGroup(on_baseline(words, first), on_baseline(found, second))


def _baselines(box: Box) -> tuple[float, float]:
    """Of a point and of what was found."""
    middle = float(box.center[1])
    return (middle - 0.11, middle - 0.11) if box.width > LINE else (middle + 0.11, middle - 0.25)
