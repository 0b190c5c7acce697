"""Which parameters a scene has read, and by which beat.

A beat depends on what was read up to its end, and on nothing else. So a scene sees its parameters through `Watched`,
which notes every read, and the frames of a beat can be kept for as long as those values stay.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
