"""A cut through a landscape along the straight line on which two runs have ended: what lies between them.

On the map one sees that a dip is closed; in the cut one sees how far it would be up, and what is behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from manim import LEFT, RIGHT, VGroup, VMobject

from objectives import AnyObjective
from scenes.stage.curves.graph import CurvePanel, values_at
from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.ball import Ball
from scenes.stage.ink.drawing import Array, clip_polyline, curve_of, dashed, polyline_points
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.panels.plot import Range

SAMPLES = 1201
BALL = 0.15
LEAST = 1.0  # width of the rim's level: over a narrow dip it goes on into the ground at both sides


@dataclass(frozen=True, eq=False)
class Cut:
    """An objective of two variables along a line: 0 at `origin` (2,), so many units of the map along `way` (2,).

    The place that it leads to is `far` along, below 0 if it lies further left.
    """

    objective: AnyObjective
    origin: Array
    way: Array
    far: float
    view: tuple[Range]

    def value(self, x: Array) -> Array:
        """The values (...) at numbers (..., 1)."""
        with np.errstate(all="ignore"):
            return np.asarray(self.objective.value(self.place(x)))

    def place(self, x: npt.ArrayLike) -> Array:
        """Where on the plane (..., 2) numbers (..., 1) of the cut lie."""
        return np.asarray(self.origin + np.asarray(x) * self.way)


def cut_through(
    objective: AnyObjective, ends: Sequence[Array], view: tuple[Range, Range], window: tuple[Range, Range], reach: float
) -> Cut | None:
    """The cut from one place (2,) of a picture to another; None if one lies outside.

    It goes on by `reach` of their distance at both ends, or up to the window.
    """
    origin, other = ends
    length = float(np.linalg.norm(other - origin))
    low, high = np.array(view).T
    if not length > 0 or not all(((low <= end) & (end <= high)).all() for end in ends):
        return None
    side = 1.0 if other[0] >= origin[0] else -1.0  # from the left to the right, as on the map
    way = side * (other - origin) / length
    with np.errstate(divide="ignore", invalid="ignore"):
        edges = np.sort((np.array(window) - origin[:, None]) / way[:, None], axis=1)
    beyond = sorted((-side * reach * length, side * (1 + reach) * length))
    left, right = max(float(np.nanmax(edges[:, 0])), beyond[0]), min(float(np.nanmin(edges[:, 1])), beyond[1])
    return Cut(objective, origin, way, side * length, ((left, right),))


class Section(VGroup):
    """The cut as a curve, a ball at each of its two ends, and how far it is up to the rim of the first one's dip."""

    def __init__(self, box: Box, cut: Cut, rim: float, names: tuple[str, str], height: str) -> None:
        """`names` are the rules of the runs that end there, `height` is what the height is called."""
        super().__init__()
        self.cut, self.rim = cut, rim
        x = np.linspace(*cut.view[0], SAMPLES)
        known = values_at(cut, x)
        known = known[np.isfinite(known)]
        self.panel = CurvePanel(cut, box, cut.view[0], (float(known.min()), float(known.max())), ("", height))
        places = [(at, float(cut.value(np.array([at])))) for at in (0.0, cut.far)]
        self.balls = [
            Ball(rule_color(name), BALL).move_to(self.panel.point(*place))
            for name, place in zip(names, places, strict=True)
        ]
        (_, self.floor), _ = places
        self.add(self.panel, self.level, *self.balls, self.climb)  # a low rim is hardly above its ball

    @cached_property
    def level(self) -> VMobject:
        """The level of the rim, over the dip."""
        x = np.linspace(*self.cut.view[0], SAMPLES)
        over = values_at(self.cut, x) > self.rim
        left = max((float(at) for at in x[over & (x < 0)]), default=float(x[0]))
        right = min((float(at) for at in x[over & (x > 0)]), default=float(x[-1]))
        ends = self.panel.to_screen([left, right], self.rim)
        short = max(0.0, LEAST - float(ends[1][0] - ends[0][0])) / 2
        return dashed(ends + short * np.array([LEFT, RIGHT]), stroke_color=palette().target, stroke_width=3)

    @cached_property
    def climb(self) -> Arrows:
        """From the first ball up to that level; the outline of a short arrow is thin, or it would be all outline."""
        ends = self.panel.point(0.0, self.floor), self.panel.point(0.0, self.rim)
        outline = 2.5 * min(1.0, float(np.linalg.norm(ends[1] - ends[0])))
        return Arrows(palette().target, shaft=0.05, head=0.2, stroke_width=outline).point(*ends)

    def under(self, coarse: Cut) -> VMobject:
        """The same cut through another landscape, as a line."""
        x = np.linspace(*self.cut.view[0], SAMPLES)
        line = self.panel.to_screen(x, values_at(coarse, x))
        pieces = [polyline_points(piece) for piece in clip_polyline(line, self.panel.area)]
        return curve_of(pieces, stroke_color=palette().target, stroke_width=4)


def line_on(chart: ContourMap, cut: Cut) -> VMobject:
    """Where a cut goes on the map."""
    ends = chart.to_screen(*cut.place(np.array(cut.view[0])[:, None]).T)
    (seen, *_) = clip_polyline(ends, chart.area)
    return dashed(np.asarray(seen), stroke_color=palette().target, stroke_width=3)
