"""The map while it is made, seen from straight above: a line a cut when that has fallen, and in the end the colours."""

from __future__ import annotations

import numpy as np
from manim import VGroup

from objectives import AnyObjective
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap, lit_contour

LINE = 3.0  # width of a line


class FlatMap(VGroup):
    """Copies of a map's parts, in its place; `display(time)` shows them by the clock of the cuts (`Cuts`)."""

    def __init__(self, chart: ContourMap, objective: AnyObjective, levels: Array) -> None:
        super().__init__()
        self.bands, self.unknown = chart.bands.copy(), chart.unknown.copy()
        style = {"stroke_color": palette().map_line, "stroke_width": LINE}
        self.lines = VGroup(*(lit_contour(objective, chart, level, **style) for level in levels.tolist()))
        self.add(self.bands, self.unknown, self.lines, chart.frame.copy(), chart.labels.copy(), chart.names.copy())
        self.display(0.0)

    def display(self, time: float) -> FlatMap:
        filled = float(np.clip(time - len(self.lines), 0, 1))
        for band in (*self.bands, self.unknown):
            band.set_fill(opacity=filled)
        for number, line in enumerate(self.lines, 1):
            line.set_stroke(opacity=float(time >= number))
        return self
