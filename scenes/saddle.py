"""Where the slope vanishes both rules slow down; momentum leaves first.

A saddle beside a plateau. On the ridge of the saddle there is a level spot, and the way out begins with next to no
slope; on the plateau there is hardly any slope at all. A gauge counts the steps that each rule loses there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Any

import numpy as np
from manim import LEFT, UR, Create, GrowFromCenter, ValueTracker, VGroup, VMobject, linear
from pydantic import Field

from objectives import AnyObjective, typeset
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
from scenes.props.saddle.flat_steps import Stay, at, steps_lost
from scenes.stage.ink import layout
from scenes.stage.ink.ball import RADIUS, Trail
from scenes.stage.ink.drawing import Array, crosses, discs, inside
from scenes.stage.ink.fading import FadeIn
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap, containing
from scenes.stage.panels.gauge import Gauge
from scenes.stage.words.cards import Counter, settings_line
from scenes.stage.words.speaker import Speaker, tinted
from scenes.stage.words.typesetting import Words, escape, fitting_words, on_baseline, quiet

GD, MOMENTUM = "gradient_descent", "momentum"
NAMES = {GD: "gradient descent", MOMENTUM: "momentum"}
PLACES = ("first", "second")
PACE, LONGEST = 9.0, 12.0  # steps a second, and seconds of one run at most
FOOT, HEAD, GAUGE = 0.5, 0.4, 0.74  # heights
ROOMY = 4.4  # width of a map whose name stands beside the step, and that of a gauge beside what it counts
AHEAD = 1.5  # how many times as many steps gradient descent loses, at least


class Saddle(LectureScene):
    """Where the slope vanishes both rules slow down; momentum leaves first."""

    title = "Where it is flat, both slow down"
    beats = ("opening", "first_ground", "first_run", "second_ground", "second_run", "verdict")
    poster = "verdict"

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field(
            "saddle", description="The left map: a name, or an expression in two variables."
        )
        start: Point | None = Field((3.0, 0.001), description="Where both start on the left, a little off the ridge.")
        learning_rate: LearningRate = Field(0.05, description="Learning rate of both rules on the left.")
        second_objective: ObjectiveName = Field("plateau", description="The right map, in the same way.")
        second_start: Point | None = Field(
            None, description="Where both start on the right; if not given, where the objective says."
        )
        second_learning_rate: LearningRate = Field(1.0, description="Learning rate of both rules on the right.")
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

    def runs(self, place: str) -> dict[str, Trajectory]:
        """Both rules on one of the maps."""
        return self._all_runs[place]

    @cached_property
    def _all_runs(self) -> dict[str, dict[str, Trajectory]]:
        return {place: self._descend(place) for place in PLACES}

    def _descend(self, place: str) -> dict[str, Trajectory]:
        rate = self.rates[place]
        rules: dict[str, Rule[Any]] = {GD: GradientDescent(rate), MOMENTUM: Momentum(rate, self.parameters.momentum)}
        objective, start, steps = self.objectives[place], self.starts[place], self.parameters.steps
        return {name: descend(objective, rule, start, steps) for name, rule in rules.items()}

    @cached_property
    def lost(self) -> dict[str, tuple[dict[str, Array], int]]:
        """On each map: the steps lost up to each step, by rule; and the last step that is seen."""
        return {place: steps_lost(self.runs(place), self.view(place)) for place in PLACES}

    def lost_in_all(self, place: str, name: str) -> int:
        return int(self.lost[place][0][name][-1])

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {f"{place}_{name}": run for place in PLACES for name, run in self.runs(place).items()}

    def numbers(self) -> Mapping[str, Number]:
        return {f"{place}_{name}_lost": self.lost_in_all(place, name) for place in PLACES for name in NAMES}

    def claims(self) -> Iterator[Claim]:
        for place, objective in self.objectives.items():
            slow, fast = (self.lost_in_all(place, name) for name in NAMES)
            yield Claim(
                f"on {called(objective)} both lose steps, and momentum leaves first: "
                f"gradient descent loses {slow}, momentum {fast}",
                fast > 0 and slow >= AHEAD * fast,
            )

    def remarks(self) -> Iterator[str]:
        for place, objective in self.objectives.items():
            low, high = np.array(objective.view).T
            start = np.array(self.starts[place])
            if not ((start >= low) & (start <= high)).all():
                yield f"The start {shown(self.starts[place])} lies outside the view of {called(objective)}."

    def words(self) -> Mapping[str, str]:
        told = {f"{place}_title": objective.title for place, objective in self.objectives.items()}
        starts = {f"{place}_from": shown(self.starts[place]) for place in PLACES}
        verdict = "gets away first" if self.first_away else "still goes only where the slope leads"
        return told | starts | {f"{place}_ends": self._ends(place) for place in PLACES} | {"gets_away": verdict}

    def _ends(self, place: str) -> str:
        slow, fast = (self.lost_in_all(place, name) for name in NAMES)
        return (
            f"Gradient descent loses {slow} steps where it is flat, momentum {fast}; "
            "flat is a slope below a tenth of the steepest."
        )

    @property
    def first_away(self) -> bool:
        """Whether momentum loses fewer steps on both maps."""
        return all(self.lost_in_all(place, MOMENTUM) < self.lost_in_all(place, GD) for place in PLACES)

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Where it is flat, both slow down."""
        self.show_title()

    def first_ground(self) -> None:
        """First: {first_title}. Both rules start at {first_from}."""
        self._show_ground("first")

    def first_run(self) -> None:
        """{first_ends}"""
        self._run("first")

    def second_ground(self) -> None:
        """Second: {second_title}. Both start at {second_from}."""
        self._show_ground("second")

    def second_run(self) -> None:
        """{second_ends}"""
        self._run("second")

    def verdict(self) -> None:
        """A small slope makes a small step. Momentum adds up small steps that agree, and {gets_away}."""
        verdict = ("small slopes that agree add up: momentum leaves first", "momentum leaves first")
        self.speaker.say(*(verdict if self.first_away else ("small slopes that agree add up",)))
        self.wait(4.0)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _show_ground(self, place: str) -> None:
        self.speaker.hush()
        self.play(FadeIn(self.maps[place]), FadeIn(self.heads[place]), run_time=0.8)
        self.play(*(GrowFromCenter(trail.ball) for trail in self.trails[place].values()), run_time=0.6)
        self.play(Create(self.marks[place]), run_time=0.6)
        self.speaker.say(*self._said_of(place))
        self.wait(2.2)
        if self.boxes[place][2].width <= 6.0:  # beside the gauges is no room for the settings
            self.speaker.say(settings_line(self._settings(place)).typst_code)
            self.wait(1.2)

    def _said_of(self, place: str) -> tuple[str, ...]:
        name = self.objectives[place].name
        said = {
            "saddle": ("level in the middle: down one way, up the other", "level in the middle"),
            "plateau": ("hardly a slope, far from the pit",),
        }
        return said.get(name, ("the start: where does it get steep?", "where does it get steep?"))

    def _run(self, place: str) -> None:
        """Both take their steps at the same time; the gauges count those that they lose."""
        self.speaker.hush()
        lost, last = self.lost[place]
        gauges, counter, trails = self.gauges[place], self.counters[place], self.trails[place]
        self.play(
            FadeIn(counter), *(FadeIn(gauge) for gauge in gauges.values()), FadeIn(self.what[place]), run_time=0.6
        )
        self.add(*trails.values())
        step = ValueTracker(0.0)
        for trail in trails.values():
            self.drive(trail, step)
        self.drive(counter, step)
        for name, gauge in gauges.items():
            self.drive(gauge, step, partial(at, lost[name]))
        self.play(step.animate.set_value(last), run_time=min(last / PACE, LONGEST), rate_func=linear)
        self.release()
        self.wait(0.5)
        slow, fast = (tinted(f"${self.lost_in_all(place, name)}$", rule_color(name)) for name in NAMES)
        self.speaker.say(f"steps lost where it is flat: {slow} and {fast}", f"steps lost: {slow} and {fast}")
        self.wait(2.2)

    # What is on the screen ------------------------------------------------------------------------------------------

    def view(self, place: str) -> tuple[tuple[float, float], tuple[float, float]]:
        """The objective's window, widened to hold the start."""
        return containing(self.objectives[place].view, np.array([self.starts[place]]))

    @cached_property
    def rows(self) -> tuple[Box, Box]:
        """The line for words at the bottom, and the rest."""
        return layout.stage().bottom_slice(FOOT, gap=0.12)

    @cached_property
    def boxes(self) -> dict[str, tuple[Box, Box, Box, Box]]:
        """On each side, from top to bottom: heading, map, and two gauges."""
        both = self.rows[1].rows(1, 1, gap=0.3) if layout.is_tall() else self.rows[1].columns(1, 1, gap=0.6)
        return dict(zip(PLACES, map(_side, both), strict=True))

    @property
    def roomy(self) -> bool:
        """Whether there is room beside what the gauges say."""
        return self.boxes[PLACES[0]][2].width > ROOMY

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.rows[0])

    @cached_property
    def maps(self) -> dict[str, ContourMap]:
        return {place: self._map(place) for place in PLACES}

    def _map(self, place: str) -> ContourMap:
        first, second = (f"${typeset(variable)}$" for variable in self.objectives[place].variables)
        return ContourMap(self.objectives[place], self.boxes[place][1], self.view(place), (first, second))

    @cached_property
    def heads(self) -> dict[str, VGroup]:
        """What each map shows."""
        return {place: self._head(place) for place in PLACES}

    def _head(self, place: str) -> VGroup:
        box = self.boxes[place][0]
        title = fitting_words(f"*{escape(self.objectives[place].title)}*", (0.6 if self.roomy else 1.0) * box.width)
        above = 0.0 if self.roomy else HEAD
        title = on_baseline(layout.place(title, box, LEFT), float(self.counters[place].number.anchor[1]) + above)
        return VGroup(title)

    @cached_property
    def counters(self) -> dict[str, Counter]:
        """The step, at the right of each heading."""
        return {place: self._counter(place) for place in PLACES}

    def _counter(self, place: str) -> Counter:
        box = self.boxes[place][0]
        box = box.bottom_slice(HEAD)[0]
        counter = Counter(box, "step", widest=self.parameters.steps)
        right = np.array([box.right - float(counter.number.anchor[0]), 0.0, 0.0])
        counter.submobjects[0].shift(right)
        counter.number.seat(counter.number.anchor + right)
        return counter

    @cached_property
    def trails(self) -> dict[str, dict[str, Trail]]:
        """Both are seen where they stand at the same place: one ball is a little larger."""
        radii = {GD: RADIUS + 0.09, MOMENTUM: RADIUS}
        return {
            place: {
                name: Trail(chart.to_screen(*run.iterates.T), rule_color(name), chart.area, ball=radii[name])
                for name, run in self.runs(place).items()
            }
            for place, chart in self.maps.items()
        }

    @cached_property
    def marks(self) -> dict[str, VMobject]:
        """The minima in the view; without one, the flattest place that gradient descent comes to."""
        return {place: self._mark(place) for place in PLACES}

    def _mark(self, place: str) -> VMobject:
        chart, minima = self.maps[place], self.objectives[place].minima
        places = np.array([chart.to_screen(*minimum) for minimum in minima]).reshape(-1, 3)
        seen = places[inside(places, chart.area)]
        if len(minima):
            return crosses(seen, stroke_color=palette().target, stroke_width=4.5)
        run = self.runs(place)[GD]
        flattest = int(np.argmin(Stay(run, self.view(place)).slopes))
        spot = chart.to_screen(*run.iterates[flattest])[None]
        return discs(spot[inside(spot, chart.area)], 0.3, stroke_color=palette().target, stroke_width=3.5)

    @cached_property
    def gauges(self) -> dict[str, dict[str, Gauge]]:
        return {place: self._gauges(place) for place in PLACES}

    def _gauges(self, place: str) -> dict[str, Gauge]:
        most = max(self.lost_in_all(where, name) for where in PLACES for name in NAMES)  # one scale for all four
        boxes = dict(zip(NAMES, self.boxes[place][2:], strict=True))
        return {name: Gauge(boxes[name], NAMES[name], most or 1, rule_color(name), "d") for name in NAMES}

    @cached_property
    def what(self) -> dict[str, VGroup]:
        """What the gauges count, and the settings, at their left."""
        return {place: self._what(place) for place in PLACES}

    def _what(self, place: str) -> VGroup:
        above, below = self.gauges[place].values()
        box = self.boxes[place][2]
        words = layout.place(quiet("steps lost" if box.width > 6.0 else "lost"), box, UR)
        lines = [(words, above)] if self.roomy else []
        if box.width > 6.0:
            lines.append((settings_line(self._settings(place)), below))
        return VGroup(*(self._at_left(line, box, gauge) for line, gauge in lines))

    def _settings(self, place: str) -> dict[str, float]:
        return {"learning_rate": self.rates[place], "momentum": self.parameters.momentum}

    @staticmethod
    def _at_left(words: Words, box: Box, gauge: Gauge) -> Words:
        words.move_to(box.center).align_to(np.array([box.left, 0.0, 0.0]), LEFT)
        return on_baseline(words, gauge.baseline)


def _side(box: Box) -> tuple[Box, Box, Box, Box]:
    head, rest = box.top_slice(HEAD if box.width > ROOMY else 2 * HEAD, gap=0.0)
    lower, rest = rest.bottom_slice(GAUGE, gap=0.12)
    upper, rest = rest.bottom_slice(GAUGE, gap=0.12)
    return head, rest, upper, lower
