"""A cut through a landscape along the straight line on which two runs have ended: what lies between them.

On the map one sees that a dip is closed; in the cut one sees how far it would be up, and what is behind. Where the way
up is short beside the whole cut, the dip alone is shown once more, magnified (`closer`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

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
from scenes.stage.words.typesetting import BODY, SMALL, Words, first_fitting, quiet

SAMPLES = 2401
BALL = 0.15
LEAST = 1.0  # width of the rim's level: over a narrow dip it goes on into the ground at both sides
# Of the height from the lowest ground to the rim, so much is seen above it, and so much is free above that, so that
# what stands there keeps clear of the name of the height: the first where the way up can be seen.
LIDS = (0.3, 0.54), (0.08, 0.54), (0.0, 0.44)
BEYOND = 0.8  # of the way between two ends: so far a cut goes on
CLOSE = 0.1  # of what is seen: an axis that ends so little below 0 goes on to it
SEEN = 0.43  # length of an arrow on the screen from which on it is seen from the last row
AROUND, OVER, UNDER = 0.45, 0.7, 0.35  # round the dip alone, in its widths; over and under it, in its depths
CLEAR = 0.12  # round the name of a line
BALLS, OVER_BALLS = 1, 2  # how far in front
BRIM = 0.01  # of the way up: a pass that the cut goes over is not missed for what rounding makes of its height
ALONG = "along the dashed line", "along the line"  # what goes to the right in a cut


@dataclass(frozen=True, eq=False)
class Cut:
    """An objective of two variables along a line: at `knots` (n,), units of the map from 0, it is at `places` (n, 2).

    The place that it leads to is `far` along, below 0 if it lies further left.
    """

    objective: AnyObjective
    knots: Array
    places: Array
    far: float
    view: tuple[Range]

    def value(self, x: Array) -> Array:
        """The values (...) at numbers (..., 1)."""
        with np.errstate(all="ignore"):
            return np.asarray(self.objective.value(self.place(x)))

    @cached_property
    def crest(self) -> float:
        """The highest ground between the two places, of which the rim's lowest pass may lie aside."""
        between = np.linspace(min(0.0, self.far), max(0.0, self.far), SAMPLES)
        known = values_at(self, np.concatenate([between, self.knots]))
        return float(known[np.isfinite(known)].max())

    @property
    def is_bent(self) -> bool:
        """Whether it leads from one place to the other by way of a third."""
        return len(self.knots) > 2

    def place(self, x: npt.ArrayLike) -> Array:
        """Where on the plane (..., 2) numbers (..., 1) of the cut lie."""
        at = np.asarray(x, dtype=float)
        leg = np.clip(np.searchsorted(self.knots, at[..., 0]) - 1, 0, len(self.knots) - 2)
        ways = np.diff(self.places, axis=0) / np.diff(self.knots)[:, None]
        return np.asarray(self.places[leg] + (at - self.knots[leg][..., None]) * ways[leg])

    def along(self, stretch: Range) -> Array:
        """The corners (n, 2) of a stretch of the line, with its ends."""
        inner = self.knots[(self.knots > stretch[0]) & (self.knots < stretch[1])]
        return self.place(np.array([stretch[0], *inner, stretch[1]])[:, None])


def cut_out_of(dip: Dip, objective: AnyObjective, ends: Sequence[Array], window: tuple[Range, Range]) -> Cut | None:
    """The cut from a place (2,) in a dip to another one: straight on, or over the lowest pass of the rim, where that
    lies aside and nothing higher comes after it; None if one lies outside the window."""
    straight = cut_through(objective, ends, window)
    if straight is None or not passes_aside(straight, dip):
        return straight
    bent = cut_through(objective, (ends[0], dip.way_out, ends[-1]), window)
    return straight if bent is None or passes_aside(bent, dip) else bent


def cut_through(objective: AnyObjective, way: Sequence[Array], window: tuple[Range, Range]) -> Cut | None:
    """The cut from the first place (2,) of a way over a picture to the last; None if one lies outside the window.

    It goes on at both ends, by `BEYOND` of its length or up to the window.
    """
    places = np.array(way)
    if not inside_of(window, places).all():
        return None
    lengths = np.linalg.norm(np.diff(places, axis=0), axis=1)
    if not (lengths > 0).all():
        return None
    side = 1.0 if places[-1, 0] >= places[0, 0] else -1.0  # from the left to the right, as on the map
    knots = side * np.concatenate([[0.0], np.cumsum(lengths)])
    far, order = float(knots[-1]), np.argsort(knots)
    knots, places = knots[order], places[order]
    left, right = (
        min(BEYOND * abs(far), _room(window, end, end - before))
        for end, before in ((places[0], places[1]), (places[-1], places[-2]))
    )
    return Cut(objective, knots, places, far, ((float(knots[0] - left), float(knots[-1] + right)),))


def inside_of(window: tuple[Range, Range], places: Array) -> npt.NDArray[np.bool_]:
    """Which places (n, 2) lie in a window."""
    low, high = np.array(window).T
    return np.asarray(((low <= places) & (places <= high)).all(axis=1))


def _room(window: tuple[Range, Range], place: Array, way: Array) -> float:
    """How far it is from a place (2,) of a window to its edge, along a way (2,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        edges = (np.array(window) - place[:, None]) / (way / np.linalg.norm(way))[:, None]
    return float(np.nanmin(edges.max(axis=1)))


class Section(VGroup):
    """The cut as a curve, a ball at each of its two ends, and how far it is up from the first one to the crest."""

    def __init__(
        self,
        box: Box,
        cut: Cut,
        names: tuple[str, ...],
        height: str,
        window: tuple[Range, Range] | None = None,
    ) -> None:
        """`names` are the rules of the runs that end there, `height` is what the height is called. Seen is no more than
        is needed to see the rim, or a `window` on the cut, a stretch and heights."""
        super().__init__()
        self.box, self.cut, self.rim, self.rules, self.called = box, cut, cut.crest, names, height
        places = [(at, float(cut.value(np.array([at])))) for at in (0.0, cut.far)]
        (_, self.floor), _ = places
        needed = max(self.rim, *(height for _, height in places))
        for lid, free in LIDS:
            self.panel = CurvePanel(cut, box, *(window or self._whole(lid, needed)), ("", height), headroom=free)
            if self.is_seen:
                break
        self.balls = [
            Ball(rule_color(name), BALL).move_to(place)
            for name, place in zip(names, (self.panel.point(*place) for place in places), strict=False)
            if inside(place[None], self.panel.area)[0]
        ]
        self._name_the_way()
        for depth, parts in ((BALLS, self.balls), (OVER_BALLS, [self.climb, *self.number])):
            for part in parts:
                part.set_z_index(depth)  # over a line that is drawn later
        self.add(self.panel, self.level, *self.balls, self.climb, *self.number)  # a low rim is hardly above its ball

    def _whole(self, lid: float, needed: float) -> tuple[Range, Range]:
        """The whole cut, its walls only as far as they are seen: the stretch, and its heights."""
        x = np.linspace(*self.cut.view[0], SAMPLES)
        heights = values_at(self.cut, x)
        known = heights[np.isfinite(heights)]
        low, high = float(known.min()), float(known.max())
        top = min(high, needed + lid * (needed - low))
        top = min(high, 0.0) if -CLOSE * (top - low) < top < 0 else top
        seen = x[(heights <= top) | ((x >= self.cut.knots[0]) & (x <= self.cut.knots[-1]))]
        return (float(seen[0]), float(seen[-1])), (low, top)

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
        told.next_to(at, UP, buff=0.12)
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
        """Draw that line, and below it its name; from then on both are parts of the section."""
        line = self.under(coarse)
        name = self._named_below(line, coarse.objective.title)
        scene.play(Create(line), run_time=1.4)
        if name:
            scene.play(*map(FadeIn, name), run_time=0.5)
        scene.remove(line, *name)
        scene.add(self.add(line, *name))

    def _named_below(self, line: VMobject, title: str) -> list[VMobject]:
        """What a line is, below it at the right, where there is room."""
        area, words = self.panel.area, onto_picture(Words(title, SMALL, palette().target))
        words.align_to(np.array([area.right - CLEAR, 0.0, 0.0]), RIGHT)
        over = line.points[line.points[:, 0] >= words.get_left()[0], 1]
        top = float(over.min(initial=area.top)) - CLEAR
        return [words.align_to(np.array([0.0, top, 0.0]), UP)] if top - words.height > area.bottom + CLEAR else []


def go_closer(play: Callable[..., None], section: Section, line: VMobject, chart: ContourMap) -> VGroup:
    """The dip alone takes the place of the whole cut, and of its line on a map: the frame round it grows to the panel's
    size."""
    closer, frame = section.closer(), section.framed
    grown = polylines([outline_of(closer.panel.area)], stroke_color=palette().target, stroke_width=3)
    short = line_on(chart, closer)
    play(Create(frame), run_time=0.9)
    changed = FadeOut(section), FadeIn(closer), FadeOut(line), FadeIn(short)
    play(*changed, Transform(frame, grown), run_time=1.2)
    play(FadeOut(frame), run_time=0.3)
    return VGroup(closer, short)


def show_the_cut(
    duet: SurfaceAndMap,
    cut: Cut,
    dip: Dip,
    names: tuple[str, ...],
    height: str,
    also: Sequence[VMobject] = (),
    coarse: AnyObjective | None = None,
) -> VGroup:
    """In the place of a terrain, the counter and what is `also` there: what lies between the ends of two runs, until
    `put_away`.

    `names` are their rules, `height` what the height is called; a `coarse` landscape is laid under the cut.
    """
    scene, speaker, up = duet.scene, duet.speaker, way_up(cut, dip)
    section = Section(duet.boxes[0].inset(right=0.3), cut, names, height)
    line = line_on(duet.map, section)
    speaker.hush()
    scene.play(*map(FadeOut, (duet.terrain, duet.counter, *also)), Create(line), FadeIn(section), run_time=0.8)
    speaker.say(*(up if section.is_seen else ("a cut through both ends",)))
    scene.wait(3.4 if section.is_seen else 2.6)
    if coarse:
        section.draw_under(scene, replace(cut, objective=coarse))
        scene.wait(1.6)
    if section.is_seen:
        return VGroup(section, line)
    speaker.hush()
    shown = go_closer(scene.play, section, line, duet.map)
    speaker.say(*up)
    scene.wait(2.8)
    return shown


def put_away(duet: SurfaceAndMap, shown: VGroup, also: Sequence[VMobject] = ()) -> None:
    """A cut that is shown makes room for the terrain, the counter, and for what is `also` there."""
    duet.speaker.hush()
    back = (duet.terrain, duet.counter, *also)
    duet.scene.play(*map(FadeOut, shown), *map(FadeIn, back), run_time=0.8)


def passes_aside(cut: Cut, dip: Dip) -> bool:
    """Whether the lowest pass of a dip's rim lies beside the cut, by more than is said."""
    return figure(cut.crest - dip.bottom, 3) != figure(dip.rim - dip.bottom, 3)


def told_climb(cut: Cut | None, dip: Dip) -> str:
    """How far it is up out of a dip, as a part of a sentence: one number, that of the picture."""
    if cut is not None and passes_aside(cut, dip):
        return f"{figure(cut.crest - dip.bottom, 3)}, straight on"
    over = "over the lowest pass of its rim" if cut is not None and cut.is_bent else "to its rim"
    return f"{figure(dip.rim - dip.bottom, 3)}, {over}"


def way_up(cut: Cut, dip: Dip) -> tuple[str, ...]:
    """The same beside the cut, and a shorter form."""
    here = f"${typed(cut.crest - dip.bottom, 3)}$ up"
    if passes_aside(cut, dip):
        return f"{here}, straight on", f"straight on: {here}"
    return (f"{here}, over the lowest pass", f"lowest pass: {here}") if cut.is_bent else (f"{here} to the rim", here)


def line_on(chart: ContourMap, section: Section) -> VMobject:
    """Where that goes on the map which a section shows."""
    corners = chart.to_screen(*section.cut.along(section.panel.x_axis.data).T)
    legs = [leg for ends in pairwise(corners) for leg in clip_polyline(np.array(ends), chart.area)]
    return VGroup(*(dashed(leg, stroke_color=palette().target, stroke_width=3) for leg in legs))
