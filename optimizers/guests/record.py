"""A guest is a rule whose step is taken by a machine of another library, one machine for each run of a batch.

Such machines change in place, and a rule's `step` must leave its arguments as they are. So the state of a guest is a
diary: the start, and what the objective answered at every step since. As long as steps follow one another, one machine
goes on; who steps from an older state gets a machine that has lived through its diary, which ends where the first did.
"""

from __future__ import annotations

import math
import warnings
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import repeat
from typing import Any, ClassVar, Protocol, final

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


class Crewed(Rule[Diary]):
    """A rule whose steps are taken by machines, one for each run of a batch."""

    in_a_word: ClassVar[str] = "steps as its library does"
    says_all: ClassVar[bool] = False  # what its machine does is the library's affair
    learning_rate: Numbers | None

    @abstractmethod
    def machine_at(self, place: int, x: FloatArray) -> Machine:
        """A new machine for that run of the batch, counted through all its axes; its start is x, shape (d,)."""

    def taken(self, place: int, machine: Machine, ask: Asking, rate: float | None) -> FloatArray:  # noqa: ARG002
        """Where a step of that machine leads; raises `UsageError` with the library's reason if it fails inside."""
        try:
            return machine.step(ask, rate)
        except UsageError:
            raise
        except Exception as error:  # what a library raises is its own affair, and of every kind
            raise UsageError(f"{self.name} gave up: {one_line(error)}.") from error

    @classmethod
    def hyperparameters(cls) -> tuple[HyperParameter, ...]:
        """None of ours: `settings` are the library's."""
        return ()

    @property
    def batch_shape(self) -> tuple[int, ...]:
        return np.shape(self.learning_rate) if self.learning_rate is not None else ()

    def init(self, x: FloatArray) -> Diary:
        return Diary(np.array(x))

    def step(self, gradient: GradientFunction, x: FloatArray, state: Diary) -> tuple[FloatArray, Diary]:
        crew = state.crew if state.crew.newest in (None, state) else _Crew()
        machines, batch = crew.machines or self._as_of(state), _Batch(gradient, x)
        asked = [_Asked(batch, place) for place in range(len(machines))]
        result = np.full_like(batch.points, np.nan)
        with _quiet():
            for ask, machine, rate in zip(asked, machines, _each(self.learning_rate, x.shape[:-1]), strict=True):
                if ask.goes_on:
                    result[ask.place] = self.taken(ask.place, machine, ask, rate)
        now = Diary(state.start, state, tuple(tuple(ask.answers) for ask in asked), self.learning_rate, crew)
        crew.machines, crew.newest = machines, now
        return result.reshape(x.shape), now

    def _as_of(self, state: Diary) -> list[Machine]:
        """Machines that have taken the steps of a diary."""
        batch = state.start.shape[:-1]
        starts = state.start.reshape(-1, state.start.shape[-1])
        with _quiet():
            machines = [self.machine_at(place, np.array(start)) for place, start in enumerate(starts)]
            for entry in state.steps():
                told = zip(machines, entry.answers, _each(entry.learning_rate, batch), strict=True)
                for place, (machine, answers, rate) in enumerate(told):
                    if answers:
                        self.taken(place, machine, _Remembered(iter(answers)), rate)
        return machines


@dataclass(frozen=True, eq=False)
class Guest(Crewed):
    """An optimizer of a library, with its settings; made by `guest`, which knows what it needs.

    `machine` makes one at a point of shape (d,). `learning_rate` is None for an optimizer without one, else a number
    or an array over the batch; a schedule may change it from step to step, and nothing else. `told` are the settings,
    the library's version among them, as they stand on a card; `asks` is what it needs besides the gradient;
    `settle`, what to call in a forked process before its machines work there, None if they cannot.
    """

    machine: Callable[[FloatArray], Machine] = field(repr=False)
    learning_rate: Numbers | None = None
    told: tuple[tuple[str, str], ...] = ()
    asks: tuple[str, ...] = ()
    settle: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        said = "; ".join(f"{name} {_as_markup(value)}" for name, value in self.told if value != "False")
        for attribute, value in {"needs": self.asks, "small_print": said}.items():
            object.__setattr__(self, attribute, value)  # what other rules say as a class, a guest says for itself

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Guest) and (self.name, self.told) == (other.name, other.told)

    def __hash__(self) -> int:
        return hash((self.name, self.told))

    def machine_at(self, _: int, x: FloatArray) -> Machine:
        return self.machine(x)


@final
@dataclass(frozen=True, eq=False)
class Together(Crewed):
    """Guests side by side: a batch of shape (n,) whose i-th run is the i-th guest's.

    At each step the objective is asked once for all of them, which takes hardly longer than to ask it for one. Who
    fails inside ends there, and `failed` fills with the reason, by its place; the others go on.
    """

    name: ClassVar[str] = "together"
    title: ClassVar[str] = "side by side"
    guests: tuple[Guest, ...] = ()
    learning_rate: Numbers | None = None  # of each; 0 for one that has none
    failed: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, guests: Iterable[Guest]) -> Together:
        """Those guests, each with its own learning rate."""
        found = tuple(guests)
        return cls(found, np.array([float(one.learning_rate or 0.0) for one in found]))

    def machine_at(self, place: int, x: FloatArray) -> Machine:
        return self.guests[place].machine(x)

    def taken(self, place: int, machine: Machine, ask: Asking, rate: float | None) -> FloatArray:
        guest = self.guests[place]
        try:
            return guest.taken(place, machine, ask, None if guest.learning_rate is None else rate)
        except UsageError as error:
            self.failed[place] = str(error)
            return np.array(np.nan)


def _each(rate: Numbers | None, batch: tuple[int, ...]) -> Iterable[float | None]:
    """The learning rate of each run of a batch."""
    return repeat(None, math.prod(batch)) if rate is None else np.broadcast_to(rate, batch).ravel().tolist()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the deprecations of libraries and their advice, which are for programmers and not for lecturers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class _Batch:
    """Where the runs of a batch stand, and the gradient there, which is asked for all of them at once."""

    def __init__(self, gradient: GradientFunction, x: FloatArray) -> None:
        self.gradient, self.x = gradient, x
        self.points = x.reshape(-1, x.shape[-1])
        self.places: list[list[float]] = self.points.tolist()

    @cached_property
    def slopes(self) -> FloatArray:
        return np.array(self.gradient(self.x)).reshape(self.points.shape)


class _Asked:
    """The objective as one run of a batch sees it; what it answers is noted."""

    def __init__(self, batch: _Batch, place: int) -> None:
        self.batch, self.place, self.here = batch, place, batch.places[place]
        self.answers: list[Answer] = []

    @property
    def goes_on(self) -> bool:
        """Whether the run stands anywhere: one that has ended does not."""
        return all(map(math.isfinite, self.here))

    def slope(self, x: FloatArray) -> FloatArray:
        return self._noted(self.batch.slopes if self._stands_at(x) else self._at(x, self.batch.gradient))

    def value(self, x: FloatArray) -> float:
        return float(self._noted(self._at(x, self.batch.gradient.value)))

    def hessian(self, x: FloatArray) -> FloatArray:
        return self._noted(self._at(x, self.batch.gradient.hessian))

    def _stands_at(self, x: FloatArray) -> bool:
        return bool(x.tolist() == self.here)

    def _at(self, x: FloatArray, asked: Callable[[FloatArray], FloatArray]) -> FloatArray:
        """The batch's answers at its own points, where this run stands among them; else all at the point asked for."""
        own = self.batch.x
        answers = asked(own if self._stands_at(x) else np.broadcast_to(x, own.shape))
        return np.array(answers).reshape(-1, *answers.shape[own.ndim - 1 :])

    def _noted(self, answers: FloatArray) -> FloatArray:
        answer: FloatArray = answers[self.place]
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
