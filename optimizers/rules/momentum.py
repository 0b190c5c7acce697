"""Memory: each step keeps a share of the last one, and where it asks for the gradient tells the rules apart.

The convention is the lecture's: `update_t = gamma update_(t-1) + eta nabla f(x_t)`, `x_(t+1) = x_t - update_t`.

Sources: Polyak 1964 (momentum); Nesterov 1983, "A method for solving a convex programming problem with convergence
rate O(1/k^2)"; Sutskever, Martens, Dahl, Hinton 2013 (Nesterov's rule as momentum); O'Donoghue and Candès 2015,
"Adaptive restart for accelerated gradient schemes".
"""

# ruff: noqa: RUF009
# The calls beside the fields of a rule declare them, as `dataclasses.field` does: no default is shared.

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from objectives.errors import UsageError

from ..hyperparameters import Numbers, choice, number, over_batch
from ..problem import FloatArray
from .base import RATES, SLOPE, VALUE, GradientFunction, Rule, dot, height, with_update

COEFFICIENT = ("gamma", "mu", "beta")  # names of the momentum coefficient elsewhere


class MomentumState(NamedTuple):
    """The running sum, in the units of its form, and how many steps were taken."""

    sum: FloatArray
    taken: int


@final
@dataclass(frozen=True)
class Momentum(Rule[MomentumState]):
    """Heavy ball: each update is the last one, shrunk by `momentum`, plus a step along the gradient at x.

    Unlike `Nesterov` it asks for the gradient where it stands. Three forms are in use; they take the same
    path as long as the learning rate is constant (`average` with its learning rate divided by 1 - momentum)
    and part when it changes, because the memory then holds different things:

    - `lecture`: v = momentum v + eta gradient, x - v. The memory holds updates.
    - `pytorch`: v = momentum v + gradient, x - eta v. The memory holds gradients.
    - `average`: v = momentum v + (1 - momentum) gradient, x - eta v. The memory holds a mean gradient.

    `dampening` scales each new gradient by 1 - dampening, except the first and except at momentum 0, as
    `torch.optim.SGD` does; the form `average` has its own scale and takes none. `momentum` has no upper
    bound: from 1 on a run does not settle, which is a fact that a stability map shows.
    """

    name: ClassVar[str] = "momentum"
    title: ClassVar[str] = "momentum"
    in_a_word: ClassVar[str] = "remembers its last update"
    formulas: ClassVar[tuple[str, ...]] = with_update(SLOPE)
    learning_rate: Numbers = number(1e-3, "step per unit of gradient", elsewhere=RATES)
    momentum: Numbers = number(0.9, "share of the last update that is kept", letter="{momentum}", elsewhere=COEFFICIENT)
    dampening: Numbers = number(0.0, "share of each new gradient that is left out", at_most=1.0)
    form: str = choice(("lecture", "pytorch", "average"), "what the memory holds")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.form == "average" and np.any(self.dampening):
            raise UsageError("dampening of momentum must be 0 with the form average, which has its own scale.")

    def init(self, x: FloatArray) -> MomentumState:
        return MomentumState(np.zeros_like(x), 0)

    def step(self, gradient: GradientFunction, x: FloatArray, state: MomentumState) -> tuple[FloatArray, MomentumState]:
        eta = over_batch(self.learning_rate)
        inner, outer = (eta, 1.0) if self.form == "lecture" else (1.0, eta)
        fresh = inner * over_batch(self._weight(state.taken))
        total = over_batch(self.momentum) * state.sum + fresh * gradient(x)
        return x - outer * total, MomentumState(total, state.taken + 1)

    def _weight(self, taken: int) -> Numbers:
        """The weight of a new gradient after that many steps."""
        if self.form == "average":
            return 1.0 - self.momentum
        none = not self.dampening if isinstance(self.dampening, float) else not np.any(self.dampening)
        if taken == 0 or none:
            return 1.0
        return np.where(self.momentum == 0, 1.0, 1.0 - self.dampening)


@final
@dataclass(frozen=True)
class Nesterov(Rule[FloatArray]):
    """Look before you leap: as `Momentum`, but the gradient is asked where the last update would carry x.

    Two forms are in use; they are the same run, told from two places, as long as learning rate and momentum stay:

    - `sutskever`: v = momentum v + eta gradient(x - momentum v), x - v. The state v is the update.
    - `pytorch`: b = momentum b + gradient(x), x - eta (gradient(x) + momentum b), as `torch.optim.SGD(nesterov=True)`
      and optax's `sgd(nesterov=True)` write it. Its x is the point that the other form looks ahead to, `look_ahead(x,
      v)`, and its memory b holds gradients: when the learning rate changes, the two part.

    The momentum is constant here; the sequence of Nesterov's own article is `Accelerated`.
    """

    name: ClassVar[str] = "nesterov"
    title: ClassVar[str] = "Nesterov"
    in_a_word: ClassVar[str] = "remembers, and looks ahead"
    formulas: ClassVar[tuple[str, ...]] = (
        "tilde({parameters})_t = {parameters}_t - {momentum} {update}_(t-1)",
        *with_update("nabla f(tilde({parameters})_t)"),
    )
    learning_rate: Numbers = number(1e-3, "step per unit of gradient", elsewhere=RATES)
    momentum: Numbers = number(0.9, "share of the last update that is kept", letter="{momentum}", elsewhere=COEFFICIENT)

    form: str = choice(("sutskever", "pytorch"), "where the run is told from: x, or the point that is looked ahead to")

    def init(self, x: FloatArray) -> FloatArray:
        return np.zeros_like(x)

    def look_ahead(self, x: FloatArray, update: FloatArray) -> FloatArray:
        """x - momentum update: where the last update alone would carry x; shape (*batch, d)."""
        return x - over_batch(self.momentum) * update

    def step(self, gradient: GradientFunction, x: FloatArray, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        eta, kept = over_batch(self.learning_rate), over_batch(self.momentum)
        if self.form == "pytorch":
            slope = gradient(x)
            total = kept * state + slope
            return x - eta * (slope + kept * total), total
        slope = gradient(self.look_ahead(x, state))
        update = kept * state + eta * slope
        return x - update, update


class RestartState(NamedTuple):
    """The last update, and the value at the place that it led from (infinite before the first step)."""

    update: FloatArray
    value: FloatArray


@final
@dataclass(frozen=True)
class MomentumRestart(Rule[RestartState]):
    """`Momentum` that forgets its last update as soon as that leads uphill (O'Donoghue and Candès 2015).

    Uphill is told by one of their two criteria:

    - `gradient`: the last motion goes up the slope where it arrived, gradient(x) . (x - the place before) > 0.
    - `function`: the value has risen, f(x) > f(the place before).

    The article restarts Nesterov's accelerated rule, as `Accelerated` does with `restart`; here its idea is put onto
    heavy ball, where nothing but the update has to be forgotten.
    """

    name: ClassVar[str] = "momentum_restart"
    title: ClassVar[str] = "momentum with restart"
    in_a_word: ClassVar[str] = "forgets its last update where that leads uphill"
    formulas: ClassVar[tuple[str, ...]] = (
        f'{{update}}_(t-1) = 0 quad "if" quad {SLOPE} dot {{update}}_(t-1) < 0',
        *with_update(SLOPE),
    )
    needs: ClassVar[tuple[str, ...]] = (VALUE,)
    learning_rate: Numbers = number(1e-3, "step per unit of gradient", elsewhere=RATES)
    momentum: Numbers = number(0.9, "share of the last update that is kept", letter="{momentum}", elsewhere=COEFFICIENT)
    criterion: str = choice(("gradient", "function"), "what tells that the last update led uphill")

    def init(self, x: FloatArray) -> RestartState:
        return RestartState(np.zeros_like(x), _nothing_before(x))

    def step(self, gradient: GradientFunction, x: FloatArray, state: RestartState) -> tuple[FloatArray, RestartState]:
        slope, value = gradient(x), state.value
        uphill = dot(slope, state.update) < 0
        if self.criterion == "function":
            value = height(gradient, x)
            uphill = value > state.value
        kept = over_batch(self.momentum) * np.where(uphill, 0.0, state.update)
        update = kept + over_batch(self.learning_rate) * slope
        return x - update, RestartState(update, value)


class AcceleratedState(NamedTuple):
    """The last update, the weight c whose growth makes the momentum, and the value where the last step began."""

    update: FloatArray
    weight: FloatArray
    value: FloatArray


@final
@dataclass(frozen=True)
class Accelerated(Rule[AcceleratedState]):
    """Nesterov's rule of 1983: the momentum is no setting, it grows from 0 towards 1 as the steps go on.

    c_1 = 1, c_(t+1) = (1 + sqrt(1 + 4 c_t^2)) / 2, momentum_t = (c_t - 1) / c_(t+1), which is about 1 - 3/t; the step
    is that of `Nesterov`. On a convex objective whose gradient has the Lipschitz constant 1/eta, f(x_t) is above the
    minimum by at most 2 |x_0 - minimum|^2 / (eta (t + 1)^2), where gradient descent is bound to 1/t only. FISTA has
    the same sequence.

    As the momentum nears 1 it ripples; `restart` begins anew from c = 1 where a step has led uphill, by the
    `gradient` where it was asked for, or by the `function`'s value (O'Donoghue and Candès 2015).
    """

    name: ClassVar[str] = "accelerated"
    title: ClassVar[str] = "Nesterov 1983"
    in_a_word: ClassVar[str] = "trusts its memory more with each step"
    formulas: ClassVar[tuple[str, ...]] = (
        "tilde({parameters})_t = {parameters}_t - {momentum}_t {update}_(t-1)",
        *with_update("nabla f(tilde({parameters})_t)", "{momentum}_t"),
    )
    small_print: ClassVar[str] = (
        "${momentum}_t = (c_t - 1) slash c_(t+1)$; $c_1 = 1$; $c_(t+1) = (1 + sqrt(1 + 4 c_t^2)) slash 2$"
    )
    needs: ClassVar[tuple[str, ...]] = (VALUE,)
    learning_rate: Numbers = number(1e-3, "step per unit of gradient", elsewhere=RATES)
    restart: str = choice(("never", "gradient", "function"), "what makes it begin anew from momentum 0")

    def init(self, x: FloatArray) -> AcceleratedState:
        return AcceleratedState(np.zeros_like(x), np.zeros_like(x) + 1.0, _nothing_before(x))

    def step(
        self, gradient: GradientFunction, x: FloatArray, state: AcceleratedState
    ) -> tuple[FloatArray, AcceleratedState]:
        state = self._begun_anew(gradient, x, state) if self.restart == "function" else state
        grown = (1.0 + np.sqrt(1.0 + 4.0 * state.weight**2)) / 2.0
        kept = (state.weight - 1.0) / grown * state.update
        slope = gradient(x - kept)
        update = kept + over_batch(self.learning_rate) * slope
        after = AcceleratedState(update, grown, state.value)
        return x - update, _restarted(after, dot(slope, update) < 0) if self.restart == "gradient" else after

    @staticmethod
    def _begun_anew(gradient: GradientFunction, x: FloatArray, state: AcceleratedState) -> AcceleratedState:
        value = height(gradient, x)
        return _restarted(state._replace(value=value), value > state.value)


def _restarted(state: AcceleratedState, uphill: NDArray[np.bool]) -> AcceleratedState:
    """The state with update 0 and weight 1 where it went uphill."""
    return AcceleratedState(np.where(uphill, 0.0, state.update), np.where(uphill, 1.0, state.weight), state.value)


def _nothing_before(x: FloatArray) -> FloatArray:
    """A value above all, (*batch, 1): before the first step nothing has risen."""
    return np.full((*x.shape[:-1], 1), np.inf)
