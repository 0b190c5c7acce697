"""Sums of absolute errors over many samples, along a parameter that moves all of them alike.

In |w x_i + b - y_i| the offset b is apart: at a given w a sample has its kink at t_i = y_i - w x_i, and what the sum is
at any b follows from how many t_i lie below it, and from their sum. So these are sorted once a line of a map, and every
point of that line is looked up: the sum of 10,000 samples at 1,000 points costs a sort and 1,000 searches, and is the
sum itself, kinks and all. Huber's loss is a parabola between two kinks, and takes the sum of squares as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy

from objectives.functions import AtMost
from objectives.kernels import Array
from objectives.numeric import Variables, evaluate, stable
from objectives.on_a_grid import Grid

TRIED = (0.0, 0.01, 0.3, 0.9, 1.1, 2.7, 40.0)  # times the kink: there a loss is compared with what it is taken for
AS_IS = 1e-12


@dataclass(frozen=True)
class Offset:
    """A loss that is `share` times |k (p + rest)|, or Huber's of that with the kink `bend`.

    p is the variable of that `number`; `rest` is an expression in the others and in the data; `factor` is |k|.
    """

    number: int
    rest: sympy.Expr
    factor: float
    bend: float
    share: float


@lru_cache(maxsize=64)
def offset_of(loss: sympy.Expr, variables: Variables) -> Offset | None:
    """The loss of a sample by one of its variables; None, if it has no such form."""
    inner = next(iter(sorted(loss.atoms(sympy.Abs), key=sympy.count_ops)), None)
    if inner is None:
        return None
    error, stand_in = inner.args[0], sympy.Symbol("error", real=True)
    outer = loss.xreplace({error: stand_in, -error: -stand_in})
    if outer.free_symbols - {stand_in}:
        return None
    bend = _bend(outer)
    if bend is None or (share := _share(outer, stand_in, bend)) is None:
        return None
    for number, variable in enumerate(variables):
        slope = sympy.diff(error, variable)
        if slope.is_number and slope != 0:
            rest = sympy.expand((error - slope * variable) / slope)
            return Offset(number, rest, float(abs(slope)), bend, share)
    return None


def _bend(outer: sympy.Expr) -> float | None:
    """Where a parabola becomes a line; 0 where there is none."""
    bounds = {condition.args[1] for condition in outer.atoms(AtMost)}
    if len(bounds) > 1 or not all(bound.is_number and bound > 0 for bound in bounds):
        return None
    return float(next(iter(bounds))) if bounds else 0.0


def _share(outer: sympy.Expr, error: sympy.Symbol, bend: float) -> float | None:
    """How many times the absolute error, or Huber's, a loss is; None, if it is something else."""
    places = np.array([sign * place * (bend or 1.0) for place in TRIED for sign in (1.0, -1.0)])
    found = np.broadcast_to(evaluate((error,), (stable(outer),), (places,))[0], places.shape)
    sizes = np.abs(places)
    wanted = np.where(sizes <= bend, sizes**2 / 2, bend * (sizes - bend / 2)) if bend else sizes
    share = float(found[-1] / wanted[-1])
    return share if np.isfinite(share) and np.allclose(found, share * wanted, rtol=AS_IS, atol=AS_IS) else None


def on_lines(offset: Offset, variables: Variables, symbols: Variables, data: Sequence[Array], grid: Grid) -> Array:
    """The sum over samples at all points of a grid of two variables, (1, m, n); `symbols` are those of the data."""
    along, across = (grid.first, grid.second) if offset.number == 0 else (grid.second, grid.first)
    other = variables[1 - offset.number]
    order = np.argsort(along)
    lines = np.empty((len(across), len(along)))
    for k, place in enumerate(across):
        kinks = -evaluate((other, *symbols), (offset.rest,), (np.array(place), *data))[0]
        lines[k, order] = offset.share * _sums(np.sort(np.ravel(kinks)), along[order], offset)
    values = lines if (offset.number == 0) != grid.turned else lines.T
    return np.ascontiguousarray(values)[np.newaxis]


def _sums(kinks: Array, places: Array, offset: Offset) -> Array:
    """The sum of the losses of samples with these kinks (n,), in rising order, at places (m,), in rising order."""
    middle = kinks[len(kinks) // 2]  # from there, so that squares do not cancel
    kinks, places = kinks - middle, places - middle
    sums = np.concatenate([[0.0], np.cumsum(kinks)])
    if not offset.bend:
        below = np.searchsorted(kinks, places)
        return np.asarray(offset.factor * (places * (2 * below - len(kinks)) - 2 * sums[below] + sums[-1]))
    squares = np.concatenate([[0.0], np.cumsum(kinks**2)])
    reach = offset.bend / offset.factor
    low, high = np.searchsorted(kinks, places - reach), np.searchsorted(kinks, places + reach)
    near = places**2 * (high - low) - 2 * places * (sums[high] - sums[low]) + squares[high] - squares[low]
    far = places * (low + high - len(kinks)) - sums[low] + sums[-1] - sums[high]
    beyond = low + len(kinks) - high
    bend = offset.bend
    return np.asarray(offset.factor**2 * near / 2 + bend * (offset.factor * far - bend / 2 * beyond))
