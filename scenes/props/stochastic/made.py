"""The clip's runs, made of its parameters: large steps, momentum, and small steps, all on the same samples.

One order of the samples is one run of luck. So each rule runs in many orders, of which the film shows the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from objectives import DataObjective
from optimizers import Conditions, GradientDescent, Momentum, Rule, Trajectory
from scenes.stage.ink.drawing import Array
from scenes.stage.runs.pair import GD, MOMENTUM

SAMPLES, SEED = 200, 42
ORDERS = 101  # an odd number: a median is a run's
SMALL_RATE = "small_rate"
TITLES = {GD: "large steps", MOMENTUM: "momentum", SMALL_RATE: "small steps"}


def orders_of(seed: int) -> Array:
    """The samples' numbers in the orders in which they are seen, a row each, the film's first; as in the source, drawn
    after the noise of the data."""
    generator = np.random.RandomState(seed)
    generator.normal(0, 0.5, SAMPLES)
    return np.array([generator.permutation(SAMPLES) for _ in range(ORDERS)])


def rules_of(wanted: Any) -> dict[str, Rule[Any]]:
    """The three rules, by the parameters `wanted`."""
    own = wanted.momentum_learning_rate or round(wanted.learning_rate * (1 - wanted.momentum), 12)
    plain = GradientDescent(wanted.learning_rate)
    return {GD: plain, MOMENTUM: Momentum(own, wanted.momentum), SMALL_RATE: GradientDescent(own)}


def runs_of(
    objective: DataObjective, rules: Mapping[str, Rule[Any]], steps: int, order: Array, conditions: Conditions
) -> dict[str, Trajectory]:
    """Each of them on one sample a step."""
    start, run = objective.start, conditions.descend_minibatch
    return {name: run(objective, rule, start, steps=steps, order=order) for name, rule in rules.items()}


def in_all_orders(
    objective: DataObjective, rules: Mapping[str, Rule[Any]], steps: int, orders: Array, conditions: Conditions
) -> dict[str, Trajectory]:
    """Each of them in each order: a batch of runs."""
    start, run = objective.start, conditions.descend_in_orders
    return {name: run(objective, rule, start, orders, steps) for name, rule in rules.items()}


def settings_of(rules: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The learning rate and the momentum of rules, as far as they have them."""
    own = ("learning_rate", "momentum")
    return {name: {key: getattr(rule, key) for key in own if hasattr(rule, key)} for name, rule in rules.items()}
