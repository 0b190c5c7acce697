"""What a race came to: the highest error of each run's last steps, for a dip is no arrival; who ended lowest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from objectives import AnyObjective
from optimizers import Trajectory
from scenes.props.optimizer_race.rate_search import JUDGED
from scenes.stage.words.endings import last_value
from scenes.stage.words.naming import title_of

TIE = 1e-12  # errors so close are no victory
FAR_APART, ARRIVED = 50.0, 0.01  # ratio of the errors; share of the first error, above the lowest, that is left
HARDLY = 0.05  # share of the first error, above the lowest, that has not been lost where a rule has hardly left it


def arrives(end: Any, first: float, lowest: float) -> Any:
    """Whether hardly anything is left of the first error at the end (...), for numbers or arrays."""
    return end - lowest < ARRIVED * (first - lowest)


def lowest_known(objective: AnyObjective, runs: Callable[[], Mapping[str, Trajectory]]) -> float:
    """The lowest value that is known: of the minima, else of the runs."""
    minima = [float(objective.value(minimum)) for minimum in objective.minima]
    return min(minima or [float(np.nanmin(run.values)) for run in runs().values()])


@dataclass(frozen=True)
class Results:
    """The runs of a race by their rules, and the lowest value that is known."""

    runs: Mapping[str, Trajectory]
    lowest: float

    @cached_property
    def ends(self) -> dict[str, float]:
        """The highest error of each run's last steps."""
        return {
            name: max(last_value(run), float(np.nanmax(run.values[: run.ended_at + 1][-JUDGED:])))
            for name, run in self.runs.items()
        }

    @property
    def first(self) -> float:
        """The error at the start."""
        return float(next(iter(self.runs.values())).values[0])

    @property
    def far_apart(self) -> bool:
        """Whether the errors end far from each other."""
        return max(self.ends.values()) > FAR_APART * min(self.ends.values())

    @property
    def all_arrive(self) -> bool:
        """Whether hardly anything is left of the first error, for each."""
        return all(arrives(end, self.first, self.lowest) for end in self.ends.values())

    @property
    def arrival(self) -> str:
        """That all arrive, as markup; or no more than is so."""
        if not self.all_arrive:
            return "each with its own rate"
        return f"with its own rate, each has less than ${100 * ARRIVED:g} %$ of the error left"

    @property
    def staying(self) -> int:
        """How many have hardly left the error of the start, in all of the last steps and at the very last."""
        lost = HARDLY * (self.first - self.lowest)
        return sum(
            max(abs(end - self.first), abs(last_value(self.runs[name]) - self.first)) < lost
            for name, end in self.ends.items()
        )

    @property
    def one_rate(self) -> tuple[str, ...]:
        """What a race at one rate shows, as markup, at length and briefly."""
        said = "the same rate is not the same step" if self.far_apart else "the same rate for all"
        if not self.staying or not self.far_apart:
            return (said,)
        rules = "rule" if self.staying == 1 else "rules"
        left = f"${self.staying}$ {rules} hardly left the start's error"
        return f"{said}: {left}", f"the same rate: {left}", left

    @property
    def best(self) -> str:
        """The rule whose last errors are lowest, by the highest of them."""
        return min(self.ends, key=lambda name: self.ends[name])

    @property
    def ties(self) -> int:
        """How many end as low as the best."""
        best = self.ends[self.best]
        return sum(end - best <= TIE * (1 + abs(best)) for end in self.ends.values())

    @property
    def another_dips(self) -> bool:
        """Whether the very last error of another rule is lower than that of the best: of one that swings."""
        last = {name: last_value(run) for name, run in self.runs.items()}
        return self.ties == 1 and min(last.values()) < last[self.best]

    @property
    def winner(self) -> str:
        """Who ended lowest, in a few words."""
        if not np.isfinite(self.ends[self.best]):
            return "here all fly off"
        if self.ties > 1:
            return f"here {self.ties} end equally low"
        return f"here {title_of(self.best)} {'stays' if self.another_dips else 'ends'} lowest"
