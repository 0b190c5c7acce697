"""A formula that somebody typed becomes an objective: it needs a window to look at and a place to start.

Both are guesses that the person can overrule. The window is the plainest there is; the start is the first
point, on a fixed tour of the window, where the function is defined and not flat.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import sympy

from objectives.errors import UsageError
from objectives.expression import read_formula
from objectives.objective import Differentiable, Objective, Point, View

HALF_WIDTH = 5.0
TOUR = 256  # points to try as a start
LEVEL = 1e-9  # a slope below this is flat


def typed_objective(
    text: str, *, name: str = "typed", view: View | None = None, start: Point | None = None
) -> Objective:
    """The objective of a formula, its variables in alphabetical order, or in that of f(y, x) = ... before it.

    `view` is [-5, 5] for each variable unless given; `start` is found in it. The minima are not known.
    Raises ExpressionError if the text is no formula; UsageError if it has no variable, or no value in the view.
    """
    formula = read_formula(text)
    variables = tuple(sorted(formula.expression.free_symbols, key=str))
    if formula.variables is not None:
        variables = tuple(sympy.Symbol(variable, real=True) for variable in formula.variables)
    if not variables:
        raise UsageError(f"'{text.strip()}' has no variable: type a formula such as x**2 + y**2.")
    window = view or ((-HALF_WIDTH, HALF_WIDTH),) * len(variables)
    middle = tuple((low + high) / 2 for low, high in window)
    title, remarks = text.strip(), formula.remarks
    objective = Objective(name, title, formula.expression, variables, window, (), middle, "typed", remarks)
    return replace(objective, start=start or first_slope(objective))


def first_slope(objective: Differentiable) -> Point:
    """The first point of the tour where the function has a slope; if it is flat wherever it is defined, any."""
    points = np.array(list(tour(objective.view)))
    values, gradients = objective.value(points), objective.gradient(points)
    defined = np.isfinite(values) & np.isfinite(gradients).all(axis=-1)
    if not defined.any():
        raise UsageError(f"'{objective.title}' has no real value in the view: give it another view.")
    sloping = defined & (np.abs(np.where(np.isfinite(gradients), gradients, 0)).max(axis=-1) > LEVEL)
    return tuple(map(float, points[np.argmax(sloping if sloping.any() else defined)]))


def tour(view: View, digits: int = 2) -> Iterator[Point]:
    """Points of the view: first near its upper corner, off every diagonal, then evenly all over it; rounded.

    Evenly: multiples of square roots of primes, modulo 1 (Weyl's equidistribution).
    """
    roots = [float(sympy.sqrt(sympy.prime(k + 1))) for k in range(len(view))]
    corner = [0.9 - 0.1 * (k % 4) for k in range(len(view))]
    for step in range(TOUR):
        places = [(start + step * root) % 1 for start, root in zip(corner, roots, strict=True)]
        yield tuple(round(low + (high - low) * at, digits) for (low, high), at in zip(view, places, strict=True))
