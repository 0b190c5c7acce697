"""Adam with other learning rates: does what is said of one rate hold for its neighbours?

Where a run swings, its last value is a matter of luck: a little more or less of the rate, and it is ten times as high.
So the ends of many rates are held against each other, those on the ground as it is and those on the turned one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from objectives import AnyObjective
from optimizers import descend
from optimizers.rules import Adam
from scenes.props.adaptive.turned import Turned
from scenes.stage.ink.drawing import Array
from scenes.stage.words.figures import at_least, at_most

FACTORS = np.geomspace(0.5, 2.0, 25)  # times the rate of the clip


@dataclass(frozen=True, eq=False)
class Around:
    """Last values (n,) with rates from half to twice one, on the ground as it is and turned."""

    straight: Array
    turned: Array

    @property
    def apart(self) -> float:
        """How many times as high the lowest end of the turned ground is as the highest of the other."""
        with np.errstate(all="ignore"):
            return float(np.nan_to_num(self.turned.min() / self.straight.max()))

    def told(self) -> str:
        """How low the turned ground gets at best and the other at worst, as a sentence; nothing, if a run flies off, or
        if there is nothing between them."""
        if not np.isfinite([*self.straight, *self.turned]).all() or not self.apart > 1:
            return ""
        turned, straight = at_least(float(self.turned.min()), 2), at_most(float(self.straight.max()), 2)
        return f" With half to twice the rate: at least {turned} turned, at most {straight} along the axes."


def around_of(objective: AnyObjective, ground: Turned, start: Array, wanted: Any) -> Around:
    """Of Adam by the parameters `wanted`, from a start and from where the turn puts it."""
    rule = Adam(wanted.learning_rate * FACTORS, wanted.beta1, wanted.beta2)
    with np.errstate(all="ignore"):
        runs = (descend(objective, rule, start, wanted.steps), descend(ground, rule, ground.moved(start), wanted.steps))
    straight, turned = (np.asarray(run.values[-1]) for run in runs)
    return Around(straight, turned)
