"""A beat that holds still: frames that say "as before", added behind a beat without drawing or encoding its picture.

A predicted frame of H.264 in which every block is skipped repeats the picture before it, bit for bit, whatever that
picture is. The encoder of the beats writes such frames for a ground that does not change; they fit behind any beat of
the same encoder, and take some bytes each. All that ties a frame to its place is its number since the last key frame,
modulo 16: so the frame of that number is taken.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from clips.filming.encoding import CODECS, BeatEncoder
from clips.filming.packets import Kept, keep, key_of, recall
from clips.filming.streams import opened
from clips.profile import Profile

CYCLE = 16  # frames, after which their numbers begin again (x264's log2_max_frame_num of 4)
GREY = 128


@lru_cache(4)
def stills(profile: Profile) -> tuple[bytes, tuple[bytes, ...]]:
    """What a decoder is told of the frames, and those numbered 0 to 15, as the packets of a stream hold them."""
    key = key_of("stills", CODECS[profile.format, profile.transparent], profile.width, profile.height, profile.rate)
    if (known := recall(key)) is None:
        known = [Kept(content, 0, 0) for content in _encoded(profile)]
        keep(key, known)
    told, *numbered = (packet.content for packet in known)
    return told, tuple(numbered)


def _encoded(profile: Profile) -> tuple[bytes, ...]:
    """The same, one after the other."""
    encoder = BeatEncoder(profile)
    ground = np.full((profile.height, profile.width, 4), GREY, np.uint8)
    ground[..., 3] = 255
    encoder.write(ground, CYCLE + 1)
    with opened(encoder.finish()) as source:
        stream = source.streams.video[0]
        packets = [packet for packet in source.demux(stream) if packet.dts is not None]
        keys = [packet.is_keyframe for packet in packets]
        frames = [bytes(packet) for packet in packets]
        told = bytes(stream.codec_context.extradata or b"")
    assert keys.index(True) == 0
    return told, frames[CYCLE], *frames[1:CYCLE]
