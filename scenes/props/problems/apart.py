"""Two ways from one place of a map, and the angle between them: downhill, and the step that is taken there.

The step is as long as it is, and goes on dashed, so that the angle is seen where the step is short.
"""

from __future__ import annotations

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
EDGE = 0.2  # from the end of a map, at least
ARC, CORNERS = 0.42, 33  # radius; places on it
STEP, FRONT = 10.0, 4  # width of the step; in front of the trail


def apart(chart: ContourMap, run: Trajectory, step: int) -> VGroup:
    """Downhill, the step and how it would go on, the arc between both, and its angle; from the iterate of a step."""
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
        *_arc(chart.area, here, ways),
    ).set_z_index(FRONT)


def _length(area: Box, here: Array, way: Array) -> float:
    """As far as it stays on the map."""
    room, tried = area.inset(*[EDGE] * 4), LONG * SHORTER ** np.arange(20)
    return float(next((one for one in tried if inside((here + one * way)[None], room).all()), tried[-1]))


def _arc(area: Box, here: Array, ways: Array) -> VGroup:
    """From one way to the other, the short way round, and the angle beyond its middle, or as near to that as there is
    room for it on the map."""
    first, last = (float(np.arctan2(way[1], way[0])) for way in ways)
    turn = (last - first + np.pi) % (2 * np.pi) - np.pi
    angles = first + turn * np.linspace(0, 1, CORNERS)
    rim = np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1)
    line = curve_of([polyline_points(here + ARC * rim)], stroke_color=palette().target, stroke_width=4)
    words = Words(f"${np.degrees(abs(turn)):.0f} degree$", SMALL, palette().target, on_picture=True)
    for way in sorted(rim, key=lambda one: float(np.linalg.norm(one - rim[CORNERS // 2]))):
        reach = ARC + 0.1 + (abs(way[0]) * words.width + abs(way[1]) * words.height) / 2
        if area.contains(layout.box_of(words.move_to(here + reach * way))):
            break
    return VGroup(line, words)
