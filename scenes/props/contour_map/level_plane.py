"""How a contour map is made: a level plane sinks through the ground, and what it cuts drops to the floor.

One clock tells it all: at whole numbers a cut lies on the floor. Before that the plane comes down to its level, rests
while the cut shows, and the cut falls. When all have fallen, the floor takes on the colours of the map.
"""

from __future__ import annotations

from typing import Any, Self, cast

import numpy as np
from contourpy import LineType, contour_generator
from manim import Mobject

from scenes.stage.ink.drawing import Array, eased
from scenes.stage.ink.palette import palette
from scenes.stage.terrain.landscape import Terrain
from scenes.stage.terrain.shot import Color, Floor, Ribbon, Sheet, Strand, level_rim, rgb

SINKS, RESTS = 0.42, 0.55  # until when, within a cut's time, the plane sinks, and until when the cut rests
FIRST, COMES = 1.06, 0.15  # of the relief, where the plane appears, and how long that takes
ABOVE = 1e-2  # of the floor, above the plate
LINE, FRESH, FRAME = 0.03, 0.055, 0.02  # widths of a line on the floor, of a cut, and of the frame of the map
SHEET, RIM = 0.22, 0.03  # opacity of the plane, width of its rim


class Cuts(Mobject):
    """The plane, the cuts and the floor of a terrain; `display(time)` shows them, from 0 to one more than the cuts.

    They are drawn by the terrain that they belong to.
    """

    def __init__(self, terrain: Terrain) -> None:
        super().__init__()
        self.terrain = terrain
        ground = terrain.ground
        self.floor = ABOVE - terrain.foot
        levels = [level for level in terrain.levels[::-1] if 0 < ground.scale.share(level) < 1]
        self.levels = np.array(levels)
        self.heights = ground.relief * ground.scale.height(self.levels)
        self._outlines = [_outline(terrain, height) for height in self.heights]
        self._fallen = [_at(outline, self.floor) for outline in self._outlines]
        self._resting = [_at(outline, height) for outline, height in zip(self._outlines, self.heights, strict=True)]
        self.display(0.0)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """The copies that Manim makes for fades are not drawn: the terrain draws this one."""
        return self

    @property
    def count(self) -> int:
        """How many cuts there are."""
        return len(self.levels)

    @property
    def top(self) -> Array:
        """The corners (n, 3) of the plane where it appears."""
        return np.asarray(self._rim(FIRST * self.terrain.ground.relief).places)

    def _rim(self, height: float) -> Strand:
        """The edge of the plane at a height."""
        return level_rim(self.terrain.ground.footprint, height)

    def plane(self, time: float) -> float:
        """Where the plane is: above the ground at the beginning, and on its last level at the end."""
        tops = np.concatenate([[FIRST * self.terrain.ground.relief], self.heights])
        number = min(int(time), self.count - 1)
        share = float(eased(min((time - number) / SINKS, 1.0)))
        return float(tops[number] + share * (tops[number + 1] - tops[number]))

    def value(self, time: float) -> float:
        """The value of the objective at which the plane is."""
        scale = self.terrain.ground.scale
        share = float(scale.share_at(min(self.plane(time) / self.terrain.ground.relief, 1.0)))
        return scale.low + share * (scale.high - scale.low)

    def display(self, time: float) -> Self:
        """Show the state of things at a time."""
        done = time >= self.count
        self.terrain.ribbons = list(self._lines(time))
        seen = SHEET * float(eased(time / COMES))
        self.terrain.sheets = [] if done or time <= 0 else [Sheet(self.plane(time), rgb(palette().ink), seen)]
        cut = min(int(time) + (time % 1 > RESTS), self.count)  # a cut leaves its line, and parts the colours there
        self.terrain.lines_from = float(len(self.terrain.levels) - cut + 1)
        self.terrain.floor = Floor(self.floor, filled=float(np.clip(time - self.count, 0, 1)))
        return self

    def _lines(self, time: float) -> Any:
        """The lines on the floor, the cut that is under way, and the rim of the plane."""
        bright, quiet = rgb(palette().target), rgb(palette().map_line)
        number = min(int(time), self.count)
        for strand in self._fallen[:number]:
            yield Ribbon(strand, quiet, LINE, fixed=True)
        if time > self.count:
            frame, seen = self._rim(self.floor), min(time - self.count, 1.0)
            yield Ribbon(frame, rgb(palette().quiet), FRAME, seen, fixed=True)
        share = time - number
        if number == self.count or time <= 0:
            return
        yield Ribbon(
            self._rim(self.plane(time)), rgb(palette().quiet), RIM, 0.8 * float(eased(time / COMES)), fixed=True
        )
        if share > SINKS:
            yield Ribbon(self._resting[number], bright, FRESH, float(eased(min((share - SINKS) / 0.05, 1.0))))
        if share > RESTS:
            yield self._falling(number, (share - RESTS) / (1 - RESTS), bright)

    def _falling(self, number: int, share: float, color: Color) -> Ribbon:
        way = share * share  # it falls freely
        height = self.heights[number] + way * (self.floor - self.heights[number])
        return Ribbon(_at(self._outlines[number], float(height)), color, FRESH + way * (LINE - FRESH), fixed=True)


def _outline(terrain: Terrain, height: float) -> Array:
    """The strokes (2 n, 2) of the ground's outline at a height, in pairs of ends."""
    ground = terrain.ground
    lines = contour_generator(*ground.axes, ground.heights, line_type=LineType.Separate).lines(height)
    pairs = [np.stack([line[:-1], line[1:]], axis=1).reshape(-1, 2) for line in cast("list[Array]", lines)]
    return np.concatenate([np.zeros((0, 2)), *pairs])


def _at(outline: Array, height: float) -> Strand:
    places = np.concatenate([outline, np.full((len(outline), 1), height)], axis=1)
    return Strand(places, np.zeros(len(places)), apart=True)
