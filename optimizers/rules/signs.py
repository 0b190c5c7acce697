"""Signs alone: each coordinate moves by the same length, and only its direction is asked of the gradient.

Sources: Bernstein, Wang, Azizzadenesheli, Anandkumar 2018, "signSGD: Compressed optimisation for non-convex problems";
Chen et al. 2023, "Symbolic discovery of optimization algorithms" (Lion).
"""

# ruff: noqa: RUF009
# The calls beside the fields of a rule declare them, as `dataclasses.field` does: no default is shared.

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from ..hyperparameters import Numbers, number, over_batch
from ..problem import FloatArray
from .base import RATES, SHORT, SLOPE, GradientFunction, Rule, average, moved


@final
@dataclass(frozen=True)
class SignSGD(Rule[FloatArray]):
    """x - eta sign(gradient): each coordinate moves by the same length, whichever way is down.

    How steep it is does not matter, so near a minimum the steps do not shrink. With `momentum` the signs are those of
    a running average of gradients, which that article calls Signum; `Lion` takes them of one average and keeps another.
    """

    name: ClassVar[str] = "signsgd"
    title: ClassVar[str] = "signSGD"
    in_a_word: ClassVar[str] = "goes by the signs of the slope"
    formulas: ClassVar[tuple[str, ...]] = (moved(f'{{learning_rate}} op("sign")({SLOPE})'),)
    learning_rate: Numbers = number(1e-3, "length of each step in each coordinate", elsewhere=RATES)
    momentum: Numbers = number(0.0, "share of the average of gradients that is kept", below=1.0, elsewhere=("beta",))

    def init(self, x: FloatArray) -> FloatArray:
        return np.zeros_like(x)

    def step(self, gradient: GradientFunction, x: FloatArray, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        mean = average(self.momentum, state, gradient(x))
        return x - over_batch(self.learning_rate) * np.sign(mean), mean


@final
@dataclass(frozen=True)
class Lion(Rule[FloatArray]):
    """The sign of a mix of memory and gradient; the memory itself forgets more slowly (Chen et al. 2023).

    x - eta (sign(beta1 m + (1 - beta1) gradient) + weight_decay x), then m = beta2 m + (1 - beta2) gradient. With
    beta1 = beta2 and no decay it is `SignSGD` with that momentum. The decay is decoupled as in `AdamW`, but 0 here
    unless it is set (optax: 0.001).
    """

    name: ClassVar[str] = "lion"
    title: ClassVar[str] = "Lion"
    in_a_word: ClassVar[str] = "goes by the signs of its memory"
    formulas: ClassVar[tuple[str, ...]] = (
        "c_t = beta_1 m_(t-1) + (1 - beta_1) g_t",
        moved('{learning_rate} op("sign")(c_t)'),
        "m_t = beta_2 m_(t-1) + (1 - beta_2) g_t",
    )
    small_print: ClassVar[str] = SHORT
    learning_rate: Numbers = number(1e-4, "length of each step in each coordinate", elsewhere=RATES)
    beta1: Numbers = number(
        0.9, "share of the memory in the sign", below=1.0, letter="beta_1", elsewhere=("beta_1", "b1")
    )
    beta2: Numbers = number(
        0.99, "share of the memory that is kept", below=1.0, letter="beta_2", elsewhere=("beta_2", "b2")
    )
    weight_decay: Numbers = number(0.0, "share of x that each unit of learning rate takes off", elsewhere=("wd",))

    def init(self, x: FloatArray) -> FloatArray:
        return np.zeros_like(x)

    def step(self, gradient: GradientFunction, x: FloatArray, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        slope = gradient(x)
        way = np.sign(average(self.beta1, state, slope)) + over_batch(self.weight_decay) * x
        return x - over_batch(self.learning_rate) * way, average(self.beta2, state, slope)
