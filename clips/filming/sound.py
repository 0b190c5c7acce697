"""Sound beside a picture: one stream of AAC, encoded in one go, and the samples of a delivered video again.

AAC codes overlapping stretches of 1024 samples, and begins with a stretch that nobody is to hear. So beats are not
encoded one by one: their samples are joined, each beat from the sample on at which its first frame is shown, and one
stream holds them all. What comes before the first sample is left out by the file's edit list, and by every reader that
knows of it. A part is cut out by decoding, to the sample, and encoded again.

Only where nothing is heard for some stretches another encoder goes on, at the sample where the first has stopped: what
overlaps there is silence on both sides, and so two encoders work beside each other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import numpy as np
from av import AudioFrame, CodecContext
from numpy.typing import NDArray

from clips.filming.streams import Video, opened

RATE = 48_000
BIT_RATE = 128_000
LAYOUT = "stereo"
#: At this rate the plain search is as good as FFmpeg's usual one, and twice as quick. A voice is much the same on both
#: sides, and needs none of the tools that save bits at lower rates.
OPTIONS = {"aac_coder": "fast", "aac_ms": "1", "aac_is": "0", "aac_pns": "0", "aac_tns": "0"}
STRETCH = 1024  # samples of a frame of AAC
PIECE = 64 * STRETCH  # samples that are given to an encoder at a time
SILENT, BEFORE = 8, 3  # stretches of silence in which encoders take turns; so many of them are the second one's
AHEAD = 48  # pieces that may wait to be written: a minute

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
        self._hands = [ThreadPoolExecutor(1), ThreadPoolExecutor(1)]  # an encoder is asked by one of them, in order
        self._encoder = _Encoder(0)
        self._coming: deque[Future[list[Any]]] = deque()

    def write(self, samples: Samples | None, until: Fraction) -> None:
        """What is heard up to a time: these samples, then nothing; what would be heard later is left out."""
        heard = np.zeros((2, max(0, sample_at(until) - self._passed)), np.float32)
        if samples is not None:
            heard[:, : samples.shape[1]] = samples[:, : heard.shape[1]]
        self.write_all(heard)

    def write_all(self, heard: Samples) -> None:
        """What is heard next."""
        loud = np.flatnonzero(heard.any(axis=0))
        silent = heard.shape[1] - (int(loud[-1]) + 1 if len(loud) else 0)
        turn = (self._passed + heard.shape[1]) // STRETCH * STRETCH - BEFORE * STRETCH - self._passed
        if silent < SILENT * STRETCH:
            self._give(heard)
            return
        self._give(heard[:, :turn])
        self._end()
        self._hands.reverse()
        self._encoder = _Encoder(self._passed)
        self._give(heard[:, turn:])

    def finish(self) -> None:
        self._end()
        self._take(0)
        for hand in self._hands:
            hand.shutdown()

    def _give(self, heard: Samples) -> None:
        for first in range(0, heard.shape[1], PIECE):
            piece = np.ascontiguousarray(heard[:, first : first + PIECE])
            self._coming.append(self._hands[0].submit(self._encoder.encode, piece))
            self._passed += piece.shape[1]
            self._take(AHEAD)

    def _end(self) -> None:
        self._coming.append(self._hands[0].submit(self._encoder.encode, None))

    def _take(self, most: int) -> None:
        """Write what is encoded, until no more than so many pieces wait."""
        while self._coming and (len(self._coming) > most or self._coming[0].done()):
            for packet in self._coming.popleft().result():
                packet.stream = self._stream
                self._output.mux(packet)


class _Encoder:
    """One encoder, which begins at a sample; where that is not the first, its beginning is the end of another one's."""

    def __init__(self, start: int) -> None:
        self._context: Any = CodecContext.create("aac", "w")
        self._context.sample_rate, self._context.layout, self._context.format = RATE, LAYOUT, "fltp"
        self._context.bit_rate, self._context.options = BIT_RATE, OPTIONS
        self._context.time_base = Fraction(1, RATE)
        self._start, self._passed = start, start

    def encode(self, piece: Samples | None) -> list[Any]:
        """The packets that are ready after a piece; after None, the last ones."""
        if piece is None:
            return self._own(self._context.encode(None))
        frame = AudioFrame.from_ndarray(piece, format="fltp", layout=LAYOUT)
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), self._passed
        self._passed += piece.shape[1]
        return self._own(self._context.encode(frame))

    def _own(self, packets: Iterable[Any]) -> list[Any]:
        return [packet for packet in packets if not self._start or (packet.pts or 0) >= self._start]


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
