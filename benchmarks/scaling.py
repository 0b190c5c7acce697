"""What a lecture would take with so many workers: a model, of numbers that `costs.py` measures.

Workers take jobs in their order, each as soon as it is free. One process hands them out, takes in what comes back, and
delivers a clip when the last of its jobs is in; while it does that, nobody is given work. So three things bound what
more workers can do: the work itself, shared out evenly; the longest job, which nobody helps with; and that one process.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush


@dataclass(frozen=True)
class Task:
    """A job of a clip: seconds of its worker."""

    clip: str
    seconds: float


@dataclass(frozen=True)
class House:
    """Seconds until a worker has begun; of the process that hands out: to take in a job, and to deliver each clip."""

    start: float
    intake: float
    delivery: Mapping[str, float]

    def busy(self, tasks: Sequence[Task]) -> float:
        """How long the process that hands out is at work, in all."""
        return self.intake * len(tasks) + sum(self.delivery[clip] for clip in {task.clip for task in tasks})


@dataclass(frozen=True)
class Making:
    """How a making ends: after so many seconds, and what bounds it from below, by name."""

    workers: int
    seconds: float
    bounds: Mapping[str, float]

    @property
    def limit(self) -> str:
        """What keeps it from being shorter."""
        return max(self.bounds, key=self.bounds.__getitem__)

    @property
    def share(self) -> float:
        """How much of the workers' time is work."""
        return self.bounds["work"] / self.seconds


def making(tasks: Sequence[Task], workers: int, house: House) -> Making:
    """What tasks take in this order."""
    bounds = {
        "work": sum(task.seconds for task in tasks) / workers,
        "longest job": max(task.seconds for task in tasks),
        "delivery": house.busy(tasks),
    }
    return Making(workers, ended(tasks, workers, house), bounds)


def ended(tasks: Sequence[Task], workers: int, house: House) -> float:
    """When the last clip is delivered."""
    waiting, left, free = deque(tasks), Counter(task.clip for task in tasks), 0.0
    busy = [_begun(waiting, house.start) for _ in range(min(workers, len(tasks)))]
    heapify(busy)
    while busy:
        done, _, clip = heappop(busy)
        left[clip] -= 1
        free = max(free, done) + house.intake + (0.0 if left[clip] else house.delivery[clip])
        if waiting:
            heappush(busy, _begun(waiting, free))
    return free


def _begun(waiting: deque[Task], at: float) -> tuple[float, int, str]:
    """The next task, begun: when it is done; of tasks done at a time, the one that began first is taken in first."""
    task = waiting.popleft()
    return at + task.seconds, -len(waiting), task.clip


def first_waste(makings: Iterable[Making], least: float = 0.5) -> Making | None:
    """The first of some makings, with ever more workers, in which less than half of their time is work."""
    return next((made for made in makings if made.share < least), None)
