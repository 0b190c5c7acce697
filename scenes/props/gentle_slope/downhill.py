"""The negative gradient at a ball on its way: one arrow, on one scale from the first step to the last."""

from __future__ import annotations

import numpy as np

from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.ball import along
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap

LONGEST = 4.0  # on the screen, where it is steepest


class DownhillArrow(Arrows):
    """At iterates (n, 2) with gradients (n, 2); `display(step)` shows it where the ball is."""

    def __init__(self, chart: ContourMap, iterates: Array, gradients: Array) -> None:
        super().__init__(palette().gradient)
        self.set_z_index(2)  # short as it is, it is seen over the ball
        self.places, gradients = chart.to_screen(*iterates.T), np.nan_to_num(gradients, posinf=0.0, neginf=0.0)
        unit = chart.to_screen(1.0, 1.0) - chart.to_screen(0.0, 0.0)
        ways = -np.append(gradients, np.zeros((len(gradients), 1)), axis=1) * np.append(unit[:2], 0.0)
        steepest = float(np.max(np.linalg.norm(ways, axis=1), initial=0.0))
        self.magnified = LONGEST / steepest if steepest else 1.0
        self.ways = self.magnified * ways
        self.area = chart.area
        self.display(0.0)

    def display(self, step: float) -> DownhillArrow:
        tail, tip = along(self.places, step), along(self.places, step) + along(self.ways, step)
        low, high = (self.area.left, self.area.bottom), (self.area.right, self.area.top)
        seen = np.isfinite([tail, tip]).all() and bool(((tail[:2] >= low) & (tail[:2] <= high)).all())
        self.point(tail, np.array([*np.clip(tip[:2], low, high), 0.0]) if seen else tail)
        return self
