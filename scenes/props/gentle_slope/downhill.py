"""The negative gradient at a ball on its way: one arrow, larger as long as the slope is gentle.

Where hardly a slope is, an arrow on the scale of the steepest place would lie inside the ball. So there are two scales,
each said when it begins, and the arrow is seen to go from one to the other.
"""

from __future__ import annotations

import numpy as np

from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.ball import along
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap

LONGEST, GENTLE = 4.0, 1.1  # on the screen: where it is steepest, and the longest up to the pause


class DownhillArrow(Arrows):
    """At iterates (n, 2) with gradients (n, 2); `display(step)` shows it where the ball is."""

    def __init__(self, chart: ContourMap, iterates: Array, gradients: Array, pause: int) -> None:
        """`pause` is the iteration up to which the first scale holds."""
        super().__init__(palette().gradient)
        self.set_z_index(2)  # short as it is, it is seen over the ball
        self.places, gradients = chart.to_screen(*iterates.T), np.nan_to_num(gradients, posinf=0.0, neginf=0.0)
        unit = chart.to_screen(1.0, 1.0) - chart.to_screen(0.0, 0.0)
        ways = -np.append(gradients, np.zeros((len(gradients), 1)), axis=1) * np.append(unit[:2], 0.0)
        lengths = np.linalg.norm(ways, axis=1)
        steepest, gentle = (float(np.max(some, initial=0.0)) for some in (lengths, lengths[: pause + 1]))
        later = LONGEST / steepest if steepest else 1.0
        self.scales = max(later, GENTLE / gentle if gentle else later), later
        self.magnified, self.step = self.scales[0], 0.0
        self.ways, self.area = ways, chart.area
        self.display(0.0)

    def rescale(self, share: float) -> DownhillArrow:
        """On the way from the first scale to the second."""
        first, second = self.scales
        self.magnified = first ** (1 - share) * second**share
        return self.display(self.step)

    def display(self, step: float) -> DownhillArrow:
        self.step = step
        tail = along(self.places, step)
        tip = tail + self.magnified * along(self.ways, step)
        low, high = (self.area.left, self.area.bottom), (self.area.right, self.area.top)
        seen = np.isfinite([tail, tip]).all() and bool(((tail[:2] >= low) & (tail[:2] <= high)).all())
        self.point(tail, np.array([*np.clip(tip[:2], low, high), 0.0]) if seen else tail)
        return self
