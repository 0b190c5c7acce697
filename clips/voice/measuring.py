"""What can be known of a take without listening: how loud it is, what is broken in it, and where somebody speaks.

Loudness is that of EBU R 128 (ITU-R BS.1770-5), measured by FFmpeg's filter `ebur128`; the true peak is that of the
curve between the samples, looked at four times as finely (Annex 2 there). Speech is what stands out of the recording's
own noise: there is no fixed level that would suit a studio and a phone in a lecture hall.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeAlias

import av
import numpy as np
from numpy.typing import NDArray

from clips.voice.audio import LAYOUTS, Samples, Sound

Levels: TypeAlias = NDArray[np.float64]

SILENCE = -70.0  # LUFS, and dB below full scale: nobody hears what is below (the absolute gate of BS.1770)
INTEGRATED = "lavfi.r128.I"  # what the filter writes beside each tenth of a second: the loudness so far
BLOCK = 0.4  # seconds over which loudness is measured: a shorter sound has none of its own
FINER = 4  # times the rate, at which the peak between samples is looked for
MOMENT = 48  # samples, a millisecond, of which the highest peak is known
PIECE = 256 * MOMENT  # samples that are looked at more finely at a time: what a processor keeps at hand
CLIPPED = 0.999  # of full scale, and
FLAT = 3  # so many samples beside each other there: a converter has cut off what was louder

WINDOW = 0.01  # seconds of a level
QUIET, LOUD = 10, 95  # percentiles of the levels: the noise of a recording, and its speech
QUIETEST = 1  # percentile of the noise, where somebody speaks with hardly a rest
ABOVE_NOISE = 0.4  # of the way from noise to speech, in dB: from there on it is speech
APART = 15.0  # dB between noise and speech: with less, nothing in a recording can be told from the rest
BURST = 0.05  # seconds: what is shorter, and alone, is a click of the mouth or the mouse
SHORTEST = 0.25  # seconds: a shorter gap belongs to the words, as before a t


@dataclass(frozen=True)
class Measured:
    """What a take is like: loudness in LUFS, true peak in dBTP, the share of its samples that are cut off.

    `noise` and `speech` are levels in dB below full scale; the words stand from `start` to `end` in seconds, but for
    `pauses` (start, end). In silence start and end are 0, and the loudness is minus infinity.
    """

    loudness: float
    true_peak: float
    clipped: float
    noise: float
    speech: float
    start: float
    end: float
    pauses: tuple[tuple[float, float], ...] = ()

    @property
    def silent(self) -> bool:
        return self.start == self.end


def measure(sound: Sound) -> Measured:
    """Everything at once."""
    return measured_with_peaks(sound)[0]


def measured_with_peaks(sound: Sound) -> tuple[Measured, Levels]:
    """The same, and the peak of each moment (`peaks_of`); half of the work is done beside the other half."""
    with ThreadPoolExecutor(1) as hand:
        looked = hand.submit(peaks_of, sound)
        loud, cut, words = loudness(sound), clipped(sound), words_of(sound)
        noise, speech = noise_and_speech(levels_of(sound))
        peaks = looked.result()
    start, end = (words[0][0], words[-1][1]) if words else (0.0, 0.0)
    pauses = tuple((one[1], other[0]) for one, other in pairwise(words))
    return Measured(loud, decibels(float(peaks.max(initial=0.0))), cut, noise, speech, start, end, pauses), peaks


# Loudness -------------------------------------------------------------------------------------------------------------


def loudness(sound: Sound) -> float:
    """Integrated loudness in LUFS; minus infinity, if all of it is below the gate.

    A mono sound is measured as the one channel that it is: played by two loudspeakers it is 3 dB louder. One that is
    shorter than a block of 0.4 s is measured as if it went on.
    """
    if 0 < sound.samples.shape[1] < BLOCK * sound.rate:
        sound = Sound(np.tile(sound.samples, round(2 * BLOCK * sound.rate / sound.samples.shape[1])), sound.rate)
    said = SILENCE
    for frame in filtered(sound, "ebur128", "metadata=1:framelog=quiet"):
        said = float(frame.metadata.get(INTEGRATED, said))  # a last frame that is not whole says nothing
    return said if said > SILENCE else -np.inf


def filtered(sound: Sound, name: str, options: str) -> Iterator[Any]:
    """The frames that a filter of FFmpeg makes of a sound."""
    layout, base = LAYOUTS[sound.channels], Fraction(1, sound.rate)
    graph = av.filter.Graph()
    source = graph.add_abuffer(format="fltp", sample_rate=sound.rate, layout=layout, time_base=base)
    middle, sink = graph.add(name, options), graph.add("abuffersink")
    source.link_to(middle)
    middle.link_to(sink)
    graph.configure()
    source.push(as_frame(sound.samples, sound.rate))
    source.push(None)
    while True:
        try:
            yield sink.pull()
        except (av.EOFError, BlockingIOError):
            return


def as_frame(samples: Samples, rate: int, first: int = 0) -> av.AudioFrame:
    """Samples (channels, n) as one frame; `first` is the number of its first sample."""
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=LAYOUTS[len(samples)])
    frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), first
    return frame


# Peaks ----------------------------------------------------------------------------------------------------------------


def true_peak(sound: Sound) -> float:
    """The highest point of the curve between the samples, in dBTP: 0 is full scale; minus infinity in silence."""
    return decibels(float(peaks_of(sound).max(initial=0.0)))


def peaks_of(sound: Sound) -> Levels:
    """For each `MOMENT` of a sound the highest point of the curve through its samples, in any channel: 1 is full scale.

    The curve is drawn by FFmpeg's resampler, four times as finely.
    """
    moments = math.ceil(sound.samples.shape[1] / MOMENT)
    between = _highest(_finer(sound), MOMENT * FINER)[:moments]
    return np.maximum(_highest([sound.samples], MOMENT), np.pad(between, (0, moments - len(between))))


def _finer(sound: Sound) -> Iterator[Samples]:
    """A sound at four times its rate, in pieces."""
    finer = av.AudioResampler("fltp", LAYOUTS[sound.channels], FINER * sound.rate, frame_size=FINER * PIECE)
    for first in range(0, sound.samples.shape[1], PIECE):
        for frame in finer.resample(as_frame(sound.samples[:, first : first + PIECE], sound.rate, first)):
            yield np.asarray(frame.to_ndarray(), np.float32)
    for frame in finer.resample(None):
        yield np.asarray(frame.to_ndarray(), np.float32)


def _highest(pieces: Iterable[Samples], size: int) -> Levels:
    """The largest magnitude of each so many samples, of pieces that are multiples of that, but for the last."""
    found = [np.zeros(0)]
    for piece in pieces:
        whole = piece.shape[1] // size * size
        shaped = piece[:, :whole].reshape(len(piece), -1, size)
        found.append(np.maximum(shaped.max(axis=2), -shaped.min(axis=2)).max(axis=0))
        if whole < piece.shape[1]:
            found.append(np.atleast_1d(np.abs(piece[:, whole:]).max()))
    return np.concatenate(found)


def clipped(sound: Sound) -> float:
    """The share of samples that were cut off: several beside each other at full scale, or beyond it."""
    full = np.abs(sound.samples) >= CLIPPED
    flat = full.copy()
    for shift in range(1, FLAT):
        flat[:, :-shift] &= full[:, shift:]
        flat[:, -shift:] = False
    cut = flat.copy()
    for shift in range(1, FLAT):
        cut[:, shift:] |= flat[:, :-shift]
    return float(cut.mean()) if cut.size else 0.0


def decibels(ratio: float) -> float:
    """A ratio of amplitudes in dB."""
    return float(20 * np.log10(ratio)) if ratio > 0 else -np.inf


# Where somebody speaks ------------------------------------------------------------------------------------------------


def levels_of(sound: Sound) -> Levels:
    """The level of each hundredth of a second in dB below full scale, (n,), not below `SILENCE`.

    A level is taken about its own mean, so that a constant offset of a cheap microphone is no sound. What is left over
    at the end, less than a hundredth, is not looked at.
    """
    size = round(WINDOW * sound.rate)
    samples = sound.samples
    if samples.shape[1] < size:
        samples = np.pad(samples, ((0, 0), (0, size - samples.shape[1])))
    count = samples.shape[1] // size
    pieces = samples[:, : count * size].reshape(sound.channels, count, size).astype(np.float64)
    power = pieces.var(axis=2).mean(axis=0)
    levels: Levels = np.maximum(10 * np.log10(np.maximum(power, 1e-12)), SILENCE)
    return levels


def noise_and_speech(levels: Levels) -> tuple[float, float]:
    """The level of a recording's own noise, and that of the speech in it, in dB."""
    places = np.array([QUIETEST, QUIET, LOUD]) / 100 * (len(levels) - 1)  # what np.percentile does, but for its imports
    quietest, quiet, loud = np.interp(places, np.arange(len(levels)), np.sort(levels)).tolist()
    return quiet if loud - quiet >= APART else quietest, loud


def words_of(sound: Sound, shortest: float = SHORTEST) -> tuple[tuple[float, float], ...]:
    """The stretches of speech between pauses of at least `shortest` seconds, as (start, end) in seconds."""
    levels = levels_of(sound)
    noise, speech = noise_and_speech(levels)
    if speech <= SILENCE:
        return ()
    if speech - noise < APART:
        return ((0.0, sound.seconds),)
    runs = _runs(levels > noise + ABOVE_NOISE * (speech - noise))
    joined = _joined(runs, round(shortest / WINDOW))
    kept = [run for run in joined if run[1] - run[0] >= BURST / WINDOW]
    return tuple((first * WINDOW, min(last * WINDOW, sound.seconds)) for first, last in kept)


def _runs(marks: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where marks stand beside each other, as [first, last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _joined(runs: list[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """The runs, those joined that are less than `gap` apart."""
    joined: list[tuple[int, int]] = []
    for first, last in runs:
        if joined and first - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined
