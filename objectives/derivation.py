"""The derivative of an expression, as a formula: sums, products, powers, and the chain rule for everything else.

SymPy's own `diff` differentiates |u| by way of complex numbers and sign(u) into a Dirac delta, and asks of every
function whether it is real, which for a large argument may not end. Here everything is real, a derivative is the one
that holds almost everywhere (|u|' = sign(u) u', sign' = 0; a tie of max or min is shared), and each node of the tree
is differentiated once. What a function's own slope is, SymPy's `fdiff` knows.
"""

from __future__ import annotations

import math
from functools import lru_cache

import sympy
from sympy import Expr

from objectives.functions import Cases, Flat, built

Variables = tuple[sympy.Symbol, ...]
Expressions = tuple[Expr, ...]

_FLAT = (Flat, sympy.sign, sympy.Heaviside, sympy.floor, sympy.ceiling)


@lru_cache(maxsize=4096)
def derivative(expression: Expr, variable: sympy.Symbol) -> Expr:
    """The real derivative of `expression`, as it holds almost everywhere (0 stands in at a kink of |u|)."""
    return _derived(expression, variable, {})


@lru_cache(maxsize=1024)
def derivatives(expression: Expr, variables: Variables, order: int) -> Expressions:
    """All partial derivatives of one order (0, 1 or 2), row by row; the Hessian is symmetric by construction."""
    if order == 0:
        return (expression,)
    gradient = tuple(derivative(expression, variable) for variable in variables)
    if order == 1:
        return gradient
    places = range(len(variables))
    return tuple(derivative(gradient[min(i, j)], variables[max(i, j)]) for i in places for j in places)


def square(entries: Expressions) -> tuple[Expressions, ...]:
    """The entries of a square matrix, written row by row, as rows."""
    size = math.isqrt(len(entries))
    return tuple(entries[row * size : (row + 1) * size] for row in range(size))


_Known = dict[Expr, Expr]


def _derived(node: Expr, variable: sympy.Symbol, known: _Known) -> Expr:
    if node not in known:
        known[node] = _rule(node, variable, known)
    return known[node]


def _rule(node: Expr, variable: sympy.Symbol, known: _Known) -> Expr:
    if not node.args:
        return sympy.S.One if node == variable else sympy.S.Zero
    if node.is_Add:
        return sympy.Add(*(_derived(part, variable, known) for part in node.args))
    if node.is_Mul:
        return _of_product(node.args, variable, known)
    if isinstance(node, sympy.Sum):
        return sympy.Sum(_derived(node.function, variable, known), *node.limits)
    if node.is_Pow and not isinstance(node, sympy.exp):
        return _of_power(node, variable, known)
    if isinstance(node, Cases):
        return node.with_values([_derived(value, variable, known) for value in node.args[0::2]])
    inner = ((place, _derived(part, variable, known)) for place, part in enumerate(node.args))
    return sympy.Add(*(slope_of(node, place) * slope for place, slope in inner if slope != 0))


def _of_product(factors: Expressions, variable: sympy.Symbol, known: _Known) -> Expr:
    slopes = [_derived(factor, variable, known) for factor in factors]
    return sympy.Add(
        *(sympy.Mul(*factors[:k], slope, *factors[k + 1 :]) for k, slope in enumerate(slopes) if slope != 0)
    )


def _of_power(node: Expr, variable: sympy.Symbol, known: _Known) -> Expr:
    base, exponent = node.args
    inner, outer = _derived(base, variable, known), _derived(exponent, variable, known)
    fixed = exponent * base ** (exponent - 1) * inner
    return fixed if outer == 0 else fixed + node * sympy.log(base) * outer


def slope_of(node: Expr, place: int) -> Expr:
    """The partial derivative of a function by its argument at a place, in terms of its arguments."""
    if isinstance(node, _FLAT):
        return sympy.S.Zero
    if isinstance(node, sympy.Abs):
        return built(sympy.sign, node.args[0])
    if isinstance(node, (sympy.Max, sympy.Min)):
        return _wins(node, place)
    return node.fdiff(place + 1)


def _wins(node: Expr, place: int) -> Expr:
    """1 where the argument is the largest (smallest), 0 where it is not, a half on a tie."""
    own, others = node.args[place], [*node.args[:place], *node.args[place + 1 :]]
    best = others[0] if len(others) == 1 else built(node.func, *others)
    ahead = own - best if isinstance(node, sympy.Max) else best - own
    return built(sympy.Heaviside, ahead, sympy.S.Half)
