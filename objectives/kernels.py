"""The functions of a formula in NumPy, each good to a few units in the last place wherever its value is a double.

A table by name; the arguments are arrays that broadcast, or scalars. Where a function has no real value it is NaN.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Kernel = Callable[..., Any]


def logistic(u: Array) -> Array:
    """1 / (1 + e^-u)."""
    small = np.exp(-np.abs(u))
    result: Array = np.where(np.greater_equal(u, 0), 1.0, small) / (1 + small)
    return result


def logistic_slope(u: Array) -> Array:
    """e^-u / (1 + e^-u)^2."""
    small = np.exp(-np.abs(u))
    result: Array = small / (1 + small) ** 2
    return result


def softplus(u: Array) -> Array:
    """log(1 + e^u)."""
    result: Array = np.maximum(u, 0.0) + np.log1p(np.exp(-np.abs(u)))  # as np.logaddexp, and twice as fast
    return result


def log_total(*exponents: Array) -> Array:
    """log(1 + e^u + e^v + ...)."""
    result: Array = reduce(np.logaddexp, exponents, 0.0)  # type: ignore[arg-type]
    return result


def share(*exponents: Array) -> Array:
    """1 / (1 + e^u + e^v + ...)."""
    top: Any = reduce(np.maximum, exponents, 0.0)  # type: ignore[arg-type]
    result: Array = np.exp(-top) / reduce(np.add, [np.exp(one - top) for one in exponents], np.exp(-top))
    return result


def log_cosh(u: Array) -> Array:
    """log cosh u; near 0 by 1 + 2 sinh^2(u/2), which keeps its u^2 / 2."""
    size: Any = np.abs(u)
    near: Array = np.log1p(2 * np.sinh(np.minimum(size, 1.0) / 2) ** 2)
    return np.where(size < 1, near, size + np.log1p(np.exp(-2 * size)) - math.log(2))


def sech(u: Array) -> Array:
    """1 / cosh u."""
    small = np.exp(-np.abs(u))
    result: Array = 2 * small / (1 + small**2)
    return result


def log_1m_exp(u: Array) -> Array:
    """log(1 - e^u), by that of the two forms that does not cancel."""
    return np.where(u > -math.log(2), np.log(-np.expm1(u)), np.log1p(-np.exp(u)))


def root_1p_m1(u: Array) -> Array:
    """sqrt(1 + u) - 1."""
    root: Array = np.sqrt(1 + u)
    return np.where(np.isinf(root), root, u / (root + 1))


TERMS = 14  # of the series of sinc, enough for |u| <= 2


def sinc(u: Array, order: float) -> Array:
    """sin(u) / u or its derivative of that order: u f_n + n f_(n-1) is the n-th derivative of sin u."""
    n = int(order)
    far = np.where(np.abs(u) < 2, np.nan, u)
    slope = np.sin(far) / far
    for k in range(1, n + 1):
        slope = (np.sin(far + k * math.pi / 2) - k * slope) / far
    near = np.clip(u, -2.0, 2.0)
    series = np.zeros_like(near)
    for k in reversed(range((n + 1) // 2, TERMS + n)):
        series = series + _coefficient(k, n) * near ** (2 * k - n)
    return np.where(np.abs(u) < 2, series, slope)


def _coefficient(k: int, n: int) -> float:
    """Of u^(2k - n) in the n-th derivative of sin(u) / u, the sum over k of (-1)^k u^(2k) / (2k + 1)!."""
    return float((-1) ** k * math.perm(2 * k, n) / math.factorial(2 * k + 1))


def largest_at(place: float, *arguments: Array) -> Array:
    """1 where the argument at a place is the largest, 0 where it is not; a tie is shared."""
    best = reduce(np.maximum, arguments)
    ties = reduce(np.add, [np.equal(one, best).astype(float) for one in arguments])
    return np.where(np.isnan(best), np.nan, np.equal(arguments[int(place)], best) / np.maximum(ties, 1))


def smallest_at(place: float, *arguments: Array) -> Array:
    """1 where the argument at a place is the smallest, 0 where it is not; a tie is shared."""
    return largest_at(place, *(-one for one in arguments))


def cases(*parts: Array) -> Array:
    """value, condition, ..., otherwise: the first value whose condition is 1; NaN where one asked before is NaN."""
    result = parts[-1]
    for value, condition in zip(parts[-3::-2], parts[-2::-2], strict=True):
        result = np.where(np.isnan(condition), np.nan, np.where(np.equal(condition, 1), value, result))
    return result


def comparison(relation: Callable[[Array, Array], Any]) -> Kernel:
    """1 where the relation holds, 0 where it does not, NaN where it cannot be told."""
    return lambda u, v: np.where(np.isnan(u) | np.isnan(v), np.nan, relation(u, v))


def both(*conditions: Array) -> Array:
    """1 where all conditions are."""
    result: Array = reduce(np.minimum, conditions)
    return result


def either(*conditions: Array) -> Array:
    """1 where one condition is."""
    result: Array = reduce(np.maximum, conditions)
    return result


def modulo(u: Array, v: Array) -> Array:
    """u - v floor(u / v)."""
    result: Array = np.mod(u, v)
    return result


def _elementwise(function: Callable[[float], float]) -> Kernel:
    apply = np.frompyfunc(function, 1, 1)
    return lambda u: np.asarray(apply(u), dtype=np.float64)[()]


KERNELS: Mapping[str, Kernel] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "cot": lambda u: 1 / np.tan(u),
    "sec": lambda u: 1 / np.cos(u),
    "csc": lambda u: 1 / np.sin(u),
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "coth": lambda u: 1 / np.tanh(u),
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "atan2": np.arctan2,
    "exp": np.exp,
    "log": np.log,
    "Abs": np.abs,
    "sign": np.sign,
    "Heaviside": lambda u, at_zero=0.5: np.heaviside(u, at_zero),
    "Floor": np.floor,
    "Ceil": np.ceil,
    "Mod": modulo,
    "erf": _elementwise(math.erf),
    "Erfc": _elementwise(math.erfc),
    "Max": lambda *arguments: reduce(np.maximum, arguments),
    "Min": lambda *arguments: reduce(np.minimum, arguments),
    "largest_at": largest_at,
    "smallest_at": smallest_at,
    "Cases": cases,
    "Greater": comparison(np.greater),
    "AtLeast": comparison(np.greater_equal),
    "Less": comparison(np.less),
    "AtMost": comparison(np.less_equal),
    "Both": both,
    "Either": either,
    "Logistic": logistic,
    "LogisticSlope": logistic_slope,
    "Softplus": softplus,
    "Share": share,
    "LogTotal": log_total,
    "LogCosh": log_cosh,
    "Sech": sech,
    "Expm1": np.expm1,
    "Log1p": np.log1p,
    "Log1mExp": log_1m_exp,
    "Root1pm1": root_1p_m1,
    "SincSlope": sinc,
    # Arithmetic
    "add": operator.add,  # of two scalars many times as fast as NumPy's function
    "subtract": operator.sub,
    "multiply": operator.mul,
    "scaled": lambda u, v: np.where(np.equal(v, 0), 0.0, u * v),
    "divide": operator.truediv,
    "negative": operator.neg,
    "reciprocal": lambda u: 1.0 / u,
    "square": lambda u: u * u,
    "cube": lambda u: u * u * u,
    "sqrt": np.sqrt,
    "power": np.power,
}
