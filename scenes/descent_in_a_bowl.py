"""In a bowl gradient descent goes straight down, with shorter and shorter steps.

The map is flat; it rises and becomes a surface, and from then on both are there: what the ball does in the bowl is
what the point does on the map. The arrow of the negative gradient stands on both, and the step is the learning rate's
share of it. So where the bowl gets level the steps get short: in the end they stand upright, side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
from manim import GrowFromCenter, ValueTracker, VGroup, VMobject, linear
from pydantic import Field

from objectives import AnyObjective
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
from scenes.props.descent_in_a_bowl.upright import UprightSteps
from scenes.stage.ink.arrows import Shaft
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import containing
from scenes.stage.maps.legend import legend
from scenes.stage.panels.scoreboard import error_at
from scenes.stage.runs.surface_and_map import SurfaceAndMap
from scenes.stage.terrain.arrow import TerrainArrow
from scenes.stage.terrain.landscape import terrain_remarks
from scenes.stage.words.endings import ending, flies_off, last_value
from scenes.stage.words.figures import figure, in_math, rounded
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import tinted
from scenes.stage.words.typesetting import BODY, Formula, Words

GD = "gradient_descent"
SLOW, QUICK, LONGEST = 1.1, 2.4, 16.0  # steps a second, and seconds of one stretch at most
FIRST = 3  # steps that are taken slowly, each with its arrow
CLEAR, FITS = 0.6, 0.95  # on the screen, an arrow at least; of the way to the map's edge
ALIKE = 0.01  # by how much the ratios of neighbouring steps may differ, to be called one
SMALL = 0.01  # of the first error: it has arrived
QUESTION = "and if the slope is gentle from the start?"  # the next clip has the answer


class DescentInABowl(LectureScene):
    """In a bowl, gradient descent goes down with shorter and shorter steps."""

    title = "Down the slope, step by step"
    beats = ("opening", "surface", "first_steps", "shorter_and_shorter", "side_by_side")
    poster = "shorter_and_shorter"

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field("paraboloid", description="A surface: a name, or a formula of two variables.")
        start: Point | None = Field(None, description="Where it starts; if not given, where the objective says.")
        learning_rate: LearningRate = Field(0.1, description="Learning rate.")
        steps: int = Field(20, ge=2, le=2000, description="How many steps.")

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
        """Whether no step is longer than the one before, and the last one shorter than the first."""
        with np.errstate(all="ignore"):
            return bool(self.lengths[-1] < self.lengths[0] and (np.diff(self.lengths) <= 0).all())

    @property
    def ratio(self) -> float | None:
        """How many times as long as the one before each step is, if that is one number, and not about 1."""
        with np.errstate(all="ignore"):
            ratios = self.lengths[1:] / self.lengths[:-1]
        same = len(ratios) > 1 and np.isfinite(ratios).all() and np.ptp(ratios) <= ALIKE * abs(ratios[0])
        ratio = float(ratios.mean()) if same else 0.0
        return ratio if ratio and float(figure(ratio)) != 1 else None

    @property
    def drawn(self) -> float:
        """The scale of the arrows on the map: 1, unless they would leave it or be too short to be seen."""
        iterates, gradients = self.run.iterates[: self.slow + 1], self.run.gradients[: self.slow + 1]
        (left, right), (low, high) = self.duet.view
        with np.errstate(all="ignore"):
            rooms = np.where(gradients > 0, iterates - (left, low), (right, high) - iterates) / np.abs(gradients)
            sizes = np.linalg.norm(gradients, axis=1) * self.duet.map.area.width / (right - left)
        fits = float(np.min(rooms[np.isfinite(rooms) & (rooms > 0)], initial=1e300)) * FITS
        longest = float(np.max(sizes[np.isfinite(sizes)], initial=0.0))
        return 1.0 if fits >= 1.0 and longest >= CLEAR else min(fits, 2 * CLEAR / longest if longest else 1.0)

    @property
    def slow(self) -> int:
        """How many steps are taken slowly; where they have led to, the arrow stands once more."""
        return int(min(FIRST, self.run.ended_at))

    @property
    def too_far(self) -> bool:
        """Whether a step as long as the first arrow, drawn as long as it is, would lead to no lower place."""
        with np.errstate(all="ignore"):
            there = float(self.objective.value(self.run.iterates[0] - self.run.gradients[0]))
        return self.drawn == 1.0 and self.parameters.learning_rate < 1 and there >= float(self.run.values[0])

    @property
    def as_high(self) -> bool:
        """Whether that place is just as high, on the other side of lower ground."""
        ends = self.run.iterates[0] - np.outer((0.5, 1.0), self.run.gradients[0])
        start = float(self.run.values[0])
        with np.errstate(all="ignore"):
            between, there = (float(self.objective.value(place)) for place in ends)
        return self.too_far and between < start and bool(np.isclose(there, start, rtol=1e-9, atol=0.0))

    @property
    def called(self) -> str:
        """What a step is so many times of: the arrow, if that is drawn as long as it is."""
        return "arrow" if self.drawn == 1.0 else "gradient"

    def words(self) -> Mapping[str, str]:
        where = "end as high on the other side" if self.as_high else "lead to no lower place"
        so_far = f"All of it would here {where}: t" if self.too_far else "T"
        return {"so_far": so_far, "it": self.called, **self._ends()}

    def _ends(self) -> dict[str, str]:
        """What becomes of the steps, and of the error."""
        first, last, start = self.lengths[0], self.lengths[-1], float(self.run.values[0])
        told = f"the first is {figure(first, 2)} long, the last {figure(last, 2)}. "
        if flies_off(self.run):
            return {"how_long": "The steps are too long, and grow.", "how_far": f"The error {_grows(self.run)}."}
        turns = (
            "Where the slope gets gentle, the steps get short: " if self.shortens else "As the slope, so the steps: "
        )
        same = f"On this surface each is {figure(self.ratio)} times the one before. " if self.ratio else ""
        steps = f"{self.run.ended_at} shorter and shorter steps" if self.shortens else f"{self.run.ended_at} steps"
        after = f"After {steps} the error {ending(self.run, 2, 'is')}, from {figure(start, 3)}."
        asked = "And if it is gentle from the start?" if self.asks else ""
        return {"how_long": f"{turns}{told}{same}{asked}".strip(), "how_far": after}

    def remarks(self) -> Iterator[str]:
        yield from super().remarks()
        yield from terrain_remarks()

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Down the slope, step by step."""
        self.duet.begin()

    def surface(self) -> None:
        """A map of the error, and the surface that it is the map of: height is error."""
        self.duet.unfold()
        self.duet.announcer.say("height is the error $f$: the map, seen from the side", "height is the error $f$")
        self.duet.look(2.6, azimuth=self.duet.azimuth + self.duet.sway)
        self.duet.announcer.hush()
        self.duet.step_aside()
        self.play(FadeIn(self.formula), GrowFromCenter(self.goal), FadeIn(legend(self.duet.map, "$f$")), run_time=0.6)
        self.duet.speaker.say("height is the error $f$")
        self.wait(1.4)

    def first_steps(self) -> None:
        """The arrow is the negative gradient: straight downhill; the steeper, the longer. {so_far}he step is
        {learning_rate:g} times the {it}."""
        self.duet.speaker.hush()
        self.play(FadeOut(self.formula), run_time=0.4)
        self.duet.set_out()
        yellow, eta = tinted("$-nabla f$", palette().gradient), notation().learning_rate
        scaled = "" if self.drawn == 1.0 else f" (drawn ${in_math(figure(self.drawn, 1))}$ times as long)"
        self.duet.speaker.say(f"{yellow}: downhill{scaled}", f"{yellow}{scaled}")
        for step in range(self.slow):
            self._show_downhill(step)
            if step == 0:
                rate = in_math(figure(self.parameters.learning_rate))
                if self.too_far:
                    self.duet.speaker.say(*(f"the whole arrow: {where}" for where in self._whole_arrow()))
                    self.wait(2.0)
                part = f"step $= -{eta} nabla f$"
                self.duet.speaker.say(f"{part}: ${rate}$ of the {tinted(self.called, palette().gradient)}", part)
                self.wait(0.8)
            self.duet.walk(step + 1, 1.0, azimuth=self.duet.azimuth)
            self._hide_downhill()
        self._show_downhill(self.slow)

    def shorter_and_shorter(self) -> None:
        """{how_far}"""
        self.duet.speaker.hush()
        self._hide_downhill()
        last = self.run.ended_at
        if last > self.slow:
            seconds = min((last - self.slow) / QUICK, LONGEST)
            self.duet.walk(last, seconds, azimuth=self.duet.azimuth - self.duet.sway)
        first, end = float(self.run.values[0]), error_at(self.run, self.run.ended_at)
        falls = f"error from ${rounded(first)}$ to ${rounded(end)}$"
        shorter = (f"${last}$ shorter and shorter steps: {falls}", f"shorter steps: {falls}")
        told = (*(shorter if self.shortens else ()), f"${last}$ steps: {falls}")
        self.duet.speaker.say(*(("the steps are too long: it flies off",) if flies_off(self.run) else told))
        self.wait(2.2)

    def side_by_side(self) -> None:
        """{how_long}"""
        self.duet.speaker.hush()
        self.vanish(self.duet.terrain, self.duet.counter)
        upright, share = self.upright, ValueTracker(0.0)
        self.play(FadeIn(upright.furniture), run_time=0.5)
        self.drive(upright, share)
        self.add(upright)
        self.play(share.animate.set_value(1.0), run_time=5.0, rate_func=linear)
        self.release()
        if not flies_off(self.run):
            self.play(FadeIn(upright.ends), run_time=0.5)
        if self.asks:
            self.play(FadeIn(self.note), run_time=0.6)
            self.wait(2.6)
        self.duet.speaker.say(*([QUESTION] if self.asks else self._verdict()))
        self.wait(3.0)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _whole_arrow(self) -> tuple[str, ...]:
        """Why a step as long as the arrow is too long, and a shorter wording."""
        return ("as high on the other side", "as high there") if self.as_high else ("no lower there", "no lower")

    def _show_downhill(self, step: int) -> None:
        """The negative gradient where the ball is, on the map and on the surface."""
        shaft, (tail, tip) = self.downhill, self.duet.map.to_screen(*self.arrows[:, step].T)
        if not np.isfinite([tail, tip]).all():
            return
        shaft.tail, shaft.way = tail, tip - tail
        grown = ValueTracker(0.0)
        self.add(shaft, self.duet.paths[GD])
        self.laid.display(step)
        self.drive(shaft, grown)
        self.play(grown.animate.set_value(1.0), self.laid.presence.animate.set_value(1.0), run_time=0.9)
        self.release()
        self.wait(0.7)

    def _hide_downhill(self) -> None:
        if self.downhill not in self.mobjects:  # it would lead out of all bounds
            return
        self.play(FadeOut(self.downhill), self.laid.presence.animate.set_value(0.0), run_time=0.4)

    # What is on the screen ------------------------------------------------------------------------------------------

    @property
    def asks(self) -> bool:
        """Whether the end is the question of the next clip: short steps on gentle ground, said beside the bars."""
        return self.shortens and not flies_off(self.run) and self.upright.clear_of(self.note)

    @cached_property
    def note(self) -> VGroup:
        """What is said of the steps, where the bars are low."""
        same = (
            (f"on this surface each is ${in_math(figure(self.ratio))}$", "times the one before") if self.ratio else ()
        )
        told = (f"gentle slope, short step{';' if same else ''}", *same)
        return self.upright.in_the_corner(*(Words(line, BODY, on_picture=True) for line in told))

    def _verdict(self) -> tuple[str, ...]:
        """The line that answers the title, and a shorter one."""
        if flies_off(self.run):
            return "too long a step: the next is longer", "the steps grow"
        first, last = (in_math(figure(length, 2)) for length in (self.lengths[0], self.lengths[-1]))
        ends = f"from ${first}$ to ${last}$"
        if not self.shortens:
            return f"the steps: {ends}", ends
        if self.ratio:
            same = f"here each step is ${in_math(figure(self.ratio))}$ times the one before"
            return f"{same}: {ends}", same
        return f"shorter and shorter steps: {ends}", f"steps {ends}"

    @cached_property
    def arrows(self) -> Array:
        """Tails and tips (2, n, 2) of the negative gradient, in the objective's variables, at the first iterates."""
        tails, gradients = self.run.iterates[: self.slow + 1], self.run.gradients[: self.slow + 1]
        with np.errstate(all="ignore"):
            return np.stack([tails, tails - self.drawn * gradients])

    @cached_property
    def downhill(self) -> Shaft:
        """The arrow on the map."""
        return Shaft(palette().gradient, np.zeros(3), np.zeros(3))

    @cached_property
    def laid(self) -> TerrainArrow:
        """The same arrow on the surface."""
        return self.duet.terrain.arrow(self.arrows[0], self.arrows[1], palette().gradient)

    @cached_property
    def upright(self) -> UprightSteps:
        box = self.duet.boxes[0].inset(bottom=0.1, right=0.2)
        iterates = self.run.iterates[: self.run.ended_at + 1]
        return UprightSteps(box, self.duet.map, iterates, rule_color(GD))

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
    def goal(self) -> VMobject:
        return self.duet.marks(self.objective.minima)


def _grows(run: Trajectory) -> str:
    """How the error of a run that flies off grows."""
    start = figure(float(run.values[0]), 2)
    if run.diverged_at is not None:
        return f"grows from {start}, and is beyond all bounds at step {run.diverged_at}"
    return f"grows from {start} to {figure(last_value(run), 2)} in {run.ended_at} steps"
