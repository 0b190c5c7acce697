"""What became of a run: it arrived, it is stuck where it is flat, it swings, it is on its way, or it flew off.

Read from its last steps: low enough is what lies within `NEAR` of the lowest value that is known, flat a slope below
`FLAT`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from objectives import AnyObjective
from optimizers import Trajectory
from scenes.stage.words.figures import typed

NEAR, FLAT = 0.01, 0.05


@dataclass(frozen=True)
class Outcome:
    """A run, the lowest value that it could come to, and where that is."""

    run: Trajectory
    floor: float
    bottom: float

    @cached_property
    def settled(self) -> int | None:
        """The step from which it stays as low as it can get, if it does."""
        step: int | None = self.run.stays_below(self.floor + NEAR)
        return step

    @property
    def judged_at(self) -> int:
        """The step at which that is known: where it has arrived for good, else where it ended."""
        return int(self.run.ended_at) if self.settled is None else self.settled

    @cached_property
    def slope(self) -> float:
        """How steep it is where it ended."""
        with np.errstate(all="ignore"):
            return float(np.linalg.norm(self.run.gradients[self.run.ended_at]))

    @property
    def flew_off(self) -> bool:
        """Whether it ended before its steps were taken."""
        return bool(self.run.ended_at < self.run.steps)

    @property
    def stuck(self) -> bool:
        """Whether it ended where it is flat, and not low."""
        return self.settled is None and not self.flew_off and self.slope < FLAT

    @property
    def moving(self) -> bool:
        """Whether it had not come to rest when its steps were taken."""
        return self.settled is None and not self.flew_off and not self.stuck

    @property
    def swings(self) -> bool:
        """Whether it still moves, and has turned round; what has not is on its way."""
        steps = np.diff(self.run.iterates[:, 0])
        return self.moving and bool((steps[:-1] * steps[1:] < 0).any())

    @property
    def overshoots(self) -> bool:
        """Whether it gets up on the other side of the lowest place."""
        places, values = self.run.iterates[:, 0], self.run.values
        beyond = (places - self.bottom) * np.sign(places[0] - self.bottom) < 0
        return bool((values[beyond] > self.floor + NEAR).any())

    @property
    def told(self) -> str:
        """In a sentence whose subject is the run."""
        if self.settled is not None:
            return f"{'overshoots, and ' * self.overshoots}is there from step {self.settled} on"
        if self.flew_off:
            return f"flies off at step {self.run.ended_at}"
        state = "is stuck" if self.stuck else "still swings" if self.swings else "is still on its way"
        return f"{state} after {self.run.steps} steps"

    @property
    def short(self) -> str:
        """In a few words, as markup."""
        if self.settled is not None:
            return f"there from step ${self.settled}$"
        if self.flew_off:
            return f"flies off: step ${self.run.ended_at}$"
        return f"{self.state} at step ${self.run.steps}$"

    @property
    def state(self) -> str:
        """The same in a word or two."""
        if self.settled is not None:
            return "there"
        if self.flew_off:
            return "flies off"
        return "stuck" if self.stuck else "swings" if self.swings else "on its way"


def outcomes_of(objective: AnyObjective, runs: Mapping[str, Trajectory]) -> dict[str, Outcome]:
    """What becomes of runs on an objective of one variable."""
    lowest = objective.minima[0]
    floor = float(objective.value(lowest))
    return {name: Outcome(run, floor, lowest[0]) for name, run in runs.items()}


def defined(outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    """What the words mean that are said of some of the runs, as markup, longer wording first; nothing of none."""
    found = outcomes.values()
    there = any(outcome.settled is not None for outcome in found) * f"there: $f$ stays within ${NEAR}$ of the lowest"
    flat = any(outcome.stuck for outcome in found) * f"flat: a slope below ${FLAT}$"
    return "; ".join(filter(None, (there, flat))), there or flat, flat


def _first(momenta: Mapping[str, float], outcomes: Mapping[str, Outcome]) -> str:
    """Which momentum is there before all others, as a sentence; nothing if there is none, or if others are as soon."""
    settled = {name: step for name, outcome in outcomes.items() if (step := outcome.settled) is not None}
    soonest = [name for name, step in settled.items() if step == min(settled.values())]
    if len(soonest) != 1:
        return ""
    return f" Here ${typed(momenta[soonest[0]])}$ is first, at step ${settled[soonest[0]]}$."


def too_little_too_much(momenta: Mapping[str, float], outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    """What the least and the most momentum do, longer wording first, as far as it is so."""
    *_, (_, least) = sorted(((-momentum, name) for name, momentum in momenta.items()))
    *_, (_, most) = sorted((momentum, name) for name, momentum in momenta.items())
    little, much = outcomes[least], outcomes[most]
    if little.stuck and much.swings:
        told, brief = (f"too little: stuck{where}. Too much: swings." for where in (" where it is flat", ""))
        first = _first(momenta, outcomes)
        return f"{told}{first}", f"{brief}{first}", told, brief
    return f"least: {little.short}; most: {much.short}", f"least: {little.state}; most: {much.state}"
