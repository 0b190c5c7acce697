"""One stream of sound that several encoders make is as if one had made it: nobody hears where they take turns."""

from __future__ import annotations

from io import BytesIO

import av
import numpy as np
import pytest

from clips.filming import sound
from clips.voice.audio import RATE, Samples
from tests.clips.spoken import babble, heard_in

FILLING, PAIR, STRETCH = 6, 1, 1024  # elements of AAC, and samples of a frame


def words() -> Samples:
    return np.repeat(babble(3.0, 1, loudness=0.2).samples, 2, axis=0)


def clicks() -> Samples:
    """A click somewhere, twenty times a second, on one side or the other."""
    rng = np.random.default_rng(2)
    samples = 1e-3 * rng.standard_normal((2, 3 * RATE)).astype(np.float32)
    samples[rng.integers(0, 2, 60), rng.integers(0, 3 * RATE, 60)] = 0.7
    return samples


def bursts() -> Samples:
    """Noise that changes its level every hundredth of a second."""
    rng = np.random.default_rng(3)
    levels = np.repeat(rng.random(3 * RATE // 480) ** 6, 480)
    return (0.3 * levels * rng.standard_normal((2, 3 * RATE))).astype(np.float32)


SOUNDS = {"words": words, "clicks": clicks, "bursts": bursts}


def video_of(samples: Samples) -> bytes:
    buffer = BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        track = sound.Track(output)
        track.write_all(samples)
        track.finish()
    return buffer.getvalue()


def windows(video: bytes) -> list[str]:
    """The windows of each frame of AAC, on its left, by sequence and shape: ISO/IEC 14496-3, tables 4.3 to 4.6."""
    with av.open(BytesIO(video)) as source:
        return [_windows(bytes(packet)) for packet in source.demux(audio=0) if packet.size]


def _windows(frame: bytes) -> str:
    bits, at = "".join(f"{byte:08b}" for byte in frame), 0
    while int(bits[at : at + 3], 2) == FILLING:
        count, at = int(bits[at + 3 : at + 7], 2), at + 7
        if count == 15:
            count, at = 14 + int(bits[at : at + 8], 2), at + 8
        at += 8 * count
    assert int(bits[at : at + 3], 2) == PAIR
    at += 8 if bits[at + 7] == "1" else 16  # both channels have the same, or this is the first one's, behind its gain
    return bits[at + 1 : at + 4]


@pytest.mark.parametrize("name", SOUNDS)
def test_pieces_fit_as_if_one_encoder_had_made_them(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same windows in every frame, and where pieces meet no more noise than one encoder leaves."""
    samples, size = SOUNDS[name](), 12
    whole = video_of(samples)
    monkeypatch.setattr(sound, "PIECE", size)
    parted = video_of(samples)
    assert parted != whole
    assert windows(parted) == windows(whole)
    assert len({*windows(whole)}) > 1 or name == "words"
    noise = [heard_in(video)[:, : samples.shape[1]] - samples for video in (parted, whole)]
    meeting = [slice(at - 64, at + STRETCH + 64) for at in range(size * STRETCH, 2 * RATE, size * STRETCH)]
    ours, theirs = (np.sqrt(np.mean([np.square(one[:, place]).mean() for place in meeting])) for one in noise)
    assert ours < 1.1 * theirs


def test_the_same_bytes_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many work beside each other."""
    monkeypatch.setattr(sound, "PIECE", 12)
    one = video_of(words())
    monkeypatch.setattr(sound, "cores", lambda: 7)
    assert video_of(words()) == one
