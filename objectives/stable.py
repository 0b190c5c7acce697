"""The same function in a form that neither overflows nor cancels where its value is harmless.

Textbook forms do both: the slope of 1 / (1 + e^-u) is inf / inf at u = -800, 1 - sigmoid(40) is 0, log cosh(800) is
infinite, log(1 + x^2) forgets an x of 1e-9. Each is rewritten, from the leaves upwards, into functions of `functions`
that are computed well everywhere and carry their own derivative; the expression that a person reads stays as it was.

The idea behind most of it: a positive quantity built from exponentials is known by its logarithm. A sum of them is
one of them, taken out, times 1 + e^u + e^v + ..., whose logarithm (`LogTotal`, `Softplus`) and inverse (`Share`,
`Logistic`) need no large numbers. Which one is taken out is free, so it is the one that cancels with its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import sympy
from sympy import Expr

from objectives.functions import (
    Erfc,
    Expm1,
    Log1mExp,
    Log1p,
    LogCosh,
    Logistic,
    LogisticSlope,
    LogTotal,
    Root1pm1,
    Sech,
    Share,
    Sinc,
    SincSlope,
    Softplus,
    rebuilt,
)

Terms = list[Expr]


@lru_cache(maxsize=1024)
def stable(expression: Expr) -> Expr:
    """The same function, with textbook forms by functions that are computed well everywhere."""
    return _rewritten(expression, {})


def _rewritten(node: Expr, known: dict[Expr, Expr]) -> Expr:
    if not node.args or isinstance(node, (sympy.Indexed, sympy.Sum)):
        return node
    if node not in known:
        known[node] = _better(rebuilt(node, tuple(_rewritten(part, known) for part in node.args)))
    return known[node]


def _better(node: Expr) -> Expr:
    if not node.free_symbols:  # a constant needs no care: it is worked out with as many digits as it takes
        return node
    if node.is_Add:
        return _sum(node)
    if node.is_Mul or (node.is_Pow and not isinstance(node, sympy.exp)):
        return _product(node)
    if isinstance(node, sympy.log):
        return _logarithm(node.args[0])
    if isinstance(node, Sinc):
        return SincSlope(node.args[0], sympy.S.Zero)
    return node


# Positive quantities, by their logarithm ------------------------------------------------------------------------------


def _log_of(node: Expr) -> Expr | None:
    """The logarithm of a positive quantity that is made of exponentials; None of anything else."""
    if isinstance(node, sympy.exp):
        return node.args[0]
    if node.is_Number or node.is_NumberSymbol:
        return sympy.log(node) if node.is_positive else None
    if isinstance(node, Logistic):
        return -Softplus(-node.args[0])
    if isinstance(node, Share):
        return -LogTotal(*node.args)
    if isinstance(node, sympy.cosh):
        return LogCosh(*node.args)
    if isinstance(node, Sech):
        return -LogCosh(*node.args)
    if node.is_Pow:
        inner = _log_of(node.base)
        return None if inner is None else node.exp * inner
    if node.is_Mul:
        parts = [_log_of(factor) for factor in node.args]
        return None if None in parts else sympy.Add(*parts)
    if node.is_Add and (exponents := _exponents(node)):
        return _total(exponents)
    return None


def _exponents(total: Expr) -> Terms:
    """The logarithms of the terms of a sum of positive quantities; empty if it is none, or a constant."""
    parts = [_log_of(term) for term in total.args] if total.is_Add else []
    return [] if None in parts or not total.free_symbols else parts


def _total(exponents: Terms, first: Expr | None = None) -> Expr:
    """log(e^u + e^v + ...): one of the exponents, and what the others add."""
    own, others = _pivoted(exponents, first)
    return own + (Softplus(*others) if len(others) == 1 else LogTotal(*others))


def _pivoted(exponents: Terms, first: Expr | None) -> tuple[Expr, Terms]:
    """One exponent (`first`, else 0, else the first), and the differences of the others to it."""
    own = first if first in exponents else sympy.S.Zero if sympy.S.Zero in exponents else exponents[0]
    place = exponents.index(own)
    return own, [_difference(other, own) for k, other in enumerate(exponents) if k != place]


def _difference(left: Expr, right: Expr) -> Expr:
    return sympy.expand_mul(left - right, deep=False) if right != 0 else left


# Sums -----------------------------------------------------------------------------------------------------------------


def _sum(node: Expr) -> Expr:
    for rule in (_hyperbolic, _centred, _complements, _root_less_one, _total_less_exponent):
        better = rule(node)
        if better is not None:
            return better if not better.is_Add or better == node else _sum(better)
    return node


def _hyperbolic(node: Expr) -> Expr | None:
    """e^u + e^-u is 2 cosh u, e^u - e^-u is 2 sinh u."""
    if len(node.args) != 2:
        return None
    (one, up), (other, down) = (term.as_coeff_Mul() for term in node.args)
    if not (isinstance(up, sympy.exp) and isinstance(down, sympy.exp) and up.args[0] == -down.args[0]):
        return None
    u = down.args[0] if up.args[0].could_extract_minus_sign() else up.args[0]
    if one == other:
        return 2 * one * sympy.cosh(u, evaluate=False)
    one = one if u == up.args[0] else -one
    return 2 * one * sympy.sinh(u, evaluate=False) if one in (other, -other) else None


def _centred(node: Expr) -> Expr | None:
    """2 sigmoid(u) - 1 is tanh u/2."""
    number, rest = node.as_coeff_Add()
    size, part = rest.as_coeff_Mul()
    if number != 0 and size == -2 * number and isinstance(part, Logistic):
        return -number * sympy.tanh(part.args[0] / 2, evaluate=False)
    return None


def _complements(node: Expr) -> Expr | None:
    """n - n X, for an X that may come close to 1: what is left is computed by itself."""
    number, rest = node.as_coeff_Add()
    if number == 0:
        return None
    found = []
    for term in sympy.Add.make_args(rest):
        size, part = term.as_coeff_Mul()
        left = _complement(part, sympy.sign(-size * number)) if size.is_Rational else None
        if left is not None:
            found.append((term, abs(size), left))
    chosen = found if sum(size for _, size, _ in found) == abs(number) else []
    chosen = chosen or [one for one in found if one[1] == abs(number)][:1]
    if not chosen:
        return None
    sign, gone = sympy.sign(number), {term for term, _, _ in chosen}
    kept = [term for term in sympy.Add.make_args(rest) if term not in gone]
    return sympy.Add(*kept, *(sign * size * left for _, size, left in chosen))


def _complement(part: Expr, sign: Expr) -> Expr | None:
    """1 - X (sign 1) or 1 + X (sign -1) without cancelling; None if X is none of those that are known."""
    u: Expr = part.args[0] if part.args else sympy.S.Zero
    if isinstance(part, sympy.cos):
        return 2 * (sympy.sin if sign == 1 else sympy.cos)(u / 2, evaluate=False) ** 2
    if isinstance(part, sympy.tanh):
        return 2 * Logistic(-2 * sign * u)
    if isinstance(part, sympy.erf):
        return Erfc(sign * u)
    if sign != 1:
        squared = part.is_Pow and part.exp == 2 and isinstance(part.base, sympy.sinh)
        return sympy.cosh(*part.base.args, evaluate=False) ** 2 if squared else None
    if isinstance(part, sympy.exp):
        return -Expm1(u)
    if isinstance(part, Logistic):
        return Logistic(-u)
    if isinstance(part, Share):
        return Logistic(_total(list(part.args)))
    if isinstance(part, Erfc):
        return sympy.erf(u)
    if part.is_Pow and part.exp == 2 and isinstance(part.base, sympy.tanh):
        return Sech(part.base.args[0]) ** 2
    return None


def _root_less_one(node: Expr) -> Expr | None:
    """c sqrt(w + r) - c sqrt(w), with numbers c and w: c sqrt(w) (sqrt(1 + r/w) - 1)."""
    number, rest = node.as_coeff_Add()
    if number == 0 or not number.is_Rational:
        return None
    for term in sympy.Add.make_args(rest):
        size, root = term.as_coeff_Mul()
        if not (size.is_Rational and root.is_Pow and root.exp == sympy.S.Half and number * size < 0):
            continue
        below, varying = root.base.as_coeff_Add()
        if below.is_Rational and below > 0 and size**2 * below == number**2:
            return rest - term - number * Root1pm1(varying / below)
    return None


def _total_less_exponent(node: Expr) -> Expr | None:
    """log(1 + e^u) - u is log(1 + e^-u); the same for one of several exponents."""
    terms = set(node.args)
    for term in node.args:
        size, total = term.as_coeff_Mul()
        if not isinstance(total, (Softplus, LogTotal)):
            continue
        for exponent in total.args:
            gone = set(sympy.Add.make_args(sympy.expand_mul(-size * exponent, deep=False)))
            if gone <= terms:
                exchanged = size * (_total([sympy.S.Zero, *total.args], exponent) - exponent)
                return sympy.Add(*(terms - gone - {term}), exchanged)
    return None


# Products and powers --------------------------------------------------------------------------------------------------


def _product(node: Expr) -> Expr:
    """Exponentials over sums of exponentials as shares; hyperbolic quotients as what they are."""
    factors, exponent, sums = [], sympy.S.Zero, []
    for factor in sympy.Mul.make_args(node):
        base, power = factor.as_base_exp()
        if isinstance(factor, sympy.exp):
            exponent += factor.args[0]
        elif power.is_negative and isinstance(base, sympy.cosh):
            factors.append(Sech(base.args[0]) ** -power)
        elif power.is_negative and (exponents := _exponents(base)):
            sums.append((exponents, -power))
        elif power.is_positive and isinstance(base, Logistic):
            sums.append(([sympy.S.Zero, -base.args[0]], power))
        else:
            factors.append(factor)
    for exponents, power in sums:
        exponent, shares = _shares(exponents, power, exponent)
        factors += shares
    return _quotients(sympy.Mul(*factors, sympy.exp(exponent)))


def _shares(exponents: Terms, power: Expr, exponent: Expr) -> tuple[Expr, Terms]:
    """e^exponent over a power of a sum of exponentials: what is left of the exponent, and the shares."""
    for own in exponents:
        times = exponent / own if own != 0 else sympy.S.Zero
        if power.is_Integer and times.is_Integer and times > 0:
            count = min(times, power)
            rest, shares = (
                _shares(exponents, power - count, exponent - count * own)
                if count < power
                else (
                    exponent - count * own,
                    [],
                )
            )
            return rest, [_share(exponents, own)[1] ** count, *shares]
    own, share = _share(exponents, None)
    return exponent - power * own, [share**power]


def _share(exponents: Terms, first: Expr | None) -> tuple[Expr, Expr]:
    own, others = _pivoted(exponents, first)
    return own, Logistic(-others[0]) if len(others) == 1 else Share(*others)


def _quotients(node: Expr) -> Expr:
    """sinh u / cosh u and (e^u - 1) / (e^u + 1) are tanh u and tanh u/2; sigmoid(u) sigmoid(-u) is a slope."""
    factors: dict[Expr, Expr] = {}
    for base, power in (factor.as_base_exp() for factor in sympy.Mul.make_args(node)):
        factors[base] = factors.get(base, 0) + power
    for base, power in list(factors.items()):
        below, slope = _partner(base)
        if below in factors and power.is_Integer and factors[below].is_Integer and power > 0 and factors[below] > 0:
            count = min(power, factors[below])
            factors[base] -= count
            factors[below] -= count
            factors[slope] = factors.get(slope, 0) + count
    return sympy.Mul(*(base**power for base, power in factors.items()))


def _partner(base: Expr) -> tuple[Expr | None, Expr]:
    """What stands below a hyperbolic sine or the like, and what the quotient is."""
    if isinstance(base, sympy.sinh):
        return Sech(base.args[0]), sympy.tanh(base.args[0], evaluate=False)
    if isinstance(base, Logistic):
        return Logistic(-base.args[0]), LogisticSlope(base.args[0])
    if isinstance(base, Expm1):
        return Logistic(-base.args[0]), sympy.tanh(base.args[0] / 2, evaluate=False)
    return None, base


# Logarithms -----------------------------------------------------------------------------------------------------------


def _logarithm(argument: Expr) -> Expr:
    """log of a product by its positive factors; log(1 + v) and log(1 - e^u) by themselves."""
    factors = sympy.Mul.make_args(argument)
    logs = [_log_of(factor) for factor in factors]
    varying = [log for log in logs if log is not None and log.free_symbols]
    if not varying:
        return _near_one(argument)
    known: Sequence[Expr] = [log for log in logs if log is not None]
    rest = sympy.Mul(*(factor for factor, log in zip(factors, logs, strict=True) if log is None))
    total = sympy.Add(*known) + (_near_one(rest) if rest != 1 else 0)
    return _sum(total) if total.is_Add else total


def _near_one(argument: Expr) -> Expr:
    number, rest = argument.as_coeff_Mul()
    if isinstance(rest, Expm1) and number.is_negative:
        return Log1mExp(rest.args[0]) + (sympy.log(-number) if number != -1 else 0)
    constant, _ = argument.as_coeff_Add()
    if constant == 0:
        return sympy.log(argument)
    less_one = argument - 1
    better = _sum(less_one) if less_one.is_Add else less_one
    return Log1p(better) if constant == 1 or better != less_one else sympy.log(argument)
