"""Sound beside a picture: one stream, encoded in pieces that fit, and the samples of a delivered video again.

AAC codes overlapping stretches of 1024 samples, and begins with a stretch that nobody is to hear. So beats are not
encoded one by one: their samples are joined, each beat from the sample on at which its first frame is shown, and one
stream holds them all. What comes before the first sample is left out by the file's edit list, and by every reader that
knows of it. A part is cut out by decoding, to the sample, and encoded again.

The stream is parted where nothing is heard for some stretches: what overlaps there is silence on both sides, and so
another encoder goes on at the sample where the first has stopped. Such a passage depends on its own samples alone: for
a clip it is kept, so that a swapped take is encoded, and the others are not.

A passage of AAC is encoded in pieces beside each other. FFmpeg's encoder chooses the windows of a stretch by what is in
it and in the two before and after; so two encoders that have heard some stretches in common choose the same ones, and
the second goes on where the first stops, in the middle of a word, and nobody hears it: overlapping halves are of one
kind, and cancel each other's aliases as if one encoder had made both.

A WebM holds no AAC, but Opus, in stretches of 20 ms; these are predicted from those before, but not from silence: so it
is parted into passages, and not into pieces. It counts in milliseconds; so what was decoded is placed by counting
samples.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from av import AudioFrame, CodecContext, Packet

from clips.filming.packets import Kept, keep, key_of, recall
from clips.filming.pool import cores
from clips.filming.streams import Video, opened
from clips.voice.audio import RATE, Heard, Samples, as_heard

LAYOUT = "stereo"


@dataclass(frozen=True)
class Coder:
    """An encoder of sound, the kind of samples that it takes, and how many of them are in a stretch.

    `pieces` tells that one may go on where another stops, though something is heard there.
    """

    name: str
    samples: str
    bit_rate: int
    options: Mapping[str, str]
    stretch: int
    pieces: bool


#: At this rate the plain search is as good as FFmpeg's usual one, and twice as quick. A voice is much the same on both
#: sides, and needs none of the tools that save bits at lower rates.
AAC_OPTIONS = {"aac_coder": "fast", "aac_ms": "1", "aac_is": "0", "aac_pns": "0", "aac_tns": "0"}
AAC = Coder("aac", "fltp", 128_000, AAC_OPTIONS, 1024, True)
OPUS = Coder("libopus", "flt", 96_000, {}, 960, False)
SILENT, BEFORE = 7, 3  # stretches of silence in which a passage ends; so many of them are the next one's
PIECE = 192  # stretches that one encoder makes of a passage: four seconds
COMMON = 6, 3  # stretches that an encoder hears before and after its own, to make of them what its neighbours do
GIVEN = 64  # stretches that are given to an encoder at a time
PREROLL = 4096  # samples; Opus wants 80 ms
NEAR = 96  # samples, two milliseconds: a time that is rounded so far is that at which the last piece ended
AHEAD = 16  # pieces that may wait to be written: a minute


def sample_at(seconds: Fraction) -> int:
    """The number of the sample that is heard at a time."""
    return round(seconds * RATE)


@dataclass(frozen=True)
class _Part:
    """What is heard from a sample of its passage on, and for how many of them."""

    first: int
    length: int
    heard: Heard


@dataclass(frozen=True)
class _Passage:
    """Samples of a track from one on: how many, what is heard in them, and whether the track ends with them."""

    start: int
    length: int
    parts: tuple[_Part, ...]
    last: bool

    def key(self, coder: Coder) -> str | None:
        """What its packets are known by; None, if nobody knows what is heard in it."""
        parts = [(part.first, part.length, part.heard.digest) for part in self.parts]
        return (
            key_of(coder, self.start == 0, self.last, self.length, parts)
            if all(digest for *_, digest in parts)
            else None
        )

    def samples(self, first: int, last: int) -> Samples:
        """(2, n): those from one to another."""
        samples = np.zeros((2, last - first), np.float32)
        for part in self.parts:
            start, end = max(part.first, first), min(part.first + part.length, last)
            if start < end:
                samples[:, start - first : end - first] = part.heard.made()[:, start - part.first : end - part.first]
        return samples

    def pieces(self, coder: Coder) -> list[tuple[int, int]]:
        """The first and the last sample of each piece."""
        size = PIECE * coder.stretch if coder.pieces else max(self.length, 1)
        count = max(1, round(self.length / size))
        firsts = range(0, count * size, size)
        return [(first, first + size if number < count else self.length) for number, first in enumerate(firsts, 1)]

    def encoded(self, coder: Coder, first: int, last: int) -> list[Kept]:
        """The packets of a piece, counted from the passage's first sample."""
        before, after = (stretches * coder.stretch for stretches in COMMON)
        given = max(0, first - before), min(self.length, last + after)
        encoder = _Encoder(coder, given[0], None if self.start == first == 0 else first)
        samples = self.samples(*given)
        made = (packet for piece in [*_pieces(samples, coder), None] for packet in encoder.encode(piece))
        own = [packet for packet in made if packet.pts < last or last == self.length]
        return own if self.last else [packet._replace(duration=coder.stretch) for packet in own]


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
        self._start = self._end = 0  # samples: where what is not encoded yet begins, and where it ends
        self._parts: list[_Part] = []
        self._hands = ThreadPoolExecutor(max(2, cores()))
        self._coming: deque[tuple[int, list[Future[list[Kept]]], str | None]] = deque()

    def write(self, heard: Heard | None, until: Fraction) -> None:
        """What is heard up to a time: these samples, then nothing; what would be heard later is left out."""
        self._add(heard, max(self._end, sample_at(until)))

    def write_all(self, samples: Samples) -> None:
        """What is heard next."""
        self._add(as_heard(samples), self._end + samples.shape[1])

    def go_on(self, until: Fraction) -> None:
        """Write what is heard before a time, as far as it was given."""
        while self._coming and self._coming[0][0] < sample_at(until):
            self._put()

    def finish(self) -> None:
        """Write all that is left."""
        self._pass(self._end, last=True)
        while self._coming:
            self._put()
        self._hands.shutdown()

    def _add(self, heard: Heard | None, end: int) -> None:
        length = min(heard.length, end - self._end) if heard else 0
        if heard and length:
            self._parts.append(_Part(self._end - self._start, length, heard))
        silent, self._end = end - self._end - length, end
        stretch = self._coder.stretch
        if silent >= SILENT * stretch:
            self._pass((end // stretch - BEFORE) * stretch)
        if not self._keeps:
            self._take()

    def _pass(self, end: int, last: bool = False) -> None:
        """End a passage: it is encoded from now on, or was before."""
        passage = _Passage(self._start, end - self._start, tuple(self._parts), last)
        key = passage.key(self._coder) if self._keeps else None
        known = recall(key) if key else None
        if known is not None:
            made = [_there(known)]
        else:
            pieces = passage.pieces(self._coder)
            made = [self._hands.submit(passage.encoded, self._coder, *piece) for piece in pieces]
        self._coming.append((self._start, made, key if known is None else None))
        self._start, self._parts = end, []

    def _take(self) -> None:
        """Write what is encoded, until not too many pieces wait."""
        while self._coming and (sum(len(made) for _, made, _ in self._coming) > AHEAD or _ready(self._coming[0][1])):
            self._put()

    def _put(self) -> None:
        start, made, key = self._coming.popleft()
        packets = [packet for piece in made for packet in piece.result()]
        if key:
            self._hands.submit(keep, key, packets)
        for kept in packets:
            packet = Packet(kept.content)
            packet.time_base, packet.pts, packet.dts = Fraction(1, RATE), kept.pts + start, kept.pts + start
            packet.duration, packet.is_keyframe, packet.stream = kept.duration, True, self._stream
            self._output.mux(packet)


def _there(packets: list[Kept]) -> Future[list[Kept]]:
    """Packets that nobody need wait for."""
    future = Future[list[Kept]]()
    future.set_result(packets)
    return future


def _ready(made: Iterable[Future[list[Kept]]]) -> bool:
    return all(piece.done() for piece in made)


class _Encoder:
    """One encoder, which begins at a sample; its own packets are those from another one on, None: all."""

    def __init__(self, coder: Coder, first: int, own: int | None) -> None:
        create: Any = CodecContext.create
        self._context = create(coder.name, "w")
        self._context.sample_rate, self._context.layout, self._context.format = RATE, LAYOUT, coder.samples
        self._context.bit_rate, self._context.options = coder.bit_rate, {**coder.options}
        self._context.time_base = Fraction(1, RATE)
        self.coder, self._passed, self._from = coder, first, own

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
        own = (packet for packet in packets if self._from is None or packet.pts >= self._from)
        return [Kept(bytes(packet), packet.pts, packet.duration) for packet in own]


def _pieces(samples: Samples, coder: Coder) -> Iterator[Samples]:
    """Samples as an encoder is given them."""
    size = GIVEN * coder.stretch
    for first in range(0, samples.shape[1], size):
        yield np.ascontiguousarray(samples[:, first : first + size])


def samples_of(video: Video, first: int, last: int) -> Samples:
    """The samples of a video from one number to another; nothing is heard where it has none."""
    heard = np.zeros((2, max(0, last - first)), np.float32)
    with opened(video) as source:
        if not source.streams.audio:
            return heard
        stream = source.streams.audio[0]
        before = max(0, first - PREROLL)  # what comes first after a seek is half unknown
        unit = stream.time_base * RATE  # samples
        unit = unit.numerator if unit.denominator == 1 else unit  # as in every MP4, and quicker
        source.seek(int(before / RATE / stream.time_base), stream=stream)
        after = -RATE
        for frame in source.decode(stream):
            at = round(frame.pts * unit) - first
            at = after if abs(at - after) <= NEAR else at
            after = at + frame.samples
            if at >= heard.shape[1]:
                break
            start, end = max(0, at), min(heard.shape[1], at + frame.samples)
            if start < end:
                heard[:, start:end] = frame.to_ndarray()[:, start - at : end - at]
    return heard
