"""What `--over` says: a parameter and its values, one by one or as a range.

Values are kept as text, as those of `--set` are: the clip's own model reads them. Only numbers are written anew, in the
one way that names files: `0.50` is `0.5`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import product
from math import prod

from objectives.errors import UsageError

MOST = 1000  # variants
PLAIN = range(-7, 16)  # powers of ten that are written out
EXAMPLE = "like --over momentum=0,0.5,0.9 or --over momentum=0:0.9:0.1"


@dataclass(frozen=True)
class Axis:
    """A parameter and the values that it takes, each once."""

    name: str
    values: tuple[str, ...]


def axes_of(texts: Sequence[str], settings: Mapping[str, str]) -> tuple[Axis, ...]:
    """What several `--over` say; `settings` are those of `--set`.

    Raises
    ------
    UsageError
        If there is none, one without values, a parameter twice, or more than a thousand combinations.
    """
    if not texts:
        raise UsageError(f"A sweep needs values to go over, {EXAMPLE}.")
    axes = tuple(axis_of(text) for text in texts)
    names = [axis.name for axis in axes]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise UsageError(f"--over {name} is given twice: put all its values into one.")
        if name in settings:
            raise UsageError(f"{name} is in --set and in --over: leave one of them out.")
    _check_number(prod(len(axis.values) for axis in axes))
    return axes


def _check_number(variants: int) -> None:
    if variants > MOST:
        raise UsageError(f"That is {variants} variants, and a sweep takes at most {MOST}: give fewer values.")


def combinations(axes: Sequence[Axis]) -> list[dict[str, str]]:
    """Every combination of values; that of the last parameter varies fastest."""
    return [dict(zip([axis.name for axis in axes], v, strict=True)) for v in product(*(axis.values for axis in axes))]


# One parameter --------------------------------------------------------------------------------------------------------


def axis_of(text: str) -> Axis:
    """`NAME=V1,V2,...`, or with `;` between values that hold commas; a value may be a range `start:stop:step`.

    >>> axis_of("momentum=0:0.2:0.1,0.50")
    Axis(name='momentum', values=('0', '0.1', '0.2', '0.5'))
    >>> axis_of("start=-2,1;0,0").values
    ('-2,1', '0,0')
    """
    name, sign, said = (part.strip() for part in text.partition("="))
    if not sign or not name:
        raise UsageError(f"--over needs NAME=V1,V2,..., {EXAMPLE}, and not '{text}'.")
    parts = [part.strip() for part in said.split(";" if ";" in said else ",")]
    values = tuple(dict.fromkeys(value for part in parts if part for value in _values(name, part)))
    if not values:
        raise UsageError(f"--over {name} has no values: give some, {EXAMPLE}.")
    return Axis(name, values)


def _values(name: str, text: str) -> Iterator[str]:
    return _range(name, text) if ":" in text else iter((plain(text),))


def plain(text: str) -> str:
    """A number as it is shortest, any other text as it is."""
    number = _number(text)
    if number is None:
        return text
    number = number.normalize() if number else Decimal(0)  # no minus before a zero
    return f"{number:f}" if number.adjusted() in PLAIN else f"{number:e}".replace("e+", "e")


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _range(name: str, text: str) -> Iterator[str]:
    """Computed with decimals, so that 0.1 and 0.2 are 0.3; the stop is included."""
    numbers = [number for part in text.split(":") if (number := _number(part.strip())) is not None]
    if len(numbers) != 3 or text.count(":") != 2 or not numbers[2]:
        raise UsageError(f"--over {name}: a range is start:stop:step, like 0:0.9:0.1, and not '{text}'.")
    start, stop, step = numbers
    count = _steps(start, stop, step) + 1
    if count < 1:
        raise UsageError(f"--over {name}: no step of {plain(str(step))} leads from {start} to {stop}.")
    _check_number(count)
    return (plain(str(start + k * step)) for k in range(count))


def _steps(start: Decimal, stop: Decimal, step: Decimal) -> int:
    """Whole steps from start to stop; -1 if they lead away from it."""
    try:
        steps = (stop - start) / step
    except ArithmeticError:  # beyond what decimals hold
        return MOST
    return int(min(steps, Decimal(10**9))) if steps >= 0 else -1
