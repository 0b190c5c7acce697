"""Single frames of an encoded beat, as pictures."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from clips.filming.frames import decoded
from clips.filming.streams import opened


def first_picture(video: bytes) -> bytes:
    """The first frame of a video as PNG."""
    with opened(video) as source:
        return png_of(next(decoded(source, source.streams.video[0])))


def last_picture(video: bytes) -> bytes:
    """The last frame of a video as PNG; only what follows its last key frame is decoded."""
    with opened(video) as source:
        stream: Any = source.streams.video[0]
        source.seek(_last_time(video), stream=stream)
        for last in decoded(source, stream):  # noqa: B007 (the last is wanted; all of them are not to be held)
            pass
        return png_of(last)


def _last_time(video: bytes) -> int:
    with opened(video) as source:
        return int(max(packet.pts for packet in source.demux(video=0) if packet.pts is not None))


def png_of(frame: VideoFrame) -> bytes:
    """A frame as PNG, in the colours of a screen, and with its opacity."""
    buffer = BytesIO()
    colours = frame.reformat(
        format="rgba" if "a" in frame.format.name.removeprefix("yuv") else "rgb24",
        src_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
    )
    Image.fromarray(colours.to_ndarray()).save(buffer, "png")
    return buffer.getvalue()
