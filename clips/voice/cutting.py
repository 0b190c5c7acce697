"""One long take of a clip, cut into its beats: at which pauses, is chosen for all beats together.

Who reads a clip aloud pauses longest between beats, but not only there, and not always longer than after a sentence. So
two things speak for a cut: that its pause is long, and that what lies between two cuts takes as long as the words of
that beat would at the reader's own pace. The best sum over all beats is found by dynamic programming; nobody has to
hear what was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clips.voice.audio import Sound
from clips.voice.measuring import words_of

Seconds: TypeAlias = NDArray[np.float64]

BEFORE, AFTER = 0.15, 0.25  # seconds of quiet that a take keeps before and after its words
UNSURE = 0.2  # of the time that the words of a beat take, by which a reader's may differ; and
UNSURE_SECONDS = 0.4  # so much in any case
WORTH = 1.5  # how much a pause of e times the length speaks for a cut, against half a deviation squared
LONG = 2.0  # seconds: a pause that is longer is no better
ROUNDS = 3  # of finding the reader's pace, and the cuts at that pace
SHORT = 0.5  # of the pause in the middle: who pauses between beats hardly pauses so shortly between two of them
ODD = 1.25  # deviations, from which on a part should be listened to


@dataclass(frozen=True)
class Part:
    """What is proposed for a beat, in seconds of the long take; `odd`: it is far shorter or longer than its words.

    `hurried`: the pause before it is much shorter than those before the others, as where a beat was left out.
    """

    start: float
    end: float
    expected: float
    odd: bool
    hurried: bool = False

    @property
    def seconds(self) -> float:
        return self.end - self.start


def parts_of(sound: Sound, expected: Sequence[float]) -> tuple[Part, ...] | None:
    """The parts of a take, one for each beat, whose words take about `expected` seconds to say.

    None, if it has too few pauses. The reader's pace is that of the whole take at first, then that of the beat in the
    middle: so one that was read twice does not count.
    """
    words = words_of(sound)
    if len(words) < len(expected):
        return None
    lengths = np.array([end - start for start, end in words])
    pauses = np.array([after[0] - before[1] for before, after in pairwise(words)])
    wanted = np.array(expected, dtype=float)
    pace = lengths.sum() / wanted.sum()
    for _ in range(ROUNDS):
        bounds = _best_bounds(lengths, pauses, pace * wanted)
        said = np.add.reduceat(lengths, bounds[:-1])
        pace = np.median(said / wanted)
    odd = np.abs(deviation(said, pace * wanted)) > ODD
    rests = pauses[np.array(bounds[1:-1], dtype=int) - 1]
    hurried = [False, *(rests < SHORT * np.median(rests) if len(rests) else [])]
    spans = [_span(words, first, last, sound.seconds) for first, last in pairwise(bounds)]
    return tuple(
        Part(*span, float(seconds), bool(far), bool(near))
        for span, seconds, far, near in zip(spans, pace * wanted, odd, hurried, strict=True)
    )


def deviation(seconds: Seconds, expected: Any) -> Seconds:
    """How far what was said is from what its words take, in deviations."""
    far: Seconds = (seconds - expected) / (UNSURE * expected + UNSURE_SECONDS)
    return far


def _best_bounds(lengths: Seconds, pauses: Seconds, expected: Seconds) -> list[int]:
    """With which stretches of words the beats begin, and how many stretches there are.

    `best[n]` is the best sum for the beats so far, where they end before stretch n; `came` tells where from.
    """
    ends = np.concatenate([[0.0], np.cumsum(lengths)])
    worth = np.concatenate([[0.0], WORTH * np.log(np.minimum(pauses, LONG)), [0.0]])
    best = np.where(np.arange(len(ends)) == 0, 0.0, -np.inf)
    came = []
    for wanted in expected:
        between = ends[None, :] - ends[:, None]  # spoken from stretch m up to n, where m < n
        sums = np.where(between > 0, best[:, None] - deviation(between, wanted) ** 2 / 2, -np.inf)
        came.append(sums.argmax(axis=0))
        best = sums.max(axis=0) + worth
    bounds = [len(lengths)]
    for origins in reversed(came):
        bounds.append(int(origins[bounds[-1]]))
    return bounds[::-1]


def _span(words: Sequence[tuple[float, float]], first: int, last: int, end: float) -> tuple[float, float]:
    """From a little before the first word to a little after the last; never into the words of another beat."""
    before = (words[first - 1][1] + words[first][0]) / 2 if first else 0.0
    after = (words[last - 1][1] + words[last][0]) / 2 if last < len(words) else end
    return max(before, words[first][0] - BEFORE), min(after, words[last - 1][1] + AFTER)
