"""Under which conditions rules are compared: how their learning rates change, and what noise their gradients have.

They are the same for all rules of a comparison, noise included, to the last digit: what differs is the rule. A constant
rate without noise is what `descend` does anyway, so that nothing changes for who asks for no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import count, repeat
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from objectives.errors import UsageError

from .apart import apart, pays
from .guests.record import Guest, Together
from .minibatch import descend_in_orders, descend_minibatch
from .names import made_once, name_of_run
from .noise import descend_noisy, noise_at
from .problem import DataProblem, FloatArray, Problem
from .rules import Rule
from .schedules import Constant, RateSchedule, make_schedule, rates, scheduled
from .trajectory import Schedule, Trajectory, descend

CONSTANT = "constant"
TOGETHER = "side by side"  # of what is kept: the runs of several guests
STEP = 1e-4  # seconds that a guest's step takes, at least
Outcome: TypeAlias = tuple[dict[str, Trajectory], dict[str, str]]
"""Runs by name; and of those that failed, why."""


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

    def descend_each(self, objective: Problem, rules: Mapping[str, Rule[Any]], start: ArrayLike, steps: int) -> Outcome:
        """The runs of rules by name, and of those that fail inside why: an optimizer of a library may, anywhere.

        They are those of `descend`. Guests run side by side, and a long race of many in two processes: that is quicker.
        """
        found = {name: _name_of_guest(objective, rule, start, steps) for name, rule in rules.items()}
        names = {name: known for name, known in found.items() if known}
        guests: dict[str, Any] = {name: rules[name] for name in names}
        make = partial(self._shared_out, objective, guests, start, steps)
        visited, gave_up = made_once((self, TOGETHER, *names.items()), make)
        kept = {name: made_once((self, *names[name]), partial(_as_is, run)) for name, run in visited.items()}
        others = {name: rule for name, rule in rules.items() if name not in names}
        runs, failed = self._one_by_one(objective, others, start, steps)
        return {name: (kept | runs)[name] for name in rules if name in kept | runs}, gave_up | failed

    def _shared_out(self, objective: Problem, guests: Mapping[str, Guest], start: ArrayLike, steps: int) -> Outcome:
        """The runs of guests by name, some from another process if that pays; and why others failed."""
        away = _for_another_process(guests, steps)
        here = {name: guest for name, guest in guests.items() if name not in away}
        settle = {one.settle for one in away.values() if one.settle}
        with apart(partial(self._guests, objective, away, start, steps), settle) as others:
            runs, failed = self._guests(objective, here, start, steps)
            more, gave_up = others()
        return runs | {name: replace(run) for name, run in more.items()}, failed | gave_up  # read-only again

    def _guests(self, objective: Problem, guests: Mapping[str, Guest], start: ArrayLike, steps: int) -> Outcome:
        """The runs of guests by name, and why others failed: those that ask for the gradient alone side by side."""
        beside = {name: guest for name, guest in guests.items() if not guest.asks}
        alone = {name: guest for name, guest in guests.items() if guest.asks}
        runs, failed = self._one_by_one(objective, alone, start, steps)
        if beside:
            team = Together.of(beside.values())
            made = self._run(objective, team, start, steps)
            failed |= {name: team.failed[place] for place, name in enumerate(beside) if place in team.failed}
            runs |= {name: made.at(place) for place, name in enumerate(beside) if name not in failed}
        return runs, failed

    def _one_by_one(self, objective: Problem, rules: Mapping[str, Rule[Any]], start: ArrayLike, steps: int) -> Outcome:
        """The runs of rules by name, and why guests among them failed."""
        runs, failed = {}, {}
        for name, rule in rules.items():
            try:
                runs[name] = self.descend(objective, rule, start, steps)
            except UsageError as error:
                if rule.says_all:  # ours does not fail: something else is wrong
                    raise
                failed[name] = str(error)
        return runs, failed

    def descend_minibatch(
        self, objective: DataProblem, rule: Rule[Any], start: ArrayLike, *, steps: int, **how: Any
    ) -> Trajectory:
        """Run a rule on minibatches, as `optimizers.descend_minibatch` does; the noise comes on top of theirs."""
        moving = self.moving(rule, steps)
        return descend_minibatch(objective, moving, start, steps=steps, noise=self.noise, **{"seed": self.seed, **how})

    def descend_in_orders(
        self, objective: DataProblem, rule: Rule[Any], start: ArrayLike, orders: ArrayLike, steps: int
    ) -> Trajectory:
        """Run a rule in several orders of the samples, as `optimizers.descend_in_orders` does, all with one noise."""
        moving, starts = self.moving(rule, steps), np.tile(start, (len(np.atleast_2d(orders)), 1))
        name = name_of_run(objective, rule, starts, steps)
        own = name and (self, *name, np.asarray(orders).tobytes())
        make = partial(descend_in_orders, steps=steps, noise=self.noise, seed=self.seed)
        return made_once(own, lambda: make(objective, moving, start, orders))

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


def _for_another_process(guests: Mapping[str, Guest], steps: int) -> Mapping[str, Guest]:
    """About half of the work with them, as far as it can be done there; none where that takes longer than it spares.

    Who asks for more than the gradient takes between two and three times as long as others, and stays."""
    work = {name: 3 if guest.asks else 1 for name, guest in guests.items()}
    can = [name for name, guest in guests.items() if guest.settle and not guest.asks]
    half = can[: sum(work.values()) // 2] if pays(sum(work.values()) * steps * STEP) else []
    return {name: guests[name] for name in half}


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
