"""The gradient: two slopes, and together an arrow that points steepest uphill, across the lines of the map.

First two slices through one place of the map: one variable moves, the other is held fixed, and the slope of the curve
is the partial derivative, derived meanwhile. Both together are a vector. That it points where it is steepest, a probe
shows that turns; along the line of the map it is level. Last the arrows all over the map; turned round, they point
downhill.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
from manim import LEFT, Create, ValueTracker, VGroup, VMobject, smooth
from pydantic import Field

from objectives import AnyObjective, typeset
from scenes.lecture_scene import Claim, ClipParameters, LectureScene, Number, ObjectiveName, objective_of
from scenes.props.gradient_field.aim import Aim
from scenes.props.gradient_field.arrow_field import (
    GradientField,
    Slice,
    SlidingTangent,
    on_one_scale,
    right_angle,
    slice_panel,
)
from scenes.props.gradient_field.compass import Compass, along_the_line, direction_of, running_beside, slope_towards
from scenes.props.gradient_field.derived import Derived
from scenes.props.gradient_field.felt import Felt
from scenes.props.gradient_field.here import Here
from scenes.stage.curves.graph import CurvePanel
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Ball
from scenes.stage.ink.drawing import Array, polylines
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap, lit_contour
from scenes.stage.maps.even_map import even_map, unit_of
from scenes.stage.words.figures import figure, rounded, typed
from scenes.stage.words.speaker import Speaker, tinted
from scenes.stage.words.typesetting import BODY, Words

FOOT = 0.5  # height of the line for words
OFF = 5.0  # degrees: downhill is another way
FAINT = 0.5  # opacity of the field behind one arrow
RIGHT = 1e-3  # how far from perpendicular is seen, as a share of the slope


class GradientFieldScene(LectureScene):
    """The gradient points steepest uphill, across the lines of the map; turned around, downhill."""

    title = "The gradient points uphill"
    beats = ("opening", "slice", "partial_derivatives", "vector", "steepest", "field", "turned_around")
    poster = "field"

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field("x^2 + 3*y^2", description="A name, or an expression in two variables.")
        arrows: int | None = Field(
            None, ge=2, le=30, description="How many arrows along the width of the map; else as many as are well seen."
        )
        slice_at: float | None = Field(
            None, allow_inf_nan=False, description="Where the slice is cut, in the second variable; else a third up."
        )

    # What is shown --------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, "gradient_field")

    @property
    def names(self) -> tuple[str, str]:
        first, second = map(typeset, self.objective.variables)
        return first, second

    @cached_property
    def felt(self) -> Felt:
        """What is felt of the slope: where the slices meet, and all over the map."""
        return Felt(self.objective, self.parameters.slice_at)

    @cached_property
    def aim(self) -> Aim:
        """Where downhill leads from there, against the way to the minimum."""
        return Aim(self.objective, self.place, self.gradient)

    @property
    def place(self) -> Array:
        return self.felt.place

    @property
    def gradient(self) -> Array:
        return self.felt.gradient

    @cached_property
    def cuts(self) -> list[Slice]:
        """Along the first variable, and along the second."""
        return [
            Slice(self.objective, axis, float(self.place[1 - axis]), (self.objective.view[axis],)) for axis in (0, 1)
        ]

    def numbers(self) -> Mapping[str, Number]:
        along, down = self.felt.probed
        return {
            "slice_level": float(self.place[1]),
            "slice_across": float(self.place[0]),
            "first_slope": self.cuts[0].slope(float(self.place[0])),
            "second_slope": self.cuts[1].slope(float(self.place[1])),
            "steepest_slope": float(np.linalg.norm(self.gradient)),
            "gradient_direction": direction_of(self.gradient),
            "felt_along_the_lines": float(np.max(along, initial=0.0)),
            "felt_downhill": float(np.max(down, initial=-np.inf)),
        } | ({} if self.aim.off is None else {"degrees_off": self.aim.off})

    def claims(self) -> Iterator[Claim]:
        along, _ = self.felt.probed
        off = abs((self.felt.steepest_at - direction_of(self.gradient) + 180) % 360 - 180)
        yield Claim(
            f"of all directions it is steepest along the gradient: it points to {direction_of(self.gradient):.0f} "
            f"degrees, and the steepest of 360 slopes is at {self.felt.steepest_at}",
            not self.felt.level and bool(off <= 1),
        )
        yield Claim(
            f"the gradient is perpendicular to the lines: along them the value changes by at most "
            f"{figure(np.max(along, initial=0.0), 1)} of the slope",
            bool(len(along)) and bool(np.max(along) < RIGHT),
        )
        yield Claim("against the gradient it goes down everywhere", self.felt.downhill)
        off = self.aim.off or 0.0
        yield Claim(f"downhill is not straight at the minimum: {off:.0f} degrees off", off > OFF)

    def remarks(self) -> Iterator[str]:
        yield from super().remarks()
        wanted = self.parameters.slice_at
        if wanted is not None and wanted != self.place[1]:
            yield f"slice_at = {figure(wanted)} lies outside the map: the slice is cut at its edge."

    def words(self) -> Mapping[str, str]:
        first, second = map(str, self.objective.variables)
        steepest = (
            "A probe turns, and feels the slope in each direction: it is steepest where the gradient points, "
            "and 0 along the line of the map."
        )
        along = (figure(float(slope), 2) for slope in self.gradient)
        return {
            **dict(zip(("along_first", "along_second"), along, strict=True)),
            "first": first,
            "second": second,
            "how_steep": "Here it is level: the gradient is 0." if self.felt.level else steepest,
            "where": f"downhill: the direction that gradient descent takes{self.aim.told}"
            if self.felt.downhill
            else "downhill, where it is smooth.",
        }

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """The gradient points uphill."""
        self.show_title(self.map, self.formulas.formula)

    def slice(self) -> None:
        """A slice at {second} = {slice_level:g}: only {first} moves, and the slope of this curve is the partial
        derivative along {first}."""
        self._slice(0, 5.0)

    def partial_derivatives(self) -> None:
        """And the other way: {first} is held fixed, and {second} moves. The slope is the partial derivative along
        {second}."""
        self._put_away(0)
        self._slice(1, 3.6)

    def vector(self) -> None:
        """Both together are a vector, the gradient: {along_first} along {first}, {along_second} along {second}."""
        self._put_away(1)
        self.play(FadeOut(self.cut_lines[0]), FadeOut(self.cut_lines[1]), FadeIn(self.spot), run_time=0.5)
        name, drawn = tinted("the gradient", palette().gradient), self.here.drawn
        self.speaker.say(f"{name}, {self.here.steepest} long ({drawn})", f"{name} ({drawn})")
        reach = ValueTracker(0.0)
        for arrow, number in zip((*self.here.sides, self.here.arrow), self.here.lengths, strict=True):
            self.add(arrow)
            self.drive(arrow, reach)
            self.add(self.spot)
            self.play(reach.animate.set_value(1.0), FadeIn(number), run_time=1.0, rate_func=smooth)
            self.release()
            reach.set_value(0.0)
        self.play(FadeIn(self.formulas.nabla, lag_ratio=0.05), run_time=0.9)
        self.wait(2.2)

    def steepest(self) -> None:
        """{how_steep}"""
        self.speaker.hush()
        self.vanish(*self.here.sides, *self.here.lengths[:2], *self.formulas.all)
        if self.felt.level:
            self.speaker.say("here it is level: no way is up")
            self.wait(2.6)
            return
        compass, degrees = self.compass, ValueTracker(0.0)
        self.play(FadeIn(compass), FadeIn(self.felt_name), run_time=0.6)
        self.speaker.say("how steep is it in each direction?")
        self._turn(degrees, 360.0, 6.0)
        compass.turned = 360.0
        degrees.set_value(0.0)
        top = direction_of(self.gradient)
        self._turn(degrees, top, 1.6)
        self.play(FadeIn(self.marks[0]), run_time=0.4)
        self.speaker.say(tinted("steepest where the gradient points", palette().gradient))
        self.wait(2.2)
        self._turn(degrees, along_the_line(self.gradient), 2.0)
        self.play(FadeIn(self.contour), FadeIn(self.marks[1]), run_time=0.6)
        up = tinted("steepest along the gradient", palette().gradient)
        level = ("level along the line of the map", "level along the line", "level")
        self.speaker.say(*(f"{up}, {told}" for told in level[:2]), *level[1:])
        self.play(Create(self.mark), run_time=0.7)
        self.wait(2.4)

    def field(self) -> None:
        """At each place such an arrow: uphill, longer where it is steeper, and perpendicular to the lines."""
        self.speaker.hush()
        gone = [self.contour, self.mark, *self.marks, self.compass, self.felt_name, self.here.lengths[-1]]
        if not self.felt.level:
            self.vanish(*gone)
        self.play(*(FadeIn(line) for line in self.formulas.all), run_time=0.5)
        arrows, size = self.field_of_arrows, ValueTracker(0.0)
        if not self.felt.level:  # the arrow that was looked at gets the size that all have
            shrink = ValueTracker(1.0)
            self.drive(self.here.arrow, shrink)
            self.play(shrink.animate.set_value(self.field_share), run_time=1.0, rate_func=smooth)
            self.release()
        self.add(arrows)
        self.drive(arrows, size)
        self.play(size.animate.set_value(1.0), run_time=1.8, rate_func=smooth)
        self.release()
        self.play(FadeOut(self.here.arrow), FadeOut(self.spot), run_time=0.4)
        self.speaker.say(*arrows.told(unit_of(self.map)))
        self.wait(2.2)

    def turned_around(self) -> None:
        """Turned around, the arrows point {where}"""
        self.speaker.hush()
        arrows, angle = self.field_of_arrows, ValueTracker(0.0)
        arrows.add_updater(lambda field: field.turn(angle.get_value()))
        self.play(angle.animate.set_value(np.pi), run_time=2.6, rate_func=smooth)
        arrows.clear_updaters()
        self.play(FadeIn(self.formulas.minus), run_time=0.5)
        if self.felt.downhill and self.aim.off is not None:
            self.wait(0.8)
            self._aim()
        smoothly = ("turned around: downhill, where it is smooth", "downhill")
        self.speaker.say(*(self.aim.lines(self.here.drawn_downhill) if self.felt.downhill else smoothly))
        self.wait(2.6)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _slice(self, axis: int, seconds: float) -> None:
        """Cut the map, follow the curve with its tangent, derive its slope, and go to where both slices meet."""
        moves, fixed = self.names[axis], self.names[1 - axis]
        panel, sliding, (low, high) = self.panels[axis], self.slidings[axis], self.reach(axis)
        self.play(Create(self.cut_lines[axis]), run_time=0.8)
        self.speaker.say(f"${moves}$ moves, ${fixed} = {rounded(self.cuts[axis].fixed, 2)}$ is held fixed")
        self.play(FadeIn(panel.furniture), FadeIn(panel.ground), run_time=0.5)
        self.play(Create(panel.curve), run_time=1.0)
        self.add(panel)
        self.play(FadeIn(self.slope_name), FadeIn(sliding), run_time=0.5)
        x = ValueTracker(low)
        self.drive(sliding, x)
        self.play(x.animate.set_value(high), run_time=seconds, rate_func=smooth)
        self.release()
        derivative = f"the partial derivative along ${moves}$"
        self.speaker.say(tinted(f"its slope: {derivative}", palette().gradient))
        self.formulas.derive(self, axis)
        self.drive(sliding, x)
        self.play(x.animate.set_value(float(self.place[axis])), run_time=1.6, rate_func=smooth)
        self.release()
        slope, here = typed(float(self.gradient[axis]), 2), f"at ${moves} = {rounded(float(self.place[axis]), 2)}$"
        told = f"{derivative} is ${slope}$", f"the slope is ${slope}$"
        self.speaker.say(*(f"{here} {tinted(words, palette().gradient)}" for words in told))
        self.wait(1.4)

    def _put_away(self, axis: int) -> None:
        """The curve of a slice has done its work; its line stays on the map."""
        self.speaker.hush()
        self.vanish(self.panels[axis], self.slidings[axis], self.slope_name)

    def _aim(self) -> None:
        """At the place that was looked at: downhill, large, and the straight way to the minimum."""
        down, reach = self.here.downhill, ValueTracker(0.0)
        self.play(self.field_of_arrows.animate.set_opacity(FAINT), FadeIn(self.spot), run_time=0.5)
        self.play(FadeIn(self.aim.straight(self.map)), run_time=0.6)
        self.add(down, self.spot)
        self.drive(down, reach)
        self.play(reach.animate.set_value(1.0), run_time=0.9, rate_func=smooth)
        self.release()
        self.play(FadeIn(self.aim.angle(self.map)), run_time=0.4)

    def _turn(self, degrees: ValueTracker, goal: float, seconds: float) -> None:
        """Turn the probe to a direction."""
        self.drive(self.compass, degrees)
        self.play(degrees.animate.set_value(goal), run_time=seconds, rate_func=smooth)
        self.release()

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> tuple[Box, Box]:
        """The line for words at the bottom, and the rest."""
        return layout.stage().inset(right=0.1 * layout.is_tall()).bottom_slice(FOOT, gap=0.12)

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The map at the right, and the column beside it."""
        return layout.beside(self.rows[1], (0.52 if layout.is_wide() else 0.5) * self.rows[1].width, 4.8)

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.rows[0])

    @cached_property
    def formulas(self) -> Derived:
        return Derived(self.objective, self.boxes[1])

    @cached_property
    def map(self) -> ContourMap:
        first, second = self.objective.view
        return even_map(self.objective, self.boxes[0], (first, second))

    @cached_property
    def field_of_arrows(self) -> GradientField:
        return GradientField(self.objective, self.map, self.parameters.arrows)

    @cached_property
    def spot(self) -> VMobject:
        """The place that is looked at."""
        return Ball(rule_color("gradient_descent"), 0.13).move_to(self.map.to_screen(*self.place))

    @cached_property
    def here(self) -> Here:
        """The arrows at the place that is looked at."""
        return Here(self.map, self.place, self.gradient)

    @property
    def field_share(self) -> float:
        """How much shorter the arrow at the place is on the scale of the field."""
        return float(np.clip(self.field_of_arrows.per_slope / (self.here.per_slope or 1.0), 0.0, 1.0))

    @cached_property
    def contour(self) -> VMobject:
        """The whole line of the map through the place."""
        with np.errstate(all="ignore"):
            return lit_contour(self.objective, self.map, float(self.objective.value(self.place)))

    @cached_property
    def mark(self) -> VMobject:
        """The right angle between the arrow and the line."""
        return right_angle(self.map, self.place, self.gradient)

    @cached_property
    def cut_lines(self) -> list[VMobject]:
        """The slices on the map, from side to side."""
        (left, right), (low, high) = self.map.x_axis.data, self.map.y_axis.data
        ends = ((np.array([left, right]), self.place[1]), (self.place[0], np.array([low, high])))
        return [polylines([self.map.to_screen(*two)], stroke_color=palette().target, stroke_width=3) for two in ends]

    def reach(self, axis: int) -> tuple[float, float]:
        """The way of the point along a slice."""
        low, high = self.objective.view[axis]
        return low + 0.08 * (high - low), high - 0.08 * (high - low)

    @cached_property
    def panels(self) -> list[CurvePanel]:
        box = self.formulas.lowest.inset(top=0.55)
        heights = on_one_scale([cut.heights for cut in self.cuts])
        return [slice_panel(cut, box, self.names, window) for cut, window in zip(self.cuts, heights, strict=True)]

    @cached_property
    def slope_name(self) -> Words:
        """What the running number is."""
        return layout.place(Words("slope:", BODY, palette().gradient), self.formulas.lowest.top_slice(0.5)[0], LEFT)

    @cached_property
    def felt_name(self) -> Words:
        """The same, above the compass, in the colour of the probe that feels it."""
        return layout.place(Words("slope:", BODY, palette().target), self.boxes[1].top_slice(0.5)[0], LEFT)

    @cached_property
    def slidings(self) -> list[SlidingTangent]:
        return [self._sliding(axis) for axis in (0, 1)]

    def _sliding(self, axis: int) -> SlidingTangent:
        cut, (low, high) = self.cuts[axis], self.reach(axis)
        slopes = [cut.slope(float(x)) for x in np.linspace(low, high, 60)]
        number = running_beside(self.slope_name, slopes, palette().gradient)
        return SlidingTangent(cut, self.panels[axis], self.map, number, rule_color("gradient_descent")).display(low)

    @cached_property
    def compass(self) -> Compass:
        values = [float(slope) for slope in slope_towards(self.gradient, np.arange(360))]
        box = self.boxes[1].top_slice(0.5, gap=0.15)[1]
        return Compass(
            box, self.gradient, self.map, self.place, running_beside(self.felt_name, values, palette().target)
        )

    @cached_property
    def marks(self) -> list[VGroup]:
        """On the compass: where the gradient points, and along the line."""
        top = direction_of(self.gradient)
        level = along_the_line(self.gradient)
        return [
            self.compass.mark(top, palette().gradient, self.here.steepest),
            self.compass.mark(level, palette().target, "$0$"),
        ]
