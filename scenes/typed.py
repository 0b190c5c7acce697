"""Parameters as they are typed: in a command, in lecture.toml, in a notebook.

A command knows texts alone, TOML and Python know kinds of values; read here, the same writing means the same in all of
them: `1e1` is ten, where ten may be a whole number, and no way of writing true is a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import accumulate
from types import NoneType
from typing import Any, Literal, get_args, get_origin


def as_list(value: object) -> Any:
    """Several values may be typed with commas between: `0.9,0.7`, `momentum,adam`; anything else is left as it is.

    >>> as_list("momentum,torch:AdamW(eps=1, betas=(0.9, 0.99))")
    ('momentum', 'torch:AdamW(eps=1, betas=(0.9, 0.99))')
    """
    return tuple(part.strip() for part in _parts(_bare(value))) if isinstance(value, str) else value


def _bare(text: str) -> str:
    """A list without the brackets round it, whether they match or not."""
    text = text.strip().lstrip("([ ")
    while text.endswith((")", "]", " ")) and _depths(text)[-1] < 0:
        text = text[:-1]
    return text


def _parts(text: str) -> Iterator[str]:
    """What stands between commas outside of brackets."""
    begin = 0
    for place, (sign, depth) in enumerate(zip(text, _depths(text), strict=False)):
        if sign == "," and depth <= 0:
            yield text[begin:place]
            begin = place + 1
    yield text[begin:]


def _depths(text: str) -> list[int]:
    """In how many brackets one is after each character, 0 for no text."""
    return list(accumulate(("([".count(sign) - ")]".count(sign) for sign in text), initial=0))[1:] or [0]


def as_typed(annotation: Any, value: Any) -> Any:
    """A value as the field of this type reads it, however it was typed; what does not fit is left to its model.

    Raises
    ------
    ValueError
        For true and false where a number is due.
    """
    kinds = set(_leaves(annotation))
    if get_origin(_given(annotation)) is tuple:
        value = as_list(value)
        if isinstance(value, tuple | list):
            return tuple(_read(kinds, part) for part in value)
    return _read(kinds, value)


def _given(annotation: Any) -> Any:
    """What a type is, if it is given and without what stands beside it."""
    inner = [part for part in get_args(annotation) if part is not NoneType]
    if hasattr(annotation, "__metadata__"):
        return _given(inner[0])
    return _given(inner[0]) if NoneType in get_args(annotation) else annotation


def _leaves(annotation: Any) -> Iterator[type]:
    """The types of single values in a type: `float` of `tuple[Annotated[float, ...], ...] | None`."""
    if get_origin(annotation) is Literal:
        yield from map(type, get_args(annotation))
    elif hasattr(annotation, "__metadata__"):
        yield from _leaves(get_args(annotation)[0])
    elif get_args(annotation):
        for part in get_args(annotation):
            yield from _leaves(part)
    elif isinstance(annotation, type):
        yield annotation


def _read(kinds: set[type], value: Any) -> Any:
    if kinds & {int, float} and str not in kinds:
        if isinstance(value, bool) and bool not in kinds:
            raise ValueError("must be a valid number")
        return _number(value, whole=float not in kinds) if isinstance(value, str) else value
    if str in kinds and not kinds & {int, float, bool}:
        return _text(value)
    return value


def _number(text: str, whole: bool) -> Any:
    """The number that a text says; a text that says none is left as it is."""
    for read in (int, lambda said: int(said, 0), float):
        with suppress(ValueError):
            number = read(text)
            return int(number) if whole and isinstance(number, float) and number.is_integer() else number
    return text


def _text(value: Any) -> Any:
    """A formula or a name that looks like a number to TOML is a text all the same."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value}" if isinstance(value, int | float) else value
