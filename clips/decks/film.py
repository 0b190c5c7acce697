"""The whole lecture as one video: every beat a chapter, subtitles beside it, no picture encoded again.

Only captions that are burnt into the picture make it be encoded anew. Its sound is one stream, encoded in one go, in
which each beat begins at the sample at which its first frame is shown: so picture and voice keep together to the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from clips.decks.captions import Strip
from clips.decks.slides import Deck, Slide
from clips.filming.joining import Spoken, UnlikeBeatsError, join_into, join_spoken
from clips.making.subtitles import Cue, srt, vtt
from clips.voice.audio import as_heard
from objectives.errors import UsageError


def film(deck: Deck, target: Path, burn_captions: bool = False) -> None:
    """Write a film: NAME.mp4 with a chapter a beat, and beside it NAME.vtt and NAME.srt.

    Raises
    ------
    UsageError
        If clips were encoded differently.
    """
    try:
        _join(deck, target, Strip(_captions(deck), deck.profile) if burn_captions else None)
    except UnlikeBeatsError as error:
        raise UsageError(_unlike(deck, error)) from None
    said = [part for slide, cue in zip(deck.slides, cues(deck), strict=True) for part in _read(slide, cue)]
    target.with_suffix(".vtt").write_bytes(vtt(said).encode())
    target.with_suffix(".srt").write_bytes(srt(said).encode())


def _join(deck: Deck, target: Path, strip: Strip | None) -> None:
    """The beats, one after the other; with captions in a strip below their pictures, encoded again."""
    pictures = (strip.below(slide.pictures, slide.read) if strip else slide.pictures for slide in deck.slides)
    if deck.speaks:
        sounds = (slide.sound for slide in deck.slides)
        beats = (
            Spoken(video, 0, as_heard(sound) if sound is not None else None)
            for video, sound in zip(pictures, sounds, strict=True)
        )
        join_spoken(target, beats, deck.profile, deck.title, list(chapters(deck)))
    else:
        join_into(target, pictures, deck.profile, deck.title, list(chapters(deck)))


def _captions(deck: Deck) -> Iterator[str]:
    """All that is ever read."""
    return (text for slide in deck.slides for _, text in slide.read)


def _read(slide: Slide, cue: Cue) -> list[Cue]:
    """What is read in a beat, from when to when: while it is said, where the beat speaks or is divided."""
    names = [cue.name, *(f"{cue.name}-{number}" for number in range(2, len(slide.said) + 1))]
    spoken = zip(names, slide.said, strict=False)
    return [Cue(name, cue.start + start, cue.start + end, text) for name, (start, end, text) in spoken] or [cue]


def _unlike(deck: Deck, error: UnlikeBeatsError) -> str:
    first, other = deck.slides[0].clip, deck.slides[error.number].clip
    return (
        f"{other} was encoded with another {error.what} than {first}, by another version perhaps, and joined they "
        f"would be garbage: render {other} and {first} again, or add --render."
    )


def cues(deck: Deck) -> Iterator[Cue]:
    """The caption of each beat, timed from the start of the film."""
    passed = 0.0
    for slide in deck.slides:
        yield Cue(slide.name, passed, passed + slide.seconds, slide.caption)
        passed += slide.seconds


def chapters(deck: Deck) -> Iterator[dict[str, Any]]:
    """A chapter a beat, in milliseconds; the first of a clip is called as the clip."""
    before = ""
    for slide, cue in zip(deck.slides, cues(deck), strict=True):
        called = slide.heading if slide.clip == before else slide.title
        start, end = round(cue.start * 1000), round(cue.end * 1000)
        yield {"id": start, "start": start, "end": end, "time_base": Fraction(1, 1000), "metadata": {"title": called}}
        before = slide.clip
