"""The way downhill under a ball, on map and terrain: against the gradient, as long as the slope is steep.

One scale through the whole run, so that the arrow says what the next step will be like: where the ground is level,
there is none.
"""

from __future__ import annotations

from typing import Self

import numpy as np

from optimizers import Trajectory
from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.ball import along
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap

LONGEST = 0.3  # of the window's longer side: the longest arrow


def downhill(run: Trajectory, size: float) -> Array:
    """For each iterate the arrow (n, 2) against its gradient, in the objective's variables; `size` of the window."""
    ways = -np.nan_to_num(run.gradients[: run.ended_at + 1], posinf=0.0, neginf=0.0)
    with np.errstate(over="ignore"):
        longest = float(np.max(np.linalg.norm(ways, axis=1)))
    return np.asarray(ways * (LONGEST * size / longest)) if 0 < longest < np.inf else np.zeros_like(ways)


class Downhill(Arrows):
    """The arrow on a map; `display(step)` shows it at a fractional step, from where the ball is then."""

    def __init__(self, chart: ContourMap, run: Trajectory, ways: Array) -> None:
        """`ways` (n, 2) are those of `downhill`."""
        super().__init__(palette().gradient)
        self.chart, self.ways = chart, ways
        self.tails = run.iterates[: run.ended_at + 1]
        self.display(0.0)

    def display(self, step: float) -> Self:
        tail, way = along(self.tails, step), along(self.ways, step)
        self.point(self.chart.to_screen(*tail), self.chart.to_screen(*(tail + way)))
        return self
