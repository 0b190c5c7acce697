"""Two runs on one curve, one without memory and one with momentum: what a film shows of them, computed.

Both start at the same place with the same learning rate, so all that differs between them is the momentum.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from objectives import AnyObjective, typeset
from optimizers import Trajectory, descend
from scenes.stage.curves.graph import values_at, window
from scenes.stage.curves.run import STILL, CurveRun, Cuts, arrival, curve_run, cuts, dip_passed
from scenes.stage.ink.drawing import Array
from scenes.stage.panels.plot import Range
from scenes.stage.runs.pair import GD, MOMENTUM, pair_of_rules
from scenes.stage.words.figures import figure

SAME_WAY = 10  # steps after which the two updates are compared
LAST_STEPS = 8  # of gradient descent, before it stops: watched
NEARBY = 0.25  # of the picture's width: near its left
LESS = 0.5  # momentum of the ball that is sent after them, to see whether it gets through as well
LONG_NUMBER = 1e9  # values from here on are shown in units of a power of ten


@dataclass(frozen=True)
class CurveRace:
    """The two runs and the picture that holds them; everything else is derived once, when it is asked for."""

    objective: AnyObjective
    start: tuple[float, ...]
    learning_rate: float
    momentum: float
    steps: int

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def trajectories(self) -> dict[str, Trajectory]:
        """What was computed."""
        rules = pair_of_rules(self.learning_rate, self.momentum)
        return {name: descend(self.objective, rule, self.start, self.steps) for name, rule in rules.items()}

    @cached_property
    def view(self) -> tuple[Range, Range]:
        """The stretch of the axis, and the range of values, that the picture shows."""
        paths = [run.iterates[: run.ended_at + 1, 0] for run in self.trajectories.values()]
        return window(self.objective, np.concatenate(paths))

    @cached_property
    def runs(self) -> dict[str, CurveRun]:
        """What is seen of them."""
        momenta = {GD: 0.0, MOMENTUM: self.momentum}
        return {
            name: curve_run(run, self.learning_rate, momenta[name], self.view[0])
            for name, run in self.trajectories.items()
        }

    @property
    def slow(self) -> CurveRun:
        return self.runs[GD]

    @property
    def fast(self) -> CurveRun:
        return self.runs[MOMENTUM]

    @cached_property
    def weaker(self) -> CurveRun:
        """What the same ball does with less momentum."""
        run = descend(self.objective, pair_of_rules(self.learning_rate, LESS)[MOMENTUM], self.start, self.steps)
        return curve_run(run, self.learning_rate, LESS, self.view[0])

    # What happens to them -------------------------------------------------------------------------------------------

    @cached_property
    def dip(self) -> tuple[float, float] | None:
        """The dip that momentum passes before it first turns: its floor, and the barrier behind it."""
        return dip_passed(self.objective, self.fast)

    @cached_property
    def cuts(self) -> Cuts:
        return cuts(self.fast, self.dip, SAME_WAY)

    @property
    def end(self) -> int:
        """The step after which nothing more is seen."""
        return max(run.gone or self.steps for run in self.runs.values())

    @cached_property
    def stopped(self) -> int | None:
        """The step at which gradient descent has arrived, if it has."""
        return arrival(self.slow, self.view[0])

    @cached_property
    def growth(self) -> float:
        """The update of momentum after the steps the same way, in units of its first."""
        update = self.fast.update
        return float(update[self.cuts.same_way] / update[0]) if update[0] else 1.0

    @cached_property
    def slowing(self) -> int | None:
        """The step from which to watch gradient descent arrive, if it does."""
        return None if self.stopped is None else max(self.stopped - LAST_STEPS, 0)

    @property
    def trapped(self) -> bool:
        """Whether gradient descent has stopped above the lowest point."""
        return self.stopped is not None and bool(self.slow.value[-1] > self.lowest + self.visible)

    @property
    def passed(self) -> bool:
        """Whether momentum rolls past the place where gradient descent ends."""
        end = self.slow.x[self.slow.last]
        return bool(np.any((self.fast.seen - end) * np.sign(end - self.fast.x[0]) > 0))

    @property
    def lower(self) -> bool:
        """Whether momentum ends in the picture, and visibly lower."""
        return self.fast.gone is None and bool(self.fast.value[-1] < self.slow.value[-1] - self.visible)

    @property
    def caught_with_less(self) -> bool:
        """Whether it takes that much momentum: it rolls through the dip that holds gradient descent, and with less of
        it the ball comes to rest in that dip, too."""
        if self.dip is None or self.momentum <= LESS or not (self.trapped and self.passed and self.lower):
            return False
        near, end = 2 * STILL * (self.view[0][1] - self.view[0][0]), self.slow.x[-1]
        rests = arrival(self.weaker, self.view[0]) is not None and abs(self.weaker.x[-1] - end) <= near
        return bool(rests and abs(self.dip[0] - end) <= near)

    @property
    def ahead(self) -> bool:
        """Whether momentum is further from the start than gradient descent, where it would be through a dip."""
        step = min(self.cuts.through, self.fast.last)
        away = np.abs([run.x[step] - run.x[0] for run in (self.fast, self.slow)])
        return bool(away[0] > away[1] * (1 + 1e-6))

    @property
    def low_later(self) -> bool:
        """Whether there is room at the upper right: no wall, and both are in the upper quarter only near the left."""
        (left, right), (bottom, top) = self.view
        high = [run.seen[run.value[: run.last + 1] > top - 0.25 * (top - bottom)] for run in self.runs.values()]
        near = np.concatenate(high) <= left + NEARBY * (right - left)
        return bool(np.all(near) and values_at(self.objective, [right])[0] <= top)

    # Its numbers ----------------------------------------------------------------------------------------------------

    @cached_property
    def lowest(self) -> float:
        """The lowest value in the picture."""
        values = values_at(self.objective, np.linspace(*self.view[0], 4001))
        return float(np.min(values[np.isfinite(values)], initial=np.inf))

    @cached_property
    def visible(self) -> float:
        """A difference of two values that the picture shows."""
        return 0.02 * (self.view[1][1] - self.view[1][0])

    @cached_property
    def variable(self) -> str:
        """The name of the variable as Typst mathematics."""
        return typeset(self.objective.variables[0])

    @cached_property
    def digits(self) -> int:
        """Decimals of the values: three digits of the range that the picture shows, and at least one."""
        return int(np.clip(2 - np.floor(np.log10(self.view[1][1] - self.view[1][0])), 1, 5))

    @cached_property
    def heights(self) -> dict[str, Array]:
        """The values as they are shown: rounded, without a negative zero, long ones in units of a power of ten."""
        largest = max(abs(value) for value in self.view[1])
        unit = 10.0 ** np.floor(np.log10(largest)) if largest >= LONG_NUMBER else 1.0
        return {name: np.asarray(np.round(run.value / unit, self.digits) + 0.0) for name, run in self.runs.items()}

    def value_said(self, value: float) -> str:
        """A value in a sentence: four digits, two of one that the picture shows as next to nothing, no noise below."""
        seen = abs(value) >= self.visible
        return figure(0.0 if abs(value) < 1e-3 * self.visible else value, 4 if seen else 2)

    def end_said(self, name: str) -> str:
        """The last value of a run, in the digits of its card; a long one, which has a unit there, as a power of ten."""
        value = float(self.runs[name].value[-1])
        long = max(abs(limit) for limit in self.view[1]) >= LONG_NUMBER
        return figure(value) if long else f"{self.heights[name][-1]:.{self.digits}f}"

    def place_said(self, place: float) -> str:
        """A place in a sentence: three digits of the window."""
        digits = int(np.clip(3 - np.floor(np.log10(self.view[0][1] - self.view[0][0])), 0, 6))
        return f"{round(float(place), digits) + 0.0:.{digits}f}"
