"""Beats joined into one video, and taken apart again, by copying their packets: no second encoding.

Beats are read one after the other, and what is joined goes to a file, so that no length fills the memory. Beats whose
streams differ in anything that a decoder is told once, at the start, are not joined: their packets would be decoded by
the wrong tables, into garbage that calls itself a video. A GIF and a MOV are made of the beats' frames.

Where somebody speaks, a beat may hold still behind its last frame, and there is one stream of sound over all beats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import av

from clips.filming.streams import CYCLE, FASTSTART, REPEATABLE, Video, has_alpha, opened, put, stream_like
from clips.profile import Profile
from objectives.errors import UsageError

if TYPE_CHECKING:
    from clips.filming.sound import Track
    from clips.voice.audio import Heard, Samples


@dataclass(frozen=True)
class Spoken:
    """A beat with a voice: its picture, for how many frames the last one stays, and what is heard from its start on.

    `frames` is how many its picture has, where that is known before it is read. After `waits` of them it holds still;
    0: at its end.
    """

    video: Video
    hold: int = 0
    heard: Heard | None = None
    frames: int = 0
    waits: int = 0

    @property
    def held(self) -> tuple[int, int]:
        """For how many frames it holds within, and at its end: within in whole cycles of H.264's numbers."""
        within = self.hold // CYCLE * CYCLE if self.waits else 0
        return within, self.hold - within


class UnlikeBeatsError(UsageError):
    """A beat that cannot follow the others, `number` from 0, because it differs in `what`."""

    def __init__(self, number: int, what: str) -> None:
        self.number, self.what = number, what
        super().__init__(
            f"beat {number + 1} was encoded with another {what} than those before it: "
            "python render.py clean --all throws away what was filmed before; then render again."
        )


# Joining --------------------------------------------------------------------------------------------------------------


def join_beats(beats: Iterable[Video], profile: Profile, title: str = "", chapters: Sequence[Any] = ()) -> bytes:
    """One video of several beats, in memory: for what is short."""
    with TemporaryDirectory() as room:
        target = Path(room, f"joined.{profile.format}")
        join_into(target, beats, profile, title, chapters)
        return target.read_bytes()


def join_into(
    target: Path, beats: Iterable[Video], profile: Profile, title: str = "", chapters: Sequence[Any] = ()
) -> None:
    """Write one silent video of several beats, each of which is asked for only when its turn has come.

    Raises
    ------
    UnlikeBeatsError
        If a beat's stream differs from the first one's.
    """
    if profile.format == "gif":
        from clips.filming.gif import write_gif  # needs NumPy: the watch, which joins MP4s, goes without

        write_gif(target, list(beats), profile)
    elif profile.format == "mov":
        from clips.filming.prores import write_prores

        write_prores(target, ((beat, (0, 0, 0), None) for beat in beats), profile, title)
    else:
        _copy(target, map(Spoken, beats), profile, title, chapters, speaks=False)


def join_spoken(
    target: Path,
    beats: Iterable[Spoken],
    profile: Profile,
    title: str = "",
    chapters: Sequence[Any] = (),
    keeps: bool = False,
) -> None:
    """The same with sound, but for a GIF: from the first sample to the last frame, silent where a beat is.

    With `keeps`, what is encoded of the sound is kept for the next time; then the frames of all beats must be known.

    Raises
    ------
    UnlikeBeatsError
        If a beat's stream differs from the first one's.
    """
    if profile.format == "mov":
        from clips.filming.prores import write_prores

        write_prores(target, ((b.video, (b.waits, *b.held), b.heard) for b in beats), profile, title, speaks=True)
    else:
        _copy(target, beats, profile, title, chapters, speaks=True, keeps=keeps)


def _copy(
    target: Path,
    beats: Iterable[Spoken],
    profile: Profile,
    title: str,
    chapters: Sequence[Any],
    speaks: bool,
    keeps: bool = False,
) -> None:
    """Copy the packets of beats into one file; the first beat says what the stream is."""
    joint: _Joint | None = None
    beats = [*beats] if keeps else beats
    foreseen = beats if isinstance(beats, list) else ()
    with av.open(str(target), "w", options=FASTSTART if target.suffix == ".mp4" else REPEATABLE) as output:
        output.metadata["title"] = title
        for number, beat in enumerate(beats):
            with opened(beat.video) as source:
                joint = joint or _Joint(output, source.streams.video[0], profile, chapters, speaks, foreseen)
                joint.add(number, source, beat.waits, beat.held[0])
            joint.hold(number, beat.held[1])
            joint.say(beat.heard)
        if joint:
            joint.finish()


class _Joint:
    """The streams into which beats are copied, and how long they are."""

    def __init__(
        self,
        output: Any,
        template: Any,
        profile: Profile,
        chapters: Sequence[Any],
        speaks: bool,
        foreseen: Sequence[Spoken] = (),
    ) -> None:
        self._output, self._told, self._profile = output, told_once(template), profile
        self._stream = stream_like(output, template)
        self._track = _track(output, keeps=bool(foreseen)) if speaks else None
        self._frame, self._base = 1 / template.average_rate, template.time_base
        self._frames = 0
        self._since_key = 0  # frames
        self._foreseen = bool(foreseen)
        output.set_chapters(list(chapters))
        self._foresee(foreseen)

    def _foresee(self, beats: Sequence[Spoken]) -> None:
        """Give the sound of all beats: it is encoded while their pictures are copied."""
        passed = accumulate(beat.frames + beat.hold for beat in beats)
        for beat, frames in zip(beats, passed, strict=True):
            if self._track:
                self._track.write(beat.heard, frames * self._frame)

    def add(self, number: int, source: Any, waits: int = 0, held: int = 0) -> None:
        """A beat's packets; after so many of them its picture is held for so many frames."""
        stream = source.streams.video[0]
        if what := next((name for name, kept in told_once(stream).items() if kept != self._told[name]), ""):
            raise UnlikeBeatsError(number, what)
        ticks = self._ticks(stream.time_base)
        for packet in source.demux(stream):
            if packet.dts is not None:
                self._put(packet, ticks)
                waits -= 1
                if not waits:
                    self.hold(number, held)

    def hold(self, number: int, frames: int) -> None:
        """Let the last picture stay for so many frames."""
        if not frames:
            return
        ticks = self._ticks(self._base)
        for packet in self._held(number, frames):
            packet.time_base = self._base
            self._put(packet, ticks)

    def _held(self, number: int, frames: int) -> Iterator[Any]:
        from clips.filming.stills import again_in_vp9, stills  # needs NumPy: the watch, which joins MP4s, goes without

        if self._told["codec"] == "vp9":
            yield from (again_in_vp9(self._told["transparency"]) for _ in range(frames))
            return
        told, numbered = stills(self._profile)
        if told != self._told["set of parameters"]:
            raise UnlikeBeatsError(number, "set of parameters")
        for _ in range(frames):
            yield av.Packet(numbered[(self._since_key + 1) % len(numbered)])

    def say(self, heard: Heard | None) -> None:
        """What is heard with the frames since it was asked last."""
        if self._track and self._foreseen:
            self._track.go_on(self._frames * self._frame)
        elif self._track:
            self._track.write(heard, self._frames * self._frame)

    def finish(self) -> None:
        if self._track:
            self._track.finish()

    def _ticks(self, base: Fraction) -> Any:
        """How long a frame is in a unit: in an MP4 a whole number, with which it is counted in a tenth of the time."""
        ticks = self._frame / base
        return ticks.numerator if ticks.denominator == 1 else ticks

    def _put(self, packet: Any, ticks: Fraction | int) -> None:
        self._since_key = 0 if packet.is_keyframe else self._since_key + 1
        put(packet, self._output, self._stream, self._frames, ticks)
        self._frames += 1


def _track(output: Any, keeps: bool = False) -> Track:
    from clips.filming.sound import Track

    return Track(output, keeps)


def told_once(stream: Any) -> dict[str, Any]:
    """What a decoder is told of a stream before its first packet, by what a reader calls it."""
    context = stream.codec_context
    return {
        "codec": context.name,
        "size": (context.width, context.height),
        "rate": stream.average_rate,
        "kind of pixels": context.pix_fmt,
        "set of colours": (context.color_primaries, context.color_trc, context.colorspace, context.color_range),
        "transparency": has_alpha(stream),
        "set of parameters": bytes(context.extradata or b""),
    }


# Taking apart ---------------------------------------------------------------------------------------------------------


def starts_of(video: Path, frames: Sequence[int]) -> list[int]:
    """The times at which the beats of a joined video begin, each of so many frames, in its own unit; and its end.

    Raises
    ------
    ValueError
        If the video has another number of frames.
    """
    with opened(video) as source:
        stream = source.streams.video[0]
        times = [packet.dts for packet in source.demux(stream) if packet.dts is not None]
    if len(times) != sum(frames):
        raise ValueError(f"the video has {len(times)} frames, and not {sum(frames)}")
    firsts = [sum(frames[:number]) for number in range(len(frames))]
    return [*(times[first] for first in firsts), times[-1] + 1]


def cut_out(video: Path, start: int, end: int, heard: Samples | None = None) -> bytes:
    """The beat of a joined video from one time to another (`starts_of`), its packets copied; with a sound or not."""
    with TemporaryDirectory() as room, opened(video) as source:
        target = Path(room, f"beat{video.suffix}")
        stream = source.streams.video[0]
        source.seek(start, stream=stream)
        with av.open(str(target), "w", options=FASTSTART if target.suffix == ".mp4" else REPEATABLE) as output:
            own = stream_like(output, stream)
            track = _track(output) if heard is not None else None
            for packet in _between(source, stream, start, end):
                packet.pts = packet.dts = packet.dts - start
                packet.stream = own
                output.mux(packet)
            if track and heard is not None:
                track.write_all(heard)
                track.finish()
        return target.read_bytes()


def _between(source: Any, stream: Any, start: int, end: int) -> Iterator[Any]:
    for packet in source.demux(stream):
        if packet.dts is None or packet.dts >= end:
            return
        if packet.dts >= start:
            yield packet
