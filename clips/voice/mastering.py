"""From a take to what is heard: equally loud whoever spoke, never above full scale, and without clicks at its ends.

Loudness is brought to -16 LUFS as it is played, on two channels. Where a peak would then be too high, the sound is made
softer for some milliseconds around it, by a gain that is known before the peak comes: so nothing is cut off. What was
made of a take is kept in the cache, by the take's digest: swapping one take of a clip reads only that one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from clips.files import cache_folder, write_whole
from clips.voice.audio import DEPTH, LAYOUTS, RATE, Samples, Sound, as_flac, read
from clips.voice.measuring import FINER, Measured, as_frame, loudness, measure
from clips.voice.takes import Take
from clips.voice.timing import TAIL, VERSION
from objectives.errors import UsageError

LOUDNESS = -16.0  # LUFS
CEILING = 10 ** (-2.5 / 20)  # of full scale, between the samples, too: AAC may add a decibel, and stays below -1.5
BOTH = 20 * math.log10(2) / 2  # dB by which one channel is louder where it is heard on both sides
LOUDER = 40.0  # dB, at most: what is softer is hardly a voice
NEAR = 0.3  # LU from the loudness that is wanted: nobody hears the difference
ROUNDS = 4  # of making louder what a limited peak took away
FADE = 0.03  # seconds
BLOCK = 48  # samples, a millisecond, in which the limiter thinks
AROUND = 5  # blocks before and after a peak in which it makes softer

#: What can be wrong with a recording that is used all the same.
CLIPPED, LOUD, QUIET, NOISY = 1e-5, -9.0, -40.0, 20.0  # share of samples; LUFS; LUFS; dB between noise and speech
SILENCE = -60.0  # LUFS: below, nobody has spoken
SHORTEST, LONGEST = 0.3, 300.0  # seconds of a take for a beat

Level = NDArray[np.float32]


@dataclass(frozen=True)
class Voice:
    """What is heard of a take, (2, n) at 48 kHz, from the beginning of its beat; and how the take was measured."""

    samples: Samples
    measured: Measured

    @property
    def end(self) -> float:
        """Seconds from the beginning of the beat until the last word is said."""
        return self.measured.end


def voice_of(take: Take, digest: str) -> Voice:
    """What is heard of a take, from the cache if it was made before; `digest` is that of the file.

    Raises
    ------
    UsageError
        If it cannot be read, is silent, or is no length for a beat.
    """
    place = cache_folder() / "voice"
    if (kept := _kept(place, digest)) is not None:
        return kept
    sound = read(take.file)
    measured = measure(sound)
    _check(take, sound, measured)
    voice = Voice(mastered(sound, measured), measured)
    with suppress(UsageError):  # a cache that cannot be written is none of our business here
        words = json.dumps({"version": VERSION, **asdict(measured)}).encode()
        heard = voice.samples[: sound.channels]  # one channel is kept once
        write_whole(place, {f"{digest}.flac": as_flac(Sound(heard)), f"{digest}.json": words})
    return voice


def _kept(place: Path, digest: str) -> Voice | None:
    try:
        said = json.loads((place / f"{digest}.json").read_text())
        if said.pop("version") != VERSION:
            return None
        pauses = tuple((start, end) for start, end in said.pop("pauses"))
        return Voice(on_two(read(place / f"{digest}.flac").samples), Measured(**said, pauses=pauses))
    except (OSError, ValueError, KeyError, TypeError):  # UsageError, for what is damaged, is a ValueError
        return None


def _check(take: Take, sound: Sound, measured: Measured) -> None:
    if measured.silent or measured.loudness < SILENCE:
        raise UsageError(f"{take.name} is silent: record it again.")
    if sound.seconds < SHORTEST:
        raise UsageError(f"{take.name} lasts {sound.seconds:.2f} s, too short to be spoken: record it again.")
    if measured.end > LONGEST:
        raise UsageError(
            f"{take.name} lasts {sound.seconds / 60:.0f} minutes, which is too long for one beat: "
            "python render.py voice split cuts a long take into beats."
        )


def remarks(measured: Measured) -> Iterator[str]:
    """What is wrong with a take that is used all the same, in a few words each."""
    if measured.clipped > CLIPPED:
        yield f"clipped ({100 * measured.clipped:.2g} % of it): farther from the microphone"
    elif measured.loudness > LOUD:
        yield f"too loud ({measured.loudness:.0f} LUFS)"
    if measured.loudness < QUIET:
        yield f"too quiet ({measured.loudness:.0f} LUFS): nearer to the microphone"
    if measured.speech - measured.noise < NOISY:
        yield f"too noisy (the voice is {measured.speech - measured.noise:.0f} dB above the noise)"


# Loudness and peaks ---------------------------------------------------------------------------------------------------


def mastered(sound: Sound, measured: Measured) -> Samples:
    """A take as it is heard: on two channels, of the wanted loudness, below the ceiling, faded in and out."""
    raw = sound.samples[:, : round((measured.end + TAIL) * RATE)]
    gain, heard = 0.0, raw
    for _ in range(ROUNDS):
        missing = LOUDNESS - loudness(Sound(heard)) - (BOTH if sound.channels == 1 else 0.0)
        if not abs(missing) > NEAR:
            break
        gain = min(gain + missing, LOUDER)
        heard = limited(np.asarray(raw * 10 ** (gain / 20), np.float32))
    whole = np.rint(faded(heard) * DEPTH) / DEPTH + 0.0  # as the cache will have it, which knows no -0
    return on_two(np.asarray(whole, np.float32))


def on_two(samples: Samples) -> Samples:
    """One channel as two that are alike; two as they are."""
    return np.repeat(samples, 3 - len(samples), axis=0)


def limited(samples: Samples) -> Samples:
    """The samples, softer where the curve between them would pass the ceiling."""
    highest = _highest(samples)
    if highest.max(initial=0.0) <= CEILING:
        return samples
    wanted = np.minimum(1.0, CEILING / np.maximum(highest, 1e-9))
    least = _sliding(wanted, AROUND + 1).min(axis=1)
    smooth = _sliding(least, AROUND).mean(axis=1)  # in a block and its neighbours no more than what it wants
    middles = (np.arange(len(smooth)) + 0.5) * BLOCK
    gains = np.interp(np.arange(samples.shape[1]), middles, smooth)
    return np.asarray(samples * gains, np.float32)


def _highest(samples: Samples) -> Level:
    """For each block of samples the highest point of the curve through them, looked at four times as finely."""
    finer = av.AudioResampler("fltp", LAYOUTS[len(samples)], FINER * RATE)
    frames = [*finer.resample(as_frame(samples, RATE)), *finer.resample(None)]
    between = np.abs(np.concatenate([frame.to_ndarray() for frame in frames], axis=1)).max(axis=0)
    blocks = math.ceil(samples.shape[1] / BLOCK)
    padded = np.zeros(blocks * BLOCK * FINER, np.float32)
    padded[: len(between)] = between[: len(padded)]
    own = np.zeros(blocks * BLOCK, np.float32)
    own[: samples.shape[1]] = np.abs(samples).max(axis=0)
    highest: Level = np.maximum(padded.reshape(blocks, -1).max(axis=1), own.reshape(blocks, -1).max(axis=1))
    return highest


def _sliding(values: Any, around: int) -> Any:
    """For each value those up to so many places away; beyond the ends the last goes on."""
    padded = np.pad(values, around, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * around + 1)


def faded(samples: Samples) -> Samples:
    """The samples, from nothing at their first to nothing after their last."""
    size = min(round(FADE * RATE), samples.shape[1] // 2)
    ramp = ((np.arange(size) + 0.5) / max(size, 1)).astype(np.float32)
    heard = samples.copy()
    heard[:, :size] *= ramp
    heard[:, heard.shape[1] - size :] *= ramp[::-1]
    return heard
