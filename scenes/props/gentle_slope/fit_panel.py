"""A model on its way to the data: its curve bends from iterate to iterate, and sticks show what it misses.

The left half of a picture whose right half is the map of the error: the same step, told twice.
"""

from __future__ import annotations

import numpy as np
from manim import VGroup, VMobject

from objectives import DataObjective, find_objective
from objectives.errors import UsageError
from optimizers import Trajectory
from scenes.stage.ink.ball import along
from scenes.stage.ink.drawing import Array, clip_polyline, curve_of, polyline_points, stroke
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.data_panel import SAMPLES, DataPanel

FAR = 1e4  # units of the screen


class FitPanel(DataPanel):
    """Data, a model's curve, and a stick from each sample to the curve; `display(step)` is the fit at that step."""

    def __init__(self, box: Box, objective: DataObjective, run: Trajectory, color: str) -> None:
        inputs, targets = list(objective.data.values())[:2]
        super().__init__(box, objective.predict, inputs, targets)
        self.inputs, self.targets = inputs, targets
        self.parameters = run.iterates[: run.ended_at + 1]
        self.sticks = stroke(stroke_color=palette().quiet, stroke_width=5)
        self.fit = stroke(stroke_color=color, stroke_width=5.5)
        self.moving = VGroup(self.sticks, self.fit, self.dots)
        self.add(self.moving)
        self.display(0.0)

    def display(self, step: float) -> FitPanel:
        """Bend the curve to the parameters at a fractional step, on the straight way between two iterates."""
        parameters = along(self.parameters, step)
        across = np.linspace(*self.x_axis.data, SAMPLES)
        self.fit.set_points(self._inside(self.to_screen(across, self.model(parameters, across))))
        answers = self.model(parameters, self.inputs)
        ends = np.stack([self.to_screen(self.inputs, y) for y in (self.targets, answers)], axis=1)
        self.sticks.set_points(np.concatenate([self._inside(stick) for stick in ends]))
        return self

    def _inside(self, points: Array) -> Array:
        """The Béziers of a polyline, without what leaves the panel."""
        low, high = self.area.bottom, self.area.top
        if np.isfinite(points).all() and points[:, 1].min() >= low and points[:, 1].max() <= high:
            return polyline_points(points)
        near = np.clip(points, -FAR, FAR)  # what is cut at the edge must not come from so far that digits are lost
        return np.concatenate([np.zeros((0, 3)), *map(polyline_points, clip_polyline(near, self.area))])


def ghost(panel: FitPanel) -> VMobject:
    """A thin copy of the curve as it is now, to compare with what becomes of it."""
    return curve_of([panel.fit.points.copy()], stroke_color=palette().quiet, stroke_width=2.5, stroke_opacity=0.7)


def data_objective_of(name: str, clip: str) -> DataObjective:
    """The objective that a clip's parameter names, if it is a model of two parameters fitted to data.

    Raises UsageError if it is not.
    """
    objective = find_objective(name)
    if not isinstance(objective, DataObjective) or objective.dimension != 2 or objective.curve is None:
        raise UsageError(f"{clip} shows a curve that is fitted to data, and {name} is none: try gentle_slope_neuron.")
    return objective
