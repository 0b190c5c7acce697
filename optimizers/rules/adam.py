"""Adam and its kin: an average of gradients over the root of an average of their squares, and what has been made of it.

Sources: Kingma and Ba 2015, "Adam: A method for stochastic optimization" (Adam, AdaMax); Dozat 2016, "Incorporating
Nesterov momentum into Adam" (NAdam); Loshchilov and Hutter 2019, "Decoupled weight decay regularization" (AdamW);
Reddi, Kale, Kumar 2018, "On the convergence of Adam and beyond" (AMSGrad).
"""

# ruff: noqa: RUF009
# The calls beside the fields of a rule declare them, as `dataclasses.field` does: no default is shared.

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Generic, NamedTuple, final

import numpy as np

from ..hyperparameters import Numbers, choice, number, over_batch, switch
from ..problem import FloatArray
from .base import RATES, SHORT, GradientFunction, Rule, State, average, moved, over_root, root

MEAN = "m_t = beta_1 m_(t-1) + (1 - beta_1) g_t"
SQUARES = "s_t = beta_2 s_(t-1) + (1 - beta_2) g_t^2"
HATS = f"{SHORT}; $hat(m)_t = m_t slash (1 - beta_1^t)$; $hat(s)_t$ alike"


@dataclass(frozen=True)
class _TwoAverages(Rule[State], Generic[State]):
    """What all of them are set by."""

    small_print: ClassVar[str] = HATS
    learning_rate: Numbers = number(1e-3, "length of the first step in each coordinate", elsewhere=RATES)
    beta1: Numbers = number(
        0.9, "share of the average of gradients that is kept", below=1.0, letter="beta_1", elsewhere=("beta_1", "b1")
    )
    beta2: Numbers = number(
        0.999, "share of the average of squares that is kept", below=1.0, letter="beta_2", elsewhere=("beta_2", "b2")
    )
    epsilon: Numbers = number(1e-8, "keeps the division finite", above=0.0, elsewhere=("eps",))

    def _corrected_rate(self, taken: int) -> Numbers:
        """The learning rate over what an average of gradients that starts at zero has seen after so many steps."""
        return over_batch(self.learning_rate / (1.0 - self.beta1**taken))

    def _unseen(self, taken: int) -> Numbers:
        """What an average of squares that starts at zero has seen after so many steps: 1 - beta2^t."""
        return over_batch(1.0 - self.beta2**taken)


class AdamState(NamedTuple):
    """Running averages of gradients and squares, the largest average of squares, and the steps taken."""

    mean: FloatArray
    squares: FloatArray
    largest: FloatArray
    taken: int


def _adam_start(x: FloatArray) -> AdamState:
    return AdamState(np.zeros_like(x), np.zeros_like(x), np.zeros_like(x), 0)


@final
@dataclass(frozen=True)
class Adam(_TwoAverages[AdamState]):
    """A running average of gradients, divided by the root of a running average of their squares.

    Unlike `RMSProp` with momentum it averages the gradients before it divides, and corrects both averages
    for their start at zero. `amsgrad` divides by the largest average so far, as `AMSGrad` does. `epsilon_inside` puts
    epsilon under the root of the corrected average, as the lecture does; Keras puts it beside the root of the
    uncorrected one.
    """

    name: ClassVar[str] = "adam"
    title: ClassVar[str] = "Adam"
    in_a_word: ClassVar[str] = "remembers, and evens out"
    formulas: ClassVar[tuple[str, ...]] = (MEAN, SQUARES, over_root("hat(m)_t", "hat(s)_t"))
    amsgrad: bool = switch("divide by the largest average of squares so far")
    epsilon_inside: bool = switch("epsilon stands under the root")

    def init(self, x: FloatArray) -> AdamState:
        return _adam_start(x)

    def step(self, gradient: GradientFunction, x: FloatArray, state: AdamState) -> tuple[FloatArray, AdamState]:
        slope, taken = gradient(x), state.taken + 1
        mean = average(self.beta1, state.mean, slope)
        squares = average(self.beta2, state.squares, slope**2)
        largest = np.maximum(state.largest, squares) if self.amsgrad else squares
        divisor = root(largest / self._unseen(taken), self.epsilon, self.epsilon_inside)
        return x - self._corrected_rate(taken) * (mean / divisor), AdamState(mean, squares, largest, taken)


class AdamWState(NamedTuple):
    """Running averages of gradients and squares, and the steps taken."""

    mean: FloatArray
    squares: FloatArray
    taken: int


@final
@dataclass(frozen=True)
class AdamW(_TwoAverages[AdamWState]):
    """Adam whose weight decay is decoupled: each step takes the share eta weight_decay off x, past the averages.

    Decay that is part of the objective, as a multiple of x^2, goes through the averages and is divided by their root,
    so that steep coordinates decay less: `torch.optim.Adam(weight_decay=...)` does that. Here all decay alike. The
    decay is times the learning rate, as in PyTorch and optax; in the article it is not.
    """

    name: ClassVar[str] = "adamw"
    title: ClassVar[str] = "AdamW"
    in_a_word: ClassVar[str] = "is Adam, and shrinks the parameters besides"
    formulas: ClassVar[tuple[str, ...]] = (
        MEAN,
        SQUARES,
        moved("{learning_rate} (hat(m)_t slash sqrt(hat(s)_t) + lambda {parameters}_t)"),
    )
    weight_decay: Numbers = number(
        1e-2, "share of x that each unit of learning rate takes off", letter="lambda", elsewhere=("wd", "decay")
    )

    def init(self, x: FloatArray) -> AdamWState:
        return AdamWState(np.zeros_like(x), np.zeros_like(x), 0)

    def step(self, gradient: GradientFunction, x: FloatArray, state: AdamWState) -> tuple[FloatArray, AdamWState]:
        slope, taken = gradient(x), state.taken + 1
        mean = average(self.beta1, state.mean, slope)
        squares = average(self.beta2, state.squares, slope**2)
        update = self._corrected_rate(taken) * (mean / (np.sqrt(squares / self._unseen(taken)) + _small(self)))
        kept = over_batch(1.0 - self.learning_rate * self.weight_decay)
        return kept * x - update, AdamWState(mean, squares, taken)


@final
@dataclass(frozen=True)
class AMSGrad(_TwoAverages[AdamState]):
    """Adam whose divisor never shrinks: it divides by the largest average of squares so far, so no step grows back.

    Three forms are in use:

    - `pytorch`: the largest of the plain averages of squares, then corrected for the start at zero: `Adam(amsgrad)`.
    - `optax`: the largest of the corrected averages, which early in a run may be larger.
    - `reddi`: the article's, in which nothing is corrected: small first steps, by (1 - beta1) / sqrt(1 - beta2).
    """

    name: ClassVar[str] = "amsgrad"
    title: ClassVar[str] = "AMSGrad"
    in_a_word: ClassVar[str] = "is Adam, and never forgets the steepest"
    small_print: ClassVar[str] = f"{SHORT}; $hat(m)_t = m_t slash (1 - beta_1^t)$; $hat(u)_t$ alike"
    formulas: ClassVar[tuple[str, ...]] = (MEAN, SQUARES, "u_t = max(u_(t-1), s_t)", over_root("hat(m)_t", "hat(u)_t"))
    form: str = choice(("pytorch", "optax", "reddi"), "what is corrected for the start at zero, and when")

    def init(self, x: FloatArray) -> AdamState:
        return _adam_start(x)

    def step(self, gradient: GradientFunction, x: FloatArray, state: AdamState) -> tuple[FloatArray, AdamState]:
        slope, taken = gradient(x), state.taken + 1
        mean = average(self.beta1, state.mean, slope)
        squares = average(self.beta2, state.squares, slope**2)
        fresh = squares / self._unseen(taken) if self.form == "optax" else squares
        largest = np.maximum(state.largest, fresh)
        divisor = largest / self._unseen(taken) if self.form == "pytorch" else largest
        eta = over_batch(self.learning_rate) if self.form == "reddi" else self._corrected_rate(taken)
        return x - eta * (mean / (np.sqrt(divisor) + _small(self))), AdamState(mean, squares, largest, taken)


class NAdamState(NamedTuple):
    """Running averages of gradients and squares, the product of all momenta so far, and the steps taken."""

    mean: FloatArray
    squares: FloatArray
    product: Numbers
    taken: int


@final
@dataclass(frozen=True)
class NAdam(_TwoAverages[NAdamState]):
    """Adam that looks ahead: the new gradient counts at once with its own weight, as if the memory were a step on.

    Its momentum b_t = beta1 (1 - 0.96^(momentum_decay t) / 2) warms up from beta1/2, as in the article and in
    PyTorch; optax's nadam keeps it at beta1, as a very large `momentum_decay` does here.
    """

    name: ClassVar[str] = "nadam"
    title: ClassVar[str] = "NAdam"
    in_a_word: ClassVar[str] = "is Adam, and looks ahead"
    formulas: ClassVar[tuple[str, ...]] = (
        MEAN,
        SQUARES,
        "n_t = (1 - b_t) hat(g)_t + b_(t+1) hat(m)_t",
        over_root("n_t", "hat(s)_t"),
    )
    small_print: ClassVar[str] = f"{SHORT}; $b_t$: from $beta_1 slash 2$ up to $beta_1$; hats as in Adam"
    learning_rate: Numbers = number(2e-3, "length of the first step in each coordinate", elsewhere=RATES)
    momentum_decay: Numbers = number(4e-3, "how fast the momentum warms up")

    def init(self, x: FloatArray) -> NAdamState:
        return NAdamState(np.zeros_like(x), np.zeros_like(x), 1.0, 0)

    def step(self, gradient: GradientFunction, x: FloatArray, state: NAdamState) -> tuple[FloatArray, NAdamState]:
        slope, taken = gradient(x), state.taken + 1
        mean = average(self.beta1, state.mean, slope)
        squares = average(self.beta2, state.squares, slope**2)
        now, then = self._momentum(taken), self._momentum(taken + 1)
        product = state.product * now
        ahead = over_batch((1.0 - now) / (1.0 - product)) * slope + over_batch(then / (1.0 - product * then)) * mean
        divisor = np.sqrt(squares / self._unseen(taken)) + _small(self)
        return x - over_batch(self.learning_rate) * ahead / divisor, NAdamState(mean, squares, product, taken)

    def _momentum(self, taken: int) -> Numbers:
        return self.beta1 * (1.0 - 0.5 * 0.96 ** (taken * self.momentum_decay))


class AdaMaxState(NamedTuple):
    """The running average of gradients, the largest gradient that fades, and the steps taken."""

    mean: FloatArray
    largest: FloatArray
    taken: int


@final
@dataclass(frozen=True)
class AdaMax(_TwoAverages[AdaMaxState]):
    """Adam with the maximum for the mean of squares: it divides by the largest gradient so far, which fades by beta2.

    A maximum starts anywhere, so only the average of gradients is corrected. `epsilon` is added to each gradient's
    size, as in PyTorch and optax; the article has none.
    """

    name: ClassVar[str] = "adamax"
    title: ClassVar[str] = "AdaMax"
    in_a_word: ClassVar[str] = "is Adam, measured by the steepest of late"
    formulas: ClassVar[tuple[str, ...]] = (
        MEAN,
        "u_t = max(beta_2 u_(t-1), abs(g_t))",
        moved("{learning_rate} thin hat(m)_t slash u_t"),
    )
    small_print: ClassVar[str] = f"{SHORT}; $hat(m)_t = m_t slash (1 - beta_1^t)$"
    learning_rate: Numbers = number(2e-3, "length of the first step in each coordinate", elsewhere=RATES)

    def init(self, x: FloatArray) -> AdaMaxState:
        return AdaMaxState(np.zeros_like(x), np.zeros_like(x), 0)

    def step(self, gradient: GradientFunction, x: FloatArray, state: AdaMaxState) -> tuple[FloatArray, AdaMaxState]:
        slope, taken = gradient(x), state.taken + 1
        mean = average(self.beta1, state.mean, slope)
        largest = np.maximum(over_batch(self.beta2) * state.largest, np.abs(slope) + _small(self))
        return x - self._corrected_rate(taken) * (mean / largest), AdaMaxState(mean, largest, taken)


def _small(rule: _TwoAverages[State]) -> Numbers:
    return over_batch(rule.epsilon)
