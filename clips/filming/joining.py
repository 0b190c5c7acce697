"""Beats joined into one video, and taken apart again, by copying their packets: no second encoding.

A GIF is made of the joined frames.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av

from clips.profile import Profile


def join_beats(beats: Iterable[bytes], profile: Profile, title: str = "", chapters: Sequence[Any] = ()) -> bytes:
    """One video of several beats, by copying their packets; a GIF is made of the joined frames."""
    joined = _concatenate(list(beats), "mp4" if profile.format == "gif" else profile.format, title, chapters)
    return to_gif(joined, profile) if profile.format == "gif" else joined


def _concatenate(beats: list[bytes], container: str, title: str, chapters: Sequence[Any]) -> bytes:
    with av.open(BytesIO(beats[0])) as first:
        return muxed(_packets_in_a_row(beats), first.streams.video[0], container, title, chapters)


def muxed(
    packets: Iterable[Any], template: Any, container: str, title: str = "", chapters: Sequence[Any] = ()
) -> bytes:
    """A video file of encoded packets; `template` is the stream that they come from."""
    options = {"movflags": "+faststart"} if container in ("mp4", "mov") else {}
    with TemporaryDirectory() as scratch:  # faststart reads the file again, so it must have a name
        path = Path(scratch) / f"clip.{container}"
        with av.open(str(path), "w", format=container, options=options) as output:
            output.metadata["title"] = title
            stream: Any = output.add_stream_from_template(template)
            output.set_chapters(list(chapters))
            for packet in packets:
                packet.stream = stream
                output.mux(packet)
        return path.read_bytes()


def _packets_in_a_row(beats: list[bytes]) -> Iterator[Any]:
    start = Fraction(0)
    for beat in beats:
        with av.open(BytesIO(beat), "r") as source:
            stream: Any = source.streams.video[0]
            frame = 1 / stream.average_rate / stream.time_base
            offset, count = round(start / stream.time_base), 0
            for packet in source.demux(stream):
                if packet.dts is None:
                    continue
                packet.pts = packet.dts = offset + round(count * frame)
                packet.duration = round(frame)
                count += 1
                yield packet
            start += count / stream.average_rate


def split(video: bytes, frames: Sequence[int], container: str = "mp4") -> list[bytes]:
    """The beats of a joined video again, each of so many frames, by copying their packets.

    Raises
    ------
    ValueError
        If the video has another number of frames.
    """
    with av.open(BytesIO(video), "r") as source:
        stream: Any = source.streams.video[0]
        packets = [packet for packet in source.demux(stream) if packet.dts is not None]
        if len(packets) != sum(frames):
            raise ValueError(f"the video has {len(packets)} frames, and not {sum(frames)}")
        rest = iter(packets)
        return [muxed(_from_zero([next(rest) for _ in range(count)]), stream, container) for count in frames]


def _from_zero(packets: Sequence[Any]) -> Iterator[Any]:
    first = packets[0].dts
    for packet in packets:
        packet.pts = packet.dts = packet.dts - first
        yield packet


def to_gif(video: bytes, profile: Profile) -> bytes:
    """A looping GIF of a video, with one palette made for all of its frames."""
    target = BytesIO()
    with av.open(BytesIO(video), "r") as source, av.open(target, "w", format="gif", options={"loop": "0"}) as output:
        graph, sink = _palette_graph(source.streams.video[0])
        stream = output.add_stream("gif", rate=profile.frame_rate)
        stream.width, stream.height, stream.pix_fmt = profile.width, profile.height, "pal8"
        for frame in source.decode(video=0):
            graph.push(frame)
        graph.push(None)
        for number, frame in enumerate(_pulled(sink)):
            frame.pts, frame.time_base = number, Fraction(1, profile.frame_rate)
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return target.getvalue()


def _palette_graph(stream: Any) -> tuple[Any, Any]:
    graph = av.filter.Graph()
    source, split, generate, use, sink = (
        graph.add_buffer(template=stream),
        graph.add("split"),
        graph.add("palettegen", "stats_mode=full"),
        graph.add("paletteuse", "dither=none:diff_mode=rectangle"),
        graph.add("buffersink"),
    )
    source.link_to(split)
    split.link_to(use, 0, 0)
    split.link_to(generate, 1, 0)
    generate.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    return graph, sink


def _pulled(sink: Any) -> Iterator[Any]:
    while True:
        try:
            yield sink.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            return
