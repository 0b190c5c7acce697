"""Where the clip's things stand: the map, the data, the ledger, the line for words; and the marks of the goal."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from manim import VMobject

from objectives import DataObjective
from optimizers import Trajectory
from scenes.props.stochastic.samples import SamplePanel
from scenes.props.stochastic.tallies import NEAR, Tally
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array, crosses, curve_of, disc_points, inside
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.even_map import View, even_map

WORDS = 0.55  # height of the line for words
GRAIN = 0.035  # radius of an iterate near the goal


class Stand:
    """The panels of an objective of data over a window."""

    def __init__(self, objective: DataObjective, window: View) -> None:
        self.objective, self.window = objective, window
        self.minimum = np.array(objective.minima[0])

    @cached_property
    def boxes(self) -> tuple[Box, Box, Box, Box]:
        """For the map, the data, the ledger and the line for words."""
        words, stage = layout.stage().bottom_slice(WORDS, gap=0.1)
        if stage.width > 2 * stage.height:
            chart, right = stage.columns(1.05, 1, gap=0.4)
            data, ledger = right.rows(1, 1, gap=0.25)
        elif stage.width > stage.height:
            above, ledger = stage.rows(1, 1)
            chart, data = above.columns(1.1, 1)
        else:
            chart, data, ledger = stage.rows(1.2, 0.8, 0.8)
        return chart, data, ledger, words

    @cached_property
    def map(self) -> ContourMap:
        return even_map(self.objective, self.boxes[0], self.window)

    @cached_property
    def panel(self) -> SamplePanel:
        return SamplePanel(self.boxes[1], self.objective)

    @cached_property
    def goal(self) -> VMobject:
        """The minimum on the map."""
        return self.cross(self.map)

    @cached_property
    def near(self) -> VMobject:
        """The circle within which a run is there."""
        return self.circle(self.map, NEAR, palette().target)

    def closeups(self, count: int, reach: float) -> list[ContourMap]:
        """What lies round the minimum, so many times beside each other, where the data were."""
        (x, y), view = self.minimum, np.array([-reach, reach])
        boxes = self.boxes[1].columns(*[1.0] * count, gap=0.35)
        charts = [even_map(self.objective, box, (tuple(x + view), tuple(y + view))) for box in boxes]
        for chart in charts:
            chart.remove(chart.names)  # they are those of the map beside them
        return charts

    def cloud(self, chart: ContourMap, run: Trajectory, tally: Tally, color: str) -> tuple[VMobject, VMobject]:
        """The iterates of the second half of a run on a map, and the circle of their average distance."""
        late = run.iterates[run.steps // 2 + 1 : run.ended_at + 1]
        places = chart.to_screen(*late[np.isfinite(late).all(axis=1)].T)
        dots = VMobject(stroke_width=0, fill_color=color, fill_opacity=0.75)
        dots.set_points(disc_points(places[inside(places, chart.area)], GRAIN))
        return dots, self.circle(chart, tally.noise if tally.calms else 0.0, palette().target)

    def circle(self, chart: ContourMap, radius: float, color: str) -> VMobject:
        """A circle of a radius in the units of the data round the minimum; none where it leaves the map."""
        center = chart.to_screen(*self.minimum)
        size = float(chart.to_screen(self.minimum[0] + radius, 0.0)[0] - center[0])
        held = inside(center + size * np.array([[1, 1, 0], [-1, -1, 0]]), chart.area).all()
        rim: Array = disc_points(center[None], size) if held and size > 0 else np.zeros((0, 3))
        return curve_of([rim], stroke_color=color, stroke_width=4)

    def cross(self, chart: ContourMap, half: float = 0.1) -> VMobject:
        """The minimum on a map."""
        place = chart.to_screen(*self.minimum)[None]
        return crosses(place[inside(place, chart.area)], half, stroke_color=palette().target, stroke_width=4.5)
