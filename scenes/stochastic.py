"""One sample at a time: each step follows the gradient of a single sample, and every sample pulls another way.

So the path jitters: every other step turns back. Momentum adds up the pulls; what they disagree on cancels, and what
they share remains. Both runs see the same samples in the same order, and with a steady gradient both would go equally
far: the learning rate of momentum is smaller by the factor 1 - momentum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Any

import numpy as np
from manim import ValueTracker, linear, smooth
from pydantic import Field

from objectives import OBJECTIVES, DataObjective
from objectives.data import regression_sine
from optimizers import GradientDescent, Momentum, Rule, Trajectory, descend_minibatch
from scenes.lecture_scene import Claim, ClipParameters, Coefficient, LearningRate, LectureScene, Number
from scenes.props.stochastic.samples import FittedLine, LitSample, SamplePanel
from scenes.reads import derived
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import containing
from scenes.stage.maps.even_map import around, widened
from scenes.stage.panels.plot import Range
from scenes.stage.panels.scoreboard import error_at
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.runs.surface_and_map import SurfaceAndMap
from scenes.stage.terrain.arrow import TerrainArrow
from scenes.stage.terrain.landscape import terrain_remarks
from scenes.stage.terrain.orbit import View
from scenes.stage.words.endings import ending, flies_off, goes_down, last_value
from scenes.stage.words.figures import figure, sentence_format
from scenes.stage.words.speaker import tinted
from scenes.stage.words.typesetting import Formula, Words

SAMPLES = 200
NAMED = 42  # the seed of the objective that has a name
FAN, SPREAD = 6, 22.0  # samples whose gradients are looked at, and degrees between these, so that each is seen
FEW, SLOW, QUICK = 10, 1.35, 24.0  # steps that are taken slowly, and steps a second
PULL = 0.62  # of the window: the longest of their arrows
FAINT = 0.4
MANY = 0.4  # of the steps turn back: it jitters
AZIMUTH, ELEVATION, SWING = -38.0, 46.0, 16.0
HIGH = 72.0  # from where directions are seen as they are


class Stochastic(LectureScene):
    """Single samples pull this way and that; momentum keeps what they have in common."""

    title = "One sample at a time"
    beats = ("opening", "line_and_surface", "one_sample", "jitter", "smooth", "turning_back", "from_above")
    poster = "turning_back"

    class Parameters(ClipParameters):
        seed: int = Field(NAMED, ge=0, le=2**32 - 1, description="Seed of the data's noise and of the samples' order.")
        learning_rate: LearningRate = Field(0.09, description="Learning rate of single-sample descent.")
        momentum: Coefficient = Field(0.9, description="Momentum coefficient, the source's beta.")
        momentum_learning_rate: LearningRate | None = Field(
            None, description="Learning rate with momentum; if not given, learning_rate times 1 - momentum."
        )
        steps: int = Field(SAMPLES, ge=2, le=2000, description="How many samples are seen, one a step.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> DataObjective:
        seed = self.parameters.seed
        found = OBJECTIVES["regression_sine"] if seed == NAMED else regression_sine(seed, SAMPLES)
        assert isinstance(found, DataObjective)
        return found

    @cached_property
    def order(self) -> Array:
        """The samples' numbers in the order in which they are seen; as in the source, drawn after the noise."""
        generator = np.random.RandomState(self.parameters.seed)
        generator.normal(0, 0.5, SAMPLES)
        return np.asarray(generator.permutation(SAMPLES))

    @cached_property
    def rules(self) -> dict[str, Rule[Any]]:
        wanted = self.parameters
        own = wanted.momentum_learning_rate or round(wanted.learning_rate * (1 - wanted.momentum), 12)
        return {GD: GradientDescent(wanted.learning_rate), MOMENTUM: Momentum(own, wanted.momentum)}

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        start, steps = self.objective.start, self.parameters.steps
        return {
            name: descend_minibatch(self.objective, rule, start, steps=steps, order=self.order)
            for name, rule in self.rules.items()
        }

    @derived
    def window(self) -> tuple[Range, Range]:
        """A window round the runs, as far as they stay near the objective's own."""
        paths = np.concatenate([run.iterates[: run.ended_at + 1] for run in self.runs.values()])
        low, high = np.array(containing(self.objective.view, paths)).T
        inside = paths[((paths >= low) & (paths <= high)).all(axis=1)]
        return widened(around(inside, room=0.16), 1.0)

    @cached_property
    def back(self) -> dict[str, int]:
        """How many steps of each run turn back: by more than a right angle."""
        return {name: len(run.reversals) for name, run in self.runs.items()}

    @cached_property
    def ways(self) -> dict[str, float]:
        """How long each path is."""
        with np.errstate(all="ignore"):
            return {
                name: float(np.linalg.norm(run.updates[: run.ended_at], axis=1).sum())
                for name, run in self.runs.items()
            }

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.runs

    def numbers(self) -> Mapping[str, Number]:
        ends = {name: last_value(run) for name, run in self.runs.items()}
        return {
            "samples": SAMPLES,
            "start_loss": float(self.objective.value(self.objective.start)),
            "gradient_descent_loss": ends[GD],
            "momentum_loss": ends[MOMENTUM],
            "gradient_descent_turns_back": self.back[GD],
            "momentum_turns_back": self.back[MOMENTUM],
            "gradient_descent_way": self.ways[GD],
            "momentum_way": self.ways[MOMENTUM],
            "turns": int(self.parameters.steps) - 1,
        }

    def claims(self) -> Iterator[Claim]:
        found, turns = self.numbers(), int(self.parameters.steps) - 1
        yield Claim(
            f"single samples turn back in at least two of five steps: {self.back[GD]} of {turns}",
            self.jitters,
        )
        yield Claim(
            f"momentum turns back less than half as often: {self.back[MOMENTUM]} of {turns}",
            self.steadies,
        )
        yield Claim(
            f"its way is shorter: {figure(self.ways[MOMENTUM])} long, and {figure(self.ways[GD])} without momentum",
            self.ways[MOMENTUM] < self.ways[GD],
        )
        yield Claim(
            f"both get down: from {figure(found['start_loss'])} to {figure(found['gradient_descent_loss'])} "
            f"and {figure(found['momentum_loss'])}",
            all(last_value(run) < 0.1 * run.values[0] for run in self.runs.values()),
        )

    @property
    def jitters(self) -> bool:
        """Whether many steps of single-sample descent turn back."""
        return self.back[GD] >= MANY * (int(self.parameters.steps) - 1)

    @property
    def steadies(self) -> bool:
        """Whether momentum turns back less than half as often."""
        return 2 * self.back[MOMENTUM] < self.back[GD]

    def words(self) -> Mapping[str, str]:
        slow, fast = self.runs[GD], self.runs[MOMENTUM]
        end = sentence_format(last_value(slow), ".2f")
        down = f": to {end} after all" if self.jitters else f": to {end}"
        shared = ": what they share remains on the way" if self.steadies and goes_down(fast) else ""
        return {
            "it_does": (" and jitters" if self.jitters else "") + (down if goes_down(slow) else f": it {ending(slow)}"),
            "what_remains": shared if shared else f": it {ending(fast)}",
        }

    def remarks(self) -> Iterator[str]:
        yield from terrain_remarks()

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """One sample at a time."""
        self.show_title()

    def line_and_surface(self) -> None:
        """A line is fitted to {samples} points. Each place on the surface is a line; its height is the mean square of
        what is missed, with a wave added."""
        self.play(FadeIn(self.panel), run_time=0.7)
        self.play(FadeIn(self.first_line), FadeIn(self.formula), run_time=0.6)
        self.wait(1.2)
        self.terrain.stand_in(self.duet.boxes[0]).orbit.look(self.duet.aslant)
        self.terrain.rise.set_value(1.0)
        self.play(FadeIn(self.terrain), run_time=0.8)
        self.play(self.start.presence.animate.set_value(1.0), run_time=0.5)
        self.duet.speaker.say("each place on the surface is a line", "each place is a line")
        self.wait(2.4)

    def one_sample(self) -> None:
        """The gradient of one sample: each pulls another way. Their mean is the gradient of the whole."""
        self.duet.speaker.hush()
        self.play(FadeOut(self.formula), run_time=0.4)
        self._fly(self.terrain.fitted(AZIMUTH, HIGH))
        self.duet.speaker.say("each sample pulls another way")
        self.add(self.spot)
        for number, arrow in zip(self.fan, self.arrows, strict=True):
            self.spot.display(float(number))
            self.play(arrow.presence.animate.set_value(1.0), run_time=0.5)
            self.wait(0.4)
        self.spot.display(-1.0)
        self.wait(0.8)
        self.duet.speaker.hush()
        self.play(*(arrow.presence.animate.set_value(0.0) for arrow in self.arrows), run_time=0.5)
        self.play(self.mean.presence.animate.set_value(1.0), run_time=0.8)
        self.duet.speaker.say("the mean of all samples", "the mean of all")
        self.wait(2.0)
        self.duet.speaker.hush()
        self.play(self.mean.presence.animate.set_value(0.0), run_time=0.4)
        self._fly(self.duet.aslant)

    def _fly(self, view: View) -> None:
        """Take the camera to a view; on the way, too, all of the terrain is in the picture."""
        self.play(*self.terrain.orbit.flight(view, self.terrain.kept), run_time=1.8, rate_func=smooth)

    def jitter(self) -> None:
        """Each step follows one sample{it_does}."""
        card, shown = self.duet.cards[GD], self.trails[GD].presence.animate.set_value(1.0)
        hidden = self.start.presence.animate.set_value(0.0)
        self.play(FadeOut(self.first_line), FadeIn(card), FadeIn(self.duet.counter), shown, hidden, run_time=0.6)
        self.add(self.lines[GD])
        self.walk(GD, AZIMUTH - SWING)
        does = "it flies off" if flies_off(self.runs[GD]) else "it jitters" if self.jitters else "step by step"
        self.duet.speaker.say(f"{tinted('single samples', rule_color(GD))}: {does}")
        self.wait(1.8)

    def smooth(self) -> None:
        """Momentum adds up the pulls of the same samples{what_remains}."""
        self.duet.speaker.hush()
        self.step.set_value(0.0)
        card, trails = self.duet.cards[MOMENTUM], self.trails
        faded = trails[GD].presence.animate.set_value(FAINT)
        shown = trails[MOMENTUM].presence.animate.set_value(1.0)
        dimmed = self.lines[GD].animate.set_stroke(opacity=FAINT)
        self.duet.counter.display(0)
        self.play(FadeIn(card), faded, shown, dimmed, run_time=0.6)
        self.add(self.lines[MOMENTUM])
        self.walk(MOMENTUM, AZIMUTH)
        color = rule_color(MOMENTUM)
        shared = "what they share remains" if self.steadies else "the pulls add up"
        shared = "it flies off" if flies_off(self.runs[MOMENTUM]) else shared
        self.duet.speaker.say(f"{tinted('momentum', color)}: {shared}", tinted(shared, color))
        self.wait(2.2)

    def turning_back(self) -> None:
        """Of {turns} steps, {gradient_descent_turns_back} turn back without momentum, {momentum_turns_back} with it."""
        turns = int(self.parameters.steps) - 1
        for name, words in ((GD, "without momentum"), (MOMENTUM, "with momentum")):
            said = f"{self.back[name]} of {turns} steps turn back"
            self.duet.speaker.say(tinted(f"{words}: {said}", rule_color(name)), tinted(said, rule_color(name)))
            self.wait(2.4)

    def from_above(self) -> None:
        """From above: the same samples, in the same order."""
        self.duet.speaker.hush()
        self.play(
            self.trails[GD].presence.animate.set_value(1.0),
            self.lines[GD].animate.set_stroke(opacity=1.0),
            FadeOut(self.duet.counter),
            run_time=0.6,
        )
        self.duet.rise_above(3.2)
        self.duet.speaker.say("the same samples, the same order", "the same samples")
        self.wait(2.6)

    def walk(self, name: str, azimuth: float) -> None:
        """Take the steps of a run: the first few slowly, each with its sample; then all, and the camera goes round."""
        last = int(self.runs[name].ended_at)
        for until, pace in ((min(FEW, last), SLOW), (last, QUICK)):
            now = float(self.step.get_value())
            if until <= now:
                continue
            self._follow(name, lit=pace == SLOW)
            moves = [self.step.animate.set_value(float(until))]
            if pace == QUICK:
                moves += self.terrain.orbit.to(azimuth=azimuth)
            self.play(*moves, run_time=max((until - now) / pace, 1.0), rate_func=linear)
            self.release()
            self.spot.display(-1.0)

    def _follow(self, name: str, lit: bool) -> None:
        """Let everything that belongs to a run follow the step."""
        run = self.runs[name]
        self.drive(self.trails[name], self.step)
        self.drive(self.lines[name], self.step)
        self.drive(self.duet.cards[name], self.step, partial(error_at, run))
        self.drive(self.duet.counter, self.step)
        if lit:
            self.drive(self.spot, self.step, self._seen)

    def _seen(self, step: float) -> float:
        """The number of the sample that a step looks at."""
        return float(self.order[int(step) % SAMPLES])

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def duet(self) -> SurfaceAndMap:
        rules, runs = (lambda: self.rules), (lambda: self.runs)
        around = (-SWING, SWING)
        return SurfaceAndMap(self, self.objective, self.window, 2, rules, runs, AZIMUTH, ELEVATION, around)

    @property
    def terrain(self) -> Any:
        return self.duet.terrain

    @property
    def trails(self) -> Any:
        """The runs on the terrain."""
        return self.duet.trails

    @cached_property
    def formula(self) -> Formula | Words:
        """The loss, where the cards stand later."""
        return self.duet.formula()

    @cached_property
    def panel(self) -> SamplePanel:
        """The data, where other clips have the map."""
        return SamplePanel(self.duet.boxes[1], self.objective)

    @cached_property
    def step(self) -> ValueTracker:
        return ValueTracker(0.0)

    @cached_property
    def start(self) -> Any:
        """The place of the first line."""
        return self.terrain.trail(np.array([self.objective.start] * 2), palette().target, ball=0.1)

    @cached_property
    def first_line(self) -> FittedLine:
        return FittedLine(self.panel, np.array([self.objective.start]), palette().target)

    @cached_property
    def lines(self) -> dict[str, FittedLine]:
        """The fitted lines of both runs."""
        return {
            name: FittedLine(self.panel, run.iterates[: run.ended_at + 1], rule_color(name))
            for name, run in self.runs.items()
        }

    @cached_property
    def spot(self) -> LitSample:
        """The sample that is looked at."""
        return LitSample(self.panel).display(-1.0)

    @cached_property
    def arrows(self) -> list[TerrainArrow]:
        """Where they pull from the start."""
        return [self._arrow(pull, palette().gradient) for pull in self.pulls[self.fan]]

    @cached_property
    def mean(self) -> TerrainArrow:
        """Where all samples together pull, on the same scale."""
        return self._arrow(self.objective.gradient(self.objective.start), palette().target)

    @cached_property
    def pulls(self) -> Array:
        """The gradients (n, 2) of all samples, at the start."""
        start = np.array(self.objective.start)
        return np.array([self.objective.minibatch(number).gradient(start) for number in range(SAMPLES)])

    @cached_property
    def fan(self) -> list[int]:
        """The first samples, in their order, that pull different ways."""
        ways = np.degrees(np.arctan2(*self.pulls.T[::-1]))
        chosen: list[int] = []
        for number in self.order:
            apart = np.abs((ways[chosen] - ways[number] + 180) % 360 - 180)
            if (apart >= SPREAD).all():
                chosen.append(int(number))
        return chosen[:FAN]

    def _arrow(self, gradient: Array, color: str) -> TerrainArrow:
        """An arrow against a gradient, on the scale on which the longest of the samples' fills its share."""
        start, size = np.array(self.objective.start), np.ptp(np.array(self.window), axis=1)
        longest = float(np.max(np.linalg.norm(self.pulls[self.fan] / size, axis=1)))
        made: TerrainArrow = self.terrain.arrow(start, start - PULL / longest * gradient, color)
        return made
