"""What the words of a formula mean: the tree of `grammar` becomes a SymPy expression, and nothing is ever run.

Arithmetic on constants is done eagerly by SymPy, so 9**9**9**9 would never come back: sizes are checked before a
power is taken and after each operation. All arguments are meant to be real, so |u| and sign(u) stay as they are where
SymPy cannot tell, instead of being split into real and imaginary parts; and max and min stay unevaluated, because
SymPy's comparisons can take long.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import pairwise
from math import log2

import sympy
from sympy import Expr

from objectives.errors import unknown
from objectives.functions import (
    AtLeast,
    AtMost,
    Both,
    Cases,
    Ceil,
    Condition,
    Either,
    Floor,
    Greater,
    Less,
    Mod,
    Sinc,
    built,
)
from objectives.grammar import Node, parse
from objectives.numeric import exact
from objectives.tokens import ExpressionError, respelt, tokens
from objectives.vocabulary import CONSTANTS, DEFAULTS, FUNCTIONS, GREEK, SPREAD, VARIABLE

LARGEST_EXPONENT = 1000
LARGEST = 100  # powers of ten: no constant above 10^100, or below 10^-100 but 0
MOST_BITS = 500  # in a numerator or denominator


def _absolute(u: Expr) -> Expr:
    # Of an argument that may leave the reals, SymPy would split off real and imaginary parts.
    number, rest = u.as_coeff_Mul()
    return abs(number) * (sympy.Abs(rest) if not rest.free_symbols else built(sympy.Abs, rest))


def _sign(u: Expr) -> Expr:
    return built(sympy.sign, u) if u.free_symbols else sympy.sign(u)


def _step(u: Expr) -> Expr:
    return built(sympy.Heaviside, u, sympy.S.Half) if u.free_symbols else sympy.Heaviside(u, sympy.S.Half)


def _whole(head: type[Expr], on_numbers: Callable[[Expr], Expr]) -> Callable[[Expr], Expr]:
    return lambda u: head(u) if u.free_symbols else on_numbers(u)


def _remainder(u: Expr, v: Expr) -> Expr:
    return Mod(u, v) if u.free_symbols or v.free_symbols else u - v * sympy.floor(u / v)


def _sinc(u: Expr) -> Expr:
    return Sinc(u) if u.free_symbols else sympy.sinc(u)


PRIMITIVES: dict[str, Callable[..., Expr]] = {
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "asin": sympy.asin,
    "acos": sympy.acos,
    "atan": sympy.atan,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "asinh": sympy.asinh,
    "acosh": sympy.acosh,
    "atanh": sympy.atanh,
    "exp": sympy.exp,
    "ln": sympy.log,
    "abs": _absolute,
    "sign": _sign,
    "heaviside": _step,
    "floor": _whole(Floor, sympy.floor),
    "ceil": _whole(Ceil, sympy.ceiling),
    "sinc": _sinc,
    "erf": sympy.erf,
    "erfc": lambda u: 1 - sympy.erf(u) if u.free_symbols else sympy.erfc(u),
    "atan2": sympy.atan2,
    "mod": _remainder,
    "max": lambda *arguments: built(sympy.Max, *arguments),
    "min": lambda *arguments: built(sympy.Min, *arguments),
}
_CONSTANTS = {"pi": sympy.pi, "e": sympy.E, "E": sympy.E}
assert set(_CONSTANTS) == set(CONSTANTS)
TRUE, FALSE = Greater(1, 0), Greater(0, 1)
_AHEAD = {">": (1,), ">=": (0, 1), "<": (-1,), "<=": (-1, 0)}
_RELATIONS = {">": Greater, ">=": AtLeast, "<": Less, "<=": AtMost}


@dataclass(frozen=True)
class _Scope:
    """The text for messages; the names that are known, if not all are; what u, v, w stand for inside a definition."""

    text: str
    variables: Collection[str] | None = None
    bound: Mapping[str, Expr] | None = None
    place: int | None = None  # of the call, inside a definition

    def refuse(self, node: Node, message: str) -> ExpressionError:
        return ExpressionError(self.text, node.place if self.place is None else self.place, message)


def expression_of(tree: Node, text: str, variables: Collection[str] | None = None) -> Expr:
    """The expression of a tree: real symbols, and numbers of a sane size. Raises ExpressionError, with the place."""
    return _value(tree, _Scope(text, variables))


def _value(node: Node, scope: _Scope) -> Expr:
    """The expression of a node that is a number for each point."""
    found = _READERS[node.kind](node, scope)
    if isinstance(found, Condition):
        raise scope.refuse(node, "This is a condition; it stands behind if: x if x > 0 else -x")
    return found


def _condition(node: Node, scope: _Scope) -> Expr:
    found = _READERS[node.kind](node, scope) if node.kind != "pair" else None
    if not isinstance(found, Condition):
        raise scope.refuse(node, "Here a condition was expected, such as x > 0")
    return found


def _number(node: Node, scope: _Scope) -> Expr:
    literal = Decimal(node.name)
    if literal != 0 and abs(literal.adjusted()) > LARGEST:
        raise scope.refuse(node, f"Numbers may go up to 10^{LARGEST}, and down to 10^-{LARGEST}")
    return exact(node.name)


def _name(node: Node, scope: _Scope) -> Expr:
    name = node.name
    if scope.bound is not None and name in scope.bound:
        return scope.bound[name]
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    if scope.variables is not None and name not in scope.variables:
        raise scope.refuse(node, str(unknown("variable", name, scope.variables)).rstrip("."))
    if name == "I" or not VARIABLE.fullmatch(name):
        raise scope.refuse(node, _not_a_variable(name))
    return sympy.Symbol(name, real=True)


def _not_a_variable(name: str) -> str:
    if name == "I":
        return "I is the imaginary unit, which has no place here: everything is real; call the variable i"
    near = get_close_matches(name, [*FUNCTIONS, *GREEK], n=1, cutoff=0.7)
    advice = f"did you mean {near[0]}?" if near else "a variable is called like x, w1 or theta"
    return f"'{name}' is not a variable; {advice}"


def _minus(node: Node, scope: _Scope) -> Expr:
    return -_value(node.parts[0], scope)


def _sum(node: Node, scope: _Scope) -> Expr:
    total = _value(node.parts[0], scope)
    for sign, part in zip(node.signs[1:], node.parts[1:], strict=True):
        term = _value(part, scope)
        total = _checked(total + term if sign == "+" else total - term, part, scope)
    return total


def _product(node: Node, scope: _Scope) -> Expr:
    total = _value(node.parts[0], scope)
    for sign, part in zip(node.signs[1:], node.parts[1:], strict=True):
        factor = _value(part, scope)
        total = _checked(total * factor if sign == "*" else total / factor, part, scope)
    return total


def _power(node: Node, scope: _Scope) -> Expr:
    base, exponent = (_value(part, scope) for part in node.parts)
    if _too_large(base, exponent):
        raise scope.refuse(node.parts[1], "This power is too large a number")
    if exponent.is_Number and abs(exponent) > LARGEST_EXPONENT:
        raise scope.refuse(node.parts[1], f"Exponents may go up to {LARGEST_EXPONENT}")
    return _checked(base**exponent, node, scope)


def _compare(node: Node, scope: _Scope) -> Expr:
    values = [_value(part, scope) for part in node.parts]
    return _all_of([_related(sign, *pair) for sign, pair in zip(node.signs, pairwise(values), strict=True)])


def _related(sign: str, left: Expr, right: Expr) -> Expr:
    """A comparison; of two constants, whether it is true."""
    if left.free_symbols or right.free_symbols:
        return _RELATIONS[sign](left, right)
    ahead = (_real(left) > _real(right)) - (_real(left) < _real(right))
    return TRUE if ahead in _AHEAD[sign] else FALSE


def _all_of(conditions: list[Expr]) -> Expr:
    if FALSE in conditions:
        return FALSE
    open_ones = [one for one in conditions if one != TRUE]
    return Both(*open_ones) if len(open_ones) > 1 else open_ones[0] if open_ones else TRUE


def _any_of(conditions: list[Expr]) -> Expr:
    if TRUE in conditions:
        return TRUE
    open_ones = [one for one in conditions if one != FALSE]
    return Either(*open_ones) if len(open_ones) > 1 else open_ones[0] if open_ones else FALSE


def _if(node: Node, scope: _Scope) -> Expr:
    value, condition, other = node.parts
    return _cases([_value(value, scope), _condition(condition, scope), _value(other, scope)])


def _cases(parts: list[Expr]) -> Expr:
    """value, condition, ..., otherwise; cases inside the last value are its further branches."""
    *branches, otherwise = parts
    if FALSE in branches[1::2] or TRUE in branches[1::2]:
        return _decided(branches, otherwise)
    if isinstance(otherwise, Cases):
        return _cases([*branches, *otherwise.args])
    values = {*branches[0::2], otherwise}
    return otherwise if len(values) == 1 else Cases(*branches, otherwise)


def _decided(branches: list[Expr], otherwise: Expr) -> Expr:
    """The cases that are left where some conditions are constant."""
    left: list[Expr] = []
    for value, condition in zip(branches[0::2], branches[1::2], strict=True):
        if condition == TRUE:
            return _cases([*left, value])
        left += [] if condition == FALSE else [value, condition]
    return _cases([*left, otherwise])


def _pair(node: Node, scope: _Scope) -> Expr:
    raise scope.refuse(node, "A value with its condition stands in piecewise only; a decimal number is written 0.5")


def _call(node: Node, scope: _Scope) -> Expr:
    name = SPREAD.get(node.name, node.name)
    meaning, fewest, most = FUNCTIONS[name]
    if not fewest <= len(node.parts) <= most:
        count = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise scope.refuse(node, f"The function {node.name} takes {count} argument{'s' if most > 1 else ''}")
    if name == "piecewise":
        return _piecewise(node, scope)
    if name == "where":
        condition, value, other = node.parts
        return _cases([_value(value, scope), _condition(condition, scope), _value(other, scope)])
    arguments = [_value(part, scope) for part in node.parts]
    if not meaning:
        return _applied(name, arguments, node, scope)
    if name in DEFAULTS and len(arguments) == 1:
        arguments.append(_value(_definition(DEFAULTS[name]), scope))
    bound = dict(zip("uvw", arguments, strict=False))
    inside = _Scope(scope.text, None, bound, node.place if scope.place is None else scope.place)
    return _value(_definition(meaning), inside)


@cache
def _definition(meaning: str) -> Node:
    """The tree of what a function stands for."""
    return parse(meaning, tokens(meaning, respelt(meaning), None)[0]).tree


def _applied(name: str, arguments: list[Expr], node: Node, scope: _Scope) -> Expr:
    if name == "exp" and _hides_power(arguments[0]):
        raise scope.refuse(node, "This is too large a number")
    return _checked(PRIMITIVES[name](*arguments), node, scope)


def _piecewise(node: Node, scope: _Scope) -> Expr:
    """(value, condition) pairs, or both in turns, either first; a last value alone stands for otherwise."""
    flat = [one for part in node.parts for one in (part.parts if part.kind == "pair" else (part,))]
    pairs = [(flat[k], flat[k + 1]) for k in range(0, len(flat) - 1, 2)]
    last = [] if len(flat) % 2 == 0 else [flat[-1]]
    if pairs and _READERS[pairs[0][0].kind] in (_compare, _both, _either):
        pairs = [(value, condition) for condition, value in pairs]
    if not last and pairs[-1][1].name in ("True", "true"):
        last = [pairs.pop()[0]]
    if not last:
        raise scope.refuse(node, "Add the value where none of the conditions holds: piecewise(x^2, x > 0, -x)")
    branches = [part for value, holds in pairs for part in (_value(value, scope), _condition(holds, scope))]
    return _cases([*branches, _value(last[0], scope)])


def _both(node: Node, scope: _Scope) -> Expr:
    return _all_of([_condition(part, scope) for part in node.parts])


def _either(node: Node, scope: _Scope) -> Expr:
    return _any_of([_condition(part, scope) for part in node.parts])


_READERS: dict[str, Callable[[Node, _Scope], Expr]] = {
    "number": _number,
    "name": _name,
    "minus": _minus,
    "sum": _sum,
    "product": _product,
    "power": _power,
    "compare": _compare,
    "and": _both,
    "or": _either,
    "if": _if,
    "pair": _pair,
    "call": _call,
}


# Sizes ----------------------------------------------------------------------------------------------------------------


def _too_large(base: Expr, exponent: Expr) -> bool:
    """Whether the power is a constant that SymPy would write out in more digits than anybody needs."""
    if base == sympy.E:
        return _hides_power(exponent)
    if not (base.is_number and exponent.is_number) or base == 0:
        return False
    bits = _bits(base) - 1 if base.is_Rational else 0
    return abs(_real(exponent)) * max(bits, abs(log2(abs(_real(base))))) > MOST_BITS


def _hides_power(exponent: Expr) -> bool:
    """Whether e to the exponent is a power in disguise, and a huge one: e^(10^50 log 7) is 7^(10^50)."""
    constants = (part for part in sympy.Add.make_args(exponent) if part.is_number and part.has(sympy.log))
    return any(abs(_real(part)) > MOST_BITS for part in constants)


def _checked(expression: Expr, node: Node, scope: _Scope) -> Expr:
    """The expression, if it is real and all numbers in it are of a sane size."""
    if expression.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.I):
        raise scope.refuse(node, "This is not a real number")
    if any(_bits(number) > MOST_BITS for number in expression.atoms(sympy.Rational)):
        raise scope.refuse(node, "The numbers in this grow too large")
    if any(power.exp.is_Number and abs(power.exp) > LARGEST_EXPONENT for power in expression.atoms(sympy.Pow)):
        raise scope.refuse(node, f"Exponents may go up to {LARGEST_EXPONENT}")
    if any(power.exp.free_symbols and _real(power.base) < 0 for power in expression.atoms(sympy.Pow)):
        raise scope.refuse(node, "A negative number to a varying power is not real")
    if not all(_sane(part) for part in _constant_parts(expression)):
        raise scope.refuse(node, "This constant is not a real number between 10^-100 and 10^100")
    return expression


def _bits(number: sympy.Rational) -> int:
    return max(abs(int(number.p)).bit_length(), int(number.q).bit_length())


def _constant_parts(expression: Expr) -> Iterator[Expr]:
    """The largest parts without a variable; an exponent of a variable counts as one."""
    if not expression.free_symbols:
        return iter([expression])
    return (part for child in expression.args for part in _constant_parts(child))


def _sane(constant: Expr) -> bool:
    size = abs(_real(constant))
    return constant == 0 or 10.0**-LARGEST <= size <= 10.0**LARGEST


@lru_cache(maxsize=4096)
def _real(constant: Expr) -> float:
    """The value of a constant, NaN of anything else. Its own parts have been checked, so this is quick."""
    try:
        return float(constant)
    except (TypeError, OverflowError, ValueError):
        return float("nan")
