"""One sample at a time: each step follows the gradient of a single sample, and every sample pulls another way.

So the path jitters. Momentum adds up the pulls; what they disagree on cancels, what they share remains: on the way.
Near the minimum nothing is shared, and momentum is as noisy as the rate that is larger by 1 / (1 - momentum). A third
run has the small rate alone: it is the calm one at the goal, and by far the last to get there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from manim import Create, GrowFromCenter, ValueTracker, linear, smooth
from pydantic import Field

from objectives import DataObjective, typeset_function
from objectives.data import regression_line
from optimizers import Conditions, Rule, Trajectory
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    Coefficient,
    LearningRate,
    LectureScene,
    Noise,
    Number,
    ScheduleName,
    conditions_of,
)
from scenes.props.stochastic.lanes import ROWS, Lanes
from scenes.props.stochastic.made import (
    ORDERS,
    SAMPLES,
    SEED,
    SMALL_RATE,
    TITLES,
    in_all_orders,
    orders_of,
    rules_of,
    runs_of,
    settings_of,
)
from scenes.props.stochastic.pulls import Pulls
from scenes.props.stochastic.samples import Chain, FittedLine, Forces, Misses, SamplePanel
from scenes.props.stochastic.stand import Stand, window_of
from scenes.props.stochastic.tallies import (
    CROSS,
    HEADS,
    MEDIAN,
    NEAR,
    Comparison,
    Ledger,
    Tally,
    compared,
    counted,
    passage_of,
    placeholders,
    tally_of,
)
from scenes.reads import derived
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.even_map import View
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.conditions import said_of, told
from scenes.stage.words.speaker import Speaker, tinted
from scenes.stage.words.typesetting import Formula, Words, wrapped_formula

FEW, SLOW = 5, 1.5  # steps that are taken slowly, and how many a second
ARRIVING, AFTER, TOGETHER = 2.6, 1.6, 4.0  # seconds until a run is there, for what comes then; of all at once
BALL = 0.12


class Stochastic(LectureScene):
    """Single samples pull this way and that; momentum keeps what they have in common."""

    title = "One sample at a time"
    beats = (
        "opening",
        "line_and_surface",
        "one_sample",
        "jitter",
        "smooth",
        "small_rate",
        "near_the_minimum",
        "turning_back",
    )
    poster = "turning_back"

    class Parameters(ClipParameters):
        seed: int = Field(SEED, ge=0, le=2**32 - 1, description="Seed of the data, the samples' order and the noise.")
        learning_rate: LearningRate = Field(0.09, description="Learning rate of single-sample descent.")
        momentum: Coefficient = Field(0.9, description="Momentum coefficient, the source's beta.")
        momentum_learning_rate: LearningRate | None = Field(
            None, description="Learning rate with momentum; if not given, learning_rate times 1 - momentum."
        )
        steps: int = Field(2 * SAMPLES, ge=2, le=2000, description="How many steps, each with one sample.")
        schedule: ScheduleName = Field("constant", description="How all rates change, as `descend --schedule` has it.")
        noise: Noise = Field(0.0, description="Standard deviation of Gaussian noise on top of the samples'.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> DataObjective:
        return regression_line(self.parameters.seed, SAMPLES)

    @cached_property
    def orders(self) -> Array:
        """The samples' numbers in the orders in which they are seen, a row each."""
        return orders_of(self.parameters.seed)

    @property
    def order(self) -> Array:
        """That of the film."""
        return np.asarray(self.orders[0])

    @cached_property
    def conditions(self) -> Conditions:
        return conditions_of(self.parameters)

    @cached_property
    def rules(self) -> dict[str, Rule[Any]]:
        return rules_of(self.parameters)

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        return runs_of(self.objective, self.rules, self.parameters.steps, self.order, self.conditions)

    @cached_property
    def minimum(self) -> Array:
        return np.array(self.objective.minima[0])

    @cached_property
    def tallies(self) -> dict[str, Tally]:
        """What is counted in all orders."""
        made = in_all_orders(self.objective, self.rules, self.parameters.steps, self.orders, self.conditions)
        return {name: tally_of(runs, self.minimum) for name, runs in made.items()}

    @cached_property
    def found(self) -> Comparison:
        return compared(self.tallies, int(self.parameters.steps) - 1)

    @derived
    def window(self) -> View:
        """A window round the runs, as far as they stay near the objective's own."""
        return window_of(self.objective, self.runs, self.minimum)

    @derived
    def reach(self) -> float:
        """How far from the minimum the window on the goal goes."""
        kept = [tally.noise for tally in self.tallies.values() if tally.noise < 1]
        return 1.9 * max(kept, default=NEAR)

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.runs

    def numbers(self) -> Mapping[str, Number]:
        turns, (one, other) = int(self.parameters.steps) - 1, self.pulls.sides
        found = {
            "samples": SAMPLES,
            "turns": turns,
            "near": NEAR,
            "orders": ORDERS,
            "one_side": one,
            "other_side": other,
        }
        start = float(self.objective.value(self.objective.start))
        return {**found, **counted(self.tallies, self.runs), "start_error": start}

    def claims(self) -> Iterator[Claim]:
        yield from (Claim(text, holds) for text, holds in self.found.claims().items())

    def words(self) -> Mapping[str, str]:
        return placeholders(self.found, self.runs, told(self.conditions, self.parameters.steps))

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """One sample at a time."""
        self.show_title(self.map, self.panel, self.stand.first_line, self.stand.place, self.stand.goal)

    def line_and_surface(self) -> None:
        """Each place on the map is a line. Its height is the mean of the squares of what the line misses."""
        share = ValueTracker(0.0)  # of the way to the minimum
        self.speaker.say("each place on the map is a line")
        self.drive(self.stand.place, share)
        self.drive(self.stand.first_line, share)
        self.play(share.animate.set_value(1.0), run_time=2.6, rate_func=smooth)
        self.wait(0.5)
        self.play(share.animate.set_value(0.0), run_time=1.8, rate_func=smooth)
        self.release()
        self.speaker.say("the height: the mean square of what it misses", "height: the mean square of the misses")
        misses = Misses(self.panel).at(np.array(self.objective.start))
        self.play(FadeIn(misses), FadeIn(self.formula), run_time=0.7)
        self.bring_to_front(self.stand.first_line)
        self.wait(1.8)
        self.speaker.hush()
        self.play(FadeOut(misses), run_time=0.5)

    def one_sample(self) -> None:
        """Each sample pulls another way: {one_side} of {samples} to one side of the mean, {other_side} to the other."""
        self.speaker.say("each sample pulls another way")
        self.add(self.stand.spot)
        arrows = []
        for number in self.pulls.fan:
            arrow = self.pulls.arrow(self.map, self.pulls.all[number], palette().gradient)
            self.stand.spot.display(float(number))
            self.play(FadeIn(arrow), run_time=0.35)
            self.wait(0.2)
            arrows.append(arrow)
        self.stand.spot.display(-1.0)
        pulls = self.pulls.on_screen(self.map, self.pulls.all)
        chain, share = Chain(self.stand.here, pulls, self.pulls.colors), ValueTracker(0.0)
        self.play(FadeIn(chain), *map(FadeOut, arrows), run_time=0.7)
        self.speaker.say(f"each a {SAMPLES}th as long, head to tail: the mean", f"each a {SAMPLES}th as long: the mean")
        mean = self.pulls.arrow(self.map, self.pulls.mean, palette().target)
        for end, seconds in ((1.0, 2.4), (0.0, 1.0)):
            self.drive(chain, share)
            self.play(share.animate.set_value(end), run_time=seconds, rate_func=smooth)
            self.release()
            if end:
                self.play(FadeIn(mean), run_time=0.6)
                self.wait(0.7)
            self.bring_to_front(self.stand.place, mean)
        self.speaker.say(self.pulls.told)
        self.looked_at = (chain, mean, self.stand.first_line, self.stand.place, self.formula)
        self.wait(2.0)

    def jitter(self) -> None:
        """Each step follows one sample: {it_does}. In the median of {orders} orders of the samples,
        {gradient_descent_turns_back} of {turns} steps turn back by more than 90 degrees.{under}"""
        self.play(*map(FadeOut, self.looked_at), run_time=0.5)
        if said := said_of(self.conditions):
            self.speaker.say(*said)
            self.wait(2.2)
        self._walk(GD)
        self.speaker.say("to turn back: by more than 90°")
        self.play(FadeIn(self.ledger.note), FadeIn(self.ledger.heads["back"]), run_time=0.4)
        self.wait(1.2)
        self._tell(GD, self.words()["it_does"])

    def smooth(self) -> None:
        """Momentum adds up the pulls of the same samples: {what_remains}, and {momentum_turns_back} steps turn
        back.{past}"""
        self.play(FadeOut(self.paths[GD]), FadeOut(self.lines[GD]), run_time=0.4)
        self._walk(MOMENTUM)
        if self.found.rolls_past:
            past = f"in every order it goes past {CROSS}"
            self.speaker.say(f"{past}, by ${self.found.fast.beyond:.1f}$ in the median", past)
            self.wait(1.6)
        self._tell(MOMENTUM, self.words()["what_remains"])

    def small_rate(self) -> None:
        """Or is it the small rate? {it_takes}. Near is within {near:g} of the minimum."""
        self.play(FadeOut(self.paths[MOMENTUM]), FadeOut(self.lines[MOMENTUM]), run_time=0.4)
        self._walk(SMALL_RATE)
        self._put_down(SMALL_RATE)
        self.play(FadeIn(self.stand.near), FadeIn(self.ledger.heads["there"]), run_time=0.5)
        self.speaker.say(f"near: inside the dashed ring, ${NEAR:g}$ from {CROSS}", "near: in the dashed ring")
        for name in TITLES:
            self.play(FadeIn(self.ledger.numbers[name, "there"]), run_time=0.5)
        self.wait(0.8)
        self.speaker.say(*self.found.answered(self.colors[SMALL_RATE]))
        self.wait(2.0)

    def near_the_minimum(self) -> None:
        """The second half of the steps, close to the minimum: {how_noisy}. Circle: mean distance, median of {orders}
        orders."""
        self.play(Create(self.stand.looked_at(self.reach)), run_time=1.0)
        self._clear()
        charts, titles = self.stand.closeups(self.reach), self.stand.titled(TITLES, self.colors)
        crosses = (self.stand.cross(chart, 0.08) for chart in charts)
        told = f"circle: the mean distance from {CROSS}"
        note = self.stand.note(f"dots: this order; {told}, {MEDIAN}", f"{told}, {MEDIAN}", told)
        self.play(*map(FadeIn, (*charts, *crosses, *titles, note)), run_time=0.6)
        self.speaker.say("the second half of the steps")
        found = self.stand.distances(self.tallies, self.colors)
        for chart, (name, run) in zip(charts, self.runs.items(), strict=True):
            dots, circle = self.stand.cloud(chart, run, self.tallies[name], self.colors[name])
            self.play(FadeIn(dots), run_time=0.7)
            self.play(GrowFromCenter(circle), FadeIn(found[name]), run_time=0.9)
        self.speaker.say(self.found.at_the_goal)
        self.wait(1.5)

    def turning_back(self) -> None:
        """{verdict}: of {turns} steps {momentum_turns_back} turn back, {gradient_descent_turns_back} of the large ones,
        {small_rate_turns_back} of the small ones."""
        self._clear()
        lanes, share = self.lanes, ValueTracker(0.0)
        self.play(*map(FadeIn, (*lanes.charts.values(), *lanes.marks, *lanes.heads)), run_time=0.6)
        self.add(lanes.together)
        self.drive(lanes.together, share)
        self.play(share.animate.set_value(1.0), run_time=TOGETHER, rate_func=linear)
        self.release()
        balls = (trail.ball for trail in lanes.trails.values())  # they would hide the goal
        self.play(FadeIn(lanes.note), *map(FadeOut, balls), run_time=0.5)
        for key in ROWS:
            self.play(*map(FadeIn, lanes.counted[key]), run_time=0.5)
            self.wait(0.6)
        self.speaker.say(*(tinted(said, rule_color(MOMENTUM)) for said in self.found.verdicts))
        self.wait(2.4)

    def _clear(self) -> None:
        """Everything but the heading goes."""
        self.speaker.hush()
        self.play(*(FadeOut(mobject) for mobject in self.mobjects if mobject is not self.heading), run_time=0.4)

    def _tell(self, name: str, words: str) -> None:
        """Say what a run does, and how many steps turn back; and put that down."""
        full, color = f"{words}, {self.found.turning(self.tallies[name])}", self.colors[name]
        self.speaker.say(f"{tinted(TITLES[name], color)}: {full}", tinted(full, color), tinted(words, color))
        self._put_down(name)
        self.wait(1.6)

    def _put_down(self, name: str) -> None:
        """The row's first number; and the ball, which hides the minimum, goes."""
        self.play(FadeIn(self.ledger.numbers[name, "back"]), FadeOut(self.paths[name].ball), run_time=0.4)

    def _walk(self, name: str) -> None:
        """Take the steps of a run: the first few slowly, each with its sample and what pushes; then all."""
        path, line, last = self.paths[name], self.lines[name], int(self.runs[name].ended_at)
        self.step.set_value(0.0)
        self.speaker.hush()
        share = float(getattr(self.rules[name], "momentum", 0.0))
        forces = Forces(self.map, self.runs[name], share, FEW)
        scale = f", drawn {forces.times} times as long" if forces.times > 1 else ""
        kept = f"{tinted('kept share', palette().share)} and " if share else ""
        noise = " and its noise" * self.conditions.is_noisy
        self.speaker.say(f"{kept}{tinted(f'pull of one sample{noise}', palette().gradient)}{scale}")
        self.play(FadeIn(self.ledger.names[name]), FadeIn(path), FadeIn(line), run_time=0.5)
        there = passage_of(self.runs[name], self.minimum).there or last
        few = FEW if name != SMALL_RATE else 3
        for until, seconds in ((few, few / SLOW), (int(1.3 * there) + FEW, ARRIVING), (last, AFTER)):
            self._go_on(name, min(until, last), seconds, forces if until == few else None)

    def _go_on(self, name: str, until: int, seconds: float, forces: Forces | None) -> None:
        """Take a run to a step, with its sample and its forces if they are given."""
        if until <= self.step.get_value():
            return
        self.drive(self.paths[name], self.step)
        self.drive(self.lines[name], self.step)
        self.ledger.drive(self.drive, name, self.step)
        if forces:
            self.add(forces)
            self.drive(forces, self.step)
            self.drive(self.stand.spot, self.step, self._seen)
        self.play(self.step.animate.set_value(float(until)), run_time=seconds, rate_func=linear)
        self.release()
        if forces:
            self.stand.spot.display(-1.0)
            self.remove(forces)
        self.bring_to_front(self.stand.goal)

    def _seen(self, step: float) -> float:
        """The number of the sample that a step looks at."""
        return float(self.order[int(step) % SAMPLES])

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def stand(self) -> Stand:
        return Stand(self.objective, self.window)

    @property
    def map(self) -> ContourMap:
        return self.stand.map

    @property
    def panel(self) -> SamplePanel:
        return self.stand.panel

    @cached_property
    def ledger(self) -> Ledger:
        """What is counted, below the data."""
        settings, rates = settings_of(self.rules), self.conditions.rates_of(self.rules, self.parameters.steps)
        return Ledger(self.stand.boxes[2], TITLES, settings, self.colors, self.tallies, [*HEADS], rates)

    @cached_property
    def lanes(self) -> Lanes:
        passage = passage_of(self.runs[MOMENTUM], self.minimum)
        return Lanes(self.stand, self.runs, self.tallies, TITLES, self.colors, self.found.turns, passage)

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.stand.boxes[3])

    @cached_property
    def formula(self) -> Formula | Words:
        """The objective, where the ledger stands later."""
        box = self.stand.boxes[2]
        return layout.place(wrapped_formula(typeset_function(self.objective), box.width), box)

    @property
    def colors(self) -> dict[str, str]:
        return {GD: rule_color(GD), MOMENTUM: rule_color(MOMENTUM), SMALL_RATE: palette().terms[2]}

    @cached_property
    def step(self) -> ValueTracker:
        return ValueTracker(0.0)

    @cached_property
    def lines(self) -> dict[str, FittedLine]:
        """The fitted lines of the runs."""
        return self.stand.lines(self.runs, self.colors)

    @cached_property
    def paths(self) -> dict[str, Trail]:
        """The runs on the map."""
        return self.stand.paths(self.runs, self.colors)

    @cached_property
    def pulls(self) -> Pulls:
        return Pulls(self.objective, self.order)
