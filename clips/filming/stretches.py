"""What was encoded stretch by stretch as one stream: a beat as it is kept, or a part of one.

It stands apart from the joining of beats: every beat is made with it, and must not depend on how clips are delivered.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import av

from clips.filming.streams import REPEATABLE, opened, put, stream_like


def join_stretches(stretches: Sequence[bytes]) -> bytes:
    """One stream of several of the same kind; of a single one, that."""
    if len(stretches) == 1:
        return stretches[0]
    buffer, stream, frames = BytesIO(), None, 0
    with av.open(buffer, "w", format=_container(stretches[0]), options=REPEATABLE) as output:
        for stretch in stretches:
            with opened(stretch) as source:
                template: Any = source.streams.video[0]
                stream = stream or stream_like(output, template)
                ticks = 1 / template.average_rate / template.time_base
                for packet in source.demux(template):
                    if packet.dts is not None:
                        put(packet, output, stream, frames, ticks)
                        frames += 1
    return buffer.getvalue()


def _container(video: bytes) -> str:
    """A beat lives in an MP4, or in a WebM, which begins as every Matroska."""
    return "webm" if video.startswith(b"\x1a\x45\xdf\xa3") else "mp4"
