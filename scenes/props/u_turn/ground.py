"""Two error surfaces: how much more each bends across its valley than along it, and so which one is the narrow one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from objectives import AnyObjective
from scenes.stage.ink import layout
from scenes.stage.words.figures import figure, in_math

DIGITS, LARGE = 2, 100.0  # of a bend; it has one more from there on: 7.8 and 375
NARROWER = 2.0  # times as much: a narrow valley beside a wide one


@dataclass(frozen=True)
class Valleys:
    """The first surface and the second."""

    first: AnyObjective
    second: AnyObjective

    @cached_property
    def bends(self) -> tuple[float, float]:
        """How many times as much each bends across as along, at its lowest point."""
        first, second = (bend_of(objective) for objective in (self.first, self.second))
        return first, second

    @property
    def narrows(self) -> bool:
        """Whether the second bends clearly more than the first."""
        return self.bends[1] > NARROWER * self.bends[0]

    @property
    def kinds(self) -> tuple[str, str]:
        """What sort of valley each is, as far as they differ."""
        return f"{'a wide' * self.narrows or 'a'} valley", f"{'a narrow' * self.narrows or 'a'} valley"

    @property
    def told(self) -> tuple[str, str]:
        """What both are, in a caption."""
        return self._each(lambda bend: f", at the bottom {bend} times as bent across as along")

    @property
    def said(self) -> tuple[str, str]:
        """And on the screen, as much as there is room for."""
        return (
            self.kinds if layout.is_small() else self._each(lambda b: f": ${in_math(b)}$ times as bent across as along")
        )

    def _each(self, how: Callable[[str], str]) -> tuple[str, str]:
        first, second = (
            f"{kind}{how(figure(bend, DIGITS + (bend >= LARGE)))}" if np.isfinite(bend) else kind
            for kind, bend in zip(self.kinds, self.bends, strict=True)
        )
        return first, second


def bend_of(objective: AnyObjective) -> float:
    """The condition number at the lowest point, the largest curvature by the smallest (Nocedal and Wright, "Numerical
    Optimization", 3.3); not a number, where no such point is known, or it is level some way."""
    if not objective.minima:
        return float("nan")
    smallest, *_, largest = np.linalg.eigvalsh(objective.hessian(np.array(objective.minima[0])))
    return float(largest / smallest) if smallest > 0 else float("nan")
