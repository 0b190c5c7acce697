"""Adam with other learning rates: how far does what is said of one rate hold, and where does it end?

Where a run swings, its last value is a matter of luck: a little more or less of the rate, and it is ten times as high.
So the ends of many rates are held against each other, those on the ground as it is and those on the turned one. With
larger rates it may be the other way round, and that is said, too.
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
from scenes.stage.words.figures import figure

FACTORS = np.geomspace(0.5, 2.0, 25)  # times the rate of the clip
LARGER = np.array([3.0, 4.0, 6.0, 8.0])  # the same, further away


@dataclass(frozen=True, eq=False)
class Around:
    """Last values (n,) with rates from half to twice one, on the ground as it is and turned; and with `larger` rates
    (m,), both (2, m)."""

    straight: Array
    turned: Array
    larger: Array
    ends: Array

    @property
    def apart(self) -> float:
        """How many times as high the lowest end of the turned ground is as the highest of the other."""
        with np.errstate(all="ignore"):
            return float(np.nan_to_num(self.turned.min() / self.straight.max()))

    @property
    def reversed(self) -> int | None:
        """The first of the larger rates with which the run on the turned ground ends lower, to be seen."""
        with np.errstate(all="ignore"):
            found = np.flatnonzero(np.isfinite(self.ends).all(axis=0) & (2 * self.ends[1] < self.ends[0]))
        return int(found[0]) if len(found) else None

    def told(self) -> str:
        """Whether the turned ground ends higher with the rates around, too, and where that is over, as a sentence;
        nothing, if a run flies off, or if it does not."""
        if not np.isfinite([*self.straight, *self.turned]).all() or not self.apart > 1:
            return ""
        higher = " With half to twice the rate Adam ends higher, too"
        if self.reversed is None:
            return f"{higher}."
        straight, turned = (figure(float(end), 2) for end in self.ends[:, self.reversed])
        rate = figure(float(self.larger[self.reversed]))
        return f"{higher}; at {rate} lower: {turned} instead of {straight}."


def around_of(objective: AnyObjective, ground: Turned, start: Array, wanted: Any) -> Around:
    """Of Adam by the parameters `wanted`, from a start and from where the turn puts it."""
    rule = Adam(wanted.learning_rate * np.array([*FACTORS, *LARGER]), wanted.beta1, wanted.beta2)
    with np.errstate(all="ignore"):
        runs = (descend(objective, rule, start, wanted.steps), descend(ground, rule, ground.moved(start), wanted.steps))
    near, far = np.split(np.array([run.values[-1] for run in runs]), [len(FACTORS)], axis=1)
    return Around(near[0], near[1], wanted.learning_rate * LARGER, far)
