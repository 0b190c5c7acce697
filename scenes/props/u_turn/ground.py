"""Two error surfaces on one map: how much of it is low on each, and so which of them has the narrow valley."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from objectives import AnyObjective
from scenes.stage.maps.contour_map import heights
from scenes.stage.panels.plot import Range
from scenes.stage.words.figures import figure, in_math

WIDER = 1.5  # times as much low ground: a wide valley beside a narrow one


@dataclass(frozen=True)
class Valleys:
    """The first surface and the second, on one map that shows so much (2 ranges); low is what lies below `level`."""

    first: AnyObjective
    second: AnyObjective
    view: tuple[Range, Range]
    level: float

    @cached_property
    def shares(self) -> tuple[float, float]:
        """The part of the map that is low on each."""
        first, second = (self._low(objective) for objective in (self.first, self.second))
        return first, second

    def _low(self, objective: AnyObjective) -> float:
        with np.errstate(all="ignore"):
            return float(np.mean(heights(objective, *self.view)[2] < self.level))

    @property
    def narrows(self) -> bool:
        """Whether the first has clearly more low ground."""
        first, second = self.shares
        return first > WIDER * second

    @property
    def told(self) -> tuple[str, str]:
        """What both are, with how much of the map is low, and what that means."""
        first, second = (f"{self._part(share)} of the map is below {figure(self.level, 2)}" for share in self.shares)
        return f"{self.kinds[0]}: {first}", f"{self.kinds[1]}: {second}"

    @property
    def said(self) -> tuple[str, str]:
        """The same on the screen, beside the map."""
        bound = in_math(figure(self.level, 2))
        first, second = (f"{self._part(share)} below ${bound}$" for share in self.shares)
        return f"{self.kinds[0]}: {first}", f"{self.kinds[1]}: {second}"

    @property
    def kinds(self) -> tuple[str, str]:
        """What sort of valley each is, as far as they differ."""
        return f"{'a wide' * self.narrows or 'a'} valley", f"{'a narrow' * self.narrows or 'a'} valley"

    @staticmethod
    def _part(share: float) -> str:
        return f"{100 * share:.0f} %"
