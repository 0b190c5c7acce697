"""Scratch takes: captions spoken by the machine; only what has changed is said anew.

They lie in a folder of their own, `voice/scratch/CLIP/`, and a recording always goes before them. What somebody else
has put there is not touched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from clips.files import write_whole
from clips.making.sayings import Saying, Sayings
from clips.sources import digest
from clips.voice.audio import written
from clips.voice.speaking import ENGLISH, PAUSE, Engine, said_in_parts
from clips.voice.takes import SCRATCH, note_words, takes_of

MADE = "scratch.json"  # what each take there was made of, and its own digest


@dataclass(frozen=True)
class Spoken:
    """What came of a clip, beats by name: said now, said before, recorded by somebody, and files that are not ours."""

    name: str
    said: Mapping[str, float]
    before: tuple[str, ...] = ()
    recorded: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


def speak(sayings: Sayings, home: Path, language: str, engine: Engine) -> Spoken:
    """Speak what is missing or old of a clip.

    Raises
    ------
    UsageError
        If the engine cannot say something, or the folder cannot be written.
    """
    place, found = home / SCRATCH / sayings.wish.name, takes_of(home, sayings.wish.name, sayings.names)
    recorded = tuple(beat for beat, take in found.takes.items() if not take.scratch)
    made, said, before, foreign = _made(place), dict[str, float](), list[str](), list[str]()
    for beat in sayings.beats:
        if beat.beat in recorded:
            continue
        state = _state(place, beat, made.get(beat.beat, {}))
        if state == "foreign":
            foreign.append(beat.beat)
        elif state == "old" or made[beat.beat]["of"] != _recipe(beat, language, engine.name):
            said[beat.beat] = _say(place, beat, language, engine)
        else:
            before.append(beat.beat)
    return Spoken(sayings.wish.name, said, tuple(before), recorded, tuple(foreign))


def words_for(beat: Saying, language: str) -> tuple[str, ...]:
    """What an engine is given: English in its spoken form; of another language it knows numbers and signs itself."""
    return beat.spoken if language.lower().split("-")[0] == ENGLISH else beat.parts


def _recipe(beat: Saying, language: str, engine: str) -> str:
    return digest(words_for(beat, language), engine, PAUSE)


def _state(place: Path, beat: Saying, made: Mapping[str, Any]) -> str:
    """Whether a take is to be made (`old`), is ours as we left it, or somebody else's."""
    files = [path for path in place.glob(f"{beat.beat}.*") if path.suffix != ".json"]
    if not files:
        return "old"
    ours = place / f"{beat.beat}.wav"
    same = files == [ours] and made.get("sha256") == sha256(ours.read_bytes()).hexdigest()
    return "ours" if same else "foreign"


def _say(place: Path, beat: Saying, language: str, engine: Engine) -> float:
    """Write a take, whole, with what it was made of; seconds of it."""
    sound = said_in_parts(engine, words_for(beat, language))
    content = written(sound, "wav")
    made = {"sha256": sha256(content).hexdigest(), "of": _recipe(beat, language, engine.name)}
    notes = json.dumps({**_made(place), beat.beat: made}, indent=1, ensure_ascii=False) + "\n"
    write_whole(place, {f"{beat.beat}.wav": content, MADE: notes.encode()})
    note_words(place, {beat.beat: (made["sha256"], beat.caption)})
    return sound.seconds


def _made(place: Path) -> dict[str, Any]:
    try:
        found = json.loads((place / MADE).read_text(encoding="utf-8"))
        return {beat: {"sha256": one["sha256"], "of": one["of"]} for beat, one in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def told(one: Spoken) -> Iterator[str]:
    """A line for a clip, and one for each file that is not ours."""
    now = f"said now ({sum(one.said.values()):.1f} s)"
    counts = [(len(one.said), now), (len(one.before), "said before"), (len(one.recorded), "recorded")]
    yield f"{one.name}: {', '.join(f'{count} {what}' for count, what in counts if count) or 'nothing to say'}"
    place = f"voice/{SCRATCH}/{one.name}"
    yield from (f"  {beat}: what lies in {place} is not this program's, and stays." for beat in one.foreign)
