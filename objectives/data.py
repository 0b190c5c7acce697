"""Objectives that come from data: a sigmoid neuron on small data sets, and a regression with a sine.

The neuron f(x) = 1 / (1 + e^-(w x + b)) is fitted to a few points. Moving a point reshapes the whole error
surface, and that is how the lecture gets from a gentle slope to a valley: same formula, other data.
"""

from __future__ import annotations

from functools import lru_cache
from math import log

import numpy as np
import sympy
from sympy import cos, exp, sin

from objectives.data_objective import DataObjective
from objectives.objective import Point, View

w, b = NEURON = sympy.symbols("w b", real=True)
w0, w1 = LINE = sympy.symbols("w0 w1", real=True)
x, y = sympy.symbols("x y", real=True)

SLIDES = "'Module 5.4: Momentum based Gradient Descent' (CS7015, IIT Madras)"
OURS = f"Momentum in Motion: data that do what {SLIDES} shows as a picture only."

NOISY = "Momentum in Motion: a neuron's own answers, with noise."

Samples = tuple[float, ...]


def sigmoid_neuron(
    data_set: str, inputs: Samples, targets: Samples, view: View, minima: tuple[Point, ...], start: Point, source: str
) -> DataObjective:
    """The error of one sigmoid neuron: the sum over the samples of (f(x) - y)^2 / 2."""
    neuron = 1 / (1 + exp(-(w * x + b)))
    return DataObjective(
        name=f"{data_set}_neuron",
        title=f"error of a sigmoid neuron, {data_set.replace('_', ' ')} data",
        loss=(neuron - y) ** 2 / 2,
        model=neuron,
        variables=NEURON,
        data={"x": np.array(inputs), "y": np.array(targets)},
        view=view,
        minima=minima,
        start=start,
        source=source,
    )


def through_both(inputs: Samples, targets: Samples) -> tuple[Point]:
    """The weights of the neuron that meets two samples exactly, w x + b = log(y / (1 - y)): error 0."""
    (x1, x2), (u1, u2) = inputs, (log(target / (1 - target)) for target in targets)
    slope = (u2 - u1) / (x2 - x1)
    return ((slope, u1 - slope * x1),)


def gentle_slope_neuron() -> DataObjective:
    """The lecture's first data: a gentle slope before a wide valley."""
    inputs, targets = (0.5, 2.5), (0.2, 0.9)
    view = ((-3.0, 4.5), (-6.5, 1.0))
    return sigmoid_neuron(
        "gentle_slope", inputs, targets, view, through_both(inputs, targets), (-2.0, -2.0), f"{SLIDES}."
    )


def valley_neuron() -> DataObjective:
    """A narrow valley: momentum swings across it and turns back many times."""
    inputs, targets = (1.5, 4.5), (0.05, 0.85)
    view = ((-3.0, 4.0), (-6.4, 0.6))
    return sigmoid_neuron("valley", inputs, targets, view, through_both(inputs, targets), (-1.5, -0.5), OURS)


def dip_valley_neuron() -> DataObjective:
    """A valley where the error after 100 steps is small only in a dip of an oscillation."""
    inputs, targets = (1.5, 2.5), (0.3, 0.8)
    view = ((-3.5, 3.5), (-6.0, 1.0))
    return sigmoid_neuron("dip_valley", inputs, targets, view, through_both(inputs, targets), (-2.5, -2.5), OURS)


def narrow_valley_neuron() -> DataObjective:
    """The narrowest of the valleys: seventeen u-turns in 100 steps."""
    inputs, targets = (3.0, 5.0), (0.3, 0.8)
    view = ((-4.0, 4.0), (-5.0, 4.0))
    return sigmoid_neuron("narrow_valley", inputs, targets, view, through_both(inputs, targets), (-3.0, 3.0), OURS)


def diagonal_valley_neuron() -> DataObjective:
    """A valley that runs across both axes."""
    inputs, targets = (0.5, 0.9), (0.7, 0.5)
    view = ((-4.5, 1.5), (-4.2, 3.2))
    return sigmoid_neuron("diagonal_valley", inputs, targets, view, through_both(inputs, targets), (-3.5, -3.5), OURS)


def six_points_neuron() -> DataObjective:
    """Six samples that no neuron meets: here momentum ends far worse than gradient descent."""
    inputs, targets = (3.5, 0.35, 3.2, -2.0, 1.5, -0.5), (0.5, 0.5, 0.5, 0.5, 0.1, 0.3)
    view = ((-4.0, 4.0), (-7.0, 5.0))
    minima = ((0.02034063392375236, -0.42626680651801335),)
    return sigmoid_neuron(
        "six_points", inputs, targets, view, minima, (2.1, 4.0), "Six published points on which momentum does worse."
    )


def forty_points_neuron() -> DataObjective:
    """Forty noisy samples of a neuron: a narrow valley, as real data have it, and a curve that meets few of them.

    y = 1 / (1 + e^-(2.2 x - 4.8)) + noise of standard deviation 1/10 at random inputs from 0 to 4.
    """
    random = np.random.RandomState(42)
    inputs = random.uniform(0, 4, 40)
    targets = 1 / (1 + np.exp(-(2.2 * inputs - 4.8))) + random.normal(0, 0.1, 40)
    view, minima = ((-2.5, 6.0), (-8.0, 2.5)), ((2.0986673455703517, -4.623288582841979),)
    return sigmoid_neuron(
        "forty_points", tuple(inputs.tolist()), tuple(targets.tolist()), view, minima, (-1.5, 1.5), NOISY
    )


def regression_sine(seed: int = 42, samples: int = 200) -> DataObjective:
    """A straight line fitted to noisy data, with a wave on the error so that it has more than one minimum.

    y = 3 x + 2 + noise of standard deviation 1/2, from NumPy's legacy generator, as the source draws it.
    The minima are known for the default data only.
    """
    inputs = np.linspace(-2, 2, samples)
    noise = np.random.RandomState(seed).normal(0, 0.5, samples)
    known = (seed, samples) == (42, 200)
    return DataObjective(
        name="regression_sine",
        title="regression with a sine",
        loss=(w0 * x + w1 - y) ** 2,
        model=w0 * x + w1,
        variables=LINE,
        data={"x": inputs, "y": 3 * inputs + 2 + noise},
        view=((-1.0, 8.0), (-5.0, 6.0)),
        minima=((2.123118844424369, 2.7640917936840785), (3.9613028374156527, 0.74316970387265)) if known else (),
        start=(6.0, -3.0),
        source="'The Optimizers Chronicles' (notebook), regression in three dimensions.",
        reduction="mean",
        regulariser=5 * sin(w0) * cos(w1),
    )


@lru_cache(maxsize=64)  # the same object for the same samples: its runs are known by it
def regression_line(seed: int = 42, samples: int = 200) -> DataObjective:
    """A straight line fitted to the same noisy data by least squares, and nothing else: a bowl with one minimum.

    The minimum is that of NumPy's polynomial fit, which solves the normal equations by another way than descent.
    """
    waved = regression_sine(seed, samples)
    slope, offset = np.polyfit(waved.data["x"], waved.data["y"], 1)
    return DataObjective(
        name="regression_line",
        title="regression of a line",
        loss=waved.loss,
        model=waved.model,
        variables=LINE,
        data=waved.data,
        view=((0.0, 9.0), (-2.0, 6.0)),
        minima=((float(slope), float(offset)),),
        start=(8.0, 2.0),
        source="The data of 'The Optimizers Chronicles' (notebook), without its sine.",
        reduction="mean",
    )
