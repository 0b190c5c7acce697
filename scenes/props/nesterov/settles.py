"""Both rules from beside a minimum: how far from it each of them is in its last steps, and what that makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimizers import Trajectory
from scenes.props.nesterov.outcome import becomes
from scenes.stage.ink.drawing import Array

OFF = (0.02, 0.02)  # from the minimum, where the runs start
STEPS, LAST = 60, 10  # steps; of these, at the end, those in which a run is looked at


@dataclass(frozen=True, eq=False)
class Settling:
    """Runs by rule, and the minimum (2,) beside which they start."""

    runs: Mapping[str, Trajectory]
    minimum: Array

    @property
    def off(self) -> float:
        """How far from the minimum they start."""
        return float(np.linalg.norm(OFF))

    def distances(self, name: str) -> Array:
        """From the minimum, at each step."""
        return np.asarray(np.linalg.norm(self.runs[name].iterates - self.minimum, axis=-1))

    @property
    def last(self) -> dict[str, float]:
        """The largest distance of the last steps, by rule."""
        return {name: self._last(name) for name in self.runs}

    def _last(self, name: str) -> float:
        last = self.distances(name)[: self.runs[name].ended_at + 1][-LAST:]
        return float(np.max(np.where(np.isnan(last), np.inf, last)))

    @property
    def outcomes(self) -> dict[str, str]:
        """What the runs do."""
        return {name: becomes(last, self.off) for name, last in self.last.items()}
