"""What names a run, so that it is not computed twice: the words of a clip ask for the same runs as its pictures do."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from .rules import Rule

MOST = 20_000  # numbers in the iterates of a run that is kept: at most 400 kilobytes with all that belongs to it


Made = TypeVar("Made")


def made_once(name: tuple[Hashable, ...] | None, make: Callable[[], Made]) -> Made:
    """What was made under that name, if it is still kept; else it is made now. Without a name nothing is kept."""
    made: Made = make() if name is None else _kept(_Named(name, make))
    return made


@dataclass(frozen=True)
class _Named:
    """Equal names, equal runs, however they are made."""

    name: tuple[Hashable, ...]
    make: Callable[[], Any] = field(compare=False)


@lru_cache(maxsize=192)
def _kept(wanted: _Named) -> Any:
    return wanted.make()


def name_of_run(objective: object, rule: object, start: ArrayLike, steps: int) -> tuple[Hashable, ...] | None:
    """The name of a run, the same for equal runs alone.

    None for a long run, and for one that has no name: of a schedule, of a guest, of what cannot be run at all.
    """
    if not isinstance(rule, Rule) or not rule.says_all or type(steps) is not int:
        return None
    try:
        x = np.asarray(start, dtype=float)
        name = (objective, *name_of_rule(rule), _named(x), steps)
        hash(name)
        points = math.prod(np.broadcast_shapes(x.shape[:-1], rule.batch_shape))
    except (TypeError, ValueError):
        return None
    return name if steps * points * (x.shape[-1] if x.ndim else 1) <= MOST else None


def name_of_rule(rule: Rule[Any]) -> tuple[Hashable, ...]:
    """Its class and its settings, the same for equal rules alone, if all of it is in those."""
    return type(rule), *((entry.name, _named(getattr(rule, entry.name))) for entry in fields(rule))


def _named(value: object) -> Hashable:
    """An array by what it holds; anything else names itself, if it can."""
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        return value.shape, value.dtype.str, value.tobytes()
    return value
