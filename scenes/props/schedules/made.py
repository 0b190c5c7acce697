"""The clip's runs, made of its parameters: those with noise, and those from the steep start."""

from __future__ import annotations

from typing import Any

import numpy as np

from objectives import AnyObjective
from optimizers import GradientDescent, descend
from optimizers.noise import descend_noisy
from optimizers.schedules import RateSchedule, make_schedule, rates, scheduled
from scenes.props.schedules.telling import BEST, CONSTANT, LARGE, SMALL, WARMED, Steep, Tale
from scenes.props.schedules.walks import (
    Walk,
    best_constant,
    clouds_of,
    crowds,
    first_near,
    largest_stable,
    lowest,
    noises_of,
    radius_of_near,
    titles_of,
)
from scenes.stage.ink.drawing import Array
from scenes.stage.runs.lowest_end import lowest_rate, tried_rates

FAN, NOISES = 12, 50  # steps whose gradients are seen at one place; noises that are compared

Ruled = dict[str, tuple[float, RateSchedule]]


def tale_of(objective: AnyObjective, start: Array, goal: Array, wanted: Any) -> Tale:
    """The runs with noise, by the parameters `wanted`."""
    ruled, steps = _with_noise(wanted), int(wanted.steps)
    walks, near = {}, radius_of_near(start, goal)
    for name, (rate, schedule) in ruled.items():
        rule = scheduled(GradientDescent(rate), schedule, steps)
        run = descend_noisy(objective, rule, start, steps, deviation=wanted.noise, seed=wanted.seed)
        walks[name] = Walk(run, rates(schedule, rate, steps), goal, near)
    noises = noises_of(wanted.noise, wanted.seed, NOISES, max(steps, FAN))
    far = dict(zip(ruled, crowds(objective, ruled.values(), start, goal, noises[:steps]), strict=True))
    best = best_constant(objective, tried_rates(wanted.small_learning_rate), start, goal, noises[:steps])
    names = ("large, constant", "small, constant", *titles_of(wanted.schedules))
    slope, rest = np.asarray(objective.gradient(start)), float(np.linalg.norm(objective.gradient(goal)))
    every, nears = (
        {key: found(one) for key, one in far.items()} for found in (clouds_of, lambda one: first_near(one, near))
    )
    return Tale(walks, every, nears, best, dict(zip(ruled, names, strict=True)), noises[:FAN, 0], slope, rest)


def _with_noise(wanted: Any) -> Ruled:
    """The rate and the schedule of each run."""
    ruled = {LARGE: (wanted.learning_rate, _constant()), SMALL: (wanted.small_learning_rate, _constant())}
    for k, text in enumerate(wanted.schedules, start=1):
        ruled[f"schedule_{k}"] = wanted.learning_rate, make_schedule(text)
    return ruled


def steep_of(objective: AnyObjective, start: Array, wanted: Any) -> Steep:
    """The runs from the steep start: at the large rate, at the constant one that ends lowest, and warmed up."""
    goal, top, steps = lowest(objective, start), float(wanted.second_learning_rate), int(wanted.steps)
    bound = float(largest_stable(objective, start[np.newaxis])[0])
    best = lowest_rate(objective, start, steps, bound if np.isfinite(bound) else top)
    warmed = make_schedule(wanted.second_schedule)
    ruled: Ruled = {CONSTANT: (top, _constant()), BEST: (best, _constant()), WARMED: (top, warmed)}
    walks, limits = {}, {}
    for name, (rate, schedule) in ruled.items():
        run = descend(objective, scheduled(GradientDescent(rate), schedule, steps), start, steps)
        walks[name] = Walk(run, rates(schedule, rate, steps), goal, radius_of_near(start, goal))
        limits[name] = largest_stable(objective, run.iterates[: run.ended_at + 1])
    return Steep(walks, limits)


def _constant() -> RateSchedule:
    schedule: RateSchedule = make_schedule("constant")
    return schedule
