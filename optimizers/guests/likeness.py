"""What makes an optimizer special does not show everywhere: which of our rules takes the path that a guest took.

Much of what optimizers add is for matrices, for many layers or for weight decay. On a vector of two parameters Adam is
left of some, plain gradient descent of others. Nothing in their names says so; so our rules are given the guest's own
settings and run from the same start, and who comes by the same places is told.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from objectives.errors import UsageError

from ..by_name import CALLED
from ..registry import RULES
from ..rules import Rule
from ..trajectory import Trajectory
from .record import Guest

NEAR = 1e-4  # of the way from the start: an epsilon that stands elsewhere in a formula moves a path less
FEWEST = 10  # steps: a first step has the same length in many rules
SIMPLE_FIRST = (
    "gradient_descent", "momentum", "nesterov", "signsgd", "lion", "adagrad", "adadelta", "rmsprop", "adam", "adamax",
    "nadam", "amsgrad", "adamw",
)  # fmt: skip


def same_path(run: Trajectory, other: Trajectory) -> bool:
    """Whether two single runs come by the same places, to `NEAR` of the farthest that the first was from its start."""
    if run.steps != other.steps or run.ended_at != other.ended_at or run.ended_at < FEWEST:
        return False
    places, others = run.iterates[: run.ended_at], other.iterates[: run.ended_at]
    far = np.abs(places - places[0]).max()
    return bool(np.abs(places - others).max() <= NEAR * far)


def likeness(guest: Guest, run: Trajectory, how: Callable[[Rule[Any]], Trajectory]) -> Rule[Any] | None:
    """Our rule, with the guest's settings, that takes the guest's path: the simplest, if several do.

    None if none does, or if the guest's own name is that of one of our rules. `run` is the guest's, single, and `how`
    runs a rule in the same way.
    """
    for name in () if _is_ours(guest) else SIMPLE_FIRST:
        with suppress(UsageError):  # a setting that ours does not have in that range
            if same_path(run, how(rule := RULES[name](**_settings(RULES[name], guest)))):
                return rule
    return None


def in_words(guest: Guest, rule: Rule[Any]) -> str:
    """What is to be said of a guest whose path a rule of ours takes, too."""
    return f"{guest.name} takes the path of {rule.name} here: whatever else it does, it does not on this landscape"


def _is_ours(guest: Guest) -> bool:
    own = guest.name.partition(":")[2].partition("(")[0].lower().replace("_", "")
    return own in {name.replace("_", "") for name in (*RULES, *CALLED)}


def _settings(kind: type[Rule[Any]], guest: Guest) -> dict[str, float]:
    """The guest's settings that a rule of ours has too, under whatever names."""
    told = {**_numbers(guest), **({} if guest.learning_rate is None else {"learning_rate": float(guest.learning_rate)})}
    known = {entry.name: (entry.name, *entry.elsewhere) for entry in kind.hyperparameters()}
    return {
        name: next(told[one] for one in names if one in told) for name, names in known.items() if told.keys() & names
    }


def _numbers(guest: Guest) -> Mapping[str, float]:
    """Settings that are numbers, pairs of betas apart."""
    read: dict[str, Any] = {}
    for name, value in guest.told[1:]:
        with suppress(ValueError, SyntaxError):
            read[name] = ast.literal_eval(value)
    if isinstance(pair := read.get("betas"), tuple):
        read |= {f"beta{k}": value for k, value in enumerate(pair, 1)}
    return {name: float(value) for name, value in read.items() if type(value) in (int, float)}
