"""Surfaces: objectives of two variables, which a map shows from above and a terrain from the side.

The functions that carry a name in the literature are written as published there; `source` says where.
"""

from __future__ import annotations

import sympy
from sympy import Rational, cos, exp, pi, sin, sqrt

from objectives.errors import UsageError
from objectives.objective import Objective, View

x, y = VARIABLES = sympy.symbols("x y", real=True)

NINJA = "'Gradient Descent Ninja with Momentum' (article)"
CHRONICLES = "'The Optimizers Chronicles' (notebook)"


def _square(half_width: float) -> View:
    return ((-half_width, half_width), (-half_width, half_width))


def paraboloid() -> Objective:
    """The round bowl: the gradient points straight away from the minimum, everywhere."""
    return Objective(
        name="paraboloid",
        title="paraboloid",
        expression=x**2 + y**2,
        variables=VARIABLES,
        view=_square(10.0),
        minima=((0.0, 0.0),),
        start=(8.0, 8.0),
        source=f"{NINJA}, descent on a paraboloid.",
    )


def ravine(condition_number: float = 25, rotation: float = 0) -> Objective:
    """A long valley with steep walls: (u^2 + k v^2) / 2, turned by `rotation` radians against the axes.

    The condition number k >= 1 is the ratio of the curvatures across and along, which sets the speed of
    gradient descent (Goh, 'Why Momentum Really Works', Distill 2017).
    """
    if not condition_number >= 1:
        raise UsageError(f"The condition number of a ravine is at least 1, not {condition_number}.")
    angle, ratio = sympy.nsimplify(rotation), sympy.nsimplify(condition_number, rational=True)
    along, across = x * cos(angle) + y * sin(angle), y * cos(angle) - x * sin(angle)
    return Objective(
        name="ravine",
        title=f"ravine, {condition_number:g} times steeper across than along",
        expression=along**2 / 2 + ratio * across**2 / 2,
        variables=VARIABLES,
        view=((-10.0, 10.0), (-5.0, 5.0)) if rotation == 0 else _square(10.0),
        minima=((0.0, 0.0),),
        start=(9.0, 3.0),
        source="Goh, 'Why Momentum Really Works', Distill 2017, doi:10.23915/distill.00006.",
    )


def qfsp() -> Objective:
    """A bowl with sine peaks: two global minima, four local ones."""
    low, far, near = 1.2978695398248996, 3.7510171152530876, 1.1552780356032881
    return Objective(
        name="qfsp",
        title="quadratic function with sine peaks",
        expression=x**2 + y**2 + 10 * sin(x) * sin(y),
        variables=VARIABLES,
        view=_square(15.0),
        minima=((low, -low), (-low, low), (far, near), (near, far), (-far, -near), (-near, -far)),
        start=(7.11, 6.97),
        source=f"{NINJA}, comparison of momentum values.",
    )


def ackley() -> Objective:
    """Ripples on a funnel. The minimum is a kink: the formula of the gradient reads 0/0 there."""
    funnel = -20 * exp(-sqrt((x**2 + y**2) / 2) / 5)
    ripples = -exp((cos(2 * pi * x) + cos(2 * pi * y)) / 2)
    return Objective(
        name="ackley",
        title="Ackley's function",
        expression=funnel + ripples + sympy.E + 20,
        variables=VARIABLES,
        view=_square(5.0),
        minima=((0.0, 0.0),),
        start=(2.0, 2.0),
        source="Ackley, 'A Connectionist Machine for Genetic Hillclimbing', Kluwer 1987 (a 20, b 0.2, c 2 pi).",
    )


def rosenbrock() -> Objective:
    """The banana: easy to enter the curved valley, slow to follow it."""
    return Objective(
        name="rosenbrock",
        title="Rosenbrock's banana",
        expression=(1 - x) ** 2 + 100 * (y - x**2) ** 2,
        variables=VARIABLES,
        view=((-2.0, 2.0), (-1.0, 3.0)),
        minima=((1.0, 1.0),),
        start=(-1.2, 1.0),
        source="Rosenbrock, 'An automatic method for finding the greatest or least value of a function', "
        "The Computer Journal 3 (1960), doi:10.1093/comjnl/3.3.175.",
    )


def beale() -> Objective:
    """Flat in the middle, walls at the corners."""
    pieces = ((Rational(3, 2), 1), (Rational(9, 4), 2), (Rational(21, 8), 3))
    return Objective(
        name="beale",
        title="Beale's function",
        expression=sympy.Add(*((constant - x + x * y**power) ** 2 for constant, power in pieces)),
        variables=VARIABLES,
        view=_square(4.5),
        minima=((3.0, 0.5),),
        start=(1.0, 1.0),
        source="Moré, Garbow, Hillstrom, 'Testing Unconstrained Optimization Software', ACM TOMS 7 (1981), "
        "problem 5, doi:10.1145/355934.355936.",
    )


def himmelblau() -> Objective:
    """Four minima of the same depth: which one is reached, the start and the rule decide."""
    return Objective(
        name="himmelblau",
        title="Himmelblau's function",
        expression=(x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
        variables=VARIABLES,
        view=_square(5.0),
        minima=(
            (3.0, 2.0),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.2831859912861696),
            (3.5844283403304917, -1.8481265269644036),
        ),
        start=(0.0, 0.0),
        source="Himmelblau, 'Applied Nonlinear Programming', McGraw-Hill 1972.",
    )


def rastrigin() -> Objective:
    """A bowl under an egg box: a local minimum near each pair of whole numbers, one global."""
    return Objective(
        name="rastrigin",
        title="Rastrigin's function",
        expression=20 + x**2 - 10 * cos(2 * pi * x) + y**2 - 10 * cos(2 * pi * y),
        variables=VARIABLES,
        view=_square(5.12),
        minima=((0.0, 0.0),),
        start=(3.3, 2.7),
        source="Rastrigin, 'Systems of Extremal Control', Nauka 1974 (in Russian).",
    )


def styblinski_tang() -> Objective:
    """Two wells along each axis: one global minimum, three local ones."""
    deep, shallow = -2.903534027771177, 2.746802770990837
    return Objective(
        name="styblinski_tang",
        title="function of Styblinski and Tang",
        expression=(x**4 - 16 * x**2 + 5 * x) / 2 + (y**4 - 16 * y**2 + 5 * y) / 2,
        variables=VARIABLES,
        view=_square(5.0),
        minima=((deep, deep), (deep, shallow), (shallow, deep), (shallow, shallow)),
        start=(4.0, 1.0),
        source="Styblinski, Tang, 'Experiments in nonconvex optimization', Neural Networks 3 (1990), "
        "doi:10.1016/0893-6080(90)90029-K.",
    )


def saddle() -> Objective:
    """Down one way, up the other, level in the middle. It has no minimum: the way out never ends."""
    return Objective(
        name="saddle",
        title="saddle",
        expression=x**2 - y**2,
        variables=VARIABLES,
        view=_square(4.0),
        minima=(),
        start=(3.0, 0.001),
        source=f"{CHRONICLES}, what stops an optimizer.",
    )


def plateau() -> Objective:
    """A pit in a plain: at distance r the slope is 2 r / (1 + r^2)^2, next to nothing far out."""
    squared = x**2 + y**2
    return Objective(
        name="plateau",
        title="pit in a plateau",
        expression=squared / (1 + squared),
        variables=VARIABLES,
        view=_square(5.0),
        minima=((0.0, 0.0),),
        start=(4.0, 3.0),
        source="Geman, McClure, 'Statistical methods for tomographic image reconstruction', "
        "Bulletin of the ISI 52 (1987): their loss, of the distance to the origin.",
    )


def two_wells() -> Objective:
    """A shallow well near the start, a deep one behind it."""
    height = (Rational(7, 5) * y) ** 2
    shallow, deep = exp(-((x - 1) ** 2 + height) * 5), exp(-((x + 1) ** 2 + height) * 5)
    return Objective(
        name="two_wells",
        title="two wells",
        expression=x**2 + height - 2 * shallow - 6 * deep,
        variables=VARIABLES,
        view=_square(2.0),
        minima=((-0.9675774464554597, 0.0), (0.9053178606008483, 0.0)),
        start=(1.5, 1.5),
        source=f"{CHRONICLES}, the picture of two paths, magenta and cyan.",
    )


def trap() -> Objective:
    """A dip with a high rim on the way to a deeper one: its rim is a seventh of the height of the picture above it."""
    near, deep = exp(-((x - 6) ** 2 + (y - 3) ** 2) / 25), exp(-((x + 5) ** 2 + (y + 4) ** 2) / 25)
    return Objective(
        name="trap",
        title="a dip on the way to a deeper one",
        expression=x**2 + y**2 - 500 * near - 1000 * deep,
        variables=VARIABLES,
        view=_square(15.0),
        minima=((-4.8709138621716885, -3.8978903807680885), (5.6799528746012475, 2.8353670804674427)),
        start=(14.0, 9.0),
        source="Two wells in a bowl, as in the picture of two paths; the near one with a rim that is seen.",
    )
