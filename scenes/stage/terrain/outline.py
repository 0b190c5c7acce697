"""What marks a place on a terrain: a line along the ground, such as the rim of a dip, and crosses at targets.

A line lies on the ground and is hidden where a hill stands before it. A cross is a word of its own: it stands upright
on the screen, above paths and balls, and is faint where a hill hides its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from manim import Mobject, ValueTracker, VMobject

from scenes.stage.ink.drawing import Array, cross_points
from scenes.stage.ink.palette import palette
from scenes.stage.terrain.ground import Ground
from scenes.stage.terrain.orbit import View
from scenes.stage.terrain.shot import Ribbon, Strand, rgb

WIDTH, EDGE, GHOST = 0.05, 0.03, 0.3
ARM, STROKE = 0.1, 4.5
HIDDEN = 0.35  # how much of a cross is seen behind a hill


class TerrainOutline(Mobject):
    """A line along the ground. It is drawn by the terrain it belongs to, and seen as `presence` grows from 0 to 1."""

    def __init__(self, ground: Ground, points: Array, color: str, presence: float = 0.0) -> None:
        """`points` (n, 2) in the objective's variables."""
        super().__init__()
        self.tint, self.rim = rgb(color), rgb(palette().outline)
        self.strand = Strand(ground.place(points), np.linspace(0.0, 1.0, len(points)))
        self.presence = ValueTracker(presence)
        self.add(self.presence)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """The copies that Manim makes for fades are not drawn: the terrain draws this one."""
        return self

    def ribbons(self) -> Iterator[Ribbon]:
        """The line as far as it is there, on an edge that tells it from any ground."""
        seen = float(self.presence.get_value())
        if seen > 0:
            yield Ribbon(self.strand, self.rim, WIDTH + EDGE, span=(0.0, seen))
            yield Ribbon(self.strand, self.tint, WIDTH, span=(0.0, seen), ghost=GHOST)


class TerrainCrosses(VMobject):
    """Crosses at places of the ground; the terrain puts them where these are seen."""

    def __init__(self, ground: Ground, points: Array, hidden: float = HIDDEN) -> None:
        """`points` (n, 2) in the objective's variables; `hidden` is how much is seen of them behind a hill."""
        super().__init__(stroke_color=palette().target, stroke_width=STROKE)
        self.hidden = hidden
        self.ground, self.places = ground, ground.place(np.asarray(points)[ground.holds(points)])
        self.set_z_index(3)  # above paths and balls

    def follow(self, view: View, rise: float) -> None:
        """Stand where the places are seen."""
        if not len(self.places):
            return
        seen = view.project(self.places * [1, 1, rise]) * [1, 1, 0]
        self.set_points(cross_points(seen, ARM))
        clear = bool(self.ground.visible(self.places, view, rise).all())
        self.set_stroke(opacity=1.0 if clear else self.hidden)
