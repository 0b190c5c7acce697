"""Momentum oscillates in and out of the valley, and still arrives first.

New data turn the neuron's gentle slope into a narrow valley. Both rules start on its flank: gradient descent creeps,
momentum shoots through and turns back, again and again, and its error falls all the same. On the error strip a dip is
told from an arrival: what counts is the iteration from which the error stays below the tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, cast

import numpy as np
from manim import LEFT, Create, FadeIn, FadeOut, GrowFromCenter, ValueTracker, VGroup, VMobject, linear
from pydantic import Field

from objectives import OBJECTIVES, AnyObjective, DataObjective, typeset, typeset_function
from optimizers import GradientDescent, Momentum, Rule, Trajectory, descend
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    Coefficient,
    LearningRate,
    LectureScene,
    Number,
    ObjectiveName,
    Point,
    objective_of,
    start_of,
)
from scenes.stage import layout
from scenes.stage.ball import Rings, Trail
from scenes.stage.cards import Counter, RuleCard
from scenes.stage.contour_map import ContourMap, containing, heights, levels
from scenes.stage.data_panel import DataPanel
from scenes.stage.drawing import Array, crosses, dashed, discs, inside
from scenes.stage.error_strip import ErrorStrip
from scenes.stage.numerals import running_spec, widest_of
from scenes.stage.palette import palette, rule_color
from scenes.stage.typesetting import BODY, SMALL, Words, fitting_formula, number

GD, MOMENTUM = "gradient_descent", "momentum"
OLD_DATA = "gentle_slope_neuron"
LAST = 10  # iterations at the end, whose largest error tells an arrival from a dip
LEAD = 6  # steps before the first u-turn at which the film slows down
QUICK, SLOW, BRISK = 12.0, 2.5, 7.0  # steps a second
NEVER = "never"
LONGEST = 12.0  # seconds of one stretch


class UTurn(LectureScene):
    """Momentum oscillates in and out of the valley, and still arrives first."""

    title = "Momentum turns back and forth across the valley"
    beats = ("opening", "old_data", "new_data", "in_and_out", "still_faster")

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field(
            "valley_neuron", description="What is minimised: a name, or an expression in two variables."
        )
        start: Point | None = Field(None, description="Where both start; if not given, where the objective says.")
        learning_rate: LearningRate = Field(1.0, description="Learning rate of both rules.")
        momentum: Coefficient = Field(0.85, description="Momentum coefficient.")
        steps: int = Field(100, ge=2, le=2000, description="How many iterations.")
        tolerance: float = Field(1e-3, gt=0, allow_inf_nan=False, description="Error below which a run has arrived.")

    # The run --------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, "u_turn")

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        wanted, start = self.parameters, start_of(self.parameters.start, self.objective)
        rules: dict[str, Rule[Any]] = {
            GD: GradientDescent(learning_rate=wanted.learning_rate),
            MOMENTUM: Momentum(learning_rate=wanted.learning_rate, momentum=wanted.momentum),
        }
        return {name: descend(self.objective, rule, start, wanted.steps) for name, rule in rules.items()}

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.runs

    def numbers(self) -> Mapping[str, Number]:
        slow, fast = self.runs[GD], self.runs[MOMENTUM]
        return {
            "gradient_descent_error": float(slow.values[slow.ended_at]),
            "momentum_error": float(fast.values[fast.ended_at]),
            "largest_of_last_errors": float(np.max(fast.values[: fast.ended_at + 1][-LAST:])),
            "u_turns": fast.u_turns,
            "gradient_descent_u_turns": slow.u_turns,
            "dip_at": step_or_never(fast.first_below(self.parameters.tolerance)),
            "arrival_at": step_or_never(fast.stays_below(self.parameters.tolerance)),
        }

    def claims(self) -> Iterator[Claim]:
        found, wanted = self.numbers(), self.parameters
        turns, slow_turns = cast(int, found["u_turns"]), found["gradient_descent_u_turns"]
        slow, fast = cast(float, found["gradient_descent_error"]), cast(float, found["largest_of_last_errors"])
        arrival = found["arrival_at"]
        yield Claim(f"momentum takes at least 3 u-turns: {turns} in {wanted.steps} iterations", turns >= 3)
        yield Claim(f"gradient descent takes no u-turn: {slow_turns}", slow_turns == 0)
        yield Claim(
            f"momentum arrives, not only dips: its error stays below {wanted.tolerance:g} from iteration: {arrival}",
            arrival != NEVER,
        )
        yield Claim(
            f"gradient descent is still a hundred times higher: {slow:.3g}, "
            f"momentum at most {fast:.3g} in its last {LAST} iterations",
            slow > 100 * fast,
        )

    def words(self) -> Mapping[str, str]:
        if self.changes_data:
            return {
                "what_is_shown": "Two data points, one sigmoid neuron, and the map of its error: a gentle slope.",
                "what_changes": "Other data, another error surface: a narrow valley, high on both sides.",
            }
        return {
            "what_is_shown": f"The map of {self.objective.title}.",
            "what_changes": "Where it is lowest.",
        }

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Momentum turns back and forth across the valley."""
        self.show_title()

    def old_data(self) -> None:
        """{what_is_shown}"""
        self.exhibit, self.fit = self._exhibit()
        self.map = ContourMap(self.first_objective, self.boxes[0], self.view, names_of(self.objective), self.levels)
        self.goal = self._goal()
        self.play(FadeIn(self.exhibit), run_time=0.8)
        self.play(FadeIn(self.map), run_time=0.8)
        self.play(Create(self.fit), run_time=0.9)
        self.read(self.caption("old_data"))

    def new_data(self) -> None:
        """{what_changes}"""
        if self.changes_data:
            self.play(FadeOut(self.fit), run_time=0.5)
            self._morph_data()
            self.data.bend(self.fit, np.array(self.objective.minima[0]))
            self.play(Create(self.fit), run_time=0.9)
        self.play(GrowFromCenter(self.goal), run_time=0.6)
        self.read(self.caption("new_data"))

    def in_and_out(self) -> None:
        """The momentum carries it out of the valley: {u_turns} u-turns in {steps} iterations."""
        self.play(FadeOut(self.exhibit), FadeOut(self.fit), run_time=0.5)
        self._furnish()
        self.play(*(FadeIn(part) for part in (*self.cards.values(), self.counters, self.strip)), run_time=0.8)
        self.play(*(GrowFromCenter(trail.ball) for trail in self.trails.values()), run_time=0.5)
        self.add(self.rings, *self.trails.values(), self.strip, self.strip_rings)
        for last, pace in self.stretches:
            self._run_to(last, pace)
        self.wait(1.5)

    def still_faster(self) -> None:
        """After {steps} iterations gradient descent is at {gradient_descent_error:.5f}, momentum at
        {momentum_error:.5f}. Its error dips below {tolerance:g} first at iteration {dip_at}; from {arrival_at} on it
        stays there."""
        self.play(FadeOut(self.counters), FadeOut(self.strip_rings), run_time=0.5)
        for marks, sentence in self._verdict():
            self.play(Create(marks), FadeIn(sentence), run_time=0.8)
            self.read(sentence, seconds=2.2)
            self.sentence = sentence
            if "for good" not in sentence.typst_code:
                self.play(FadeOut(sentence), run_time=0.4)
        self.wait(1.0)

    # What the beats are made of -------------------------------------------------------------------------------------

    @cached_property
    def boxes(self) -> tuple[layout.Box, layout.Box]:
        """The map at the right, and the rest."""
        stage = layout.stage()
        return stage.right_slice(stage.height + 0.15 if layout.is_wide() else 0.48 * stage.width)

    @cached_property
    def view(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The objective's window, widened to hold the paths."""
        return containing(self.objective.view, np.concatenate([run.iterates for run in self.runs.values()]))

    @cached_property
    def levels(self) -> Array:
        """Levels of the new map, so that both maps stand on the same scale."""
        return levels(heights(self.objective, *self.view)[2])

    @cached_property
    def changes_data(self) -> bool:
        """Whether the old data can turn into the new: the same neuron, equally many samples, other values."""
        old, new = OBJECTIVES[OLD_DATA], self.objective
        if not (isinstance(old, DataObjective) and isinstance(new, DataObjective)):
            return False
        return old.loss == new.loss and old.samples == new.samples and old.name != new.name

    @cached_property
    def first_objective(self) -> AnyObjective:
        return OBJECTIVES[OLD_DATA] if self.changes_data else self.objective

    def _exhibit(self) -> tuple[VGroup, VMobject]:
        """What is minimised, and the curve of the best fit: a neuron over its data, or a formula alone."""
        objective, box = self.first_objective, self.boxes[1]
        if not isinstance(objective, DataObjective):
            return VGroup(layout.place(fitting_formula(typeset_function(objective), box.width), box)), VMobject()
        above, below = box.top_slice(1.15, gap=0.1)
        formula = fitting_formula(f"f(x) = {typeset(objective.model)}", box.width)
        later = cast(DataObjective, self.objective).data["x"]
        self.data = DataPanel(below, objective.predict, objective.data["x"], objective.data["y"], also=later)
        fit = self.data.curve(palette().quiet, np.array(objective.minima[0])) if objective.minima else VMobject()
        return VGroup(layout.place(formula, above), self.data), fit

    def _goal(self) -> VMobject:
        """The minima that lie in the view, marked on the map."""
        places = np.array([self.map.to_screen(*minimum) for minimum in self.objective.minima]).reshape(-1, 3)
        return crosses(places[inside(places, self.map.area)], stroke_color=palette().target, stroke_width=4.5)

    def _morph_data(self) -> None:
        """Move the data points to their new places; the error surface follows."""
        old, new = cast(DataObjective, self.first_objective), cast(DataObjective, self.objective)
        share = ValueTracker(0.0)

        def between() -> DataObjective:
            part = share.get_value()
            return new.with_data({name: (1 - part) * old.data[name] + part * new.data[name] for name in new.data})

        self.map.add_updater(lambda chart: chart.redraw(between()))
        self.data.add_updater(lambda panel: panel.show_data(*between().data.values()))
        self.play(share.animate.set_value(1.0), run_time=3.5)
        self.map.clear_updaters()
        self.data.clear_updaters()

    def _furnish(self) -> None:
        """Cards, counters and error strip at the left; paths and the rings of the u-turns on the map."""
        colors, errors = {name: rule_color(name) for name in self.runs}, {n: run.values for n, run in self.runs.items()}
        above, below = self.boxes[1].top_slice(2.5, gap=0.3)
        counting, strip = below.top_slice(0.5, gap=0.15)
        self.cards = dict(zip(self.runs, self._cards(above), strict=True))
        self.counters = VGroup(*self._counters(counting))
        self.counting = counting
        self.strip = ErrorStrip(strip, errors, colors)
        paths = {name: self.map.to_screen(*run.iterates.T) for name, run in self.runs.items()}
        self.trails = {name: Trail(paths[name], colors[name], self.map.area) for name in (MOMENTUM, GD)}
        turns, fast = self.runs[MOMENTUM].u_turns_at, self.strip.corners[MOMENTUM]
        self.rings = Rings(paths[MOMENTUM][turns], turns, 0.22, self.map.area)
        self.strip_rings = Rings(fast[turns], turns, 0.13, self.strip.area)

    def _cards(self, box: layout.Box) -> Iterator[RuleCard]:
        above, below = box.rows(1, 1, gap=0.2)
        rate = {"learning_rate": self.parameters.learning_rate}
        errors = np.concatenate([run.values for run in self.runs.values()])
        spec = running_spec(errors)
        widest = widest_of(errors, spec)
        yield RuleCard(above, GD, "gradient descent", rate, spec, widest=widest)
        settings = {**rate, "momentum": self.parameters.momentum}
        yield RuleCard(below, MOMENTUM, "momentum", settings, spec, widest=widest)

    def _counters(self, box: layout.Box) -> Iterator[Counter]:
        left, right = box.columns(1, 1, gap=0.2)
        yield Counter(left, "iteration", widest=self.parameters.steps)
        yield Counter(right, "u-turns", widest=max(10, self.runs[MOMENTUM].u_turns), ring=True)

    @cached_property
    def stretches(self) -> list[tuple[int, float]]:
        """Where the film's pace changes, and the steps a second up to there: slow round the first three u-turns."""
        turns, steps = self.runs[MOMENTUM].u_turns_at, self.parameters.steps
        if not len(turns):
            return [(steps, max(BRISK, steps / LONGEST))]
        first, third = max(1, int(turns[0]) - LEAD), min(steps, int(turns[:3][-1]) + 2)
        ends = [(first, QUICK), (third, SLOW), (steps, BRISK)]
        starts = [0, first, third]
        return [
            (end, max(pace, (end - start) / LONGEST))
            for start, (end, pace) in zip(starts, ends, strict=True)
            if end > start
        ]

    def _run_to(self, last: int, pace: float) -> None:
        """Let both rules take their steps up to `last`, at `pace` steps a second."""
        step, turns = self.step, self.runs[MOMENTUM].u_turns_at
        for shown in (self.rings, self.strip_rings, self.strip, *self.trails.values()):
            self.drive(shown, step)
        for name, card in self.cards.items():
            self.drive(card, step, reading=error_of(self.runs[name]))
        self.drive(self.counters[0], step)
        self.drive(self.counters[1], step, reading=lambda k: float(np.sum(turns <= k)))
        self.play(step.animate.set_value(last), run_time=(last - step.get_value()) / pace, rate_func=linear)
        self.release()

    @cached_property
    def step(self) -> ValueTracker:
        """The iteration on the screen, with fractions."""
        return ValueTracker(0.0)

    def _verdict(self) -> Iterator[tuple[VMobject, Words]]:
        """On the error strip: where the error first dips below the tolerance, and from where it stays below."""
        run, tolerance = self.runs[MOMENTUM], self.parameters.tolerance
        low, high = self.strip.y_axis.data
        dip, arrival = run.first_below(tolerance), run.stays_below(tolerance)
        if dip is None or not low < tolerance < high:
            return
        bound, color = number(tolerance, 3 if tolerance >= 1e-3 else 0), palette().target
        line = dashed(self.strip.to_screen([*self.strip.x_axis.data], tolerance), stroke_color=color, stroke_width=2.5)
        spot = self.strip.corners[MOMENTUM][[dip]]
        yield (
            VGroup(line, discs(spot, 0.12, stroke_color=color, stroke_width=3)),
            self._sentence(f"a dip below ${bound}$ at iteration {dip}"),
        )
        if arrival is not None:
            spot = self.strip.corners[MOMENTUM][[arrival]]
            yield (
                discs(spot, 0.11, stroke_width=0, fill_color=color, fill_opacity=1),
                self._sentence(f"below ${bound}$ for good from {arrival} on"),
            )

    def _sentence(self, markup: str) -> Words:
        return layout.place(Words(markup, BODY if layout.is_wide() else SMALL), self.counting, LEFT)


def step_or_never(step: int | None) -> int | str:
    """A step as a caption says it."""
    return NEVER if step is None else step


def error_of(run: Trajectory) -> Callable[[float], float]:
    """The error at a fractional step: that of the last iterate reached."""
    return lambda step: float(run.values[min(int(step), run.ended_at)])


def names_of(objective: AnyObjective) -> tuple[str, str]:
    """The names of a map's axes, as Typst markup."""
    first, second = (f"${typeset(variable)}$" for variable in objective.variables)
    return first, second
