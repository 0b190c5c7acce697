"""A looping GIF with one palette for all of its frames, of any length in the same memory.

FFmpeg's usual graph (split, palettegen, paletteuse) keeps every frame until the palette is known. Here the beats are
read twice: first two pictures of every second, for the palette, then all of them, each mapped, encoded and written
before the next one is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from clips.filming.conversion import STRIPE, rows_of, tagged
from clips.filming.frames import frames_in
from clips.filming.streams import Video
from clips.profile import Profile

PALETTE = 16, 16  # its size as a picture
GENERATE, USE = ("palettegen", "stats_mode=full"), ("paletteuse", "dither=none:diff_mode=rectangle")


def write_gif(target: Path, beats: Sequence[Video], profile: Profile) -> None:
    """Write the beats as one GIF; where the profile is transparent, what is less than half opaque is left out."""
    with av.open(str(target), "w", options={"loop": "0"}) as output, ThreadPoolExecutor(1) as hand:
        stream: Any = output.add_stream("gif", rate=profile.rate)
        stream.width, stream.height, stream.pix_fmt = profile.width, profile.height, "pal8"

        def encode(frame: VideoFrame | None) -> None:
            output.mux(stream.encode(frame))

        before: Future[None] | None = None
        for number, frame in enumerate(_mapped(beats, palette_of(beats, profile), profile)):
            frame.pts, frame.time_base = number, 1 / profile.rate
            if before:
                before.result()  # one frame is encoded while the next is mapped
            before = hand.submit(encode, frame)
        if before:
            before.result()
        encode(None)


def palette_of(beats: Sequence[Video], profile: Profile) -> VideoFrame:
    """A palette, 16 x 16 pixels, of the key frames: two a second."""
    generator, painter = _Filter(*GENERATE, (profile.width, profile.height)), _Painter(profile)
    for frame in frames_in(beats, profile.transparent, keys_only=True):
        list(generator.put(painter(frame)))
    return next(generator.put(None))


def _mapped(beats: Sequence[Video], palette: VideoFrame, profile: Profile) -> Iterator[VideoFrame]:
    """The frames of the beats in the colours of the palette."""
    mapper, painter = _Filter(*USE, (profile.width, profile.height), PALETTE), _Painter(profile)
    palette.pts = 0
    for colors in (palette, None):
        list(mapper.put(colors, 1))
    for frame in frames_in(beats, profile.transparent):
        yield from mapper.put(painter(frame))
    yield from mapper.put(None)


class _Painter:
    """Turns frames into pictures in RGB, each from the one before: only stripes that are new are converted."""

    def __init__(self, profile: Profile) -> None:
        self._pixels = "yuva444p" if profile.transparent else "yuv444p"
        self._picture = VideoFrame(profile.width, profile.height, "bgra")
        self._stripe = tagged(VideoFrame(profile.width, STRIPE, self._pixels))
        self._before: VideoFrame | None = None
        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        """The picture of a frame, valid until the next call."""
        tops = sorted({row // STRIPE * STRIPE for row in _new_rows(frame, self._before).tolist()})
        if tops:
            self._picture.make_writable()  # the filter may still look at the last one
        for top in tops:
            self._paint(frame, top)
        self._before = frame
        return self._picture

    def _paint(self, frame: VideoFrame, top: int) -> None:
        for number in range(len(frame.planes)):
            rows = rows_of(frame, number)[top : top + STRIPE, : frame.width]
            rows_of(self._stripe, number)[: len(rows), : frame.width] = rows
        painted = rows_of(self._reformatter.reformat(self._stripe, format="bgra", threads=1), 0)
        rows_of(self._picture, 0)[top : top + STRIPE, : 4 * frame.width] = painted[: len(rows), : 4 * frame.width]


def _new_rows(frame: VideoFrame, before: VideoFrame | None) -> Any:
    """The numbers of the rows in which a frame differs from the one before."""
    if before is None:
        return np.arange(frame.height)
    planes = range(len(frame.planes))
    differs = [(rows_of(frame, k) != rows_of(before, k))[:, : frame.width].any(axis=1) for k in planes]
    return np.flatnonzero(np.any(differs, axis=0))


class _Filter:
    """One of FFmpeg's filters: pictures in RGB of given sizes go in.

    A graph only queues what is pushed into it, and works when it is asked for a frame; so it is asked after each.
    """

    def __init__(self, name: str, options: str, *sizes: tuple[int, int]) -> None:
        self._graph: Any = av.filter.Graph()
        self._sink: Any = self._graph.add("buffersink")
        middle = self._graph.add(name, options)
        kinds = [f"video_size={width}x{height}:pix_fmt=bgra:time_base=1/1000" for width, height in sizes]
        self._sources = [self._graph.add("buffer", kind) for kind in kinds]
        for place, source in enumerate(self._sources):
            source.link_to(middle, 0, place)
        middle.link_to(self._sink)
        self._graph.configure()

    def put(self, frame: VideoFrame | None, place: int = 0) -> Iterator[VideoFrame]:
        """Push a frame, or None after the last one; what comes out."""
        self._sources[place].push(frame)
        while True:
            try:
                yield self._sink.pull()
            except (av.error.EOFError, av.error.BlockingIOError):
                return
