"""A take as samples: whatever FFmpeg decodes becomes one shape, mono or stereo at 48 kHz, and is written from there.

A lecturer records with whatever is at hand: a phone's M4A, a browser's WebM, a studio's 24-bit WAV with 96 kHz. All
that follows (measuring, cutting, joining to a picture) knows only `Sound`. What an encoder puts before the first
sample (AAC and MP3 begin with silence of their own) is taken away by FFmpeg as the file says.
"""

from __future__ import annotations

import math
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
from numpy.typing import NDArray

from objectives.errors import UsageError

Samples: TypeAlias = NDArray[np.float32]

RATE = 48_000  # samples a second of everything that is heard
LAYOUTS = {1: "mono", 2: "stereo"}
DEPTH = 2**23  # what is written has 24 bits: more than any recording


@dataclass(frozen=True)
class Sound:
    """Samples between -1 and 1, (channels, n), one or two channels; a recording in floating point may go beyond."""

    samples: Samples
    rate: int = RATE

    @property
    def seconds(self) -> float:
        return float(self.samples.shape[1] / self.rate)

    @property
    def channels(self) -> int:
        return int(self.samples.shape[0])

    def between(self, start: float, end: float) -> Sound:
        """The part between two times in seconds; what lies outside of the sound is left out."""
        first, last = (max(0, round(moment * self.rate)) for moment in (start, end))
        return Sound(self.samples[:, first:last], self.rate)


@dataclass(frozen=True)
class Heard:
    """What is heard from a moment on: how many samples, (2, n) at 48 kHz, and who makes them when they are asked for.

    `digest` tells them from all others, so that what was made of them need not be made again; empty: nobody knows.
    """

    length: int
    made: Callable[[], Samples]
    digest: str = ""


def as_heard(samples: Samples) -> Heard:
    """Samples that are there, up to the last one that is not silent."""
    loud = np.flatnonzero(samples.any(axis=0))
    return Heard(int(loud[-1]) + 1 if len(loud) else 0, lambda: samples)


# Reading --------------------------------------------------------------------------------------------------------------


def read(path: Path) -> Sound:
    """The sound of a file: audio of any kind, or a video's; more than two channels are mixed down to two.

    Raises
    ------
    UsageError
        If there is no such file, it cannot be decoded, or it holds no sound.
    """
    if not path.is_file():
        raise UsageError(f"There is no file {path}: name a recording.")
    try:
        pieces = list(_decoded(path))
    except (av.FFmpegError, ValueError, OSError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{path} cannot be read as sound ({why}): record it again, or save it as WAV.") from None
    if not pieces or not sum(piece.shape[1] for piece in pieces):
        raise UsageError(f"{path} holds no sound: record it again.")
    samples = np.concatenate(pieces, axis=1)
    if not np.isfinite(samples).all():
        raise UsageError(f"{path} holds samples that are no numbers: save it again as WAV with 16 or 24 bits.")
    return Sound(samples)


def _decoded(path: Path) -> Iterator[Samples]:
    """The samples, piece by piece."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return
        stream = container.streams.audio[0]
        channels = 1 if stream.channels == 1 else 2
        resampler = av.AudioResampler("fltp", LAYOUTS[channels], RATE)
        for frame in container.decode(stream):
            yield from (_samples(piece) for piece in resampler.resample(frame))
        yield from (_samples(piece) for piece in resampler.resample(None))


def _samples(frame: Any) -> Samples:
    return np.asarray(frame.to_ndarray(), np.float32)


# Writing --------------------------------------------------------------------------------------------------------------


def written(sound: Sound, kind: str) -> bytes:
    """A file of the sound: `wav` or `flac`, with 24 bits; what lies beyond -1 and 1 is cut off there."""
    return as_flac(sound) if kind == "flac" else as_wav(sound)


def as_wav(sound: Sound) -> bytes:
    """The sound as WAV, PCM with 24 bits."""
    buffer = BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(sound.channels)
        file.setsampwidth(3)
        file.setframerate(sound.rate)
        whole = _whole(sound).T.astype("<i4")
        file.writeframes(whole.reshape(-1, 1).view(np.uint8)[:, :3].tobytes())
    return buffer.getvalue()


def as_flac(sound: Sound) -> bytes:
    """The sound as FLAC with 24 bits: half as large, and nothing is lost."""
    buffer = BytesIO()
    with av.open(buffer, "w", format="flac") as output:
        stream: Any = output.add_stream("flac", rate=sound.rate, layout=LAYOUTS[sound.channels])
        stream.codec_context.format = "s32"
        packed = np.ascontiguousarray((_whole(sound) * 256).T.reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(packed, format="s32", layout=LAYOUTS[sound.channels])
        frame.sample_rate = sound.rate
        for piece in _fifo(frame, stream.codec_context.frame_size or 4096):
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    return buffer.getvalue()


def _fifo(frame: Any, size: int) -> Iterator[Any]:
    """A frame in pieces of the size that an encoder takes."""
    fifo = av.AudioFifo()
    fifo.write(frame)
    for _ in range(math.ceil(frame.samples / size)):
        yield fifo.read(size, partial=True)


def _whole(sound: Sound) -> NDArray[np.int32]:
    """The samples as whole numbers of 24 bits."""
    whole: NDArray[np.int32] = np.clip(np.rint(sound.samples * float(DEPTH)), -DEPTH, DEPTH - 1).astype(np.int32)
    return whole
