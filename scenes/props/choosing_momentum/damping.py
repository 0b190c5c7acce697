"""Three runs on one parabola: without momentum, with much of it, and with the most that does not overshoot.

The closed form says how much that is. It is not taken on trust: a thousand momenta are run, in one broadcast descent,
to see which of them overshoot.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from objectives import AnyObjective
from optimizers import Momentum, Trajectory, descend, theory
from scenes.stage.ink.drawing import Array
from scenes.stage.words.figures import figure

NONE, CRITICAL, MUCH = "none", "critical", "much"
TRIED = np.linspace(0, 1, 1000, endpoint=False)
TOLERANCE = 0.01  # of the loss: low
STEPS, LONG = 100, 300  # of the three runs; of those that are only tried


@dataclass(frozen=True)
class Damping:
    """The three runs on a parabola of one variable, from one start, with one learning rate."""

    objective: AnyObjective
    start: tuple[float, ...]
    learning_rate: float
    much: float

    @cached_property
    def curvature(self) -> float:
        """The second derivative."""
        return float(self.objective.hessian(self.start)[0, 0])

    @property
    def size(self) -> float:
        """The learning rate times the curvature."""
        return self.learning_rate * self.curvature

    @cached_property
    def momenta(self) -> dict[str, float]:
        """The momentum of each run."""
        critical = theory.critical_momentum(self.size)
        return {NONE: 0.0, CRITICAL: critical, MUCH: self.much}

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        """What was computed."""
        rules = {name: Momentum(self.learning_rate, momentum) for name, momentum in self.momenta.items()}
        return {name: descend(self.objective, rule, self.start, STEPS) for name, rule in rules.items()}

    @cached_property
    def arrivals(self) -> dict[str, int | None]:
        """The step from which the loss of each run stays low, if it does."""
        return {name: run.stays_below(TOLERANCE) for name, run in self.runs.items()}

    @property
    def between_is_first(self) -> bool:
        """Whether the computed momentum arrives before none of it and before much."""
        none, between, much = self.arrivals.values()
        return between is not None and all(other is None or between < other for other in (none, much))

    @property
    def told(self) -> str:
        """When each arrives, in a sentence."""
        arrivals = "; ".join(map(self._told, (NONE, MUCH, CRITICAL)))
        best = ", the fastest way down without overshooting" if self.between_is_first else ""
        return f"{arrivals[0].upper()}{arrivals[1:]}{best}."

    def _told(self, name: str) -> str:
        momentum, step = self.momenta[name], self.arrivals[name]
        it = f"momentum {figure(momentum, 4)}" if momentum else "without momentum it"
        return f"{it} {'does not arrive' if step is None else f'arrives at step {step}'}"

    @cached_property
    def tried(self) -> float:
        """The largest of the momenta that are run without overshooting."""
        runs = descend(self.objective, Momentum(self.learning_rate, TRIED), self.start, LONG)
        return float(TRIED[self._lowest(runs.iterates) >= 0].max(initial=0.0))

    @cached_property
    def beyond(self) -> float:
        """How far beyond the minimum the run with much momentum gets."""
        return max(0.0, -float(self._lowest(self.runs[MUCH].iterates)))

    @property
    def farthest(self) -> int:
        """The step at which it is there; 0 if it never is."""
        path = self.runs[MUCH].iterates[:, 0] * np.sign(self.start[0])
        return int(np.argmin(path)) if self.beyond else 0

    @property
    def far_side(self) -> float:
        """The place that it gets to there."""
        return -self.beyond * float(np.sign(self.start[0]))

    def _lowest(self, iterates: Array) -> Array:
        """The place (*batch,) farthest from the start, which is taken to be on the positive side."""
        return np.asarray(np.min(iterates[..., 0] * np.sign(self.start[0]), axis=0))
