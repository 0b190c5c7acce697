"""One contour of a map, brought to light: the line of equal height through a place, to which the gradient is square."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt
from contourpy import LineType, contour_generator
from manim import VMobject

from scenes.stage.ink.drawing import Array, clip_polyline, polylines
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap, Surface, heights


def level_line(objective: Surface, chart: ContourMap, place: npt.ArrayLike, color: str | None = None) -> VMobject:
    """The whole contour through a place (2,) of the data, as far as the map shows it."""
    level = float(objective.value(np.asarray(place, dtype=float)))
    across, up, values = heights(objective, chart.x_axis.data, chart.y_axis.data)
    lines: list[Array] = []
    if np.isfinite(level):
        found = contour_generator(across, up, values, line_type=LineType.Separate).lines(level)
        lines = [chart.to_screen(*line.T) for line in cast("list[Array]", found)]
    pieces = [piece for line in lines for piece in clip_polyline(line, chart.area)]
    return polylines(pieces, stroke_color=color or palette().target, stroke_width=3)
