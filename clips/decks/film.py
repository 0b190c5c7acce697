"""The whole lecture as one video: every beat a chapter, subtitles beside it, nothing encoded again.

Only captions that are burnt into the picture make it be encoded anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from clips.decks.captions import burnt
from clips.decks.slides import Deck, Slide
from clips.filming.joining import join_beats
from clips.making.subtitles import Cue, srt, vtt


def film(deck: Deck, name: str, burn_captions: bool = False) -> dict[str, bytes]:
    """The files of a film: NAME.mp4 with a chapter a beat, NAME.vtt, NAME.srt."""
    slides = [with_caption(slide, deck) for slide in deck.slides] if burn_captions else deck.slides
    video = join_beats([slide.video for slide in slides], deck.profile, deck.title, list(chapters(deck)))
    said = list(cues(deck))
    return {f"{name}.mp4": video, f"{name}.vtt": vtt(said).encode(), f"{name}.srt": srt(said).encode()}


def with_caption(slide: Slide, deck: Deck) -> Slide:
    """The slide with its caption burnt into its video."""
    return replace(slide, video=burnt(slide.video, slide.caption, deck.profile))


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
