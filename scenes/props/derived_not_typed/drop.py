"""From a ball on a curve straight down to the chart of the slopes: it stops where the one that it goes by is 0."""

from __future__ import annotations

import numpy as np
from manim import VGroup

from scenes.stage.curves.walk import CurveWalk
from scenes.stage.ink.drawing import Array, dashed, discs
from scenes.stage.panels.plot import Panel, Range

DOT = 0.11
STEEP = 1.4  # times the steepest on the gentler side: the slopes that are shown


def drop_to_zero(chart: Panel, walk: CurveWalk, color: str) -> VGroup:
    """A dashed line from the ball to its place on the zero line of the chart right below, and a dot there."""
    ball = walk.ball.get_center()
    zero = np.array([ball[0], float(chart.y_axis.place(0.0)), 0.0])
    return VGroup(
        dashed(np.array([ball, zero]), stroke_color=color, stroke_width=3.5),
        discs(zero[None], DOT, stroke_width=0, fill_color=color, fill_opacity=1),
    )


def up_and_down(slopes: Array) -> Range:
    """The range of slopes (n,) to show: where it is about up or down, the steepest ones are not needed."""
    low, high = float(np.min(slopes)), float(np.max(slopes))
    least = min(-low, high)
    return max(low, -STEEP * least) - 0.1 * least, min(high, STEEP * least) + 0.1 * least
