"""A race in turns: balls with tails of their last steps, and a strip in which some curves run and the others wait.

Where many paths cross, whole paths in full strength are a tangle: the last steps say how each moves now, and the way
there stays as a thin line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from optimizers import Trajectory
from scenes.stage.ink.ball import Trail, walked
from scenes.stage.ink.drawing import Array, disc_points, inside
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.panels.error_strip import ErrorStrip

TAIL = 10  # steps
THIN, PALE = 3.0, 0.85  # width and opacity of what lies further back
FAINT = 0.3  # opacity of a run that is over while others are still to come
BALL, RIM = 0.11, 0.06  # radius once they have parted; at the start each is larger than the next by so much


class Tail(Trail):
    """A run with its last steps; at the start, where all stand on one place, the ball is larger by `rims` rims."""

    def __init__(self, points: Array, color: str, area: Box, rims: int) -> None:
        super().__init__(points, color, area, 0.04, BALL, rim=rims * RIM)
        self.ball.set_stroke(width=2.5)
        self.old.set_stroke(width=THIN, opacity=PALE)

    def display(self, step: float) -> Tail:
        super().display(step)
        since = max(0.0, step - TAIL)
        self.fresh.set_points(self._line(walked(self.path_points, step, since)))
        self.old.set_points(self._line(walked(self.path_points, since)))
        self.edge.set_points(self.fresh.points)
        passed = self.path_points[int(np.ceil(since)) : int(step) + 1]
        self.marks.set_points(disc_points(passed[inside(passed, self.area)], self.mark_radius))
        return self


def fainter(tail: Tail) -> list[Any]:
    """A run that is over goes to the background; its ball stays."""
    lines = [line.animate.set_stroke(opacity=FAINT) for line in (tail.edge, tail.old, tail.fresh)]
    return [*lines, tail.marks.animate.set_fill(opacity=FAINT)]


class TurnStrip(ErrorStrip):
    """Errors of runs, some of which run now (`turn`); the others stay where they are, at first before their start."""

    def __init__(self, box: Box, runs: Mapping[str, Array], colors: Mapping[str, str], name: str) -> None:
        self.turn: tuple[str, ...] = ()
        self.reached = dict.fromkeys(runs, -1.0)
        super().__init__(box, runs, colors, name)
        for curve in self.curves:
            curve.set_stroke(width=4.5)

    def let(self, names: Iterable[str]) -> TurnStrip:
        """Whose turn it is."""
        self.turn = tuple(names)
        return self

    def hide(self) -> TurnStrip:
        """Take all curves away."""
        self.reached = dict.fromkeys(self.reached, -1.0)
        self.turn = ()
        return self.display(0.0)

    def display(self, step: float) -> TurnStrip:
        self.reached.update(dict.fromkeys(self.turn, step))
        for curve, (run, corners) in zip(self.curves, self.corners.items(), strict=True):
            self.draw(curve, corners, self.reached[run])
        for run, words in self.farewells.items():
            words.set_opacity(float(self.reached[run] >= self.leaves_at(run)))
        return self


def tails(runs: Mapping[str, Trajectory], chart: ContourMap) -> dict[str, Tail]:
    """Runs on a map, by their rules."""
    return {
        name: Tail(chart.to_screen(*run.iterates.T), rule_color(name), chart.area, len(runs) - 1 - k)
        for k, (name, run) in enumerate(runs.items())
    }


def strip_of(races: Mapping[str, Mapping[str, Trajectory]], box: Box, name: str) -> TurnStrip:
    """The errors of all races, on one scale."""
    values, colors = {}, {}
    for race, runs in races.items():
        for rule, run in runs.items():
            values[f"{race}_{rule}"], colors[f"{race}_{rule}"] = run.values[: run.ended_at + 1], rule_color(rule)
    return TurnStrip(box, values, colors, name)
