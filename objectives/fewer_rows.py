"""Many rows of data as a few that count as much: places with weights, for sums of smooth functions.

The sum of g(x_i) over many samples is the sum of g at Chebyshev points, each with the weight that the samples give it,
as long as a polynomial through these points is close to g: the idea of quadrature, with the samples for a measure. A
column with a handful of values, as classes have, keeps them, and one in which g is a polynomial needs no more points
than its degree asks for. Weights may be negative. Whether it was close, the caller finds out.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
import sympy

from objectives.kernels import Array
from objectives.on_a_grid import basis, places, transform

VALUES = 8  # that a column keeps as they are
POLYNOMIAL = 6  # the highest degree that is asked for
DEGREES = (160, 96, 64)  # for any other column, the first that pays
PAYS = 4  # so many times fewer rows


def condensed(loss: sympy.Expr, symbols: Sequence[sympy.Symbol], columns: Array) -> tuple[Array, Array] | None:
    """Rows (columns, m) and weights (m,) that stand for the samples (columns, n) in a sum; None, if it does not pay."""
    exact = [_exact_degree(loss, symbol) for symbol in symbols]
    for degree in DEGREES:
        sides = [_side(column, known or degree) for column, known in zip(columns, exact, strict=True)]
        if PAYS * prod(len(nodes) for nodes, _ in sides) <= columns.shape[1]:
            return _product(sides)
    return None


def _exact_degree(loss: sympy.Expr, symbol: sympy.Symbol) -> int | None:
    """The degree of a loss in a column, if it is a polynomial in that and a low one."""
    try:
        degree = int(sympy.Poly(loss, symbol).degree())
    except sympy.PolynomialError:
        return None
    return max(1, degree) if degree <= POLYNOMIAL else None


def _side(column: Array, degree: int) -> tuple[Array, Array]:
    """The points of a column (m,), and how much of each a sample is, (n, m)."""
    values = np.unique(column)
    if len(values) <= VALUES:
        return values, (column[:, None] == values).astype(float)
    low, high = float(values[0]), float(values[-1])
    return places(degree, low, high), basis(column, degree, low, high) @ transform(degree)


def _product(sides: Sequence[tuple[Array, Array]]) -> tuple[Array, Array]:
    rows = np.stack(np.meshgrid(*[nodes for nodes, _ in sides], indexing="ij")).reshape(len(sides), -1)
    letters = "abcdefg"[: len(sides)]
    shares = ",".join(f"n{letter}" for letter in letters)
    weights = np.einsum(f"{shares}->{letters}", *[share for _, share in sides], optimize=True)
    return rows, np.asarray(weights.ravel())
