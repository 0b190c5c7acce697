"""The u-turns on the surface: the walls of the valley are what turns the ball back.

The run of the clip u_turn once more, now with the third dimension. On the map the momentum's path turns for no visible
reason; on the surface, seen from the open end of the valley, one sees why: it runs up the far wall until it has no more
momentum, and comes back. The plateau is passed in time lapse, the first turns in slow motion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import cast

import numpy as np
from manim import RIGHT, VGroup
from pydantic import Field

from objectives import DataObjective
from scenes.lecture_scene import Claim, ClipParameters, Coefficient, LearningRate, Number, ObjectiveName, Point
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Rings
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.palette import rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.runs.closer import Inset, with_room
from scenes.stage.runs.landing import Landing, Verdict
from scenes.stage.runs.level_start import starts_level
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.runs.two_runs import SAME, TwoRuns
from scenes.stage.terrain.orbit import View
from scenes.stage.terrain.outline import TerrainCrosses
from scenes.stage.words.endings import HARDLY_LEFT, HARDLY_MOVED, ending, flies_off, hardly, hardly_moved
from scenes.stage.words.figures import at_most, figure
from scenes.stage.words.speaker import tinted
from scenes.stage.words.turning import TOO_SMALL, u_turns
from scenes.stage.words.typesetting import quiet

OPEN_END = 4.0  # the azimuth from which one looks into the valley
LAPSED = 22.0  # degrees on the way there when the time lapse is over: at both halts numbers are there, or not
LEAD, AFTER = 5, 2  # steps before the first turn at which slow motion begins, and after the third at which it ends
LAPSE, SLOW, QUICK, LONGEST = 2.6, 2.2, 9.0, 11.0  # seconds of time lapse; steps a second; seconds of a stretch at most
LAST = 10  # steps at the end, whose largest error tells an arrival from a dip
RING = 0.17  # radius
SIDES, APART = 0.42, 0.7  # height of what the coordinates are, and its distance from the formula beside it


class UTurn3D(TwoRuns):
    """On the surface one sees why momentum turns back: it runs up the wall of the valley."""

    title = "Up the wall of the valley, and back"
    clip = "u_turn_3d"
    beats = ("opening", "surface", "two_balls", "in_and_out", "to_the_end", "from_above")
    poster = "from_above"
    landscape = "the valley, high on both sides"
    azimuth = -40.0
    elevation = 38.0
    swing = (0.0, LAPSED)

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field(
            "valley_neuron", description="What is minimised: a name, or an expression in two variables."
        )
        start: Point | None = Field(None, description="Where both start; if not given, where the objective says.")
        learning_rate: LearningRate = Field(1.0, description="Learning rate of both rules.")
        momentum: Coefficient = Field(0.85, description="Momentum coefficient.")
        steps: int = Field(100, ge=2, le=2000, description="How many steps.")

    @cached_property
    def turns(self) -> dict[str, list[int]]:
        """The iterates at which each run turns back across the valley."""
        return {name: run.u_turns_at.tolist() for name, run in self.runs.items()}

    @property
    def count(self) -> int:
        return len(self.turns[MOMENTUM])

    def numbers(self) -> Mapping[str, Number]:
        fast = self.runs[MOMENTUM]
        return {
            "gradient_descent_error": self.ends[GD],
            "momentum_error": self.ends[MOMENTUM],
            "lowest_error": self.lowest,
            "last": self.last,
            "u_turns": self.count,
            "gradient_descent_u_turns": len(self.turns[GD]),
            "largest_of_last_errors": float(np.max(fast.values[: fast.ended_at + 1][-LAST:])),
        }

    def claims(self) -> Iterator[Claim]:
        found = self.numbers()
        turns, slow_turns = cast(int, found["u_turns"]), found["gradient_descent_u_turns"]
        slow, fast = self.ends[GD], cast(float, found["largest_of_last_errors"])
        yield Claim(f"momentum takes at least 3 u-turns: {turns} in {found['last']} steps", turns >= 3)
        yield Claim(f"gradient descent takes no u-turn: {slow_turns}", slow_turns == 0)
        yield Claim(
            f"gradient descent is still a hundred times higher: {figure(slow)}, "
            f"momentum at most {at_most(fast)} in its last {LAST} steps",
            bool(slow > 100 * fast),
        )

    def words(self) -> Mapping[str, str]:
        turned = "runs up the wall of the valley, and back" if self.count else "runs on, and never turns"
        return {
            **super().words(),
            "gd_end": ending(self.runs[GD], 2),
            "momentum_end": ending(self.runs[MOMENTUM], 2),
            "how_it_runs": "flies off" if self.lost else turned,
            "a_u_turn": "" if self.lost or not self.count else ": the slope there turns it back, a u-turn",
            "sides": self._sides(" In it w is the weight, b the bias."),
            "turning": self._turning(),
            "stays": f", which has {HARDLY_LEFT} its start" if self._told_lower and self.stays else "",
            "with_turns": "" if self.lost else f", with {u_turns(self.count)}",
            "too_small": TOO_SMALL,
            "where_they_start": f", where the ground is nearly level: {self._lapse}" if self.level_start else "",
        }

    def _turning(self) -> str:
        """How often momentum turned in all, and what came of it."""
        turned = u_turns(self.count).capitalize()
        if self.lost:
            return f"{turned}, and momentum flies off"
        still = ", and still momentum ends lower than gradient descent" if self._told_lower else ""
        return f"{turned} in {self.last} steps{still}"

    @property
    def _told_lower(self) -> bool:
        """Whether it is told that momentum ends lower all the same."""
        return bool(self.count) and self.lower and not self.lost

    @property
    def stays(self) -> bool:
        """Whether gradient descent has hardly left its start, in its error and on the map."""
        run = self.runs[GD]
        return hardly(float(run.values[0]), self.ends[GD]) and hardly_moved(run, self.objective.view)

    def _sides(self, told: str) -> str:
        """What the coordinates of an error over data are, if they are called as weight and bias are; else nothing."""
        over_data = isinstance(self.objective, DataObjective)
        return told if over_data and [*map(str, self.objective.variables)] == ["w", "b"] else ""

    @property
    def lost(self) -> bool:
        """Whether momentum flies off: then it has not come back, however often it has turned."""
        return flies_off(self.runs[MOMENTUM])

    @property
    def level_start(self) -> bool:
        """Whether it is nearly level where both start."""
        return starts_level(self.runs[MOMENTUM])

    @property
    def _lapse(self) -> str:
        return f"{self.lead} steps in time lapse" if self.lead > 1 else "slow at first"

    def verdicts(self) -> Iterator[Verdict]:
        """The error of each run, and how often momentum turned."""
        for name, run in self.runs.items():
            title = self.rules[name].title
            if flies_off(run) or run.undefined_at is not None:
                yield Verdict(name, title, ending(run, 2).split(", ")[0])
            else:
                turned = u_turns(len(self.turns[name]))
                told = f"{HARDLY_MOVED}, {turned}" if name == GD and self.stays else turned
                told += f" in {self.last} steps" * (name == MOMENTUM)
                yield Verdict(name, title, told, self._valued(self.ends[name]))

    # The beats ------------------------------------------------------------------------------------------------------

    def surface(self) -> None:
        """{a_landscape}{sides}"""
        super().surface()

    def two_balls(self) -> None:
        """Both start at the same place{where_they_start}."""
        self.duet.speaker.hush()
        self.play(FadeOut(self.formula), run_time=0.4)
        self.duet.set_out()
        self.add(self.rings)
        self.duet.speaker.say(*SAME)
        self.wait(1.2)
        self.duet.speaker.hush()
        if self.lead:
            self.duet.walk(self.lead, LAPSE, azimuth=self.duet.azimuth + LAPSED)
        if self.level_start:
            self.duet.speaker.say("nearly level ground: a slow start", "nearly level ground: \\ a slow start")
            self.wait(0.8)

    def in_and_out(self) -> None:
        """Momentum {how_it_runs}{a_u_turn}."""
        left = self.third_turn - self.lead
        self.duet.speaker.hush()
        self.drive(self.rings, self.duet.step)
        if left > 0:
            self.duet.walk(self.third_turn, min(left / SLOW, LONGEST), view=self.from_the_open_end)
        self.release()
        if self.lost:
            self.duet.speaker.say("momentum flies off", "flies off")
        elif self.count:
            self.duet.speaker.say(
                "the slope turns the ball back: a u-turn", "the slope turns the ball \\ back: a u-turn"
            )
        self.wait(2.8)

    def to_the_end(self) -> None:
        """{turning}{stays}. {too_small}"""
        left = self.last - self.third_turn
        self.duet.speaker.hush()
        if left > 0:
            self.drive(self.rings, self.duet.step)
            self.duet.walk(self.last, min(left / QUICK, LONGEST))
        turns = u_turns(self.count)
        came_of_it = "flies off" if self.lost else "still lower" if self._told_lower else ""
        self.duet.speaker.say(*((f"{turns}, and {came_of_it}", f"{turns}, {came_of_it}") if came_of_it else (turns,)))
        self.wait(2.9)
        if self._told_lower and self.stays:
            name = tinted("gradient descent", rule_color(GD))
            self.duet.speaker.say(f"{turns}; {name} has {HARDLY_MOVED}", f"{name} has {HARDLY_MOVED}")
        self.wait(2.9)

    def from_above(self) -> None:
        """The errors after {last} steps: gradient descent {gd_end}; momentum {momentum_end}{with_turns}."""
        lowest = self._lowest_said() if self.objective.minima else ""
        landing = Landing(
            self.duet,
            [*self.verdicts()],
            self.deepest,
            lowest,
            also=lambda chart: [self.rings_on(chart), *self.how_to_read(chart)],
        )
        landing.play([self.rings, self.legend, *self._targets])
        closer = self.closer(landing.map)
        if closer.needed:
            self.play(FadeIn(closer.picture(rule_color(MOMENTUM))), run_time=0.6)
            self.wait(1.1)

    # What is on the screen ------------------------------------------------------------------------------------------

    @property
    def lower(self) -> bool:
        """Whether momentum ends lower than gradient descent."""
        return self.ends[MOMENTUM] < self.ends[GD]

    @cached_property
    def goal_on_terrain(self) -> TerrainCrosses:
        """Not seen through the plateau: only when the camera looks into the valley."""
        return self.duet.terrain.targets(self.deepest, hidden=0.0)

    @property
    def lead(self) -> int:
        """The step up to which there is time lapse: shortly before the first turn, if that comes late."""
        return max(0, min(self.turns[MOMENTUM][0] - LEAD, self.last)) if self.count else 0

    @property
    def third_turn(self) -> int:
        """The step shortly after the third u-turn, or the last one."""
        return int(min(self.turns[MOMENTUM][:3][-1] + AFTER, self.last)) if self.count else self.last

    @cached_property
    def from_the_open_end(self) -> View:
        """Into the valley, from as near as there is room."""
        return self.duet.beside_the_map(OPEN_END)

    def rings_on(self, chart: ContourMap, step: float = np.inf) -> Rings:
        """The u-turns, ringed on a map, those up to a step."""
        at = self.turns[MOMENTUM]
        places = chart.to_screen(*self.runs[MOMENTUM].iterates[at].T).reshape(-1, 3)
        return Rings(places, at, RING, chart.area).display(step)

    def closer(self, chart: ContourMap) -> Inset:
        """The turns whose rings lie over each other on a map."""
        return Inset(self.objective, chart, self.runs[MOMENTUM], with_room(self.runs[MOMENTUM], self.duet.view))

    @cached_property
    def formula(self) -> VGroup:
        """What is minimised, and beside it, or below, what its two coordinates are."""
        formula, whole = self.duet.formula(whole_line=True), self.duet.whole_line
        if not (told := self._sides("$w$: the weight, $b$: the bias")):
            return VGroup(formula)
        sides = quiet(told)
        if formula.width + APART + sides.width <= whole.width:
            return layout.place(VGroup(formula, sides.next_to(formula, RIGHT, buff=APART)), whole)
        below, above = whole.bottom_slice(SIDES, gap=0.0)
        layout.place(layout.shrink_into(formula, above.width, above.height), above)
        return VGroup(formula, layout.place(layout.shrink_into(sides, below.width), below))

    @cached_property
    def rings(self) -> Rings:
        return self.rings_on(self.duet.map, -1.0)
