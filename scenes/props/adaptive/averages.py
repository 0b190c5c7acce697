"""Adam from the inside: its two averages over a run, what is corrected in them, and Adam without that correction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, final

import numpy as np

from optimizers import Rule, Trajectory
from optimizers.hyperparameters import Numbers, number, over_batch
from optimizers.problem import FloatArray
from optimizers.rules import GradientFunction
from optimizers.rules.base import average
from scenes.stage.ink.drawing import Array

SMALL = 1e-8  # Adam's epsilon

# ruff: noqa: RUF009


@dataclass(frozen=True, eq=False)
class Averages:
    """Of the gradients (n, d) of a run: after each step the average of them, and the root of that of their squares.

    Both are corrected for their start at zero, as in Adam.
    """

    gradients: Array
    beta1: float
    beta2: float

    @cached_property
    def mean(self) -> Array:
        """(n, d): m / (1 - beta1^t)."""
        return self._averaged(self.gradients, self.beta1)

    @cached_property
    def root(self) -> Array:
        """(n, d): the root of s / (1 - beta2^t)."""
        with np.errstate(all="ignore"):
            return np.asarray(np.sqrt(self._averaged(self.gradients**2, self.beta2)))

    @property
    def steepest(self) -> list[float]:
        """The largest slope of each coordinate."""
        return [float(slope) for slope in np.max(np.abs(self.gradients), axis=0, initial=0.0)]

    @staticmethod
    def _averaged(values: Array, kept: float) -> Array:
        total, out = np.zeros(values.shape[1]), np.empty_like(values)
        with np.errstate(all="ignore"):
            for t, value in enumerate(values):
                total = kept * total + (1 - kept) * value
                out[t] = total / (1 - kept ** (t + 1))
        return out


def averages_of(run: Trajectory, beta1: float, beta2: float) -> Averages:
    """Of the gradients at all iterates of a run from which it took a step."""
    return Averages(np.nan_to_num(run.gradients[: run.ended_at]), beta1, beta2)


def moves_of(run: Trajectory, rate: float) -> Array:
    """(n,): how far each step moves the coordinate that it moves furthest, in learning rates; 0 if there is none."""
    with np.errstate(all="ignore"):
        moved = np.abs(run.updates[: run.ended_at]).max(axis=-1, initial=0.0) / rate
        return np.asarray(np.nan_to_num(moved)) if len(moved) else np.zeros(1)


State = tuple[FloatArray, FloatArray]


@final
@dataclass(frozen=True)
class Uncorrected(Rule[State]):
    """Adam as it would be if its averages, which begin at zero, were taken as they are."""

    name: ClassVar[str] = "adam_uncorrected"
    title: ClassVar[str] = "without the correction"
    learning_rate: Numbers = number(1e-3, "step per unit of scaled gradient")
    beta1: Numbers = number(0.9, "share of the average of gradients that is kept", below=1.0)
    beta2: Numbers = number(0.999, "share of the average of squares that is kept", below=1.0)

    def init(self, x: FloatArray) -> State:
        return np.zeros_like(x), np.zeros_like(x)

    def step(self, gradient: GradientFunction, x: FloatArray, state: State) -> tuple[FloatArray, State]:
        slope = gradient(x)
        mean, squares = average(self.beta1, state[0], slope), average(self.beta2, state[1], slope**2)
        return x - over_batch(self.learning_rate) * mean / (np.sqrt(squares) + SMALL), (mean, squares)
