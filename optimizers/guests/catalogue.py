"""Which libraries there are, what they have, and what each of it can do here."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from objectives.errors import UsageError, unknown

from . import optax_like, torch_like


@dataclass(frozen=True)
class Library:
    """Where optimizers come from: its module, what is installed for it, and how its optimizers are told things."""

    module: str
    package: str
    ways: ModuleType

    def members(self) -> Mapping[str, Any]:
        """Its optimizers, by name."""
        return _members(self)


#: What stands before the colon of a guest's name.
LIBRARIES: Mapping[str, Library] = {
    "torch": Library("torch", "torch", torch_like),
    "pytorch_optimizer": Library("pytorch_optimizer", "pytorch_optimizer", torch_like),
    "optax": Library("optax", "optax", optax_like),
}


@cache
def _members(library: Library) -> Mapping[str, Any]:
    if library.module == "torch":
        return torch_like.torch_classes()
    return (
        torch_like.pytorch_optimizer_classes()
        if library.module == "pytorch_optimizer"
        else optax_like.optax_functions()
    )


def is_installed(library: str) -> bool:
    """Whether the library is there; it is not imported for that."""
    return importlib.util.find_spec(LIBRARIES[library].module) is not None


def version_of(library: str) -> str:
    """The version that is installed."""
    return importlib.metadata.version(LIBRARIES[library].package)


def library_of(name: str) -> Library:
    """The library of a guest, or of that name; raises UsageError if it is unknown or not there."""
    called = name.partition(":")[0]
    if called not in LIBRARIES:
        raise unknown("library of optimizers", called, LIBRARIES)
    if not is_installed(called):
        raise UsageError(f"{name} needs the library {called}: {command_for(called)} brings it.")
    return LIBRARIES[called]


def command_for(library: str) -> str:
    """What brings a library."""
    return f"uv pip install --python .venv {LIBRARIES[library].package}"


def member_of(name: str) -> Any:
    """The class or function that a guest's name means; raises UsageError with the nearest name."""
    known, member = library_of(name).members(), name.partition(":")[2]
    same = [own for own in known if own.lower() == member.lower()]
    if not same:
        raise unknown(f"optimizer of {name.partition(':')[0]}", member, known)
    return known[same[0]]


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
