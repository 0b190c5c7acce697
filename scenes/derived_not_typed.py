"""Why a derivative is derived and not typed: a typed one lost two factors of 2, and nobody sees it in the formula.

Both are set below each other, then drawn: where they have opposite signs, the wrong one sends the ball uphill. Two
balls with all else equal end at two different places, and only one of them is a minimum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, cast

import numpy as np
from manim import LEFT, Create, GrowFromCenter, ValueTracker, VGroup, VMobject, linear
from pydantic import AfterValidator, Field

from objectives import OBJECTIVES, Objective, parse_expression, typeset, typeset_function
from optimizers import Momentum, Problem, Trajectory, descend
from scenes.lecture_scene import Claim, ClipParameters, Coefficient, LearningRate, LectureScene, Number, Point, start_of
from scenes.props.derived_not_typed.drop import drop_to_zero, marked, told
from scenes.props.derived_not_typed.ends import (
    all_else_equal,
    as_it_is,
    calm_from,
    in_words,
    of_derived,
    of_typed,
    shown_place,
    told_lost,
    told_signs,
    told_valleys,
)
from scenes.props.derived_not_typed.mistaken import Mistaken, numbers_in
from scenes.props.derived_not_typed.side_by_side import SideBySide, matched
from scenes.props.derived_not_typed.stand import HEADROOM, curve_above, cut, drawn_on, shaded, slopes_below, slopes_on
from scenes.reads import derived
from scenes.stage.curves.graph import CurvePanel, values_at, window
from scenes.stage.curves.walk import CurveWalk, tangent, walks_of
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import Panel, Range
from scenes.stage.words.figures import at_most, figure, typed
from scenes.stage.words.numerals import Numeral
from scenes.stage.words.speaker import Speaker
from scenes.stage.words.typesetting import BODY, Formula, Words, bold, fitting_formula, on_baseline

DERIVED, TYPED = "derived", "typed"
BY_HAND = "2*theta*sin(theta)*cos(theta) + theta^2*cos(theta)^2 - 2*theta^2*sin(theta)^2"
FORMULAS, FOOT = 1.2, 0.5  # heights: of the formulas, of words
PACE, LONGEST, REST = 4.0, 9.0, 2.0  # steps a second while much happens, and seconds; then seconds
ZERO, LEVEL = 1e-3, 0.05  # of the steepest: a slope that is none; below it, level ground
REACH, EDGED = 0.14, 11  # of the window: half a tangent; width of its edge
NEAR = 0.02  # of the view: close


def _in_theta(text: str) -> str:
    """Refuse what is no formula in theta."""
    parse_expression(text, ("theta",))
    return text


Formulated = Annotated[str, AfterValidator(_in_theta)]


class DerivedNotTyped(LectureScene):
    """Two derivatives of one curve, one derived and one typed; two balls, two ends."""

    title = "Why derivatives are derived, not typed"
    beats = ("opening", "curve", "two_derivatives", "opposite_signs", "two_balls", "two_ends")
    poster = "two_ends"

    class Parameters(ClipParameters):
        typed: Formulated = Field(BY_HAND, description="The derivative as somebody typed it, a formula in theta.")
        start: Point = Field((0.9,), description="Where both balls start.")
        learning_rate: LearningRate = Field(0.2, description="Learning rate of both.")
        momentum: Coefficient = Field(0.7, description="Momentum coefficient of both.")
        steps: int = Field(80, ge=2, le=1000, description="How many steps each takes.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> Objective:
        return cast(Objective, OBJECTIVES["theta_sine"])

    @cached_property
    def mistaken(self) -> Mistaken:
        """The objective with the typed derivative."""
        return Mistaken(self.objective, self.parameters.typed)

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        wanted, start = self.parameters, start_of(self.parameters.start, self.objective)
        rule = Momentum(wanted.learning_rate, wanted.momentum)
        problems: dict[str, Problem] = {DERIVED: self.objective, TYPED: self.mistaken}
        return {name: descend(problem, rule, start, wanted.steps) for name, problem in problems.items()}

    @derived
    def view(self) -> tuple[Range, Range]:
        """The stretch of the axis and the range of values that hold both runs."""
        paths = [run.iterates[: run.ended_at + 1, 0] for run in self.runs.values()]
        return window(self.objective, np.concatenate(paths))

    def slopes_at(self, x: Array) -> dict[str, Array]:
        """Both derivatives at numbers (n,)."""
        return dict(zip((DERIVED, TYPED), self.mistaken.slopes_at(x), strict=True))

    def end(self, name: str) -> float:
        return float(self.runs[name].iterates[self.runs[name].ended_at, 0])

    def true_slope(self, name: str) -> float:
        """How steep the curve is where a run has ended."""
        return self._slopes(self.end(name))[DERIVED]

    @property
    def shaded_somewhere(self) -> bool:
        """Whether what was typed has the wrong sign anywhere in the picture."""
        return bool(self.mistaken.opposite(numbers_in(self.view[0])).any())

    @property
    def calm(self) -> int:
        """The step from which both balls stay close to where they end."""
        return calm_from(self.runs, NEAR * (self.objective.view[0][1] - self.objective.view[0][0]))

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.runs

    def numbers(self) -> Mapping[str, Number]:
        start = self._slopes(self.parameters.start[0])
        return {
            "derived_at_start": start[DERIVED],
            "typed_at_start": start[TYPED],
            "wrong_percent": 100 * self.mistaken.wrong_share,
            "derived_end": self.end(DERIVED),
            "typed_end": self.end(TYPED),
            "derived_slope": self.true_slope(DERIVED),
            "typed_slope": self.true_slope(TYPED),
        }

    def claims(self) -> Iterator[Claim]:
        wrong, gap, steepest = self.mistaken.wrong_share, self.mistaken.gap, self.mistaken.steepest
        ends, slopes = ({name: of(name) for name in self.runs} for of in (self.end, self.true_slope))
        yield Claim(
            f"the derived one is right: differences of J agree with it up to {at_most(gap, 1)}", gap < 1e-6 * steepest
        )
        looked_at = "from {:g} to {:g}".format(*self.objective.view[0])
        yield Claim(f"{looked_at} the typed one has the wrong sign on {100 * wrong:.1f} % of the way", wrong > 0.01)
        yield Claim(
            f"the derived one ends in the minimum: at {figure(ends[DERIVED], 4)} the slope is "
            f"{figure(slopes[DERIVED], 2)}",
            self.in_the_valley,
        )
        yield Claim(
            f"the typed one stops elsewhere, on a slope: at {figure(ends[TYPED], 4)} it is {figure(slopes[TYPED])}",
            self.on_a_slope,
        )

    def words(self) -> Mapping[str, str]:
        place, slope = ({name: of(name) for name in self.runs} for of in (self.end, self.true_slope))
        return {
            "valleys": told_valleys(values_at(self.objective, numbers_in(self.view[0]))),
            "lost": self.lost,
            "signs": told_signs(self.shaded_somewhere),
            "two_ends": "Two different ends." if self.apart else "The same end.",
            "derived_does": of_derived(self.runs[DERIVED], place[DERIVED], slope[DERIVED], self.in_the_valley),
            "typed_does": of_typed(self.runs[TYPED], place[TYPED], slope[TYPED], self.on_a_slope),
        }

    @property
    def apart(self) -> bool:
        """Whether the two end at different places."""
        gap = abs(self.end(DERIVED) - self.end(TYPED))
        return not gap < NEAR * (self.objective.view[0][1] - self.objective.view[0][0])

    @property
    def stops(self) -> dict[str, bool]:
        """Whether each ends, in the picture, where the derivative that it goes by is 0."""
        (left, right), ends = self.view[0], {name: self.end(name) for name in self.runs}
        slopes = {name: self._slopes(x)[name] for name, x in ends.items()}
        none = ZERO * self.mistaken.steepest
        return {name: left < x < right and abs(slopes[name]) < none for name, x in ends.items()}

    @property
    def in_the_valley(self) -> bool:
        """Whether the derived one ends in the minimum."""
        level = abs(self.true_slope(DERIVED)) < LEVEL * self.mistaken.steepest
        return bool(level and abs(self.end(DERIVED) - self.objective.minima[0][0]) < 0.05)

    @property
    def on_a_slope(self) -> bool:
        """Whether the typed one ends where it is not level."""
        return bool(abs(self.true_slope(TYPED)) > 2 * LEVEL * self.mistaken.steepest)

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Why derivatives are derived, not typed."""
        self.show_title(self.formula, self.alone.furniture, self.alone.ground)

    def curve(self) -> None:
        """A curve: {valleys} in view. To go down, a computer needs its slope."""
        self.play(Create(self.alone.curve), run_time=1.4, rate_func=linear)
        self.add(self.alone)
        self.speaker.say("which way is down? ask its derivative")
        self.wait(2.8)

    def two_derivatives(self) -> None:
        """The derivative as the machine derives it; and as somebody typed it: {lost}."""
        self.speaker.hush()
        self.play(FadeOut(self.alone), FadeIn(self.small), run_time=0.6)
        self.both.all.shift(self.below)
        self.play(FadeIn(self.both.first, lag_ratio=0.04), run_time=1.0)
        self.wait(0.8)
        self.play(FadeIn(self.both.second, lag_ratio=0.04), run_time=1.0)
        self.speaker.say("do you see the difference?")
        self.wait(2.4)
        if len(self.both.marks):
            self.play(FadeIn(self.both.marks), run_time=0.6)
            self.bring_to_back(self.both.marks)
        self.speaker.say(self.lost)
        self.wait(1.8)

    def opposite_signs(self) -> None:
        """{signs} At the start it is {typed_at_start:.3f}, where {derived_at_start:.3f} is true."""
        self.speaker.hush()
        self.vanish(self.formula, self.both.all)
        self.play(FadeOut(self.small), FadeIn(self.panel), FadeIn(self.chart), run_time=0.7)
        for line in self.lines.values():
            self.play(Create(line), run_time=1.5, rate_func=linear)
        self.wait(0.8)
        self.play(*map(FadeIn, (*self.titles.values(), *self.firsts.values())), run_time=0.6)
        self.wait(1.6)
        self.play(*map(FadeIn, self.shades), run_time=0.7)
        some = ("shaded: wrong sign, the typed downhill leads uphill", "shaded: the wrong sign")
        self.speaker.say(*(some if self.shaded_somewhere else ("nowhere the wrong sign",)))
        self.wait(2.4)

    def two_balls(self) -> None:
        """Two balls, all else equal: the same start, learning rate and momentum."""
        self.speaker.say(*all_else_equal(self.parameters.learning_rate, self.parameters.momentum))
        self.vanish(*self.firsts.values())
        self.play(*map(FadeIn, (*self.names.values(), *self.places.values())), run_time=0.6)
        self.play(*(GrowFromCenter(walk.ball) for walk in self.walks.values()), run_time=0.6)
        self.add(*self.walks.values())
        self.wait(0.6)
        last, step = max(run.ended_at for run in self.runs.values()), ValueTracker(0.0)
        for name in self.runs:
            self.drive(self.walks[name], step)
            self.drive(self.places[name], step, shown_place(self.runs[name]))
        self.play(step.animate.set_value(self.calm), run_time=min(self.calm / PACE, LONGEST), rate_func=linear)
        if last > self.calm:
            self.play(step.animate.set_value(last), run_time=REST, rate_func=linear)
        self.release()
        self.wait(0.6)

    def two_ends(self) -> None:
        """{two_ends} {derived_does} {typed_does}"""
        self.speaker.hush()
        for name in self.runs:
            self.play(FadeIn(self.verdicts[name]), *map(Create, self.tangents[name]), run_time=0.7)
            if self.stops[name]:
                self.play(Create(drop_to_zero(self.chart, self.walks[name], self.color(name))), run_time=0.9)
                self.speaker.say(f"it stops where the {name} one is $0$")
            self.wait(1.8)
        if self.stops[TYPED] and self.on_a_slope:
            self.play(FadeIn(self.at_the_end), run_time=0.7)
            self.wait(1.6)
        another = "no error message, just another answer", "and no error message"
        self.speaker.say(*(another if self.apart else ("here both end at the same place", "the same place")))
        self.wait(3.2)

    # What is on the screen ------------------------------------------------------------------------------------------

    @staticmethod
    def color(name: str) -> str:
        return palette().terms[1 if name == DERIVED else 5]

    @property
    def colors(self) -> dict[str, str]:
        return {name: self.color(name) for name in self.runs}

    @cached_property
    def boxes(self) -> tuple[Box, Box, Box, Box, Box]:
        """Formulas, the curve, the slopes below it, the column at the right, words."""
        formulas, rest = layout.stage().top_slice(FORMULAS, gap=0.1)
        words, rest = rest.bottom_slice(FOOT, gap=0.05)
        return formulas, *cut(rest), words

    @cached_property
    def large(self) -> tuple[Box, Box, Box]:
        """The same curve, slopes and column, when the formulas are gone."""
        return cut(layout.stage().bottom_slice(FOOT, gap=0.05)[1])

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.boxes[4])

    @property
    def variable(self) -> str:
        return typeset(self.objective.variables[0])

    @cached_property
    def formula(self) -> Formula:
        box = self.boxes[0]
        return layout.place(fitting_formula(typeset_function(self.objective, "J"), box.width, 54), box, LEFT)

    @cached_property
    def both(self) -> SideBySide:
        colors = (self.color(DERIVED), self.color(TYPED))
        return SideBySide(self.boxes[0], self.mistaken.expressions, ("derived:", "typed:"), colors, 46)

    @property
    def below(self) -> Array:
        """The way from the top to the place of the slopes: there the derivatives stand first."""
        return np.asarray((self.boxes[2].center - self.boxes[0].center) * (0.0, 1.0, 0.0))

    @property
    def lost(self) -> str:
        """In how many coefficients the two differ, in words."""
        return told_lost(sum(term.differs for term in matched(*self.mistaken.expressions)))

    @cached_property
    def alone(self) -> CurvePanel:
        """The curve on the whole stage, before its slopes come below it."""
        (_, above, below, side, _), (x, y) = self.boxes, self.view
        box, names = layout.union(above, below, side).inset(left=0.25), (f"${self.variable}$", "$J$")
        return CurvePanel(self.objective, box, x, y, names, HEADROOM * box.height / above.height)

    @cached_property
    def small(self) -> CurvePanel:
        """The curve above its derivatives."""
        return curve_above(self.objective, self.boxes[1], self.view, f"${self.variable}$")

    @cached_property
    def panel(self) -> CurvePanel:
        """The curve above its slopes."""
        return curve_above(self.objective, self.large[0], self.view, f"${self.variable}$")

    @cached_property
    def chart(self) -> Panel:
        """The slopes, right below the curve."""
        return slopes_below(self.panel, self.large[1], self.mistaken, f"${self.variable}$")

    @cached_property
    def lines(self) -> dict[str, VMobject]:
        return {name: slopes_on(self.chart, self.mistaken, name == TYPED, self.color(name)) for name in self.runs}

    @cached_property
    def shades(self) -> list[VMobject]:
        """Where the signs differ, on the slopes and on the curve."""
        return list(shaded(self.mistaken, (self.panel, self.chart), self.color(TYPED)))

    @cached_property
    def walks(self) -> dict[str, CurveWalk]:
        return walks_of(self.panel, self.objective, self.runs, self.color)

    @cached_property
    def cells(self) -> dict[str, Box]:
        """The column at the right: a cell a ball."""
        return dict(zip(self.runs, self.large[2].rows(1, 1, gap=0.3), strict=True))

    def _row(self, name: str, markup: str, row: int, title: bool = False) -> Words:
        box = self.cells[name]
        words = bold(markup, BODY, self.color(name)) if title else Words(markup, BODY)
        return on_baseline(layout.place(words, box, LEFT), box.top - 0.45 - 0.62 * row)

    @cached_property
    def titles(self) -> dict[str, Words]:
        return {name: self._row(name, name, 0, title=True) for name in self.runs}

    @cached_property
    def firsts(self) -> dict[str, VMobject]:
        """What each says of the slope at the start, in words, and marked on the slopes."""
        start = self.parameters.start[0]
        slopes = self._slopes(start)
        at = f"at ${typed(start, 3)}$:"
        rows = {n: self._row(n, f"{at} {in_words(slopes[n], 3)}", 1).set_color(self.color(n)) for n in self.runs}
        top = self.panel.to_screen(start, values_at(self.objective, np.array([start]))[0])
        return {**rows, "": marked(self.chart, top, slopes, self.colors)}

    def _slopes(self, x: float) -> dict[str, float]:
        return {name: float(slope[0]) for name, slope in self.slopes_at(np.array([x])).items()}

    @cached_property
    def at_the_end(self) -> VGroup:
        """Where the typed one ends, what the slope is and what was typed."""
        x = self.end(TYPED)
        slopes, lines = self._slopes(x), drawn_on(self.chart, self.mistaken, *map(self.end, self.runs))
        words = {DERIVED: f"true: {as_it_is(slopes[DERIVED], 2)}", TYPED: f"typed: {in_words(slopes[TYPED], 2)}"}
        return told(self.chart, x, slopes, words, self.colors, lines)

    @cached_property
    def names(self) -> dict[str, Words]:
        return {name: self._row(name, f"${self.variable} =$", 1) for name in self.runs}

    @cached_property
    def places(self) -> dict[str, Numeral]:
        """Where each ball is."""
        at = {n: [sign.get_right()[0] + 1.6, self.cells[n].top - 0.45 - 0.62, 0.0] for n, sign in self.names.items()}
        return {n: Numeral(anchor, ".4f").display(self.runs[n].iterates[0, 0]) for n, anchor in at.items()}

    @cached_property
    def verdicts(self) -> dict[str, Words]:
        """How steep it is there."""
        for said in ("slope there:", "slope"):
            rows = {n: self._row(n, f"{said} {as_it_is(self.true_slope(n), 2)}", 2) for n in self.runs}
            if all(row.width <= self.cells[name].width for name, row in rows.items()):
                break
        return rows

    @cached_property
    def tangents(self) -> dict[str, list[VMobject]]:
        """The curve's tangent where each ball has stopped, if that is in the picture."""
        left, right = self.panel.x_axis.data
        ends, reach = {name: self.end(name) for name in self.runs}, REACH * (right - left)
        made = {name: tangent(self.panel, self.objective, end, reach) for name, end in ends.items()}
        edged = {name: line.set_stroke(palette().ground, EDGED, background=True) for name, line in made.items()}
        return {name: [line] * (left < ends[name] < right) for name, line in edged.items()}
