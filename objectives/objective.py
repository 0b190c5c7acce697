"""What is minimised: one symbolic expression, and everything else follows from it.

An `Objective` is a record: the expression, its variables, and what a picture of it needs (the window, the
minima, a start). Value, gradient and Hessian are NumPy functions of points, derived once and compiled when
first asked for. A point is an array whose last axis runs over the variables, whatever comes before is a
batch, and one variable is not a special case: shape (..., d) in, with d = 1 for a curve.

A gradient can be missing: at a kink, or where a formula reads 0/0. At a listed minimum the missing gradient
is 0, which is a valid subgradient there. Elsewhere it stays NaN, and `undefined` says where.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

import numpy as np
import sympy
from numpy.typing import ArrayLike, NDArray

from objectives.errors import UsageError
from objectives.numeric import BOTH, Array, Expressions, Variables, derivatives, evaluate_derivatives, square, stable

Point = tuple[float, ...]
View = tuple[tuple[float, float], ...]

AT_A_MINIMUM = 1e-12  # a point this close to a listed minimum stands on it


class Differentiable(ABC):
    """The interface that `Objective` and `DataObjective` share: points in, numbers out."""

    name: str
    title: str
    variables: Variables
    view: View
    minima: tuple[Point, ...]
    start: Point
    source: str
    remarks: tuple[str, ...] = ()

    @property
    @abstractmethod
    def formula(self) -> sympy.Expr:
        """The objective as it is written on a board; over data, as a sum over samples."""

    @abstractmethod
    def _evaluate(self, order: int, columns: Array) -> Array:
        """Partial derivatives of one order, shape (d ** order, *batch), at columns of shape (d, *batch)."""

    @property
    def dimension(self) -> int:
        """How many variables there are: the d of every shape below."""
        return len(self.variables)

    def value(self, x: ArrayLike) -> Array:
        """The value at each point: (..., d) in, (...) out; a float64 scalar for one point."""
        result: Array = self._evaluate(0, self._columns(x))[0]
        return result

    def gradient(self, x: ArrayLike) -> Array:
        """The gradient at each point: (..., d) in and out.

        Where it is missing it is 0 at a listed minimum (a valid subgradient), NaN or infinite elsewhere.
        """
        columns = self._columns(x)
        gradient = _variables_last(self._evaluate(1, columns))
        return gradient if _all_finite(gradient) else self._repaired(gradient, columns)

    def value_and_gradient(self, x: ArrayLike) -> tuple[Array, Array]:
        """Both, for less than what each costs by itself."""
        columns = self._columns(x)
        numbers = self._evaluate(BOTH, columns)
        gradient = _variables_last(numbers[1:])
        return numbers[0], gradient if _all_finite(gradient) else self._repaired(gradient, columns)

    def hessian(self, x: ArrayLike) -> Array:
        """The Hessian at each point: (..., d) in, (..., d, d) out; NaN where there is none."""
        columns = self._columns(x)
        flat = _variables_last(self._evaluate(2, columns))
        return flat.reshape(*columns.shape[1:], self.dimension, self.dimension)

    def undefined(self, x: ArrayLike) -> NDArray[np.bool_]:
        """Where a descent cannot go on: (..., d) in, a mask of shape (...) out.

        True at a finite point without a value or without a gradient. An overflow to infinity is not meant:
        that is a divergence, and the value shows it.
        """
        value, gradient = self.value(x), self.gradient(x)
        missing = np.isnan(value) | ~np.isfinite(gradient).all(axis=-1)
        mask: NDArray[np.bool_] = missing & ~np.isinf(value) & np.isfinite(np.asarray(x, float)).all(axis=-1)
        return mask

    def _columns(self, x: ArrayLike) -> Array:
        """Points as (d, *batch): each variable contiguous, which a map of a million points feels."""
        points = np.asarray(x, dtype=np.float64)
        if points.ndim == 0 or points.shape[-1] != self.dimension:
            names = ", ".join(map(str, self.variables))
            raise UsageError(
                f"A point of '{self.name}' has {self.dimension} coordinate(s), {names}, along the last axis: "
                f"the shape {points.shape} does not."
            )
        return points if points.ndim == 1 else np.ascontiguousarray(np.moveaxis(points, -1, 0))

    def _repaired(self, gradient: Array, columns: Array) -> Array:
        missing = ~np.isfinite(gradient).all(axis=-1)
        points = _variables_last(columns)
        return np.where((missing & self._at_minimum(points))[..., None], 0.0, gradient)

    def _at_minimum(self, points: Array) -> NDArray[np.bool_]:
        near = [np.abs(points - minimum).max(axis=-1) <= AT_A_MINIMUM for minimum in self.minima]
        return np.any(near, axis=0) if near else np.zeros(points.shape[:-1], dtype=bool)

    def _check(self, symbols: set[sympy.Symbol]) -> None:
        """Refuse a record that contradicts itself."""
        if not self.variables:
            raise UsageError(f"'{self.name}' has no variable: there is nothing to minimise.")
        if stray := symbols - set(self.variables):
            raise UsageError(f"'{self.name}' does not say what {min(map(str, stray))} is.")
        if {len(self.view), *map(len, (self.start, *self.minima))} != {self.dimension}:
            raise UsageError(f"The view, start and minima of '{self.name}' need one entry per variable.")
        if not all(low < high for low, high in self.view):
            raise UsageError(f"The view of '{self.name}' needs a lower end below its upper end.")


def _all_finite(numbers: Array) -> bool:
    """Whether all are; of a single point, the step of every run, Python's own numbers tell sooner."""
    return all(map(isfinite, numbers.tolist())) if numbers.ndim == 1 else bool(np.isfinite(numbers).all())


def _variables_last(columns: Array) -> Array:
    """(d, *batch) as (*batch, d); a single point, the step of every run, is spared the way."""
    return columns if columns.ndim == 1 else np.moveaxis(columns, 0, -1)


@dataclass(frozen=True)
class Objective(Differentiable):
    """A function to minimise, with what a picture of it needs.

    `view` is the window that a map shows, one (low, high) for each variable. `minima` lists all global minima
    in the view first; local ones may follow. `source` says where the function comes from, `remarks` how a typed formula
    was read where it could have been meant otherwise.
    """

    name: str
    title: str
    expression: sympy.Expr
    variables: Variables
    view: View
    minima: tuple[Point, ...]
    start: Point
    source: str
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._check(self.expression.free_symbols)

    @property
    def formula(self) -> sympy.Expr:
        """The expression itself."""
        return self.expression

    @cached_property
    def gradient_expression(self) -> Expressions:
        """The partial derivatives, in the order of the variables."""
        return derivatives(self.expression, self.variables, 1)

    @cached_property
    def hessian_expression(self) -> tuple[Expressions, ...]:
        """The second partial derivatives, row by row."""
        return square(derivatives(self.expression, self.variables, 2))

    def _evaluate(self, order: int, columns: Array) -> Array:
        if columns.ndim == 1:
            return evaluate_derivatives(self._stable, self.variables, self.variables, order, tuple(columns))
        flat = tuple(columns.reshape(self.dimension, -1))
        numbers = evaluate_derivatives(self._stable, self.variables, self.variables, order, flat)
        return numbers.reshape(len(numbers), *columns.shape[1:])

    @cached_property
    def _stable(self) -> sympy.Expr:
        return stable(self.expression)
