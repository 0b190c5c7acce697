"""A contour map is made of cuts: a level plane sinks through the surface, and its cuts drop to the floor.

One line, one height. Along a straight line over the map the heights make a profile: in two stretches of the same width,
the one with more lines is the steeper one. And from straight above, the map slides over the surface, and fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np
from manim import DR, LEFT, UL, ValueTracker, VGroup, linear, smooth
from pydantic import Field

from objectives import AnyObjective, typeset, typeset_function
from scenes.lecture_scene import Claim, ClipParameters, LectureScene, Number
from scenes.props.contour_map.flat_map import FlatMap
from scenes.props.contour_map.level_plane import Cuts
from scenes.props.contour_map.walk_profile import (
    Profile,
    Section,
    Walk,
    compared,
    learnt,
    lines_told,
    named_stretches,
    row_name,
    section,
    steeper,
    stretch_marks,
)
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap, heights
from scenes.stage.panels.plot import Range
from scenes.stage.terrain.chosen_surface import Surface, Window, surface_of
from scenes.stage.terrain.ground import height_scale
from scenes.stage.terrain.landscape import Terrain, terrain_remarks
from scenes.stage.terrain.orbit import View
from scenes.stage.terrain.trail import TerrainTrail
from scenes.stage.words.cards import Counter
from scenes.stage.words.figures import figure, in_math, running_spec
from scenes.stage.words.numerals import widest_of
from scenes.stage.words.speaker import Speaker
from scenes.stage.words.typesetting import Formula, Words, wrapped_formula

AZIMUTH, ELEVATION, SWING = -34.0, 34.0, 14.0
RELIEF, DEEP = 0.43, 0.33  # of the map's width: the height of the ground, and from there down to the floor
RISE = 0.4  # how far a terrain that is alone reaches up to the heading, where there are no words beside it
FOOT, LOW = 0.55, 0.43  # height of the line for words, and of a number on it
PROFILE = 0.38  # of the column, the profile; the map has the rest
COLUMN, WIDER = 0.41, 1.2  # of the room, the column at most; and how much wider than its map is high
CORNER = 4.4  # width of the corner for formula and height
CUT, WALK = 1.45, 7.0  # seconds of a cut, and of the walk along the line
LARGE, NAMED = 0.92, 0.3  # of the room that is free, the map from above; and over it the height of a name
BESIDE, OVER = 0.85, 0.2  # of the heading's row and of the column: how far a terrain that is alone may reach there
ASIDE = 0.14  # of the room beside the column: what such a terrain leaves at the left, for words
STRETCH = 0.11  # of the map's width


class ContourMapScene(LectureScene):
    """A level plane cuts the surface; the cuts, dropped to the floor, are the contour map."""

    title = "How a contour map is made"
    beats = ("opening", "surface", "cuts", "floor", "profile", "steep_and_gentle", "from_above")
    poster = "floor"

    class Parameters(ClipParameters):
        objective: Surface = Field("x*exp(-x^2 - y^2)", description="A formula of two variables, or a surface's name.")
        view: Window | None = Field(None, description="Left, right, bottom, top; if not given, a window is found.")
        levels: int = Field(8, ge=2, le=12, description="How many cuts, evenly spaced.")
        line: float | None = Field(
            None, allow_inf_nan=False, description="The straight line: the second variable; if not given, it is found."
        )

    # What is shown --------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return surface_of(self.parameters.objective, self.parameters.view, "contour_map")

    @property
    def view(self) -> tuple[Range, Range]:
        """The window."""
        first, second = self.objective.view
        return first, second

    @cached_property
    def _heights(self) -> tuple[Array, Array, Array]:
        with np.errstate(all="ignore"):
            return heights(self.objective, *self.view)

    @cached_property
    def levels(self) -> Array:
        """The heights of the cuts, evenly spaced: else close lines would not mean steep ground."""
        scale = height_scale(self._heights[2], "linear")
        return np.linspace(scale.low, scale.high, self.parameters.levels + 2)[1:-1]

    @cached_property
    def line(self) -> float:
        """Where the straight line runs: as given, or through the lowest point."""
        low, high = self.view[1]
        if self.parameters.line is not None:
            return float(np.clip(self.parameters.line, low, high))
        _, up, values = self._heights
        return float(up[np.unravel_index(np.nanargmin(values), values.shape)[0]])

    @cached_property
    def section(self) -> Section:
        """The heights along the straight line."""
        return section(self.objective, self.view, self.line, self.levels)

    @cached_property
    def stretches(self) -> list[tuple[float, float]]:
        """Two stretches of the straight line, equally wide, each going one way: with the most lines, and the fewest."""
        left, right = self.view[0]
        found = self.section.stretches(STRETCH * (right - left))
        return found if found and self.counts(found)[0] > self.counts(found)[1] else []

    def counts(self, stretches: list[tuple[float, float]]) -> list[int]:
        """How many lines are crossed in stretches."""
        return [self.section.crossed(stretch) for stretch in stretches]

    @property
    def slopes(self) -> list[float]:
        """How steep it is there: change of height over width."""
        return [self.section.steepness(stretch) for stretch in self.stretches]

    def numbers(self) -> Mapping[str, Number]:
        steep, gentle = (self.slopes[0], self.slopes[1]) if self.slopes else ("none", "none")
        return {
            "cuts": self.levels.size,
            "lowest_cut": float(self.levels[0]),
            "highest_cut": float(self.levels[-1]),
            "line_at": self.line,
            "steep": steep,
            "gentle": gentle,
        }

    def words(self) -> Mapping[str, str]:
        return {"how_steep": compared(self.counts(self.stretches), self.slopes)}

    @property
    def steeper(self) -> bool:
        """Whether it is steeper where there are more lines."""
        return steeper(self.slopes)

    def claims(self) -> Iterator[Claim]:
        steep, gentle = self.slopes or [np.nan, np.nan]
        yield Claim(
            f"where there are more lines it is at least twice as steep: {figure(steep)}, "
            f"and {figure(gentle)} where there are fewer",
            bool(steep > 2 * gentle),
        )

    def remarks(self) -> Iterator[str]:
        yield from super().remarks()
        yield from terrain_remarks()

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """How a contour map is made."""
        self.terrain.orbit.look(self.alone)
        self.terrain.settle()
        self.show_title(self.cutter, self.terrain, *self.flat)  # in this order: what it cuts is drawn by the terrain

    def surface(self) -> None:
        """A surface: height is the value of the function."""
        self.play(FadeIn(self.formula), run_time=0.6)
        self.speaker.say("height is the value of $f$")
        self.look(2.6, azimuth=AZIMUTH + SWING)
        self.look(2.0, azimuth=AZIMUTH)
        self.wait(0.4)

    def cuts(self) -> None:
        """A level plane sinks through it. What it cuts drops to the floor: {cuts} cuts, at even distances."""
        self.speaker.hush()
        self.play(FadeOut(self.formula), FadeIn(self.counter.display(self.cutter.value(0.0))), run_time=0.5)
        self._go_on_cutting()
        self.drive(self.counter, self.clock, reading=self.cutter.value)
        self.play(self.clock.animate.set_value(1.0), run_time=1.6 * CUT, rate_func=linear)
        self.release()
        self.speaker.say("all of this line is equally high")
        self.wait(1.4)
        self.hold()
        count = self.cutter.count
        self.speaker.hush()
        self._go_on_cutting()
        self.drive(self.counter, self.clock, reading=self.cutter.value)
        self.play(self.clock.animate.set_value(float(count)), run_time=(count - 1) * CUT, rate_func=linear)
        self.release()
        self.speaker.say(f"${count}$ cuts: each is one height", f"${count}$ cuts")
        self.wait(1.4)

    def floor(self) -> None:
        """The lines on the floor are a map: one line, one height."""
        self.speaker.hush()
        self._go_on_cutting()
        self.play(self.clock.animate.set_value(self.cutter.count + 1.0), FadeOut(self.counter), run_time=1.4)
        self.release()
        self.speaker.say("one line, one height: a map")
        self.wait(2.6)

    def profile(self) -> None:
        """Walk straight over the map: the heights along the line are its profile."""
        self.speaker.hush()
        self.look(1.2, view=self.aslant)
        self.terrain.stand_in(self.boxes[0])
        self.play(FadeIn(self.chart), FadeIn(self.chart_profile), *map(FadeOut, self.flat), run_time=0.9)
        self.bring_to_back(self.chart, self.chart_profile)
        self.speaker.say("straight over the map: the heights on the way", "the heights on the way")
        self.add(self.walk)
        self.play(FadeIn(self.walk), self.trail.presence.animate.set_value(1.0), run_time=0.6)
        self.drive(self.walk, self.place)
        self.drive(self.trail, self.place, reading=self._share)
        self.play(self.place.animate.set_value(self.view[0][1]), run_time=WALK, rate_func=linear)
        self.release()
        self.wait(1.0)

    def steep_and_gentle(self) -> None:
        """{how_steep}"""
        steep = ("steep", "gentle") if self.steeper else ("steep here", "and here")
        widths = "this width", "the same width"
        told = zip(widths, self.marks, self.counts(self.stretches), steep, self.slopes, strict=False)
        if self.marks:  # the name of the heights stands where the numbers do
            self.chart_profile.names.set_opacity(0)
        for width, mark, count, words, slope in told:
            self.play(FadeIn(mark), *map(FadeIn, self.slope_row if mark is self.marks[-1] else ()), run_time=0.6)
            said = f"{width}, {lines_told(count)}: {words}"
            self.speaker.say(f"{said}, steepness ${in_math(figure(slope, 2))}$", said)
            self.wait(3.4)

    def from_above(self) -> None:
        """From straight above the map fits the surface, line for line."""
        self.speaker.hush()
        self.vanish(self.walk, self.chart_profile, *self.marks, *self.slope_row)
        self.trail.presence.set_value(0.0)
        self.play(*self.terrain.orbit.flight(self.above, self.terrain.kept), run_time=3.6, rate_func=smooth)
        self.speaker.say("from above: slide the map over the surface ...", "slide the map over it ...")
        zoom = self.above.zoom
        self.bring_to_front(self.chart)
        drawn = VGroup(self.chart.bands, self.chart.lines, self.chart.unknown)
        self.play(FadeOut(self.chart.frame), FadeOut(self.chart.labels), FadeOut(self.chart.names), run_time=0.4)
        way = np.array([self.above.left, self.above.up, 0.0]) - self.chart.area.center
        self.play(drawn.animate.scale(zoom, about_point=self.chart.area.center).shift(way), run_time=2.6)
        self.play(self.chart.lines.animate.set_stroke(width=3, opacity=1), run_time=0.5)  # as they lay on the floor
        self.speaker.say("the map fits: one line, one height", "the map fits")
        column = self.boxes[1]
        names = ("steep", "gentle") if self.steeper else ()
        marks = named_stretches(self.chart_profile, self.stretches[: len(names)], names, zoom, way, palette().gradient)
        summary = learnt(self.slopes if self.steeper else ())
        layout.place(layout.shrink_into(summary, column.width), column, LEFT)
        self.play(FadeIn(summary), *map(FadeIn, marks), run_time=0.6)
        self.wait(3.0)

    def _go_on_cutting(self) -> None:
        for shown in (self.cutter, *self.flat):
            self.drive(shown, self.clock)

    def look(self, seconds: float, view: View | None = None, **changes: float) -> None:
        """Move the camera alone."""
        self.play(*self.terrain.orbit.to(view, **changes), run_time=seconds, rate_func=smooth)

    def _share(self, x: float) -> float:
        """How much of the straight line has been walked."""
        left, right = self.view[0]
        return (x - left) / (right - left)

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def boxes(self) -> tuple[Box, Box, Box]:
        """For the terrain, for the column on the right, and for words."""
        words, rest = layout.stage().bottom_slice(FOOT, gap=0.1)
        if layout.is_tall():
            terrain, low = rest.rows(1.0, 1.2, gap=0.6)
            aside = max(0.0, low.width - (1 - PROFILE) * low.height - WIDER) / 2
            return terrain, low.inset(left=aside, right=aside), words
        high = layout.stage() if layout.is_wide() else rest
        column = high.right_slice(min((1 - PROFILE) * high.height + WIDER, COLUMN * high.width))[0]
        left = Box(rest.left, rest.bottom, column.left - 0.2, rest.top)
        return left, column, Box(words.left, words.bottom, left.right if layout.is_wide() else words.right, words.top)

    @cached_property
    def names(self) -> tuple[str, str]:
        first, second = (f"${typeset(variable)}$" for variable in self.objective.variables)
        return first, second

    @cached_property
    def chart(self) -> ContourMap:
        column = self.boxes[1]
        below = column.bottom_slice(min((1 - PROFILE) * column.height, column.width), gap=0)[0]
        return ContourMap(self.objective, below, self.view, self.names, self.levels)

    @cached_property
    def chart_profile(self) -> Profile:
        return Profile(self.section, self.chart, self.line, self.above_the_map, "$f$")

    @property
    def above_the_map(self) -> Box:
        """What the map leaves of the column."""
        column = self.boxes[1]
        return Box(column.left, self.chart.names[1].get_top()[1] - 0.1, column.right, column.top)

    @cached_property
    def flat(self) -> list[FlatMap]:
        """In a tall picture the map is seen from above while it is made, too: there is room below the terrain."""
        return [FlatMap(self.chart, self.objective, self.cutter.levels)] if layout.is_tall() else []

    @cached_property
    def terrain(self) -> Terrain:
        area, deep = self.chart.area, DEEP * self.chart.area.width
        return Terrain(
            self.objective, self.stage, area, self.view, self.names, self.levels, RELIEF, "linear", foot=deep
        )

    @cached_property
    def alone(self) -> View:
        """While it has the stage for itself: as large as there is room."""
        around = (AZIMUTH, AZIMUTH + SWING / 2, AZIMUTH + SWING)
        return self.terrain.fitted(AZIMUTH, ELEVATION, self.stage, azimuths=around, also=self.cutter.top)

    @cached_property
    def stage(self) -> Box:
        """The stage of the terrain while it is alone: in a wide picture all that words leave, up beside the heading and
        down beside what is said; in one that is less so, above what is said; else formula and height stand at its
        right, or below."""
        left, column, _ = self.boxes
        if layout.is_tall():
            return left
        if layout.is_wide():
            head = layout.header()
            return Box(left.left + ASIDE * left.width, column.bottom, column.right, head.bottom + BESIDE * head.height)
        if layout.is_small():
            return Box(left.left, left.bottom, column.left + OVER * column.width, left.top)
        return Box(left.left, left.bottom, column.right, left.top + RISE)

    @cached_property
    def corner(self) -> Box:
        """Where formula and height stand while the terrain is alone: beside what is said; else in the column, in a tall
        picture above the map."""
        _, column, words = self.boxes
        if layout.is_tall():
            return self.above_the_map
        left = max(column.left, column.right - CORNER)
        return column if layout.is_small() else Box(left, words.bottom, column.right, column.top)

    @cached_property
    def aslant(self) -> View:
        return self.terrain.fitted(AZIMUTH, ELEVATION, self.boxes[0])

    @cached_property
    def above(self) -> View:
        """From straight above, in the middle of the terrain's place, larger than the map; what is steep is named over
        it."""
        box, area = self.boxes[0].inset(top=NAMED), self.chart.area
        zoom = min(LARGE * box.height / area.height, LARGE * box.width / area.width)
        return replace(self.terrain.above, left=float(box.center[0]), up=float(box.center[1]), zoom=zoom)

    @cached_property
    def cutter(self) -> Cuts:
        return Cuts(self.terrain)

    @cached_property
    def clock(self) -> ValueTracker:
        """The time of the cuts."""
        return ValueTracker(0.0)

    @cached_property
    def place(self) -> ValueTracker:
        """Where the walk along the straight line is."""
        return ValueTracker(self.view[0][0])

    @cached_property
    def trail(self) -> TerrainTrail:
        """The walk on the surface."""
        ends = np.array([[x, self.line] for x in self.view[0]])
        return self.terrain.trail(ends, palette().terms[1], ball=0.13)

    @cached_property
    def walk(self) -> Walk:
        return Walk(self.chart_profile, palette().terms[1])

    @cached_property
    def marks(self) -> list[VGroup]:
        """The stretches, each with how steep it is on average, and how many lines it has."""
        told = [f"${in_math(figure(slope, 2))}$" for slope in self.slopes]
        counted = map(lines_told, self.counts(self.stretches))
        return stretch_marks(self.chart_profile, self.stretches, told, [*counted], palette().gradient)

    @cached_property
    def slope_row(self) -> VGroup:
        """What their first number is."""
        return row_name(self.marks, "steepness", palette().gradient)

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.boxes[2])

    @cached_property
    def formula(self) -> Formula | Words:
        """What the surface is of, where the terrain leaves room."""
        box = self.corner
        written = wrapped_formula(typeset_function(self.objective), box.width)
        high, side = layout.choose((0.22, DR), (0.5, UL) if layout.is_small() else (0.22, DR), (1.0, UL))
        return layout.place(layout.shrink_into(written, box.width, high * box.height), box, side)

    @cached_property
    def counter(self) -> Counter:
        """The height of the plane."""
        box, spec = self.corner, running_spec(self.levels, 3)
        low = 0.5 * box.height if layout.is_narrow() else LOW
        return Counter(box.bottom_slice(low)[0], "cut at $f =$", spec, widest=widest_of(self.levels, spec))
