"""An optimizer is a rule: some hyper-parameters and one step. Nothing else, and nothing hidden.

A rule is a frozen record. `init(x)` makes the state that precedes the first step; `step(gradient, x, state)`
returns the next x and the next state and leaves its arguments as they are, so that a run can be stopped,
copied and replayed at will. `gradient` is a function of x, because Nesterov's rule asks for the gradient
elsewhere than at x.

The convention is the lecture's: `update_t = gamma update_(t-1) + eta nabla f(x_t)`, `x_(t+1) = x_t - update_t`.
Every rule agrees with its namesake in `torch.optim` (without weight decay; to maximise, negate the
objective). Other libraries differ in small print, which no hyper-parameter here reaches: Keras' Adam puts
epsilon beside the root of the uncorrected average of squares; optax's amsgrad keeps the largest of the
corrected averages, and its rmsprop can start from another average, correct it, and with momentum keeps
steps where ours keeps scaled gradients (the same path while the learning rate is constant). At a kink the
slope is the mean of both sides where PyTorch's relu has 0 and JAX's abs has 1.

Shapes: x and its gradient are (*batch, d); each hyper-parameter is a number or an array that broadcasts
against the batch.

A rule also says what it does, in a few words and as the formulas of one step, so that cards, tables and
captions know it as soon as it is in `RULES`.

Sources: Polyak 1964 (momentum); Nesterov 1983, in the form of Sutskever et al. 2013; Duchi et al. 2011
(AdaGrad); Tieleman and Hinton 2012 (RMSProp); Kingma and Ba 2015 (Adam); Reddi et al. 2018 (AMSGrad).
"""

# ruff: noqa: RUF009
# The calls beside the fields of a rule declare them, as `dataclasses.field` does: no default is shared.

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, ClassVar, Generic, NamedTuple, TypeAlias, TypeVar, final

import numpy as np

from objectives.errors import UsageError

from .hyperparameters import HyperParameter, Numbers, choice, declared, number, over_batch, switch
from .problem import FloatArray

State = TypeVar("State")
SLOPE = "nabla f({parameters}_t)"  # as a formula: the gradient where a step begins
SHORT = f"$g_t = {SLOPE}$"  # what is said of it where a formula has it twice
RATES = ("lr", "eta", "step_size")  # names of the learning rate elsewhere
GradientFunction: TypeAlias = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True)
class Rule(ABC, Generic[State]):
    """Hyper-parameters with `init` and `step`; each rule is a final subclass.

    The record checks its hyper-parameters when it is made (`UsageError`: one sentence with the name, the
    value and the allowed range). Records of numbers compare and hash; records that hold arrays do not.

    For a reader: `title`; `in_a_word`, after which the title makes a sentence; `formulas`, the lines of one
    step as Typst mathematics, in which `{learning_rate}`, `{momentum}`, `{update}` and `{parameters}` stand for
    the letters of the notation in force, and f for the objective; what they leave out, as markup,
    in pieces with a semicolon between (`small_print`); a relative's name (`also`).
    """

    name: ClassVar[str]
    title: ClassVar[str]
    in_a_word: ClassVar[str] = "takes steps of its own"
    formulas: ClassVar[tuple[str, ...]] = ()
    small_print: ClassVar[str] = ""
    also: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for entry in self.hyperparameters():
            checked = entry.kind.checked(f"{entry.name} of {self.name}", getattr(self, entry.name))
            object.__setattr__(self, entry.name, checked)  # the record is frozen from here on
        _broadcast_shape(self)

    @classmethod
    def hyperparameters(cls) -> tuple[HyperParameter, ...]:
        """Name, default, bounds and meaning of each hyper-parameter, in the order of the record."""
        return tuple(declared(entry) for entry in fields(cls))

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """The shape to which the hyper-parameters broadcast; () if all are plain numbers."""
        return _broadcast_shape(self)

    @abstractmethod
    def init(self, x: FloatArray) -> State:
        """The state before the first step from x, shape (*batch, d)."""

    @abstractmethod
    def step(self, gradient: GradientFunction, x: FloatArray, state: State) -> tuple[FloatArray, State]:
        """The next x, shape (*batch, d), and the state that belongs to it."""


def _with_update(slope: str) -> tuple[str, str]:
    """Two lines for a step by an update, which remembers the last one."""
    return (
        f"{{update}}_t = {{momentum}} {{update}}_(t-1) + {{learning_rate}} {slope}",
        "{parameters}_(t+1) = {parameters}_t - {update}_t",
    )


def _over_root(above: str, squares: str) -> str:
    """A line for a step that is divided by the root of squares."""
    return f"{{parameters}}_(t+1) = {{parameters}}_t - {{learning_rate}} thin {above} slash sqrt({squares})"


@final
@dataclass(frozen=True)
class GradientDescent(Rule[None]):
    """x - eta gradient. It has no memory, hence no state; `Momentum` with momentum 0 takes the same path."""

    name: ClassVar[str] = "gradient_descent"
    title: ClassVar[str] = "gradient descent"
    in_a_word: ClassVar[str] = "follows the slope"
    formulas: ClassVar[tuple[str, ...]] = ("{parameters}_(t+1) = {parameters}_t - {learning_rate} " + SLOPE,)
    also: ClassVar[str] = "with a few samples a step, it is called SGD"
    learning_rate: Numbers = number(1e-3, "step per unit of gradient", elsewhere=RATES)

    def init(self, x: FloatArray) -> None:  # noqa: ARG002 - the signature of all rules
        return None

    def step(self, gradient: GradientFunction, x: FloatArray, state: None) -> tuple[FloatArray, None]:
        return x - over_batch(self.learning_rate) * gradient(x), state


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
    formulas: ClassVar[tuple[str, ...]] = _with_update(SLOPE)
    learning_rate: Numbers = number(1e-3, "step per unit of gradient", elsewhere=RATES)
    momentum: Numbers = number(
        0.9, "share of the last update that is kept", letter="{momentum}", elsewhere=("gamma", "mu", "beta")
    )
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
        if taken == 0 or not np.any(self.dampening):
            return 1.0
        return np.where(self.momentum == 0, 1.0, 1.0 - self.dampening)


@final
@dataclass(frozen=True)
class Nesterov(Rule[FloatArray]):
    """Look before you leap: as `Momentum`, but the gradient is asked where the last update would carry x.

    v = momentum v + eta gradient(x - momentum v), x - v; the state is v. PyTorch writes the same rule in the
    look-ahead point: the parameters that `torch.optim.SGD(nesterov=True)` stores are our `look_ahead(x, v)`.
    """

    name: ClassVar[str] = "nesterov"
    title: ClassVar[str] = "Nesterov"
    in_a_word: ClassVar[str] = "remembers, and looks ahead"
    formulas: ClassVar[tuple[str, ...]] = (
        "tilde({parameters})_t = {parameters}_t - {momentum} {update}_(t-1)",
        *_with_update("nabla f(tilde({parameters})_t)"),
    )
    learning_rate: Numbers = number(1e-3, "step per unit of gradient", elsewhere=RATES)
    momentum: Numbers = number(
        0.9, "share of the last update that is kept", letter="{momentum}", elsewhere=("gamma", "mu", "beta")
    )

    def init(self, x: FloatArray) -> FloatArray:
        return np.zeros_like(x)

    def look_ahead(self, x: FloatArray, update: FloatArray) -> FloatArray:
        """x - momentum update: where the last update alone would carry x; shape (*batch, d)."""
        return x - over_batch(self.momentum) * update

    def step(self, gradient: GradientFunction, x: FloatArray, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        slope = gradient(self.look_ahead(x, state))
        update = over_batch(self.momentum) * state + over_batch(self.learning_rate) * slope
        return x - update, update


class AdaGradState(NamedTuple):
    """The sum of squared gradients, and how many steps were taken."""

    squares: FloatArray
    taken: int


@final
@dataclass(frozen=True)
class AdaGrad(Rule[AdaGradState]):
    """Each coordinate's step shrinks with the root of the sum of its squared gradients, and never recovers.

    `RMSProp` forgets old gradients where this rule sums them. `epsilon_inside` puts epsilon under the root,
    as the lecture does, instead of outside, as PyTorch does.
    """

    name: ClassVar[str] = "adagrad"
    title: ClassVar[str] = "AdaGrad"
    in_a_word: ClassVar[str] = "slows down where it was steep"
    formulas: ClassVar[tuple[str, ...]] = (
        "s_t = s_(t-1) + g_t^2",
        _over_root("g_t", "s_t"),
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
        update = eta * (slope / _root(squares, self.epsilon, self.epsilon_inside))
        return x - update, AdaGradState(squares, state.taken + 1)


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
    """

    name: ClassVar[str] = "rmsprop"
    title: ClassVar[str] = "RMSProp"
    in_a_word: ClassVar[str] = "evens out steep and gentle"
    formulas: ClassVar[tuple[str, ...]] = (
        "s_t = rho s_(t-1) + (1 - rho) g_t^2",
        _over_root("g_t", "s_t"),
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
        squares = _average(self.decay, state.squares, slope**2)
        mean = _average(self.decay, state.mean, slope) if self.centered else state.mean
        # A variance is never negative, though this rounded difference can be; PyTorch then gives NaN.
        spread = np.maximum(squares - mean**2, 0.0) if self.centered else squares
        scaled = slope / _root(spread, self.epsilon, self.epsilon_inside)
        total = over_batch(self.momentum) * state.sum + scaled
        return x - over_batch(self.learning_rate) * total, RMSPropState(squares, mean, total)


class AdamState(NamedTuple):
    """Running averages of gradients and squares, the largest average of squares, and the steps taken."""

    mean: FloatArray
    squares: FloatArray
    largest: FloatArray
    taken: int


@final
@dataclass(frozen=True)
class Adam(Rule[AdamState]):
    """A running average of gradients, divided by the root of a running average of their squares.

    Unlike `RMSProp` with momentum it averages the gradients before it divides, and corrects both averages
    for their start at zero. `amsgrad` divides by the largest average so far. `epsilon_inside` puts epsilon
    under the root of the corrected average, as the lecture does.
    """

    name: ClassVar[str] = "adam"
    title: ClassVar[str] = "Adam"
    in_a_word: ClassVar[str] = "remembers, and evens out"
    formulas: ClassVar[tuple[str, ...]] = (
        "m_t = beta_1 m_(t-1) + (1 - beta_1) g_t",
        "s_t = beta_2 s_(t-1) + (1 - beta_2) g_t^2",
        _over_root("hat(m)_t", "hat(s)_t"),
    )
    small_print: ClassVar[str] = f"{SHORT}; $hat(m)_t = m_t slash (1 - beta_1^t)$; $hat(s)_t$ alike"
    learning_rate: Numbers = number(1e-3, "length of the first step in each coordinate", elsewhere=RATES)
    beta1: Numbers = number(
        0.9, "share of the average of gradients that is kept", below=1.0, letter="beta_1", elsewhere=("beta_1", "b1")
    )
    beta2: Numbers = number(
        0.999, "share of the average of squares that is kept", below=1.0, letter="beta_2", elsewhere=("beta_2", "b2")
    )
    epsilon: Numbers = number(1e-8, "keeps the division finite", above=0.0, elsewhere=("eps",))
    amsgrad: bool = switch("divide by the largest average of squares so far")
    epsilon_inside: bool = switch("epsilon stands under the root")

    def init(self, x: FloatArray) -> AdamState:
        return AdamState(np.zeros_like(x), np.zeros_like(x), np.zeros_like(x), 0)

    def step(self, gradient: GradientFunction, x: FloatArray, state: AdamState) -> tuple[FloatArray, AdamState]:
        slope, taken = gradient(x), state.taken + 1
        mean = _average(self.beta1, state.mean, slope)
        squares = _average(self.beta2, state.squares, slope**2)
        largest = np.maximum(state.largest, squares) if self.amsgrad else squares
        corrected = largest / over_batch(1.0 - self.beta2**taken)
        eta = over_batch(self.learning_rate / (1.0 - self.beta1**taken))
        update = eta * (mean / _root(corrected, self.epsilon, self.epsilon_inside))
        return x - update, AdamState(mean, squares, largest, taken)


#: Those of a lecture's own, while they are in force (`clips.lecture.in_force`): in `RULES` behind ours.
OWN: dict[str, type[Rule[Any]]] = {}


RULES: Mapping[str, type[Rule[Any]]] = MappingProxyType(
    ChainMap(OWN, {rule.name: rule for rule in (GradientDescent, Momentum, Nesterov, AdaGrad, RMSProp, Adam)})
)


def _average(kept: Numbers, average: FloatArray, fresh: FloatArray) -> FloatArray:
    """One step of an exponentially weighted running average."""
    return over_batch(kept) * average + over_batch(1.0 - kept) * fresh


def _root(squares: FloatArray, epsilon: Numbers, inside: bool) -> FloatArray:
    """The divisor of the adaptive rules: sqrt(squares + epsilon) or sqrt(squares) + epsilon."""
    small = over_batch(epsilon)
    return np.sqrt(squares + small) if inside else np.sqrt(squares) + small


def _broadcast_shape(rule: Rule[Any]) -> tuple[int, ...]:
    """The common shape of a rule's hyper-parameters; `UsageError` if they do not broadcast together."""
    shapes = {entry.name: np.shape(getattr(rule, entry.name)) for entry in rule.hyperparameters()}
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items() if shape)
        raise UsageError(f"The hyper-parameters of {rule.name} do not broadcast together: {listed}.") from None
