"""A guest by its name and its settings, which are the library's own."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np

from objectives.errors import UsageError, unknown

from .catalogue import library_of, member_of, settings_in, version_of
from .record import Guest, kind_of

RATES = ("learning_rate", "lr", "max_learning_rate", "max_lr")
HANDED_OVER = ("self", "params", "model")
WRAPPED = ("optimizer", "base_optimizer")


def guest(name: str, **settings: object) -> Guest:
    """The optimizer of that name as a rule, the settings that are not given at the library's defaults.

    `learning_rate` is understood whatever the library calls it; an optimizer that requires one gets 0.01. Settings may
    stand in the name, as in torch:AdamW(weight_decay=0.05); those that are given beside it count more.

    Raises `UsageError` if the library is not there, for an unknown optimizer or setting, for a value that the library
    refuses, and for an optimizer that cannot run on a vector: with the library's own reason.
    """
    library = library_of(name)
    kind, made = member_of(name), guest_kind(name)
    called = made.name
    taken = library.ways.parameters_of(kind)
    given = dict(_named(called, taken, {**settings_in(name), **settings}))
    rate = next((own for own in RATES if own in taken), None)
    if rate is not None and taken[rate].default is inspect.Parameter.empty:
        given.setdefault(rate, 0.01)
    number: Any = given.get(rate) if rate is not None else None
    if isinstance(number, np.ndarray):  # one for each run of a batch; what is made begins with any of them
        given[str(rate)] = float(number.flat[0])
    _require(called, taken, given)
    try:
        way = _way(library.ways, kind, tuple(given.items()))
    except UsageError as error:
        raise UsageError(f"{called} cannot run here: {error}.") from None
    told = _told(name.partition(":")[0], taken, given)
    if rate is not None and not isinstance(number, np.ndarray):
        value = given.get(rate, taken[rate].default)
        number = float(value) if isinstance(value, int | float) else None
    return made(library.ways.maker(kind, given, way), number, told, library.ways.WAYS[way], library.ways.settle)


def guest_kind(name: str) -> type[Guest]:
    """What is known of a guest by its name alone; raises `UsageError` as `guest` does for names."""
    called, given = f"{name.partition(':')[0]}:{member_of(name).__name__}", settings_in(name)
    written = ", ".join(f"{setting}={value!r}" for setting, value in given.items())
    return kind_of(f"{called}({written})" if given else called, ", ".join(map(str, given.values())))


def _named(
    called: str, taken: Mapping[str, inspect.Parameter], settings: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    for setting, value in settings.items():
        own = next((rate for rate in RATES if rate in taken), setting) if setting in RATES else setting
        if own not in taken or own in HANDED_OVER:
            raise unknown(f"setting of {called}", setting, [entry for entry in taken if entry not in HANDED_OVER])
        meant = _as_taken(value)
        if isinstance(meant, dict | set) or (isinstance(meant, str) and type(taken[own].default) in (int, float)):
            raise UsageError(f"{setting} of {called} must be a number, not {value}.")
        yield own, meant


def _as_taken(value: object) -> object:
    """Several numbers may be typed with commas between, as `0.9,0.99`, or as a list; a whole number is one."""
    if isinstance(value, list):
        return tuple(map(_as_taken, value))
    if isinstance(value, str) and "," in value:
        with suppress(ValueError):
            return tuple(float(part) for part in value.strip("()[] ").split(","))
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) >= 2 else value


def _require(called: str, taken: Mapping[str, inspect.Parameter], given: Mapping[str, object]) -> None:
    first, *rest = (entry for entry in taken.values() if entry.name != "self")
    wants = [
        entry.name
        for entry in (rest if first.name in HANDED_OVER else [first, *rest])
        if entry.default is inspect.Parameter.empty
    ]
    if inner := [entry for entry in wants if entry in WRAPPED]:
        raise UsageError(
            f"{called} cannot run here: it goes round another optimizer, which it takes as its {inner[0]}."
        )
    if missing := [entry for entry in wants if entry not in given and entry not in ("args", "kwargs")]:
        raise UsageError(f"{called} needs {' and '.join(missing)}: give it with --set {missing[0]}=...")


@cache
def _way(ways: Any, kind: Any, settings: tuple[tuple[str, Any], ...]) -> str:
    way: str = ways.way_of(kind, dict(settings))
    return way


def _told(
    library: str, taken: Mapping[str, inspect.Parameter], given: Mapping[str, object]
) -> tuple[tuple[str, str], ...]:
    """Version and every setting that is a number, a word or a pair of them."""
    values = {
        entry.name: given.get(entry.name, entry.default) for entry in taken.values() if entry.name not in HANDED_OVER
    }
    plain = {key: value for key, value in values.items() if isinstance(value, int | float | str | tuple)}
    return ((library, version_of(library)), *((key, str(value)) for key, value in plain.items()))
