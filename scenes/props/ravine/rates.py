"""The learning rates of a ravine, and the best that gradient descent alone can do there with any of them.

After n steps the coordinate of curvature l is (1 - eta l)^n of what it was, so the error is a sum of even powers of
lines in eta: it falls up to one rate and rises from there on. That rate lies between 1 / l of the steepest and of the
gentlest curvature, and is found by leaving out a third of what is left, again and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from objectives import Objective
from optimizers import GradientDescent, Momentum, Rule, descend, theory
from scenes.stage.ink.drawing import Array
from scenes.stage.words.endings import last_value
from scenes.stage.words.figures import as_shown, figure, in_math
from scenes.stage.words.notation import notation

LARGE, SMALLER, MOMENTUM = "large", "smaller", "momentum"  # the three runs
BEST = "best"  # and that of gradient descent with the best of all learning rates
NEAR_LIMIT, FAR_BELOW = 1.95, 0.5  # learning rates that are not given, in units of 1 / the curvature across
THIRDS = 100  # of an interval are left out: what is left is narrower than any digit


def rules_of(curvature: float, large: float | None, small: float | None, gamma: float | None) -> dict[str, Rule[Any]]:
    """The three rules: the learning rates and the momentum coefficient that are not given are chosen by the curvature
    across, which is so many times that along."""
    large = large or as_shown(NEAR_LIMIT / curvature)
    small = small or as_shown(FAR_BELOW / curvature)
    gamma = round(theory.critical_momentum(min(large, 1.0)), 2) if gamma is None else gamma
    return {LARGE: GradientDescent(large), SMALLER: GradientDescent(small), MOMENTUM: Momentum(large, gamma)}


class Alone(NamedTuple):
    """Gradient descent with the best of all learning rates, to three digits: the rate, and its error in the end."""

    rate: float
    error: float


def best_alone(objective: Objective, start: Array, curvatures: Sequence[float], steps: int) -> Alone | None:
    """The best that gradient descent can do from a start (2,) off the minimum; none at the minimum."""
    if not np.any(start):
        return None
    rate = as_shown(lowest_rate(start, np.asarray(curvatures, dtype=float), steps))
    return Alone(rate, last_value(descend(objective, GradientDescent(rate), start, steps)))


def lowest_rate(start: Array, curvatures: Array, steps: int) -> float:
    """The learning rate with the lowest error after some steps, by search."""

    def error(rate: float) -> float:  # its logarithm: after many steps the error itself is too small for a number
        with np.errstate(divide="ignore"):
            left = 2 * steps * np.log(np.abs(1 - rate * curvatures)) + np.log(curvatures) + 2 * np.log(np.abs(start))
        return float(np.logaddexp.reduce(left))

    low, high = 1 / float(curvatures.max()), 1 / float(curvatures.min())
    for _ in range(THIRDS):
        third = (high - low) / 3
        low, high = (low + third, high) if error(low + third) > error(high - third) else (low, high - third)
    return (low + high) / 2


def just_below_divergence(rate: float, curvature: float) -> str:
    """Where a learning rate lies whose limit is two by the curvature across, as Typst markup."""
    known, limit = in_math(figure(rate)), in_math(figure(2 / curvature, 3))
    return f"${notation().learning_rate} = {known}$: just below $2 slash {in_math(figure(curvature, 6))} = {limit}$"


def largest_without_overshoot(gamma: float) -> str:
    """Where a momentum comes from that is critical along, where the curvature is 1 (`optimizers.theory`), but for the
    rounding: hence about."""
    return f"${notation().momentum} = {in_math(figure(gamma, 3))}$, about the most without overshoot along"


def reasons(rate: float, gamma: float, curvature: float, given: tuple[bool, bool]) -> tuple[str, str]:
    """Where a large learning rate and a momentum come from, as Typst markup; nothing of what is given."""
    return (
        "" if given[0] else just_below_divergence(rate, curvature),
        "" if given[1] or rate > 1 else largest_without_overshoot(gamma),
    )


def best_said(best: Alone) -> tuple[str, ...]:
    """The best rate and what it reaches, as a line on the screen, and shorter; as Typst markup."""
    rate, error = f"${notation().learning_rate} = {in_math(figure(best.rate))}$", in_math(figure(best.error, 2))
    return (
        f"of all learning rates the best, by search: {rate} ends at the error $f = {error}$",
        f"the best of all rates, {rate}, ends at the error $f = {error}$",
        f"the best rate, {rate}: error $f = {error}$",
    )
