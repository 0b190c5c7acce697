"""The runs in which momentum gains something, beside gradient descent at the same learning rate.

Only that is said: gradient descent with a rate of its own may do as well. Each gain has what is compared: how many
steps half the error takes, the way that is gone across a valley, to and fro, or the error. That of a step that is
picked would say little of two runs that both arrive: the one that swings may be the higher one there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from objectives import OBJECTIVES, AnyObjective
from objectives.surfaces import ravine
from optimizers import GradientDescent, Momentum, Rule, Trajectory, descend, theory
from scenes.props.problems.example import Example, instead
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.figures import figure, in_math, typed
from scenes.stage.words.notation import notation

FASTER, CALMER, THROUGH = "faster", "calmer", "through dips"
LESS = 0.5  # of what gradient descent has: a gain
TINY = 0.001  # an error below it is told so
LEFT, COUNTED, SEEN = 0.5, 500, 30  # of the first error; steps in which that has to be left, and steps that are shown
STEEP = 25  # how many times steeper the ravine is across than along
LIMIT = theory.gradient_descent_limit() / STEEP  # the rate at which gradient descent diverges there
LARGE, HALF = 0.975 * LIMIT, 0.5  # next to it; and a momentum with which the run does not swing along
NEAR = "in a ravine, rate near its limit"
HALVED = "error halved", "error halved at step"

Runs = Mapping[str, Trajectory]


def gains(momentum: float) -> dict[str, Example]:
    """By the words that head them."""
    slope, valley, dips = OBJECTIVES["gentle_slope_neuron"], ravine(STEEP), OBJECTIVES["hillside"]
    shown, counted = (_runs(slope, 1.0, momentum, steps) for steps in (SEEN, COUNTED))
    calmer, through = _runs(valley, LARGE, HALF, 20), _runs(dips, 0.2, momentum, 100)
    plain, steep, wavy = (
        (slope, "on a gentle slope", ""),
        (valley, NEAR, "in a ravine, large rate"),
        (dips, "over dips", ""),
    )
    calm = _gain(steep, calmer, ("way across", "way across, 20 steps"), _ways(calmer), HALF, _rounded)
    return {
        FASTER: _gain(plain, shown, HALVED, _arrivals(counted), momentum, _counted, unit=" steps"),
        CALMER: replace(calm, short=f"{calm.short} ({calm.settings})"),  # not the momentum of the others
        THROUGH: _gain(
            wavy, through, ("error", "error after 100 steps"), _errors(through), momentum, _rounded, passes(through)
        ),
    }


def passes(runs: Runs) -> bool:
    """Whether momentum ends on the other side of where gradient descent stays."""
    start, stay, end = (float(run.iterates[at, 0]) for run, at in ((runs[GD], 0), (runs[GD], -1), (runs[MOMENTUM], -1)))
    return (stay - start) * (end - stay) > 0


def _runs(objective: AnyObjective, rate: float, momentum: float, steps: int) -> Runs:
    rules: dict[str, Rule[Any]] = {GD: GradientDescent(rate), MOMENTUM: Momentum(rate, momentum)}
    return {name: descend(objective, rule, objective.start, steps) for name, rule in rules.items()}


def _arrivals(runs: Runs) -> dict[str, float]:
    """From which step on each has no more than half of its first error; infinite where that does not come."""
    found = {name: run.stays_below(LEFT * float(run.values[0])) for name, run in runs.items()}
    return {name: float("inf") if step is None else float(int(step)) for name, step in found.items()}


def _errors(runs: Runs) -> dict[str, float]:
    return {name: float(run.values[run.ended_at]) for name, run in runs.items()}


def _ways(runs: Runs) -> dict[str, float]:
    """How far each goes up and down, all steps together."""
    return {name: float(np.abs(np.diff(run.iterates[: run.ended_at + 1, 1])).sum()) for name, run in runs.items()}


def _gain(
    on: tuple[AnyObjective, str, str],
    runs: Runs,
    compared: tuple[str, str],
    numbers: dict[str, float],
    momentum: float,
    told: Callable[[float], str],
    also: bool = True,
    unit: str = "",
) -> Example:
    """`on` is where, and how that is called, at length and briefly; `compared` what the numbers are, in short and in
    full; `also` is what else has to be so."""
    objective, said, said_briefly = on
    what, finding = compared
    shown = {name: told(number) for name, number in numbers.items()}
    return Example(
        objective,
        runs,
        said,
        finding,
        also and numbers[MOMENTUM] < LESS * numbers[GD],
        max(run.steps for run in runs.values()),
        numbers,
        told=shown,
        settings=f"${notation().momentum} = {typed(momentum)}$",
        unit=unit,
        short=instead(shown, unit),
        what=what,
        said_briefly=said_briefly,
    )


def _counted(step: float) -> str:
    """A step, as markup."""
    return f"${int(step)}$" if np.isfinite(step) else f"more than ${COUNTED}$"


def _rounded(value: float) -> str:
    """A result in two digits, as markup; of a tiny one, that it is."""
    return f"below ${TINY}$" if 0 <= value < TINY else f"${in_math(figure(value, 2))}$"
