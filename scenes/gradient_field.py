"""The gradient: two partial derivatives, and together an arrow that points uphill, across the lines of the map.

First the formula, derived term by term: one variable moves, the other is held fixed. Then the field of arrows; turned
round, they point downhill. Last a slice through the map: a partial derivative is the slope of a curve.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
import sympy
from manim import LEFT, Create, TransformFromCopy, ValueTracker, VMobject, smooth
from pydantic import Field

from objectives import AnyObjective, Objective, typeset, typeset_function, typeset_gradient
from scenes.lecture_scene import Claim, ClipParameters, LectureScene, Number, ObjectiveName, objective_of
from scenes.props.gradient_field.arrow_field import GradientField, Slice, SlidingTangent, right_angle
from scenes.stage.curves.graph import CurvePanel
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array, polylines
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.even_map import even_map
from scenes.stage.words.figures import figure, rounded, running_spec
from scenes.stage.words.numerals import Numeral, widest_of
from scenes.stage.words.speaker import Speaker, tinted
from scenes.stage.words.typesetting import BODY, HEADING, Formula, Words, fitting_formula, wrapped_formula

FOOT = 0.5  # height of the line for words
TALL = 1.5  # height of the vector
TERMS = 3  # derived one by one, at most
PROBE = 1e-5  # of the window, for difference quotients
RIGHT = 1e-3  # how far from perpendicular is seen, as a share of the slope


class GradientFieldScene(LectureScene):
    """The gradient points uphill, across the lines of the map; turned around, downhill."""

    title = "The gradient points uphill"
    beats = ("opening", "partial_derivatives", "vector", "field", "turned_around", "slice")
    poster = "field"

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field("paraboloid", description="A name, or an expression in two variables.")
        arrows: int = Field(7, ge=2, le=30, description="How many arrows along the width of the map.")
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
    def cut(self) -> Slice:
        low, high = self.objective.view[1]
        wanted = self.parameters.slice_at
        return Slice(self.objective, low + (high - low) * 0.65 if wanted is None else wanted, (self.objective.view[0],))

    @cached_property
    def probed(self) -> tuple[Array, Array]:
        """At a grid of places where there is a slope: how much of it is felt along the line, and downhill, (n,)."""
        (left, right), (low, high) = self.objective.view
        places = np.stack(np.meshgrid(np.linspace(left, right, 12), np.linspace(low, high, 12)), -1).reshape(-1, 2)
        with np.errstate(all="ignore"):
            gradient = self.objective.gradient(places)
            size = np.linalg.norm(gradient, axis=-1)
            steep = np.isfinite(size) & (size > 1e-6 * np.nanmax(size))
            places, way = places[steep], (gradient / size[:, None])[steep]
            aside, step = way[:, ::-1] * (-1, 1), PROBE * (right - left)
            change = [
                (self.objective.value(places + step * one) - self.objective.value(places - step * one)) / (2 * step)
                for one in (aside, -way)
            ]
            return np.abs(change[0]) / size[steep], change[1] / size[steep]

    @property
    def mark_at(self) -> Array:
        """Where the right angle is marked: the arrow nearest to a point right of the middle, and up."""
        field = self.field_of_arrows
        area = self.map.area
        wanted = np.array([area.left + 0.72 * area.width, area.bottom + 0.7 * area.height, 0.0])
        return np.asarray(field.points_of_data[int(np.argmin(np.linalg.norm(field.tails - wanted, axis=-1)))])

    def numbers(self) -> Mapping[str, Number]:
        left, right = self.objective.view[0]
        along, down = self.probed
        return {
            "slice_level": float(self.cut.fixed),
            "left_slope": self.cut.slope(left),
            "right_slope": self.cut.slope(right),
            "felt_along_the_lines": float(np.max(along, initial=0.0)),
            "felt_downhill": float(np.max(down, initial=-np.inf)),
        }

    def claims(self) -> Iterator[Claim]:
        along, down = self.probed
        yield Claim(
            f"the gradient is perpendicular to the lines: along them the value changes by at most "
            f"{figure(np.max(along, initial=0.0), 1)} of the slope",
            bool(len(along)) and bool(np.max(along) < RIGHT),
        )
        yield Claim("against the gradient it goes down everywhere", bool(len(down)) and bool(np.all(down < 0)))

    def words(self) -> Mapping[str, str]:
        first, second = map(str, self.objective.variables)
        return {"first": first, "second": second}

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """The gradient points uphill."""
        self.show_title()

    def partial_derivatives(self) -> None:
        """One variable moves, the other is held fixed: the partial derivative along {first}, and the one along
        {second}."""
        self.play(FadeIn(self.formula), run_time=0.7)
        self.wait(1.4)
        for place, (name, other) in enumerate((self.names, self.names[::-1])):
            self.speaker.say(f"${name}$ moves, ${other}$ is held fixed")
            self._derive(place)
            self.wait(1.2)
        self.speaker.hush()

    def vector(self) -> None:
        """Both together are a vector: the gradient."""
        self.play(FadeIn(self.nabla, lag_ratio=0.05), run_time=0.9)
        self.speaker.say(tinted("both together: the gradient, a vector", palette().gradient))
        self.wait(2.4)
        self.speaker.hush()

    def field(self) -> None:
        """At each place of the map it is an arrow: uphill, longer where it is steeper, and perpendicular to the
        lines."""
        self.play(FadeIn(self.map), run_time=0.9)
        self.wait(0.6)
        arrows, size = self.field_of_arrows, ValueTracker(0.0)
        self.add(arrows)
        self.drive(arrows, size)
        self.play(size.animate.set_value(1.0), run_time=1.6, rate_func=smooth)
        self.release()
        self.speaker.say("uphill, and longer where it is steeper")
        self.wait(2.0)
        self.play(Create(self.mark), run_time=0.9)
        self.speaker.say("perpendicular to the lines")
        self.wait(2.2)
        self.play(FadeOut(self.mark), run_time=0.4)

    def turned_around(self) -> None:
        """Turned around, the arrows point downhill: that is where gradient descent goes."""
        self.speaker.hush()
        arrows, angle = self.field_of_arrows, ValueTracker(0.0)
        arrows.add_updater(lambda field: field.turn(angle.get_value()))
        self.play(angle.animate.set_value(np.pi), run_time=2.2, rate_func=smooth)
        arrows.clear_updaters()
        self.speaker.say("turned around: downhill", "downhill")
        self.play(FadeIn(self.minus), run_time=0.5)
        self.wait(2.4)

    def slice(self) -> None:
        """A slice at {second} = {slice_level:g}: the partial derivative along {first} is the slope of this curve."""
        self.speaker.hush()
        self.vanish(*self.formulas, self.minus, self.field_of_arrows)
        self.play(Create(self.cutting), run_time=0.8)
        name, fixed = self.names[1], rounded(self.cut.fixed, 2)
        self.speaker.say(f"a slice through the map, at ${name} = {fixed}$", f"a slice at ${name} = {fixed}$")
        self.play(FadeIn(self.panel.furniture), FadeIn(self.panel.ground), run_time=0.5)
        self.play(Create(self.panel.curve), run_time=1.2)
        self.add(self.panel)
        self.wait(0.6)
        self.play(FadeIn(self.slope_name), FadeIn(self.sliding), run_time=0.6)
        low, high = self.reach
        x = ValueTracker(low)
        self.drive(self.sliding, x)
        self.speaker.say(tinted("the slope of the curve", palette().gradient))
        self.play(x.animate.set_value(high), run_time=6.0, rate_func=smooth)
        self.release()
        self.wait(2.4)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _derive(self, place: int) -> None:
        """Each term of the formula sends its derivative down; what is 0 goes. Long formulas give the result at once."""
        final = self.partials[place]
        between = self.term_by_term[place] if self.term_by_term else None
        if between is None:
            self.play(FadeIn(final, lag_ratio=0.05), run_time=0.8)
            return
        self.play(FadeIn(between.select("head")), run_time=0.5)
        for k in range(len(self.terms)):
            part = between.select(f"t{k}")
            sign = [FadeIn(between.select(f"s{k}"))] if k else []
            self.play(TransformFromCopy(self.formula.select(f"t{k}"), part), *sign, run_time=1.1)
            self.wait(0.4)
        self.wait(0.5)
        parts = [between.select(label) for label in self._labels]
        self.play(*(FadeOut(part) for part in parts), FadeIn(final), run_time=0.6)

    @property
    def _labels(self) -> list[str]:
        return ["head", *(f"t{k}" for k in range(len(self.terms))), *(f"s{k}" for k in range(1, len(self.terms)))]

    # The formulas ---------------------------------------------------------------------------------------------------

    @cached_property
    def terms(self) -> list[sympy.Expr]:
        """The terms of the formula, if they can be derived one by one on the screen; else none."""
        if not isinstance(self.objective, Objective) or not isinstance(self.objective.expression, sympy.Add):
            return []
        found = list(self.objective.expression.as_ordered_terms())
        return found if len(found) <= TERMS and not any(term.could_extract_minus_sign() for term in found) else []

    @cached_property
    def formula(self) -> Formula | Words:
        box = self.boxes[1]
        if self.term_by_term:
            made: Formula | Words = Formula(self._sum(f"f({', '.join(self.names)}) =", self.terms), self.size)
        else:
            made = wrapped_formula(typeset_function(self.objective), box.width)
        return layout.place(made, self._row(0), LEFT)

    @cached_property
    def term_by_term(self) -> list[Formula]:
        """Both partial derivatives as sums of the terms' derivatives; none where the formula is too long for it."""
        if not self.terms:
            return []
        lines = []
        for place, variable in enumerate(self.objective.variables):
            head = f"frac(partial f, partial {self.names[place]}) ="
            line = Formula(self._sum(head, [term.diff(variable) for term in self.terms]), self.size)
            lines.append(layout.place(line, self._row(1 + place), LEFT))
        whole = Formula(self._sum(f"f({', '.join(self.names)}) =", self.terms), self.size)
        return lines if all(line.width <= self.boxes[1].width for line in (*lines, whole)) else []

    @staticmethod
    def _sum(head: str, terms: list[sympy.Expr]) -> str:
        """A sum whose terms are labelled t0, t1, ..., and the signs between them s1, s2, ..."""
        parts = [f"{{{{ + : s{k} }}}} " * (k > 0) + f"{{{{ {typeset(term)} : t{k} }}}}" for k, term in enumerate(terms)]
        return f"{{{{ {head} : head }}}} " + " ".join(parts)

    @cached_property
    def partials(self) -> list[VMobject]:
        made = [self._fitted(line) for line in typeset_gradient(self.objective)]
        return [layout.place(line, self._row(1 + k), LEFT) for k, line in enumerate(made)]

    def _fitted(self, source: str) -> Formula | Words:
        """A formula in the size of the column, or broken into lines where it is too long."""
        formula = Formula(source, self.size)
        return formula if formula.width <= self.boxes[1].width else wrapped_formula(source, self.boxes[1].width)

    @property
    def size(self) -> float:
        return HEADING if layout.is_wide() else BODY

    @cached_property
    def nabla(self) -> VMobject:
        """The vector of both, with its entries written out where they have room."""
        box, (first, second) = self.boxes[1], self.names
        symbols = f"vec(partial f slash partial {first}, partial f slash partial {second})"
        entries = [line.split(" = ", 1)[1] for line in typeset_gradient(self.objective)]
        full = fitting_formula(f"nabla f = {symbols} = vec({', '.join(entries)})", box.width, self.size)
        short = fitting_formula(f"nabla f = {symbols}", box.width, self.size)
        fits = full.width <= 1.001 * box.width and full.height <= TALL and max(map(len, entries)) < 12
        made = full if fits else short
        return layout.place(made.set_color(palette().gradient), self._row(3), LEFT)

    @cached_property
    def minus(self) -> Words:
        words = Words("downhill: $-nabla f$", self.size, palette().gradient)
        return layout.place(words, self._row(4), LEFT)

    @property
    def formulas(self) -> list[VMobject]:
        return [self.formula, *self.partials, self.nabla]

    def _row(self, place: int) -> Box:
        """The rows of the column: formula, two derivatives, the vector, and downhill."""
        return self.boxes[1].rows(0.8, 1.3, 1.3, 1.45, 0.6, gap=0.05)[place]

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> tuple[Box, Box]:
        """The line for words at the bottom, and the rest."""
        return layout.stage().bottom_slice(FOOT, gap=0.12)

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The map at the right, and the column beside it."""
        stage = self.rows[1]
        return stage.right_slice((0.52 if layout.is_wide() else 0.5) * stage.width)

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.rows[0])

    @cached_property
    def map(self) -> ContourMap:
        first, second = self.objective.view
        return even_map(self.objective, self.boxes[0], (first, second))

    @cached_property
    def field_of_arrows(self) -> GradientField:
        return GradientField(self.objective, self.map, self.parameters.arrows)

    @cached_property
    def mark(self) -> VMobject:
        """At one arrow: the line's direction, and the right angle."""
        gradient = self.objective.gradient(self.mark_at)
        return right_angle(self.map, self.mark_at, gradient, 0.9 * self.field_of_arrows.pitch)

    @cached_property
    def cutting(self) -> VMobject:
        """The slice on the map, from side to side."""
        low, high = self.map.y_axis.data
        ends = self.map.to_screen([*self.map.x_axis.data], float(np.clip(self.cut.fixed, low, high)))
        return polylines([ends], stroke_color=palette().target, stroke_width=4)

    @property
    def reach(self) -> tuple[float, float]:
        """The way of the point along the slice."""
        left, right = self.objective.view[0]
        return left + 0.08 * (right - left), right - 0.08 * (right - left)

    @cached_property
    def panel(self) -> CurvePanel:
        left, right = self.objective.view[0]
        values = self.cut.value(np.linspace(left, right, 400)[:, None])
        values = values[np.isfinite(values)] if np.isfinite(values).any() else np.zeros(1)
        low, high = float(values.min()), float(values.max())
        name = f"$f({self.names[0]}, {rounded(self.cut.fixed, 2)})$"
        box = self.boxes[1].top_slice(self.boxes[1].height - 0.8)[0]
        return CurvePanel(
            self.cut, box, (left, right), (low, high if high > low else low + 1.0), (f"${self.names[0]}$", name)
        )

    @cached_property
    def slope_name(self) -> Formula:
        """What the number below the curve is."""
        name = Formula(f"partial f slash partial {self.names[0]} =", BODY, palette().gradient)
        return layout.place(name, self.boxes[1].bottom_slice(0.65)[0], LEFT)

    @cached_property
    def sliding(self) -> SlidingTangent:
        slopes = [self.cut.slope(float(x)) for x in np.linspace(*self.reach, 60)]
        spec = running_spec(slopes, 4)
        name = self.slope_name
        number = Numeral(np.zeros(3), spec, BODY, palette().gradient).display(widest_of([*slopes, -1.0], spec))
        number.seat([name.get_right()[0] + 0.3 + number.width, name.get_center()[1] - 0.13, 0.0])
        return SlidingTangent(self.cut, self.panel, self.map, number, rule_color("gradient_descent")).display(
            self.reach[0]
        )
