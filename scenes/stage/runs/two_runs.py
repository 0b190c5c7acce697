"""Two runs on one surface, from the same place: gradient descent, which comes to rest in the first dip, and momentum.

The clips that tell this tale differ in the surface, the numbers and the words; what they do is the same, and here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from manim import VMobject

from objectives import AnyObjective
from optimizers import GradientDescent, Momentum, Rule, Trajectory, descend
from scenes.lecture_scene import Claim, LectureScene, Number, objective_of, start_of
from scenes.reads import derived
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.maps.contour_map import containing
from scenes.stage.maps.even_map import around, widened
from scenes.stage.panels.plot import Range
from scenes.stage.runs.landing import Landing, Verdict
from scenes.stage.runs.surface_and_map import SWING, SurfaceAndMap
from scenes.stage.terrain.landscape import terrain_remarks
from scenes.stage.words.endings import ending, flies_off, last_value
from scenes.stage.words.figures import figure, rounded
from scenes.stage.words.typesetting import Formula, Words

GD, MOMENTUM = "gradient_descent", "momentum"
EVENTFUL = 0.88  # of the ways of both: until there the steps are taken slowly
LEAST, SECONDS, PACE, REST = 6.0, 11.0, 2.5, 4.5  # the eventful part, in seconds and steps a second; the rest
LEVEL = 1e-2  # of the first slope: a run whose gradient is shorter has come to rest


class TwoRuns(LectureScene):
    """The clip; subclasses give names, parameters and words."""

    beats: ClassVar[tuple[str, ...]] = ("opening", "surface", "two_balls", "where_they_end", "from_above")
    poster = "where_they_end"
    clip: ClassVar[str] = ""
    swing: ClassVar[tuple[float, float]] = (-SWING, SWING)  # how far the camera goes, in degrees from `azimuth`
    near: ClassVar[bool] = False  # the window holds the runs and the lowest minimum closely
    azimuth: ClassVar[float] = -32.0
    elevation: ClassVar[float] = 36.0
    landscape: ClassVar[str] = "hills and dips"  # what is said of the surface
    held: ClassVar[str] = "sits in the first dip"  # and of gradient descent
    free: ClassVar[str] = "rolls through"  # and of momentum

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, self.clip)

    @cached_property
    def rules(self) -> dict[str, Rule[Any]]:
        rate = self.parameters.learning_rate
        return {GD: GradientDescent(rate), MOMENTUM: Momentum(rate, self.parameters.momentum)}

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        start, steps = start_of(self.parameters.start, self.objective), self.parameters.steps
        return {name: descend(self.objective, rule, start, steps) for name, rule in self.rules.items()}

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.runs

    @cached_property
    def ends(self) -> dict[str, float]:
        """The last error of each run."""
        return {name: last_value(run) for name, run in self.runs.items()}

    @derived
    def lowest(self) -> float:
        """The lowest value that is known: of the minima, else of the runs."""
        known = [float(value) for value in self.objective.value(np.array(self.objective.minima).reshape(-1, 2))]
        return min([*known, *(end for end in self.ends.values() if np.isfinite(end))], default=0.0)

    def slope(self, name: str) -> float:
        """How steep it is where a run ended."""
        run = self.runs[name]
        with np.errstate(all="ignore"):  # a run that flies off has gradients beyond all bounds
            return float(np.linalg.norm(run.gradients[run.ended_at]))

    @property
    def last(self) -> int:
        """The iteration at which the longer run ended."""
        return int(max(run.ended_at for run in self.runs.values()))

    @property
    def escapes(self) -> bool:
        """Whether momentum ended nearer to the lowest value than to where gradient descent rests."""
        return bool(self.ends[MOMENTUM] < (self.lowest + self.ends[GD]) / 2)

    def numbers(self) -> Mapping[str, Number]:
        return {
            "gradient_descent_error": self.ends[GD],
            "momentum_error": self.ends[MOMENTUM],
            "lowest_error": self.lowest,
            "gradient_descent_slope": self.slope(GD),
            "last": self.last,
        }

    def claims(self) -> Iterator[Claim]:
        found, first = self.numbers(), float(np.linalg.norm(self.runs[GD].gradients[0]))
        gap = float(self.runs[GD].values[0]) - self.lowest
        yield Claim(
            f"gradient descent comes to rest: the slope is {figure(found['gradient_descent_slope'], 2)} where it ends, "
            f"and was {figure(first)} at the start",
            bool(self.slope(GD) < LEVEL * first),
        )
        yield Claim(
            f"it rests too high: at {figure(self.ends[GD], 4)}, and the lowest is {figure(self.lowest, 4)}",
            bool(self.ends[GD] - self.lowest > 0.05 * gap),
        )
        yield Claim(
            f"momentum gets through: it ends at {figure(self.ends[MOMENTUM], 4)}, nearer to the lowest than to "
            f"{figure(self.ends[GD], 4)}",
            self.escapes,
        )

    def words(self) -> Mapping[str, str]:
        seen = self.landscape if self.its_own else self.objective.title
        return {
            "named": self.title,
            "a_landscape": f"The surface: {seen}.",
            "gd_end": ending(self.runs[GD]),
            "momentum_end": ending(self.runs[MOMENTUM]),
            "slow_one": self._slow_one(),
            "fast_one": self._fast_one(),
        }

    @property
    def its_own(self) -> bool:
        """Whether the surface is the one that the clip's words are of."""
        return bool(self.parameters.objective == type(self.given).model_fields["objective"].default)

    @property
    def rests(self) -> bool:
        """Whether gradient descent comes to rest, above the lowest value."""
        first = float(np.linalg.norm(self.runs[GD].gradients[0]))
        gap = float(self.runs[GD].values[0]) - self.lowest
        return bool(self.slope(GD) < LEVEL * first and self.ends[GD] - self.lowest > 0.05 * gap)

    def _slow_one(self) -> str:
        """What becomes of gradient descent."""
        if self.rests:
            return f"Gradient descent rests at {figure(self.ends[GD])}, where the slope is next to zero."
        return f"Gradient descent {ending(self.runs[GD])}."

    def _fast_one(self) -> str:
        run = self.runs[MOMENTUM]
        if flies_off(run) or not self.rests:
            return f"Momentum {ending(run)}."
        becomes = "gets through" if self.escapes else "does not get through either"
        return f"Momentum {becomes}: it ends at {figure(self.ends[MOMENTUM])}."

    def verdicts(self) -> Iterator[Verdict]:
        """What is said of each run in the end, and its last value, if it has one."""
        free = self.free if self.escapes else "does not get through"
        told = {GD: self.held, MOMENTUM: free} if self.its_own and self.rests else dict.fromkeys(self.runs, "ends at")
        for name, run in self.runs.items():
            title = self.rules[name].title
            if flies_off(run) or run.undefined_at is not None:
                yield Verdict(name, title, ending(run, 2).split(", ")[0])
            else:
                yield Verdict(name, title, told[name], rounded(self.ends[name]))

    def remarks(self) -> Iterator[str]:
        yield from super().remarks()
        yield from terrain_remarks()

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """{named}."""
        self.duet.begin()

    def surface(self) -> None:
        """{a_landscape}"""
        self.duet.unfold()
        self.play(FadeIn(self.formula), run_time=0.6)
        if self.its_own:
            self.duet.speaker.say(self.landscape)
        self.duet.look(2.8, azimuth=self.duet.azimuth + SWING)
        self.duet.step_aside()
        if self.objective.minima:
            self.play(FadeIn(self.goal), run_time=0.6)
        self.wait(1.6)

    def two_balls(self) -> None:
        """Both start at the same place, with the same learning rate. One has momentum."""
        self.duet.speaker.hush()
        self.play(FadeOut(self.formula), run_time=0.4)
        self.duet.set_out()
        self.duet.speaker.say("the same start, the same learning rate", "the same start and learning rate")
        self.wait(1.8)
        self.duet.speaker.hush()
        halt = self.eventful
        seconds = min(max(halt / PACE, LEAST), SECONDS)
        self.duet.walk(halt, seconds, azimuth=self.duet.azimuth - SWING / 2)

    def where_they_end(self) -> None:
        """{slow_one} {fast_one}"""
        if self.last > self.eventful:
            self.duet.walk(self.last, REST, azimuth=self.duet.azimuth - SWING)
        self.wait(1.0)

    def from_above(self) -> None:
        """{slow_one} {fast_one}"""
        lowest = f"the lowest point: ${rounded(self.lowest)}$"
        Landing(self.duet, [*self.verdicts()], self.deepest, lowest).play([self.goal])

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def eventful(self) -> int:
        """The step by which both have gone most of their ways."""
        halts = [_most_of_the_way(run) for run in self.runs.values()]
        return min(max(halts), int(self.parameters.steps))

    @derived
    def window(self) -> tuple[Range, Range]:
        """The objective's view, or what lies round the runs."""
        paths = np.concatenate([run.iterates[: run.ended_at + 1] for run in self.runs.values()])
        if not self.near:
            return containing(self.objective.view, paths)
        low, high = np.array(self.objective.view).T
        inside = paths[((paths >= low) & (paths <= high)).all(axis=1)]
        points = np.concatenate([inside, np.array([*self.objective.minima[:1], *self.also_seen]).reshape(-1, 2)])
        return widened(around(points, room=0.22), 1.0) if len(points) else containing(self.objective.view, paths)

    @property
    def also_seen(self) -> list[tuple[float, ...]]:
        """Further places that a near window holds."""
        return []

    @cached_property
    def duet(self) -> SurfaceAndMap:
        rules, runs = (lambda: self.rules), (lambda: self.runs)
        return SurfaceAndMap(
            self, self.objective, self.window, 2, rules, runs, self.azimuth, self.elevation, self.swing
        )

    @cached_property
    def formula(self) -> Formula | Words:
        """What is minimised, where the cards stand later."""
        return self.duet.formula()

    @cached_property
    def goal(self) -> VMobject:
        """The lowest minima, marked on the map."""
        return self.duet.marks(self.deepest)

    @property
    def deepest(self) -> list[tuple[float, ...]]:
        """The lowest of the minima that are known."""
        values = [float(self.objective.value(minimum)) for minimum in self.objective.minima]
        return [m for m, v in zip(self.objective.minima, values, strict=True) if v < self.lowest + 1e-6]


def _most_of_the_way(run: Trajectory) -> int:
    """The step by which a run has gone most of its way, at least 1."""
    updates = np.nan_to_num(run.updates[: run.ended_at], posinf=0.0, neginf=0.0)
    way = np.cumsum(np.minimum(np.linalg.norm(np.clip(updates, -1e9, 1e9), axis=1), 1e9))
    return int(np.searchsorted(way, EVENTFUL * way[-1])) + 1 if len(way) else 1
