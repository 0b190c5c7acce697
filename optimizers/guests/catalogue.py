"""Which libraries there are, what they have, and what each of it can do here."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from objectives.errors import UsageError, unknown

from . import optax_like, torch_like


@dataclass(frozen=True)
class Library:
    """Where optimizers come from: how they are told things, and which there are, by name."""

    ways: ModuleType
    members: Callable[[], Mapping[str, Any]]


#: By what stands before the colon of a guest's name, which is what is imported and installed as well.
LIBRARIES: Mapping[str, Library] = {
    "torch": Library(torch_like, cache(torch_like.torch_classes)),
    "pytorch_optimizer": Library(torch_like, cache(torch_like.pytorch_optimizer_classes)),
    "optax": Library(optax_like, cache(optax_like.optax_functions)),
}


EXAMPLE = "torch:AdamW(weight_decay=0.05, betas=(0.9, 0.99))"


def is_installed(library: str) -> bool:
    """Whether the library is there; it is not imported for that."""
    return importlib.util.find_spec(library) is not None


def version_of(library: str) -> str:
    """The version that is installed."""
    return importlib.metadata.version(library)


def library_of(name: str) -> Library:
    """The library of a guest, or of that name; raises UsageError if it is unknown or not there."""
    called = name.partition(":")[0]
    if called not in LIBRARIES:
        raise unknown("library of optimizers", called, LIBRARIES)
    if not is_installed(called):
        wanted = "is not installed here" if name == called else f"needs the library {called}"
        raise UsageError(f"{name} {wanted}: {command_for(called)} brings it.")
    return LIBRARIES[called]


def command_for(library: str) -> str:
    """What brings a library."""
    return f"uv pip install --python .venv {library}"


def member_of(name: str) -> Any:
    """The class or function that a guest's name means; raises UsageError with the nearest name."""
    known, member = library_of(name).members(), name.partition(":")[2].partition("(")[0].strip()
    same = [own for own in known if own.lower() == member.lower()]
    if not same:
        raise unknown(f"optimizer of {name.partition(':')[0]}", member, known)
    return known[same[0]]


def settings_in(name: str) -> dict[str, object]:
    """The settings in a guest's name, as in torch:AdamW(weight_decay=0.05); raises UsageError if they cannot be read.

    >>> settings_in("torch:AdamW(weight_decay=0.05, betas=(0.9, 0.99))")
    {'weight_decay': 0.05, 'betas': (0.9, 0.99)}
    """
    _, bracket, rest = name.partition("(")
    try:
        call: Any = ast.parse(f"_{bracket}{rest}" if bracket else "_()", mode="eval").body
        if call.args or None in (given := {entry.arg: entry.value for entry in call.keywords}):
            raise ValueError("something stands there without a name")
        return {str(setting): ast.literal_eval(value) for setting, value in given.items()}
    except (SyntaxError, ValueError, AttributeError):
        raise UsageError(f"The settings of {name} cannot be read: write them as in {EXAMPLE}.") from None


def names_of(library: str) -> tuple[str, ...]:
    """The optimizers of a library, as guests are called; raises UsageError if it is not there."""
    return tuple(f"{library}:{name}" for name in library_of(library).members())


# What each can do -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Invited:
    """An optimizer of a library: whether it runs with its defaults, what it asks for, or why it does not run."""

    name: str
    asks: tuple[str, ...] = ()
    reason: str = ""


def invited(library: str) -> Iterator[Invited]:
    """All optimizers of a library, each tried once; raises UsageError if it is not there."""
    from .invite import guest

    for name in names_of(library):
        try:
            yield Invited(name, guest(name).needs)
        except UsageError as error:
            yield Invited(name, reason=str(error))
