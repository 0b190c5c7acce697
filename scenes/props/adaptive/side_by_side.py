"""The ground as it is, and turned: two maps on one scale, the same runs on both, and where each ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from manim import LEFT, RIGHT, UP, VGroup, VMobject

from objectives import AnyObjective
from optimizers import Trajectory
from scenes.props.adaptive.telling import ADAM, GD, number_of
from scenes.props.adaptive.turned import Turned
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import rule_color
from scenes.stage.maps.contour_map import ContourMap, containing
from scenes.stage.maps.even_map import around, even_map, targets
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.typesetting import BODY, SMALL, Words, on_baseline, quiet

TITLES = {GD: "gradient descent", ADAM: "Adam"}
LINE, BETWEEN = 0.52, 0.2  # height of a line of words; between two in one line
WIDENED = 0.3  # how far the window is widened for the runs


class SideBySide:
    """`before` is the first map and what is said of it; `chart` is the second, which is turned to `ground`."""

    def __init__(
        self,
        box: Box,
        objective: AnyObjective,
        ground: Turned,
        runs: Mapping[str, Trajectory],
        turned_runs: Mapping[str, Trajectory],
        minima: Array,
    ) -> None:
        self.boxes = box.rows(1, 1, gap=0.25) if layout.is_tall() else box.columns(1, 1, gap=0.4)
        both = [{name: every[name] for name in (GD, ADAM)} for every in (runs, turned_runs)]
        view = self._view(ground, both)
        told = [{name: f"{TITLES[name]} {number_of(every[name])}" for name in TITLES} for every in both]
        size = self._size(told)
        places = [part.bottom_slice(LINE if size else 2 * LINE, gap=0.05) for part in self.boxes]
        self.maps: list[ContourMap] = [even_map(objective, places[0][1], view)]
        self.maps.append(even_map(objective, places[1][1], view, self.maps[0].levels))
        marked = [minima, ground.moved(minima) if len(minima) else minima]
        goals = [targets(chart, at) for chart, at in zip(self.maps, marked, strict=True)]
        heads = (
            "along the axes" if ground.angle else "as it is",
            f"turned by ${in_math(figure(-float(np.degrees(ground.angle)), 4))} degree$",
        )
        self.heads = [self._head(text, chart) for text, chart in zip(heads, self.maps, strict=True)]
        self.trails = {name: [self._trail(k, name, every[name]) for k, every in enumerate(both)] for name in (GD, ADAM)}
        self.ends = self._ends(told, size, [words for words, _ in places])
        self.chart = self.maps[1]
        self.before: list[VMobject] = [self.maps[0], self.maps[1], self.heads[0], goals[0]]
        self.after = VGroup(self.heads[1], goals[1])

    def _view(self, ground: Turned, both: list[dict[str, Trajectory]]) -> Any:
        """A window that holds the start and the middle on both grounds."""
        starts = [next(iter(every.values())).iterates[0] for every in both]
        points = np.concatenate([run.iterates for every in both for run in every.values()])
        return containing(around(np.array([*starts, ground.middle]), 0.15), points, WIDENED)

    def _trail(self, which: int, name: str, run: Trajectory) -> Trail:
        chart = self.maps[which]
        return Trail(chart.to_screen(*run.iterates.T), rule_color(name), chart.area)

    def _head(self, text: str, chart: ContourMap) -> Words:
        """Above a map, in the line of the name of its axis."""
        return quiet(text).next_to(chart.frame, UP, buff=0.12)

    def _size(self, told: list[dict[str, str]]) -> float | None:
        """In which size both ends have room beside each other below a map; in none, they stand one below the other."""
        return _fitting((text for each in told for text in each.values()), (self.boxes[0].width - BETWEEN) / 2)

    def _ends(self, told: list[dict[str, str]], size: float | None, boxes: list[Box]) -> dict[str, list[Words]]:
        """Where each run ends, in its colour, below its map."""
        cut = [box.columns(1, 1, gap=BETWEEN) if size else box.rows(1, 1, gap=0.0) for box in boxes]
        used = size or _fitting((each[GD] for each in told), boxes[0].width) or SMALL
        made = {name: [Words(each[name], used, rule_color(name)) for each in told] for name in TITLES}
        for which, (name, align) in enumerate(((GD, RIGHT), (ADAM, LEFT))):
            for words, parts in zip(made[name], cut, strict=True):
                layout.place(words, parts[which], align if size else None)
                on_baseline(words, parts[which].center[1] - 0.12)
        return made


def _fitting(texts: Iterable[str], width: float) -> float | None:
    """The size in which all texts have room."""
    every = list(texts)
    return next((size for size in (BODY, SMALL) if all(Words(text, size).width <= width for text in every)), None)
