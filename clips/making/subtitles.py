"""Captions as subtitle files: WebVTT for browsers, SubRip for players and video platforms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cue:
    """What is said of a beat, from `start` to `end` in seconds."""

    name: str
    start: float
    end: float
    text: str


def vtt(cues: Iterable[Cue]) -> str:
    """The cues as WebVTT; a beat that says nothing has none."""
    spoken = (
        f"{cue.name}\n{_clock(cue.start)} --> {_clock(cue.end)}\n{_escaped(cue.text)}\n" for cue in cues if cue.text
    )
    return "\n".join(["WEBVTT\n", *spoken])


def srt(cues: Iterable[Cue]) -> str:
    """The cues as SubRip: numbered, with a comma before the milliseconds."""
    spoken = [cue for cue in cues if cue.text]
    return "\n".join(
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{cue.text}\n"
        for number, cue in enumerate(spoken, 1)
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("-->", "--&gt;")


def _clock(seconds: float, point: str = ".") -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"
