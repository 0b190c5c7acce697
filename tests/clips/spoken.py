"""Clips that speak, for tests: takes made of noise, a folder in which they lie, and what is heard of a video."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import av
import numpy as np
from rich.console import Console

from clips.keeping.records import Wish
from clips.making.workshop import Delivered, Workshop, make
from clips.profile import Profile
from clips.sources import Sources
from clips.telling.report import Quiet
from clips.voice.audio import RATE, Samples, Sound, written
from tests import tiny

SIZE = Profile(160, 90, 30)
SOON = 0.2  # seconds before somebody begins to speak
SOURCES = Sources()  # no test of a voice changes one: what clips are made from is found once


def babble(seconds: float, seed: int, channels: int = 1, loudness: float = 0.05) -> Sound:
    """Noise in syllables, three a second, with a silence before it: as a voice is for whoever only counts samples."""
    rng, count = np.random.default_rng(seed), round(seconds * RATE)
    syllables = np.sin(3 * np.pi * np.arange(count) / RATE) ** 2 > 0.1
    noise = loudness * syllables * in_the_band(rng.standard_normal((1, count)))
    before = np.zeros((1, round(SOON * RATE)))
    hiss = 1e-4 * rng.standard_normal((1, count + before.shape[1]))
    return Sound(np.repeat(np.concatenate([before, noise], axis=1) + hiss, channels, axis=0).astype(np.float32))


def in_the_band(noise: np.ndarray) -> np.ndarray:
    """What of noise lies between 100 and 4000 Hz, as loud as before: as a voice does, and as AAC keeps."""
    spectrum, heights = np.fft.rfft(noise), np.fft.rfftfreq(noise.shape[1], 1 / RATE)
    spectrum[:, (heights < 100) | (heights > 4000)] = 0
    kept = np.fft.irfft(spectrum, noise.shape[1])
    return np.asarray(kept / kept.std())


class Stage:
    """A folder with the tiny clip twice, takes for some of its beats, and who makes them."""

    def __init__(self, folder: Path, profile: Profile = SIZE) -> None:
        self.folder, self.home, self.clips, self.profile = folder, folder / "voice", folder / "clips", profile
        self.store = folder / "cache"

    def put(self, name: str, sound: Sound | bytes, kind: str = "wav") -> Path:
        path = self.home / f"{name}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sound if isinstance(sound, bytes) else written(sound, kind))
        return path

    def wish(self, name: str = "tiny", **settings: object) -> Wish:
        return replace(tiny.wish(self.clips, name, profile=self.profile, **settings), voice=self.home)

    def shop(self, crew: Callable[[], object] = tiny.Here) -> Workshop:
        return replace(tiny.workshop(self.store, crew), sources=SOURCES)

    def make(self, *wishes: Wish, crew: Callable[[], object] = tiny.Here) -> tuple[Delivered, ...]:
        made = make(wishes or [self.wish()], self.shop(crew), Quiet(Console(stderr=True)))
        assert not made.failed
        return made.delivered

    def again(self) -> Delivered:
        """Made again, and nobody draws."""
        (delivered,) = self.make(crew=NoCamera)
        assert delivered.filmed == ()
        return delivered

    @property
    def video(self) -> Path:
        return self.clips / "tiny.mp4"

    def start(self, beat: str) -> float:
        """When a beat begins, in seconds, by the frames before it."""
        frames = json.loads((self.clips / "tiny.json").read_text())["made"]["frames"]
        return float(sum(list(frames.values())[: list(frames).index(beat)]) / self.profile.rate)

    def account(self, name: str = "tiny") -> dict[str, dict[str, object]]:
        return {beat["name"]: beat for beat in json.loads((self.clips / f"{name}.json").read_text())["beats"]}


class NoCamera(tiny.Here):
    """A crew that has nothing to film."""

    def run(self, jobs: object, _: object) -> Iterator[object]:  # type: ignore[override]
        assert not list(jobs)  # type: ignore[call-overload]
        yield from ()


def heard_in(video: Path | bytes) -> Samples:
    """All samples of a video, (2, n), as a player plays them; decoded without our own reader."""
    with av.open(BytesIO(video) if isinstance(video, bytes) else str(video)) as source:
        frames = list(source.decode(audio=0))
        assert frames[0].pts == 0
        return np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
