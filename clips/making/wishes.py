"""From a lecture and what was typed on the command line to wishes: which clips, with what numbers, under what names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clips.keeping.records import Wish
from clips.lecture.file_names import why_no_file
from clips.lecture.reading import Entry, Lecture
from clips.profile import Profile
from clips.sources import digest
from objectives.errors import UsageError, unknown
from scenes import CLIPS

LONGEST = 80  # bytes of a variant's name


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
    voice: Path | None = None,
) -> tuple[Wish, ...]:
    """The clips that the words name (all of the lecture, if none), changed by `settings`, a variant each then.

    `voice` is the folder of their takes, each clip's below its name there; without one they are silent.

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
            own=lecture.own,
            voice=voice,
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
    if name is not None and (why := why_no_file(name)):
        raise UsageError(f"'{name}' {why}")


def variant_name(name: str, settings: Mapping[str, Any]) -> str:
    """A stable name for a clip with other numbers: `u_turn-momentum-0.95`; too long or too odd, it gets a digest.

    It names a file on every disk: at most 80 bytes, no dot at its end, and no other variant's name but for capitals.
    """
    if not settings:
        return name
    said = "-".join(f"{key}-{value}" for key, value in sorted(settings.items()))
    plain = re.sub(r"[^\w.-]+", "_", said)
    whole = f"{name}-{said}"
    if plain == said == said.casefold() and len(whole.encode()) <= LONGEST and not said.endswith("."):
        return whole
    mark = f"-{digest(dict(settings))[:8]}"
    return _cut(f"{name}-{plain}", LONGEST - len(mark)).rstrip("_.-") + mark


def _cut(text: str, most: int) -> str:
    """The text without its end, where it has more than so many bytes."""
    return text.encode()[:most].decode(errors="ignore")
