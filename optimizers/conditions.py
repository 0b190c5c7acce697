"""Under which conditions rules are compared: how their learning rates change, and what noise their gradients have.

They are the same for all rules of a comparison, noise included, to the last digit: what differs is the rule. A constant
rate without noise is what `descend` does anyway, so that nothing changes for who asks for no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import count, repeat
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from objectives.errors import UsageError

from .guests.record import Guest, Together
from .minibatch import descend_minibatch
from .names import made_once, name_of_run
from .noise import descend_noisy, noise_at
from .problem import DataProblem, FloatArray, Problem
from .rules import Rule
from .schedules import Constant, RateSchedule, make_schedule, rates, scheduled
from .trajectory import Schedule, Trajectory, descend

CONSTANT = "constant"
TOGETHER = "side by side"  # of what is kept: the runs of several guests


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

    def descend_each(
        self, objective: Problem, rules: Mapping[str, Rule[Any]], start: ArrayLike, steps: int
    ) -> tuple[dict[str, Trajectory], dict[str, str]]:
        """The runs of rules by name, and of those that fail inside why: an optimizer of a library may, anywhere.

        They are those of `descend`. Guests that ask for the gradient alone run side by side, for that is quicker.
        """
        together = {name: rule for name, rule in rules.items() if isinstance(rule, Guest) and _fits_beside(rule, start)}
        runs, failed = self._side_by_side(objective, together, start, steps)
        for name in (name for name in rules if name not in together):
            try:
                runs[name] = self.descend(objective, rules[name], start, steps)
            except UsageError as error:
                if rules[name].says_all:  # ours does not fail: something else is wrong
                    raise
                failed[name] = str(error)
        return {name: runs[name] for name in rules if name in runs}, failed

    def _side_by_side(
        self, objective: Problem, guests: Mapping[str, Guest], start: ArrayLike, steps: int
    ) -> tuple[dict[str, Trajectory], dict[str, str]]:
        """The runs of guests by name, kept as those that each of them makes alone; and why others failed."""
        if not guests:
            return {}, {}
        names = {name: _name_of_guest(objective, rule, start, steps) for name, rule in guests.items()}

        def make() -> tuple[Trajectory, dict[int, str]]:
            team = Together.of(guests.values())
            return self._run(objective, team, start, steps), team.failed

        made, gave_up = made_once((self, TOGETHER, *names.values()), make)
        found = {name: made.at(place) for place, name in enumerate(guests) if place not in gave_up}
        runs = {name: made_once((self, *(names[name] or ())), partial(_as_is, run)) for name, run in found.items()}
        return runs, {name: gave_up[place] for place, name in enumerate(guests) if place in gave_up}

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


def _fits_beside(guest: Guest, start: ArrayLike) -> bool:
    """Whether it can be one of several: a single run that asks for no more than the gradient."""
    return not guest.asks and not guest.batch_shape and np.ndim(start) == 1


def _as_is(run: Trajectory) -> Trajectory:
    return run


def _name_of_guest(objective: Problem, rule: Any, start: ArrayLike, steps: int) -> tuple[Any, ...] | None:
    """A name for a single run of a guest, which is known by its own name and its settings; it takes long."""
    if not isinstance(rule, Rule) or rule.says_all or rule.batch_shape or np.ndim(start) != 1:
        return None
    own: Any = rule
    return objective, rule, own.learning_rate, tuple(np.asarray(start, dtype=float)), steps


PLAIN = Conditions()
"""Constant rates, and no noise."""
