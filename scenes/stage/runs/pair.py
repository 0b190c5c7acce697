"""The two rules that the lecture compares: gradient descent, and the same with momentum, all else equal."""

from __future__ import annotations

from typing import Any

from optimizers import GradientDescent, Momentum, Rule

GD, MOMENTUM = "gradient_descent", "momentum"  # as in `optimizers.RULES`
NAMES = {GD: GradientDescent.title, MOMENTUM: Momentum.title}


def pair_of_rules(learning_rate: float, momentum: float) -> dict[str, Rule[Any]]:
    """Both rules by name, with the same learning rate."""
    return {GD: GradientDescent(learning_rate), MOMENTUM: Momentum(learning_rate, momentum)}
