"""Momentum is a weighted sum of all gradients so far.

The update rule refers to the update before, so each update can be put in place of its name in the next line: what
stands in one line moves into the next, and beside the lines each gradient has a bar, which shrinks whenever it is
multiplied. Then the weights of that sum, with the numbers of a run, and what they add up to if the gradient stays
the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from manim import DL, DOWN, LEFT, UL, Create, GrowFromEdge, LaggedStart, ValueTracker, VGroup, linear, rate_functions
from pydantic import Field

from objectives import AnyObjective, find_objective
from objectives.errors import UsageError
from optimizers import Momentum, Trajectory, descend, theory
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
from scenes.props.unrolling import telling
from scenes.props.unrolling.age_bars import NAMED, AgeBars
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.bars import WeightedSum, label_room, taken
from scenes.stage.panels.gain_chart import ENOUGH, GainChart, gain_words, settling_steps
from scenes.stage.panels.unrolled import (
    columns_of,
    filling,
    fitting_size,
    general,
    generalised,
    left_side,
    multiplying,
    multiplying_seconds,
    nothing,
    power,
    recursive,
    retyped,
    right_side,
    rule,
    rule_block,
    short_slope,
    substituted,
    unrolled,
)
from scenes.stage.words.derivation import Line, Mark, Part, Rewrite
from scenes.stage.words.figures import figure
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import SMALL, Formula, Words, lines, quiet

WIDEST = 74.0  # size of the last update alone, if the frame is wide enough

# The clip -------------------------------------------------------------------------------------------------------------


class Unrolling(LectureScene):
    """The momentum update, unrolled: each gradient so far, the older the lighter."""

    title = "Momentum is a weighted sum of all gradients so far"
    beats = ("opening", "rule", "first_step", "substitution", "general", "weights", "gain")
    poster = "weights"

    class Parameters(ClipParameters):
        terms: int = Field(4, ge=2, le=5, description="How many updates are written out.")
        objective: ObjectiveName = Field(
            "theta_squared", description="What the run minimises whose numbers are shown: a name, or an expression."
        )
        start: Point | None = Field(None, description="Where the run starts; if not given, where the objective says.")
        learning_rate: LearningRate = Field(0.05, description="Learning rate of the run.")
        momentum: Coefficient = Field(
            0.6, le=0.9999, description="Momentum coefficient, of the run and of the gain; at most 0.9999."
        )

    # The run --------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return find_objective(self.parameters.objective)

    @cached_property
    def run(self) -> Trajectory:
        wanted, start = self.parameters, start_of(self.parameters.start, self.objective)
        rule = Momentum(learning_rate=wanted.learning_rate, momentum=wanted.momentum)
        run = descend(self.objective, rule, start, self.count)
        if run.ended_at < self.count:
            raise UsageError(
                f"unrolling: the run on {self.objective.name} ends after {run.ended_at} of {self.count} steps "
                "(it diverges, or has no gradient there): choose a smaller learning rate or another start."
            )
        return run

    @cached_property
    def gradients(self) -> Array:
        """The first coordinate of the gradient at each step, (terms,)."""
        return np.asarray(self.run.gradients[:-1, 0])

    @cached_property
    def unrolled_weights(self) -> Array:
        """The weight of each gradient in the last update, (terms,)."""
        wanted = self.parameters
        return theory.unrolled_weights(self.count, wanted.momentum, wanted.learning_rate)

    @cached_property
    def contributions(self) -> Array:
        """What each gradient adds to the last update, (terms,)."""
        return self.unrolled_weights * self.gradients

    @property
    def update(self) -> float:
        """The last update of the run, its first coordinate."""
        return float(self.run.updates[-1, 0])

    @property
    def limit(self) -> float:
        return float(1 / (1 - self.parameters.momentum))

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {"momentum": self.run}

    def numbers(self) -> Mapping[str, Number]:
        steps = settling_steps(self.parameters.momentum)
        return {
            "update": self.update,
            "sum_of_contributions": float(self.contributions.sum()),
            "newest_contribution": float(self.contributions[-1]),
            "gain_steps": steps,
            "gain_reached": theory.constant_gradient_gain(steps, self.parameters.momentum),
            "gain_limit": self.limit,
        }

    def words(self) -> Mapping[str, str]:
        momentum = self.parameters.momentum
        return {
            "shrinking": telling.shrinking(momentum),
            "oldest_words": telling.of_age(self.contributions, momentum),
            "newest_words": figure(self.contributions[-1], 4),
            "update_words": figure(self.update, 4),
            "gain_words": " ".join(gain_words(momentum)),
        }

    def claims(self) -> Iterator[Claim]:
        wanted, found = self.parameters, self.numbers()
        gap, scale = abs(self.contributions.sum() - self.update), np.abs(self.run.iterates[-2:, 0]).max()
        scale = max(scale, np.abs(self.contributions).max())
        yield Claim(
            f"the contributions of {self.count} gradients add up to update {self.count} of the run, "
            f"{figure(self.update, 6)}, up to rounding: the difference is {figure(gap, 1)}",
            bool(gap <= 1e-12 * scale),
        )
        yield Claim(
            f"the past counts: the first of {self.count} gradients still has "
            f"{figure(100 * wanted.momentum ** (self.count - 1))} % of the weight of the newest",
            wanted.momentum ** (self.count - 1) > 0.01,
        )
        yield Claim(
            f"the older a gradient is, the less it adds: {', '.join(figure(c) for c in self.contributions)}",
            telling.older_adds_less(self.contributions),
        )
        share = found["gain_reached"] / self.limit  # type: ignore[operator]  # both are floats
        yield Claim(
            f"the gain comes within 1 % of its limit {figure(self.limit, 4)}: after {found['gain_steps']} steps "
            f"it is {figure(found['gain_reached'], 4)}",
            share >= ENOUGH - 1e-9,
        )

    def remarks(self) -> Iterator[str]:
        if self.objective.dimension > 1:
            yield f"The numbers are the first coordinate, {self.objective.variables[0]}, of each vector."

        if self.count < self.parameters.terms:
            yield f"A narrow picture has room for {self.count} updates: {self.parameters.terms} need a wider one."

    # Places ---------------------------------------------------------------------------------------------------------

    @cached_property
    def count(self) -> int:
        """How many updates are written out: as many as was asked for, but in a narrow picture no more than fit."""
        return telling.room_for(int(self.parameters.terms))

    @cached_property
    def size(self) -> float:
        """Type size of the lines: the longest one fills the width, at most."""
        count = self.count
        return fitting_size([substituted(count), unrolled(count), general()], self.boxes[0].width - self.indent)

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The lines, and the bars: beside them, or below them in a tall picture."""
        stage = layout.stage()
        if layout.is_wide():
            bars, lines = stage.right_slice(0.3 * stage.width, gap=0.5)
            return lines, bars.inset(top=0.12 * stage.height, bottom=0.12 * stage.height)
        bars, lines = stage.bottom_slice(0.3 * stage.height, gap=0.2)
        aside = 0.15 * stage.width
        return lines, bars.inset(left=aside if layout.is_tall() else max(aside, NAMED), right=aside)

    @cached_property
    def bars(self) -> AgeBars:
        return AgeBars(self.boxes[1], self.count, self.parameters.momentum, palette().terms)

    @cached_property
    def age(self) -> ValueTracker:
        return ValueTracker(0.0)  # how many lines are written: see `weights_at`

    @cached_property
    def indent(self) -> float:
        """Before the lines: where the name of the update is short, the labels below it reach further to the left."""
        name = Line(left_side(self.count)[:1], SMALL)
        return max(0.0, label_room() - name.width - 0.01) / 2

    @cached_property
    def pitch(self) -> float:
        """From line to line while they are written: the rule, update_0, and the updates fill the stage."""
        return min(0.95, self.boxes[0].height / float(self.count + 2))

    @cached_property
    def close_pitch(self) -> float:
        """From line to line where the general line and the sum find room below the updates."""
        sum_height = 0.036 * self.size
        return min(0.9, (layout.stage().height - sum_height) / float(self.count + 1.85))

    @cached_property
    def longest(self) -> Line:
        """The last update unrolled: its equal sign is above those of all lines."""
        line = Line(unrolled(self.count), self.size)
        return layout.place(line, self.boxes[0].inset(left=self.indent), LEFT)

    @cached_property
    def large(self) -> Line:
        """The last update alone, at the top, as large as the picture is wide."""
        parts, stage = unrolled(self.count), layout.stage().inset(left=self.indent)
        return layout.place(Line(parts, fitting_size([parts], stage.width - 0.7, WIDEST)), stage, UL)

    def equal_sign(self, row: float, pitch: float | None = None) -> Array:
        """Where the equal sign of a row stands; rows count from the top of the stage."""
        across, apart = self.longest.middle("eq")[0], pitch or self.pitch
        return np.array([across, self.boxes[0].top - apart * (row + 0.5), 0.0])

    def close_up(self, lines: Sequence[Line], run_time: float = 1.0) -> None:
        """Move lines to the first rows, nearer to each other."""
        places = [self.equal_sign(row, self.close_pitch) for row in range(len(lines))]
        moves = (line.animate.shift(place - line.middle("eq")) for line, place in zip(lines, places, strict=True))
        self.play(*moves, run_time=run_time)

    def line(self, parts: Sequence[Part], row: float) -> Line:
        """A line of the derivation with its equal sign in its place."""
        return Line(parts, self.size).meet(self.equal_sign(row))

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Momentum is a weighted sum of all gradients so far."""
        self.rules, self.below = rule_block()
        self.show_title(self.longest, self.bars.display(self.count))

    def rule(self) -> None:
        """Each update is the momentum coefficient times the update before, plus the learning rate times the new
        gradient."""
        self.vanish(self.longest, self.bars)
        self.bars.display(0.0)
        for formula, note, seconds in zip(self.rules, self.below, (2.0, 1.2, 1.2), strict=True):
            self.play(FadeIn(formula, lag_ratio=0.08), run_time=0.9)
            self.play(FadeIn(note), run_time=0.4)
            self.wait(seconds)

    def first_step(self) -> None:
        """At first there is no update before: the first update is the first gradient times the learning rate."""
        self.vanish(self.rules[1], *self.below)
        self.reminder, self.nothing = self.line(rule(palette().quiet), 0), self.line(nothing(), 1)
        self.play(retyped(self.rules[0], self.reminder), retyped(self.rules[2], self.nothing), run_time=1.1)
        self.play(FadeIn(self.bars), run_time=0.5)
        self.written = [self._unroll(1, self.nothing)]

    def substitution(self) -> None:
        """Put each update in place of its name in the next line, and multiply out: every gradient so far is in
        it{shrinking}."""
        for step in range(2, self.count + 1):
            self.written.append(self._unroll(step, self.written[-1], pace=0.9 if step < 4 else 0.6))
        self.wait(1.0)

    def general(self) -> None:
        """After any number of steps each gradient is in the update, times the learning rate and the momentum
        coefficient to the power of its age."""
        self.vanish(self.reminder, self.nothing, *([] if layout.is_wide() else [self.bars]))
        self.close_up(self.written)
        self.closing = dots, formula, total = self._closing()
        self.play(Rewrite(VGroup(), formula, generalised(self.written[-1], formula)), run_time=2.0)
        self.play(FadeIn(dots), run_time=0.4)
        self.wait(2.0)
        self.play(FadeIn(total, lag_ratio=0.08), run_time=1.0)
        self.wait(2.5)

    def weights(self) -> None:
        """A run with these weights{oldest_words}: the newest gradient adds {newest_words}, all of them together
        {update_words}."""
        last, large = self.written[-1], self.large
        self.vanish(*self.written[:-1], *self.closing, *([self.bars] if layout.is_wide() else []))
        self.play(retyped(last, large), run_time=1.0)
        self.notes = self._notes()
        self.ledger = self._ledger()
        self._show_weights(self.ledger)
        self._show_contributions(self.ledger)

    def gain(self) -> None:
        """The same gradient, again and again: the update grows towards {gain_words}."""
        self.vanish(self.large, self.ledger, self.notes)
        chart = GainChart(self.parameters.momentum)
        self._show_series(chart)
        self._show_staircase(chart)
        self._show_limit(chart)

    # Parts of the beats ---------------------------------------------------------------------------------------------

    def _unroll(self, step: int, above: Line, pace: float = 1.0) -> Line:
        """Write the rule for a step, put the line above into it, multiply out."""
        asked, filled, done = (self.line(make(step), step + 1) for make in (recursive, substituted, unrolled))
        marks = VGroup(Mark(right_side(above)), Mark(asked.part("inner")))
        self.drive(self.bars, self.age)
        self.play(FadeIn(asked, lag_ratio=0.08), self.age.animate.set_value(step - 0.5), run_time=1.1 * pace)
        self.release()
        self.wait(0.7 * pace)
        self.play(FadeIn(marks), run_time=0.4)
        self.wait(0.3 * pace)
        fill = Rewrite(asked, filled, filling(above, asked, filled), run_time=1.9 * pace)
        self.play(fill, FadeOut(marks[1], run_time=0.4 * pace))
        self.play(FadeOut(marks[0]), run_time=0.3)
        self.wait(0.6 * pace)
        self.drive(self.bars, self.age)
        seconds = multiplying_seconds(step - 1)
        rewriting = Rewrite(filled, done, multiplying(filled, done))
        self.play(rewriting, self.age.animate.set_value(step), run_time=seconds)
        self.release()
        self.wait(1.1 * pace)
        return done

    def _closing(self) -> tuple[Formula, Line, Line]:
        """Below the written lines: dots, the general line, and the sum."""
        rows, pitch = self.count, self.close_pitch
        dots = Formula("dots.v", self.size).move_to(self.equal_sign(rows - 0.06, pitch))
        formula = Line(general(), self.size).meet(self.equal_sign(rows + 0.85, pitch))
        total = Line([Part("eq", "="), Part("sum", f"sum_(i=1)^t {power('t-i')} {short_slope('i')}")], self.size)
        total.meet(self.equal_sign(0)).next_to(formula, DOWN, buff=0.15, coor_mask=np.array([0, 1, 0]))
        return dots, formula, total

    def _ledger(self) -> WeightedSum:
        """The numbers of the run below the terms of the last line."""
        count, line, stage = self.count, self.large, layout.stage()
        box = Box(stage.left, self.notes.get_top()[1] + 0.25, stage.right, line.get_bottom()[1] - 0.3)
        weight = f"${power(f'{count}-i')} {notation().learning_rate}$"
        labels = ("weight", weight, "$times thin g_i$", f"${notation().update}_{count}$")
        return WeightedSum(box, columns_of(line, count), self.unrolled_weights, self.gradients, labels)

    def _notes(self) -> VGroup:
        """Two lines at the bottom: which run it is, and the step that it took."""
        before, after = self.run.iterates[-2:, 0]
        check = Words(telling.first_fitting(telling.check_words(self.count, before, after, self.update)), SMALL)
        source = lines(*map(quiet, self._run_words()), gap=0.15)
        return layout.place(lines(source, check, gap=0.2), layout.stage(), DL)

    def _run_words(self) -> list[str]:
        """Which run the numbers are from, as one or two lines of markup."""
        wanted, start = self.parameters, start_of(self.parameters.start, self.objective)
        return telling.run_words(self.objective, start, wanted.learning_rate, wanted.momentum)

    def _show_weights(self, ledger: WeightedSum) -> None:
        self.play(FadeIn(self.notes[0]), FadeIn(ledger.base), FadeIn(ledger.weight_label), run_time=0.6)
        self.wait(0.4)
        grow = [GrowFromEdge(bar, DOWN) for bar in reversed(ledger.bars)]
        self.play(LaggedStart(*grow, lag_ratio=0.5), run_time=1.8)
        self.play(LaggedStart(*map(FadeIn, reversed(ledger.weights)), lag_ratio=0.4), run_time=1.2)
        self.wait(1.5)

    def _show_contributions(self, ledger: WeightedSum) -> None:
        self.play(FadeIn(ledger.value_label), LaggedStart(*map(FadeIn, ledger.values), lag_ratio=0.4), run_time=1.4)
        self.wait(1.2)
        self.play(FadeIn(ledger.sum_label), LaggedStart(*map(FadeIn, ledger.products), lag_ratio=0.4), run_time=1.6)
        self.wait(0.8)
        self.play(FadeIn(ledger.total), run_time=0.5)
        self.wait(0.8)
        self.play(FadeIn(self.notes[1]), run_time=0.5)
        self.wait(3.0)

    def _show_series(self, chart: GainChart) -> None:
        self.play(FadeIn(chart.words), FadeIn(chart.series, lag_ratio=0.05), run_time=1.0)
        self.wait(1.2)

    def _show_staircase(self, chart: GainChart) -> None:
        self.play(FadeIn(chart.stairs), FadeIn(chart.side), run_time=0.7)
        self.wait(0.8)
        step = ValueTracker(0.0)
        self.drive(chart.stairs, step)
        self.drive(chart.step, step, taken)
        self.drive(chart.gain, step, chart.gain_after)
        self.play(step.animate.set_value(3), run_time=2.4, rate_func=linear)
        self.play(step.animate.set_value(chart.steps), run_time=4.0, rate_func=rate_functions.ease_in_out_sine)
        self.release()
        self.wait(0.5)

    def _show_limit(self, chart: GainChart) -> None:
        self.play(FadeIn(chart.closed, lag_ratio=0.05), run_time=0.8)
        self.wait(1.0)
        self.play(Create(chart.line), FadeIn(chart.label), run_time=0.9)
        self.wait(0.8)
        self.play(FadeIn(chart.verdict), run_time=0.5)
        self.wait(2.5)
