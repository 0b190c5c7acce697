"""Both rules on a map, in step: their paths, and a ring at each of momentum's u-turns that has room.

The same two runs are shown twice, on the wide valley and on the narrow one: so it is seen that the valley makes the
turns, and not the rule alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from manim import LEFT, UP, VGroup

from optimizers import Trajectory
from scenes.stage.ink.ball import Rings, Trail, parted
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.panels.plot import Range
from scenes.stage.runs.closer import with_room
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.typesetting import SMALL, Words

BALL, RIM, RING = 0.125, 0.07, 0.22  # radius of a ball, what is seen of one under the other, and radius of a ring
BESIDE = 0.12  # between a ball and what is said of it


@dataclass(frozen=True)
class Both:
    """The runs by the names of their rules, on a map; u-turns in its view can have a ring."""

    runs: Mapping[str, Trajectory]
    chart: ContourMap
    view: tuple[Range, Range]

    @cached_property
    def trails(self) -> dict[str, Trail]:
        """At the start the ball of gradient descent is seen round the other."""
        paths = {name: self.chart.to_screen(*run.iterates.T) for name, run in self.runs.items()}
        rim, until = {GD: RIM, MOMENTUM: 0.0}, parted([*paths.values()], 2 * BALL)
        return {
            name: Trail(path, rule_color(name), self.chart.area, ball=BALL, rim=rim[name], until=until)
            for name, path in paths.items()
        }

    @cached_property
    def ringed(self) -> list[int]:
        """The steps of the u-turns that have room for a ring."""
        return with_room(self.runs[MOMENTUM], self.view)

    @cached_property
    def rings(self) -> Rings:
        turns = np.array(self.ringed, dtype=int)
        places = self.chart.to_screen(*self.runs[MOMENTUM].iterates[turns].T)
        return Rings(places, turns, RING, self.chart.area)

    @property
    def shown(self) -> list[VGroup | Rings]:
        """What follows the step: rings, and the paths above them."""
        return [self.rings, *self.trails.values()]

    def by_the_ball(self, name: str, said: str) -> Words:
        """Words over the ball of a run, on the map."""
        words = Words(said, SMALL, on_picture=True).next_to(self.trails[name].ball, UP, buff=BESIDE)
        return _within(words, self.chart.area.inset(*[BESIDE] * 4))


def _within(words: Words, area: Box) -> Words:
    """Shifted to the right or left until they lie in an area."""
    beyond = max(0.0, words.get_right()[0] - area.right) - max(0.0, area.left - words.get_left()[0])
    return words.shift(beyond * LEFT)
