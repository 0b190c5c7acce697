"""The whole lecture as one video: every beat a chapter, subtitles beside it, nothing encoded again.

Only captions that are burnt into the picture make it be encoded anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from clips.decks.captions import Strip
from clips.decks.slides import Deck
from clips.filming.joining import UnlikeBeatsError, join_into
from clips.making.subtitles import Cue, srt, vtt
from objectives.errors import UsageError


def film(deck: Deck, target: Path, burn_captions: bool = False) -> None:
    """Write a film: NAME.mp4 with a chapter a beat, and beside it NAME.vtt and NAME.srt.

    Raises
    ------
    UsageError
        If clips were encoded differently.
    """
    try:
        join_into(target, _videos(deck, burn_captions), deck.profile, deck.title, list(chapters(deck)))
    except UnlikeBeatsError as error:
        raise UsageError(_unlike(deck, error)) from None
    said = list(cues(deck))
    target.with_suffix(".vtt").write_bytes(vtt(said).encode())
    target.with_suffix(".srt").write_bytes(srt(said).encode())


def _videos(deck: Deck, burn_captions: bool) -> Iterator[bytes]:
    """The beats, one after the other; with captions in a strip below their pictures, encoded again."""
    strip = Strip((slide.caption for slide in deck.slides), deck.profile) if burn_captions else None
    return (strip.below(slide.video, slide.caption) if strip else slide.video for slide in deck.slides)


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
