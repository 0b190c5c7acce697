"""A cut through a landscape along the straight line on which two runs have ended: what lies between them.

On the map one sees that a dip is closed; in the cut one sees how far it would be up, and what is behind. Where the way
up is short beside the whole cut, the dip alone is shown once more, magnified (`closer`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from manim import DOWN, LEFT, RIGHT, UP, Create, Scene, Transform, VGroup, VMobject

from objectives import AnyObjective
from scenes.stage.curves.graph import CurvePanel, onto_picture, values_at
from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.ball import Ball
from scenes.stage.ink.drawing import (
    Array,
    clip_polyline,
    curve_of,
    dashed,
    inside,
    outline_of,
    polyline_points,
    polylines,
)
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.dips import Dip
from scenes.stage.panels.plot import PAD, Range
from scenes.stage.runs.surface_and_map import SurfaceAndMap
from scenes.stage.words.figures import figure, typed
from scenes.stage.words.typesetting import BODY, Words, first_fitting, quiet

SAMPLES = 2401
BALL = 0.15
LEAST = 1.0  # width of the rim's level: over a narrow dip it goes on into the ground at both sides
LID = 0.3  # of the height from the lowest ground to the rim: so much is seen above the rim, where walls are of no use
CLOSE = 0.1  # of what is seen: an axis that ends so little below 0 goes on to it
HEADROOM = 0.54  # above what is seen: a number there keeps clear of the name of the height
SEEN = 0.45  # length of an arrow on the screen from which on it is seen from the last row
AROUND, OVER, UNDER = 0.45, 0.7, 0.35  # round the dip alone, in its widths; over and under it, in its depths
BRIM = 0.01  # of the way up: a pass that the cut goes over is not missed for what rounding makes of its height
ALONG = "along the dashed line", "along the line"  # what goes to the right in a cut


@dataclass(frozen=True, eq=False)
class Cut:
    """An objective of two variables along a line: 0 at `origin` (2,), so many units of the map along `way` (2,).

    The place that it leads to is `far` along, below 0 if it lies further left.
    """

    objective: AnyObjective
    origin: Array
    way: Array
    far: float
    view: tuple[Range]

    def value(self, x: Array) -> Array:
        """The values (...) at numbers (..., 1)."""
        with np.errstate(all="ignore"):
            return np.asarray(self.objective.value(self.place(x)))

    @cached_property
    def crest(self) -> float:
        """The highest ground between the two places, of which the rim's lowest pass may lie aside."""
        known = values_at(self, np.linspace(min(0.0, self.far), max(0.0, self.far), SAMPLES))
        return float(known[np.isfinite(known)].max())

    def place(self, x: npt.ArrayLike) -> Array:
        """Where on the plane (..., 2) numbers (..., 1) of the cut lie."""
        return np.asarray(self.origin + np.asarray(x) * self.way)


def cut_through(
    objective: AnyObjective, ends: Sequence[Array], view: tuple[Range, Range], window: tuple[Range, Range], reach: float
) -> Cut | None:
    """The cut from one place (2,) of a picture to another; None if one lies outside.

    It goes on by `reach` of their distance at both ends, or up to the window.
    """
    origin, other = ends
    length = float(np.linalg.norm(other - origin))
    low, high = np.array(view).T
    if not length > 0 or not all(((low <= end) & (end <= high)).all() for end in ends):
        return None
    side = 1.0 if other[0] >= origin[0] else -1.0  # from the left to the right, as on the map
    way = side * (other - origin) / length
    with np.errstate(divide="ignore", invalid="ignore"):
        edges = np.sort((np.array(window) - origin[:, None]) / way[:, None], axis=1)
    beyond = sorted((-side * reach * length, side * (1 + reach) * length))
    left, right = max(float(np.nanmax(edges[:, 0])), beyond[0]), min(float(np.nanmin(edges[:, 1])), beyond[1])
    return Cut(objective, origin, way, side * length, ((left, right),))


class Section(VGroup):
    """The cut as a curve, a ball at each of its two ends, and how far it is up from the first one to the crest."""

    def __init__(
        self,
        box: Box,
        cut: Cut,
        names: tuple[str, str],
        height: str,
        walls: bool = False,
        window: tuple[Range, Range] | None = None,
    ) -> None:
        """`names` are the rules of the runs that end there, `height` is what the height is called. Seen is no more than
        is needed to see the rim; with `walls` all of the cut; or a `window` on it, a stretch and heights."""
        super().__init__()
        self.box, self.cut, self.rim, self.rules, self.called = box, cut, cut.crest, names, height
        places = [(at, float(cut.value(np.array([at])))) for at in (0.0, cut.far)]
        (_, self.floor), _ = places
        x, y = window or (cut.view[0], self._heights(walls, max(self.rim, *(height for _, height in places))))
        self.panel = CurvePanel(cut, box, x, y, ("", height), headroom=HEADROOM)
        self.balls = [
            Ball(rule_color(name), BALL).move_to(place)
            for name, place in zip(names, (self.panel.point(*place) for place in places), strict=True)
            if inside(place[None], self.panel.area)[0]
        ]
        self._name_the_way()
        self.add(self.panel, self.level, *self.balls, self.climb, *self.number)  # a low rim is hardly above its ball

    def _heights(self, walls: bool, needed: float) -> Range:
        """What is seen of the heights of the whole cut."""
        known = values_at(self.cut, np.linspace(*self.cut.view[0], SAMPLES))
        known = known[np.isfinite(known)]
        low, high = float(known.min()), float(known.max())
        top = high if walls else min(high, needed + LID * (needed - low))
        return low, min(high, 0.0) if -CLOSE * (top - low) < top < 0 else top

    def _name_the_way(self) -> None:
        """Below the panel stands what goes to the right, and no numbers: they would be distances that nobody needs."""
        area, labels = self.panel.area, self.panel.labels
        labels.remove(*[label for label in labels if label.get_top()[1] < area.bottom])
        name = first_fitting(map(quiet, ALONG), area.width)
        self.add(name.next_to(np.array([area.center[0], area.bottom, 0.0]), DOWN, buff=PAD))

    @property
    def is_seen(self) -> bool:
        """Whether the way up is long enough on the screen."""
        return float(self.panel.point(0.0, self.rim)[1] - self.panel.point(0.0, self.floor)[1]) >= SEEN

    @cached_property
    def window(self) -> tuple[Range, Range]:
        """The stretch of the cut and the heights that hold the first dip alone."""
        left, right = self.ends
        depth = self.rim - self.floor
        room = AROUND * (right - left)
        return (left - room, right + room), (self.floor - UNDER * depth, self.rim + OVER * depth)

    @property
    def framed(self) -> VMobject:
        """The same on the panel, as a frame."""
        area, (x, y) = self.panel.area, self.window
        (left, bottom), (right, top) = (self.panel.point(*corner)[:2] for corner in zip(x, y, strict=True))
        seen = Box(max(left, area.left), max(bottom, area.bottom), min(right, area.right), min(top, area.top))
        return polylines([outline_of(seen)], stroke_color=palette().target, stroke_width=3)

    def closer(self) -> Section:
        """The dip alone, in the same box."""
        return Section(self.box, self.cut, self.rules, self.called, window=self.window)

    @property
    def number(self) -> list[VMobject]:
        """How far it is up, over the arrow; only where that is seen."""
        if not self.is_seen:
            return []
        told = Words(f"${typed(self.rim - self.floor, 3)}$", BODY, palette().target)
        area, at = self.panel.area, self.panel.point(0.0, self.rim)
        told.next_to(at, UP, buff=0.16)
        told.set_x(float(np.clip(at[0], area.left + told.width / 2, area.right - told.width / 2)))
        return [onto_picture(told)]

    @property
    def ends(self) -> Range:
        """Where the level of the rim meets the ground, at both sides of the dip."""
        x = np.linspace(*self.cut.view[0], SAMPLES)
        over = values_at(self.cut, x) > self.rim - BRIM * (self.rim - self.floor)
        left = max((float(at) for at in x[over & (x < 0)]), default=float(x[0]))
        right = min((float(at) for at in x[over & (x > 0)]), default=float(x[-1]))
        return left, right

    @cached_property
    def level(self) -> VMobject:
        """The level of the rim, over the dip."""
        ends = self.panel.to_screen(np.clip(self.ends, *self.panel.x_axis.data), self.rim)
        short = max(0.0, LEAST - float(ends[1][0] - ends[0][0])) / 2
        return dashed(ends + short * np.array([LEFT, RIGHT]), stroke_color=palette().target, stroke_width=3)

    @cached_property
    def climb(self) -> Arrows:
        """From the first ball up to that level; the outline of a short arrow is thin, or it would be all outline."""
        ends = self.panel.point(0.0, self.floor), self.panel.point(0.0, self.rim)
        outline = 2.5 * min(1.0, float(np.linalg.norm(ends[1] - ends[0])))
        return Arrows(palette().target, shaft=0.05, head=0.2, stroke_width=outline).point(*ends)

    def under(self, coarse: Cut) -> VMobject:
        """The same cut through another landscape, as a line."""
        x = np.linspace(*self.cut.view[0], SAMPLES)
        line = self.panel.to_screen(x, values_at(coarse, x))
        pieces = [polyline_points(piece) for piece in clip_polyline(line, self.panel.area)]
        return curve_of(pieces, stroke_color=palette().target, stroke_width=4)

    def draw_under(self, scene: Scene, coarse: Cut) -> None:
        """Draw that line; from then on it is a part of the section."""
        line = self.under(coarse)
        scene.play(Create(line), run_time=1.4)
        scene.remove(line)
        scene.add(self.add(line))


def go_closer(play: Callable[..., None], section: Section) -> Section:
    """The dip alone takes the place of the whole cut: the frame round it grows to the panel's size."""
    closer, frame = section.closer(), section.framed
    grown = polylines([outline_of(closer.panel.area)], stroke_color=palette().target, stroke_width=3)
    play(Create(frame), run_time=0.9)
    play(FadeOut(section), FadeIn(closer), Transform(frame, grown), run_time=1.2)
    play(FadeOut(frame), run_time=0.3)
    return closer


def show_the_cut(
    duet: SurfaceAndMap,
    cut: Cut,
    dip: Dip,
    names: tuple[str, str],
    height: str,
    also: Sequence[VMobject] = (),
    coarse: AnyObjective | None = None,
) -> VGroup:
    """In the place of a terrain and of what is `also` there: what lies between the ends of two runs, until `put_away`.

    `names` are their rules, `height` what the height is called; a `coarse` landscape is laid under the cut.
    """
    scene, speaker, terrain, line = duet.scene, duet.speaker, duet.terrain, line_on(duet.map, cut)
    box = duet.boxes[0].inset(top=0.6, right=0.3)
    section = Section(box, cut, names, height, walls=bool(coarse))
    speaker.hush()
    scene.play(FadeOut(terrain), *map(FadeOut, also), Create(line), FadeIn(section), run_time=0.8)
    up = way_up(cut, dip)
    speaker.say(*(up if section.is_seen else ("a cut through both ends",)))
    scene.wait(3.4 if section.is_seen else 2.6)
    if coarse:
        section.draw_under(scene, replace(cut, objective=coarse))
        speaker.say(coarse.title)
        scene.wait(2.0)
    if not section.is_seen:
        speaker.hush()
        section = go_closer(scene.play, section)
        speaker.say(*up)
        scene.wait(2.8)
    return VGroup(section, line)


def put_away(duet: SurfaceAndMap, shown: VGroup, also: Sequence[VMobject] = ()) -> None:
    """A cut that is shown makes room for the terrain, and for what is `also` there."""
    duet.speaker.hush()
    back = (duet.terrain, *also)
    duet.scene.play(*map(FadeOut, shown), *map(FadeIn, back), run_time=0.8)


def passes_aside(cut: Cut, dip: Dip) -> bool:
    """Whether the lowest pass of a dip's rim lies beside the cut, by more than is said."""
    return figure(cut.crest - dip.bottom, 3) != figure(dip.rim - dip.bottom, 3)


def told_climb(cut: Cut | None, dip: Dip) -> str:
    """How far it is up out of a dip, as a part of a sentence: over the lowest pass of the rim, and straight on."""
    least = figure(dip.rim - dip.bottom, 3)
    if cut is None or not passes_aside(cut, dip):
        return f"{least}: to the rim, the line"
    straight = figure(cut.crest - dip.bottom, 3)
    return f"{least}: over the lowest pass of its rim, the line. Straight on, in the cut, it is {straight}"


def way_up(cut: Cut, dip: Dip) -> tuple[str, ...]:
    """The same beside the cut, and a shorter form."""
    here, least = (f"${typed(level - dip.bottom, 3)}$" for level in (cut.crest, dip.rim))
    if not passes_aside(cut, dip):
        return f"{here} up to the rim", f"{here} up"
    return f"straight on: {here} up; over the lowest pass: {least}", f"straight on: {here} up; lowest pass: {least}"


def line_on(chart: ContourMap, cut: Cut) -> VMobject:
    """Where a cut goes on the map."""
    ends = chart.to_screen(*cut.place(np.array(cut.view[0])[:, None]).T)
    (seen, *_) = clip_polyline(ends, chart.area)
    return dashed(np.asarray(seen), stroke_color=palette().target, stroke_width=3)
