"""From a take to what is heard: equally loud whoever spoke, never above full scale, and without clicks at its ends.

Loudness is brought to -16 LUFS as it is played, on two channels. Where a peak would then be too high, the sound is made
softer for some milliseconds around it, by a gain that is known before the peak comes: so nothing is cut off. What was
made of a take is kept in the cache, by the take's digest: swapping one take of a clip reads only that one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from clips.files import cache_folder, write_whole
from clips.voice.audio import DEPTH, RATE, Heard, Samples, Sound, as_flac, read
from clips.voice.measuring import MOMENT, Levels, Measured, loudness, measured_with_peaks, peaks_of
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
AROUND = 5  # moments before and after a peak in which it makes softer

#: What can be wrong with a recording that is used all the same.
CLIPPED, LOUD, QUIET, NOISY = 1e-5, -9.0, -40.0, 20.0  # share of samples; LUFS; LUFS; dB between noise and speech
SILENCE = -60.0  # LUFS: below, nobody has spoken
SHORTEST, LONGEST = 0.3, 300.0  # seconds of a take for a beat


@dataclass(frozen=True)
class Voice:
    """What is heard of a take from the beginning of its beat on, and how the take was measured.

    `keep` puts it into the cache, where it is not there yet; until then, and whenever it is damaged, it is made anew.
    """

    heard: Heard
    measured: Measured
    keep: Callable[[], None] = lambda: None

    @property
    def samples(self) -> Samples:
        """(2, n) at 48 kHz."""
        return self.heard.made()

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
    if (known := _noted(place / f"{digest}.json")) is not None:
        measured, length, channels = known
        made = once(partial(_kept_or_made, place / f"{digest}.flac", take, (channels, length)))
        return Voice(Heard(length, made, named(digest)), measured)
    sound = read(take.file)
    measured, peaks = measured_with_peaks(sound)
    _check(take, sound, measured)
    made = once(partial(mastered, sound, measured, peaks))
    heard = Heard(heard_samples(sound, measured), made, named(digest))
    return Voice(heard, measured, partial(_keep, place, digest, sound.channels, made, measured))


def named(digest: str) -> str:
    """A name of what is heard of a take with this digest."""
    return f"{digest} {VERSION}"


def once(make: Callable[[], Samples]) -> Callable[[], Samples]:
    """The same, but only who asks first makes anything; whoever asks meanwhile waits."""
    lock, found = Lock(), list[Samples]()

    def made() -> Samples:
        with lock:
            if not found:
                found.append(make())
            return found[0]

    return made


def _noted(file: Path) -> tuple[Measured, int, int] | None:
    """How a take was measured, and how many samples in how many channels were kept of it."""
    try:
        said = json.loads(file.read_text())
        if said.pop("version") != VERSION:
            return None
        length, channels = int(said.pop("length")), int(said.pop("channels"))
        pauses = tuple((start, end) for start, end in said.pop("pauses"))
        return Measured(**said, pauses=pauses), length, channels
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _kept_or_made(file: Path, take: Take, shape: tuple[int, int]) -> Samples:
    """What was kept; where it has gone or is damaged, it is made again."""
    with suppress(UsageError):
        if (kept := read(file).samples).shape == shape:
            return on_two(kept)
    sound = read(take.file)
    return mastered(sound, *measured_with_peaks(sound))


def _keep(place: Path, digest: str, channels: int, made: Callable[[], Samples], measured: Measured) -> None:
    heard = made()[:channels]  # one channel is kept once
    words = {"version": VERSION, "length": heard.shape[1], "channels": channels, **asdict(measured)}
    with suppress(UsageError):  # a cache that cannot be written is none of our business here
        content = {f"{digest}.flac": as_flac(Sound(heard)), f"{digest}.json": json.dumps(words).encode()}
        write_whole(place, content)


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


def heard_samples(sound: Sound, measured: Measured) -> int:
    """How many samples of a take are heard: until a little after its last word."""
    return min(int(sound.samples.shape[1]), round((measured.end + TAIL) * RATE))


def mastered(sound: Sound, measured: Measured, peaks: Levels | None = None) -> Samples:
    """A take as it is heard: on two channels, of the wanted loudness, below the ceiling, faded in and out.

    `peaks` are those of the take (`peaks_of`), where they are known.
    """
    raw = sound.samples[:, : heard_samples(sound, measured)]
    highest = (peaks_of(sound) if peaks is None else peaks)[: math.ceil(raw.shape[1] / MOMENT)]
    gain, said = 0.0, measured.loudness
    for _ in range(ROUNDS):
        gain = min(gain + LOUDNESS - said - (BOTH if sound.channels == 1 else 0.0), LOUDER)
        factor = 10 ** (gain / 20)
        heard = limited(np.asarray(raw * np.float32(factor)), highest * factor)
        said = loudness(Sound(heard))
        if abs(LOUDNESS - said - (BOTH if sound.channels == 1 else 0.0)) <= NEAR:
            break
    whole = np.rint(faded(heard) * DEPTH) / DEPTH + 0.0  # as the cache will have it, which knows no -0
    return on_two(np.asarray(whole, np.float32))


def on_two(samples: Samples) -> Samples:
    """One channel as two that are alike; two as they are."""
    return np.repeat(samples, 3 - len(samples), axis=0)


def limited(samples: Samples, highest: Levels) -> Samples:
    """The samples, softer where the curve between them, of which the peaks are known, would pass the ceiling."""
    if highest.max(initial=0.0) <= CEILING:
        return samples
    wanted = np.minimum(1.0, CEILING / np.maximum(highest, 1e-9))
    least = _sliding(wanted, AROUND + 1).min(axis=1)
    smooth = _sliding(least, AROUND).mean(axis=1)  # in a moment and its neighbours no more than what it wants
    middles = (np.arange(len(smooth)) + 0.5) * MOMENT
    gains = np.interp(np.arange(samples.shape[1]), middles, smooth)
    return np.asarray(samples * gains, np.float32)


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
