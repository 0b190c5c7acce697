"""A walk along a straight line over a map, and its profile above: the heights along that line, in step.

Where the line crosses a line of the map, the profile crosses that height: so what lies close together on the map is
steep in the profile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from manim import LEFT, RIGHT, UP, VGroup, VMobject

from objectives import AnyObjective
from scenes.stage.ink.ball import Ball
from scenes.stage.ink.drawing import Array, clip_polyline, curve_of, disc_points, polyline_points, polylines, stroke
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.panels.plot import PAD, Panel, Range
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.typesetting import BODY, SMALL, Words, lines, on_baseline

SAMPLES = 601
OVER = 0.12  # from a column to the number above it
BETWEEN, APART = 0.1, 0.25  # of two lines of words above a column, and from words to those beside them
STEEPER = 1.1  # times the slope of another stretch: clearly steeper
FRAME = 0.25  # to each side of the straight line, a frame round a stretch of it
DOT = 0.045
PLACES = 401  # where a stretch is tried
ROOM = 0.08  # of the range of heights, above and below
ONE_WAY = 1e-6  # of what is climbed in a stretch: so much less its ends may differ, by rounding


@dataclass(frozen=True, eq=False)
class Section:
    """The heights (n,) of a surface at places x (n,) along a line, and the levels that a map of it shows."""

    x: Array
    heights: Array
    levels: Array

    @cached_property
    def crossings(self) -> Array:
        """Where the line crosses levels: rows (x, level), from left to right."""
        found = [(float(x), float(level)) for level in self.levels for x in self._crossings_of(level)]
        return np.array(sorted(found)).reshape(-1, 2)

    def _crossings_of(self, level: float) -> Array:
        above = self.heights - level
        known, over = np.isfinite(above), above >= 0
        k = np.flatnonzero((over[:-1] != over[1:]) & known[:-1] & known[1:])
        return np.asarray(self.x[k] + (self.x[k + 1] - self.x[k]) * above[k] / (above[k] - above[k + 1]))

    def crossed(self, stretch: tuple[float, float]) -> int:
        """How many lines of the map are crossed in a stretch."""
        return int(np.sum((self.crossings[:, 0] >= stretch[0]) & (self.crossings[:, 0] <= stretch[1])))

    def stretches(self, width: float) -> list[tuple[float, float]]:
        """Of all stretches of one width that go one way: that with the most lines, and that with the fewest, where it
        is most level. None lies across the bottom of a pit: what it falls, and climbs again, is no slope of it."""
        lefts = np.linspace(self.x[0], self.x[-1] - width, PLACES)
        tried = [(float(left), float(left + width)) for left in lefts if self.goes_one_way((left, left + width))]
        if not tried:
            return []
        most = max(tried, key=lambda ends: (self.crossed(ends), self.steepness(ends)))
        # Of two that are alike the right one: at the left are the names of the axes.
        fewest = min(tried, key=lambda ends: (self.crossed(ends), float(f"{self.steepness(ends):.6g}"), -ends[0]))
        return [most, fewest]

    def goes_one_way(self, stretch: tuple[float, float]) -> bool:
        """Whether it goes only up, or only down, in a stretch: its ends differ by all that is climbed on the way."""
        heights = self._within(stretch)
        climbed = float(np.abs(np.diff(heights)).sum())
        return bool(abs(heights[-1] - heights[0]) >= (1 - ONE_WAY) * climbed - ONE_WAY * ONE_WAY)

    def steepness(self, stretch: tuple[float, float]) -> float:
        """By how much the height at both ends of a stretch differs, by its width: where it goes one way, how steep it
        is on average."""
        low, high = np.interp(stretch, self.x, self.heights)
        return float(abs(high - low)) / (stretch[1] - stretch[0])

    def _within(self, stretch: tuple[float, float]) -> Array:
        """The heights from one end of a stretch to the other."""
        between = self.heights[(self.x > stretch[0]) & (self.x < stretch[1])]
        low, high = np.interp(stretch, self.x, self.heights)
        return np.array([low, *between, high])


def section(objective: AnyObjective, view: tuple[Range, ...], fixed: float, levels: Array) -> Section:
    """The heights of an objective over a window, where the second variable is `fixed`."""
    x = np.linspace(*view[0], SAMPLES)
    with np.errstate(all="ignore"):
        heights = np.asarray(objective.value(np.stack([x, np.full(SAMPLES, fixed)], axis=-1)), dtype=float)
    return Section(x, np.where(np.isfinite(heights), heights, np.nan), levels)


class Profile(Panel):
    """A section, exactly above the map over which it runs; the lowest and the highest of its levels have numbers."""

    def __init__(self, cut: Section, chart: ContourMap, fixed: float, box: Box, name: str) -> None:
        """Only the height of `box` counts; the sides are those of the map."""
        self.cut, self.fixed, self.chart = cut, fixed, chart
        over = self._over(box, self._range(), name)
        super().__init__(over, chart.x_axis.data, self._range(), ("", name))
        self.remove(self.frame)  # it would look like one more level
        self.labels.remove(*self.labels)
        self.labels.add(*self._level_labels())
        lines = [self.to_screen([*self.x_axis.data], level) for level in cut.levels]
        self.add(polylines(lines, stroke_color=palette().rule_line, stroke_width=2))

    def _range(self) -> Range:
        """All heights along the line, and all levels of the map."""
        values = np.concatenate([self.cut.heights[np.isfinite(self.cut.heights)], self.cut.levels])
        low, high = float(values.min()), float(values.max())
        return low - ROOM * (high - low), high + ROOM * (high - low)

    def _over(self, box: Box, heights: Range, name: str) -> Box:
        """The box whose plot area stands exactly over the map's."""
        area, x = self.chart.area, self.chart.x_axis.data
        trial = Panel(box, x, heights, ("", name)).area
        return Box(box.left + area.left - trial.left, box.bottom, box.right + area.right - trial.right, box.top)

    def _level_labels(self) -> list[Words]:
        """Of the lowest and of the highest level, if there is room for both; the map below has the other axis."""
        left = self.x_axis.data[0]
        low, high = (
            Words(f"${in_math(figure(level, 2))}$", SMALL, palette().quiet).next_to(self.point(left, level), LEFT, PAD)
            for level in self.cut.levels[[0, -1]]
        )
        return [low, high] if low.get_top()[1] < high.get_bottom()[1] else [low]


class Walk(VGroup):
    """The line on the map, the profile above it, and what they have in common; `display(x)` shows both up to there."""

    def __init__(self, profile: Profile, color: str) -> None:
        super().__init__()
        self.profile, self.chart, self.cut = profile, profile.chart, profile.cut
        self.line = stroke(stroke_color=color, stroke_width=5)
        self.curve = stroke(stroke_color=color, stroke_width=6)
        self.drops = stroke(stroke_color=palette().quiet, stroke_width=2.2, stroke_opacity=0.8)
        self.dots = VMobject(fill_color=palette().target, fill_opacity=1, stroke_width=0)
        self.balls = VGroup(Ball(color, 0.12), Ball(color, 0.12))
        self.add(self.drops, self.line, self.curve, self.dots, self.balls)
        self.set_z_index(1)  # over the mark of a stretch
        self.display(float(profile.cut.x[0]))

    def display(self, x: float) -> Walk:
        profile, chart, cut = self.profile, self.chart, self.cut
        until = np.append(cut.x[cut.x < x], x)
        heights = np.interp(until, cut.x, cut.heights)
        self.curve.set_points(_kept(profile.to_screen(until, heights), profile.area))
        self.line.set_points(polyline_points(chart.to_screen([cut.x[0], x], profile.fixed)))
        met = cut.crossings[cut.crossings[:, 0] <= x]
        above, below = profile.to_screen(*met.T), chart.to_screen(met[:, 0], profile.fixed)
        drops = [polyline_points(ends) for ends in np.stack([above, below], axis=1)]
        self.drops.set_points(np.concatenate([np.zeros((0, 3)), *drops]))
        self.dots.set_points(disc_points(np.concatenate([above, below]), DOT))
        if np.isfinite(heights[-1]):
            self.balls[0].move_to(profile.to_screen(x, heights[-1]))
        self.balls[1].move_to(chart.to_screen(x, profile.fixed))
        return self


def lines_told(count: int) -> str:
    """A number of lines of the map, in words."""
    return {0: "no line", 1: "1 line"}.get(count, f"{count} lines")


def steeper(slopes: Sequence[float]) -> bool:
    """Whether of two stretches the first is clearly the steeper one."""
    return bool(slopes) and slopes[0] > STEEPER * slopes[1]


def compared(counts: Sequence[int], slopes: Sequence[float]) -> str:
    """Two stretches of one width, by how many lines they have and how steep they are, in words."""
    if not slopes:
        return "Nowhere along this line has a stretch that goes one way more lines than another."
    (many, few), (first, second) = map(lines_told, counts), (figure(slope, 2) for slope in slopes)
    told = f"{many.capitalize()} in one stretch: its steepness, change of height over width, is {first}."
    return f"{told} A stretch of the same width has {few}: there it is {'only ' * steeper(slopes)}{second}."


def learnt(slopes: Sequence[float]) -> VGroup:
    """What a reader of maps takes along, in pairs of lines; `slopes` are those of two stretches, if the one with more
    lines is the steeper one."""
    close = ("lines close together:", "*steep*"), ("few lines:", "*gentle*")
    told = zip(close, slopes, strict=False)
    steep = [(distance, f"{ground}: ${in_math(figure(slope, 2))}$") for (distance, ground), slope in told]
    pairs = [("one line:", "*one height*"), *steep]
    return lines(*(lines(*(Words(text, BODY) for text in pair), gap=0.14) for pair in pairs), gap=0.6)


def stretch_marks(
    profile: Profile, stretches: Sequence[tuple[float, float]], steep: Sequence[str], counts: Sequence[str], color: str
) -> list[VGroup]:
    """Columns over map and profile that show stretches, and above each how steep it is, as markup, and how many lines
    it has: clear of each other, and of what is beyond the map."""
    over = Box(profile.area.left, profile.chart.area.bottom, profile.area.right, profile.area.top)
    columns = [_framed(profile, stretch, over, color) for stretch in stretches]
    told = [
        VGroup(count := Words(crossed, SMALL, color), Words(slope, SMALL, color).next_to(count, UP, buff=BETWEEN))
        for slope, crossed in zip(steep, counts, strict=True)
    ]
    for words, column in zip(told, columns, strict=True):
        words.next_to(column, UP, buff=OVER)
    _side_by_side(told, profile.area.left, profile.area.right)
    return [VGroup(column, slope, count) for column, (count, slope) in zip(columns, told, strict=True)]


def row_name(marks: Sequence[VGroup], name: str, color: str) -> VGroup:
    """Before the numbers that say how steep it is: what these numbers are; nothing where there is none."""
    right = min([float(slope.get_left()[0]) - APART for _, slope, _ in marks], default=0.0)
    words = [on_baseline(Words(name, SMALL, color), float(slope.get_bottom()[1])) for _, slope, _ in marks[:1]]
    return VGroup(*(one.shift((right - one.get_right()[0]) * RIGHT) for one in words))


def named_stretches(
    profile: Profile,
    stretches: Sequence[tuple[float, float]],
    names: Sequence[str],
    zoom: float,
    way: Array,
    color: str,
) -> VGroup:
    """The straight line with its stretches framed, over the map that is as many times as large and has gone a way (3,),
    and above it the name of each."""
    area, line = profile.chart.area, float(profile.chart.y_axis.place(profile.fixed))
    around = Box(area.left, max(area.bottom, line - FRAME / zoom), area.right, min(area.top, line + FRAME / zoom))
    frames = [_framed(profile, stretch, around, color) for stretch in stretches]
    for frame in frames:
        frame.scale(zoom, about_point=area.center).shift(way)
    top = area.center[1] + zoom * (area.top - area.center[1]) + way[1]
    words = [Words(name, SMALL, color) for name in names]
    for one, frame in zip(words, frames, strict=True):
        one.move_to((float(frame.get_center()[0]), top + OVER + one.height / 2, 0.0))
    middle = float(area.center[0] + way[0])
    _side_by_side(words, middle - zoom * area.width / 2, middle + zoom * area.width / 2)
    return VGroup(*frames, *words)


def _side_by_side(told: Sequence[VMobject], left: float, right: float) -> None:
    """Move words until none lies on another, or beyond the left and the right."""
    ordered = sorted(told, key=lambda words: float(words.get_center()[0]))
    for words in reversed(ordered):
        words.shift(min(0.0, right - words.get_right()[0]) * RIGHT)
        right = float(words.get_left()[0]) - APART
    for words in ordered:
        words.shift(max(0.0, left - words.get_left()[0]) * RIGHT)
        left = float(words.get_right()[0]) + APART


def _framed(profile: Profile, stretch: tuple[float, float], over: Box, color: str) -> VMobject:
    """A stretch, from the bottom to the top of a box."""
    left, right = (float(place) for place in profile.x_axis.place(np.array(stretch)))
    low, high = over.bottom, over.top
    corners = np.array([[left, low, 0], [right, low, 0], [right, high, 0], [left, high, 0], [left, low, 0]])
    return curve_of([polyline_points(corners)], stroke_color=color, stroke_width=3, fill_color=color, fill_opacity=0.16)


def _kept(points: Array, area: Box) -> Array:
    return np.concatenate([np.zeros((0, 3)), *map(polyline_points, clip_polyline(points, area))])
