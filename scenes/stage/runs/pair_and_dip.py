"""Gradient descent and momentum from one place, and the dip that holds the first: what is computed of them.

Whether it rests, in which dip, what becomes of the other one: each is a question to the runs and the landscape, and
what the clips say of them asks here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from objectives import AnyObjective
from optimizers import Rule, Trajectory, descend
from scenes.lecture_scene import LectureScene, objective_of, start_of
from scenes.reads import derived
from scenes.stage.maps.contour_map import containing
from scenes.stage.maps.dips import Dip, dip_round
from scenes.stage.maps.even_map import closely
from scenes.stage.panels.plot import Range
from scenes.stage.runs.eventful import most_of_the_way
from scenes.stage.runs.fates import OUTCOMES, Fate, comes_back, pushes_on
from scenes.stage.runs.pair import GD, MOMENTUM, pair_of_rules
from scenes.stage.runs.reach import Reach, reach_of
from scenes.stage.runs.section import Cut, cut_out_of
from scenes.stage.runs.surface_and_map import SurfaceAndMap
from scenes.stage.words.endings import flies_off, last_value

LEVEL = 1e-2  # of the first slope: a run whose gradient is shorter has come to rest
THERE = 0.02  # of the way down from the start: at the lowest point


class PairAndDip(LectureScene):
    """The runs of a clip and what became of them; subclasses tell it."""

    swing: ClassVar[tuple[float, float] | None] = None  # how far the camera goes, in degrees from `azimuth`
    near: ClassVar[bool] = False  # the window holds the runs and the lowest minimum closely
    azimuth: ClassVar[float] = -32.0
    elevation: ClassVar[float] = 36.0
    clip: ClassVar[str] = ""
    dip_is: ClassVar[str] = "dip"  # what holds gradient descent

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, self.clip)

    @cached_property
    def rules(self) -> dict[str, Rule[Any]]:
        rate = self.parameters.learning_rate
        return pair_of_rules(rate, self.parameters.momentum)

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
        """The step at which the longer run ended."""
        return int(max(run.ended_at for run in self.runs.values()))

    @property
    def escapes(self) -> bool:
        """Whether momentum ended nearer to the lowest value than to where gradient descent rests."""
        return bool(self.ends[MOMENTUM] < (self.lowest + self.ends[GD]) / 2)

    @cached_property
    def dip(self) -> Dip | None:
        """The dip in which gradient descent rests, if it does."""
        run = self.runs[GD]
        return dip_round(self.objective, self.duet.view, run.iterates[run.ended_at]) if self.rests else None

    @cached_property
    def in_the_dip(self) -> npt.NDArray[np.bool_]:
        """Of which iterates of momentum lie in that dip (n,)."""
        run = self.runs[MOMENTUM]
        path = run.iterates[: run.ended_at + 1]
        return self.dip.holds(path) if self.dip else np.zeros(len(path), dtype=bool)

    @property
    def fate(self) -> Fate:
        """What becomes of momentum, compared with gradient descent at rest."""
        run = self.runs[MOMENTUM]
        if flies_off(run) or run.undefined_at is not None or not self.rests or self.dip is None:
            return "else"
        if self.in_the_dip[-1]:
            return "back" if comes_back(run, self.in_the_dip, self.ends[GD]) else "stays"
        left: Fate = "through" if self.in_the_dip.any() else "past"
        return left if self.escapes else "elsewhere"

    @cached_property
    def pushing_on(self) -> int | None:
        """An iterate of momentum in the dip that it runs through: the slope pulls it back there, and it goes on."""
        return pushes_on(self.runs[MOMENTUM], self.in_the_dip) if self.fate == "through" else None

    @property
    def what_it_does(self) -> str:
        return OUTCOMES.get(self.fate, "ends").format(where=f"the {self.dip_is}")

    @property
    def arrives(self) -> bool:
        """Whether momentum ends at a lowest point."""
        return bool(self.ends[MOMENTUM] - self.lowest < THERE * (float(self.runs[GD].values[0]) - self.lowest))

    @property
    def rests(self) -> bool:
        """Whether gradient descent comes to rest, above the lowest value."""
        first = float(np.linalg.norm(self.runs[GD].gradients[0]))
        gap = float(self.runs[GD].values[0]) - self.lowest
        return bool(self.slope(GD) < LEVEL * first and self.ends[GD] - self.lowest > 0.05 * gap)

    @cached_property
    def eventful(self) -> int:
        """The step by which both have gone most of their ways."""
        halts = [most_of_the_way(run) for run in self.runs.values()]
        return min(max(halts), int(self.parameters.steps))

    @cached_property
    def cut(self) -> Cut | None:
        """From where gradient descent rests to where momentum has ended, if that is another place in the picture."""
        if self.dip is None or self.fate not in ("through", "past", "elsewhere"):
            return None
        ends = [run.iterates[run.ended_at] for run in self.runs.values()]
        return cut_out_of(self.dip, self.objective, ends, self.duet.view)

    @property
    def deepest(self) -> list[tuple[float, ...]]:
        """The lowest of the minima that are known."""
        values = [float(self.objective.value(minimum)) for minimum in self.objective.minima]
        return [m for m, v in zip(self.objective.minima, values, strict=True) if v < self.lowest + 1e-6]

    @cached_property
    def reach(self) -> Reach | None:
        """Which momenta get to the lowest point, if this one does as others beside it do."""
        if self.fate != "through" or not self.arrives:
            return None
        wanted, start = self.parameters, self.runs[GD].iterates[0]
        found = reach_of(self.objective, start, wanted.learning_rate, wanted.steps, self.lowest, self.ends[GD])
        return found if found.holds(wanted.momentum) else None

    # Where it is seen -----------------------------------------------------------------------------------------------

    @derived
    def window(self) -> tuple[Range, Range]:
        """The objective's view, or what lies round the runs."""
        paths = np.concatenate([run.iterates[: run.ended_at + 1] for run in self.runs.values()])
        near = closely(self.objective.view, paths, [*self.objective.minima[:1], *self.also_seen]) if self.near else None
        return near or containing(self.objective.view, paths)

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
