"""The end of a run seen closer: the part of the map in which u-turns are too small to be ringed one by one.

What is counted must be seen. On the map the rings of the last turns would lie over each other; in a window round them,
many times larger, each has its own.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from manim import VGroup, VMobject

from objectives import AnyObjective
from optimizers import Trajectory
from scenes.stage.ink.ball import Rings, Trail, apart
from scenes.stage.ink.drawing import Array, crosses, inside, outline_of, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.even_map import around, even_map
from scenes.stage.panels.plot import Range
from scenes.stage.words.turning import u_turns

SIDE, LARGE, LEAST = 5.5, 0.22, 0.15  # of a map on the screen; radius of a ring, and of the smallest that is drawn
ROOM = 0.35  # round the turns, in shares of their spread
REACH = 2.0  # spreads of the turns: so far beyond the last one a minimum and the end of the run are seen, too
RING = 0.14  # radius


def with_room(run: Trajectory, view: tuple[Range, Range]) -> list[int]:
    """The steps of the u-turns that have room for a ring on a map of usual size."""
    turns = run.u_turns_at
    low, size = np.array([side[0] for side in view]), float(np.max(np.ptp(np.array(view), axis=1)))
    places = np.append(SIDE * (run.iterates[turns] - low) / size, np.zeros((len(turns), 1)), axis=1)
    within = np.all([(run.iterates[turns, k] >= a) & (run.iterates[turns, k] <= b) for k, (a, b) in enumerate(view)], 0)
    return [int(turn) for turn in turns[within & (apart(places, LARGE) >= LEAST)]]


def counted(turns: int, ringed: list[int]) -> str:
    """Where the u-turns are seen: on the map, and closer."""
    hidden = turns - len(ringed)
    if not turns:
        return "There is no u-turn to be seen."
    if not hidden:
        return "Each has a ring on the map." if turns > 1 else "It has a ring on the map."
    rest = f"the other {hidden} are" if hidden > 1 else "the other one is"
    return f"The map has room for {so_many_rings(len(ringed))}; {rest} seen closer."


def so_many_rings(count: int) -> str:
    """So many rings, in words.

    >>> so_many_rings(0), so_many_rings(1), so_many_rings(3)
    ('no ring', 'one ring', '3 rings')
    """
    return f"{count} rings" if count > 1 else ("no ring", "one ring")[count]


def seen_closer(turns: int, ringed: list[int]) -> str:
    """The u-turns that are seen closer, as markup: those without a ring on the map.

    >>> seen_closer(7, [3, 5, 8]), seen_closer(4, [3, 5, 8]), seen_closer(1, [])
    ('$4$ more u-turns', '$1$ more u-turn', '1 u-turn')
    """
    hidden = turns - len(ringed)
    return f"${hidden}$ more u-turn{'s' * (hidden > 1)}" if ringed else u_turns(turns)


class Closer:
    """The window round the turns that are not ringed on a map."""

    def __init__(
        self, objective: AnyObjective, chart: ContourMap, run: Trajectory, ringed: list[int], box: Box
    ) -> None:
        """`ringed` are the steps of the turns that have a ring on the chart."""
        self.objective, self.chart, self.run, self.box = objective, chart, run, box
        self.hidden = np.array([turn for turn in run.u_turns_at if turn not in ringed], dtype=int)

    @property
    def begin(self) -> int:
        """The step with which it begins: a little before the first of them."""
        return max(0, int(self.hidden[0]) - 1)

    @cached_property
    def map(self) -> ContourMap:
        """Evenly scaled, with levels of its own."""
        turns = self.run.iterates[self.hidden]
        spread = float(np.max(np.ptp(turns, axis=0)))
        last = self.run.iterates[self.run.ended_at]
        near = [place for place in (*self.objective.minima, last) if np.linalg.norm(turns[-1] - place) < REACH * spread]
        held = np.array([*turns, *near])
        return even_map(self.objective, self.box, around(held, room=ROOM, least=1e-9))

    @property
    def magnified(self) -> float:
        """How many times larger it shows things than the map."""
        return float(np.ptp(self.chart.x_axis.data) / np.ptp(self.map.x_axis.data))

    def frame(self, share: float) -> Array:
        """The corners (5, 3) of the window on its way from its place on the map to the whole picture."""
        (left, right), (low, high) = self.map.x_axis.data, self.map.y_axis.data
        small = self.chart.to_screen(*np.array([[left, low], [right, low], [right, high], [left, high], [left, low]]).T)
        return np.asarray((1 - share) * small + share * outline_of(self.map.area))

    def window(self) -> VMobject:
        """Where it lies on the map."""
        return polylines([self.frame(0.0)], stroke_color=palette().target, stroke_width=3)

    def trail(self, color: str) -> Trail:
        """The run in it."""
        last = self.run.ended_at + 1
        return Trail(self.map.to_screen(*self.run.iterates[:last].T), color, self.map.area, ball=0.1).display(
            self.begin
        )

    @cached_property
    def rings(self) -> Rings:
        """A ring a turn."""
        return Rings(self.map.to_screen(*self.run.iterates[self.hidden].T), self.hidden, RING, self.map.area)

    def goal(self) -> VGroup:
        """The minima that lie in it."""
        places = np.array([self.map.to_screen(*minimum) for minimum in self.objective.minima]).reshape(-1, 3)
        seen = places[inside(places, self.map.area)]
        return VGroup(crosses(seen, stroke_color=palette().target, stroke_width=4.5).set_z_index(3))
