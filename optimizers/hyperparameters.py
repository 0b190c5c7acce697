"""A hyper-parameter is declared once: default, bounds and meaning stand where the rule names it.

The check when a record is made, the error message, and the help text of the command line all read that one
declaration, so they cannot disagree.
"""

from __future__ import annotations

from abc import ABC
from dataclasses import Field, dataclass, field, fields
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np

from objectives.errors import UsageError, unknown

from .problem import FloatArray

Numbers: TypeAlias = float | FloatArray


class Kind(Protocol):
    """What values a hyper-parameter takes."""

    @property
    def allowed(self) -> str:
        """The values in words, as they follow "must be"."""
        ...

    def checked(self, label: str, value: object) -> Numbers | bool | str:
        """The value as the rules store it; `UsageError` if it is not allowed."""
        ...


@dataclass(frozen=True)
class Number:
    """A finite number in an interval, or an array of such numbers over the batch."""

    lowest: float = 0.0
    highest: float = np.inf
    lowest_included: bool = True
    highest_included: bool = True

    @property
    def allowed(self) -> str:
        if self.lowest == -np.inf:
            return "any number"
        low = f"{'at least' if self.lowest_included else 'above'} {self.lowest:g}"
        if self.highest == np.inf:
            return low
        return f"{low} and {'at most' if self.highest_included else 'below'} {self.highest:g}"

    def checked(self, label: str, value: object) -> Numbers:
        numbers = _as_numbers(label, value)
        wrong = numbers[~self._contains(numbers)]
        if wrong.size:
            bounds = "" if self.lowest == -np.inf else f" and {self.allowed}"
            raise UsageError(f"{label} must be finite{bounds}, not {wrong.flat[0]:g}.")
        return _stored(numbers)

    def _contains(self, numbers: FloatArray) -> Any:
        above = numbers >= self.lowest if self.lowest_included else numbers > self.lowest
        below = numbers <= self.highest if self.highest_included else numbers < self.highest
        return above & below & np.isfinite(numbers)


@dataclass(frozen=True)
class Switch:
    """True or False."""

    allowed: str = "True or False"

    def checked(self, label: str, value: object) -> bool:
        if not isinstance(value, bool | np.bool):
            raise UsageError(f"{label} must be {self.allowed}, not {value!r}.")
        return bool(value)


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        return f"{', '.join(self.words[:-1])} or {self.words[-1]}"

    def checked(self, label: str, value: object) -> str:
        if not isinstance(value, str) or value not in self.words:
            raise unknown(label, str(value), self.words)
        return value


@dataclass(frozen=True)
class HyperParameter:
    """What a hyper-parameter is, for display: name, default, allowed values in words, meaning, letter, other names.

    The letter is Typst mathematics; `{momentum}` stands for the one that the notation in force has for that. Empty:
    the rule's formula does not show it. `elsewhere` are its names in other libraries: they are understood where a rule
    is made by name.
    """

    name: str
    default: float | bool | str
    kind: Kind
    meaning: str
    letter: str = ""
    elsewhere: tuple[str, ...] = ()

    @property
    def bounds(self) -> str:
        """The allowed values in words, for example `at least 0 and below 1`."""
        return self.kind.allowed


@dataclass(frozen=True)
class Settled(ABC):
    """A frozen record of hyper-parameters: they are checked when it is made, and describe themselves.

    `UsageError`: one sentence with the name, the value and the allowed range. Records of numbers compare and hash;
    records that hold arrays do not.
    """

    name: ClassVar[str]

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


def number(
    default: float,
    meaning: str,
    *,
    above: float | None = None,
    at_least: float = 0.0,
    at_most: float = np.inf,
    below: float = np.inf,
    letter: str = "",
    elsewhere: tuple[str, ...] = (),
) -> Any:
    """A dataclass field for a number: from `at_least` on unless `above` is given, up to `at_most` or `below`."""
    lowest = at_least if above is None else above
    kind = Number(lowest, min(at_most, below), above is None, at_most <= below)
    return _declare(default, kind, meaning, letter, elsewhere)


def switch(meaning: str) -> Any:
    """A dataclass field that is False unless it is asked for."""
    return _declare(False, Switch(), meaning)


def choice(words: tuple[str, ...], meaning: str) -> Any:
    """A dataclass field for one of some words; the first is the default."""
    return _declare(words[0], Choice(words), meaning)


def declared(entry: Field[Any]) -> HyperParameter:
    """The declaration behind a dataclass field that `number`, `switch` or `choice` made."""
    default: Any = entry.default
    return HyperParameter(entry.name, default, **entry.metadata)


def over_batch(value: Numbers) -> Numbers:
    """A hyper-parameter of the batch's shape, ready to multiply arrays of shape (*batch, d)."""
    return value[..., np.newaxis] if isinstance(value, np.ndarray) else value


def _broadcast_shape(record: Settled) -> tuple[int, ...]:
    """The common shape of a record's hyper-parameters; `UsageError` if they do not broadcast together."""
    shapes = {entry.name: np.shape(getattr(record, entry.name)) for entry in record.hyperparameters()}
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items() if shape)
        raise UsageError(f"The hyper-parameters of {record.name} do not broadcast together: {listed}.") from None


def _declare(
    default: float | bool | str, kind: Kind, meaning: str, letter: str = "", elsewhere: tuple[str, ...] = ()
) -> Any:
    said = {"kind": kind, "meaning": meaning, "letter": letter, "elsewhere": elsewhere}
    return field(default=default, metadata=said)


def _as_numbers(label: str, value: object) -> FloatArray:
    # NumPy would turn the text "0.1" and the word True into numbers; a person who types them errs.
    try:
        array = np.asarray(value)
    except ValueError:  # lists of different lengths
        array = np.asarray(None)
    if array.dtype.kind not in "iuf":
        raise UsageError(f"{label} must be a number, not {value!r}.")
    return array.astype(np.float64)


def _stored(numbers: FloatArray) -> Numbers:
    if numbers.ndim == 0:
        return float(numbers)
    numbers.flags.writeable = False
    return numbers
