"""The end of a run seen closer: the part of the map in which u-turns are too small to be ringed one by one.

What is counted must be seen. On the map the rings of the last turns would lie over each other; in a window round them,
many times larger, each has its own.
"""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from manim import DL, DR, UL, UR, VGroup, VMobject

from objectives import AnyObjective
from optimizers import Trajectory
from optimizers.turns import u_turns as every_turn
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Rings, Trail, apart
from scenes.stage.ink.drawing import Array, crosses, inside, outline_of, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.even_map import View, around, bare_map, even_map, unit_of, widened
from scenes.stage.panels.plot import Range
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.turning import u_turns
from scenes.stage.words.typesetting import SMALL, Words

SIDE, LARGE, LEAST = 5.5, 0.22, 0.15  # of a map on the screen; radius of a ring, and of the smallest that is drawn
ROOM = 0.35  # round the turns, in shares of their spread
REACH = 2.0  # spreads of the turns: so far beyond the last one a minimum and the end of the run are seen, too
FAINT = 0.45  # of a ring that is not counted
CORNER, PAD = 0.4, 0.12  # of the map: the side of an inset; and round it


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


def seen_closer(turns: int, ringed: list[int], narrower: int) -> str:
    """The u-turns that are seen closer, as markup: those without a ring on the map; and what those are that follow.

    >>> seen_closer(7, [3, 5, 8], 0), seen_closer(4, [3, 5, 8], 0), seen_closer(1, [], 0)
    ('$4$ more u-turns', '$1$ more u-turn', '1 u-turn')
    >>> seen_closer(7, [3, 5, 8], 9)
    '7 u-turns; grey: too small to count'
    """
    hidden = turns - len(ringed)
    if narrower:
        return f"{u_turns(turns)}; grey: too small to count"
    return f"${hidden}$ more u-turn{'s' * (hidden > 1)}" if ringed else u_turns(turns)


class Closer:
    """The window round the turns that are not ringed on a map."""

    ring: ClassVar[float] = 0.14  # radius
    faint: ClassVar[float] = 0.08  # radius of one round a turn that is too narrow to be counted
    ball: ClassVar[float] = 0.1

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
        return self._map(around(held, room=ROOM, least=1e-9))

    def _map(self, view: View) -> ContourMap:
        """With its ticks: it takes the place of the map."""
        return even_map(self.objective, self.box, view)

    @property
    def magnified(self) -> float:
        """How many times larger it shows things than the map."""
        return unit_of(self.map) / unit_of(self.chart)

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
        return Trail(self.map.to_screen(*self.run.iterates[:last].T), color, self.map.area, ball=self.ball).display(
            self.begin
        )

    @cached_property
    def rings(self) -> Rings:
        """A ring a turn."""
        return Rings(self.map.to_screen(*self.run.iterates[self.hidden].T), self.hidden, self.ring, self.map.area)

    @cached_property
    def narrower(self) -> npt.NDArray[np.int64]:
        """The steps of the turns after those, which are too narrow to be counted."""
        every = np.flatnonzero(every_turn(self.run.iterates, self.run.gradients, seen=0.0))
        return np.asarray(every[every > self.hidden[-1]])

    @cached_property
    def faint_rings(self) -> Rings:
        """Round them, as far as they are apart."""
        places = self.map.to_screen(*self.run.iterates[self.narrower].T).reshape(-1, 3)
        return Rings(places, self.narrower, self.faint, self.map.area).set_stroke(opacity=FAINT)

    def goal(self) -> VGroup:
        """The minima that lie in it."""
        places = np.array([self.map.to_screen(*minimum) for minimum in self.objective.minima]).reshape(-1, 3)
        seen = places[inside(places, self.map.area)]
        return VGroup(crosses(seen, stroke_color=palette().target, stroke_width=4.5).set_z_index(3))


class Inset(Closer):
    """The same beside the turns, on the map itself: a square without ticks in a corner that is free, tied to where it
    lies."""

    ring = 0.11
    ball = 0.08

    def __init__(self, objective: AnyObjective, chart: ContourMap, run: Trajectory, ringed: list[int]) -> None:
        places = chart.to_screen(*run.iterates[: run.ended_at + 1].T)
        self.corner = free_corner(chart.area, places)
        super().__init__(objective, chart, run, ringed, self.corner or chart.area)

    @property
    def needed(self) -> bool:
        """Whether there are turns without a ring, and room to show them."""
        return bool(len(self.hidden)) and self.corner is not None

    def _map(self, view: View) -> ContourMap:
        return bare_map(self.objective, self.box, widened(view, 1.0))

    def picture(self, color: str) -> VGroup:
        """All of it, the run in a colour."""
        small, large = self.frame(0.0)[:4], outline_of(self.map.area)[:4]
        apart = np.linalg.norm(small[:, None] - large[None], axis=-1)
        one, other = np.unravel_index(int(apart.argmin()), apart.shape)
        target = palette().target
        tie = polylines([np.array([small[one], large[other]])], stroke_color=target, stroke_width=2)
        rim = polylines([outline_of(self.map.area)], stroke_color=target, stroke_width=3)
        words = Words(f"$times {in_math(figure(self.magnified, 2))}$", SMALL, on_picture=True)
        self._in_a_free_corner(words)
        trail, rings = self.trail(color).display(self.run.ended_at), self.rings.display(self.run.ended_at)
        return VGroup(tie, self.window(), self.map, trail, rings, self.goal(), rim, words)

    def _in_a_free_corner(self, words: Words) -> Words:
        """In the corner of its map whose middle is farthest from the run."""
        places = self.map.to_screen(*self.run.iterates[: self.run.ended_at + 1].T)
        seen, room = places[inside(places, self.map.area)], self.map.area.inset(*[PAD] * 4)
        tried = [layout.place(words.copy(), room, corner).get_center() for corner in (UR, UL, DR, DL)]
        return words.move_to(max(tried, key=lambda at: np.linalg.norm(seen - at, axis=1).min(initial=np.inf)))


def free_corner(area: Box, places: Array) -> Box | None:
    """The square corner of an area that is farthest from places (n, 3), if it is clear of them."""
    side = CORNER * min(area.width, area.height)
    within, seen = area.inset(*[PAD] * 4), places[inside(places, area)]
    squares = [
        Box(x, y, x + side, y + side)
        for x in (within.left, within.right - side)
        for y in (within.bottom, within.top - side)
    ]
    clear = [square for square in squares if not inside(seen, square.inset(*[-PAD] * 4)).any()]
    return max(clear, key=lambda box: np.linalg.norm(seen - box.center, axis=1).min(initial=np.inf), default=None)
