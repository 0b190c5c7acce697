"""Many samples and the lines that are fitted to them, each on its way through the iterates of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import VMobject

from objectives import DataObjective
from scenes.stage.ink.ball import along
from scenes.stage.ink.drawing import Array, clip_polyline, disc_points, polyline_points
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.data_panel import DataPanel

DOT, LIT = 0.045, 0.13


class SamplePanel(DataPanel):
    """The samples of a data objective, too many to be looked at one by one."""

    def __init__(self, box: Box, objective: DataObjective) -> None:
        self.inputs, self.targets = list(objective.data.values())[:2]
        super().__init__(box, objective.predict, self.inputs, self.targets)
        self.dots.set_style(fill_color=palette().quiet, stroke_width=0)
        self.dots.set_points(disc_points(self.to_screen(self.inputs, self.targets), DOT))

    def lit(self, number: int) -> VMobject:
        """One sample, brought to light."""
        return LitSample(self).display(number)


class LitSample(VMobject):
    """A sample in the gradient's colour; `display(number)` says which, and a number below 0 is none."""

    def __init__(self, panel: SamplePanel) -> None:
        p = palette()
        super().__init__(fill_color=p.gradient, fill_opacity=1, stroke_color=p.outline, stroke_width=3)
        self.places = panel.to_screen(panel.inputs, panel.targets)
        self.set_z_index(2)

    def display(self, number: float) -> LitSample:
        chosen = int(number) % len(self.places)
        self.set_points(disc_points(self.places[chosen][None], LIT) if number >= 0 else np.zeros((0, 3)))
        return self


class FittedLine(VMobject):
    """The line of a run over the samples; `display(step)` is its fit at that step."""

    def __init__(self, panel: SamplePanel, iterates: Array, color: str, **style: Any) -> None:
        super().__init__(stroke_color=color, **{"stroke_width": 6, **style})
        self.panel, self.iterates = panel, iterates
        self.display(0.0)

    def display(self, step: float) -> FittedLine:
        x = np.array(self.panel.x_axis.data)
        with np.errstate(all="ignore"):
            heights = np.clip(np.nan_to_num(self.panel.model(along(self.iterates, step), x)), -1e6, 1e6)
        pieces = clip_polyline(self.panel.to_screen(x, heights), self.panel.area)
        self.set_points(np.concatenate([np.zeros((0, 3)), *map(polyline_points, pieces)]))
        return self
