"""A long take is cut where its beats end, at any pace, whatever pauses there are inside of them."""

from __future__ import annotations

import doctest
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clips.voice import pace
from clips.voice.audio import RATE, Sound
from clips.voice.cutting import AFTER, BEFORE, parts_of
from clips.voice.pace import speaking_seconds

CAPTIONS = (
    "Momentum turns back and forth across the valley.",
    "Two data points, a neuron, and the map of its error: a gentle slope.",
    "Other data, another error surface: a narrow valley, high on both sides.",
    "Momentum carries the ball across the valley, and back: 7 u-turns in 100 iterations. A u-turn goes back across the "
    "valley, by more than 2 per cent of the farthest it ever was from its start.",
    "The map has room for 5 rings; the other 2 are seen closer.",
    "After 100 iterations gradient descent is at 0.35991, momentum at 6.7 times ten to the minus six.",
)
ROOM = np.random.default_rng(8).standard_normal(5 * RATE, np.float32)  # what a room sounds like, again and again
EXPECTED = [speaking_seconds(caption) for caption in CAPTIONS]


def read_aloud(
    expected: Sequence[float], seed: int, rate: float = 1.0, between: float = 1.5, noise: float = -60
) -> tuple[Sound, list[tuple[float, float]]]:
    """Somebody reads beats aloud: phrases of about two seconds with rests; and where each beat begins and ends.

    The pace differs from beat to beat by a tenth; `between` beats it is quiet for so long, more or less.
    """
    random = np.random.default_rng(seed)
    pieces, spans, at = [np.zeros(RATE)], [], 1.0
    for seconds in expected:
        left, begun = rate * seconds * random.uniform(0.9, 1.1), at
        while left > 0:
            phrase = min(left, random.uniform(0.8, 3))
            phrase = left if left - phrase < 0.5 else phrase
            rest = random.uniform(0.3, 0.7)
            pieces += [_voice(phrase, random), np.zeros(round(rest * RATE))]
            left, at = left - phrase, at + len(pieces[-2]) / RATE
            spans_end, at = at, at + len(pieces[-1]) / RATE
        spans.append((begun, spans_end))
        quiet = between * random.uniform(0.7, 1.4) - rest
        pieces.append(np.zeros(max(0, round(quiet * RATE))))
        at += len(pieces[-1]) / RATE
    wave = np.concatenate(pieces, dtype=np.float32)
    wave += np.float32(10 ** (noise / 20)) * np.resize(ROOM, len(wave))
    return Sound(wave[None]), spans


def _voice(seconds: float, random: np.random.Generator) -> np.ndarray:
    return 0.1 * random.standard_normal(round(seconds * RATE))


@pytest.mark.parametrize("rate", [0.7, 1.0, 1.6])
@given(seed=st.integers(0, 10_000))
@settings(max_examples=6)
def test_beats_are_found_at_any_pace(rate: float, seed: int) -> None:
    sound, spans = read_aloud(EXPECTED, seed, rate)
    parts = parts_of(sound, EXPECTED)
    assert parts is not None
    np.testing.assert_allclose([part.start for part in parts], [start - BEFORE for start, _ in spans], atol=0.03)
    np.testing.assert_allclose([part.end for part in parts], [end + AFTER for _, end in spans], atol=0.03)
    assert not any(part.odd or part.hurried for part in parts)


def test_pauses_alone_or_words_alone_would_not_do() -> None:
    """Inside of the fourth beat somebody looks something up for longer than between any two beats."""
    sound, spans = read_aloud(EXPECTED, 3, between=0.9)
    wave, (start, _) = sound.samples, spans[3]
    words = [end for first, end in _quiet_inside(wave[0], spans[3])]
    cut = round(words[0] * RATE)
    longer = Sound(np.concatenate([wave[:, :cut], _hush(2.5), wave[:, cut:]], axis=1))
    parts = parts_of(longer, EXPECTED)
    assert parts is not None
    assert parts[3].start == pytest.approx(start - BEFORE, abs=0.03)
    assert parts[4].start == pytest.approx(spans[4][0] + 2.5 - BEFORE, abs=0.03)


def _hush(seconds: float) -> np.ndarray:
    noise = np.random.default_rng(9).standard_normal(round(seconds * RATE))
    return (1e-3 * noise).astype(np.float32)[None]


def _quiet_inside(wave: np.ndarray, span: tuple[float, float]) -> list[tuple[float, float]]:
    """Where a beat rests, in seconds: between its phrases."""
    from clips.voice.measuring import words_of

    first, last = (round(moment * RATE) for moment in span)
    words = words_of(Sound(wave[None, first:last]))
    return [(a[1] + span[0], a[1] + span[0] + 0.1) for a in words[:-1]]


@pytest.mark.parametrize("beat", range(6))
def test_a_part_that_is_far_from_its_words_is_marked(beat: int) -> None:
    """A beat was read three times over: something near it should be listened to."""
    seconds = [3 * one if number == beat else one for number, one in enumerate(EXPECTED)]
    parts = parts_of(read_aloud(seconds, 5, between=2.5)[0], EXPECTED)
    assert parts is not None
    assert any(part.odd for part in parts)


def test_a_beat_that_was_left_out_hardly_goes_unnoticed() -> None:
    """Of 18 readings, each without one of the beats, at least 17 are doubted: a rest may be as long as a pause."""
    doubted = 0
    for left_out, seed in product(range(6), range(3)):
        read = [one for number, one in enumerate(EXPECTED) if number != left_out]
        parts = parts_of(read_aloud(read, seed, between=2.0)[0], EXPECTED)
        doubted += parts is None or any(part.odd or part.hurried for part in parts)
    assert doubted >= 17


def test_too_few_pauses_and_silence() -> None:
    sound, _ = read_aloud([3.0], 1)
    assert parts_of(sound, [1.0] * 9) is None
    assert parts_of(Sound(np.zeros((1, RATE), np.float32)), [1.0]) is None
    one = parts_of(sound, [2.0])
    assert one is not None
    assert len(one) == 1


def test_what_the_docstrings_say() -> None:
    assert doctest.testmod(pace, raise_on_error=True).attempted
