"""An optimizer is a rule: some hyper-parameters and one step. Nothing else, and nothing hidden.

A rule is a frozen record. `init(x)` makes the state that precedes the first step; `step(gradient, x, state)`
returns the next x and the next state and leaves its arguments as they are, so that a run can be stopped,
copied and replayed at will. `gradient` is a function of x, because some rules ask for it elsewhere than at x; what a
few rules need besides, it answers as well (`GradientFunction`).

Shapes: x and its gradient are (*batch, d); each hyper-parameter is a number or an array that broadcasts
against the batch.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar

import numpy as np

from ..hyperparameters import Numbers, Settled, over_batch
from ..problem import FloatArray

State = TypeVar("State")
SLOPE = "nabla f({parameters}_t)"  # as a formula: the gradient where a step begins
SHORT = f"$g_t = {SLOPE}$"  # what is said of it where a formula has it twice
RATES = ("lr", "eta", "step_size")  # names of the learning rate elsewhere

VALUE, HESSIAN = "value", "hessian"  # what a rule may need besides the gradient


class GradientFunction(Protocol):
    """What a step is told of the objective. Called, it is the gradient, and most rules ask for nothing else.

    `(x)`: the gradient that the rule follows, (*batch, d) -> (*batch, d); where there is none, the run ends.
    `value(x)`: (*batch, d) -> (*batch), for rules that compare heights.
    `hessian(x)`: (*batch, d) -> (*batch, d, d), for rules that know the curvature; where there is none, the run ends.
    `tried(x)`: the gradient where a line search only looks: NaN where there is none, and no run ends for that.
    """

    def __call__(self, x: FloatArray, /) -> FloatArray: ...

    def value(self, x: FloatArray, /) -> FloatArray: ...

    def hessian(self, x: FloatArray, /) -> FloatArray: ...

    def tried(self, x: FloatArray, /) -> FloatArray: ...


@dataclass(frozen=True)
class Rule(Settled, Generic[State]):
    """Hyper-parameters with `init` and `step`; each rule is a final subclass, and each has a `learning_rate`.

    `needs` says what it asks of the objective besides the gradient: `VALUE`, `HESSIAN`, or nothing; `says_all`, whether
    rules that are equal take the same steps.

    For a reader: `title`; `in_a_word`, after which the title makes a sentence; `formulas`, the lines of one
    step as Typst mathematics, in which `{learning_rate}`, `{momentum}`, `{update}` and `{parameters}` stand for
    the letters of the notation in force, and f for the objective; what they leave out, as markup,
    in pieces with a semicolon between (`small_print`); a relative's name (`also`).
    """

    title: ClassVar[str]
    in_a_word: ClassVar[str] = "takes steps of its own"
    formulas: ClassVar[tuple[str, ...]] = ()
    small_print: ClassVar[str] = ""
    also: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()
    says_all: ClassVar[bool] = True

    @abstractmethod
    def init(self, x: FloatArray) -> State:
        """The state before the first step from x, shape (*batch, d)."""

    @abstractmethod
    def step(self, gradient: GradientFunction, x: FloatArray, state: State) -> tuple[FloatArray, State]:
        """The next x, shape (*batch, d), and the state that belongs to it."""


# What several rules compute -------------------------------------------------------------------------------------------


def average(kept: Numbers, mean: FloatArray, fresh: FloatArray) -> FloatArray:
    """One step of an exponentially weighted running average."""
    return over_batch(kept) * mean + over_batch(1.0 - kept) * fresh


def root(squares: FloatArray, epsilon: Numbers, inside: bool) -> FloatArray:
    """The divisor of the adaptive rules: sqrt(squares + epsilon) or sqrt(squares) + epsilon."""
    small = over_batch(epsilon)
    return np.sqrt(squares + small) if inside else np.sqrt(squares) + small


def dot(one: FloatArray, other: FloatArray) -> FloatArray:
    """The inner product over the coordinates, ready to multiply arrays of shape (*batch, d): (*batch, 1)."""
    return np.asarray(np.einsum("...d,...d->...", one, other))[..., np.newaxis]


def height(gradient: GradientFunction, x: FloatArray) -> FloatArray:
    """f(x), ready to be compared over a batch: (*batch, 1)."""
    return np.asarray(gradient.value(x))[..., np.newaxis]


# What several rules write ---------------------------------------------------------------------------------------------


def with_update(slope: str, momentum: str = "{momentum}") -> tuple[str, str]:
    """Two lines for a step by an update, which remembers the last one."""
    return (
        f"{{update}}_t = {momentum} {{update}}_(t-1) + {{learning_rate}} {slope}",
        "{parameters}_(t+1) = {parameters}_t - {update}_t",
    )


def moved(by: str) -> str:
    """A line for a step: the parameters less what follows."""
    return f"{{parameters}}_(t+1) = {{parameters}}_t - {by}"


def over_root(above: str, squares: str) -> str:
    """A line for a step that is divided by the root of squares."""
    return moved(f"{{learning_rate}} thin {above} slash sqrt({squares})")
