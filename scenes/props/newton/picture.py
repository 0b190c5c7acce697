"""A ground as a map: the runs on it, the two directions of the start, and the quadratics that Newton goes by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from manim import VGroup, VMobject

from scenes.props.newton.ground import NEWTON, Ground
from scenes.props.newton.sections import direction_colors
from scenes.stage.ink.arrows import Shaft
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.drawing import clip_polyline, discs, inside, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap, lit_contour
from scenes.stage.maps.even_map import even_map, targets
from scenes.stage.maps.touching import MINIMUM

SHARES = (1.0, 0.45, 0.12)  # of the height above the level place: the lines of the quadratic that are drawn
WIDE, THIN, LIT = 5.0, 2.5, 3.0  # of these lines: the first, the others; and of the ground's own, which it touches
RING = 0.28  # radius
FAR = 20.0  # beyond every map


@dataclass(frozen=True, eq=False)
class Picture:
    """What of a ground stands in a box."""

    ground: Ground
    box: Box

    @cached_property
    def map(self) -> ContourMap:
        return even_map(self.ground.objective, self.box, self.ground.view)

    @cached_property
    def goal(self) -> VMobject:
        return targets(self.map, self.ground.minima)

    @cached_property
    def trails(self) -> dict[str, Trail]:
        """Of each run as many steps as are shown."""
        ground = self.ground
        shown = {name: run.iterates[: ground.shown(name) + 1] for name, run in ground.runs.items()}
        return {n: Trail(self.map.to_screen(*at.T), rule_color(n), self.map.area) for n, at in shown.items()}

    @cached_property
    def axes(self) -> VGroup:
        """The two directions in which the ground bends purely, as lines through the start."""
        place = self.map.point(*self.ground.start)
        lines = VGroup()
        for direction, color in zip(self.ground.model.bends[1], direction_colors(), strict=True):
            way = FAR * np.append(direction, 0.0)
            pieces = clip_polyline(np.array([place - way, place + way]), self.map.area)
            lines.add(polylines(pieces, stroke_color=color, stroke_width=3.5))
        return lines

    def models(self, step: int) -> VGroup:
        """Lines of the quadratic that touches the ground at an iterate of Newton; none where it is level nowhere."""
        model, made = self.ground.model_at(step), VGroup()
        if not np.isfinite([*model.level, model.height]).all():
            return made
        bottom = float(model.value(model.level))
        made.add(lit_contour(self.ground.objective, self.map, model.height, stroke_width=LIT))
        for share in SHARES:
            style = {"stroke_color": rule_color(NEWTON), "stroke_width": WIDE if share == 1.0 else THIN}
            made.add(lit_contour(model, self.map, bottom + share * (model.height - bottom), **style))
        return made

    @cached_property
    def ring(self) -> VMobject:
        """Round where Newton rests, if that is no minimum."""
        place, rests = self.trails[NEWTON].path_points[-1], self.ground.rests[NEWTON] not in ("", MINIMUM)
        seen = rests and bool(inside(place[None], self.map.area)[0])
        return discs(place[None][: int(seen)], RING, stroke_color=palette().target, stroke_width=4)

    def shaft(self, step: int) -> Shaft:
        """The arrow of a step of Newton; of one that leaves the map there is none."""
        ends = self.trails[NEWTON].path_points[step : step + 2]
        seen = len(ends) == 2 and np.isfinite(ends).all() and inside(ends, self.map.area).all()
        return Shaft(rule_color(NEWTON), ends[0], ends[1] - ends[0] if seen else np.zeros(3))
