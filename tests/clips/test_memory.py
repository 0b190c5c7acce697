"""What grows with length is on the disk: four times as much to do takes hardly more memory.

The peak is the kernel's count of what the process held at most, FFmpeg's memory included. Pictures are small here, and
what would be held is still many times of what is allowed.
"""

from __future__ import annotations

import ctypes
import gc
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from clips.decks.make import KINDS, DeckWish, target_of
from clips.decks.slides import Deck, Slide
from clips.filming.encoding import CODECS, BeatEncoder
from clips.filming.joining import join_into, starts_of
from clips.job import Beat, Film, Job
from clips.making.shelf import Shelf
from clips.profile import Profile

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
RETURN = getattr(ctypes.CDLL(None), "malloc_trim", lambda _: None)  # malloc_trim(3): glibc's
MEGABYTE = 1 << 20
WIDTH, HEIGHT = 640, 360

pytestmark = pytest.mark.skipif(not RESET.exists(), reason="the kernel does not tell a process's peak of memory here")


def held(what: str) -> int:
    """Bytes: VmRSS, held now, or VmHWM, held at most."""
    (line,) = [line for line in STATUS.read_text().splitlines() if line.startswith(what)]
    return int(line.split()[1]) << 10


def peak_of(work: Callable[[], object]) -> int:
    """By how many bytes the process grew while it worked, at most."""
    gc.collect()
    RETURN(0)  # what was freed and is still the process's would be taken again, and nothing would be seen to grow
    RESET.write_text("5")  # the peak is from now on (proc(5))
    before = held("VmRSS")
    work()
    return held("VmHWM") - before


def grows_by(work: Callable[[int], object]) -> int:
    """How much more memory four times as much takes, in bytes; after a first time, in which libraries set up theirs."""
    work(1)
    once = peak_of(lambda: work(1))
    return peak_of(lambda: work(4)) - once


def test_a_peak_is_seen() -> None:
    """The measure itself: 60 MB that are held for a moment, though the process may have freed as much before."""
    freed = [bytes(MEGABYTE // 16) for _ in range(16 * 100)]  # too small to be mapped each by itself
    last = bytes(MEGABYTE // 16)
    freed.clear()
    assert peak_of(lambda: np.ones(60 * MEGABYTE, np.uint8)) > 50 * MEGABYTE
    assert last


@cache
def moving(profile: Profile, frames: int = 30) -> bytes:
    """A beat in which a bar moves: every frame is another."""
    encoder = BeatEncoder(profile)
    for number in range(frames):
        pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
        pixels[:, 8 * number : 8 * number + 80] = (86, 180, 233, 255)
        encoder.write(pixels, 1)
    return encoder.finish()


@pytest.mark.parametrize("format", ["gif", "mov", "mp4", "webm"])
def test_a_clip_of_any_length(format: str, tmp_path: Path) -> None:
    """A frame is 0.7 to 1.8 MB before it is encoded: who held the 90 frames more would take 60 to 160 MB more."""
    profile = Profile(WIDTH, HEIGHT, 25, format=format, see_through=format == "webm")  # type: ignore[arg-type]
    beats = [moving(profile)]
    assert grows_by(lambda times: join_into(tmp_path / f"clip.{format}", beats * times, profile)) < 12 * MEGABYTE


@pytest.fixture(scope="module")
def slide(tmp_path_factory: pytest.TempPathFactory) -> Slide:
    """A beat of a few megabytes: noise, of which nothing can be packed, between two plain pictures.

    The last one is a key frame: who wants it decodes none of the noise, which would take most of the time.
    """
    profile, file = Profile(WIDTH, HEIGHT, 10), tmp_path_factory.mktemp("clip") / "noise.mp4"
    encoder, random = BeatEncoder(profile), np.random.default_rng(0)
    last = round(CODECS["mp4", False].keys * profile.rate)
    for number in range(last + 1):
        noise = random.integers(0, 256, (HEIGHT, WIDTH, 4), dtype=np.uint8)
        encoder.write(noise * (0 < number < 17), 1)
    join_into(file, [encoder.finish()], profile)
    start, end = starts_of(file, [last + 1])
    assert file.stat().st_size > 2 * MEGABYTE
    return Slide("noise", "Noise", "beat", "What is said.", file, start, end, float((last + 1) / profile.rate))


@pytest.mark.parametrize("kind", ["pptx", "html", "folder", "zip", "film"])
def test_a_deck_of_any_length(kind: str, slide: Slide, tmp_path: Path) -> None:
    """8 slides of 3 MB each: who held them, and what is made of them, would take 20 to 80 MB more than for 2."""

    def make(times: int) -> None:
        slides = tuple(replace(slide, beat=f"beat_{number}") for number in range(2 * times))
        deck = Deck("Noise", slides, Profile(WIDTH, HEIGHT, 10))
        name = "html" if kind == "folder" else kind
        target = target_of(
            name, "talk", tmp_path / kind / ("" if kind == "folder" else f"talk.{name}".replace("film", "mp4"))
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        KINDS[name](deck, DeckWish(name, ("noise",), slide.file.parent, target, "Noise"), target)
        shutil.rmtree(target.parent)

    assert grows_by(make) < 8 * MEGABYTE


def test_what_was_filmed_waits_on_the_disk(tmp_path: Path) -> None:
    """The beats of a lecture, filmed before its clips are whole."""
    shelf, video = Shelf(tmp_path), bytes(4 * MEGABYTE)

    def film(times: int) -> None:
        for number in range(5 * times):
            shelf.take_in(Job("clip"), Film("clip", (Beat(f"beat_{number}", 1, video + bytes([number])),)))

    assert grows_by(film) < 12 * MEGABYTE
    beat = shelf.take("clip", "beat_7")
    assert beat is not None
    assert beat.video[-1] == 7
    shelf.clear("clip")
    assert not list(tmp_path.iterdir())
