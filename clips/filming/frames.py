"""Beats as pictures again: for formats that are made of pictures, a GIF and a MOV, and for what shows single ones.

A beat of a GIF or a MOV is kept as lossless H.264 in 4:4:4, which of type and curves on an even ground is as small as a
good lossy one. Opacity has no place in H.264; a transparent beat has it as the lower half of a picture twice as high.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import av
from av.video.frame import VideoFrame

from clips.filming.conversion import rows_of, tagged
from clips.filming.streams import Video, has_alpha, opened


def unstacked(frame: VideoFrame) -> VideoFrame:
    """The frame in yuva444p of which `stacked` made this one."""
    width, height = frame.width, frame.height // 2
    target = tagged(VideoFrame(width, height, "yuva444p"))
    for number in range(3):
        rows_of(target, number)[:, :width] = rows_of(frame, number)[:height, :width]
    rows_of(target, 3)[:, :width] = rows_of(frame, 0)[height:, :width]
    return target


def frames_in(beats: Iterable[Video], transparent: bool, keys_only: bool = False) -> Iterator[VideoFrame]:
    """The frames of beats, one after the other; or the key frames alone."""
    for beat in beats:
        with opened(beat) as source:
            stream: Any = source.streams.video[0]
            stream.thread_type = "AUTO"
            if keys_only:
                stream.codec_context.skip_frame = "NONKEY"
            for frame in source.decode(stream):
                yield unstacked(frame) if transparent else frame


def decoded(source: Any, stream: Any) -> Iterator[VideoFrame]:
    """The frames of a stream from where its source stands; those of transparent VP9 with their opacity.

    FFmpeg's own decoder of VP9 leaves opacity out, and says that there is none; libvpx's has it.
    """
    if not has_alpha(stream):
        yield from source.decode(stream)
        return
    decoder: Any = av.CodecContext.create("libvpx-vp9", "r")
    for packet in source.demux(stream):
        yield from decoder.decode(packet if packet.dts is not None else None)
