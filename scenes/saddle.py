"""On flat ground small slopes that agree add up: momentum takes fewer steps there.

A saddle, then a plateau, each as terrain and map. On the ridge of the saddle there is a level spot, and the way out
begins with next to no slope; on the plateau there is hardly any slope at all. What is flat is hatched, and each rule's
card counts the steps that it takes there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from manim import ValueTracker, VMobject, linear
from pydantic import Field

from objectives import AnyObjective
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
    called,
    objective_of,
    shown,
    start_of,
)
from scenes.props.saddle.adding_up import AddingUp, Sum, summed
from scenes.props.saddle.flat_ground import FlatGround
from scenes.props.saddle.flat_steps import all_off, flat_below, off_flat, steps_on_flat
from scenes.props.saddle.row import Row
from scenes.props.saddle.telling import off_at_last, off_said, off_told, sooner
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import rule_color
from scenes.stage.maps.contour_map import containing
from scenes.stage.panels.gauge import Gauge
from scenes.stage.runs.pair import GD, MOMENTUM, NAMES
from scenes.stage.terrain.landscape import terrain_remarks
from scenes.stage.words.figures import figure, in_math, typed
from scenes.stage.words.speaker import Speaker, tinted
from scenes.stage.words.typesetting import escape

A_GROUND = {"saddle": "a saddle", "plateau": "a pit in a plateau"}  # in a sentence; any other by its title
PLACES = ("first", "second")
PACE, LONGEST = 9.0, 12.0  # steps a second, and seconds of one run at most
AHEAD = 1.5  # how many times as many steps gradient descent takes on flat ground, at least
FOOT, STRIP = 0.6, 1.3  # heights in the last picture: of the words, and of the pushes
AZIMUTHS = {"first": -40.0, "second": -32.0}
ELEVATIONS = {"first": 45.0, "second": 54.0}  # into a pit one looks from high up: its rim would hide its ground
ONTO, BEHIND = -50.0, -130.0  # azimuths from which a descent from the ridge of a saddle comes towards the camera


class Saddle(LectureScene):
    """On flat ground small slopes that agree add up: momentum takes fewer steps there."""

    title = "Who is off flat ground sooner?"
    beats = ("opening", "first_ground", "first_run", "second_ground", "second_run", "verdict")
    poster = "verdict"

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field(
            "saddle", description="The first ground: a name, or an expression in two variables."
        )
        start: Point | None = Field((3.0, 0.01), description="Where both start on the first, a little off the ridge.")
        learning_rate: LearningRate = Field(0.05, description="Learning rate of both rules on the first.")
        second_objective: ObjectiveName = Field("plateau", description="The second ground, in the same way.")
        second_start: Point | None = Field(
            None, description="Where both start on the second; if not given, where the objective says."
        )
        second_learning_rate: LearningRate = Field(1.0, description="Learning rate of both rules on the second.")
        momentum: Coefficient = Field(0.8, description="Momentum coefficient.")
        steps: int = Field(100, ge=1, le=1000, description="How many steps at most.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objectives(self) -> dict[str, AnyObjective]:
        wanted = self.parameters
        names = (wanted.objective, wanted.second_objective)
        return {place: objective_of(name, 2, "saddle") for place, name in zip(PLACES, names, strict=True)}

    @cached_property
    def starts(self) -> dict[str, tuple[float, ...]]:
        given = dict(zip(PLACES, (self.parameters.start, self.parameters.second_start), strict=True))
        return {place: start_of(given[place], objective) for place, objective in self.objectives.items()}

    @cached_property
    def rates(self) -> dict[str, float]:
        return dict(zip(PLACES, (self.parameters.learning_rate, self.parameters.second_learning_rate), strict=True))

    def rules(self, place: str) -> dict[str, Rule[Any]]:
        rate = self.rates[place]
        return {GD: GradientDescent(rate), MOMENTUM: Momentum(rate, self.parameters.momentum)}

    def runs(self, place: str) -> dict[str, Trajectory]:
        """Both rules on one of the grounds."""
        return self._all_runs[place]

    @cached_property
    def _all_runs(self) -> dict[str, dict[str, Trajectory]]:
        return {place: self._descend(place) for place in PLACES}

    def _descend(self, place: str) -> dict[str, Trajectory]:
        objective, start, steps = self.objectives[place], self.starts[place], self.parameters.steps
        return {name: descend(objective, rule, start, steps) for name, rule in self.rules(place).items()}

    @cached_property
    def on_flat(self) -> dict[str, tuple[dict[str, Array], int]]:
        """On each ground: the steps where it is flat up to each step, by rule; and the last step that is seen."""
        return {place: steps_on_flat(self.runs(place), self.view(place)) for place in PLACES}

    @cached_property
    def off(self) -> dict[str, dict[str, int | None]]:
        """On each ground, by rule: the step from which on it is off flat ground for good, if it is."""
        return {place: all_off(self.runs(place), self.view(place), self.objectives[place].minima) for place in PLACES}

    def flat_in_all(self, place: str, name: str) -> int:
        return int(self.on_flat[place][0][name][-1])

    def view(self, place: str) -> tuple[tuple[float, float], tuple[float, float]]:
        """The objective's window, widened to hold the start."""
        return containing(self.objectives[place].view, np.array([self.starts[place]]))

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {f"{place}_{name}": run for place in PLACES for name, run in self.runs(place).items()}

    def numbers(self) -> Mapping[str, Number]:
        return {f"{place}_{name}_on_flat": self.flat_in_all(place, name) for place in PLACES for name in NAMES}

    def claims(self) -> Iterator[Claim]:
        for place, objective in self.objectives.items():
            slow, fast = (self.flat_in_all(place, name) for name in NAMES)
            yield Claim(
                f"on {called(objective)} both come to flat ground, and momentum leaves first: "
                f"gradient descent takes {slow} steps there, momentum {fast}",
                fast > 0 and slow >= AHEAD * fast,
            )

    def remarks(self) -> Iterator[str]:
        for place, objective in self.objectives.items():
            low, high = np.array(objective.view).T
            start = np.array(self.starts[place])
            if not ((start >= low) & (start <= high)).all():
                yield f"The start {shown(self.starts[place])} lies outside the view of {called(objective)}."
        yield from terrain_remarks()

    def words(self) -> Mapping[str, str]:
        told = {f"{place}_title": A_GROUND.get(o.name, o.title) for place, o in self.objectives.items()}
        starts = {f"{place}_from": self._from(place) for place in PLACES}
        but = "; round the minimum it does not count" if self.objectives["second"].minima else ""
        ends = {f"{place}_ends": self._ends(place) for place in PLACES}
        gentle = {f"{place}_gentle": figure(flat_below(self.runs(place), self.view(place)), 2) for place in PLACES}
        return (
            told | starts | ends | gentle | {"sooner": self._sooner(), "outcome": self._outcome(), "but_the_goal": but}
        )

    def _from(self, place: str) -> str:
        """Where both start, and how far off the ridge of a saddle that is."""
        said = f"Both start at {shown(self.starts[place])}"
        return f"{said}: {figure(self.offset(place), 6)} beside the ridge" if self.on_saddle(place) else said

    def on_saddle(self, place: str) -> bool:
        return self.objectives[place].name == "saddle" and self.offset(place) > 0

    def offset(self, place: str) -> float:
        """How far from the x axis, which is the ridge of the saddle x^2 - y^2."""
        return abs(self.starts[place][1])

    def _ends(self, place: str) -> str:
        slow, fast = (self.flat_in_all(place, name) for name in NAMES)
        away = self.grounds[place].overshoot(MOMENTUM)
        first = f" Momentum overshoots first: uphill and out at step {away[0]}, back at step {away[1]}." if away else ""
        return f"Steps on flat ground: gradient descent {slow}, momentum {fast}{off_told(self.off[place])}.{first}"

    def _sooner(self) -> str:
        """The answer to the title's question where it is the same on both grounds; else the question."""
        return "Momentum is off the flat sooner." if self.both_flat and self.first_away else self.title

    @property
    def both_flat(self) -> bool:
        """Whether momentum comes to flat ground on both."""
        return all(self.flat_in_all(place, MOMENTUM) > 0 for place in PLACES)

    def _outcome(self) -> str:
        """What holds on both grounds, of the steps where it is flat."""
        if self.both_flat and self.first_away:
            (slow, fast), (second_slow, second_fast) = (
                [self.flat_in_all(place, name) for name in NAMES] for place in PLACES
            )
            does, (one, other) = "On flat ground momentum takes", map(sooner, self.off.values())
            if one and other:
                does, (fast, slow), (second_fast, second_slow) = "Momentum is off for good after", one, other
            fewer = f"{fast} steps instead of {slow}, and {second_fast} instead of {second_slow}"
            return f"{self._why()} {does} {fewer}.".strip()
        if self.first_away:
            return f"{self._why()} Momentum takes fewer steps on flat ground.".strip()
        return "Momentum does not take fewer steps on flat ground on both: it, too, goes only where the slope leads."

    def _why(self) -> str:
        """What the pushes of one step come to, if they agree."""
        total = self.total
        if total is None:
            return ""
        where = f"{self.objectives['second'].title}, step {total.step}"
        sum_ = f"the pushes ({where}) come to {total.said} times the newest alone"
        return f"Small slopes that agree add up: {sum_}."

    @cached_property
    def total(self) -> Sum | None:
        """The pushes of the step in the middle of momentum's way over the second flat ground, if they agree."""
        counted, _ = self.on_flat["second"]
        there = np.flatnonzero(np.diff(counted[MOMENTUM]))
        if not len(there) or not self.first_away:
            return None
        run, step = self.runs("second")[MOMENTUM], int(there[(len(there) - 1) // 2])
        found = summed(run, step, self.rates["second"], float(self.parameters.momentum))
        return found if found.agrees else None

    @property
    def first_away(self) -> bool:
        """Whether momentum takes fewer steps where it is flat, on both grounds, and is off it sooner."""
        return all(
            self.flat_in_all(place, MOMENTUM) < self.flat_in_all(place, GD)
            and off_flat(counted[MOMENTUM]) < off_flat(counted[GD])
            for place, (counted, _) in self.on_flat.items()
        )

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """{sooner}"""
        self.grounds["first"].begin()

    def first_ground(self) -> None:
        """First: {first_title}. Hatched on the map is what is flat: its slope is less than {first_gentle}, a fifth of
        the steepest that either run meets."""
        self._show_ground("first")

    def first_run(self) -> None:
        """{first_from}. {first_ends}"""
        self._run("first")

    def second_ground(self) -> None:
        """Second: {second_title}. What is flat is hatched again: below {second_gentle}{but_the_goal}."""
        self._clear("first")
        self._show_ground("second")

    def second_run(self) -> None:
        """{second_from}. {second_ends}"""
        self._run("second")

    def verdict(self) -> None:
        """{outcome}"""
        self._clear("second")
        for place in PLACES:
            self.play(FadeIn(self.last[place].picture), run_time=0.7)
            self.play(FadeIn(*self.last[place].gauges.values()), run_time=0.6)
            self.wait(0.8)
        if self.adding_up is not None:
            self._add_up(self.adding_up)
        self.speaker.say(*self._verdict())
        self.wait(4.0)

    def _add_up(self, sum_: AddingUp) -> None:
        """Lay the pushes of a step head to tail."""
        share = ValueTracker(0.0)
        self.play(FadeIn(sum_), run_time=0.5)
        self.drive(sum_, share)
        self.play(share.animate.set_value(1.0), run_time=2.2, rate_func=linear)
        self.release()
        self.play(FadeIn(sum_.number), FadeIn(sum_.limit), run_time=0.5)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _show_ground(self, place: str) -> None:
        ground = self.grounds[place]
        ground.unfold()
        speaker = ground.announcer
        if said := self._said_of(place):
            speaker.say(*said)
        ground.look(2.6, azimuth=ground.azimuth + ground.sway)
        speaker.hush()
        ground.step_aside()
        grow = [outline.presence.animate.set_value(1.0) for outline in ground.outlines]
        self.play(FadeIn(ground.hatching), FadeIn(ground.legend), *map(FadeIn, ground.goals), *grow, run_time=1.2)
        but = ", the goal not counted" if ground.goals else ""
        below = f"flat: slope below ${in_math(figure(ground.gentle, 2))}$"
        speaker.say(f"{below}{but}", below)
        self.wait(2.6)

    def _said_of(self, place: str) -> tuple[str, ...]:
        return {
            "saddle": ("level in the middle: down one way, up the other", "level in the middle"),
            "plateau": ("far from the pit hardly a slope", "hardly a slope"),
        }.get(self.objectives[place].name, ())

    def _run(self, place: str) -> None:
        """Both take their steps at the same time; the cards count those on flat ground."""
        ground = self.grounds[place]
        ground.announcer.hush()
        ground.set_out()
        if self.on_saddle(place):
            ground.speaker.say(f"${typed(self.offset(place))}$ beside the ridge", f"${typed(self.offset(place))}$ off")
            self.wait(1.8)
        ground.speaker.say(f"counted: {ground.called}", ground.called)
        ground.walk(ground.last, min(ground.last / PACE, LONGEST), azimuth=ground.azimuth - ground.sway / 2)
        if away := ground.overshoot(MOMENTUM):
            when = f"out at step ${away[0]}$, back at ${away[1]}$"
            name = tinted(NAMES[MOMENTUM], rule_color(MOMENTUM))
            ground.speaker.say(
                f"{name} overshoots: {when}",
                f"{name} overshoots at step ${away[0]}$",
                f"{name}: out at ${away[0]}$, \\ back at step ${away[1]}$",
            )
            self.play(*map(FadeIn, self.overshoots[place]), run_time=0.4)
            self.wait(1.8)
        self.wait(0.8)
        ground.speaker.say(*self._compared(place))
        self.wait(1.4)
        if said := off_said(self.off[place]):
            ground.speaker.say(*said)
            self.wait(2.0)

    def _compared(self, place: str) -> tuple[str, ...]:
        """What the numbers on the cards say together, and a shorter wording."""
        slow, fast = (self.flat_in_all(place, name) for name in NAMES)
        if slow == fast:
            return "as many steps on flat ground", "as many steps \\ on flat ground"
        told = f"${abs(slow - fast)}$ {'fewer' if fast < slow else 'more'}"
        name = tinted(NAMES[MOMENTUM], rule_color(MOMENTUM))
        return f"{name}: {told} steps on flat ground", f"steps on flat ground: \\ {name} {told}"

    def _clear(self, place: str) -> None:
        ground = self.grounds[place]
        ground.speaker.hush()
        parts = [ground.terrain, ground.map, ground.legend, ground.hatching, ground.counter, *ground.goals]
        parts += ground.cards.values()
        self.play(*map(FadeOut, (*parts, *ground.paths.values(), *self.overshoots[place])), run_time=0.7)

    def _verdict(self) -> tuple[str, ...]:
        if not self.first_away:
            return ("momentum does not take fewer steps on both", "not on both")
        if when := off_at_last(*self.off.values()):
            return when
        first = f"{tinted(NAMES[MOMENTUM], rule_color(MOMENTUM))} is off sooner"
        return (f"{first}: small slopes that agree add up", first) if self.total else (f"on both {first}", first)

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def grounds(self) -> dict[str, FlatGround]:
        return {place: self._ground(place) for place in PLACES}

    @cached_property
    def overshoots(self) -> dict[str, list[VMobject]]:
        """On each ground: the word at the part of momentum's path that overshoots, if it does."""
        return {place: ground.overshoot_marks(MOMENTUM) for place, ground in self.grounds.items()}

    def _ground(self, place: str) -> FlatGround:
        rules, runs = (lambda: self.rules(place)), (lambda: self.runs(place))
        seen = self._azimuth(place), ELEVATIONS[place]
        return FlatGround(self, self.objectives[place], self.view(place), 2, rules, runs, *seen)

    def _azimuth(self, place: str) -> float:
        """From where a ground is seen: a saddle from the side on which the balls leave its ridge."""
        if self.on_saddle(place):
            return BEHIND if self.starts[place][1] > 0 else ONTO
        return AZIMUTHS[place]

    @cached_property
    def rows(self) -> tuple[Box, Box]:
        """Of the last picture: the line for words at the bottom, and the rest."""
        return layout.stage().bottom_slice(FOOT, gap=0.15)

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.rows[0])

    @cached_property
    def halves(self) -> tuple[Box, ...]:
        """Above each other: the two grounds and, where there is room and they agree, the pushes of a step."""
        if self.total is None or layout.is_small():
            return self.rows[1].rows(1, 1, gap=0.25)
        strip, rest = self.rows[1].bottom_slice(STRIP, gap=0.2)
        return (*rest.rows(1, 1, gap=0.2), strip)

    @cached_property
    def adding_up(self) -> AddingUp | None:
        """The pushes of a step on the second ground, and their sum."""
        if self.total is None or layout.is_small():
            return None
        return AddingUp(self.halves[2], self.total, escape(self.objectives["second"].title))

    @cached_property
    def last(self) -> dict[str, Row]:
        """Both grounds in the last picture, on one scale; there the name of one stands on its first gauge's line, where
        there are pushes below."""
        most = max(self.flat_in_all(place, name) for place in PLACES for name in NAMES) or 1
        headed = layout.is_tall() or self.adding_up is None
        boxes = dict(zip(PLACES, self.halves, strict=False))
        return {place: Row(self.grounds[place], box, most, headed) for place, box in boxes.items()}

    @property
    def gauges(self) -> dict[str, dict[str, Gauge]]:
        return {place: row.gauges for place, row in self.last.items()}
