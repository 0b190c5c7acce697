"""On a gentle slope gradient descent hardly moves: its step is as long as the gradient, and the gradient is short.

A sigmoid neuron and two points at the left, the map of its error at the right: one step, told twice. A gauge shows how
steep it is where the ball stands, and an arrow at the ball points downhill: at first so short that it takes a lens to
see it, and long for the moment in which it is steep and all happens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
from manim import LEFT, RIGHT, UP, Create, GrowFromCenter, ValueTracker, VGroup, VMobject, linear
from pydantic import Field

from objectives import DataObjective, typeset
from optimizers import GradientDescent, Trajectory, descend
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    LearningRate,
    LectureScene,
    Number,
    ObjectiveName,
    Point,
    start_of,
)
from scenes.props.gentle_slope.closing import closing
from scenes.props.gentle_slope.downhill import DownhillArrow, scale_over
from scenes.props.gentle_slope.fit_panel import FitPanel, data_objective_of, ghost
from scenes.props.gentle_slope.placard import placards
from scenes.props.gentle_slope.telling import after_the_pause, ratio
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import luminance, palette, rule_color
from scenes.stage.maps.contour_map import ContourMap, containing
from scenes.stage.maps.even_map import even_map, targets
from scenes.stage.maps.lens import Lens
from scenes.stage.panels.gauge import Gauge
from scenes.stage.panels.scoreboard import error_at, errors_of
from scenes.stage.words.cards import CRAMPED, Counter, RuleCard
from scenes.stage.words.figures import figure, running_spec, typed
from scenes.stage.words.misses import error_defined, error_of_misses
from scenes.stage.words.numerals import widest_of
from scenes.stage.words.speaker import Speaker
from scenes.stage.words.typesetting import HEADING, Formula, fitting_formula, lines, quiet

GD = "gradient_descent"
PACE, LONGEST = 6.0, 12.0  # steps a second, and seconds of one stretch at most
CARD, GAUGE, FOOT, BETWEEN = 0.98, 0.85, 0.5, 0.22  # heights
COUNTER = 0.5  # the same, of the step, where it has no room on the line of the gauge
LITTLE = 0.05  # of the first error: a fall that is hardly seen
SMALL_BALL = 0.11  # radius
STEEP = 5  # times the slope at the pause


class GentleSlope(LectureScene):
    """On a gentle slope gradient descent hardly moves."""

    title = "On a gentle slope, gradient descent hardly moves"
    beats = ("opening", "neuron", "surface", "hardly_moves", "at_last", "can_we_do_better")
    poster = "at_last"

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field("gentle_slope_neuron", description="A curve of two parameters over data.")
        start: Point | None = Field(None, description="Where the run starts; if not given, where the objective says.")
        learning_rate: LearningRate = Field(1.0, description="Learning rate.")
        pause: int = Field(50, ge=1, le=2000, description="The step at which the film stops to look.")
        steps: int = Field(100, ge=1, le=2000, description="How many steps in all.")

    # The run --------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> DataObjective:
        return data_objective_of(self.parameters.objective, "gentle_slope")

    @cached_property
    def run(self) -> Trajectory:
        wanted, start = self.parameters, start_of(self.parameters.start, self.objective)
        return descend(self.objective, GradientDescent(wanted.learning_rate), start, wanted.steps)

    @cached_property
    def slopes(self) -> Array:
        """The length of the gradient at each iterate, (steps + 1,)."""
        with np.errstate(all="ignore"):
            return np.asarray(np.linalg.norm(self.run.gradients[: self.run.ended_at + 1], axis=-1))

    def slope_at(self, step: float) -> float:
        """The slope where the last whole step has led."""
        return float(self.slopes[min(int(step + 1e-9), len(self.slopes) - 1)])

    @property
    def halt(self) -> int:
        """The step to pause at: a run may be shorter."""
        return min(int(self.parameters.pause), int(self.run.ended_at))

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {GD: self.run}

    def numbers(self) -> Mapping[str, Number]:
        return {
            "start_error": float(self.run.values[0]),
            "pause_at": self.halt,
            "pause_error": error_at(self.run, self.halt),
            "last": self.run.ended_at,
            "last_error": error_at(self.run, self.run.ended_at),
            "start_slope": self.slope_at(0),
            "steepest_slope": float(np.max(self.slopes)),
            "steepest_at": int(np.argmax(self.slopes)),
        }

    def claims(self) -> Iterator[Claim]:
        found, values = self.numbers(), self.run.values
        steeper = ratio(np.max(self.slopes), self.slope_at(self.halt))
        yield Claim(
            f"after {self.halt} steps gradient descent has hardly moved: "
            f"its error has fallen by {100 * self.fallen:.1f} %",
            bool(self.creeps and self.fallen >= 0),
        )
        yield Claim(
            f"later it gets steep: {figure(steeper)} times as steep, at step {found['steepest_at']}",
            bool(steeper > STEEP),
        )
        yield Claim(
            f"then the error falls: from {figure(found['pause_error'])} to {figure(found['last_error'])}",
            bool(error_at(self.run, self.run.ended_at) < 0.5 * values[0]),
        )

    def words(self) -> Mapping[str, str]:
        if self.wakes:
            outcome = (
                f"Around step {int(np.argmax(self.slopes))} it is steep at last, and in a few steps the error falls. "
                f"Then the slope is gentle again, and the steps are short again."
            )
        else:
            outcome = f"At step {self.run.ended_at} the slope is {figure(self.slope_at(1e9))}"
            outcome = f"It goes on like this: {outcome[0].lower()}{outcome[1:]}." if self.creeps else f"{outcome}."
        gentle = self.slope_at(0) * STEEP < float(np.max(self.slopes)) or self.creeps
        defined = f"; {self.error_is} of the squared bars is its error" if self.error_is else ""
        return {"becomes": outcome, "error_is": defined, "how_steep": "gentle:" if gentle else ""}

    @property
    def _errors(self) -> tuple[float, float]:
        """At the start, and at the pause."""
        return float(self.run.values[0]), error_at(self.run, self.halt)

    @property
    def fallen(self) -> float:
        """The share of the first error that is gone at the pause."""
        return 1 - ratio(error_at(self.run, self.halt), float(self.run.values[0]))

    @property
    def lowest(self) -> bool:
        """Whether a cross is seen, and no point of the run has a lower error."""
        values = self.run.values[: self.run.ended_at + 1]
        lows = [float(self.objective.value(minimum)) for minimum in self.objective.minima]
        return bool(len(self.goal[0].points)) and max(lows) <= float(np.nanmin(values))

    @property
    def creeps(self) -> bool:
        """Whether the error has hardly changed up to the pause."""
        before = self.run.values[: self.halt + 1]
        return bool(np.max(np.abs(before - before[0])) < LITTLE * abs(before[0]))

    @property
    def wakes(self) -> bool:
        """Whether it gets steep after the pause, and gentle again."""
        top = int(np.argmax(self.slopes))
        return self.halt < top and self.slopes[top] > STEEP * max(self.slope_at(self.halt), self.slopes[-1])

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """On a gentle slope, gradient descent hardly moves."""
        self.show_title(self.map, self.legend, self.fit.frame, self.fit.labels, self.fit.names, self.fit.dots)

    def neuron(self) -> None:
        """Which two parameters of a neuron fit the data? The bars are what its curve misses{error_is}."""
        self.play(FadeIn(self.formula), run_time=0.8)
        self.play(Create(self.fit.fit), run_time=1.2)
        self.wait(0.6)
        self.play(Create(self.fit.sticks), run_time=0.7)
        self.speaker.say("the bars: what it misses", "what it misses")
        self.wait(1.4)
        self.speaker.say(*self._error_defined())
        self.wait(4.0)

    def surface(self) -> None:
        """Each pair is a point of the map, and has an error: at the start it is {start_error:.3f}."""
        self.speaker.hush()
        self.play(FadeOut(self.formula), run_time=0.4)
        self.play(FadeIn(self.card), run_time=0.5)
        self.play(GrowFromCenter(self.trail.ball), run_time=0.6)
        self.add(self.trail)
        self.speaker.say("one point of the map, one curve", "a point of the map, a curve")
        self.play(GrowFromCenter(self.goal), run_time=0.6)
        if self.lowest:
            self.speaker.say("each point is a curve; the cross fits best", "the cross fits best")
        self.wait(2.8)

    def hardly_moves(self) -> None:
        """The step is as long as the gradient, times the learning rate; and here the slope, the gradient's length, is
        {how_steep} {start_slope:.4f} at the start. {pause_at} steps later the error is {pause_error:.3f}, from
        {start_error:.3f}."""
        self.speaker.hush()
        self.play(FadeIn(self.counter), FadeIn(self.gauge), run_time=0.7)
        if self.lens:
            self.play(*map(FadeIn, self.lens), run_time=0.6)
            self.speaker.say(*self.arrow.told_in_the_lens())
            self.wait(2.6)
        else:
            self._set_out_the_arrow()
            self.wait(1.6)
        self.before = ghost(self.fit)
        self.add(self.before)
        self._run_to(self.halt)
        self.wait(0.4)
        self.speaker.say(*after_the_pause(self.halt, self._errors, self.creeps and self.fallen >= 0))
        self.wait(2.6)

    def at_last(self) -> None:
        """{becomes}"""
        self.speaker.hush()
        if self.lens:
            self.vanish(*self.lens)
            self._set_out_the_arrow()
        else:  # where it is steep, the arrow is longer than the map, and the step is not: it is said once more
            self.speaker.say(*self.arrow.told())
        self._run_to(self.run.ended_at)
        self.wait(0.4)
        if len(self.steepest):
            self.play(*map(FadeIn, self.steepest), run_time=0.5)
        self.speaker.say(*self._becomes_briefly())
        self.wait(2.6)

    def _becomes_briefly(self) -> tuple[str, ...]:
        """What the slope did since the pause, and a shorter wording."""
        if self.wakes:
            peak, now = (typed(slope, 2) for slope in (float(np.max(self.slopes)), float(self.slopes[-1])))
            at_peak = f"${peak}$ at step ${np.argmax(self.slopes)}$"
            return f"slope up to {at_peak}, now ${now}$", f"slope {at_peak}, now ${now}$"
        return ("and so on" if self.creeps else f"the slope in the end: ${typed(self.slope_at(1e9), 2)}$",)

    def can_we_do_better(self) -> None:
        """Small gradient, small step: gradient descent has nothing else to go by. Can we do better?"""
        self.speaker.hush()
        self.vanish(self.card, self.counter, self.gauge, self.before, self.fit, self.arrow, self.scale, *self.steepest)
        if self.gone or len(self.halts):
            self.play(*map(FadeIn, (*self.gone, *self.halts)), run_time=0.6)
        rule, note, question = self.closing
        self.play(FadeIn(rule, lag_ratio=0.08), run_time=0.9)
        self.wait(1.0)
        self.play(FadeIn(note), run_time=0.6)
        self.wait(2.2)
        self.hold()
        self.play(FadeIn(question, shift=0.1 * UP), run_time=0.7)
        self.wait(2.6)

    def _set_out_the_arrow(self) -> None:
        """On the map, with its scale."""
        self.play(*map(FadeOut, self.gone), FadeIn(self.scale), run_time=0.5)
        self.add(self.arrow.display(self.step.get_value()))
        self.speaker.say(*self.arrow.told())

    def _run_to(self, last: int) -> None:
        """Take the steps up to `last`, all things together."""
        seen = self.arrow if self.arrow in self.mobjects else self.arrow.lens
        for shown in (self.fit, self.trail, seen):
            self.drive(shown, self.step)
        self.drive(self.card, self.step, lambda k: error_at(self.run, k))
        self.drive(self.counter, self.step)
        self.drive(self.gauge, self.step, self.slope_at)
        seconds = min((last - self.step.get_value()) / PACE, LONGEST)
        if seconds > 0:
            self.play(self.step.animate.set_value(last), run_time=seconds, rate_func=linear)
        self.release()

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The map at the right, and the rest."""
        stage = layout.stage()
        return layout.beside(stage, stage.height + 0.15 if layout.is_wide() else 0.48 * stage.width, 5.8)

    @cached_property
    def rows(self) -> tuple[Box, ...]:
        """The rest, from top to bottom: card, counter and gauge, data, words."""
        card, rest = self.boxes[1].top_slice(CARD, gap=BETWEEN)
        gauge, rest = rest.top_slice(GAUGE + COUNTER * (rest.width < CRAMPED), gap=BETWEEN)
        return card, gauge, *reversed(rest.bottom_slice(FOOT + 0.4 * layout.is_small(), gap=0.1))

    @cached_property
    def step(self) -> ValueTracker:
        return ValueTracker(0.0)

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.rows[-1])

    @cached_property
    def formula(self) -> VGroup:
        """What is fitted, and what is minimised, in the place that the card and the gauge take later."""
        objective = self.objective
        box = Box(self.boxes[1].left, self.rows[1].bottom, self.boxes[1].right, self.boxes[1].top)
        parameters = ", ".join(typeset(variable) for variable in objective.variables)
        formula = fitting_formula(f"f(x) = {typeset(objective.model)}", box.width, HEADING)
        question = quiet(f"which ${parameters}$ fit the data?")
        return layout.place(lines(formula, question, gap=0.35), box, LEFT)

    @cached_property
    def fit(self) -> FitPanel:
        return FitPanel(self.rows[2], self.objective, self.run, rule_color(GD))

    @cached_property
    def map(self) -> ContourMap:
        view = containing(self.objective.view, self.run.iterates)
        return even_map(self.objective, self.boxes[0], view)

    @cached_property
    def legend(self) -> VGroup:
        """How to read the map's colours."""
        low = "pale" if luminance(palette().ground) > 0.5 else "dark"
        words = quiet(f"error: {low} is low")
        return VGroup(words.next_to(self.map.frame, UP, buff=0.12).align_to(self.map.frame, RIGHT))

    @cached_property
    def trail(self) -> Trail:
        return Trail(self.map.to_screen(*self.run.iterates.T), rule_color(GD), self.map.area, ball=SMALL_BALL)

    @cached_property
    def arrow(self) -> DownhillArrow:
        """The negative gradient at the ball, on the scale of where it is steepest."""
        last = self.run.ended_at + 1
        return DownhillArrow(self.map, self.run.iterates[:last], self.run.gradients[:last], self.halt)

    @property
    def lens(self) -> list[Lens]:
        """Beside the arrow, where that is too short to be seen."""
        return [self.arrow.lens] * (self.arrow.lens.times > 1)

    @cached_property
    def scale(self) -> VMobject:
        """The arrow's scale, which holds as long as there is one: beside how to read the colours, or in that place."""
        return scale_over(self.map, self.legend, self.arrow.scales)

    @property
    def gone(self) -> list[VGroup]:
        """What stands where the scale does, and makes room for it."""
        return [self.legend] * bool(layout.box_of(self.scale).overlap(layout.box_of(self.legend)))

    @cached_property
    def steepest(self) -> VGroup:
        """The place where it was steep at last, with how steep it was."""
        top = int(np.argmax(self.slopes))
        return self._told_on_the_map({top: f"slope ${typed(float(self.slopes[top]), 2)}$"} if self.wakes else {})

    @cached_property
    def halts(self) -> VGroup:
        """How far it came up to the pause."""
        return self._told_on_the_map({0: "start", self.halt: f"step ${self.halt}$"})

    def _told_on_the_map(self, told: Mapping[int, str]) -> VGroup:
        """Steps of the path that are on the map, each with what is said of it."""
        places = self.map.to_screen(*self.run.iterates[: self.run.ended_at + 1].T)
        return placards(places, told, self.map.area, np.concatenate([cross.points for cross in self.goal]))

    @cached_property
    def error_is(self) -> str:
        """What the error is of the bars, found by the numbers at a few places; nothing where it is none of these."""
        tried = np.array([self.run.iterates[0], *(self.objective.minima[:1] or ()), np.zeros(2), np.ones(2)])
        return error_of_misses(self.objective, self.fit.inputs, self.fit.targets, tried)

    def _error_defined(self) -> tuple[str, ...]:
        """The error, in words."""
        if not self.error_is:
            return "that counts in its error $E$", "its error $E$"
        return error_defined(self.error_is)[:2]

    @cached_property
    def goal(self) -> VGroup:
        """The minima that lie in the view."""
        return VGroup(targets(self.map, np.reshape(self.objective.minima, (-1, 2))))

    @cached_property
    def card(self) -> RuleCard:
        settings, spec = {"learning_rate": self.parameters.learning_rate}, running_spec(self.run.values, 5)
        widest = widest_of(errors_of([self.run]), spec)
        card = RuleCard(self.rows[0], GD, GradientDescent.title, settings, spec, widest=widest, named=True)
        return card.display(error_at(self.run, 0))

    @cached_property
    def counter(self) -> Counter:
        """The step, on the gauge's line."""
        counter = Counter(self.rows[1], "step", widest=self.parameters.steps)
        up = self.gauge.baseline - float(counter.number.anchor[1])
        up += COUNTER * (self.rows[1].width < CRAMPED)
        counter.submobjects[0].shift(up * UP)
        counter.number.seat(counter.number.anchor + up * UP)
        return counter

    @cached_property
    def gauge(self) -> Gauge:
        """How steep it is; the bar is full where it is steepest."""
        steepest = float(np.max(self.slopes))
        gauge = Gauge(self.rows[1].bottom_slice(GAUGE)[0], "slope", steepest, palette().gradient, shown=self.slopes)
        return gauge.display(self.slope_at(0))

    @cached_property
    def closing(self) -> tuple[Formula, VGroup, VGroup]:
        """The rule, what follows from it, and the question."""
        return closing(self.boxes[1], self._errors, self.halt, rule_color(GD))
