"""A beat that holds still: frames that say "as before", added behind a beat without drawing or encoding its picture.

A predicted frame of H.264 in which every block is skipped repeats the picture before it, bit for bit, whatever that
picture is. The encoder of the beats writes such frames for a ground that does not change; they fit behind any beat of
the same encoder, and take some bytes each. All that ties a frame to its place is its number since the last key frame,
modulo 16: so the frame of that number is taken. VP9 has a frame of one byte that shows again what its decoder keeps.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

import numpy as np
from av.packet import Packet, PacketSideData

from clips.filming.encoding import CODECS, BeatEncoder
from clips.filming.packets import Kept, keep, key_of, recall
from clips.filming.streams import CYCLE, opened
from clips.profile import Profile

GREY = 128
#: VP9 Bitstream Specification, 7.2: a frame of profile 0 with `show_existing_frame`, and 0 for the picture that is kept
#: in the first place: libvpx keeps the last one there.
AGAIN = b"\x88"
OPACITY, OPACITY_ID = 15, bytes([0, 0, 0, 0, 0, 0, 0, 1])  # what goes beside a packet of Matroska, and tells that it is


def again_in_vp9(alpha: bool) -> Any:
    """A packet that shows the picture before it once more, and its opacity."""
    packet, side_data = Packet(AGAIN), cast(Any, PacketSideData)
    if alpha:
        beside = side_data(OPACITY, len(OPACITY_ID + AGAIN))
        beside.update(OPACITY_ID + AGAIN)
        packet.set_sidedata(beside)
    return packet


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
