"""Below the last words: how far each run has come across the wells after each step, and which momenta do the same."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from manim import VGroup

from optimizers import Trajectory
from scenes.stage.ink.drawing import clip_polyline, curve_of, dashed, polyline_points
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.plot import WHOLE, Panel, within_reach
from scenes.stage.runs.reach import Reach, row_of
from scenes.stage.words.typesetting import first_fitting, lines, quiet

HEIGHT, APART = 2.0, 0.12
ROOM, ASIDE = 0.06, 0.6  # of the range, above and below; width of the numbers at the axis


class Swings(Panel):
    """The first coordinate of runs (n, 2) after each step, and the level that it comes to."""

    def __init__(self, box: Box, runs: Mapping[str, np.ndarray], name: str, level: float) -> None:
        """`name` is that of the coordinate, as mathematics."""
        across = np.concatenate([path[:, 0] for path in runs.values()])
        low, high = float(across.min()), float(across.max())
        room = ROOM * (high - low)
        steps = max(len(path) for path in runs.values()) - 1
        plain = f"${name}$ after each step"
        dashes = f"{plain}; dashed: the lowest point", f"{plain} (dashed: lowest)"
        called = first_fitting(map(quiet, (*dashes, plain)), box.width - ASIDE)
        names = "", called.typst_code
        super().__init__(box, (0.0, float(steps)), (low - room, high + room), names, x_steps=WHOLE)
        ends = self.to_screen([*self.x_axis.data], level)
        self.add(dashed(ends, stroke_color=palette().target, stroke_width=2.5))
        for rule, path in runs.items():
            corners = within_reach(self.to_screen(np.arange(len(path)), path[:, 0]))
            pieces = map(polyline_points, clip_polyline(corners, self.area))
            self.add(curve_of([*pieces], stroke_color=rule_color(rule), stroke_width=5))


def swings_below(
    runs: Mapping[str, Trajectory],
    until: int,
    name: str,
    width: float,
    level: float,
    reach: Reach | None = None,
    place: str = "",
) -> VGroup:
    """The swings up to a step, and the momenta that get to a `place`, if these are told."""
    paths = {rule: run.iterates[: min(until, run.ended_at) + 1] for rule, run in runs.items()}
    told = [row_of(reach, width, place)] if reach is not None else []
    drawn = VGroup(*Swings(Box(0.0, 0.0, width, HEIGHT), paths, name, level))  # a panel stays where it is built
    return lines(drawn, *told, gap=APART)
