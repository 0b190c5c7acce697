"""Noise on a gradient: what a rule sees is the gradient plus a Gaussian, another one at each step.

The noise of step k follows from the seed and k alone. So it is the same on each machine, for each rule, for each start
of a batch, and wherever in the step the rule asks, as Nesterov's does: what differs between two runs is the rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from objectives.errors import UsageError

from .problem import Differentiable, FloatArray, Problem
from .rules import Rule
from .trajectory import Schedule, Trajectory, run, whole


@dataclass(frozen=True, eq=False)
class Noisy:
    """A problem whose gradient is off by a vector (d,); its value is not."""

    problem: Differentiable
    error: FloatArray

    def value(self, x: FloatArray) -> FloatArray:
        """As it is without noise."""
        return self.problem.value(x)

    def gradient(self, x: FloatArray) -> FloatArray:
        """The gradient at each point, (..., d), with the same error added at all."""
        return self.problem.gradient(x) + self.error

    def hessian(self, x: FloatArray) -> FloatArray:
        """As it is without noise, for a rule that asks; that there is one, `descend` has made sure of."""
        problem: Any = self.problem
        hessian: FloatArray = problem.hessian(x)
        return hessian


def noise_at(step: int, dimension: int, deviation: float, seed: int) -> FloatArray:
    """What is added to the gradient at a step: Gaussian, independent in each coordinate, shape (d,)."""
    return deviation * np.random.default_rng([seed, step]).standard_normal(dimension)


def with_noise(
    problems: Iterable[Differentiable], dimension: int, deviation: float, seed: int = 0
) -> Iterator[Differentiable]:
    """The problem of each step with its noise.

    Raises UsageError for a standard deviation below 0, or a seed that is no whole number.
    """
    if isinstance(deviation, bool) or not 0 <= deviation < np.inf:
        raise UsageError(f"noise must be a number of at least 0, not {deviation!r}.")
    whole("seed", seed, 0)
    if deviation == 0:
        return iter(problems)
    return (Noisy(problem, noise_at(k, dimension, deviation, seed)) for k, problem in enumerate(problems))


def descend_noisy(
    objective: Problem, rule: Rule[Any] | Schedule, start: ArrayLike, steps: int, *, deviation: float, seed: int = 0
) -> Trajectory:
    """Run a rule on noisy gradients; values and gradients in the trajectory are those without noise.

    `deviation` is the noise's standard deviation in each coordinate; 0 is `descend`. Raises `UsageError` as that does,
    and for a deviation or a seed that does not fit.
    """
    problems = with_noise(repeat(objective), objective.dimension, deviation, seed)
    return run(objective, problems, rule, start, steps)
