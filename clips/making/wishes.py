"""From a lecture and what was typed on the command line to wishes: which clips, with what numbers, under what names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clips.keeping.records import Wish
from clips.lecture.reading import NAME, Entry, Lecture
from clips.profile import Profile
from clips.sources import digest
from objectives.errors import UsageError, unknown
from scenes import CLIPS

LONGEST = 80  # characters of a name


def wishes_of(
    lecture: Lecture,
    words: Sequence[str],
    settings: Mapping[str, Any],
    profile: Profile,
    folder: Path,
    *,
    name: str | None = None,
    file: Path | None = None,
    commands: Sequence[str] = (),
) -> tuple[Wish, ...]:
    """The clips that the words name (all of the lecture, if none), changed by `settings`, a variant each then.

    Raises
    ------
    UsageError
        If a word names no clip (a misspelt command, perhaps: `commands`), or `name` cannot be given.
    """
    entries = [find_entry(lecture, word, commands) for word in dict.fromkeys(words)] or list(lecture.clips)
    _check_name(name, len(entries))
    return tuple(
        Wish(
            name=name or variant_name(entry.name, settings),
            clip=entry.scene,
            settings={**entry.parameters, **settings},
            profile=profile,
            folder=folder,
            notation=lecture.notation,
            lecture=file if entry in lecture.clips and not settings else None,
        )
        for entry in entries
    )


def find_entry(lecture: Lecture, word: str, commands: Sequence[str] = ()) -> Entry:
    """The clip of this name, in the lecture or by itself.

    Raises
    ------
    UsageError
        If there is none; the nearest match is named.
    """
    if (entry := entry_named(lecture, word)) is None:
        raise unknown("clip or command", word, [*(entry.name for entry in lecture.clips), *CLIPS, *commands])
    return entry


def entry_named(lecture: Lecture, word: str) -> Entry | None:
    """The lecture's clip of this name; else the scene of this name, as it is by itself; None: a variant, perhaps."""
    own = next((entry for entry in lecture.clips if entry.name == word), None)
    return own or (Entry(scene=word) if word in CLIPS else None)


def _check_name(name: str | None, clips: int) -> None:
    if name is not None and clips != 1:
        raise UsageError("--name names one clip: give the clip that is to have it.")
    if name is not None and not re.fullmatch(NAME, name):
        raise UsageError(f"'{name}' cannot name a file: use at most 80 letters, digits, dots, dashes, underscores.")


def variant_name(name: str, settings: Mapping[str, Any]) -> str:
    """A stable name for a clip with other numbers: `u_turn-momentum-0.95`; too long or too odd, it gets a digest."""
    if not settings:
        return name
    said = "-".join(f"{key}-{value}" for key, value in sorted(settings.items()))
    plain = re.sub(r"[^\w.-]+", "_", said)
    if plain == said and len(name) + len(said) < LONGEST:
        return f"{name}-{said}"
    room = LONGEST - len(name) - 10
    return f"{name}-{plain[: max(0, room)].strip('_')}-{digest(dict(settings))[:8]}"
