"""Data of one's own: from the points to the curve, from the curve to the landscape, and down.

A choice of the two parameters is a curve at the left and a point at the right; what the curve misses is the height of
that point. Many choices make the map. Then gradient descent and momentum walk on it, and with each step their curves
move through the points. Which one fits better in the end is decided by the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Any

import numpy as np
from manim import Create, GrowFromCenter, ValueTracker, VGroup, VMobject, linear, smooth
from pydantic import Field

from objectives import DataObjective, typeset
from optimizers import Rule, Trajectory, descend, descend_minibatch
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    Coefficient,
    LearningRate,
    LectureScene,
    Number,
    ObjectiveName,
    Point,
    start_of,
)
from scenes.props.your_data.choices import Net, compared, lowest_on_a_net, marked, three_choices, turned_one_by_one
from scenes.props.your_data.fitted import Samples, fitted_of, missed, samples_of, smaller
from scenes.props.your_data.outcome import Outcome
from scenes.props.your_data.panel import Following, bars, fan
from scenes.props.your_data.stand import Stand
from scenes.props.your_data.telling import error_told, loss_told, lowest_said, lowest_told, rates_told, squares_of
from scenes.props.your_data.valley import Valley, calm_told
from scenes.reads import derived
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import containing
from scenes.stage.panels.plot import Range
from scenes.stage.panels.scoreboard import error_at
from scenes.stage.runs.fitting_rate import THE_BEST, fitting_rate
from scenes.stage.runs.pair import GD, MOMENTUM, NAMES, pair_of_rules
from scenes.stage.words.endings import goes_down, last_value
from scenes.stage.words.figures import figure
from scenes.stage.words.speaker import Speaker

QUICK, SLOW = 3.5, 5.5  # seconds of the steps before the decisive ones, and of these
ASIDE = 0.045  # units, so that the bars of both are seen
SAME, NOTHING = 1e-6, 1e-20  # of the lowest error: equally low; an error that is 0 but for rounding


class YourData(LectureScene):
    """Your own data: points, curve, landscape, run."""

    title = "Which curve fits your data?"
    beats = ("opening", "model", "choices", "landscape", "run", "answer")
    poster = "run"

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field(
            "forty_points_neuron", description="A model of two parameters over one column of data, by its name."
        )
        start: Point | None = Field(None, description="Where both start; if not given, where the objective says.")
        learning_rate: LearningRate | None = Field(
            None, description="The learning rate of both rules; if not given, one is found for each."
        )
        momentum: Coefficient = Field(0.8, description="Momentum coefficient.")
        steps: int = Field(40, ge=2, le=2000, description="How many steps.")
        batch: int | None = Field(
            None, ge=1, le=100_000, description="Points that a step looks at, if not all of them: a minibatch."
        )
        seed: int = Field(0, ge=0, le=2**32 - 1, description="Seed of the minibatches, and of the points drawn.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> DataObjective:
        return fitted_of(self.parameters.objective)

    @cached_property
    def samples(self) -> Samples:
        return samples_of(self.objective, self.parameters.seed)

    @cached_property
    def start(self) -> tuple[float, ...]:
        return start_of(self.parameters.start, self.objective)

    @cached_property
    def rates(self) -> dict[str, float]:
        """The learning rate of each rule: as given, or found on the whole of the data, or on some of many rows."""
        if self.parameters.learning_rate is not None:
            return dict.fromkeys(NAMES, float(self.parameters.learning_rate))
        return {name: self._fitting(name) for name in NAMES}

    def _fitting(self, name: str) -> float:
        """A learning rate that is found for a rule."""
        objective, ratio = smaller(self.objective, self.parameters.seed)
        view = containing(objective.view, np.array([self.start]))
        how = self.start, self.parameters.steps, view
        rate = fitting_rate(objective, partial(self._rule, name), *how, search=THE_BEST).rate
        return rate if ratio == 1 else float(f"{ratio * rate:.0e}")

    def _rule(self, name: str, rate: Any) -> Rule[Any]:
        return pair_of_rules(rate, self.parameters.momentum)[name]

    @cached_property
    def rules(self) -> dict[str, Rule[Any]]:
        return {name: self._rule(name, self.rates[name]) for name in NAMES}

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        return {name: self._run(rule) for name, rule in self.rules.items()}

    def _run(self, rule: Rule[Any]) -> Trajectory:
        wanted = self.parameters
        if wanted.batch is None:
            return descend(self.objective, rule, self.start, wanted.steps)
        batch, seed = min(wanted.batch, self.objective.samples), wanted.seed
        return descend_minibatch(self.objective, rule, self.start, steps=wanted.steps, batch_size=batch, seed=seed)

    @derived
    def window(self) -> tuple[Range, Range]:
        """The objective's window, widened to hold the paths."""
        paths = np.concatenate([run.iterates[: run.ended_at + 1] for run in self.runs.values()])
        return containing(self.objective.view, paths)

    @cached_property
    def minima(self) -> list[tuple[float, ...]]:
        """Those that are known and in the picture, the lowest first."""
        inside = [
            p for p in self.objective.minima if all(a <= x <= b for x, (a, b) in zip(p, self.window, strict=True))
        ]
        return sorted(inside, key=lambda place: float(self.objective.value(place)))

    @cached_property
    def _lowest_on_a_net(self) -> tuple[Array, float]:
        return lowest_on_a_net(self.objective, self.window)

    @cached_property
    def lowest_place(self) -> Array:
        """The lowest of the minima; where none is known, the lowest place of a net over the window."""
        return np.array(self.minima[0]) if self.minima else self._lowest_on_a_net[0]

    @derived
    def goes_lower(self) -> bool:
        """Whether the picture, or a run, has lower ground than the lowest of the minima."""
        if not self.minima:
            return False
        dip = float(self.objective.value(self.minima[0]))
        found = min(self._lowest_on_a_net[1], *(float(np.nanmin(run.values)) for run in self.runs.values()))
        return bool(found < dip - SAME * abs(dip) - NOTHING)

    @property
    def _dip(self) -> float:
        """The error at the lowest of the minima, or of the net."""
        return float(self.objective.value(self.lowest_place))

    @property
    def lowest(self) -> float | None:
        """The lowest error, if it is that of a minimum."""
        return self._dip if self.minima and not self.goes_lower else None

    @cached_property
    def equally_low(self) -> int:
        """How many of the minima are as low as the lowest."""
        values = np.array([float(self.objective.value(place)) for place in self.minima])
        return int(np.sum(values <= values[0] + SAME * abs(values[0]) + NOTHING)) if len(values) else 0

    @cached_property
    def outcome(self) -> Outcome:
        places = {name: run.iterates[run.ended_at] for name, run in self.runs.items()}
        misses = {name: missed(self.objective, self.samples, place) for name, place in places.items()}
        return Outcome(self.runs, self.lowest, misses)

    @cached_property
    def valley(self) -> Valley:
        with np.errstate(all="ignore"):
            return Valley(self.runs, np.asarray(self.objective.hessian(self.lowest_place)))

    @cached_property
    def chosen(self) -> tuple[Array, Array]:
        """The choices that are looked at (n, 2), and their errors (n,)."""
        places = three_choices(self.objective, self.window, np.array(self.start), self.lowest_place)
        return places, np.array([float(self.objective.value(place)) for place in places])

    # What is said ---------------------------------------------------------------------------------------------------

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.runs

    def numbers(self) -> Mapping[str, Number]:
        return {
            "points": self.objective.samples,
            "points_drawn": len(self.samples.inputs),
            "start_error": float(self.runs[GD].values[0]),
            **{f"{name}_error": last_value(run) for name, run in self.runs.items()},
            **{f"{name}_learning_rate": rate for name, rate in self.rates.items()},
            "lowest_error": "not known" if self.lowest is None else self.lowest,
            "minima": len(self.minima),
        }

    def claims(self) -> Iterator[Claim]:
        for name, run in self.runs.items():
            ends = f"from {figure(float(run.values[0]))} to {figure(last_value(run))}"
            yield Claim(f"the curve of {NAMES[name]} gets closer to the points: {ends}", goes_down(run))

    def words(self) -> Mapping[str, str]:
        errors = [figure(float(error)) for error in self.chosen[1]]
        batch = self.parameters.batch
        told = f"{self.squares} of the squared bars" if self.squares else loss_told(self.objective)
        return {
            "how_many": self.samples.told,
            "letters": " and ".join(map(str, self.objective.variables)),
            "error_is": told,
            "errors": ", ".join(errors),
            "what_is_lowest": lowest_told(self.minima, self.lowest, self._dip, self.equally_low),
            "each_step": "" if batch is None else f" Each step looks at {batch} of the points.",
            "rates": rates_told(self.rates, bool(self.parameters.learning_rate)) + self.smooth_told,
            "who_fits": self.outcome.told(),
            "best_possible": self.outcome.best_possible,
            "both": self.valley.told,
        }

    @derived
    def smooth_told(self) -> str:
        """What gradient descent comes to at momentum's rate, if it is that rate which lets it zigzag."""
        if not self.valley.parts_them or self.rates[GD] == self.rates[MOMENTUM]:
            return ""
        run = self._run(self._rule(GD, self.rates[MOMENTUM]))
        return calm_told(self.valley, run, self.rates[MOMENTUM])

    @cached_property
    def squares(self) -> str:
        """What the error is of the squared misses, if it is that."""
        return squares_of(self.objective, np.array([self.start, self.lowest_place]))

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Which curve fits your data?"""
        self.show_title(self.stand.wide, self.points)

    def model(self) -> None:
        """The data: {how_many}. The model has two numbers that are free, {letters}: turn one, and the curve moves."""
        stand, turn = self.stand, ValueTracker(0.0)
        speaker = Speaker(self.play, stand.wide_foot)
        speaker.say(self.samples.told)
        self.wait(0.8)
        self.play(FadeIn(stand.model), run_time=0.7)
        curve, readout = self.turned = (Following(stand.wide, self.turns, stand.color), stand.turning(self.turns))
        self.play(Create(curve), run_time=1.2)
        self.bring_to_front(self.points)
        self.play(FadeIn(readout), run_time=0.5)
        for k, letter in enumerate(map(typeset, self.objective.variables)):
            speaker.say(f"turn ${letter}$")
            self.drive(curve, turn)
            self.drive(readout, turn)
            self.play(turn.animate.set_value(3.0 * (k + 1)), run_time=3.6, rate_func=smooth)
            self.release()
        speaker.hush()

    @cached_property
    def turns(self) -> Array:
        return turned_one_by_one(np.array(self.start), self.objective.view)

    def choices(self) -> None:
        """A choice of {letters} is a curve, and a point at the right. What it misses, the bars, makes its error E:
        {error_is}. Errors of the choices: {errors}."""
        stand, move = self.stand, ValueTracker(0.0)
        self.play(*map(FadeOut, (stand.wide, stand.model, *self.turned)), run_time=0.5)
        self.drive(self.points, move)
        self.play(move.animate.set_value(1.0), run_time=1.0, rate_func=smooth)
        self.release()
        self.play(FadeIn(stand.panel), FadeIn(stand.plane), run_time=0.6)
        self.bring_to_front(self.points)
        places, errors = self.chosen
        self.curve, self.bars = (
            Following(stand.panel, places, stand.color),
            bars(stand.panel, places, palette().quiet),
        )
        self.marks = marked(stand.map, places, errors, stand.color)
        self.play(Create(self.curve), run_time=0.9)
        self.play(GrowFromCenter(self.marks[0][0]), run_time=0.5)
        stand.speaker.say("one choice: a curve, and a point", "one choice, one curve")
        self.wait(1.0)
        self.play(FadeIn(self.bars), run_time=0.6)
        self.bring_to_front(self.curve, self.points)
        stand.speaker.say("the bars: what it misses", "what it misses")
        self.wait(1.2)
        self.readout = stand.reading(self.objective, places)
        self.play(FadeIn(stand.error), FadeIn(self.readout), FadeIn(self.marks[0][1]), run_time=0.6)
        stand.speaker.say(*error_told(self.squares, self.objective))
        self.wait(2.4)
        step = ValueTracker(0.0)
        for k in range(1, len(places)):
            change = compared(errors[k], errors[k - 1])
            stand.speaker.say(f"another choice: its error is {change}", f"another choice: {change}")
            for shown in (self.bars, self.curve, self.readout):
                self.drive(shown, step)
            self.play(step.animate.set_value(float(k)), run_time=2.2, rate_func=smooth)
            self.release()
            self.play(GrowFromCenter(self.marks[k][0]), FadeIn(self.marks[k][1]), run_time=0.5)
            self.wait(1.0)

    def landscape(self) -> None:
        """Each choice has its error: all of them together are a landscape, {what_is_lowest}."""
        stand, share = self.stand, ValueTracker(0.0)
        stand.speaker.hush()
        self.play(FadeOut(self.bars), FadeOut(self.curve), *(FadeOut(mark[1]) for mark in self.marks), run_time=0.5)
        net = Net(self.objective, stand.map, np.array(self.start))
        curves = fan(stand.panel, net.choices[:: max(1, len(net.choices) // 40)])
        self.play(FadeIn(curves), FadeOut(self.readout), FadeIn(stand.legend), run_time=0.6)
        self.bring_to_front(self.points)
        stand.speaker.say(f"{len(net.choices)} choices: a curve and a point each", f"{len(net.choices)} choices")
        self.add(net)
        self.drive(net, share)
        self.play(share.animate.set_value(1.0), run_time=3.2, rate_func=linear)
        self.release()
        ground = VGroup(stand.map.bands, stand.map.lines, stand.map.unknown)
        self.play(FadeIn(ground), run_time=1.2)
        self.remove(net)
        stand.speaker.say("all of them: the landscape of the error", "all: the error's landscape")
        self.wait(0.8)
        self.play(FadeOut(curves), *(FadeOut(mark[0]) for mark in self.marks), run_time=0.5)
        self.ideal = Following(stand.panel, np.array([self.lowest_place]), palette().target, 3.0)
        self.found = stand.reading(self.objective, np.array([self.lowest_place]), palette().target)
        if self.minima:
            self.play(
                FadeIn(self.found),
                GrowFromCenter(stand.goals(self.minima[: self.equally_low])),
                Create(self.ideal),
                run_time=0.9,
            )
        stand.speaker.say(*lowest_said(self.minima, self.lowest, self._dip, self.equally_low))
        self.wait(2.2)

    def run(self) -> None:
        """{both}{each_step} {rates}."""
        stand, step = self.stand, ValueTracker(0.0)
        stand.speaker.hush()
        self.play(
            *(FadeOut(one) for one in (stand.error, stand.legend, *[self.found] * bool(self.minima))), run_time=0.4
        )
        self.shown = self._runners()
        trails = self.shown["trails"]
        self.play(FadeIn(VGroup(*stand.cards.values())), FadeIn(stand.counter), run_time=0.6)
        self.play(*(GrowFromCenter(trail.ball) for trail in trails), *map(Create, self.shown["curves"]), run_time=0.9)
        self.play(*map(FadeIn, self.shown["bars"]), run_time=0.4)
        if self.parameters.learning_rate is None:
            stand.speaker.say("each at the best rate of those tried", "each at its best rate")
        self.add(*trails)
        self.bring_to_front(self.points)
        last, moment = self.outcome.steps, self.outcome.moment
        stretches = [(last, QUICK + SLOW)] if moment is None else [(moment[0], QUICK), (moment[1], SLOW), (last, QUICK)]
        for k, (until, seconds) in enumerate(stretches):
            if moment is not None and k:
                stand.speaker.say(*(self.outcome.moment_announced() if k == 1 else self.outcome.moment_told()))
            self._walk(step, until, seconds)
        if moment is not None or self.valley.parts_them:
            stand.speaker.say(*(self.valley.said(stand.rows[2]) if self.valley.parts_them else self.outcome.way_told()))
        self.wait(2.4)

    def _runners(self) -> dict[str, list[Any]]:
        """What moves: balls with their paths, curves, and what they misses are."""
        panel, ways = self.stand.panel, {n: run.iterates[: run.ended_at + 1] for n, run in self.runs.items()}
        aside = {GD: -ASIDE, MOMENTUM: ASIDE}
        return {
            "trails": self.stand.trails(self.runs),
            "bars": [bars(panel, way, rule_color(name), aside[name]) for name, way in ways.items()],
            "curves": [Following(panel, way, rule_color(name)) for name, way in ways.items()],
        }

    def _walk(self, step: ValueTracker, until: int, seconds: float) -> None:
        """Take the steps, all things together."""
        if until <= step.get_value():
            return
        for shown in (*self.shown["bars"], *self.shown["curves"], *self.shown["trails"], self.stand.counter):
            self.drive(shown, step)
        for name, card in self.stand.cards.items():
            self.drive(card, step, partial(error_at, self.runs[name]))
        self.play(step.animate.set_value(float(until)), run_time=seconds, rate_func=linear)
        self.release()

    def answer(self) -> None:
        """After {steps} steps at these rates {who_fits}.{best_possible}"""
        stand, move = self.stand, ValueTracker(1.0)
        self.play(*(FadeOut(one) for one in self.mobjects if one not in (self.heading, self.points)), run_time=0.6)
        stand.speaker.said = None
        self.drive(self.points, move)
        self.play(move.animate.set_value(0.0), run_time=1.0, rate_func=smooth)
        self.release()
        self.play(FadeIn(stand.wide), run_time=0.4)
        self.bring_to_front(self.points)
        entries = dict(zip(("", *self.outcome.ranking[::-1]), stand.entries(self.outcome), strict=True))
        for name, entry in entries.items():
            if not name and self.lowest is None:
                continue
            way = np.array([self.runs[name].iterates[self.runs[name].ended_at] if name else self.lowest_place])
            color, width = (rule_color(name), 6.0) if name else (palette().target, 3.0)
            self.play(Create(Following(stand.wide, way, color, width)), FadeIn(entry), run_time=1.0)
            self.wait(0.5)
        Speaker(self.play, stand.wide_foot).say(*self.outcome.sentence())
        self.wait(4.0)

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def stand(self) -> Stand:
        return Stand(self)

    @cached_property
    def points(self) -> VMobject:
        return self.stand.points()
