"""Which knob a hyper-parameter gets: its letter, its range, and whether equal ways on the knob are equal factors.

What a rule accepts stands where the rule is; a knob shows the part of that in which something happens. A
hyper-parameter that is not listed gets its own bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from objectives.errors import UsageError
from optimizers import Rule
from optimizers.hyperparameters import Choice, HyperParameter, Number, Switch


class Knob(NamedTuple):
    """A letter, and where the knob begins and ends."""

    symbol: str
    low: float
    high: float
    logarithmic: bool = False


KNOBS: Mapping[str, Knob] = {
    "learning_rate": Knob("η", 1e-5, 10.0, True),
    "momentum": Knob("γ", 0.0, 1.05),
    "dampening": Knob("τ", 0.0, 1.0),
    "learning_rate_decay": Knob("λ", 0.0, 1.0),
    "initial_accumulator": Knob("s₀", 0.0, 10.0),
    "decay": Knob("ρ", 0.0, 0.9999),
    "beta1": Knob("β₁", 0.0, 0.9999),
    "beta2": Knob("β₂", 0.0, 0.9999),
    "epsilon": Knob("ε", 1e-12, 1.0, True),
}


def hyperparameters(kind: type[Rule[Any]]) -> list[dict[str, Any]]:
    """What a page needs to know of each hyper-parameter of a rule: knob, default, and what is allowed, in words."""
    return [_described(entry) for entry in kind.hyperparameters()]


def refusals(kind: type[Rule[Any]]) -> list[dict[str, Any]]:
    """What a rule refuses although each hyper-parameter alone is allowed: a number that some words fix.

    Found by asking the rule itself, with each number at its default and inside its bounds.
    """
    entries = {entry.name: entry for entry in kind.hyperparameters()}
    options = {name: entry.kind.words for name, entry in entries.items() if isinstance(entry.kind, Choice)}
    numbers = [name for name, entry in entries.items() if isinstance(entry.kind, Number)]
    tried = [(dict(zip(options, words, strict=True)), name) for words in product(*options.values()) for name in numbers]
    return [
        {"words": words, "name": name, "only": entries[name].default, "message": message}
        for words, name in tried
        if (message := _refusal(kind, words, name))
    ]


def _refusal(kind: type[Rule[Any]], words: Mapping[str, Any], name: str) -> str | None:
    try:
        kind(**words, **{name: 0.5})
    except UsageError as error:
        return str(error)
    return None


def _described(entry: HyperParameter) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": entry.name,
        "default": entry.default,
        "allowed": entry.bounds,
        "meaning": entry.meaning,
    }
    facts |= {"also": list(entry.elsewhere)}
    if isinstance(entry.kind, Switch):
        return facts | {"kind": "switch", "symbol": entry.name, "choices": [False, True]}
    if isinstance(entry.kind, Choice):
        return facts | {"kind": "choice", "symbol": entry.name, "choices": list(entry.kind.words)}
    assert isinstance(entry.kind, Number)
    knob = KNOBS.get(entry.name) or _of_bounds(entry.name, entry.kind)
    return facts | {"kind": "number", "bounds": _bounds(entry.kind), **knob._asdict()}


def _bounds(kind: Number) -> dict[str, Any]:
    """The bounds as a page checks them; None for no upper one."""
    return {
        "lowest": kind.lowest,
        "highest": None if kind.highest == np.inf else kind.highest,
        "lowestIncluded": kind.lowest_included,
        "highestIncluded": kind.highest_included,
    }


def _of_bounds(name: str, kind: Number) -> Knob:
    return Knob(name, kind.lowest, 1.0 if kind.highest == np.inf else kind.highest)
