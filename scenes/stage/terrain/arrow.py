"""An arrow on a terrain: a gradient or an update that lies on the ground, hidden where a hill stands before it.

Its shaft follows the ground and is equally thick everywhere on the screen, as paths are; its head is a flat wedge.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import Mobject, ValueTracker

from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette
from scenes.stage.terrain.ground import Ground
from scenes.stage.terrain.shot import Ribbon, Strand, rgb

SHAFT, HEAD, WING = 0.075, 0.3, 0.26  # width of the shaft, length and width of the head
SHARE = 0.5  # of the arrow, its head at most
OUTLINE = 0.045  # what the dark rim adds to the width
GHOST = 0.3


class TerrainArrow(Mobject):
    """Arrows from tails to tips on the ground, one a step; `display(step)` shows that of the whole step.

    It is drawn by the terrain that it belongs to. `presence`, from 0 to 1, is how much of its length is there.
    """

    def __init__(
        self, ground: Ground, tails: npt.ArrayLike, tips: npt.ArrayLike, color: str, presence: float = 0.0
    ) -> None:
        """`tails` and `tips` (n, 2), or (2,), in the objective's variables."""
        super().__init__()
        self.ground, self.tint, self.rim = ground, rgb(color), rgb(palette().outline)
        self.ends = np.stack([np.atleast_2d(np.asarray(ends, dtype=float)) for ends in (tails, tips)], axis=1)
        self.presence = ValueTracker(presence)
        self.add(self.presence)
        self.step = 0
        self._laid: tuple[tuple[int, float], tuple[Strand, Strand, float] | None] = ((-1, 0.0), None)

    def display(self, step: float) -> Self:
        """Show the arrow of a step."""
        self.step = int(np.clip(step, 0, len(self.ends) - 1))
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """The copies that Manim makes for fades are not drawn: the terrain draws this one."""
        return self

    def ribbons(self) -> Iterator[Ribbon]:
        """Shaft and head, each on a rim that sets it off from the ground."""
        key = (self.step, float(self.presence.get_value()))
        if self._laid[0] != key:
            self._laid = (key, self._strands(*key))
        if self._laid[1] is None:
            return
        shaft, head, scale = self._laid[1]
        for color, more in ((self.rim, OUTLINE), (self.tint, 0.0)):
            yield Ribbon(shaft, color, SHAFT * scale + more, ghost=GHOST)
            yield Ribbon(head, color, WING * scale + 2 * more, ghost=GHOST, pointed=True)

    def _strands(self, step: int, presence: float) -> tuple[Strand, Strand, float] | None:
        """Shaft, head, and how large the head is for so short an arrow; nothing where there is no arrow."""
        tail, tip = self.ends[step]
        reached = tail + presence * (tip - tail)
        if not (np.isfinite(reached).all() and self.ground.holds(np.array([tail, reached])).all()):
            return None
        places, _ = self.ground.drape(np.array([tail, reached]))
        ways = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1)))
        if ways[-1] < 1e-3:
            return None
        scale = min(1.0, SHARE * ways[-1] / HEAD)
        neck = _at(places, ways, ways[-1] - scale * HEAD)
        shaft = np.concatenate([places[ways < ways[-1] - scale * HEAD], [neck]])
        return _strand(shaft), _strand(np.array([neck, places[-1]])), scale


def _at(places: Array, ways: Array, way: float) -> Array:
    """The place (3,) so far along a path (n, 3)."""
    return np.array([np.interp(way, ways, coordinate) for coordinate in places.T])


def _strand(places: Array) -> Strand:
    return Strand(places, np.arange(len(places), dtype=float))
