"""Numbers where people put them: all numbers of a product in one, in front of it, and none left in its brackets."""

from __future__ import annotations

import sympy
from sympy import Expr

from objectives.functions import rebuilt


def tidy(expression: Expr) -> Expr:
    """Numbers in front: 2 (10 - 10 x) e^x becomes 20 (1 - x) e^x, and a factor leaves its sum over i."""
    if not expression.args or isinstance(expression, sympy.Indexed):
        return expression
    inner = expression.args[1:] if isinstance(expression, sympy.Sum) else ()  # the limits stay
    node = rebuilt(expression, (*map(tidy, expression.args[: len(expression.args) - len(inner)]), *inner))
    if isinstance(node, sympy.Sum):
        return _number_before_sum(node)
    return _number_first(node) if node.is_Mul else node


def _number_first(product: Expr) -> Expr:
    """All numbers of a product in one; before a difference no minus, but the difference the other way round."""
    number, factors = coefficient(product)
    taken = [_content(factor) for factor in factors]
    number, factors = sympy.Mul(number, *(content for content, _ in taken)), [rest for _, rest in taken]
    for place, factor in enumerate(factors):
        signs = {negative(term) for term in factor.args} if factor.is_Add else {False}
        if signs == {True} or (number < 0 and signs == {True, False}):
            number, factors[place] = -number, -factor
    return sympy.Mul(number, *factors)


def _content(factor: Expr) -> tuple[Expr, Expr]:
    """The number that a bracket, or its power, can do without; x + 3/2 keeps its fraction."""
    bracket, power = factor.as_base_exp()
    if not (bracket.is_Add and power.is_Integer) or bracket.has(sympy.Float):
        return sympy.S.One, factor
    number = bracket.primitive()[0]
    below = {denominator(term) for term in bracket.args if term.free_symbols}
    number = sympy.Integer(number.p) if below == {1} else number
    if power.is_even and all(map(negative, bracket.args)):
        number = -number
    return number**power, (bracket / number).expand(deep=False, power_base=False, power_exp=False) ** power


def _number_before_sum(total: sympy.Sum) -> Expr:
    number, term = _content(total.function) if total.function.is_Add else total.function.as_coeff_Mul()
    return number * sympy.Sum(term, *total.limits)


def negative(expr: Expr) -> bool:
    """Whether a minus stands before it."""
    return bool(expr.as_coeff_Mul()[0].is_negative)


def coefficient(product: Expr) -> tuple[Expr, list[Expr]]:
    """The number of a product, and its other factors."""
    number, rest = product.as_coeff_Mul()
    return number, [] if rest == 1 else list(sympy.Mul.make_args(rest))


def denominator(term: Expr) -> int:
    """Of the number in a term."""
    number = term.as_coeff_Mul()[0]
    return int(number.q) if number.is_Rational else 1
