"""All points in one picture: a column a group, with a map of its first point, and each point with its number.

A small map for every point would be one that nobody in the last row can read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from manim import LEFT, VGroup, VMobject

from objectives import typeset
from scenes.props.problems.example import Example, chart_of, trails_on
from scenes.stage.curves.graph import CurvePanel, window
from scenes.stage.curves.walk import CurveWalk, walks_of
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold, on_baseline

GROUP, POINT, GAP = 0.5, 0.8, 0.35  # heights of a group's name, and of a point with its number; between columns
NAME, FOUND = 0.3, 0.64  # from the top of a point to its baselines
UNLABELLED = {"left": -0.5, "bottom": -0.45, "top": -0.4, "right": -0.1}  # what labels of a map would take

Shown = tuple[ContourMap | CurvePanel, list[Trail] | list[CurveWalk]]


class Columns:
    """Groups of points in a box, a column each; `parts` holds what belongs to each group, in their order."""

    def __init__(
        self, box: Box, groups: Mapping[str, Mapping[str, Example]], colors: Mapping[str, str], runs: Mapping[str, str]
    ) -> None:
        """`colors` are those of the groups, `runs` those of the runs."""
        boxes = box.columns(*_shares(box, groups), gap=GAP)
        low = POINT * max(map(len, groups.values()))
        self.charts: dict[str, Shown] = {}
        self.points: dict[str, list[VGroup]] = {}
        self.parts: list[list[VMobject]] = []
        for column, (name, points) in zip(boxes, groups.items(), strict=True):
            above, rest = column.top_slice(GROUP, gap=0.0)
            below, middle = rest.bottom_slice(low, gap=0.1)
            head = on_baseline(layout.place(bold(name, BODY, colors[name]), above, LEFT), above.bottom + 0.16)
            self.points[name] = _listed(below, points, colors[name])
            self.charts[name] = chart, movers = _at_its_end(next(iter(points.values())), middle, runs)
            self.parts.append([head, chart, *movers, *self.points[name]])


def _shares(box: Box, groups: Mapping[str, Mapping[str, Example]]) -> list[float]:
    """Of the width: the same for all, or what each group's longest line needs where that is too little for one."""
    needs = [max(words.width for point in points.items() for words in _told(*point)) for points in groups.values()]
    even = (box.width - GAP * (len(needs) - 1)) / len(needs)
    return needs if max(needs) > even else [1.0] * len(needs)


def _told(point: str, example: Example, color: str | None = None) -> tuple[Words, Words]:
    """A point with what its numbers are, and these."""
    what = f": {example.what}" if example.what else ""
    return Words(f"*{point}*{what}", SMALL, color or palette().ink), Words(example.short, SMALL)


def _listed(box: Box, points: Mapping[str, Example], color: str) -> list[VGroup]:
    """Points below each other; the first, which the map shows, in colour."""
    made: list[VGroup] = []
    rest = box
    for point, example in points.items():
        row, rest = rest.top_slice(POINT, gap=0.0)
        lines = zip(_told(point, example, None if made else color), (NAME, FOUND), strict=True)
        made.append(VGroup(*(_seated(words, row, depth) for words, depth in lines)))
    return made


def _seated(words: Words, row: Box, depth: float) -> Words:
    return on_baseline(layout.place(layout.shrink_into(words, row.width), row, LEFT), row.top - depth)


def _at_its_end(example: Example, box: Box, runs: Mapping[str, str]) -> Shown:
    """An example when its runs are over, without the labels, for which there is no room."""
    chart, movers = _filling(example, box, runs)
    for words in (chart.labels, chart.names):
        words.set_opacity(0)
    for mover in movers:
        mover.display(max(run.ended_at for run in example.runs.values()))
    return chart, movers


def _filling(example: Example, box: Box, runs: Mapping[str, str]) -> Shown:
    """An example whose plot area is a box: how much labels would take differs, so a first drawing is measured."""
    above = UNLABELLED["top"] if example.objective.dimension == 2 else 0.0  # a curve has its name at its side
    wider = box.inset(**UNLABELLED | {"top": above})
    area = small(example, wider, runs)[0].area
    off = {"left": box.left - area.left, "bottom": box.bottom - area.bottom}
    return small(example, wider.inset(**off, top=area.top - box.top, right=area.right - box.right), runs)


def small(example: Example, box: Box, runs: Mapping[str, str]) -> Shown:
    """The runs of an example on a map of two variables, or on a curve; `runs` are their colours."""
    objective = example.objective
    if objective.dimension == 2:
        chart = chart_of(replace(example, settings=""), box)
        return chart, list(trails_on(chart, example, runs).values())
    paths = np.concatenate([run.iterates[: run.ended_at + 1, 0] for run in example.runs.values()])
    panel = CurvePanel(objective, box, *window(objective, paths), (f"${typeset(objective.variables[0])}$", "$f$"))
    return panel, [*walks_of(panel, objective, example.runs, lambda name: runs[name]).values()]
