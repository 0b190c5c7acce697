"""From rendered beats to the files that a lecturer takes away.

Per clip, under stable names: the video, a poster, captions, the numbers and the runs, all whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av

from clips.files import check_writable as check_writable
from clips.files import write_whole as write_whole
from clips.profile import Profile
from clips.work import Beat, Rendered

CLIPS_FOLDER = Path(__file__).parents[1] / "media" / "clips"


def deliver(rendered: Rendered, profile: Profile, folder: Path = CLIPS_FOLDER, name: str | None = None) -> list[Path]:
    """Write a clip's files and return their paths, the video first.

    Raises
    ------
    UsageError
        If the folder cannot be written or the disk is full; the previous files are untouched.
    """
    stem = name or rendered.clip
    contents = {
        f"{stem}.{profile.format}": join_beats([beat.video for beat in rendered.beats], profile, rendered.title),
        f"{stem}.png": rendered.poster,
        f"{stem}.vtt": captions(rendered.beats, profile.frame_rate).encode(),
        f"{stem}.json": (json.dumps(record(rendered, profile), indent=2, ensure_ascii=False) + "\n").encode(),
        f"{stem}.csv": rendered.table.encode(),
    }
    return write_whole(folder, contents)


# Joining --------------------------------------------------------------------------------------------------------------


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


# Captions and numbers -------------------------------------------------------------------------------------------------


def beat_times(beats: Iterable[Beat], frame_rate: int) -> list[tuple[Beat, float, float]]:
    """Each beat with its start and end in seconds."""
    times, frames = [], 0
    for beat in beats:
        times.append((beat, frames / frame_rate, (frames + beat.frames) / frame_rate))
        frames += beat.frames
    return times


def captions(beats: Iterable[Beat], frame_rate: int) -> str:
    """The captions as WebVTT, a cue for each beat that says something."""
    cues = [
        f"{beat.name}\n{_clock(start)} --> {_clock(end)}\n{_cue_text(beat.caption)}\n"
        for beat, start, end in beat_times(beats, frame_rate)
        if beat.caption
    ]
    return "\n".join(["WEBVTT\n", *cues])


def _cue_text(caption: str) -> str:
    return caption.replace("&", "&amp;").replace("<", "&lt;").replace("-->", "--&gt;")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def record(rendered: Rendered, profile: Profile) -> dict[str, Any]:
    """What the clip's JSON says: parameters, the numbers shown, claims, beats with their times, versions."""
    return {
        "clip": rendered.clip,
        "title": rendered.title,
        "parameters": dict(rendered.parameters),
        "numbers": dict(rendered.numbers),
        "claims": [{"text": text, "holds": holds} for text, holds in rendered.claims],
        "remarks": list(rendered.remarks),
        "beats": [
            {"name": beat.name, "caption": beat.caption, "start": round(start, 3), "end": round(end, 3)}
            for beat, start, end in beat_times(rendered.beats, profile.frame_rate)
        ],
        "seconds": rendered.frames / profile.frame_rate,
        "profile": {**vars(profile)},
        "versions": dict(rendered.versions),
    }
