"""Where a run will start, and which way is down from there: a ball of no rule and an arrow, on map and terrain."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from scenes.stage.ink.ball import Ball
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette
from scenes.stage.maps.vectors import Vector
from scenes.stage.runs.surface_and_map import BALL, SurfaceAndMap
from scenes.stage.terrain.arrow import TerrainArrow
from scenes.stage.terrain.trail import TerrainTrail

ARROW = 0.22  # of the window: the length of the arrow


class Downhill:
    """From a start (2,) against its gradient (2,), on the map and the terrain of a duet."""

    def __init__(self, duet: SurfaceAndMap, start: Sequence[float], gradient: Array) -> None:
        self.duet, self.start, self.gradient = duet, np.array(start), gradient

    @cached_property
    def ends(self) -> tuple[Array, Array]:
        """Tail and tip (2,) of the arrow, in the objective's variables."""
        longest = float(np.max(np.abs(self.gradient) / np.ptp(np.array(self.duet.wanted), axis=1)))
        return self.start, self.start - ARROW * self.gradient / (longest or 1.0)

    @cached_property
    def arrow(self) -> Vector:
        """The arrow on the map."""
        tail, tip = (self.duet.map.to_screen(*end) for end in self.ends)
        return Vector(palette().gradient, self.duet.map.area, tail, tail).bound_for(tail, tip)

    @cached_property
    def on_terrain(self) -> TerrainArrow:
        return self.duet.terrain.arrow(*self.ends, palette().gradient)

    @cached_property
    def spot(self) -> Ball:
        """The ball on the map."""
        return Ball(palette().ink, BALL).move_to(self.duet.map.to_screen(*self.start))

    @cached_property
    def ball(self) -> TerrainTrail:
        """The ball on the terrain."""
        return self.duet.terrain.trail(self.start[np.newaxis], palette().ink, ball=BALL)
