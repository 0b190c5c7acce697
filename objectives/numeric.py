"""One expression is the only truth; its derivatives and its numbers are worked out from it.

The way from a formula to numbers: `stable` puts functions that are computed well in the place of textbook forms that
overflow or cancel, `tape` makes a list of steps of it, its derivatives among them, and the steps run in NumPy. The
derivatives that a person reads are formulas, and come from `derivation`. Neither way asks SymPy anything that may
take long.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import sympy

from objectives.derivation import Expressions, Variables, derivative, derivatives, square
from objectives.functions import Logistic, Softplus
from objectives.kernels import Array
from objectives.stable import stable
from objectives.tape import Tape, derivative_tape, slope_tape, tape_of

__all__ = [
    "BOTH",
    "Array",
    "Expressions",
    "Logistic",
    "Softplus",
    "Variables",
    "derivative",
    "derivatives",
    "evaluate",
    "evaluate_derivatives",
    "exact",
    "results_of",
    "square",
    "stable",
]

BOTH = -1  # an order of derivatives: the value and the first ones
BLOCK = 1 << 14  # numbers that each step computes at once
SHORT = 4  # digits up to which a decimal is taken as the fraction that it looks like


def evaluate(variables: Variables, expressions: Expressions, columns: Sequence[Array]) -> Array:
    """Numbers for each expression: shape (expressions, *batch), where the columns broadcast to batch.

    Silent where a float overflows or has no value; the inf or NaN in the result says so.
    """
    return _numbers(tape_of(variables, expressions), columns)


def evaluate_derivatives(
    expression: sympy.Expr, inputs: Variables, variables: Variables, order: int, columns: Sequence[Array]
) -> Array:
    """The partial derivatives of one order (0, 1 or 2) by some of the inputs: shape (len(variables) ** order, *batch).

    The order `BOTH` is the value and the first ones, (1 + len(variables), *batch), which have much in common. Silent,
    as `evaluate`.
    """
    if order == BOTH:
        return _numbers(slope_tape(inputs, expression, variables), columns)
    return _numbers(derivative_tape(inputs, expression, variables, order), columns)


def results_of(order: int, variables: int) -> int:
    """How many numbers a point has in an order."""
    return 1 + variables if order == BOTH else int(variables**order)


def _numbers(tape: Tape, columns: Sequence[Array]) -> Array:
    shapes = set(map(np.shape, columns))
    shape = shapes.pop() if len(shapes) == 1 else np.broadcast_shapes(*shapes)
    with np.errstate(all="ignore"):
        if not shape:
            return np.array(tape.run(columns), dtype=np.float64)
        numbers = np.empty((len(tape.results), *shape))
        for block, part in _blocks(columns, shape):
            for place, result in enumerate(tape.run(part)):
                numbers[(place, *block)] = result  # a constant component fills its batch
    return numbers


def _blocks(columns: Sequence[Array], shape: tuple[int, ...]) -> Iterator[tuple[tuple[Any, ...], Sequence[Array]]]:
    """The last axis in pieces, so that what is in between stays in the processor's cache."""
    if not shape:
        return iter([((), columns)])
    length = shape[-1]
    size = max(1, BLOCK * length // max(1, math.prod(shape)))
    if length <= size:
        return iter([((...,), columns)])
    pieces = [slice(first, first + size) for first in range(0, length, size)]
    return (((..., piece), [_part(column, piece, length) for column in columns]) for piece in pieces)


def _part(column: Array, piece: slice, length: int) -> Array:
    return column[..., piece] if np.ndim(column) and column.shape[-1] == length else column


def exact(text: str) -> sympy.Number:
    """The number that a decimal literal means: rational where short (0.1 is 1/10), else a float."""
    digits = text.lower().split("e")[0].replace(".", "").lstrip("+-").strip("0")
    number = sympy.Rational(text)
    return number if len(digits) <= SHORT or number.is_Integer else sympy.Float(float(text))
