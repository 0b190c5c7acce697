"""Curves: objectives of one variable, where a ball rolls along a line that everybody can draw."""

from __future__ import annotations

import sympy
from sympy import cos, exp, sin

from objectives.objective import Objective

theta = sympy.Symbol("theta", real=True)


def theta_squared() -> Objective:
    """The plainest bowl there is; every step can be checked by hand."""
    return Objective(
        name="theta_squared",
        title="square of theta",
        expression=theta**2,
        variables=(theta,),
        view=((-11.0, 11.0),),
        minima=((0.0,),),
        start=(10.0,),
        source="'The Optimizers Chronicles' (notebook), section on momentum.",
    )


def theta_sine() -> Objective:
    """One true valley behind a flat stretch: the slope vanishes at 0, and without momentum that is far away."""
    return Objective(
        name="theta_sine",
        title="theta squared times sine and cosine",
        expression=2 * theta**2 * sin(theta) * cos(theta),
        variables=(theta,),
        view=((-1.4, 1.4),),
        minima=((-1.1444648640517021,),),
        start=(0.9,),
        source="'The Optimizers Chronicles' (notebook), one-dimensional loss that is not convex.",
    )


def hillside() -> Objective:
    """A gentle slope, a small dip that stops a ball without memory, and the valley behind it."""
    valley = 3 * exp(-((theta - 7) ** 2) / 14)
    dip = 4 * exp(-((5 * (theta - sympy.Rational(16, 5)) / 3) ** 2)) / 5
    return Objective(
        name="hillside",
        title="hillside with a dip",
        expression=3 - valley - dip,
        variables=(theta,),
        view=((-1.0, 13.0),),
        minima=((7.0,), (3.343698600767813,)),
        start=(0.0,),
        source="Momentum in Motion; the picture of a ball on a slope, Goodfellow, Bengio, Courville, "
        "'Deep Learning' (2016), section 8.3.2.",
    )
