"""Which parameters a scene has read, and by which beat.

A beat depends on what was read up to its end, and on nothing else. So a scene sees its parameters through `Watched`,
which notes every read, and the frames of a beat can be kept for as long as those values stay.

Some of what a beat reads follows from parameters without telling much of them: the window of a map holds the paths, but
most of the time it is the objective's own. Such a property is `derived`: the beat depends on its value alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pydantic import BaseModel

#: What stands in the reads for the letters of the whole lecture, beside the names of the clip's own parameters.
NOTATION = "lecture.notation"


class Reads:
    """The names read so far, until the book is closed."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._open = True

    def note(self, name: str) -> None:
        if self._open:
            self._names.add(name)

    def so_far(self) -> tuple[str, ...]:
        """The names read up to now, in alphabetical order."""
        return tuple(sorted(self._names))

    def close(self) -> None:
        """What is read from now on (for captions, claims, tables) changes no frame."""
        self._open = False


class Watched:
    """A clip's parameters as its scene sees them: fields only, and every read is noted."""

    def __init__(self, given: BaseModel, note: Callable[[str], None]) -> None:
        self._given, self._note = given, note

    def __getattr__(self, name: str) -> Any:
        if name not in type(self._given).model_fields:
            raise AttributeError(f"{type(self._given).__qualname__} has no field '{name}'")
        self._note(name)
        return getattr(self._given, name)

    def __getitem__(self, name: str) -> Any:
        """For placeholders: a missing name is a `KeyError`."""
        try:
            return getattr(self, name)
        except AttributeError:
            raise KeyError(name) from None


class Asked(Protocol):
    """A scene as `derived` sees it: the book of its reads, and a twin whose reads are nobody else's."""

    @property
    def reads(self) -> Reads: ...

    @property
    def twin(self) -> Any: ...


class derived:  # noqa: N801 (it is written like property)
    """A property of a scene, computed from parameters alone; who reads it depends on its value, not on its origins.

    It is computed by the scene's twin, so that what it reads, and what is cached on the way, is nobody else's read. It
    must not depend on the stage (boxes, mobjects, trackers). Its value is plain: numbers, texts, arrays, tuples, dicts.
    """

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function, self.name, self.__doc__ = function, function.__name__, function.__doc__

    def __get__(self, scene: Asked | None, owner: type | None = None) -> Any:
        if scene is None:
            return self
        scene.reads.note(f"derived.{self.name}")
        known = scene.twin.facts
        if self.name not in known:
            known[self.name] = self.function(scene.twin)
        return known[self.name]


def derived_values(scene: Asked) -> Mapping[str, str]:
    """What a scene's derived properties come to, each as a short fingerprint."""
    names = {name for kind in type(scene).__mro__ for name, value in vars(kind).items() if isinstance(value, derived)}
    return {f"derived.{name}": fingerprint(getattr(scene, name)) for name in sorted(names)}


def fingerprint(value: object) -> str:
    """A short name for plain data; equal data have equal names.

    >>> fingerprint((1.5, "a")) == fingerprint((1.5, "a")) != fingerprint((1.5, "b"))
    True
    """
    return hashlib.sha256(repr(_plain(value)).encode()).hexdigest()[:32]


def _plain(value: object) -> object:
    if hasattr(value, "tolist"):  # NumPy's arrays and numbers; without NumPy itself, which takes long to import
        return value.tolist()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a derived property is plain data, and no {type(value).__name__}")
