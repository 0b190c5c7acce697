"""What an optimizer wants to be told is not said by its name: so it is tried on a bowl, in one way after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from objectives.errors import UsageError

from ..problem import FloatArray
from .record import Machine


@dataclass(frozen=True)
class Bowl:
    """x^2 + y^2/2, as machines ask for it."""

    curvatures: tuple[float, ...] = (2.0, 1.0)

    def slope(self, x: FloatArray) -> FloatArray:
        return np.array(self.curvatures) * x

    def value(self, x: FloatArray) -> float:
        return float(x @ self.slope(x)) / 2

    def hessian(self, _: FloatArray) -> FloatArray:
        return np.diag(self.curvatures)


def first_way(ways: Iterable[str], make: Callable[[str, FloatArray], Machine], why: Callable[[Exception], str]) -> str:
    """The first of the ways in which two steps are taken; raises UsageError if none works, with why.

    Of several reasons the last counts that is not just that something was not handed over."""
    reasons: list[tuple[bool, str]] = []
    for way in ways:
        try:
            machine = make(way, np.array([1.0, 0.5]))
            if not all(np.isfinite(machine.step(Bowl(), None)).all() for _ in range(2)):
                raise ValueError("its steps are not finite on x^2 + y^2/2")
            return way
        except Exception as error:  # each library raises what it likes
            reasons.append((not isinstance(error, TypeError), why(error)))
    raise UsageError(max(reversed(reasons), key=lambda one: one[0])[1])
