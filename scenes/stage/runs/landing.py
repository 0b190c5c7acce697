"""The end of a clip with a terrain: the surface comes down into its map, and beside that stands what the runs did.

The terrain goes up into the view from above, as large as the stage allows; there it is its map, point for point, and
the map takes its place, with axes, paths and targets. So the last picture is one picture, and the words that answer the
title stand beside it, with their numbers in the rules' colours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from manim import DL, LEFT, RIGHT, UL, VGroup, VMobject, smooth

from optimizers import Trajectory
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.drawing import Array, crosses, inside, polylines
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.runs.surface_and_map import BALL, SurfaceAndMap
from scenes.stage.words.naming import cut_to
from scenes.stage.words.typesetting import BODY, SMALL, TITLE, Words, bold, lines, quiet, wrapped

WIDE = 1.3  # times as wide as high: the words stand beside the map, else below it
WORDS = 4.1  # width of the words beside the map, at least
BELOW, LITTLE = 1.9, 1.6  # height of a row of words below it, and in a small picture
ACROSS, CLOSE = 3, 0.1  # words beside each other in a small picture, and the gaps between them
FLIGHT, READING = 3.2, 2.0  # seconds; and for what stands below the words


def _shrunk(group: VGroup, cell: Box) -> float:
    """How much smaller a group gets in a cell."""
    return min(1.0, cell.width / group.width, cell.height / group.height)


def outline_on(chart: ContourMap, points: Array) -> VMobject:
    """A line (n, 2) on a map, the rim of a dip say, in the colour that it has on a terrain."""
    return polylines([chart.to_screen(*points.T)], stroke_color=palette().target, stroke_width=4.0)


@dataclass(frozen=True)
class Verdict:
    """What became of a run: the rule by its name and title, words, and the number that they are about, as markup."""

    name: str
    title: str
    words: str = ""
    number: str = ""


class Landing:
    """The last picture of a `SurfaceAndMap`."""

    def __init__(
        self,
        duet: SurfaceAndMap,
        verdicts: Sequence[Verdict],
        targets: Iterable[tuple[float, ...]] = (),
        target: str = "",
        rim: Array | None = None,
        also: Callable[[ContourMap], Iterable[VMobject]] = lambda _: (),
        foot: Callable[[float], VMobject] | None = None,
    ) -> None:
        """`targets` are points that are marked with a cross, `target` the words that say what the cross is; `rim` is a
        line (n, 2) that is drawn on the map, and `also` gives what else lies on the paths there; `foot` makes what
        comes last, below the words, for a width."""
        self.duet, self.verdicts = duet, tuple(verdicts)
        self.also, self.rim, self.targets, self.target = (
            also,
            rim,
            np.array(list(targets), dtype=float).reshape(-1, 2),
            target,
        )
        self._foot = foot if self.beside or (layout.is_tall() and not layout.is_small()) else None  # else no room

    # Where things stand ---------------------------------------------------------------------------------------------

    @property
    def beside(self) -> bool:
        stage = layout.stage()
        return stage.width > WIDE * stage.height

    def boxes(self) -> tuple[Box, Box]:
        """For the words, and for the map."""
        stage = layout.stage()
        if self.beside:
            width = min(stage.height + 0.4, stage.width - WORDS - layout.GAP)
            right, left = stage.right_slice(width, gap=2 * layout.GAP)
            return left.inset(left=0.15), right
        room = self.foot[0].height + layout.GAP if self.foot else 0.0
        below, above = stage.bottom_slice((LITTLE if layout.is_small() else BELOW) * self._rows(stage) + room, gap=0.2)
        return below, above

    def _rows(self, stage: Box) -> int:
        """Rows of words below the map, so that each has room."""
        across = ACROSS if layout.is_small() else max(1, int(stage.width / WORDS + 0.35))
        return -(-len(self.verdicts) // across)

    @cached_property
    def map(self) -> ContourMap:
        """The map, large, and shaped like the terrain's footprint."""
        box, shape = self.boxes()[1], self.duet.terrain.area.width / self.duet.terrain.area.height
        for _ in range(2):
            made = self._map_in(box)
            wide, high = made.area.width - shape * made.area.height, made.area.height - made.area.width / shape
            box = box.inset(
                left=max(0.0, wide) * (1 if self.beside else 0.5),
                right=0.0 if self.beside else max(0.0, wide) / 2,
                bottom=max(0.0, high) / 2,
                top=max(0.0, high) / 2,
            )
        return self._map_in(box)

    def _map_in(self, box: Box) -> ContourMap:
        duet = self.duet
        return ContourMap(duet.objective, box, duet.view, duet.names, duet.map.levels)

    # What is said ---------------------------------------------------------------------------------------------------

    @cached_property
    def foot(self) -> list[VGroup]:
        """What comes last, below the words; nothing where there is none."""
        width = self.boxes()[0].width if self.beside else layout.stage().width
        return [VGroup(self._foot(width))] if self._foot else []

    @cached_property
    def words(self) -> list[VGroup]:
        """What is said of each run, and what the cross is: each in its place."""
        box, _ = self.boxes()
        if self.beside:
            return self._column(box)
        if self.foot:
            below, box = box.bottom_slice(self.foot[0].height)
            layout.place(self.foot[0], below, LEFT)
        rows = box.rows(*[1.0] * self._rows(layout.stage()), gap=0.1)
        across = -(-len(self.verdicts) // len(rows))
        gap = CLOSE if layout.is_small() else layout.GAP
        cells = [cell for row in rows for cell in row.columns(*[1.0] * across, gap=gap)]
        said = [
            (self._said_in if layout.is_small() else self._said)(cell.width, verdict)
            for cell, verdict in zip(cells, self.verdicts, strict=False)
        ]
        pairs = list(zip(said, cells, strict=False))
        share = min(
            (min(1.0, cell.width / group.width, cell.height / group.height) for group, cell in pairs), default=1
        )
        placed = [layout.place(group.scale(share), cell, UL) for group, cell in pairs]  # all in the same type
        return placed + self.foot

    def _column(self, box: Box) -> list[VGroup]:
        """Below each other; at the foot what the cross is."""
        foot = [self._key(box.width)] if self.target and len(self.targets) else []
        rest = box.inset(bottom=max(0.6, foot[0].height + 0.2) if foot else 0.0, top=0.3)
        if self.foot:
            below, rest = rest.inset(top=-0.2).bottom_slice(self.foot[0].height)
            layout.place(layout.shrink_into(self.foot[0], below.width), below, LEFT)
        placed = [
            layout.place(layout.shrink_into(group, cell.width, cell.height), cell, LEFT)
            for group, cell in self._said_below(rest)
        ]
        return placed + self.foot + [layout.place(layout.shrink_into(key, box.width), box, DL) for key in foot]

    def _said_below(self, box: Box) -> list[tuple[VGroup, Box]]:
        """What is said of each run, and its part of a box, in the first form that has room: on even parts, in small
        type, with the number beside a name that may be cut, and without words."""
        said = [self._said(box.width, verdict) for verdict in self.verdicts]
        found = list(zip(said, box.rows(*[1.0] * len(said), gap=0.25), strict=True))
        if all(_shrunk(*pair) >= SMALL / BODY for pair in found):
            return found
        for form, gap in ((self._small, 0.2), (self._briefly, CLOSE), (self._bare, CLOSE)):
            said = [form(box.width, verdict) for verdict in self.verdicts]
            found = list(zip(said, box.rows(*(group.height for group in said), gap=gap), strict=True))
            if all(_shrunk(*pair) >= 1 - 1e-6 for pair in found):
                break
        return found

    @staticmethod
    def _said(width: float, verdict: Verdict) -> VGroup:
        """Name, words, and the number, large if a width has room for it."""
        color = rule_color(verdict.name)
        parts = [bold(verdict.title, BODY, color)]
        parts += [Words(verdict.words, BODY)] if verdict.words else []
        number = [Words(f"${verdict.number}$", TITLE, color)] if verdict.number else []
        parts += [layout.shrink_into(words, width) for words in number]
        return lines(*parts, gap=0.22)

    @staticmethod
    def _small(width: float, verdict: Verdict) -> VGroup:
        """The same in small type: the number behind the name, if a width has room for both, else below it."""
        color, number = rule_color(verdict.name), f"${verdict.number}$" if verdict.number else ""
        head = [Words(f"*{verdict.title}*  {number}", SMALL, color)]
        if head[0].width > width and number:
            head = [bold(verdict.title, SMALL, color), Words(number, SMALL, color)]
        return lines(*head, *([Words(verdict.words, SMALL)] if verdict.words else []), gap=0.14)

    @staticmethod
    def _briefly(width: float, verdict: Verdict) -> VGroup:
        """The same where there are many, or long names: the number beside the name, all in small type."""
        color = rule_color(verdict.name)
        number = Words(f"${verdict.number}$", SMALL, color) if verdict.number else VGroup()
        title = cut_to(verdict.title, width - number.width - 2 * CLOSE, SMALL, color, bold)
        head = VGroup(title, number.next_to(title, RIGHT, buff=2 * CLOSE))
        return lines(head, *([quiet(verdict.words)] if verdict.words else []), gap=CLOSE)

    def _bare(self, width: float, verdict: Verdict) -> VGroup:
        """Names and numbers alone."""
        return self._briefly(width, replace(verdict, words=""))

    @staticmethod
    def _said_in(width: float, verdict: Verdict) -> VGroup:
        """The same in a small picture, the numbers in one row."""
        color = rule_color(verdict.name)
        title = bold(verdict.title, SMALL, color)
        parts = [title if title.width <= width else wrapped(f"*{verdict.title}*", width).set_color(color)]
        number = [Words(f"${verdict.number}$", BODY, color)] if verdict.number else []
        parts += [layout.shrink_into(words, width) for words in number]
        parts += [wrapped(verdict.words, width)] if verdict.words else []
        return lines(*parts, gap=0.16)

    def _key(self, width: float) -> VGroup:
        """The cross, and what it is, on as many lines as a width needs."""
        words, cross = quiet(self.target), crosses(np.zeros((1, 3)), stroke_color=palette().target, stroke_width=4.5)
        room = width - cross.width - 0.25
        words = words if words.width <= room else wrapped(self.target, room).set_color(palette().quiet)
        return VGroup(cross, words.next_to(cross, buff=0.2))

    # What happens ---------------------------------------------------------------------------------------------------

    def play(self, gone: Iterable[VMobject] = ()) -> None:
        """The surface flies into its map; then the words come, one after the other. `gone` vanishes first."""
        self.land(gone)
        for group in self.words:
            self.say(group)
        self.duet.scene.wait(1.5 + READING * len(self.foot))

    def say(self, group: VGroup) -> None:
        """Show one of the words, and leave time to read them."""
        self.duet.scene.play(FadeIn(group), run_time=0.5)
        self.duet.scene.wait(1.3)

    def land(self, gone: Iterable[VMobject] = ()) -> None:
        """The surface flies into its map, which takes its place. `gone` vanishes first."""
        duet, scene, terrain = self.duet, self.duet.scene, self.duet.terrain
        chart, step = self.map, duet.step.get_value()
        duet.speaker.hush()
        leaving = [duet.map, duet.counter, *duet.cards.values(), *duet.paths.values(), *gone]
        scene.play(*(FadeOut(part) for part in leaving), run_time=0.6)
        terrain.stand_in(layout.stage())
        above = replace(
            terrain.above,
            zoom=chart.area.width / terrain.area.width,
            left=float(chart.area.center[0]),
            up=float(chart.area.center[1]),
        )
        scene.play(*terrain.orbit.flight(above, terrain.kept), run_time=FLIGHT, rate_func=smooth)
        furniture = VGroup(chart.frame, chart.labels, chart.names)
        scene.play(FadeIn(furniture), FadeIn(self.goal), run_time=0.6)
        scene.remove(terrain, furniture, self.goal)
        scene.add(chart, *self.lines(chart), *self.paths(chart, step), *self.also(chart), self.goal)

    def lines(self, chart: ContourMap) -> list[VMobject]:
        """The rim, if there is one."""
        return [] if self.rim is None or not len(self.rim) else [outline_on(chart, self.rim)]

    @cached_property
    def goal(self) -> VMobject:
        """The targets, on top of everything."""
        points = np.array([self.map.to_screen(*place) for place in self.targets]).reshape(-1, 3)
        seen = points[inside(points, self.map.area)]
        return crosses(seen, stroke_color=palette().target, stroke_width=4.5).set_z_index(3)

    def paths(self, chart: ContourMap, step: float) -> list[Trail]:
        """The runs on the large map, as far as they have come."""
        runs, nesting = self.duet.runs, self.duet.nesting
        return [self.path(chart, name, run, **nesting(name)).display(step) for name, run in runs.items()]

    @staticmethod
    def path(chart: ContourMap, name: str, run: Trajectory, **nesting: Any) -> Trail:
        """A run on the large map, in the colour of its rule."""
        places = chart.to_screen(*run.iterates[: run.ended_at + 1].T)
        return Trail(places, rule_color(name), chart.area, ball=BALL, **nesting)
