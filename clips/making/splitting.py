"""One long take of a clip as a take for each beat: first proposed, then written, and never over what is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from clips.files import write_whole
from clips.making.sayings import Sayings
from clips.voice.audio import Sound, read, written
from clips.voice.cutting import Part, parts_of
from clips.voice.measuring import SILENCE, loudness, words_of
from clips.voice.takes import note_words
from objectives.errors import UsageError

FIRST = 7  # words of a caption that are shown


@dataclass(frozen=True)
class Proposal:
    """The parts of a take, one for each beat of a clip that has words."""

    sayings: Sayings
    take: Path
    sound: Sound
    parts: tuple[Part, ...]

    @property
    def kind(self) -> str:
        return "wav" if self.take.suffix.lower() == ".wav" else "flac"


def proposal(sayings: Sayings, take: Path) -> Proposal:
    """Where a take is to be cut.

    Raises
    ------
    UsageError
        If it cannot be read, is silent, or has fewer pauses than the clip needs.
    """
    sound, beats = read(take), sayings.beats
    if loudness(sound) <= SILENCE:
        raise UsageError(f"{take} is silent: record it again.")
    parts = parts_of(sound, [beat.seconds for beat in beats])
    if parts is None:
        pauses = max(0, len(words_of(sound)) - 1)
        raise UsageError(
            f"{take} has {pauses} pause{'s' * (pauses != 1)}, and the {len(beats)} beats of {sayings.wish.name} need "
            f"{len(beats) - 1}: pause longer between beats, or record a file a beat."
        )
    return Proposal(sayings, take, sound, parts)


def told(proposed: Proposal) -> Iterator[str]:
    """A line a beat: from when to when, how long, and the first words of what should be heard there."""
    width = max(len(beat) for beat in proposed.sayings.names)
    for beat, part in zip(proposed.sayings.beats, proposed.parts, strict=True):
        mark = f"  ? {', and '.join(doubts)}: listen to it" if (doubts := [*_doubts(part)]) else ""
        times = f"{_clock(part.start)} to {_clock(part.end)}  {part.seconds:5.1f} s"
        yield f"  {beat.beat:<{width}}  {times}  {_first_words(beat.caption)}{mark}"


def _doubts(part: Part) -> Iterator[str]:
    if part.odd:
        yield f"its words take about {part.expected:.1f} s"
    if part.hurried:
        yield "the pause before it is short, as where a beat was left out"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{minutes:3.0f}:{rest:04.1f}"


def _first_words(caption: str) -> str:
    words = caption.split()
    return " ".join(words[:FIRST]) + (" ..." if len(words) > FIRST else "")


def write(proposed: Proposal, home: Path) -> list[Path]:
    """Write a take for each beat; all of them, or none.

    Raises
    ------
    UsageError
        If a beat has a recorded take already, or the folder cannot be written.
    """
    sayings, place = proposed.sayings, home / proposed.sayings.wish.name
    there = sorted(path.name for beat in sayings.names for path in place.glob(f"{beat}.*") if path.suffix != ".json")
    if there:
        raise UsageError(f"{place} has {', '.join(there)} already, and nothing was written: move what is there away.")
    files = {
        f"{beat}.{proposed.kind}": written(proposed.sound.between(part.start, part.end), proposed.kind)
        for beat, part in zip(sayings.names, proposed.parts, strict=True)
    }
    paths = write_whole(place, files)
    captions = {beat.beat: beat.caption for beat in sayings.beats}
    note_words(
        place,
        {Path(name).stem: (sha256(content).hexdigest(), captions[Path(name).stem]) for name, content in files.items()},
    )
    return paths
