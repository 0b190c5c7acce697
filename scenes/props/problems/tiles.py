"""All points in one picture: a small map a point with its runs at their ends, and what they showed.

Gains stand above costs, what is not cured at their right, behind a line; each group has its name above it.
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
from scenes.stage.ink.drawing import polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold, on_baseline

ACROSS, APART = 3, 0.26  # points of a row, beside those that are not cured; and how far from them
HEAD, FOOT, GROUP = 0.42, 0.48, 0.44  # heights over and under a tile's map, and of a group's name
UNLABELLED = {"left": -0.5, "bottom": -0.45, "top": -0.4, "right": -0.1}  # what labels of a map would take

Shown = tuple[ContourMap | CurvePanel, list[Trail] | list[CurveWalk]]


class Tiles:
    """Groups of points in a box: the first two in rows, the third in a column; `groups` holds the tiles of each."""

    def __init__(
        self, box: Box, groups: Mapping[str, Mapping[str, Example]], colors: Mapping[str, str], runs: Mapping[str, str]
    ) -> None:
        """`colors` are those of the groups, `runs` those of the runs."""
        bands = [band.top_slice(GROUP, gap=0.0) for band in box.rows(1, 1, gap=0.1)]
        parted = [tiles.columns(ACROSS + 0.1, 1.0, gap=APART) for _, tiles in bands]
        above, below = ((*left.columns(*[1.0] * ACROSS, gap=0.14), right) for left, right in parted)
        middle = above[-1].left - APART / 2
        ends = np.array([[middle, box.bottom, 0.0], [middle, box.top, 0.0]])
        #: Between what is in rows and what is in a column.
        self.line = polylines([ends], stroke_color=palette().quiet, stroke_width=2)
        cells = (above[:-1], below[:-1], (above[-1], below[-1]))
        self.groups = {
            name: [
                _tile(cell, point, example, runs) for cell, (point, example) in zip(places, points.items(), strict=True)
            ]
            for places, (name, points) in zip(cells, groups.items(), strict=True)
        }
        corners = ((above[0], bands[0][0]), (below[0], bands[1][0]), (above[-1], bands[0][0]))
        self.heads = {
            name: _head(name, Box(cell.left, row.bottom, cell.right, row.top), colors[name])
            for name, (cell, row) in zip(groups, corners, strict=True)
        }

    @property
    def parts(self) -> list[list[VMobject]]:
        """Of each group its name and its tiles; the last one has the line beside it."""
        made: list[list[VMobject]] = [[self.heads[name], *tiles] for name, tiles in self.groups.items()]
        return [*made[:-1], [self.line, *made[-1]]]


def _head(name: str, box: Box, color: str) -> Words:
    """The name of a group, over its first tile."""
    return on_baseline(layout.place(bold(name, BODY, color), box, LEFT), box.bottom + 0.14)


def _tile(box: Box, point: str, example: Example, runs: Mapping[str, str]) -> VGroup:
    head, rest = box.top_slice(HEAD, gap=0.0)
    foot, middle = rest.bottom_slice(FOOT, gap=0.0)
    short, shorter = (Words(text, SMALL) for text in (example.short, example.shorter or example.short))
    has_room = short.width <= foot.width
    told = short if has_room else shorter
    named = Words(f"*{point}*" if has_room else _with_its_unit(point, example.what), SMALL)
    name = layout.place(layout.shrink_into(named, head.width), head, LEFT)
    found = layout.place(layout.shrink_into(told, foot.width), foot, LEFT)
    chart, movers = _filling(example, middle, runs)
    for words in (chart.labels, chart.names):  # there is no room for them
        words.set_opacity(0)
    for mover in movers:
        mover.display(max(run.ended_at for run in example.runs.values()))
    parts: list[VMobject] = [chart, *movers]
    return VGroup(on_baseline(name, head.bottom + 0.14), on_baseline(found, foot.bottom + 0.14), *parts)


def _with_its_unit(point: str, what: str) -> str:
    """A tile's name with what its numbers are, each in its main word: for a tile whose foot has room for no word."""
    return f"*{point.split()[-1]}*: {what.split()[0]}" if what else f"*{point}*"


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
