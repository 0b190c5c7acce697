"""The hand-over file of manim-slides (its `PresentationConfig`): `manim-slides present` and `convert` work on it.

manim-slides plays a slide backwards from a second, reversed video. It is made here run of pictures by run of pictures,
so that a long beat in full HD does not fill the memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import av
from av.video.frame import VideoFrame

from clips.decks.slides import Deck
from clips.filming.encoding import BeatEncoder
from clips.profile import Profile


def presentation(deck: Deck, target: Path, goes_on: bool = False) -> None:
    """Write the deck: `target` is slides/NAME.json; below it the videos that it names, relative to the folder above."""
    files = target.parent / "files" / target.stem
    files.mkdir(parents=True, exist_ok=True)
    slides = []
    for slide in deck.slides:
        video = slide.video
        (files / f"{slide.name}.mp4").write_bytes(video)
        (files / f"{slide.name}-reversed.mp4").write_bytes(reversed_video(video, deck.profile))
        there, back = (f"slides/files/{target.stem}/{slide.name}{end}.mp4" for end in ("", "-reversed"))
        auto_next = goes_on and not slide.loops
        fields = {"loop": slide.loops, "auto_next": auto_next, "notes": slide.caption, "dedent_notes": False}
        slides.append({"file": there, "rev_file": back, **fields})
    size = (deck.profile.width, deck.profile.height)
    config = {"slides": slides, "resolution": size, "background_color": _ground(deck)}
    target.write_text(json.dumps(config, indent=2) + "\n")


def _ground(deck: Deck) -> str:
    from scenes.stage.ink.palette import THEMES

    return THEMES[deck.profile.theme].ground


def reversed_video(video: bytes, profile: Profile) -> bytes:
    """The video backwards. At most the pictures between two key frames are in memory."""
    encoder = BeatEncoder(profile)
    with av.open(BytesIO(video), "r") as source:
        stream: Any = source.streams.video[0]
        keys = [packet.pts for packet in source.demux(stream) if packet.is_keyframe and packet.pts is not None]
        for start, end in reversed(list(zip(keys, [*keys[1:], None], strict=True))):
            for frame in reversed(list(_between(source, stream, start, end))):
                encoder.write_frame(frame)
    return encoder.finish()


def _between(source: Any, stream: Any, start: int, end: int | None) -> Iterator[VideoFrame]:
    source.seek(start, stream=stream)
    for frame in source.decode(stream):
        if end is not None and frame.pts >= end:
            return
        if frame.pts >= start:
            yield frame
