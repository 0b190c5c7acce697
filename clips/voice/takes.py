"""Which recordings there are: a file a beat, found by its name, and the words that it was recorded for.

`voice/CLIP/BEAT.wav` beside the lecture's file is the take of a beat; where there is none, one that a machine has
spoken may stand in `voice/scratch/CLIP/`. What was said when a take was first seen is noted beside it, in `words.json`:
so it can be told later which takes say something else than the clip. Recordings are read, and never written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clips.files import ROOT, is_intact, seal, write_whole
from objectives.errors import UsageError, unknown

SUFFIXES = (".wav", ".flac", ".mp3", ".m4a", ".ogg", ".webm")
BESIDE = (".json", ".md", ".html", ".txt")  # what may lie beside takes: words, a script, notes
SCRATCH = "scratch"  # the folder of takes that a machine has spoken, below that of the voice
WORDS = "words.json"


@dataclass(frozen=True)
class Take:
    """The recording of a beat; `name` tells where its file is, `scratch` that a machine has spoken it."""

    beat: str
    name: str
    file: Path
    scratch: bool = False


@dataclass(frozen=True)
class Found:
    """The takes of a clip by beat, and what is wrong with the other files there, a sentence each."""

    takes: Mapping[str, Take]
    troubles: tuple[str, ...] = ()


def voice_home(lecture: Path | None) -> Path:
    """The folder of the voice: beside the lecture's file, or, without one, beside the program."""
    return (lecture.parent if lecture else ROOT) / "voice"


def files_of(home: Path | None, clip: str) -> dict[str, Path]:
    """What lies in the folders of a clip and may be meant as a take, by its name from `home` on; None: nothing."""
    if home is None:
        return {}
    places = [home / clip, home / SCRATCH / clip]
    return {path.relative_to(home.parent).as_posix(): path for place in places for path in _meant_as_takes(place)}


def _meant_as_takes(place: Path) -> Iterator[Path]:
    with suppress(OSError):  # mostly there is no such folder
        for path in sorted(place.iterdir()):
            if not path.name.startswith(".") and path.suffix.lower() not in BESIDE and path.is_file():
                yield path


def seals_of(files: Mapping[str, Path], known: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """What tells each file from another; one that is as it was known to be is not read for that."""
    found: dict[str, Mapping[str, Any]] = {}
    for name, path in files.items():
        with suppress(OSError):  # it has just gone
            same = name in known and is_intact(path, known[name])
            found[name] = known[name] if same else seal(path, path.stat().st_mtime_ns)
    return found


def takes_of(home: Path | None, clip: str, beats: Iterable[str]) -> Found:
    """The takes of a clip with these beats; a recorded one goes before one that a machine has spoken."""
    files, beats = files_of(home, clip), tuple(beats)
    by_beat: dict[str, list[Take]] = {}
    troubles = []
    for name, path in files.items():
        if path.suffix.lower() not in SUFFIXES:
            troubles.append(f"{name} is no take: save it as {', '.join(s[1:] for s in SUFFIXES[:-1])} or webm.")
        elif path.stem not in beats:
            troubles.append(f"{name}: {unknown(f'beat of {clip}', path.stem, beats)}")
        else:
            by_beat.setdefault(path.stem, []).append(Take(path.stem, name, path, path.parent.parent.name == SCRATCH))
    takes = {}
    for beat in filter(by_beat.__contains__, beats):
        best = [take for take in by_beat[beat] if not take.scratch] or by_beat[beat]
        if len(best) == 1:
            takes[beat] = best[0]
        else:
            names = " and ".join(take.file.name for take in best)
            troubles.append(f"{Path(best[0].name).parent} holds {len(best)} takes of {beat}, {names}: keep one.")
    return Found(takes, tuple(troubles))


def strangers(home: Path, clips: Iterable[str]) -> Iterator[str]:
    """What is wrong with folders below that of the voice whose names are no clip's, a sentence each.

    A variant of a clip is called as the clip, with a hyphen and what it changes behind.
    """
    known = {*clips}
    for place in (home, home / SCRATCH):
        with suppress(OSError):
            for folder in sorted(path for path in place.iterdir() if path.is_dir() and not path.name.startswith(".")):
                variant = any(folder.name.startswith(f"{clip}-") for clip in known)
                if folder.name not in known and not variant and (place, folder.name) != (home, SCRATCH):
                    yield f"{folder.relative_to(home.parent).as_posix()}: {unknown('clip', folder.name, known)}"


# The words that a take was recorded for ------------------------------------------------------------------------------


def noted_words(place: Path) -> dict[str, dict[str, str]]:
    """For each beat with takes in a clip's folder the digest of its take, and the words that were noted for it."""
    try:
        found = json.loads((place / WORDS).read_text(encoding="utf-8"))
        return {beat: {"sha256": one["sha256"], "caption": one["caption"]} for beat, one in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def note_words(place: Path, takes: Mapping[str, tuple[str, str]]) -> None:
    """Note for takes in a clip's folder (digest and words, by beat) what they say; known takes keep their words.

    A folder that cannot be written keeps no notes: then a change of words goes unseen, and nothing else.
    """
    before = noted_words(place)
    fresh = {beat: one for beat, one in takes.items() if before.get(beat, {}).get("sha256") != one[0]}
    if fresh:
        notes = before | {beat: {"sha256": digest, "caption": words} for beat, (digest, words) in fresh.items()}
        with suppress(UsageError):
            write_whole(place, {WORDS: (json.dumps(notes, indent=1, ensure_ascii=False) + "\n").encode()})


def words_of(take: Take, digest: str) -> str | None:
    """The words for which a take was recorded; None, if nothing was noted for it as it is now."""
    noted = noted_words(take.file.parent).get(take.beat, {})
    return noted.get("caption") if noted.get("sha256") == digest else None
