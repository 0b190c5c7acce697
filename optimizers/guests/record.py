"""A guest is a rule whose step is taken by a machine of another library, one machine for each run of a batch.

Such machines change in place, and a rule's `step` must leave its arguments as they are. So the state of a guest is a
diary: the start, and what the objective answered at every step since. As long as steps follow one another, one machine
goes on; who steps from an older state gets a machine that has lived through its diary, which ends where the first did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Protocol

import numpy as np

from objectives.errors import UsageError

from ..hyperparameters import HyperParameter, Numbers
from ..problem import FloatArray
from ..rules import GradientFunction, Rule

SHORT = 12  # characters of settings beside a name
Answer = Any  # a number or an array, as the objective gave it


class Asking(Protocol):
    """What a machine may ask of the objective: at any point of shape (d,)."""

    def slope(self, x: FloatArray) -> FloatArray: ...

    def value(self, x: FloatArray) -> float: ...

    def hessian(self, x: FloatArray) -> FloatArray: ...


class Machine(Protocol):
    """An optimizer at work on one point, which it has been given when it was made."""

    def step(self, ask: Asking, rate: float | None) -> FloatArray:
        """Take a step, with this learning rate unless it is None; where the point is then, shape (d,)."""
        ...


@dataclass(frozen=True)
class Diary:
    """Where a run is: how it came there, and the machines that stand at the newest entry."""

    start: FloatArray
    before: Diary | None = None
    answers: tuple[tuple[Answer, ...], ...] = ()  # of the step that led here, a tuple for each run of the batch
    learning_rate: Numbers | None = None  # of that step
    crew: _Crew = field(default_factory=lambda: _Crew(), compare=False)

    def steps(self) -> Iterator[Diary]:
        """From the first step to the last; nothing for a start."""
        chain: list[Diary] = []
        now: Diary | None = self
        while now is not None and now.before is not None:
            chain.append(now)
            now = now.before
        return reversed(chain)


@dataclass
class _Crew:
    machines: list[Machine] = field(default_factory=list)
    newest: Diary | None = None


@dataclass(frozen=True, eq=False)
class Guest(Rule[Diary]):
    """An optimizer of a library, with its settings; made by `guest`, which knows what it needs.

    `machine` makes one at a point of shape (d,). `learning_rate` is None for an optimizer without one, else a number
    or an array over the batch; a schedule may change it from step to step, and nothing else. `told` are the settings,
    the library's version among them, as they stand on a card; `asks` is what it needs besides the gradient.
    """

    in_a_word: ClassVar[str] = "steps as its library does"
    says_all: ClassVar[bool] = False  # what its machine does is the library's affair
    machine: Callable[[FloatArray], Machine] = field(repr=False)
    learning_rate: Numbers | None = None
    told: tuple[tuple[str, str], ...] = ()
    asks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        said = "; ".join(f"{name} {_as_markup(value)}" for name, value in self.told if value != "False")
        for attribute, value in {"needs": self.asks, "small_print": said}.items():
            object.__setattr__(self, attribute, value)  # what other rules say as a class, a guest says for itself

    @classmethod
    def hyperparameters(cls) -> tuple[HyperParameter, ...]:
        """None of ours: `settings` are the library's."""
        return ()

    @property
    def batch_shape(self) -> tuple[int, ...]:
        return np.shape(self.learning_rate) if self.learning_rate is not None else ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Guest) and (self.name, self.told) == (other.name, other.told)

    def __hash__(self) -> int:
        return hash((self.name, self.told))

    def init(self, x: FloatArray) -> Diary:
        return Diary(np.array(x))

    def step(self, gradient: GradientFunction, x: FloatArray, state: Diary) -> tuple[FloatArray, Diary]:
        crew = state.crew if state.crew.newest in (None, state) else _Crew()
        machines = crew.machines or self._as_of(state)
        asked = [_Asked(gradient, x, place) for place in np.ndindex(x.shape[:-1])]
        result = np.empty_like(x)
        for ask, machine in zip(asked, machines, strict=True):
            result[ask.place] = self._stepped(machine, ask, _there(self.learning_rate, x.shape[:-1], ask.place))
        now = Diary(state.start, state, tuple(tuple(ask.answers) for ask in asked), self.learning_rate, crew)
        crew.machines, crew.newest = machines, now
        return result, now

    def _as_of(self, state: Diary) -> list[Machine]:
        """Machines that have taken the steps of a diary."""
        places = list(np.ndindex(state.start.shape[:-1]))
        machines = [self.machine(np.array(state.start[place])) for place in places]
        for entry in state.steps():
            for place, machine, answers in zip(places, machines, entry.answers, strict=True):
                rate = _there(entry.learning_rate, state.start.shape[:-1], place)
                self._stepped(machine, _Remembered(iter(answers)), rate)
        return machines

    def _stepped(self, machine: Machine, ask: Asking, rate: float | None) -> FloatArray:
        try:
            return machine.step(ask, rate)
        except UsageError:
            raise
        except Exception as error:  # what a library raises is its own affair, and of every kind
            raise UsageError(f"{self.name} gave up: {one_line(error)}.") from error


def _there(rate: Numbers | None, batch: tuple[int, ...], place: tuple[int, ...]) -> float | None:
    """The learning rate of one run of a batch."""
    return None if rate is None else float(np.broadcast_to(rate, batch)[place])


class _Asked:
    """The objective as one run of a batch sees it; what it answers is noted."""

    def __init__(self, gradient: GradientFunction, x: FloatArray, place: tuple[int, ...]) -> None:
        self.gradient, self.x, self.place = gradient, x, place
        self.answers: list[Answer] = []

    def slope(self, x: FloatArray) -> FloatArray:
        return self._noted(self.gradient, x)

    def value(self, x: FloatArray) -> float:
        return float(self._noted(self.gradient.value, x))

    def hessian(self, x: FloatArray) -> FloatArray:
        return self._noted(self.gradient.hessian, x)

    def _all_there(self, x: FloatArray) -> FloatArray:
        """The batch's own points, where this run stands among them; else the whole batch at the point asked for."""
        return self.x if np.array_equal(x, self.x[self.place]) else np.broadcast_to(x, self.x.shape)

    def _noted(self, asked: Callable[[FloatArray], FloatArray], x: FloatArray) -> FloatArray:
        answer = np.array(asked(self._all_there(x))[self.place])
        self.answers.append(answer)
        return answer


@dataclass
class _Remembered:
    """Answers as they were given, in their order."""

    answers: Iterator[Answer]

    def slope(self, _: FloatArray) -> FloatArray:
        answer: FloatArray = next(self.answers)
        return answer

    def value(self, _: FloatArray) -> float:
        return float(next(self.answers))

    hessian = slope


def one_line(error: BaseException) -> str:
    """What an exception says, as a part of a sentence."""
    said = " ".join(str(error).split()) or type(error).__name__
    return (said if len(said) <= 200 else said[:199] + "…").rstrip(".")


@cache
def kind_of(called: str, values: str = "") -> type[Guest]:
    """The guests of that name: what they say of themselves before they have settings; some values beside the title."""
    name = called.partition(":")[2].partition("(")[0]
    title = f"{name} {values if len(values) <= SHORT else f'{values[: SHORT - 1]}…'}".strip()
    return type(name, (Guest,), {"name": called, "title": title, "__doc__": Guest.__doc__})


def _as_markup(value: str) -> str:
    """A setting for a card: 1e-08 as a power of ten."""
    mantissa, mark, exponent = value.partition("e-")
    if not (mark and exponent.isdigit()):
        return value
    return f"${'' if float(mantissa) == 1 else f'{mantissa} dot '}10^(-{int(exponent)})$"
