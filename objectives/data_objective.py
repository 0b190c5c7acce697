"""What is minimised when the function comes from data: the loss of one sample, added up over all of them.

The loss of *one* sample is symbolic and differentiated once. Sums and averages, full batches and minibatches
are then arithmetic on arrays, so the stochastic gradient of a sample and the gradient of the whole are the
same formula at different data.

Where the loss is polynomial in the data, as least squares is, the samples enter by their moments (the sums of
1, x, x y, ...) and nothing else: a map over two hundred samples costs as much as a map over one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache, partial
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import numpy as np
import sympy
from numpy.typing import ArrayLike, NDArray

from objectives.errors import UsageError
from objectives.fewer_rows import condensed
from objectives.functions import QUIET, Cases
from objectives.numeric import (
    Array,
    Expressions,
    Variables,
    derivatives,
    evaluate,
    evaluate_derivatives,
    exact,
    results_of,
    square,
    stable,
)
from objectives.objective import Differentiable, Point, View
from objectives.offsets import offset_of, on_lines
from objectives.on_a_grid import CLOSE, CLOSE_WITH_KINKS, grid_of, interpolated

KINKED = (*QUIET, Cases)
LARGE = 10_000_000  # samples times points of a grid: from there on it pays to look for a shortcut
BLOCK = 1 << 18  # numbers held at once while a loss is added up over samples
MOMENTS = 30  # a loss that needs more of them is added up sample by sample
WRITTEN_OUT = 12  # up to so many samples the expression is written term by term


class Summand(NamedTuple):
    """What is added up: an expression in the variables and in `symbols`, which stand for `columns`."""

    expression: sympy.Expr
    symbols: Variables
    columns: Expressions  # in the data symbols
    linear: bool  # linear in `symbols`: then the columns may be added up first


@lru_cache(maxsize=256)
def _as_summand(loss: sympy.Expr, samples: Variables) -> Summand:
    """The loss by its moments if it is polynomial in the data, else the loss itself."""
    try:
        terms = sympy.Poly(loss, *samples).as_dict(native=False)
    except sympy.PolynomialError:
        terms = {}
    if not 0 < len(terms) <= MOMENTS:
        return Summand(stable(loss), samples, samples, linear=False)
    symbols = tuple(sympy.Symbol(f"moment_{k}", real=True) for k in range(len(terms)))
    monomials = tuple(sympy.Mul(*map(sympy.Pow, samples, powers)) for powers in terms)
    return Summand(sympy.Add(*map(sympy.Mul, terms.values(), symbols)), symbols, monomials, linear=True)


@dataclass(frozen=True, eq=False, kw_only=True)
class DataObjective(Differentiable):
    """A loss summed, or averaged, over data.

    `loss` is the loss of one sample, in the variables and in one symbol per array of `data` (same names).
    `model` is what is fitted: an expression in the variables and in the symbol of the first array.
    `regulariser` holds no data and is added once, to a full batch and to a minibatch alike.
    The arrays are copied and read-only. `view`, `minima`, `start` and `source` are as in `Objective`.
    """

    name: str
    title: str
    loss: sympy.Expr
    model: sympy.Expr
    variables: Variables
    data: Mapping[str, Array]
    view: View
    minima: tuple[Point, ...]
    start: Point
    source: str
    reduction: Literal["sum", "mean"] = "sum"
    regulariser: sympy.Expr = sympy.S.Zero
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        arrays = {name: _frozen(name, values) for name, values in self.data.items()}
        object.__setattr__(self, "data", MappingProxyType(arrays))
        if len({array.size for array in arrays.values()}) != 1 or self.samples == 0:
            raise UsageError(f"The data of '{self.name}' need equally many samples each, and at least one.")
        used = self.loss.free_symbols | self.regulariser.free_symbols | self.model.free_symbols
        self._check(used - set(self.data_symbols))

    def __reduce__(self) -> tuple[Any, ...]:
        # The read-only view of a dict is the one field that pickle and deepcopy cannot take.
        settings = {item.name: getattr(self, item.name) for item in fields(self)}
        return _restored, ({**settings, "data": dict(self.data)},)

    @property
    def samples(self) -> int:
        """How many samples the data hold."""
        return int(next(iter(self.data.values())).size)

    @cached_property
    def data_symbols(self) -> Variables:
        """One symbol for each array of data."""
        return tuple(sympy.Symbol(name, real=True) for name in self.data)

    @property
    def curve(self) -> tuple[Array, Array] | None:
        """Inputs and targets, if the model is a curve over one array and another is what it shall meet; else None."""
        first, *others = self.data.items()
        alone = not self.model.free_symbols & set(self.data_symbols[1:])
        return (first[1], others[0][1]) if alone and others else None

    @cached_property
    def summand(self) -> Summand:
        """What is added up, and over what: one term for each sample, or one for all."""
        return _as_summand(self.loss, self.data_symbols)

    @cached_property
    def gradient_expression(self) -> Expressions:
        """The partial derivatives for one sample, in its data symbols, regulariser included.

        This is what a stochastic step on one sample computes; the full gradient sums or averages it.
        """
        return derivatives(self.loss + self.regulariser, self.variables, 1)

    @cached_property
    def hessian_expression(self) -> tuple[Expressions, ...]:
        """The second partial derivatives for one sample, row by row, regulariser included."""
        return square(derivatives(self.loss + self.regulariser, self.variables, 2))

    @cached_property
    def expression(self) -> sympy.Expr:
        """The objective in its variables alone, with the numbers of the data in it.

        A loss that is polynomial in the data shrinks to a few coefficients, however many samples there are.
        Any other is written out for up to a dozen samples; beyond, it stays a sum over indexed data.
        """
        if self.summand.linear:
            moments = self._columns_of_data * float(self._scale)
            return _in_numbers(self.summand.expression, self.summand.symbols, moments) + self.regulariser
        if self.samples > WRITTEN_OUT:
            return self.formula
        columns = np.array(list(self.data.values()))
        return self._scale * _in_numbers(self.loss, self.data_symbols, columns) + self.regulariser

    @cached_property
    def formula(self) -> sympy.Expr:
        """The objective as it is written on a board: a sum over i of the loss of sample (x_i, y_i)."""
        i = sympy.Symbol("i", integer=True)
        indexed = {symbol: sympy.IndexedBase(symbol.name)[i] for symbol in self.data_symbols}
        return self._scale * sympy.Sum(self.loss.xreplace(indexed), (i, 1, self.samples)) + self.regulariser

    def with_data(self, data: Mapping[str, ArrayLike], minima: tuple[Point, ...] = ()) -> DataObjective:
        """The same loss on other data, whose minima nobody knows unless they are given.

        Raises UsageError if the names differ, or the numbers of samples.
        """
        if set(data) != set(self.data):
            raise UsageError(f"The data of '{self.name}' are called {' and '.join(self.data)}.")
        return replace(self, data={name: np.asarray(data[name]) for name in self.data}, minima=minima)

    def minibatch(self, indices: ArrayLike) -> DataObjective:
        """The stochastic objective on these samples: summed or averaged over them alone.

        Raises UsageError for a sample that is not there.
        """
        chosen = np.atleast_1d(np.asarray(indices, dtype=np.intp))
        if chosen.size and not -self.samples <= chosen.min() <= chosen.max() < self.samples:
            raise UsageError(f"'{self.name}' has samples 0 to {self.samples - 1}, not all of {chosen.tolist()}.")
        if not chosen.size:
            return self.with_data({name: array[chosen] for name, array in self.data.items()})
        twin = object.__new__(DataObjective)
        known = {name: value for name, value in vars(self).items() if name in OF_ANY_DATA}
        vars(twin).update(known, data=MappingProxyType(self._samples(chosen)), minima=())
        return twin

    def one_each(self, indices: ArrayLike) -> OneEach:
        """At each of a batch of points (n, d) the stochastic objective on one sample of its own (n,)."""
        return OneEach(self, self._samples(np.asarray(indices, dtype=np.intp)))

    def _samples(self, chosen: NDArray[np.intp]) -> dict[str, Array]:
        """The data of some samples, which were checked when they came."""
        some = {name: array[chosen] for name, array in self.data.items()}
        for array in some.values():
            array.flags.writeable = False
        return some

    def predict(self, parameters: ArrayLike, x: ArrayLike) -> Array:
        """The model's curve at inputs x: (..., d) and (n,) in, (..., n) out."""
        inputs = np.asarray(x, dtype=np.float64)
        columns = self._columns(parameters)[(..., *(None,) * inputs.ndim)]
        variables = (*self.variables, self.data_symbols[0])
        result: Array = evaluate(variables, (stable(self.model),), (*columns, inputs))[0]
        return result

    @property
    def _scale(self) -> sympy.Rational:
        return sympy.Rational(1, self.samples if self.reduction == "mean" else 1)

    @cached_property
    def _columns_of_data(self) -> Array:
        """The data as the summand wants them: (symbols, samples), or (symbols, 1) where they add up first."""
        columns = evaluate(self.data_symbols, self.summand.columns, tuple(self.data.values()))
        return columns.sum(axis=1, keepdims=True) if self.summand.linear else columns

    def _evaluate(self, order: int, columns: Array) -> Array:
        with np.errstate(all="ignore"):
            return self._with_penalty(order, float(self._scale) * self._added_up(order, columns), columns)

    def _with_penalty(self, order: int, loss: Array, columns: Array) -> Array:
        """With the regulariser at the same points (d, n), if there is one."""
        if self.regulariser == 0:
            return loss
        penalty = stable(self.regulariser)
        return loss + evaluate_derivatives(penalty, self.variables, self.variables, order, tuple(columns))

    def _added_up(self, order: int, columns: Array) -> Array:
        """The sum over samples: of many samples on a grid of points line by line, or by way of fewer points; else
        point by point."""
        if self._columns_of_data.shape[1] * columns[0].size > LARGE and (grid := grid_of(columns)) is not None:
            if order == 0 and (offset := offset_of(self.loss, self.variables)) is not None:
                return on_lines(offset, self.variables, self.data_symbols, tuple(self.data.values()), grid)
            exact, quick = partial(self._at_each, order), partial(self._of_few, order) if self._few_rows else None
            for close in CLOSE_WITH_KINKS if self.loss.has(*KINKED) else (CLOSE,):
                for way in (quick, None) if quick else (None,):
                    if (found := interpolated(exact, grid, close, way)) is not None:
                        return found
        return self._at_each(order, columns)

    @cached_property
    def _few_rows(self) -> tuple[Array, Array] | None:
        """Rows and weights that stand for the samples where the loss is smooth; None, where they would not be fewer."""
        if self.summand.linear:
            return None
        return condensed(self.loss, self.data_symbols, np.array(list(self.data.values())))

    def _of_few(self, order: int, columns: Array) -> Array:
        """The sum over samples at points (d, n), by way of fewer rows."""
        assert self._few_rows is not None
        rows, weights = self._few_rows
        inputs = (*self.variables, *self.data_symbols)
        total = np.zeros((results_of(order, self.dimension), columns.shape[1]))
        for block, part in zip(_blocks(rows, columns.shape[1]), _blocks(weights[None], columns.shape[1]), strict=True):
            at = (*columns, *block[..., None])
            numbers = evaluate_derivatives(self.summand.expression, inputs, self.variables, order, at)
            total += np.einsum("rsn,s->rn", numbers, part[0])
        return total

    def _at_each(self, order: int, columns: Array) -> Array:
        """The sum over samples, in blocks: the samples times the batch need not fit into memory at once."""
        summand, inputs = self.summand.expression, (*self.variables, *self.summand.symbols)
        total = np.zeros((results_of(order, self.dimension), *columns.shape[1:]))
        for block in _blocks(self._columns_of_data, columns[0].size):
            rows = block[(..., *(None,) * (columns.ndim - 1))]
            total += evaluate_derivatives(summand, inputs, self.variables, order, (*columns, *rows)).sum(axis=1)
        return total


@dataclass(frozen=True, eq=False)
class OneEach:
    """An objective at points (n, d), with a sample for each of them; `data` are arrays (n,) by name."""

    objective: DataObjective
    data: Mapping[str, Array]

    def value(self, x: ArrayLike) -> Array:
        """At each point on its sample alone, (n,)."""
        return np.asarray(self._evaluate(0, x)[0])

    def gradient(self, x: ArrayLike) -> Array:
        """At each point on its sample alone, (n, d)."""
        return np.ascontiguousarray(self._evaluate(1, x).T)

    def _evaluate(self, order: int, x: ArrayLike) -> Array:
        whole, columns = self.objective, self.objective._columns(x)
        variables, summand = whole.variables, whole.summand
        rows = evaluate(whole.data_symbols, summand.columns, tuple(self.data.values()))
        inputs = (*variables, *summand.symbols)
        with np.errstate(all="ignore"):
            numbers = evaluate_derivatives(summand.expression, inputs, variables, order, (*columns, *rows))
            return whole._with_penalty(order, np.asarray(numbers), columns)


#: What an objective knows of itself, whatever its data are: its settings, and what follows from them.
OF_ANY_DATA = {field.name for field in fields(DataObjective)} | {"data_symbols", "summand"}


def _blocks(samples: Array, batch: int) -> list[Array]:
    """Columns of samples, cut so that a block times the batch stays near BLOCK numbers."""
    size = max(1, BLOCK // max(1, batch))
    return [samples[:, first : first + size] for first in range(0, samples.shape[1], size)]


def _in_numbers(summand: sympy.Expr, symbols: Variables, columns: Array) -> sympy.Expr:
    """The summand with numbers for its symbols, added up over the columns."""
    rows = [[exact(repr(value)) for value in row] for row in columns.T.tolist()]
    return sympy.Add(*(summand.xreplace(dict(zip(symbols, row, strict=True))) for row in rows))


def _frozen(name: str, values: ArrayLike) -> Array:
    """A read-only copy; refuses what is not a row of finite numbers."""
    array = np.array(values, dtype=np.float64)
    if array.ndim != 1 or not np.isfinite(array).all():
        raise UsageError(f"The data '{name}' need to be a row of finite numbers.")
    array.flags.writeable = False
    return array


def _restored(settings: dict[str, Any]) -> DataObjective:
    return DataObjective(**settings)
