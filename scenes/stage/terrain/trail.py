"""A run on a terrain: its path laid over the ground, a mark at each iterate, the ball at its head.

Like the trail on a map, but drawn inside the terrain's picture, against its depth: hills hide it, and a faint ghost
says where it goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from manim import Mobject, ValueTracker

from scenes.stage.ink.ball import FRESH, NEVER, RADIUS, Again, nested
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette
from scenes.stage.terrain.ground import Ground
from scenes.stage.terrain.shot import Bead, Dots, Ribbon, Strand, rgb

GHOST = 0.3
MARK = 0.045
WIDTH, WIDTH_OLD, EDGE = 0.055, 0.04, 0.03  # of a path, of its old steps, and how much wider its edge is
FAR = 1e6  # sizes of the view


class TerrainTrail(Mobject):
    """Ball, path and marks of a run on the ground; `display(step)` shows it up to a fractional step.

    It is drawn by the terrain that it belongs to. `presence`, from 0 to 1, lets the ball grow and the path appear.
    """

    def __init__(
        self,
        ground: Ground,
        iterates: Array,
        color: str,
        ball: float = RADIUS,
        presence: float = 0.0,
        rim: float = 0.0,
        until: float = 1.0,
        again: Again = NEVER,
    ) -> None:
        """`iterates` (n, 2) in the objective's variables; a run that is lost far outside the view ends there. `rim` is
        how much larger the ball is up to the step `until`, and `again`, as on a map (`ball.Trail`)."""
        super().__init__()
        reach = FAR * np.ptp(np.array(ground.view))
        lost = np.flatnonzero(~(np.abs(iterates) < reach).all(axis=1))
        self.iterates = np.asarray(iterates)[: max(1, lost[0]) if len(lost) else None]
        self.tint, self.rim, self.radius, self.ground = rgb(color), rgb(palette().outline), ball, ground
        self.nested, self.until, self.again = rim, until, again
        self.pieces = [Strand(*part) for part in _inside(ground, *ground.drape(self.iterates))]
        held = np.flatnonzero(ground.holds(self.iterates))
        self.marks = Strand(ground.place(self.iterates[held]), held.astype(float))
        self.presence = ValueTracker(presence)
        self.add(self.presence)
        self.step = 0.0

    def display(self, step: float) -> Self:
        """Show the run up to a fractional step."""
        self.step = min(max(float(step), 0.0), len(self.iterates) - 1.0)
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """The copies that Manim makes for fades are not drawn: the terrain draws this one."""
        return self

    @property
    def place(self) -> Array:
        """Where the ball is, on the ground (3,)."""
        whole = min(int(self.step), max(len(self.iterates) - 2, 0))
        after = self.iterates[min(whole + 1, len(self.iterates) - 1)]
        return self.ground.place(self.iterates[whole] + (self.step - whole) * (after - self.iterates[whole]))

    @property
    def reach(self) -> float:
        """How far from the ground, at most, its ball is seen, which stands on it."""
        return 2 * (self.radius + max(self.nested, self.again[1]))

    def ribbons(self) -> Iterator[Ribbon]:
        """The path: old steps fade, but stay. Its edge lies below all of it, and tells it from any ground."""
        seen, since = float(self.presence.get_value()), max(0.0, self.step - FRESH)
        if seen <= 0:
            return
        for piece in self.pieces:
            yield Ribbon(piece, self.rim, WIDTH + EDGE, seen, (0.0, self.step))
            if since > 0:
                yield Ribbon(piece, self.tint, WIDTH_OLD, 0.65 * seen, (0.0, since), GHOST)
            yield Ribbon(piece, self.tint, WIDTH, seen, (since, self.step), GHOST)

    def dots(self) -> Iterator[Dots]:
        """A mark at each iterate that has been passed."""
        if len(self.marks.steps) and self.presence.get_value() > 0:
            yield Dots(self.marks, self.tint, MARK, float(self.presence.get_value()), (0.0, self.step))

    def beads(self) -> Iterator[Bead]:
        """The ball, where it is in the view."""
        seen, place = float(self.presence.get_value()), self.place
        half = np.array(self.ground.footprint) / 2 + 1e-9
        if seen > 0 and bool((np.abs(place[:2]) <= half).all()):
            x, y, z = map(float, place)
            radius = self.radius + nested(self.nested, self.step, self.until, self.again)
            yield Bead((x, y, z), self.tint, radius * min(seen, 1.0), ghost=GHOST)


def _inside(ground: Ground, places: Array, steps: Array) -> Iterator[tuple[Array, Array]]:
    """The stretches of a path that lie over the footprint."""
    held = np.all(np.abs(places[:, :2]) <= np.array(ground.footprint) / 2 + 1e-6, axis=1).reshape(-1)
    for stretch in np.split(np.arange(len(places)), np.flatnonzero(np.diff(held)) + 1):
        if held[stretch[0]] and len(stretch) > 1:
            yield places[stretch], steps[stretch]
