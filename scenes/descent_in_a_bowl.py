"""In a bowl gradient descent goes straight down, with shorter and shorter steps.

The map is flat; it rises and becomes a surface, and from then on both are there: what the ball does in the bowl is
what the point does on the map. Each step is the learning rate times the gradient, so that where the bowl gets level the
steps get short; and the error falls by the same factor each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
from manim import LEFT, GrowFromCenter, VMobject
from pydantic import Field

from objectives import AnyObjective, typeset
from optimizers import GradientDescent, Trajectory, descend
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    LearningRate,
    LectureScene,
    Number,
    ObjectiveName,
    Point,
    objective_of,
    start_of,
)
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.maps.contour_map import containing
from scenes.stage.panels.scoreboard import error_at
from scenes.stage.runs.surface_and_map import SWING, SurfaceAndMap
from scenes.stage.terrain.landscape import terrain_remarks
from scenes.stage.words.endings import ending, flies_off, last_value
from scenes.stage.words.figures import figure, rounded, sentence_format
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import Formula, Words

GD = "gradient_descent"
SLOW, QUICK, LONGEST = 1.1, 2.4, 16.0  # steps a second, and seconds of one stretch at most
FIRST = 4  # steps that are taken slowly
SMALL = 0.01  # of the first error: it has arrived


class DescentInABowl(LectureScene):
    """In a bowl, gradient descent goes down with shorter and shorter steps."""

    title = "Down the slope, step by step"
    beats = ("opening", "surface", "first_steps", "shorter_and_shorter", "from_above")
    poster = "shorter_and_shorter"

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field("paraboloid", description="A surface: a name, or a formula of two variables.")
        start: Point | None = Field(None, description="Where it starts; if not given, where the objective says.")
        learning_rate: LearningRate = Field(0.1, description="Learning rate.")
        steps: int = Field(20, ge=2, le=2000, description="How many iterations.")

    # The run --------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, "descent_in_a_bowl")

    @cached_property
    def rule(self) -> GradientDescent:
        return GradientDescent(self.parameters.learning_rate)

    @cached_property
    def run(self) -> Trajectory:
        start = start_of(self.parameters.start, self.objective)
        return descend(self.objective, self.rule, start, self.parameters.steps)

    @cached_property
    def lengths(self) -> Array:
        """How long each step is, (steps,)."""
        with np.errstate(all="ignore"):  # a run that flies off takes steps beyond all bounds
            return np.asarray(np.linalg.norm(self.run.updates[: self.run.ended_at], axis=1))

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {GD: self.run}

    def numbers(self) -> Mapping[str, Number]:
        return {
            "start_error": float(self.run.values[0]),
            "last_error": error_at(self.run, self.run.ended_at),
            "last": self.run.ended_at,
            "first_step": float(self.lengths[0]),
            "last_step": float(self.lengths[-1]),
        }

    def claims(self) -> Iterator[Claim]:
        found, values = self.numbers(), self.run.values[: self.run.ended_at + 1]
        yield Claim("the error falls at every step", bool((np.diff(values) < 0).all()))
        yield Claim(
            f"the steps get shorter: the first {figure(found['first_step'])}, the last {figure(found['last_step'])}",
            bool((np.diff(self.lengths) < 0).all()),
        )
        yield Claim(
            f"it arrives: the error falls from {figure(found['start_error'])} to {figure(found['last_error'])}",
            bool(values[-1] < SMALL * values[0]),
        )

    @property
    def shortens(self) -> bool:
        """Whether no step is longer than the one before."""
        with np.errstate(all="ignore"):
            return bool(self.lengths[-1] < self.lengths[0] and (np.diff(self.lengths) <= 0).all())

    def words(self) -> Mapping[str, str]:
        first, last, start = self.lengths[0], self.lengths[-1], float(self.run.values[0])
        told = f"the first {sentence_format(first, '.2f')}, the last {sentence_format(last, '.2f')}. "
        if flies_off(self.run):
            return {"how_long": "The steps are too long. ", "how_far": f"The error {_grows(self.run)}."}
        turns = (
            "Where the slope gets gentle, the steps get short: " if self.shortens else "As the slope, so the steps: "
        )
        after = f"After {self.run.ended_at} iterations the error {ending(self.run, 2, 'is')}, from {figure(start, 2)}."
        return {"how_long": turns + told, "how_far": after}

    def remarks(self) -> Iterator[str]:
        yield from super().remarks()
        yield from terrain_remarks()

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Down the slope, step by step."""
        self.show_title()

    def surface(self) -> None:
        """A map of the error, and the surface that it is the map of: height is error."""
        self.duet.unfold()
        self.play(FadeIn(self.formula), run_time=0.6)
        self.duet.speaker.say("height is error: the map, seen from the side", "height is error")
        self.duet.look(2.6, azimuth=self.duet.azimuth + SWING)
        self.duet.step_aside()
        self.wait(0.6)

    def first_steps(self) -> None:
        """Each step goes straight down the slope, as far as the gradient is long, times the learning rate."""
        self.duet.speaker.hush()
        self.play(FadeOut(self.formula), run_time=0.4)
        self.duet.set_out()
        self.play(FadeIn(self.update), run_time=0.6)
        self.wait(1.6)
        halt = min(FIRST, self.run.ended_at)
        self.duet.walk(halt, halt / SLOW, azimuth=self.duet.azimuth)
        self.wait(0.6)
        self.play(FadeOut(self.update), run_time=0.4)
        if self.shortens:
            self.duet.speaker.say("steep: long steps")
        self.wait(1.6)

    def shorter_and_shorter(self) -> None:
        """{how_long}{how_far}"""
        self.duet.speaker.hush()
        halt, last = min(FIRST, self.run.ended_at), self.run.ended_at
        if last > halt:
            seconds = min((last - halt) / QUICK, LONGEST)
            self.duet.walk(last, seconds, azimuth=self.duet.azimuth - SWING)
        for sentence in self._outcome():
            self.duet.speaker.say(sentence)
            self.wait(2.2)

    def from_above(self) -> None:
        """From above, the surface is its map."""
        self.duet.speaker.hush()
        self.play(FadeOut(self.duet.counter), run_time=0.4)
        self.duet.rise_above(3.2)
        self.play(GrowFromCenter(self.goal), run_time=0.5)
        self.duet.speaker.say("from above, the surface is its map")
        self.wait(2.4)

    # What is on the screen ------------------------------------------------------------------------------------------

    def _outcome(self) -> Iterator[str]:
        """What is said of the run when it is over."""
        first, last = float(self.run.values[0]), error_at(self.run, self.run.ended_at)
        if flies_off(self.run):
            yield "the steps are too long: it flies off"
            return
        if self.shortens:
            yield "gentle: short steps"
        yield f"the error: from ${rounded(first)}$ to ${rounded(last)}$"

    @cached_property
    def duet(self) -> SurfaceAndMap:
        view = containing(self.objective.view, self.run.iterates)
        return SurfaceAndMap(
            self, self.objective, view, 1, lambda: {GD: self.rule}, lambda: {GD: self.run}, elevation=40.0
        )

    @cached_property
    def formula(self) -> Formula | Words:
        """What is minimised, where the card stands later."""
        return self.duet.formula()

    @cached_property
    def update(self) -> Words:
        first, second = map(typeset, self.objective.variables)
        return layout.place(
            Words(f"step $= -{notation().learning_rate} nabla f({first}, {second})$"), self.duet.rows[1], LEFT
        )

    @cached_property
    def goal(self) -> VMobject:
        return self.duet.marks(self.objective.minima)


def _grows(run: Trajectory) -> str:
    """How the error of a run that flies off grows."""
    start = figure(float(run.values[0]), 2)
    if run.diverged_at is not None:
        return f"grows from {start}, and is beyond all bounds at iteration {run.diverged_at}"
    return f"grows from {start} to {figure(last_value(run), 2)} in {run.ended_at} iterations"
