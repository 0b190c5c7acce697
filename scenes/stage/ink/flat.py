"""Mobjects whose parts have no parts, such as a line of glyphs: their family is listed, and copied, at once.

Manim asks for families in every play, and goes through them one generator within another; for a copy, Python goes
through all that they hold, and through the numbers and names in it, too.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableSet
from copy import deepcopy
from typing import Any, Self, TypeVar

import numpy as np
from manim import CapStyleType, LineJointType, ManimColor, Mobject

#: What is never changed, but exchanged: a copy may have the same.
SETTLED = frozenset({type(None), bool, int, float, str, ManimColor, CapStyleType, LineJointType})


class Flat(Mobject):
    """Before another kind of mobject among the bases. Where a part has parts after all, Manim goes through them."""

    def get_family(self, recurse: bool = True) -> list[Mobject]:
        return [self, *self.submobjects] if self.is_flat() else super().get_family(recurse)

    def _iter_family(self, active_path: MutableSet[Mobject]) -> Iterator[Mobject]:
        """As part of a larger family."""
        return iter([self, *self.submobjects]) if self.is_flat() else super()._iter_family(active_path)

    def is_flat(self) -> bool:
        return not any(part.submobjects for part in self.submobjects)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """As Python copies, which Manim leaves it to."""
        return twin_of(self, memo)


M = TypeVar("M", bound=Mobject)


def twin_of(mobject: M, memo: dict[int, Any]) -> M:
    """A mobject like another, which has nothing in common with it; `memo` is as for `copy.deepcopy`."""
    return become_twin(type(mobject).__new__(type(mobject)), mobject, memo)


def become_twin(twin: M, mobject: M, memo: dict[int, Any]) -> M:
    """Give one mobject all that another holds, for itself."""
    memo[id(mobject)] = twin
    own = vars(twin)
    for name, value in vars(mobject).items():
        own[name] = value if type(value) in SETTLED else _own(value, memo)
    return twin


def _own(value: Any, memo: dict[int, Any]) -> Any:
    kind = type(value)
    if id(value) in memo:
        return memo[id(value)]
    if kind is np.ndarray and not value.dtype.hasobject:
        own = value.copy()
    elif kind is list:
        own = [_own(part, memo) for part in value]
    elif isinstance(value, Mobject) and kind.__deepcopy__ is Mobject.__deepcopy__:
        return twin_of(value, memo)
    else:
        return deepcopy(value, memo)
    memo[id(value)] = own
    return own
