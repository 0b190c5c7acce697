"""A transparent MOV: ProRes 4444, which Keynote and every video editor take, encoded from the beats at delivery.

ProRes spends the same on every frame, whatever happens in it: a minute in full HD takes gigabytes. So no beat is kept
in it, and a frame is encoded and written before the next is decoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import repeat
from pathlib import Path
from typing import Any

import av
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from clips.filming.conversion import tagged
from clips.filming.encoding import tag_bt709
from clips.filming.frames import frames_in
from clips.filming.pool import cores
from clips.filming.sound import Track
from clips.filming.streams import FASTSTART, Video
from clips.profile import Profile
from clips.voice.audio import Heard

PIXELS = "yuva444p10le"
#: A constant quantiser: left to itself, the encoder tries many for each slice to meet a rate, in five times the time.
#: At those on either side of this one, the error of the lecture's clips is 47 to 55 dB, and files are three fifths to
#: four fifths of what they are at the rate of 4444.
QUANTISER = 3
LAMBDA = 118  # what FFmpeg counts one step of a quantiser as
OPTIONS = {"profile": "4", "alpha_bits": "16", "flags": "+qscale", "global_quality": str(QUANTISER * LAMBDA)}


def write_prores(
    target: Path,
    beats: Iterable[tuple[Video, tuple[int, int, int], Heard | None]],
    profile: Profile,
    title: str = "",
    speaks: bool = False,
) -> None:
    """Write the beats of a transparent profile as one MOV: each with after how many frames it holds, for how many
    there and at its end; and its sound.
    """
    rate, reformatter = profile.rate, VideoReformatter()
    with av.open(str(target), "w", options=FASTSTART) as output:
        output.metadata["title"] = title
        options = {**OPTIONS, "threads": str(cores())}  # its bytes do not depend on them
        stream: Any = output.add_stream("prores_ks", rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = profile.width, profile.height, PIXELS
        tag_bt709(stream.codec_context)
        stream.codec_context.time_base = 1 / rate
        track, passed = Track(output) if speaks else None, 0
        for video, hold, heard in beats:
            for frame in _held(frames_in([video], transparent=True), *hold):
                output.mux(stream.encode(_deeper(frame, reformatter, passed, rate)))
                passed += 1
            if track:
                track.write(heard, passed / rate)
        output.mux(stream.encode())
        if track:
            track.finish()


def _held(frames: Iterable[VideoFrame], waits: int, within: int, end: int) -> Iterator[VideoFrame]:
    """The frames; after `waits` of them that one so many times more, and the last one."""
    last: VideoFrame | None = None
    for number, last in enumerate(frames, 1):
        yield from repeat(last, 1 + (within if number == waits else 0))
    if last is not None:
        yield from repeat(last, end)


def _deeper(frame: VideoFrame, reformatter: VideoReformatter, number: int, rate: Fraction) -> VideoFrame:
    """The frame with ten bits, as the encoder wants it; the same colours, the same opacity."""
    deep = tagged(reformatter.reformat(frame, format=PIXELS, threads=1))
    deep.pts, deep.time_base = number, 1 / rate
    return deep
