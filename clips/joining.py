"""Beats joined into one video by copying their packets: no second encoding. A GIF is made of the joined frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av

from clips.profile import Profile


def join_beats(beats: Iterable[bytes], profile: Profile, title: str = "") -> bytes:
    """One video of several beats, by copying their packets; a GIF is made of the joined frames."""
    joined = _concatenate(list(beats), "mp4" if profile.format == "gif" else profile.format, title)
    return to_gif(joined, profile) if profile.format == "gif" else joined


def _concatenate(beats: list[bytes], container: str, title: str) -> bytes:
    options = {"movflags": "+faststart"} if container in ("mp4", "mov") else {}
    with TemporaryDirectory() as scratch:  # faststart reads the file again, so it must have a name
        path = Path(scratch) / f"clip.{container}"
        with av.open(str(path), "w", format=container, options=options) as output:
            output.metadata["title"] = title
            with av.open(BytesIO(beats[0])) as first:
                stream: Any = output.add_stream_from_template(first.streams.video[0])
            for packet in _packets_in_a_row(beats):
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
