"""Videos in memory or on the disk, and what their streams say of themselves."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import av

Video = bytes | Path

CYCLE = 16  # frames, after which their numbers in H.264 begin again (x264's log2_max_frame_num of 4)
FASTSTART = {"movflags": "+faststart"}  # the table of contents comes first: ready to stream
REPEATABLE = {"fflags": "+bitexact"}  # without the number by chance that a WebM has else


def opened(video: Video) -> Any:
    """A video to read from, in memory or on the disk."""
    return av.open(str(video) if isinstance(video, Path) else BytesIO(video), "r")


def stream_like(output: Any, template: Any) -> Any:
    """A stream that says of itself what another one does, for that one's packets.

    What a template hands on are the parameters of the codec: the rate, and that VP9 carries transparency beside its
    pictures, stand in the container, and are lost.
    """
    stream = output.add_stream_from_template(template)
    stream.codec_context.framerate = template.average_rate
    if has_alpha(template):
        stream.metadata["alpha_mode"] = "1"
    return stream


def put(packet: Any, output: Any, stream: Any, number: int, ticks: Fraction | int) -> None:
    """A packet of another stream as the frame of that number; a frame lasts so many ticks."""
    packet.pts = packet.dts = round(number * ticks)
    packet.duration = round(ticks)
    packet.stream = stream
    output.mux(packet)


def has_alpha(stream: Any) -> bool:
    """Whether a stream of VP9 has opacity beside its pictures; what it says of its pixels does not tell."""
    return any(name.lower() == "alpha_mode" and value == "1" for name, value in stream.metadata.items())
