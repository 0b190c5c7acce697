"""A formula as a list of steps, each a kernel applied to earlier results; and its derivatives as further steps.

A formula is a tree, but its parts recur, and more so in its derivatives. As a list each part is computed once, and a
derivative costs a few steps for each step it differentiates, so that length and time grow with the length of the
formula and nothing else. Nothing is printed, compiled or executed: the list is data, which `run` walks through.

A step's slope comes from where the formula's own comes from: SymPy's `fdiff` of the function, made stable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from typing import Any

import numpy as np
import sympy
from sympy import Expr

from objectives.derivation import slope_of
from objectives.functions import Cases, Flat, RealFunction, built
from objectives.kernels import KERNELS, Array, Kernel
from objectives.stable import stable

Variables = tuple[sympy.Symbol, ...]
Known = dict[Expr, int]  # the step that computes an expression
Slopes = dict[int, int]  # of a step, the step that is its derivative; missing where that is 0

DIGITS = 30  # to which a constant is worked out before it becomes a double


@dataclass(frozen=True)
class Step:
    """`kernel` of the results of earlier steps; a `number`, or an `input`, has its value or its place instead."""

    kernel: str
    inputs: tuple[int, ...] = ()
    value: float = 0.0


@dataclass(frozen=True)
class Tape:
    """Steps, which of them are the results, and after which step each result is no longer needed."""

    steps: tuple[Step, ...]
    results: tuple[int, ...]
    spent: tuple[tuple[int, ...], ...]

    @cached_property
    def _program(self) -> list[tuple[Kernel | None, tuple[int, ...], Any, tuple[int, ...]]]:
        """For each step its kernel, or none and a value or the place of an input."""
        values = [int(s.value) if s.kernel == "input" else np.float64(s.value) for s in self.steps]
        kernels = [KERNELS.get(step.kernel) for step in self.steps]
        return list(zip(kernels, (step.inputs for step in self.steps), values, self.spent, strict=True))

    def run(self, columns: Sequence[Array]) -> list[Any]:
        """The results at columns of inputs: arrays that broadcast, or scalars."""
        values: list[Any] = []
        for kernel, inputs, value, spent in self._program:
            if kernel is None:
                values.append(columns[value] if type(value) is int else value)
            elif len(inputs) == 2:
                values.append(kernel(values[inputs[0]], values[inputs[1]]))
            else:
                values.append(kernel(*[values[place] for place in inputs]))
            for place in spent:
                values[place] = None
        return [values[place] for place in self.results]


@lru_cache(maxsize=1024)
def tape_of(inputs: Variables, expressions: tuple[Expr, ...]) -> Tape:
    """Expressions of the inputs, as they are."""
    graph = _Graph(inputs)
    known = dict(graph.inputs)
    return graph.tape([graph.lowered(expression, known) for expression in expressions])


@lru_cache(maxsize=1024)
def derivative_tape(inputs: Variables, expression: Expr, variables: Variables, order: int) -> Tape:
    """All partial derivatives of an expression of one order (0, 1 or 2) by some of its inputs, row by row.

    The Hessian is symmetric by construction.
    """
    graph = _Graph(inputs)
    value = graph.lowered(expression, dict(graph.inputs))
    if order == 0:
        return graph.tape([value])
    gradient = [graph.derivative(value, variable) for variable in variables]
    if order == 1:
        return graph.tape(gradient)
    places = range(len(variables))
    upper = {(i, j): graph.derivative(gradient[i], variables[j]) for i in places for j in places if i <= j}
    return graph.tape([upper[min(i, j), max(i, j)] for i in places for j in places])


@lru_cache(maxsize=1024)
def slope_tape(inputs: Variables, expression: Expr, variables: Variables) -> Tape:
    """The value of an expression and its partial derivatives by some of its inputs, in one."""
    graph = _Graph(inputs)
    value = graph.lowered(expression, dict(graph.inputs))
    return graph.tape([value, *(graph.derivative(value, variable) for variable in variables)])


def slope_template(head: Any, count: int, place: int) -> Tape:
    """The slope of a function of so many arguments by the one at a place; its inputs are the arguments."""
    slope, arguments = _template(head, (None,) * count, place)
    return tape_of(arguments, (slope,))


class _Graph:
    """Steps under construction, none of them twice."""

    def __init__(self, inputs: Variables) -> None:
        self.steps: list[Step] = []
        self.heads: dict[int, Any] = {}  # the SymPy function behind a step
        self.places: dict[Step, int] = {}
        self.sparse: set[int] = set()  # slopes that are 0 wherever another case, or another argument of max, holds
        self.inputs: Known = {symbol: self.step("input", (), k) for k, symbol in enumerate(inputs)}

    def step(self, kernel: str, inputs: tuple[int, ...] = (), value: float = 0.0) -> int:
        made = Step(kernel, inputs, value)
        if made not in self.places:
            self.places[made] = len(self.steps)
            self.steps.append(made)
        return self.places[made]

    def number(self, value: float) -> int:
        return self.step("number", (), float(value) + 0.0)

    def applied(self, head: Any, inputs: tuple[int, ...], kernel: str = "") -> int:
        """A function of SymPy's or ours, whose slope is asked of it; the kernel has its name, unless given."""
        place = self.step(kernel or head.__name__, inputs)
        self.heads[place] = head
        return place

    def value(self, place: int) -> float | None:
        """The number that a step is; None of anything that varies."""
        step = self.steps[place]
        return step.value if step.kernel == "number" else None

    # Arithmetic that does without what changes nothing ---------------------------------------------------------------

    def add(self, left: int, right: int) -> int:
        if self.value(left) == 0:
            return right
        if self.value(right) == 0:
            return left
        if self.steps[right].kernel == "negative":
            return self.step("subtract", (left, *self.steps[right].inputs))
        return self.step("add", (left, right))

    def negative(self, place: int) -> int:
        value = self.value(place)
        if value is not None:
            return self.number(-value)
        return (
            self.steps[place].inputs[0] if self.steps[place].kernel == "negative" else self.step("negative", (place,))
        )

    def multiply(self, left: int, right: int) -> int:
        one, other = self.value(left), self.value(right)
        if one == 0 or other == 0:
            return self.number(0)
        if one is not None and other is not None and np.isfinite(one * other):
            return self.number(one * other)
        for known, rest in ((one, right), (other, left)):
            if known == 1:
                return rest
            if known == -1:
                return self.negative(rest)
        return self.step("square", (left,)) if left == right else self.step("multiply", (left, right))

    def divide(self, over: int, under: int) -> int:
        if self.value(over) == 0 or self.value(under) == 1:
            return over
        return self.step("reciprocal", (under,)) if self.value(over) == 1 else self.step("divide", (over, under))

    def power(self, base: int, exponent: float) -> int:
        simple = {0.5: "sqrt", 2.0: "square", 3.0: "cube"}
        if exponent in (0.0, 1.0):
            return base if exponent else self.number(1)
        if exponent in (-0.5, -1.0):
            return self.divide(self.number(1), self.power(base, -exponent))
        if exponent in simple:
            return self.step(simple[exponent], (base,))
        return self.step("power", (base, self.number(exponent)))

    # From an expression ----------------------------------------------------------------------------------------------

    def lowered(self, node: Expr, known: Known) -> int:
        """The step that computes an expression; `known` has those of its symbols, and learns the others."""
        if node not in known:
            known[node] = self._lowered(node, known)
        return known[node]

    def _lowered(self, node: Expr, known: Known) -> int:
        if not node.free_symbols and not node.has(RealFunction):
            return self.number(_double(node))
        if node.is_Add:
            return reduce(self.add, [self._term(term, known) for term in node.args])
        if node.is_Mul:
            return self._product(node, known)
        if node.is_Pow and not isinstance(node, sympy.exp):
            return self._raised(node, known)
        return self.applied(type(node), tuple(self.lowered(part, known) for part in node.args))

    def _term(self, term: Expr, known: Known) -> int:
        subtracted = term.is_Mul and term.args[0].is_Number and term.args[0].is_negative
        return self.negative(self.lowered(-term, known)) if subtracted else self.lowered(term, known)

    def _product(self, node: Expr, known: Known) -> int:
        """Factors, and one division by those with a negative power."""
        if node.args[0] == -1:
            return self.negative(self.lowered(-node, known))
        under = [factor for factor in node.args if _is_divisor(factor)]
        over = [self.lowered(factor, known) for factor in node.args if not _is_divisor(factor)]
        upper = reduce(self.multiply, over) if over else self.number(1)
        if not under:
            return upper
        return self.divide(upper, reduce(self.multiply, [self.lowered(1 / factor, known) for factor in under]))

    def _raised(self, node: Expr, known: Known) -> int:
        base, exponent = (self.lowered(part, known) for part in node.args)
        number = self.value(exponent)
        return self.step("power", (base, exponent)) if number is None else self.power(base, number)

    # Derivatives -----------------------------------------------------------------------------------------------------

    def derivative(self, place: int, variable: sympy.Symbol) -> int:
        """The step that computes the derivative of a step by an input."""
        slopes: Slopes = {self.inputs[variable]: self.number(1)}
        for one in sorted(self._needed([place])):
            if one not in slopes and (slope := self._slope(one, slopes)) is not None:
                slopes[one] = slope
        return slopes.get(place, self.number(0))

    def _needed(self, results: Iterable[int]) -> set[int]:
        needed, waiting = set(), list(results)
        while waiting:
            place = waiting.pop()
            if place not in needed:
                needed.add(place)
                waiting.extend(self.steps[place].inputs)
        return needed

    def _slope(self, place: int, slopes: Slopes) -> int | None:
        """The chain rule for one step; None if it does not vary."""
        step = self.steps[place]
        varying = [k for k, source in enumerate(step.inputs) if source in slopes]
        if not varying:
            return None
        if step.kernel == "Cases":
            return self._of_cases(step, slopes)
        parts = [self._chained(self._partial(place, k), slopes[step.inputs[k]]) for k in varying]
        total = reduce(self.add, parts)
        if any(part in self.sparse for part in parts):
            self.sparse.add(total)
        return None if self.value(total) == 0 else total

    def _chained(self, outer: int, inner: int) -> int:
        """The product of two slopes; 0 where the inner one is because another case holds, whatever the outer one."""
        chooses = self.steps[outer].kernel in ("largest_at", "smallest_at")
        if not (chooses or inner in self.sparse) or self.value(outer) is not None or self.value(inner) == 0:
            product = self.multiply(outer, inner)
        else:
            product = self.step("scaled", (inner, outer) if chooses else (outer, inner))
        if chooses or inner in self.sparse:
            self.sparse.add(product)
        return product

    def _of_cases(self, step: Step, slopes: Slopes) -> int | None:
        values = [slopes.get(place, self.number(0)) for place in (*step.inputs[0:-1:2], step.inputs[-1])]
        if len(set(values)) == 1:
            return None if self.value(values[0]) == 0 else values[0]
        flat = [part for pair in zip(values, step.inputs[1:-1:2], strict=False) for part in pair]
        made = self.applied(Cases, (*flat, values[-1]))
        self.sparse.add(made)
        return made

    def _partial(self, place: int, k: int) -> int:
        """The derivative of a step by its k-th input."""
        step = self.steps[place]
        if step.kernel in _RULES:
            return _RULES[step.kernel](self, place, step.inputs)[k]()
        if step.kernel in ("Max", "Min"):
            kernel = "largest_at" if step.kernel == "Max" else "smallest_at"
            return self.applied(Flat, (self.number(k), *step.inputs), kernel)
        head = self.heads[place]
        if issubclass(head, Flat):
            return self.number(0)
        return self._from_head(head, step.inputs, k)

    def _from_head(self, head: Any, inputs: tuple[int, ...], k: int) -> int:
        """SymPy's slope of a function, with its arguments in their places."""
        numbers = tuple(self.value(place) for place in inputs)
        slope, arguments = _template(head, numbers, k)
        varying = [place for place, number in zip(inputs, numbers, strict=True) if number is None]
        return self.lowered(slope, dict(zip(arguments, varying, strict=True)))

    def tape(self, results: Sequence[int]) -> Tape:
        """The steps that the results need, in order."""
        order = sorted(self._needed(results))
        new = {place: k for k, place in enumerate(order)}
        steps = tuple(
            Step(step.kernel, tuple(new[place] for place in step.inputs), step.value)
            for step in map(self.steps.__getitem__, order)
        )
        return Tape(steps, tuple(new[place] for place in results), _spent(steps, {new[place] for place in results}))


def _spent(steps: Sequence[Step], results: set[int]) -> tuple[tuple[int, ...], ...]:
    """After each step, the steps whose results nothing needs any more."""
    last = {place: k for k, step in enumerate(steps) for place in step.inputs}
    spent: list[list[int]] = [[] for _ in steps]
    for place, k in last.items():
        if place not in results:
            spent[k].append(place)
    return tuple(map(tuple, spent))


@lru_cache(maxsize=1024)
def _template(head: Any, numbers: tuple[float | None, ...], k: int) -> tuple[Expr, Variables]:
    """The slope of a function by its k-th argument, and the symbols that stand for those that are no numbers."""
    names = [sympy.Dummy(f"u{place}", real=True) for place in range(len(numbers))]
    arguments = [name if number is None else _exactly(number) for name, number in zip(names, numbers, strict=True)]
    symbols = tuple(name for name, number in zip(names, numbers, strict=True) if number is None)
    return stable(slope_of(built(head, *arguments), k)), symbols


def _is_divisor(factor: Expr) -> bool:
    """Whether a factor is 1/u or 1/sqrt(u). Below, a higher power may be infinite where the quotient's slope is not."""
    raised = factor.is_Pow and not isinstance(factor, sympy.exp)
    return bool(raised and factor.exp in (-1, -sympy.S.Half) and factor.base.free_symbols)


def _exactly(number: float) -> Expr:
    return sympy.Integer(int(number)) if number.is_integer() else sympy.Float(number)


def _double(constant: Expr) -> float:
    """The value of a constant, rounded once; NaN of what is not real."""
    value = complex(constant.evalf(DIGITS)) if not constant.is_Number else float(constant)
    return float(value.real) if value.imag == 0 else float("nan")


_Rule = Callable[[_Graph, int, tuple[int, ...]], Sequence[Callable[[], int]]]
_RULES: dict[str, _Rule] = {
    "add": lambda g, _, __: (lambda: g.number(1), lambda: g.number(1)),
    "subtract": lambda g, _, __: (lambda: g.number(1), lambda: g.number(-1)),
    "negative": lambda g, _, __: (lambda: g.number(-1),),
    "multiply": lambda _, __, u: (lambda: u[1], lambda: u[0]),
    "scaled": lambda _, __, u: (lambda: u[1], lambda: u[0]),
    "divide": lambda g, p, u: (
        lambda: g.divide(g.number(1), u[1]),
        lambda: g.negative(g.divide(p, u[1])),
    ),
    "reciprocal": lambda g, p, u: (lambda: g.negative(g.divide(p, u[0])),),
    "square": lambda g, _, u: (lambda: g.multiply(g.number(2), u[0]),),
    "cube": lambda g, _, u: (lambda: g.multiply(g.number(3), g.power(u[0], 2.0)),),
    "sqrt": lambda g, p, _: (lambda: g.divide(g.number(0.5), p),),
    "power": lambda g, p, u: (
        lambda: _below(g, u),
        lambda: g.multiply(p, g.applied(sympy.log, (u[0],))),
    ),
}


def _below(graph: _Graph, inputs: tuple[int, ...]) -> int:
    """v u^(v - 1)."""
    base, exponent = inputs
    number = graph.value(exponent)
    if number is not None:
        return graph.multiply(exponent, graph.power(base, number - 1))
    return graph.multiply(exponent, graph.step("power", (base, graph.add(exponent, graph.number(-1)))))
