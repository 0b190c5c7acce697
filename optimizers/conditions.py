"""Under which conditions rules are compared: how their learning rates change, and what noise their gradients have.

They are the same for all rules of a comparison, noise included, to the last digit: what differs is the rule. A constant
rate without noise is what `descend` does anyway, so that nothing changes for who asks for no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count, repeat
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from objectives.errors import UsageError

from .minibatch import descend_minibatch
from .names import made_once, name_of_run
from .noise import descend_noisy, noise_at
from .problem import DataProblem, FloatArray, Problem
from .rules import Rule
from .schedules import Constant, RateSchedule, make_schedule, rates, scheduled
from .trajectory import Schedule, Trajectory, descend

CONSTANT = "constant"


@dataclass(frozen=True)
class Conditions:
    """A schedule, as `make_schedule` reads it, and the standard deviation of the noise on each coordinate of the
    gradient, with its seed."""

    schedule: str = CONSTANT
    noise: float = 0.0
    seed: int = 0

    @cached_property
    def shape(self) -> RateSchedule:
        """What the schedule's text means."""
        return make_schedule(self.schedule)

    @property
    def changes(self) -> bool:
        """Whether learning rates change."""
        return not isinstance(self.shape, Constant)

    @property
    def is_noisy(self) -> bool:
        return self.noise > 0

    @property
    def are_plain(self) -> bool:
        """Whether they are those of a run of which nothing is said."""
        return not (self.changes or self.is_noisy)

    def descend(self, objective: Problem, rule: Rule[Any] | Schedule, start: ArrayLike, steps: int) -> Trajectory:
        """Run a rule, as `optimizers.descend` does; what is a schedule already keeps its own rates."""
        name = name_of_run(objective, rule, start, steps) if not self.are_plain else None
        name = name or _name_of_guest(objective, rule, start, steps)
        return made_once(name and (self, *name), lambda: self._run(objective, rule, start, steps))

    def _run(self, objective: Problem, rule: Rule[Any] | Schedule, start: ArrayLike, steps: int) -> Trajectory:
        moving = self.moving(rule, steps)
        if not self.is_noisy:
            return descend(objective, moving, start, steps)
        return descend_noisy(objective, moving, start, steps, deviation=self.noise, seed=self.seed)

    def descend_minibatch(
        self, objective: DataProblem, rule: Rule[Any], start: ArrayLike, *, steps: int, **how: Any
    ) -> Trajectory:
        """Run a rule on minibatches, as `optimizers.descend_minibatch` does; the noise comes on top of theirs."""
        moving = self.moving(rule, steps)
        return descend_minibatch(objective, moving, start, steps=steps, noise=self.noise, **{"seed": self.seed, **how})

    def moving(self, rule: Rule[Any] | Schedule, steps: int) -> Rule[Any] | Schedule:
        """The rule with its schedule; as it is where there is none, or no learning rate."""
        if not self.changes or not isinstance(rule, Rule) or getattr(rule, "learning_rate", None) is None:
            return rule
        return scheduled(rule, self.shape, steps)

    def rates(self, learning_rate: float, steps: int) -> FloatArray:
        """The learning rate of each step, (steps,), for one that is `learning_rate`."""
        return rates(self.shape, learning_rate, steps)

    def rates_of(self, rules: Mapping[str, Rule[Any]], steps: int) -> dict[str, FloatArray]:
        """Those of the rules, by name, that have one which changes."""
        if not self.changes:
            return {}
        own = {name: getattr(rule, "learning_rate", None) for name, rule in rules.items()}
        return {name: self.rates(rate, steps) for name, rate in own.items() if rate is not None}

    def errors(self, dimension: int) -> Iterator[FloatArray]:
        """What is added to the gradient (d,), step by step, without end."""
        if not self.is_noisy:
            return repeat(np.zeros(dimension))
        return (noise_at(k, dimension, self.noise, self.seed) for k in count())


def _name_of_guest(objective: Problem, rule: Any, start: ArrayLike, steps: int) -> tuple[Any, ...] | None:
    """A name for a single run of a guest, which is known by its own name and its settings; it takes long."""
    if not isinstance(rule, Rule) or rule.says_all or rule.batch_shape or np.ndim(start) != 1:
        return None
    own: Any = rule
    return objective, rule, own.learning_rate, tuple(np.asarray(start, dtype=float)), steps


def that_run(
    rules: Mapping[str, Rule[Any]], run: Callable[[Rule[Any]], Trajectory]
) -> tuple[dict[str, Trajectory], dict[str, str]]:
    """The runs of rules by name, and of those that fail inside why they do: an optimizer of a library may, anywhere."""
    runs: dict[str, Trajectory] = {}
    failed: dict[str, str] = {}
    for name, rule in rules.items():
        try:
            runs[name] = run(rule)
        except UsageError as error:
            if rule.says_all:  # ours does not fail: something else is wrong
                raise
            failed[name] = str(error)
    return runs, failed


PLAIN = Conditions()
"""Constant rates, and no noise."""
