"""One coordinate of several runs against the step: how each swings, and how it dies out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from manim import VGroup, VMobject

from scenes.stage.ink.ball import walked
from scenes.stage.ink.drawing import Array, clip_polyline, disc_points, inside, polyline_points, polylines, stroke
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import Panel, within_reach

REACH = 1.25  # of the first value: what swings wider leaves the picture
MARK = 0.055


class CoordinateStrip(Panel):
    """A coordinate of runs (steps + 1,) by name; `display(step)` draws all up to a fractional step."""

    def __init__(self, box: Box, runs: Mapping[str, Array], colors: Mapping[str, str], name: str) -> None:
        """`colors` are those of the runs, `name` what the coordinate is called, as markup."""
        steps = max(len(values) for values in runs.values()) - 1
        first = max(abs(float(values[0])) for values in runs.values()) or 1.0
        lowest = min(float(np.min(values[np.isfinite(values)])) for values in runs.values())
        low = -REACH * first if lowest < -0.1 * first else -0.15 * first
        super().__init__(box, (0.0, float(max(steps, 1))), (low, REACH * first), ("", name))
        zero = polylines([self.to_screen([*self.x_axis.data], 0.0)], stroke_color=palette().rule_line, stroke_width=2)
        self.corners = {run: within_reach(self.to_screen(np.arange(len(v)), v)) for run, v in runs.items()}
        self.curves = VGroup(*(stroke(stroke_color=colors[run], stroke_width=4.5) for run in runs))
        self.marks = VGroup(*(VMobject(fill_color=colors[run], fill_opacity=1, stroke_width=0) for run in runs))
        self.moving = VGroup(self.curves, self.marks)
        self.add(zero, self.moving)
        self.display(0.0)

    def display(self, step: float) -> CoordinateStrip:
        for curve, marks, corners in zip(self.curves, self.marks, self.corners.values(), strict=True):
            pieces = clip_polyline(walked(corners, min(step, len(corners) - 1)), self.area)
            curve.set_points(np.concatenate([np.zeros((0, 3)), *map(polyline_points, pieces)]))
            passed = corners[: int(step) + 1]
            marks.set_points(disc_points(passed[inside(passed, self.area)], MARK))
        return self
