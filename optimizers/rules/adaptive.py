"""A step of its own for each coordinate: divided by how steep that has been, in all or of late.

Sources: Duchi, Hazan, Singer 2011 (AdaGrad); Zeiler 2012, "ADADELTA: An adaptive learning rate method"; Tieleman and
Hinton 2012 (RMSProp, lecture 6e of "Neural networks for machine learning"); Graves 2013 (centred, with momentum).
"""

# ruff: noqa: RUF009
# The calls beside the fields of a rule declare them, as `dataclasses.field` does: no default is shared.

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final

import numpy as np

from ..hyperparameters import Numbers, number, over_batch, switch
from ..problem import FloatArray
from .base import RATES, SHORT, GradientFunction, Rule, average, moved, over_root, root


class AdaGradState(NamedTuple):
    """The sum of squared gradients, and how many steps were taken."""

    squares: FloatArray
    taken: int


@final
@dataclass(frozen=True)
class AdaGrad(Rule[AdaGradState]):
    """Each coordinate's step shrinks with the root of the sum of its squared gradients, and never recovers.

    `RMSProp` and `AdaDelta` forget old gradients where this rule sums them. `epsilon_inside` puts epsilon under the
    root, as the lecture does, instead of outside, as PyTorch does.
    """

    name: ClassVar[str] = "adagrad"
    title: ClassVar[str] = "AdaGrad"
    in_a_word: ClassVar[str] = "slows down where it was steep"
    formulas: ClassVar[tuple[str, ...]] = (
        "s_t = s_(t-1) + g_t^2",
        over_root("g_t", "s_t"),
    )
    small_print: ClassVar[str] = SHORT
    learning_rate: Numbers = number(1e-2, "length of the first step in each coordinate", elsewhere=RATES)
    learning_rate_decay: Numbers = number(
        0.0, "step t uses the learning rate over 1 + t times this", elsewhere=("lr_decay",)
    )
    initial_accumulator: Numbers = number(
        0.0, "what the sum of squares starts from", elsewhere=("initial_accumulator_value",)
    )
    epsilon: Numbers = number(1e-10, "keeps the division finite", above=0.0, elsewhere=("eps",))
    epsilon_inside: bool = switch("epsilon stands under the root")

    def init(self, x: FloatArray) -> AdaGradState:
        return AdaGradState(np.zeros_like(x) + over_batch(self.initial_accumulator), 0)

    def step(self, gradient: GradientFunction, x: FloatArray, state: AdaGradState) -> tuple[FloatArray, AdaGradState]:
        slope = gradient(x)
        squares = state.squares + slope**2
        eta = over_batch(self.learning_rate / (1.0 + state.taken * self.learning_rate_decay))
        update = eta * (slope / root(squares, self.epsilon, self.epsilon_inside))
        return x - update, AdaGradState(squares, state.taken + 1)


class AdaDeltaState(NamedTuple):
    """Running averages of squared gradients and of squared updates."""

    squares: FloatArray
    updates: FloatArray


@final
@dataclass(frozen=True)
class AdaDelta(Rule[AdaDeltaState]):
    """As `RMSProp`, times the root of a running average of its own squared updates: the units come out right.

    A step then has the unit of x and not of a learning rate, which is 1 in the article. It begins with steps of about
    root(epsilon) and finds its stride by itself; both roots hold epsilon inside, as in the article and in PyTorch.
    """

    name: ClassVar[str] = "adadelta"
    title: ClassVar[str] = "AdaDelta"
    in_a_word: ClassVar[str] = "takes its stride from its own last steps"
    formulas: ClassVar[tuple[str, ...]] = (
        "s_t = rho s_(t-1) + (1 - rho) g_t^2",
        "d_t = thin sqrt(u_(t-1)) thin g_t slash sqrt(s_t)",
        moved("{learning_rate} d_t"),
    )
    small_print: ClassVar[str] = f"{SHORT}; $u_t$: as $s_t$, of $d_t^2$"
    learning_rate: Numbers = number(1.0, "what the step that it finds is multiplied by", elsewhere=RATES)
    decay: Numbers = number(
        0.9, "share of both averages that is kept; PyTorch's rho", below=1.0, letter="rho", elsewhere=("rho", "beta")
    )
    epsilon: Numbers = number(
        1e-6, "keeps the division finite, and is the square of the first steps", above=0.0, elsewhere=("eps",)
    )

    def init(self, x: FloatArray) -> AdaDeltaState:
        return AdaDeltaState(np.zeros_like(x), np.zeros_like(x))

    def step(self, gradient: GradientFunction, x: FloatArray, state: AdaDeltaState) -> tuple[FloatArray, AdaDeltaState]:
        slope, small = gradient(x), over_batch(self.epsilon)
        squares = average(self.decay, state.squares, slope**2)
        update = np.sqrt(state.updates + small) / np.sqrt(squares + small) * slope
        updates = average(self.decay, state.updates, update**2)
        return x - over_batch(self.learning_rate) * update, AdaDeltaState(squares, updates)


class RMSPropState(NamedTuple):
    """Running averages of squared gradients and of gradients, and the running sum of scaled gradients."""

    squares: FloatArray
    mean: FloatArray
    sum: FloatArray


@final
@dataclass(frozen=True)
class RMSProp(Rule[RMSPropState]):
    """Each coordinate's step is divided by the root of a running average of its squared gradients.

    `AdaGrad` sums the squares instead; `Adam` also averages the gradient, and corrects both averages for
    their start at zero. `centered` divides by the deviation from the mean gradient instead. `momentum` sums
    the scaled gradients as `Momentum` in the form `pytorch`. `epsilon_inside` puts epsilon under the root.

    optax's rmsprop keeps steps where this keeps scaled gradients, which is the same path while the learning rate is
    constant; it can also start from another average, and correct it as Adam does (here: `Adam` with beta1 = 0).
    """

    name: ClassVar[str] = "rmsprop"
    title: ClassVar[str] = "RMSProp"
    in_a_word: ClassVar[str] = "evens out steep and gentle"
    formulas: ClassVar[tuple[str, ...]] = (
        "s_t = rho s_(t-1) + (1 - rho) g_t^2",
        over_root("g_t", "s_t"),
    )
    small_print: ClassVar[str] = SHORT
    learning_rate: Numbers = number(1e-2, "step per unit of scaled gradient", elsewhere=RATES)
    decay: Numbers = number(
        0.99,
        "share of the average that is kept; PyTorch's alpha",
        below=1.0,
        letter="rho",
        elsewhere=("alpha", "rho", "beta", "beta2"),
    )
    momentum: Numbers = number(0.0, "share of the last update that is kept")
    epsilon: Numbers = number(1e-8, "keeps the division finite", above=0.0, elsewhere=("eps",))
    centered: bool = switch("the mean gradient is taken out of the average")
    epsilon_inside: bool = switch("epsilon stands under the root")

    def init(self, x: FloatArray) -> RMSPropState:
        return RMSPropState(np.zeros_like(x), np.zeros_like(x), np.zeros_like(x))

    def step(self, gradient: GradientFunction, x: FloatArray, state: RMSPropState) -> tuple[FloatArray, RMSPropState]:
        slope = gradient(x)
        squares = average(self.decay, state.squares, slope**2)
        mean = average(self.decay, state.mean, slope) if self.centered else state.mean
        # A variance is never negative, though this rounded difference can be; PyTorch then gives NaN.
        spread = np.maximum(squares - mean**2, 0.0) if self.centered else squares
        scaled = slope / root(spread, self.epsilon, self.epsilon_inside)
        total = over_batch(self.momentum) * state.sum + scaled
        return x - over_batch(self.learning_rate) * total, RMSPropState(squares, mean, total)
