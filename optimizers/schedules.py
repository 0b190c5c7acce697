"""The learning rate as a run goes on: large while it is far, small when it is near.

A schedule says the learning rate of each step from the one that a rule has: `rate(t, learning_rate, steps)` at step
t = 0, 1, ... of so many. Everything broadcasts, so that one call serves all steps, or a batch of rates. `scheduled`
makes of a rule and a schedule what `descend` takes: a function of the step that returns the rule for it.

    descend(objective, scheduled(Momentum(0.1, 0.9), Cosine(), steps=100), start, steps=100)

The conventions are those of `torch.optim.lr_scheduler`, stepped once a step; names of settings there are understood.
A rule with a memory takes a new rate as its memory allows: `Momentum` in the form `lecture`, and `Nesterov` as the
lecture has it, keep updates, in which the old rate stays until they have faded; in the forms `pytorch` and `average`
the memory holds gradients, and the new rate applies to all of it at once.
"""

# ruff: noqa: RUF009
# The calls beside the fields of a schedule declare them, as `dataclasses.field` does: no default is shared.

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar, final

import numpy as np

from objectives.errors import UsageError, unknown

from .by_name import named
from .hyperparameters import Kind, Number, Numbers, Settled, number
from .problem import FloatArray
from .rules import Rule
from .trajectory import Schedule, whole

VARIABLES = ("t", "T", "eta")  # of a formula: the step, how many there are, the rule's own learning rate


class RateSchedule(ABC):
    """How the learning rate changes; `title` and `in_a_word` make a sentence."""

    title: ClassVar[str]
    in_a_word: ClassVar[str] = ""

    @abstractmethod
    def rate(self, t: Numbers, learning_rate: Numbers, steps: int) -> Numbers:
        """The learning rate of step t (0 is the first) of so many; t and the rule's learning rate broadcast."""


@final
@dataclass(frozen=True)
class Constant(Settled, RateSchedule):
    """The rule's own learning rate, at every step."""

    name: ClassVar[str] = "constant"
    title: ClassVar[str] = "constant"
    in_a_word: ClassVar[str] = "stays as it is"

    def rate(self, t: Numbers, learning_rate: Numbers, steps: int) -> Numbers:  # noqa: ARG002 - of all schedules
        return learning_rate + 0.0 * t


@final
@dataclass(frozen=True)
class StepDecay(Settled, RateSchedule):
    """times `factor` after each `every` steps (torch: StepLR)."""

    name: ClassVar[str] = "step"
    title: ClassVar[str] = "step"
    in_a_word: ClassVar[str] = "drops at once, every so many steps"
    every: Numbers = number(30.0, "steps from one drop to the next", above=0.0, elsewhere=("step_size", "period"))
    factor: Numbers = number(0.1, "what is left after a drop", elsewhere=("gamma", "decay_factor", "decay_rate"))

    def rate(self, t: Numbers, learning_rate: Numbers, steps: int) -> Numbers:  # noqa: ARG002 - of all schedules
        return learning_rate * self.factor ** np.floor(t / self.every)


@final
@dataclass(frozen=True)
class InverseTime(Settled, RateSchedule):
    """over 1 + decay t: Robbins and Monro's (1951), and what `AdaGrad` has as `learning_rate_decay`."""

    name: ClassVar[str] = "inverse_time"
    title: ClassVar[str] = "1/t"
    in_a_word: ClassVar[str] = "falls as one over the step"
    decay: Numbers = number(0.1, "the learning rate is over 1 + t times this", elsewhere=("decay_rate", "lr_decay"))

    def rate(self, t: Numbers, learning_rate: Numbers, steps: int) -> Numbers:  # noqa: ARG002 - of all schedules
        return learning_rate / (1.0 + self.decay * t)


@final
@dataclass(frozen=True)
class Cosine(Settled, RateSchedule):
    """Half a wave of a cosine down to `lowest` (Loshchilov and Hutter 2017; torch: CosineAnnealingLR).

    After `over` steps it stays there; PyTorch's comes up again.
    """

    name: ClassVar[str] = "cosine"
    title: ClassVar[str] = "cosine"
    in_a_word: ClassVar[str] = "falls slowly, then fast, then slowly"
    over: Numbers = number(0.0, "steps until it has fallen; 0: as many as the run has", elsewhere=("T_max",))
    lowest: Numbers = number(0.0, "the learning rate at the end", elsewhere=("eta_min",))

    def rate(self, t: Numbers, learning_rate: Numbers, steps: int) -> Numbers:
        over = np.where(np.equal(self.over, 0.0), max(steps, 1), self.over)
        return _bent(learning_rate, self.lowest, np.minimum(t / over, 1.0))


@final
@dataclass(frozen=True)
class WarmUp(Settled, RateSchedule):
    """From `first` of the learning rate in a straight line up to all of it (torch: LinearLR); then another schedule."""

    name: ClassVar[str] = "warm_up"
    title: ClassVar[str] = "warm-up"
    in_a_word: ClassVar[str] = "begins small and grows for some steps"
    steps: Numbers = number(5.0, "until it is all there", above=0.0, elsewhere=("total_iters", "warmup_steps"))
    first: Numbers = number(1 / 3, "share of the learning rate at step 0", elsewhere=("start_factor",))

    def rate(self, t: Numbers, learning_rate: Numbers, steps: int) -> Numbers:  # noqa: ARG002 - of all schedules
        return learning_rate * (self.first + (1.0 - self.first) * np.minimum(t / self.steps, 1.0))


@final
@dataclass(frozen=True)
class OneCycle(Settled, RateSchedule):
    """Up to the learning rate and down to nearly nothing, both along a cosine (Smith 2018; torch: OneCycleLR).

    PyTorch's also lets momentum go down and up by itself (cycle_momentum); this one leaves it alone. It ends at the
    run's last step, so it has as many steps as the run.
    """

    name: ClassVar[str] = "one_cycle"
    title: ClassVar[str] = "one cycle"
    in_a_word: ClassVar[str] = "rises, and falls to nearly nothing"
    rising: Numbers = number(0.3, "share of the steps in which it rises", at_most=1.0, elsewhere=("pct_start",))
    first: Numbers = number(0.04, "share of the learning rate at step 0; one over PyTorch's div_factor")
    last: Numbers = number(4e-6, "share of the learning rate at the last step")

    def rate(self, t: Numbers, learning_rate: Numbers, steps: int) -> Numbers:
        top = np.maximum(self.rising * steps - 1.0, 0.0)
        up = _bent(self.first, 1.0, np.minimum(t / np.maximum(top, 1e-9), 1.0))
        down = _bent(1.0, self.last, (t - top) / np.maximum(steps - 1.0 - top, 1e-9))
        return learning_rate * np.where(np.less_equal(t, top), np.where(top > 0, up, 1.0), down)


@final
@dataclass(frozen=True)
class Then(RateSchedule):
    """A warm-up, and after its steps another schedule, which begins at its own step 0 (torch: SequentialLR)."""

    title: ClassVar[str] = "warm-up, then another"
    warm_up: WarmUp
    then: RateSchedule

    def rate(self, t: Numbers, learning_rate: Numbers, steps: int) -> Numbers:
        length = self.warm_up.steps
        left = max(steps - int(np.max(length)), 1)
        later = self.then.rate(np.maximum(t - length, 0.0), learning_rate, left)
        return np.where(np.less(t, length), self.warm_up.rate(t, learning_rate, steps), later)


@final
@dataclass(frozen=True)
class Formula(RateSchedule):
    """The learning rate as a formula in t, the step from 0 on; T is the number of steps, eta the rule's learning rate.

    Without eta in it, it is the learning rate itself. Raises `UsageError`, which marks the place, for what is no
    formula in these.
    """

    title: ClassVar[str] = "formula"
    text: str

    def __post_init__(self) -> None:
        _read(self.text)

    def rate(self, t: Numbers, learning_rate: Numbers, steps: int) -> Numbers:
        from objectives.numeric import evaluate

        variables, expression = _read(self.text)
        columns = np.broadcast_arrays(np.float64(t), np.float64(steps), np.asarray(learning_rate, np.float64))
        found: FloatArray = evaluate(variables, (expression,), columns)[0]
        return found


@lru_cache(maxsize=64)
def _read(text: str) -> tuple[Any, Any]:
    """The variables and the expression of a formula; SymPy is imported here, where somebody types one."""
    from objectives.expression import parse_expression
    from objectives.numeric import stable

    symbols = tuple(parse_expression(name, VARIABLES) for name in VARIABLES)
    return symbols, stable(parse_expression(text, VARIABLES))


def _bent(start: Numbers, end: Numbers, share: Numbers) -> Numbers:
    """From start to end along half a wave of a cosine."""
    return end + (start - end) * (1.0 + np.cos(np.pi * share)) / 2.0


_ALL: tuple[type[Settled], ...] = (Constant, StepDecay, InverseTime, Cosine, WarmUp, OneCycle)
SCHEDULES: Mapping[str, type[Any]] = MappingProxyType({kind.name: kind for kind in _ALL})


# From words to schedules ----------------------------------------------------------------------------------------------


def make_schedule(text: str) -> RateSchedule:
    """A schedule as it is typed: `cosine`, `step(every=20, factor=0.5)`, `warm_up(steps=5) then cosine`, a formula.

    Raises `UsageError` for an unknown name (it names the nearest), setting or value, and for what is no formula.
    """
    first, *more = (part.strip() for part in re.split(r"\bthen\b", text))
    begun = _one(first)
    if not more:
        return begun
    if not isinstance(begun, WarmUp):
        raise UsageError(
            f"Only warm_up has something after it, as in 'warm_up(steps=5) then cosine', and not '{first}'."
        )
    return Then(begun, make_schedule(" then ".join(more)))


def _one(text: str) -> RateSchedule:
    found = re.fullmatch(r"([A-Za-z_][\w-]*)\s*(?:\((.*)\))?", text, re.S)
    name = found[1].replace("-", "_").lower() if found else ""
    if found and name in SCHEDULES:
        kind = SCHEDULES[name]
        made: RateSchedule = kind(**named(kind, f"setting of {name}", _settings(name, found[2] or "")))
        return made
    if found and _is_meant_for_a_name(found[1], found[2]):
        raise unknown("schedule", found[1], SCHEDULES)
    return Formula(text)


def _is_meant_for_a_name(word: str, inside: str | None) -> bool:
    from objectives.expression import has_meaning

    return "=" in (inside or "") or (inside is None and not has_meaning(word))


def _settings(name: str, text: str) -> dict[str, object]:
    """`every=20, factor=0.5` as settings."""
    settings: dict[str, object] = {}
    for part in filter(str.strip, text.split(",")):
        setting, sign, value = (piece.strip() for piece in part.partition("="))
        try:
            settings[setting] = float(value)
        except ValueError:
            sign = ""
        if not sign:
            raise UsageError(f"{name} takes settings like {_example(name)}, and not '{part.strip()}'.")
    return settings


def _example(name: str) -> str:
    entries = SCHEDULES[name].hyperparameters()
    return ", ".join(f"{entry.name}={entry.default:g}" for entry in entries) or "none"


# From schedules to runs -----------------------------------------------------------------------------------------------


def rates(schedule: RateSchedule, learning_rate: Numbers, steps: int) -> FloatArray:
    """The learning rate of each step: (steps, *batch), for a learning rate of the batch's shape."""
    count = whole("steps", steps, 0)
    t = np.arange(float(count)).reshape(-1, *(1 for _ in np.shape(learning_rate)))
    return np.asarray(np.broadcast_to(schedule.rate(t, learning_rate, count), (count, *np.shape(learning_rate))))


def scheduled(rule: Rule[Any], schedule: RateSchedule, steps: int) -> Schedule:
    """What `descend` takes: at step k the rule with that step's learning rate, the others as they are.

    Raises `UsageError`, with the step, for a learning rate that the rule does not take, or for a rule without one.
    """
    base: Any = rule
    count = whole("steps", steps, 0)
    if base.learning_rate is None:
        raise UsageError(f"{rule.title} has no learning rate that a schedule could change: leave the schedule out.")
    kind: Kind = next((one.kind for one in rule.hyperparameters() if one.name == "learning_rate"), Number())

    def at(k: int) -> Rule[Any]:
        with np.errstate(all="ignore"):
            rate = schedule.rate(float(k), base.learning_rate, count)
        changed: Rule[Any] = copy(rule)  # the rest has been checked, and stays
        checked = kind.checked(f"learning_rate of {rule.name} at step {k}", rate)
        object.__setattr__(changed, "learning_rate", checked)
        return changed

    return at
