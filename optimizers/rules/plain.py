"""The gradient as it is: followed step by step, and the mean of the places where that leads.

Sources: Cauchy 1847 (gradient descent); Polyak and Juditsky 1992, "Acceleration of stochastic approximation by
averaging"; Ruppert 1988.
"""

# ruff: noqa: RUF009
# The calls beside the fields of a rule declare them, as `dataclasses.field` does: no default is shared.

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final

import numpy as np

from ..hyperparameters import Numbers, number, over_batch
from ..problem import FloatArray
from .base import RATES, SLOPE, GradientFunction, Rule, moved


@final
@dataclass(frozen=True)
class GradientDescent(Rule[None]):
    """x - eta gradient. It has no memory, hence no state; `Momentum` with momentum 0 takes the same path."""

    name: ClassVar[str] = "gradient_descent"
    title: ClassVar[str] = "gradient descent"
    in_a_word: ClassVar[str] = "follows the slope"
    formulas: ClassVar[tuple[str, ...]] = (moved("{learning_rate} " + SLOPE),)
    also: ClassVar[str] = "with a few samples a step, it is called SGD"
    learning_rate: Numbers = number(1e-3, "step per unit of gradient", elsewhere=RATES)

    def init(self, x: FloatArray) -> None:  # noqa: ARG002 - the signature of all rules
        return None

    def step(self, gradient: GradientFunction, x: FloatArray, state: None) -> tuple[FloatArray, None]:
        return x - over_batch(self.learning_rate) * gradient(x), state


class AveragingState(NamedTuple):
    """How far gradient descent is ahead of the mean, and how many steps were taken."""

    ahead: FloatArray
    taken: int


@final
@dataclass(frozen=True)
class Averaging(Rule[AveragingState]):
    """Polyak-Ruppert averaging: gradient descent walks on by itself, and x is the mean of the places it came to.

    z_(t+1) = z_t - eta gradient(z_t), x_t = (z_1 + ... + z_t) / t. The average does not steer: the gradient is asked
    at the walker z, not at x. On noisy gradients the noise of the walker averages out; without noise the mean only
    lags behind. The first `skipped` places are left out of the mean, and until then x is the walker itself.

    `torch.optim.ASGD` with lambd = alpha = 0 keeps this mean as `ax`, with skipped = t0 + 1: its first average begins
    one place later. By itself it decays the learning rate and begins to average after a million steps.
    """

    name: ClassVar[str] = "averaging"
    title: ClassVar[str] = "averaging"
    in_a_word: ClassVar[str] = "shows the mean of where gradient descent has been"
    formulas: ClassVar[tuple[str, ...]] = (
        moved("{learning_rate} " + SLOPE),
        "overline({parameters})_t = ({parameters}_1 + ... + {parameters}_t) slash t",
    )
    small_print: ClassVar[str] = "shown: the mean, $overline({parameters})_t$"
    also: ClassVar[str] = "Polyak and Ruppert's"
    learning_rate: Numbers = number(1e-3, "step per unit of gradient", elsewhere=RATES)
    skipped: Numbers = number(0.0, "how many places at the beginning are left out of the mean")

    def init(self, x: FloatArray) -> AveragingState:
        return AveragingState(np.zeros_like(x), 0)

    def step(
        self, gradient: GradientFunction, x: FloatArray, state: AveragingState
    ) -> tuple[FloatArray, AveragingState]:
        walker = x + state.ahead
        walker = walker - over_batch(self.learning_rate) * gradient(walker)
        share = over_batch(1.0 / np.maximum(state.taken + 1.0 - self.skipped, 1.0))
        mean = (1.0 - share) * x + share * walker
        return mean, AveragingState(walker - mean, state.taken + 1)
