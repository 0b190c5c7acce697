"""A map of a sum over many samples, without asking every sample at every point of the map.

Such a sum is smooth: its terms may be steep, but they are many. A smooth function of two variables is known by its
values at few places: on a grid of Chebyshev points, from which polynomials carry it everywhere (Trefethen,
"Approximation Theory and Approximation Practice", 2013). So on a grid of many points a few thousand are computed, and
the others are a product of three matrices.

How many are needed, the function says, along a few lines: so many that the highest coefficients are gone. The result
is compared with the sum itself at places that nobody chose. Where that does not succeed (a kink, a pole, data so few
that it would not pay) there is no shortcut, and every point is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from objectives.kernels import Array

#: So far from the sum a point may be, of the largest value over the smallest: a contour is then where it belongs, to
#: much less than a pixel. Where terms have kinks, as absolute errors have, no more can be had than one of the others:
#: of the last, a pixel's width is some thirty times as much.
CLOSE, CLOSE_WITH_KINKS = 1e-8, (2e-6, 3e-5)
FIRST, MOST, LINES = 32, 256, 5  # degrees of polynomials in one variable; lines along it that tell which it takes
PAYS = 2.0  # so many times fewer points
PROBES, SEED = 48, 0

Function = Callable[[Array], Array]  # (2, n) -> (results, n)


class Grid(NamedTuple):
    """Points that are all pairs of `first` (n,) and `second` (m,); `turned`, if the first varies along the rows."""

    first: Array
    second: Array
    turned: bool


def grid_of(columns: Array) -> Grid | None:
    """The axes of a grid of points, shape (2, m, n), as `np.meshgrid` makes it; None of any other points."""
    if columns.ndim != 3 or len(columns) != 2 or min(columns.shape[1:]) < 2:
        return None
    x, y = columns
    if (x == x[:1]).all() and (y == y[:, :1]).all():
        return Grid(x[0], y[:, 0], turned=False)
    if (x == x[:, :1]).all() and (y == y[:1]).all():
        return Grid(x[:, 0], y[0], turned=True)
    return None


def interpolated(function: Function, grid: Grid, close: float = CLOSE, quick: Function | None = None) -> Array | None:
    """The function on a grid, (results, m, n); None, if it cannot be had that closely from fewer points.

    `quick` may be asked in its place; the result is compared with the function itself.
    """
    exact, function = function, quick or function
    sides = [_side(axis) for axis in (grid.first, grid.second)]
    if any(low >= high or not np.isfinite(high - low) for low, high in sides):
        return None
    degrees = _degrees(function, sides, close)
    if degrees is None or PAYS * (degrees[0] + 1) * (degrees[1] + 1) > len(grid.first) * len(grid.second):
        return None
    points = [places(degree, *side) for degree, side in zip(degrees, sides, strict=True)]
    values = function(np.stack(np.meshgrid(*points, indexing="ij")).reshape(2, -1))
    if not np.isfinite(values).all():
        return None
    coefficients = _along(_along(values.reshape(-1, degrees[0] + 1, degrees[1] + 1), 1), 2)
    return _checked(exact, coefficients, sides, grid, close)


def _side(axis: Array) -> tuple[float, float]:
    return float(axis.min()), float(axis.max())


def _degrees(function: Function, sides: list[tuple[float, float]], close: float) -> tuple[int, int] | None:
    """The degree that each variable needs, as a few lines along it tell; None, if it is more than MOST."""
    found = [_degree(function, sides, axis, close) for axis in (0, 1)]
    return None if None in found else (found[0] or 0, found[1] or 0)


def _degree(function: Function, sides: list[tuple[float, float]], axis: int, close: float) -> int | None:
    """The lowest of a few degrees with which lines along an axis, at the ends of the other and between, are told."""
    beside = np.linspace(*sides[1 - axis], LINES)
    degree = FIRST if close == CLOSE else 4 * FIRST
    while degree <= MOST:
        along = places(degree, *sides[axis])
        pair = np.meshgrid(along, beside, indexing="ij")
        values = function(np.stack(pair if axis == 0 else pair[::-1]).reshape(2, -1))
        if not np.isfinite(values).all():
            return None
        coefficients = _along(values.reshape(-1, degree + 1, LINES), 1)
        sizes = np.abs(coefficients).max(axis=2) / _sizes(coefficients)
        gone = np.flatnonzero((sizes > close / 50).any(axis=0))
        if gone[-1] < degree - 2:
            return max(4, int(gone[-1]) + 3)
        degree = 2 * degree
    return None


def places(degree: int, low: float, high: float) -> Array:
    """The Chebyshev points of a degree in an interval, (degree + 1,)."""
    return np.asarray((low + high) / 2 - (high - low) / 2 * np.cos(np.pi * np.arange(degree + 1) / degree))


def _along(values: Array, axis: int) -> Array:
    """The coefficients of the polynomial through values at Chebyshev points, along an axis."""
    coefficients: Array = np.moveaxis(np.tensordot(transform(values.shape[axis] - 1), values, axes=(1, axis)), 0, axis)
    return coefficients


def transform(degree: int) -> Array:
    """From values at Chebyshev points to coefficients: a cosine transform as a matrix, (degree + 1, degree + 1)."""
    k = np.arange(degree + 1)
    halves = np.where((k == 0) | (k == degree), 0.5, 1.0)
    waves = np.cos(np.pi * np.outer(k, k) / degree)
    return np.asarray(2.0 / degree * halves[:, None] * halves * (-1.0) ** k[:, None] * waves)


def _sizes(coefficients: Array) -> Array:
    """How far the values of each result reach, about: (results, 1)."""
    rest = np.abs(coefficients).reshape(len(coefficients), -1)
    return np.asarray(np.maximum(rest[:, 1:].max(axis=1, keepdims=True), 1e-300))


def _checked(
    function: Function, coefficients: Array, sides: list[tuple[float, float]], grid: Grid, close: float
) -> Array | None:
    """The values on the grid, if they are those of the function at some of its points."""
    across, up = (
        basis(axis, degree - 1, *side)
        for axis, degree, side in zip((grid.first, grid.second), coefficients.shape[1:], sides, strict=True)
    )
    partly = np.einsum("rpq,np->rqn", coefficients, across, optimize=True)
    values: Array = np.einsum("mq,rqn->rmn", up, partly, optimize=True)
    chance = np.random.default_rng(SEED)
    j, i = chance.integers(len(grid.first), size=PROBES), chance.integers(len(grid.second), size=PROBES)
    exact = function(np.stack([grid.first[j], grid.second[i]]))
    room = close * np.ptp(values.reshape(len(values), -1), axis=1, keepdims=True)
    if not (np.abs(values[:, i, j] - exact) <= room).all():
        return None
    return np.swapaxes(values, 1, 2) if grid.turned else values


def basis(axis: Array, degree: int, low: float, high: float) -> Array:
    """Chebyshev polynomials up to a degree at places, (places, degree + 1)."""
    shifted = np.clip((2 * axis - low - high) / (high - low), -1.0, 1.0)
    return np.asarray(np.polynomial.chebyshev.chebvander(shifted, degree), dtype=np.float64)
