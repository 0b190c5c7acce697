"""A map with the same scale in both directions: what is perpendicular looks so, and no direction looks shorter.

The window is widened, never cut, until its sides are as long as the picture's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from manim import VMobject

from objectives import AnyObjective, typeset
from scenes.stage.ink.drawing import Array, crosses, inside
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.panels.plot import Range, plot_area

View = tuple[Range, Range]


def even_map(objective: AnyObjective, box: Box, view: View, level: Array | None = None) -> ContourMap:
    """The map of an objective of two variables in a box, over a window that holds `view`, evenly scaled."""
    first, second = (f"${typeset(variable)}$" for variable in objective.variables)
    shown = view
    for _ in range(2):  # the room for the ticks' labels depends on the window, a little
        area = plot_area(box, *shown, (first, second))
        shown = widened(view, area.width / area.height)
    return ContourMap(objective, box, shown, (first, second), level)


def bare_map(objective: AnyObjective, box: Box, view: View, level: Array | None = None) -> ContourMap:
    """The map of an objective over a window, without ticks and names: as large as a box has room for, at its upper
    left."""
    across, up = (float(np.ptp(side)) for side in view)
    unit = min(box.width / across, box.height / up)
    wanted = found = Box(box.left, box.top - unit * up, box.left + unit * across, box.top)
    names = ("x", "y")
    for _ in range(2):  # the room for the ticks that are left out depends on the box, a little
        area = plot_area(found, *view, names)
        found = found.inset(
            wanted.left - area.left, wanted.bottom - area.bottom, area.right - wanted.right, area.top - wanted.top
        )
    chart = ContourMap(objective, found, view, names, level)
    chart.remove(chart.labels, chart.names)
    return chart


def unit_of(chart: ContourMap) -> float:
    """Units of the screen for 1 on an even map."""
    return chart.area.width / float(np.ptp(chart.x_axis.data))


def targets(chart: ContourMap, places: Array) -> VMobject:
    """Crosses at places (n, 2) that a map shows, above all balls."""
    points = chart.to_screen(*places.T) if len(places) else np.zeros((0, 3))
    seen = points[inside(points, chart.area)]
    return crosses(seen, stroke_color=palette().target, stroke_width=4.5).set_z_index(3)


def widened(view: View, shape: float) -> View:
    """The smallest window round `view`, with the same middle, that is `shape` times as wide as high."""
    (left, right), (bottom, top) = view
    width = max(right - left, shape * (top - bottom))
    return _round((left + right) / 2, width), _round((bottom + top) / 2, width / shape)


def _round(middle: float, length: float) -> Range:
    return middle - length / 2, middle + length / 2


def around(points: Array, room: float = 0.12, least: float = 1.0) -> View:
    """A window round points (n, 2), with room at each side in shares of its size, and no side below `least`."""
    low, high = points.min(axis=0), points.max(axis=0)
    size = np.maximum(high - low, least)
    middle, half = (low + high) / 2, (0.5 + room) * size
    (left, bottom), (right, top) = middle - half, middle + half
    return (float(left), float(right)), (float(bottom), float(top))


def closely(view: tuple[Range, ...], paths: Array, places: Sequence[npt.ArrayLike]) -> View | None:
    """A square window closely round what of paths (n, 2) lies in a view, and round further places (2,); None if that
    is nothing."""
    low, high = np.array(view).T
    seen = paths[((paths >= low) & (paths <= high)).all(axis=1)]
    points = np.concatenate([seen, np.array([*places], dtype=float).reshape(-1, 2)])
    return widened(around(points, room=0.22), 1.0) if len(points) else None
