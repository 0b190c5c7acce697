"""A learning rate for a surface of which nothing is known: tried, not guessed.

One run for each rate of a ladder, all in one call. The ladder reaches from steps that nobody sees to one as long as the
picture: so it fits a function as tall as a tower or as flat as a plain. Taken is the smallest rate that gets nearly as
low as any, stays in the picture and takes no leaps: so the way down can be followed, and no rule is held back by the
rate of another. How low each of the rates gets that can be followed is kept: whether a rule stays behind for its rate
alone, these tell. Where rules are compared by how low they get, each has the best of many rates (`THE_BEST`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from objectives import AnyObjective
from optimizers import Rule, Trajectory, descend
from scenes.stage.ink.drawing import Array
from scenes.stage.panels.plot import Range

SHORTEST, LONGEST = 1e-8, 1.0  # of the window's size: the first steps of the ladder
NEARLY = 0.02  # of the way down: as low
SETTLED = 0.2  # of the steps, at the end, all of which count
BEYOND = 0.06  # of the window's size: still in the picture
LEAP = 0.16  # of the window's size: a step that is too long to be followed
COARSE, FINE = (1, 2, 5), (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)  # rates of a decade


@dataclass(frozen=True)
class Search:
    """Among which rates of a decade is sought, what is nearly as low as the best, and which steps are leaps."""

    rungs: tuple[float, ...] = COARSE
    nearly: float = NEARLY
    leap: float = LEAP


TO_FOLLOW, THE_BEST = Search(), Search(FINE, 0.0, np.inf)


@dataclass(frozen=True)
class Fit:
    """A learning rate, whether its run can be followed, and the last value at each rate of which that is so."""

    rate: float
    is_followed: bool
    followed: Mapping[float, float] = field(default_factory=dict)


def fitting_rate(
    objective: AnyObjective,
    rule: Callable[[Array], Rule[Any]],
    start: tuple[float, ...],
    steps: int,
    view: tuple[Range, ...],
    descend: Callable[..., Trajectory] = descend,
    search: Search = TO_FOLLOW,
) -> Fit:
    """The learning rate, a round number, for the rule that `rule` makes of rates; `view` is the picture, `descend`
    what runs them."""
    rates = ladder(objective, rule, start, view, search.rungs)
    run = descend(objective, rule(rates), start, steps)
    kept = _inside(run.iterates, view)
    inside, short = kept.all(axis=0), _strides(run, view) < search.leap
    if not (inside & short).any():
        long = np.flatnonzero(kept.sum(axis=0) > 0.5 * steps)
        return Fit(float(rates[long[-1] if len(long) else 0]), is_followed=False)
    last = run.values[-max(1, round(SETTLED * steps)) :]
    highest = np.max(np.where(np.isfinite(last), last, np.inf), axis=0)
    ends = np.where(inside & short, highest, np.inf)
    hair = search.nearly * max(float(run.values[0, 0] - ends.min()), 0.0)
    followed = {float(rates[k]): float(run.values[-1, k]) for k in np.flatnonzero(inside & short)}
    return Fit(float(rates[int(np.argmax(ends <= ends.min() + hair))]), is_followed=True, followed=followed)


def ladder(
    objective: AnyObjective,
    rule: Callable[[Array], Rule[Any]],
    start: tuple[float, ...],
    view: tuple[Range, ...],
    rungs: tuple[float, ...] = COARSE,
) -> Array:
    """Rates 1, 2, 5, 10 ..., or others, whose first steps are from `SHORTEST` to `LONGEST` of the picture's size."""
    first = descend(objective, rule(np.ones(1)), start, 1)
    with np.errstate(all="ignore"):
        reach = float(np.max(np.abs(first.updates[0, 0]) / np.ptp(np.array(view), axis=1)))
    reach = reach if np.isfinite(reach) and reach > 0 else 1.0
    low, high = (int(np.floor(np.log10(share / reach))) for share in (SHORTEST, LONGEST))
    return np.array([float(f"{factor}e{power}") for power in range(low, high + 1) for factor in rungs])


def _strides(run: Trajectory, view: tuple[Range, ...]) -> Array:
    """The longest step at each rate, in sizes of the picture."""
    with np.errstate(all="ignore"):
        steps = np.abs(run.updates) / np.ptp(np.array(view), axis=1)
    return np.asarray(np.max(np.nan_to_num(steps, nan=np.inf), axis=(0, 2), initial=0.0))


def _inside(iterates: Array, view: tuple[Range, ...]) -> Array:
    """Which iterates (steps + 1, rates) are in the picture."""
    low, high = np.array(view).T
    room = BEYOND * (high - low)
    with np.errstate(invalid="ignore"):
        return np.asarray(((iterates >= low - room) & (iterates <= high + room)).all(axis=-1))
