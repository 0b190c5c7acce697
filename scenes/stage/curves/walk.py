"""A ball on the graph of an objective of one variable, and a mark at each iterate; and the tangent where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from manim import VGroup, VMobject

from objectives import AnyObjective
from optimizers import Trajectory
from scenes.stage.curves.graph import CurvePanel, values_at
from scenes.stage.ink.ball import NEVER, RADIUS, Again, Ball, along, covered, nested, parted
from scenes.stage.ink.drawing import Array, clip_polyline, curve_of, disc_points, inside, polyline_points
from scenes.stage.ink.palette import palette

RIM = 0.07  # of a ball that lies under another


class CurveWalk(VGroup):
    """Ball and marks of a run; `display(step)` seats the ball on the curve between two iterates."""

    def __init__(self, panel: CurvePanel, objective: AnyObjective, run: Trajectory, color: str) -> None:
        super().__init__()
        self.panel, self.objective = panel, objective
        self.x = run.iterates[: run.ended_at + 1]
        self.places = panel.to_screen(self.x[:, 0], values_at(objective, self.x[:, 0]))
        self.marks = VMobject(fill_color=color, fill_opacity=1, stroke_width=0)
        self.ball = Ball(color).set_z_index(1)
        self.add(self.marks, self.ball)
        self.rim, self.until, self.again = 0.0, 1.0, NEVER
        self.display(0.0)

    def nest(self, rim: float, until: float, again: Again) -> None:
        """Let the ball be larger by a rim up to a step, and again where it ends under others (`ball.Trail`)."""
        self.rim, self.until, self.again = rim, until, again
        self.display(0.0)

    def at(self, step: float) -> Array:
        """Where the ball is at a fractional step: on the curve, above the straight way between two iterates."""
        x = along(self.x, step)
        return np.asarray(self.panel.to_screen(x[0], values_at(self.objective, x)[0]))

    def display(self, step: float) -> CurveWalk:
        place = self.at(step)
        seen = bool(inside(place[None], self.panel.area)[0])
        self.ball.move_to(place if seen else self.ball.get_center()).set_opacity(float(seen))
        passed = self.places[: int(step) + 1]
        self.marks.set_points(disc_points(passed[inside(passed, self.panel.area)], 0.06))
        if self.rim:
            self.ball.set(width=2 * (RADIUS + nested(self.rim, step, self.until, self.again)))
        return self


def walks_of(
    panel: CurvePanel, objective: AnyObjective, runs: Mapping[str, Trajectory], color: Callable[[str], str]
) -> dict[str, CurveWalk]:
    """Runs on one curve: where balls lie over each other, the lower ones are seen round the upper ones."""
    walks = {name: CurveWalk(panel, objective, run, color(name)) for name, run in runs.items()}
    places = [walk.places for walk in walks.values()]
    until = parted(places, 2 * RADIUS)
    for k, walk in enumerate(walks.values()):
        walk.nest(RIM * (len(walks) - 1 - k), until, covered(walk.places, places[k + 1 :], RADIUS, RIM))
    return walks


def tangent(panel: CurvePanel, objective: AnyObjective, x: float, reach: float) -> VMobject:
    """The tangent at a point, `reach` units of the variable to each side, as far as the panel shows it."""
    value, slope = float(objective.value((x,))), float(objective.gradient((x,))[0])
    ends = np.array([x - reach, x + reach])
    line = panel.to_screen(ends, value + slope * (ends - x))
    pieces = [polyline_points(piece) for piece in clip_polyline(line, panel.area)]
    return curve_of(pieces, stroke_color=palette().gradient, stroke_width=5)
