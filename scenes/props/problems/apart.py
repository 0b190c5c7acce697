"""Two ways from one place of a map, and the angle between them: downhill, and the step that is taken there.

The step is as long as it is, and goes on dashed, so that the angle is seen where the step is short.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from manim import VGroup

from optimizers import Trajectory
from scenes.stage.ink import layout
from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.drawing import Array, curve_of, dashed, inside, polyline_points
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.words.typesetting import SMALL, Words

LONG, SHORTER = 1.3, 0.9  # of the arrow downhill and of the dashed line; the share that is tried next
CLEAR = 0.08  # round the angle's number
EDGE = 0.2  # from the end of a map, at least
ARC, CORNERS = 0.42, 33  # radius; places on it
STEP, FRONT = 10.0, 4  # width of the step; in front of the trail


def apart(chart: ContourMap, run: Trajectory, step: int, minima: Sequence[Sequence[float]]) -> VGroup:
    """Downhill, the step and how it would go on, the arc between both, and its angle, which lies on none of the minima;
    from the iterate of a step."""
    here = chart.to_screen(*run.iterates[step])
    goes = chart.to_screen(*run.iterates[step + 1]) - here
    falls = chart.to_screen(*(run.iterates[step] - run.gradients[step])) - here
    ways = np.array([way / (np.linalg.norm(way) or 1.0) for way in (falls, goes)])
    downhill, further = (here + _length(chart.area, here, way) * way for way in ways)
    ink = palette()
    return VGroup(
        Arrows(ink.gradient).point(here, downhill),
        dashed(np.array([here, further]), stroke_color=ink.share, stroke_width=4),
        curve_of([polyline_points(np.array([here, here + goes]))], stroke_color=ink.share, stroke_width=STEP),
        *_arc(chart.area, here, ways, np.concatenate([_on(chart, run, minima), *_along(here, (downhill, further))])),
    ).set_z_index(FRONT)


def _on(chart: ContourMap, run: Trajectory, minima: Sequence[Sequence[float]]) -> Array:
    """Places (n, 3) on the run's path, and the minima."""
    path = chart.to_screen(*run.iterates[: run.ended_at + 1].T)
    marks = [chart.to_screen(*minimum).reshape(1, 3) for minimum in minima]
    return np.concatenate([*(np.linspace(a, b, CORNERS) for a, b in pairwise(path)), *marks])


def _along(here: Array, ends: tuple[Array, Array]) -> list[Array]:
    """Places on the lines from one place to both ends."""
    return [np.linspace(here, end, CORNERS) for end in ends]


def _length(area: Box, here: Array, way: Array) -> float:
    """As far as it stays on the map."""
    room, tried = area.inset(*[EDGE] * 4), LONG * SHORTER ** np.arange(20)
    return float(next((one for one in tried if inside((here + one * way)[None], room).all()), tried[-1]))


def _arc(area: Box, here: Array, ways: Array, taken: Array) -> VGroup:
    """From one way to the other, the short way round, and the angle beyond its middle, or as near to that as there is
    room for it on the map, clear of places (n, 3) that are taken."""
    first, last = (float(np.arctan2(way[1], way[0])) for way in ways)
    turn = (last - first + np.pi) % (2 * np.pi) - np.pi
    angles = first + turn * np.linspace(0, 1, CORNERS)
    rim = np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1)
    line = curve_of([polyline_points(here + ARC * rim)], stroke_color=palette().target, stroke_width=4)
    words = Words(f"${np.degrees(abs(turn)):.0f} degree$", SMALL, palette().target, on_picture=True)
    angles, middle = first + turn / 2 + np.linspace(-np.pi, np.pi, 4 * CORNERS), rim[CORNERS // 2]
    about = np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1)
    seats = []
    for way in sorted(about, key=lambda one: float(np.linalg.norm(one - middle))):
        reach = ARC + 0.1 + (abs(way[0]) * words.width + abs(way[1]) * words.height) / 2
        seats.append(here + reach * way)
    boxes = [layout.box_of(words.move_to(seat)) for seat in seats]
    within = [area.inset(*[CLEAR] * 4).contains(box) for box in boxes]
    clear = [not inside(taken, box.inset(*[-CLEAR] * 4)).any() for box in boxes]
    words.move_to(seats[int(np.argmax(2 * np.array(within) + clear))])
    return VGroup(line, words)
