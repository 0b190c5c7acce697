"""What filming takes, from what it took before: for the order of jobs, and for the time left on the screen."""

from __future__ import annotations

import math
from dataclasses import dataclass

from clips.job import Job
from clips.keeping.store import CostRow, Store
from clips.profile import Profile

GUESSED_LENGTH = 10.0  # seconds of an unknown beat
GUESSED_FRAME = 0.011  # seconds to film a frame of 720p
GUESSED_SKIP = 0.5  # seconds to pass over a beat
REFERENCE = 1280 * 720
#: By which powers filming grows: part of the work does not depend on the size, and frames that follow each other soon
#: are more alike. Measured from 480p15 to 2160p60 (benchmarks/costs.py).
BY_SIZE, BY_RATE = 0.5, 0.8
LEAST = 2.0  # seconds that a job should last: below, its start weighs too much


@dataclass(frozen=True)
class Cost:
    """Of one beat in one profile: seconds to film it, to pass over it, and its length."""

    filming: float
    skipping: float
    length: float


class Costs:
    """Looks costs up in a store; what was never filmed is guessed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, list[CostRow]] = {}

    def beat(self, clip: str, beat: str, profile: Profile) -> Cost:
        """What a beat costs in a profile; filmed in another profile, scaled from there."""
        rows = [row for row in self._rows(clip) if row.beat == beat]
        length = next((row.length for row in rows if row.length is not None), GUESSED_LENGTH)
        skips = [row.skipped for row in rows if row.skipped is not None]
        filmed = [_scaled(row, profile) for row in rows if row.seconds is not None]
        nearest = min(filmed, default=(0.0, length * float(profile.rate) * _guess(profile)))
        return Cost(nearest[1], min(skips, default=min(GUESSED_SKIP, nearest[1])), length)

    def is_known(self, clip: str, beat: str) -> bool:
        """Whether a beat was filmed before, in whatever profile."""
        return any(row.beat == beat and row.seconds is not None and row.length for row in self._rows(clip))

    def seconds(self, job: Job) -> float:
        """What a job takes: its beats, or its part of one, and passing over what stands before the end."""
        costs = self._costs(job)
        return self.skipping(job) + sum(cost.filming * _share(cost, job) for cost in costs)

    def skipping(self, job: Job) -> float:
        """Seconds to pass over what stands before the last beat of a job and is not filmed by it."""
        order = list(dict.fromkeys(row.beat for row in self._rows(job.clip)))
        wanted = set(job.beats or ())
        last = max((order.index(beat) for beat in wanted if beat in order), default=0)
        before = sum(cost.skipping for cost in self._costs(job)) if job.span.start else 0.0
        return before + sum(
            self.beat(job.clip, beat, job.profile).skipping for beat in order[:last] if beat not in wanted
        )

    def frames(self, job: Job) -> int:
        """How many frames a job draws, about."""
        return round(sum(cost.length * _share(cost, job) for cost in self._costs(job)) * float(job.profile.rate))

    def _costs(self, job: Job) -> list[Cost]:
        return [self.beat(job.clip, beat, job.profile) for beat in job.beats or ()]

    def worth_a_job(self, job: Job) -> bool:
        """Whether these beats are enough for a job of their own."""
        return self.seconds(job) > max(LEAST, 3 * self.skipping(job))

    def _rows(self, clip: str) -> list[CostRow]:
        if clip not in self._known:
            self._known[clip] = self._store.costs(clip)
        return self._known[clip]


def _share(cost: Cost, job: Job) -> float:
    """How much of a beat a job films."""
    frames = max(1, round(cost.length * job.profile.rate))
    return len(job.span.of(0, frames)) / frames


def _scaled(row: CostRow, profile: Profile) -> tuple[float, float]:
    """How far a row is from a profile, and its cost brought over to it."""
    pixels = profile.width * profile.height
    work = math.pow(float(profile.rate) / row.rate, BY_RATE) * math.pow(pixels / row.pixels, BY_SIZE)
    return abs(work - 1), (row.seconds or 0.0) * work


def _guess(profile: Profile) -> float:
    return GUESSED_FRAME * math.pow(profile.width * profile.height / REFERENCE, BY_SIZE)
