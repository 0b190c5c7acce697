"""Momentum oscillates in and out of the valley, and still arrives first.

New data turn the neuron's wide valley into a narrow one. In the wide one momentum turns back a few times. Then both
rules start on the flank of the narrow one: gradient descent creeps,
momentum shoots through and turns back, again and again, and its error falls all the same. On the error strip a dip is
told from an arrival: what counts is the step from which the error stays below the tolerance. U-turns for which the
map has no room are shown closer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, cast

import numpy as np
from manim import Create, GrowFromCenter, Mobject, ValueTracker, VGroup, VMobject, linear
from pydantic import Field

from objectives import OBJECTIVES, AnyObjective, DataObjective
from optimizers import Rule, Trajectory, descend
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
from scenes.props.u_turn.both import Both
from scenes.props.u_turn.exhibit import Exhibit, between
from scenes.props.u_turn.ground import Valleys
from scenes.props.u_turn.verdict import (
    barely_left,
    both_at_last,
    both_named,
    compared,
    dip_and_arrival,
    errors_at_last,
    outcome,
    ringed,
    told_at_last,
    turned_in,
    turning,
)
from scenes.reads import derived
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array, crosses, inside, polyline_points
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap, containing, heights, levels
from scenes.stage.maps.even_map import even_map
from scenes.stage.maps.legend import legend
from scenes.stage.panels.scoreboard import Scoreboard
from scenes.stage.runs.closer import Closer, counted, seen_closer, with_room
from scenes.stage.runs.pair import GD, MOMENTUM, pair_of_rules
from scenes.stage.words.endings import HARDLY_MOVED, hardly_moved, last_value
from scenes.stage.words.figures import at_most, figure, in_math
from scenes.stage.words.turning import SEEN_AS, SHOWN, TOO_SMALL, u_turns
from scenes.stage.words.typesetting import Words, fitting_words

OLD_DATA = "gentle_slope_neuron"
LAST = 10  # steps at the end, whose largest error tells an arrival from a dip
LEAD = 6  # steps before the first u-turn at which the film slows down
QUICK, SLOW, BRISK = 12.0, 2.5, 7.0  # steps a second
BEFORE = 3.6  # seconds of the runs on the wide valley
NEVER = "never"
LONGEST = 12.0  # seconds of one stretch
FOOT = 0.85  # height of the line for words, before the scoreboard has one


class UTurn(LectureScene):
    """Momentum oscillates in and out of the valley, and still arrives first."""

    title = "Momentum turns back and forth across the valley"
    beats = ("opening", "old_data", "new_data", "in_and_out", "closer", "still_faster")

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field(
            "valley_neuron", description="What is minimised: a name, or an expression in two variables."
        )
        start: Point | None = Field(None, description="Where both start; if not given, where the objective says.")
        learning_rate: LearningRate = Field(1.0, description="Learning rate of both rules.")
        momentum: Coefficient = Field(0.85, description="Momentum coefficient.")
        steps: int = Field(100, ge=2, le=2000, description="How many steps.")
        tolerance: float = Field(1e-3, gt=0, allow_inf_nan=False, description="Error below which a run has arrived.")

    # The run --------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, "u_turn")

    @cached_property
    def rules(self) -> dict[str, Rule[Any]]:
        return pair_of_rules(self.parameters.learning_rate, self.parameters.momentum)

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        return self._from_the_start(self.objective)

    @cached_property
    def before(self) -> dict[str, Trajectory]:
        """The same two on the old data's valley, from the same start."""
        return self._from_the_start(self.first_objective)

    def _from_the_start(self, ground: AnyObjective) -> dict[str, Trajectory]:
        start, steps = start_of(self.parameters.start, self.objective), self.parameters.steps
        return {name: descend(ground, rule, start, steps) for name, rule in self.rules.items()}

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.runs

    def numbers(self) -> Mapping[str, Number]:
        slow, fast = self.runs[GD], self.runs[MOMENTUM]
        return {
            "gradient_descent_error": last_value(slow),
            "momentum_error": last_value(fast),
            "largest_of_last_errors": max(last_value(fast), float(np.max(fast.values[: fast.ended_at + 1][-LAST:]))),
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
        yield Claim(f"momentum takes at least 3 u-turns: {turns} in {wanted.steps} steps", turns >= 3)
        yield Claim(f"gradient descent takes no u-turn: {slow_turns}", slow_turns == 0)
        yield Claim(
            f"momentum arrives, not only dips: its error stays below {figure(wanted.tolerance, 6)} "
            f"from step: {arrival}",
            arrival != NEVER,
        )
        yield Claim(
            f"gradient descent is still a hundred times higher: {figure(slow)}, "
            f"momentum at most {at_most(fast)} in its last {LAST} steps",
            slow > 100 * fast,
        )

    def words(self) -> Mapping[str, str]:
        shown, changes = f"The map of {self.objective.title}.", "Both rules start at the same place."
        if self.changes_data:
            wide, narrow = self.valleys.told
            turned = turned_in(self.before[MOMENTUM], self.parameters.steps)
            shown = f"Two points, a neuron, its error: {wide}. Here {turned}."
            changes = f"Other data, another error: {narrow}."
        fast = self.runs[MOMENTUM]
        return {
            "what_is_shown": shown,
            "what_changes": changes,
            "what_momentum_does": turning(fast, self.parameters.steps),
            "too_small": TOO_SMALL,
            "where_they_are": counted(fast.u_turns, with_room(fast, self.view)),
            "errors": errors_at_last(self.runs[GD], fast),
            "what_becomes_of_it": outcome(fast, self.parameters.tolerance),
        }

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Momentum turns back and forth across the valley."""
        room = self.boxes[1].bottom_slice(FOOT, gap=0.15)[1]
        self.exhibit = Exhibit(room, self.first_objective, self.objective)
        self.legend = legend(self.map)
        self.show_title(self.exhibit, self.map, self.legend)

    def old_data(self) -> None:
        """{what_is_shown}"""
        self.play(Create(self.exhibit.fit), run_time=0.9)
        self.say(self.valleys.said[0] if self.changes_data else "where does it lead?")
        self.wait(1.1)
        if self.changes_data:
            self._run_before()
        self.wait(2.1)

    def new_data(self) -> None:
        """{what_changes}"""
        self.hush()
        if self.changes_data:
            self.play(FadeOut(self.exhibit.fit), *map(FadeOut, self.on_the_wide.shown), run_time=0.5)
            self._morph_data()
            self.exhibit.data.bend(self.exhibit.fit, np.array(self.objective.minima[0]))
            self.play(Create(self.exhibit.fit), run_time=0.9)
        if self.changes_data or self.objective.minima:
            self.say(self.valleys.said[1] if self.changes_data else "to where it is lowest")
        self.goal = self._goal()
        self.play(GrowFromCenter(self.goal), run_time=0.6)
        self.wait(2.0)

    def in_and_out(self) -> None:
        """{what_momentum_does}."""
        self.play(FadeOut(self.exhibit), FadeOut(self.exhibit.fit), FadeOut(self.said), run_time=0.5)
        self.said = VGroup()
        self._furnish()
        self.play(*(FadeIn(part) for part in self.board.parts), run_time=0.8)
        self.play(*(GrowFromCenter(trail.ball) for trail in self.both.trails.values()), run_time=0.6)
        self.add(*self.both.shown, self.board.rings)
        if self.runs[MOMENTUM].u_turns:
            self.say(SEEN_AS)
        for last, pace in self.stretches:
            self._run_to(last, pace)
        if self.changes_data and self.valleys.narrows and self.runs[MOMENTUM].u_turns:
            self.say(compared(self.runs[MOMENTUM], self.before[MOMENTUM]))
        self.wait(2.4)

    def closer(self) -> None:
        """{where_they_are} {too_small}"""
        self.hush()
        near, count = self.near, len(self.runs[MOMENTUM].u_turns_at)
        if not len(near.hidden):
            self.say("a ring round each u-turn" if count else "no u-turn")
            self.wait(2.2)
            self.say(SHOWN)
            self.wait(2.4)
            return
        share, window = ValueTracker(0.0), near.window()
        self.play(Create(window), run_time=0.6)
        self.say(f"the end of the way, ${in_math(figure(near.magnified, 2))}$ times closer")
        self.wait(0.6)
        window.add_updater(lambda frame: frame.set_points(polyline_points(near.frame(share.get_value()))))
        self.play(share.animate.set_value(1.0), run_time=1.2)
        window.clear_updaters()
        trail, step = near.trail(rule_color(MOMENTUM)), ValueTracker(float(near.begin))
        inset = VGroup(near.map, near.goal(), trail)
        self.play(FadeIn(inset), *map(FadeOut, self.far), FadeOut(window), run_time=0.8)
        self.add(near.rings, near.faint_rings, trail)
        self.drive(near.rings, step)
        self.drive(near.faint_rings, step)
        self.drive(trail, step)
        last = self.runs[MOMENTUM].ended_at
        self.play(step.animate.set_value(last), run_time=min((last - near.begin) / BRISK, LONGEST), rate_func=linear)
        self.release()
        self.inset.add(inset, near.rings, near.faint_rings)
        self.say(SHOWN)
        self.wait(2.6)
        self.say(seen_closer(count, self.both.ringed, len(near.narrower)))
        self.wait(2.4)

    def still_faster(self) -> None:
        """After {steps} steps {errors}. {what_becomes_of_it}"""
        self.hush()
        back = [FadeOut(self.inset), *map(FadeIn, self.far)] if len(self.inset) else []
        self.play(FadeOut(self.board.rings), *back, run_time=0.8)
        for sentence, mark in dip_and_arrival(self.runs[MOMENTUM], self.board.strip, self.parameters.tolerance):
            self.play(Create(mark), run_time=0.6)
            self.say(sentence)
            self.wait(2.2)
        if told := barely_left(self.runs[GD]):
            if hardly_moved(self.runs[GD], self.objective.view):
                self.play(FadeIn(self.both.by_the_ball(GD, HARDLY_MOVED)), run_time=0.5)
            self.say(told)
            self.wait(1.5)
        self.say(told_at_last(self.runs[GD], self.runs[MOMENTUM], self.parameters.tolerance))
        self.wait(2.6)

    def say(self, markup: str) -> None:
        """Put a sentence into the line for words, in place of the last one."""
        self.hush()
        self.said = self._sentence(markup)
        self.play(FadeIn(self.said), run_time=0.4)

    def hush(self) -> None:
        """Take away what was said."""
        if self.said.submobjects:
            self.play(FadeOut(self.said), run_time=0.3)
        self.said = VGroup()

    # What the beats are made of -------------------------------------------------------------------------------------

    @cached_property
    def boxes(self) -> tuple[layout.Box, layout.Box]:
        """The map at the right, and the rest."""
        stage = layout.stage()
        return layout.beside(stage, stage.height + 0.15 if layout.is_wide() else 0.48 * stage.width, 5.8)

    @derived
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

    @cached_property
    def valleys(self) -> Valleys:
        """The old surface and the new."""
        return Valleys(self.first_objective, self.objective)

    @cached_property
    def said(self) -> VMobject:
        return VGroup()

    def _sentence(self, markup: str) -> Words:
        """In the scoreboard's line, once it is there; before, at the foot of the left column."""
        if hasattr(self, "board"):
            return self.board.words(markup)
        words = fitting_words(markup, self.boxes[1].width)
        box = self.boxes[1].bottom_slice(max(FOOT, words.height))[0]
        return layout.place(words, box)

    @cached_property
    def map(self) -> ContourMap:
        return even_map(self.first_objective, self.boxes[0], self.view, self.levels)

    def _goal(self) -> VMobject:
        """The minima that lie in the view, marked on the map."""
        places = np.array([self.map.to_screen(*minimum) for minimum in self.objective.minima]).reshape(-1, 3)
        return crosses(
            places[inside(places, self.map.area)], stroke_color=palette().target, stroke_width=4.5
        ).set_z_index(3)

    def _morph_data(self) -> None:
        """Move the data points to their new places; the error surface follows."""
        old, new = cast(DataObjective, self.first_objective), cast(DataObjective, self.objective)
        share, data = ValueTracker(0.0), self.exhibit.data
        self.map.add_updater(lambda chart: chart.redraw(between(old, new, share.get_value())))
        data.add_updater(lambda panel: panel.show_data(*between(old, new, share.get_value()).data.values()))
        self.play(share.animate.set_value(1.0), run_time=3.5)
        self.map.clear_updaters()
        data.clear_updaters()

    def _furnish(self) -> None:
        """The scores at the left; paths and the rings of the u-turns on the map."""
        self.board = Scoreboard(self.boxes[1], self.rules, self.runs, turning=MOMENTUM)

    @cached_property
    def both(self) -> Both:
        """The runs on the map."""
        return Both(self.runs, self.map, self.view)

    @cached_property
    def on_the_wide(self) -> Both:
        """The runs on the map of the old data."""
        return Both(self.before, self.map, self.view)

    @cached_property
    def inset(self) -> VGroup:
        """What is seen closer, while it is."""
        return VGroup()

    @property
    def far(self) -> list[Mobject]:
        """What is seen from further off."""
        return [self.map, self.legend, *self.both.shown, self.goal]

    @cached_property
    def near(self) -> Closer:
        """Where the map has no room for a ring."""
        return Closer(self.objective, self.map, self.runs[MOMENTUM], self.both.ringed, self.boxes[0])

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

    def _run_before(self) -> None:
        """Both runs on the valley of the old data, by their names before, and by their errors in the end."""
        step = ValueTracker(0.0)
        self.say(both_named())
        self.play(*(GrowFromCenter(trail.ball) for trail in self.on_the_wide.trails.values()), run_time=0.5)
        self.add(*self.on_the_wide.shown)
        for shown in self.on_the_wide.shown:
            self.drive(shown, step)
        self.play(step.animate.set_value(self.parameters.steps), run_time=BEFORE, rate_func=linear)
        self.release()
        errors = both_at_last(self.before[GD], self.before[MOMENTUM])
        self.say(ringed(self.before[MOMENTUM], self.parameters.steps))
        self.wait(1.2)
        self.say(f"{u_turns(self.before[MOMENTUM].u_turns)}; {errors}")

    def _run_to(self, last: int, pace: float) -> None:
        """Let both rules take their steps up to `last`, at `pace` steps a second."""
        for shown in self.both.shown:
            self.drive(shown, self.step)
        self.board.drive(self.drive, self.step)
        seconds = (last - self.step.get_value()) / pace
        self.play(self.step.animate.set_value(last), run_time=seconds, rate_func=linear)
        self.release()

    @cached_property
    def step(self) -> ValueTracker:
        """The step on the screen, with fractions."""
        return ValueTracker(0.0)


def step_or_never(step: int | None) -> int | str:
    """A step as a caption says it."""
    return NEVER if step is None else step
