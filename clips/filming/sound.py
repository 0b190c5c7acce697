"""Sound beside a picture: one stream of AAC, encoded in one go, and the samples of a delivered video again.

AAC codes overlapping stretches of 1024 samples, and begins with a stretch that nobody is to hear. So beats are not
encoded one by one: their samples are joined, each beat from the sample on at which its first frame is shown, and one
encoder writes them all. What comes before the first sample is left out by the file's edit list, and by every reader
that knows of it. A part is cut out by decoding, to the sample, and encoded again.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from av import AudioFrame
from numpy.typing import NDArray

from clips.filming.streams import Video, opened

RATE = 48_000
BIT_RATE = 128_000
LAYOUT = "stereo"
#: At this rate the plain search is as good as FFmpeg's usual one, and twice as quick. A voice is much the same on both
#: sides, and needs none of the tools that save bits at lower rates.
OPTIONS = {"aac_coder": "fast", "aac_ms": "1", "aac_is": "0", "aac_pns": "0", "aac_tns": "0"}
STRETCH = 1024  # samples of a frame of AAC
PIECE = 64 * STRETCH  # samples that are given to the encoder at a time

Samples = NDArray[np.float32]  # (2, n)


def sample_at(seconds: Fraction) -> int:
    """The number of the sample that is heard at a time."""
    return round(seconds * RATE)


class Track:
    """The sound of a video that is being written, sample by sample from its beginning."""

    def __init__(self, output: Any) -> None:
        self._output = output
        self._stream: Any = output.add_stream("aac", rate=RATE, layout=LAYOUT, options=OPTIONS)
        self._stream.codec_context.bit_rate = BIT_RATE
        self._stream.codec_context.format = "fltp"
        self._passed = 0  # samples

    def write(self, samples: Samples | None, until: Fraction) -> None:
        """What is heard up to a time: these samples, then nothing; what would be heard later is left out."""
        heard = np.zeros((2, max(0, sample_at(until) - self._passed)), np.float32)
        if samples is not None:
            heard[:, : samples.shape[1]] = samples[:, : heard.shape[1]]
        self.write_all(heard)

    def write_all(self, heard: Samples) -> None:
        """What is heard next."""
        for first in range(0, heard.shape[1], PIECE):
            piece = np.ascontiguousarray(heard[:, first : first + PIECE])
            frame = AudioFrame.from_ndarray(piece, format="fltp", layout=LAYOUT)
            frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), self._passed
            self._passed += piece.shape[1]
            self._output.mux(self._stream.encode(frame))

    def finish(self) -> None:
        self._output.mux(self._stream.encode(None))


def samples_of(video: Video, first: int, last: int) -> Samples:
    """The samples of a video from one number to another; nothing is heard where it has none."""
    heard = np.zeros((2, max(0, last - first)), np.float32)
    with opened(video) as source:
        if not source.streams.audio:
            return heard
        stream = source.streams.audio[0]
        source.seek(max(0, first - 4 * STRETCH), stream=stream)  # the first stretch after a seek is half unknown
        for frame in source.decode(stream):
            at = round(frame.pts * frame.time_base * RATE) - first
            if at >= heard.shape[1]:
                break
            start, end = max(0, at), min(heard.shape[1], at + frame.samples)
            if start < end:
                heard[:, start:end] = frame.to_ndarray()[:, start - at : end - at]
    return heard
