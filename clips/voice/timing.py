"""The picture waits for the voice: how long a beat lasts, when it holds still, and when which words are read.

A motion is never stretched. What the voice needs more than the motion takes is a hold: whole frames in which nothing
moves. All of it is arithmetic on seconds and frames.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from itertools import pairwise

VERSION = 4  # of how a voice is made from takes, and joined to a picture
BREATH = 0.35  # seconds between the end of a voice and the next beat
TAIL = 0.2  # of them, in which the recording goes on; then it is silent, so that what follows is encoded by itself

STRETCH = Fraction(1024, 48_000)  # seconds of sound that AAC encodes as one
LONGEST_STEP = Fraction(3, 5)  # seconds that a hold may be longer for it

Span = tuple[float, float]


def held_frames(frames: int, end: float, rate: Fraction) -> int:
    """For how many frames a beat of so many holds still, so that a voice that ends at `end` seconds has a breath.

    Holds are whole steps, so that another take moves what follows by whole stretches of sound, which are then encoded
    as they were before.
    """
    step = hold_step(rate)
    return max(0, step * math.ceil((math.ceil((end + BREATH) * rate) - frames) / step))


def hold_step(rate: Fraction) -> int:
    """The fewest frames that last whole stretches of sound: 32 at 60 a second, half a second; 1 where that is long."""
    frames = (STRETCH * rate).numerator
    return frames if frames <= LONGEST_STEP * rate else 1


def spans(parts: Sequence[str], start: float, end: float, pauses: Sequence[Span] = ()) -> list[Span]:
    """When each part is said, from `start` to `end` in seconds: parted at pauses of the voice, where there are enough.

    By their lengths in letters it is guessed where one part ends; there is parted in the pause that is nearest, a long
    one from farther away, and none is left without one. Without pauses the guess holds.
    """
    total, passed, bounds = sum(map(len, parts)) or 1, 0, [(start, start)]
    for number, part in enumerate(parts[:-1], 1):
        passed += len(part)
        guess = max(bounds[-1][1], start + (end - start) * passed / total)
        free = [pause for pause in pauses if pause[0] >= bounds[-1][1]]
        free = free[: max(0, len(free) - (len(parts) - 1 - number))]  # the parts that follow need some, too
        bounds.append(min(free, key=partial(_far, guess), default=(guess, guess)))
    return [(before[1], after[0]) for before, after in pairwise([*bounds, (end, end)])]


def _far(guess: float, pause: Span) -> float:
    """How far a pause is from where one is expected; a long one is taken for nearer."""
    return abs(sum(pause) / 2 - guess) - (pause[1] - pause[0])
