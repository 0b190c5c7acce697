"""Sound beside a picture: one stream, encoded in one go, and the samples of a delivered video again.

AAC codes overlapping stretches of 1024 samples, and begins with a stretch that nobody is to hear. So beats are not
encoded one by one: their samples are joined, each beat from the sample on at which its first frame is shown, and one
stream holds them all. What comes before the first sample is left out by the file's edit list, and by every reader that
knows of it. A part is cut out by decoding, to the sample, and encoded again.

Only where nothing is heard for some stretches another encoder goes on, at the sample where the first has stopped: what
overlaps there is silence on both sides, and so two encoders work beside each other. What one of them makes depends on
its own samples alone: for a clip it is kept, so that a swapped take is encoded, and the others are not.

A WebM holds no AAC, but Opus: that is encoded by one encoder from its beginning to its end. It counts in milliseconds;
so what was decoded is placed by counting samples.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from av import AudioFrame, CodecContext, Packet
from numpy.typing import NDArray

from clips.filming.packets import Kept, keep, key_of, recall
from clips.filming.streams import Video, opened

RATE = 48_000
LAYOUT = "stereo"


@dataclass(frozen=True)
class Coder:
    """An encoder of sound, the kind of samples that it takes, and whether two of them may take turns."""

    name: str
    samples: str
    bit_rate: int
    options: Mapping[str, str]
    turns: bool


#: At this rate the plain search is as good as FFmpeg's usual one, and twice as quick. A voice is much the same on both
#: sides, and needs none of the tools that save bits at lower rates.
AAC = Coder(
    "aac", "fltp", 128_000, {"aac_coder": "fast", "aac_ms": "1", "aac_is": "0", "aac_pns": "0", "aac_tns": "0"}, True
)
OPUS = Coder("libopus", "flt", 96_000, {}, False)
STRETCH = 1024  # samples of a frame of AAC
PIECE = 64 * STRETCH  # samples that are given to an encoder at a time
SILENT, BEFORE = 7, 3  # stretches of silence in which encoders take turns; so many of them are the second one's
PREROLL = 4 * STRETCH  # samples; Opus wants 80 ms
NEAR = 96  # samples, two milliseconds: a time that is rounded so far is that at which the last piece ended
AHEAD = 48  # pieces that may wait to be written: a minute

Samples = NDArray[np.float32]  # (2, n)


def sample_at(seconds: Fraction) -> int:
    """The number of the sample that is heard at a time."""
    return round(seconds * RATE)


class Track:
    """The sound of a video that is being written, sample by sample from its beginning.

    With `keeps`, what an encoder makes is taken from the cache, where it was made before. Then all is given beforehand,
    and written as the picture goes on (`go_on`).
    """

    def __init__(self, output: Any, keeps: bool = False) -> None:
        self._output, self._keeps = output, keeps
        self._coder = OPUS if output.format.name == "webm" else AAC
        self._stream: Any = output.add_stream(
            self._coder.name, rate=RATE, layout=LAYOUT, options={**self._coder.options}
        )
        self._stream.codec_context.bit_rate = self._coder.bit_rate
        self._stream.codec_context.format = self._coder.samples
        self._passed = 0  # samples
        self._hands = [ThreadPoolExecutor(1), ThreadPoolExecutor(1)]  # an encoder is asked by one of them, in order
        self._encoder = _Encoder(self._coder, 0)
        self._waiting: list[Samples] = []
        self._coming: deque[tuple[int, Future[list[Kept]]]] = deque()  # each with the sample from which on it was given

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
        if silent < SILENT * STRETCH or not self._coder.turns:
            self._give(heard)
            return
        self._give(heard[:, :turn])
        self._end()
        self._hands.reverse()
        self._encoder = _Encoder(self._coder, self._passed)
        self._give(heard[:, turn:])

    def go_on(self, until: Fraction) -> None:
        """Write what is heard before a time, as far as it was given."""
        while self._coming and self._coming[0][0] < sample_at(until):
            self._put(self._coming.popleft()[1].result())

    def finish(self) -> None:
        self._end()
        self._take(0)
        for hand in self._hands:
            hand.shutdown()

    def _give(self, heard: Samples) -> None:
        if self._keeps:
            self._waiting.append(heard)
            self._passed += heard.shape[1]
            return
        for piece in _pieces(heard):
            self._submit(self._encoder.encode, piece)
            self._passed += piece.shape[1]
            self._take(AHEAD)

    def _end(self) -> None:
        if self._keeps:
            self._submit(partial(_kept_or_encoded, self._encoder), self._waiting)
            self._waiting = []
        else:
            self._submit(self._encoder.encode, None)

    def _submit(self, work: Callable[[Any], list[Kept]], given: Any) -> None:
        self._coming.append((self._encoder.start if self._keeps else self._passed, self._hands[0].submit(work, given)))

    def _take(self, most: int) -> None:
        """Write what is encoded, until no more than so many pieces wait."""
        while self._coming and (len(self._coming) > most or self._coming[0][1].done()):
            self._put(self._coming.popleft()[1].result())

    def _put(self, packets: list[Kept]) -> None:
        for kept in packets:
            packet = Packet(kept.content)
            packet.time_base, packet.pts, packet.dts = Fraction(1, RATE), kept.pts, kept.pts
            packet.duration, packet.is_keyframe, packet.stream = kept.duration, True, self._stream
            self._output.mux(packet)


class _Encoder:
    """One encoder, which begins at a sample; where that is not the first, its beginning is the end of another one's."""

    def __init__(self, coder: Coder, start: int) -> None:
        create: Any = CodecContext.create
        self._context = create(coder.name, "w")
        self._context.sample_rate, self._context.layout, self._context.format = RATE, LAYOUT, coder.samples
        self._context.bit_rate, self._context.options = coder.bit_rate, {**coder.options}
        self._context.time_base = Fraction(1, RATE)
        self.coder, self.start, self._passed = coder, start, start

    def encode(self, piece: Samples | None) -> list[Kept]:
        """The packets that are ready after a piece; after None, the last ones."""
        if piece is None:
            return self._own(self._context.encode(None))
        planes = piece if self.coder.samples == "fltp" else np.ascontiguousarray(piece.T.reshape(1, -1))
        frame = AudioFrame.from_ndarray(planes, format=self.coder.samples, layout=LAYOUT)
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), self._passed
        self._passed += piece.shape[1]
        return self._own(self._context.encode(frame))

    def _own(self, packets: Iterable[Any]) -> list[Kept]:
        mine = (packet for packet in packets if not self.start or packet.pts >= self.start)
        return [Kept(bytes(packet), packet.pts, packet.duration) for packet in mine]


def _kept_or_encoded(encoder: _Encoder, waiting: list[Samples]) -> list[Kept]:
    """The packets of all that an encoder is given: as they were kept, or made and kept now."""
    samples, start = np.concatenate([np.zeros((2, 0), np.float32), *waiting], axis=1), encoder.start
    key = key_of(encoder.coder, start == 0, np.ascontiguousarray(samples))
    if (known := recall(key)) is None:
        made = [packet for piece in [*_pieces(samples), None] for packet in encoder.encode(piece)]
        known = [packet._replace(pts=packet.pts - start) for packet in made]
        keep(key, known)
    return [packet._replace(pts=packet.pts + start) for packet in known]


def _pieces(heard: Samples) -> Iterator[Samples]:
    """What is heard, in pieces for an encoder."""
    for first in range(0, heard.shape[1], PIECE):
        yield np.ascontiguousarray(heard[:, first : first + PIECE])


def samples_of(video: Video, first: int, last: int) -> Samples:
    """The samples of a video from one number to another; nothing is heard where it has none."""
    heard = np.zeros((2, max(0, last - first)), np.float32)
    with opened(video) as source:
        if not source.streams.audio:
            return heard
        stream = source.streams.audio[0]
        before = max(0, first - PREROLL)  # what comes first after a seek is half unknown
        source.seek(int(before / RATE / stream.time_base), stream=stream)
        after = -RATE
        for frame in source.decode(stream):
            at = round(frame.pts * frame.time_base * RATE) - first
            at = after if abs(at - after) <= NEAR else at
            after = at + frame.samples
            if at >= heard.shape[1]:
                break
            start, end = max(0, at), min(heard.shape[1], at + frame.samples)
            if start < end:
                heard[:, start:end] = frame.to_ndarray()[:, start - at : end - at]
    return heard
