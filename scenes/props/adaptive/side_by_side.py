"""The ground as it is, and turned: two maps on one scale, the same runs on both, and where each ends."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
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

TITLES = {GD: ("gradient descent", "GD"), ADAM: ("Adam", "Adam")}
LINE = 0.52  # height of a line of words
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
        places = [part.bottom_slice(LINE, gap=0.05) for part in self.boxes]
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
        self.ends = self._ends(both, [words for words, _ in places])
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

    def _ends(self, both: list[dict[str, Trajectory]], boxes: list[Box]) -> dict[str, list[Words]]:
        """Where each run ends, in its colour, below its map: all in one size, with short names if need be."""
        halves = [box.columns(1, 1, gap=0.2) for box in boxes]
        for size, short in product((BODY, SMALL), (0, 1)):
            made = {
                name: [
                    Words(f"{TITLES[name][short]} {number_of(every[name])}", size, rule_color(name)) for every in both
                ]
                for name in TITLES
            }
            if all(words.width <= halves[0][0].width for every in made.values() for words in every):
                break
        for which, (name, align) in enumerate(((GD, RIGHT), (ADAM, LEFT))):
            for words, half in zip(made[name], halves, strict=True):
                on_baseline(layout.place(words, half[which], align), half[which].center[1] - 0.12)
        return made
