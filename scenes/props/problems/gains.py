"""The runs in which momentum gains something, beside gradient descent at the same learning rate.

Only that is said: gradient descent with a rate of its own may do as well. Each gain has what is compared: the error, or
the way that is gone across a valley, to and fro.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from objectives import OBJECTIVES, AnyObjective
from objectives.surfaces import ravine
from optimizers import GradientDescent, Momentum, Rule, Trajectory, descend, theory
from scenes.props.problems.example import Example
from scenes.stage.ink.palette import rule_color
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.figures import figure, in_math, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import tinted

FASTER, CALMER, THROUGH = "faster", "calmer", "through dips"
LESS = 0.5  # of what gradient descent has: a gain
TINY = 0.001  # a number below it is told so
STEEP = 25  # how many times steeper the ravine is across than along
LIMIT = theory.gradient_descent_limit() / STEEP  # the rate at which gradient descent diverges there
LARGE, HALF = 0.975 * LIMIT, 0.5  # next to it; and a momentum with which the run does not swing along

Runs = Mapping[str, Trajectory]


def gains(momentum: float) -> dict[str, Example]:
    """By the words that head them."""
    slope, valley, dips = OBJECTIVES["gentle_slope_neuron"], ravine(STEEP), OBJECTIVES["hillside"]
    faster, calmer = _runs(slope, 1.0, momentum, 30), _runs(valley, LARGE, HALF, 20)
    through = _runs(dips, 0.2, momentum, 100)
    return {
        FASTER: _gain(slope, faster, ("error", "error after 30 steps"), _errors(faster), (1.0, momentum)),
        CALMER: _near_the_limit(
            _gain(valley, calmer, ("way across", "way across, 20 steps"), _ways(calmer), (LARGE, HALF))
        ),
        THROUGH: _gain(
            dips, through, ("error", "error after 100 steps"), _errors(through), (0.2, momentum), passes(through)
        ),
    }


def passes(runs: Runs) -> bool:
    """Whether momentum ends on the other side of where gradient descent stays."""
    start, stay, end = (float(run.iterates[at, 0]) for run, at in ((runs[GD], 0), (runs[GD], -1), (runs[MOMENTUM], -1)))
    return (stay - start) * (end - stay) > 0


def _runs(objective: AnyObjective, rate: float, momentum: float, steps: int) -> Runs:
    rules: dict[str, Rule[Any]] = {GD: GradientDescent(rate), MOMENTUM: Momentum(rate, momentum)}
    return {name: descend(objective, rule, objective.start, steps) for name, rule in rules.items()}


def _errors(runs: Runs) -> dict[str, float]:
    return {name: float(run.values[run.ended_at]) for name, run in runs.items()}


def _ways(runs: Runs) -> dict[str, float]:
    """How far each goes up and down, all steps together."""
    return {name: float(np.abs(np.diff(run.iterates[: run.ended_at + 1, 1])).sum()) for name, run in runs.items()}


def _gain(
    objective: AnyObjective,
    runs: Runs,
    compared: tuple[str, str],
    numbers: dict[str, float],
    settings: tuple[float, float],
    also: bool = True,
) -> Example:
    """`compared` is what the numbers are, in short and in full; `also` is what else has to be so."""
    (what, told), (rate, momentum) = compared, map(typed, settings)
    two = (tinted(f"${in_math(figure(numbers[name], 2))}$", rule_color(name)) for name in (GD, MOMENTUM))
    change = " $arrow.r$ ".join(two)
    return Example(
        objective,
        runs,
        f"both at ${notation().learning_rate} = {rate}$",
        told,
        also and numbers[MOMENTUM] < LESS * numbers[GD],
        max(run.steps for run in runs.values()),
        numbers,
        settings=f"${notation().momentum} = {momentum}$",
        brief=f"{what} {_brief(numbers[MOMENTUM])}, without it {_brief(numbers[GD])}",
        short=f"{what} {change}",
        shorter=change,
        what=what,
    )


def _near_the_limit(gain: Example) -> Example:
    """With the rate at which gradient descent diverges beside the rate of both."""
    return replace(
        gain,
        said=f"{gain.said}, limit ${typed(LIMIT)}$",
        said_briefly=f"{gain.said.removeprefix('both at ')}, limit ${typed(LIMIT)}$",
    )


def _brief(value: float) -> str:
    """A result in two digits, as markup; of a tiny one, that it is."""
    return f"below ${TINY}$" if 0 <= value < TINY else f"${in_math(figure(value, 2))}$"
