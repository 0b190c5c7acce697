"""Runs as the clip looks at them: how soon one is near the lowest point, and how far from it it is in the end.

Near is within a fifth of the way from the start, rounded. The end is the last third of the steps, and how far a run is
from the lowest point then is the root of the mean square of its distances: the size of the cloud in which it dances.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np

from objectives import AnyObjective
from optimizers import GradientDescent, Rule, Trajectory
from optimizers.noise import Noisy, noise_at
from optimizers.schedules import RateSchedule, make_schedule, scheduled
from optimizers.trajectory import Schedule, run
from scenes.lecture_scene import as_schedule
from scenes.stage.ink.drawing import Array
from scenes.stage.maps.contour_map import heights
from scenes.stage.maps.touching import known_minima
from scenes.stage.words.endings import flies_off

NEAR = 0.2  # of the way from the start to the lowest point
MOST = 3  # schedules that are compared


def as_schedules(value: object) -> object:
    """Several schedules as they are typed, each refused with a sentence if it is none."""
    return tuple(map(as_schedule, value)) if isinstance(value, tuple | list) else as_schedule(value)


def titles_of(texts: Sequence[str]) -> list[str]:
    """What schedules are called: by their shape, and as they were typed where two have the same."""
    short = [make_schedule(text).title.replace("step", "step decay") for text in texts]
    return [one if short.count(one) == 1 and one != "formula" else text for one, text in zip(short, texts, strict=True)]


def lowest(objective: AnyObjective, start: Array) -> Array:
    """The lowest of the minima that are listed or found (2,), of equals the one next to the start; else the lowest
    point of a grid over the window."""
    places = known_minima(objective)
    if not len(places):
        across, up, values = heights(objective, objective.view[0], objective.view[1])
        row, column = np.unravel_index(np.argmin(np.nan_to_num(values, nan=np.inf)), values.shape)
        return np.array([across[column], up[row]])
    values = np.asarray(objective.value(places))
    least = places[values <= values.min() + 1e-9 * (1 + abs(values.min()))]
    return np.asarray(least[np.argmin(np.linalg.norm(least - start, axis=1))])


def radius_of_near(start: Array, goal: Array) -> float:
    """A fifth of the way, to one digit; 1 where the start is the goal."""
    return float(f"{NEAR * float(np.linalg.norm(start - goal)):.1g}") or 1.0


@dataclass(frozen=True, eq=False)
class Walk:
    """A run with its rates (steps,), the lowest point (2,) and the radius within which it is near that."""

    run: Trajectory
    rates: Array
    goal: Array
    near: float

    @cached_property
    def distances(self) -> Array:
        """From the lowest point, of all iterates up to where it ended; infinite beyond all bounds."""
        with np.errstate(all="ignore"):
            away = np.linalg.norm(self.run.iterates[: self.run.ended_at + 1] - self.goal, axis=1)
        return np.asarray(np.nan_to_num(away, nan=np.inf, posinf=np.inf))

    def heights(self, base: float) -> Array:
        """Of the same iterates, above a height."""
        return np.asarray(self.run.values[: self.run.ended_at + 1] - base)

    @property
    def near_at(self) -> int | None:
        """The first step after which it is near."""
        found = np.flatnonzero(self.distances <= self.near)
        return int(found[0]) if len(found) else None

    @property
    def arrives_late(self) -> bool:
        """Whether it is near only when most of the last third is over: its cloud is rather the way there."""
        left = len(self.distances) - (self.near_at or 0)
        return self.near_at is not None and 2 * left < len(self.late)

    @property
    def late(self) -> Array:
        """The distances after the steps of the last third."""
        return self.distances[-third(len(self.rates)) :]

    @property
    def cloud(self) -> float:
        """The root of the mean square of these; infinite for a run that flies off."""
        return rms(self.late) if not flies_off(self.run) else float("inf")


def third(steps: int) -> int:
    """A third of so many steps, at least one."""
    return max(1, steps // 3)


def rms(distances: Array) -> float:
    """The root of the mean square."""
    with np.errstate(over="ignore"):
        return float(np.sqrt(np.mean(np.square(distances))))


def crowds(
    objective: AnyObjective,
    ruled: Iterable[tuple[float, RateSchedule]],
    start: Array,
    goal: Array,
    noises: Array,
) -> list[Array]:
    """For each learning rate and schedule the distances (steps + 1, s) of runs with `noises` (steps, s, 2) on their
    gradients."""
    return [
        _far(objective, scheduled(GradientDescent(rate), schedule, len(noises)), start, goal, noises)
        for rate, schedule in ruled
    ]


def _far(objective: AnyObjective, rule: Rule[Any] | Schedule, start: Array, goal: Array, noises: Array) -> Array:
    starts = np.broadcast_to(start, noises.shape[1:])
    problems = (Noisy(problem, error) for problem, error in zip(repeat(objective), noises, strict=False))
    with np.errstate(all="ignore"):
        away = np.linalg.norm(run(objective, problems, rule, starts, len(noises)).iterates - goal, axis=-1)
    return np.asarray(np.nan_to_num(away, nan=np.inf, posinf=np.inf))


def clouds_of(far: Array) -> Array:
    """The clouds (s,) of runs by their distances (steps + 1, s)."""
    with np.errstate(over="ignore"):
        return np.asarray(np.sqrt(np.mean(np.square(far[-third(len(far) - 1) :]), axis=0)))


def first_near(far: Array, near: float) -> Array:
    """The first steps (s,) after which they are near; infinite for those that never are."""
    found = far <= near
    return np.where(found.any(axis=0), np.argmax(found, axis=0), np.inf)


def best_constant(objective: AnyObjective, rates: Array, start: Array, goal: Array, noises: Array) -> float:
    """The smallest cloud that a constant one of `rates` (n,) has, over all noises (steps, s, 2)."""
    count = noises.shape[1]
    rule = GradientDescent(np.repeat(rates, count))
    found = clouds_of(_far(objective, rule, start, goal, np.tile(noises, (1, len(rates), 1)))).reshape(-1, count)
    with np.errstate(over="ignore"):
        return float(np.sqrt(np.mean(np.square(found), axis=1)).min())


def noises_of(deviation: float, seed: int, count: int, steps: int) -> Array:
    """The noise of each step for `count` seeds from one on: (steps, count, 2)."""
    return np.array([[noise_at(k, 2, deviation, seed + s) for s in range(count)] for k in range(steps)])


def largest_stable(objective: AnyObjective, iterates: Array) -> Array:
    """2 over the largest eigenvalue of the Hessian at each place (n, 2): above it a step gets further from the floor of
    the quadratic that touches there. Infinite where nothing bends up; NaN where there is no Hessian."""
    with np.errstate(all="ignore"):
        hessians = np.asarray(objective.hessian(iterates))
        known = np.isfinite(hessians).all(axis=(-1, -2))
        top = np.full(len(iterates), np.nan)
        top[known] = np.linalg.eigvalsh(hessians[known])[:, -1] if known.any() else 0.0
        return np.where(np.isnan(top), np.nan, np.where(top > 0, 2.0 / top, np.inf))
