"""Three runs on one parabola: without momentum, with much of it, and with the most that does not overshoot.

The closed form says how much that is. It is not taken on trust: a thousand momenta are run, in one broadcast descent,
to see which of them overshoot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from objectives import AnyObjective
from optimizers import Momentum, Trajectory, descend, theory
from optimizers.hyperparameters import Numbers
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
    def top(self) -> float:
        """The momentum up to which it is swept: that of the run with much, or where that does not swing, more."""
        critical = self.momenta[CRITICAL]
        return self.much if self.much > critical else (1 + critical) / 2

    @property
    def told_of_steps(self) -> str:
        """What each step keeps, in sentences."""
        none, least, much = (as_share(self.kept[name]) for name in (NONE, CRITICAL, MUCH))
        told = f"In the long run each step keeps {none} of the distance without momentum"
        less = f", and less the more momentum: {least} at {figure(self.momenta[CRITICAL], 4)}"
        told = f"{told}{less * (self.kept[CRITICAL] < self.kept[NONE])}."
        more = f" Beyond, the ball swings, and at {figure(self.much, 6)} each step keeps {much} of the swing."
        return f"{told}{more}" if self.much > self.momenta[CRITICAL] else told

    @property
    def between_is_first(self) -> bool:
        """Whether the computed momentum arrives before none of it and before much."""
        none, between, much = self.arrivals.values()
        return between is not None and all(other is None or between < other for other in (none, much))

    @property
    def words(self) -> dict[str, str]:
        """What captions say of the three."""
        return {"arrivals": self.told, "each_step": self.told_of_steps}

    @property
    def closed_form_claim(self) -> tuple[str, bool]:
        """That the runs overshoot from the computed momentum on, and whether they do."""
        critical = self.momenta[CRITICAL]
        told = f"the closed form gives {critical:.4f}; of {len(TRIED)} momenta that are run, {self.tried:.3f} is the"
        return f"{told} largest without overshoot", abs(self.tried - critical) < 0.005

    @property
    def measured_claim(self) -> tuple[str, bool]:
        """That the runs keep what is computed, and whether they do."""
        pairs = [(self.measured[name], self.kept[name]) for name in self.momenta]
        told = ", ".join(f"{figure(measured)} ({figure(computed)})" for measured, computed in pairs)
        return f"each step of the runs keeps what is computed: {told}", all(abs(a - b) < 0.01 for a, b in pairs)

    @property
    def arrival_claim(self) -> tuple[str, bool]:
        """That the computed momentum arrives first, and whether it does."""
        none, between, much = map(said, self.arrivals.values())
        return f"it arrives before the others: {between}, against {none} and {much}", self.between_is_first

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
        return float(TRIED[self._lowest(self.swept(TRIED, LONG)) >= 0].max(initial=0.0))

    def swept(self, momenta: Array, steps: int) -> Array:
        """The places (steps + 1, n) of runs with n momenta."""
        return descend(self.objective, Momentum(self.learning_rate, momenta), self.start, steps).iterates[..., 0]

    @cached_property
    def kept(self) -> dict[str, float]:
        """The share of the distance that each step of the three keeps in the long run."""
        return {name: float(kept(momentum, self.size)) for name, momentum in self.momenta.items()}

    @cached_property
    def measured(self) -> dict[str, float]:
        """The same from the runs: how much nearer it stays for good after so many steps more, a step."""
        places = np.abs(self.swept(np.array([*self.momenta.values()]), LONG))
        near = np.maximum.accumulate(places[::-1], axis=0)[::-1]
        with np.errstate(all="ignore"):
            shares = (near[2 * STEPS] / near[STEPS]) ** (1 / STEPS)
        return dict(zip(self.momenta, map(float, shares), strict=True))

    @cached_property
    def beyond(self) -> float:
        """How far beyond the minimum the run with much momentum gets."""
        return max(0.0, -float(self._lowest(self.runs[MUCH].iterates[:, 0])))

    @property
    def farthest(self) -> int:
        """The step at which it is there; 0 if it never is."""
        path = self.runs[MUCH].iterates[:, 0] * np.sign(self.start[0])
        return int(np.argmin(path)) if self.beyond else 0

    @property
    def far_side(self) -> float:
        """The place that it gets to there."""
        return -self.beyond * float(np.sign(self.start[0]))

    def _lowest(self, places: Array) -> Array:
        """The place (*batch,) farthest from the start, which is taken to be on the positive side."""
        return np.asarray(np.min(places * np.sign(self.start[0]), axis=0))


def decimals(share: float) -> int:
    """How many decimals a share needs, so that what is nearly all of it is not 1."""
    return max(2, min(6, -math.floor(math.log10(1 - share)))) if 0.995 <= share < 1 else 2


def as_share(share: float) -> str:
    """A share in a sentence: of two digits, and more where these would say 1.

    >>> as_share(0.9), as_share(0.684), as_share(0.998), as_share(0.99995), as_share(1.0)
    ('0.9', '0.68', '0.998', '0.99995', '1')
    """
    places = decimals(share)
    return f"{share:.{places}f}" if places > 2 else figure(share, 2)


def kept(momentum: Numbers, size: float) -> Array:
    """The share of the distance from the minimum that each step on a parabola keeps in the long run.

    A step is theta_(t+1) = (1 + gamma - a) theta_t - gamma theta_(t-1), with a the learning rate times the curvature.
    What keeps the share r of itself satisfies r^2 - (1 + gamma - a) r + gamma = 0, and the larger r lasts. Where no
    real r does, theta swings; the product of the two is gamma, and so its swings keep sqrt(gamma) a step.
    """
    gamma = np.asarray(momentum, dtype=float)
    half = (1 + gamma - size) / 2
    apart = half * half - gamma
    return np.asarray(np.where(apart > 0, np.abs(half) + np.sqrt(np.maximum(apart, 0)), np.sqrt(gamma)))


def said(step: int | None) -> int | str:
    """A step as a caption says it."""
    return "never" if step is None else step
