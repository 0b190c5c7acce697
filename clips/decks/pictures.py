"""Single frames of an encoded beat, as pictures."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import av
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image


def first_picture(video: bytes) -> bytes:
    """The first frame of a video as PNG."""
    with av.open(BytesIO(video), "r") as source:
        return png_of(next(source.decode(video=0)))


def last_picture(video: bytes) -> bytes:
    """The last frame of a video as PNG; only what follows its last key frame is decoded."""
    with av.open(BytesIO(video), "r") as source:
        stream: Any = source.streams.video[0]
        source.seek(stream.duration - 1, stream=stream)
        *_, last = source.decode(stream)
        return png_of(last)


def png_of(frame: VideoFrame) -> bytes:
    """A frame as PNG, in the colours of a screen."""
    buffer = BytesIO()
    colours = frame.reformat(
        format="rgb24",
        src_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
    )
    Image.fromarray(colours.to_ndarray()).save(buffer, "png")
    return buffer.getvalue()
