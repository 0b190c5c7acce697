"""A hyper-parameter is declared once: default, bounds and meaning stand where the rule names it.

The check when a record is made, the error message, and the help text of the command line all read that one
declaration, so they cannot disagree.
"""

from __future__ import annotations

from dataclasses import Field, dataclass, field
from typing import Any, Protocol, TypeAlias

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
        low = f"{'at least' if self.lowest_included else 'above'} {self.lowest:g}"
        if self.highest == np.inf:
            return low
        return f"{low} and {'at most' if self.highest_included else 'below'} {self.highest:g}"

    def checked(self, label: str, value: object) -> Numbers:
        numbers = _as_numbers(label, value)
        wrong = numbers[~self._contains(numbers)]
        if wrong.size:
            raise UsageError(f"{label} must be finite and {self.allowed}, not {wrong.flat[0]:g}.")
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


def number(
    default: float,
    meaning: str,
    *,
    above: float | None = None,
    at_most: float = np.inf,
    below: float = np.inf,
    letter: str = "",
    elsewhere: tuple[str, ...] = (),
) -> Any:
    """A dataclass field for a number: at least 0 unless `above` is given, up to `at_most` or `below`."""
    lowest = 0.0 if above is None else above
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
