"""Two error surfaces on one map: how much of it is low on each, and so which of them has the narrow valley."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from objectives import AnyObjective
from scenes.stage.maps.contour_map import heights
from scenes.stage.panels.plot import Range

WIDER = 1.5  # times as much low ground: a wide valley beside a narrow one


@dataclass(frozen=True)
class Valleys:
    """The first surface and the second, in one window (2 ranges); low is what lies below `level`."""

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
        """What both are, with how much of the map is low."""
        first, second = (f"{100 * share:.0f} % of the map is low" for share in self.shares)
        return (
            f"{'a wide' * self.narrows or 'a'} valley: {first}",
            f"{'a narrow' * self.narrows or 'a'} valley: {second}",
        )

    @property
    def said(self) -> tuple[str, str]:
        """The same on the screen, beside the map."""
        first, second = (told.replace(" of the map", "") for told in self.told)
        return first, second
