"""The words that a typed formula may use: functions, constants, and names of variables.

A table, and nothing else: what is not in it does not exist for the reader in `expression`. All arguments are
meant to be real, so |u| and sign(u) stay as they are where SymPy cannot tell, instead of being split into real
and imaginary parts; and max and min stay unevaluated, because SymPy's comparisons can take long.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import sympy
from sympy import Expr

MOST_ARGUMENTS = 8  # of max and min


def _absolute(u: Expr) -> Expr:
    # Of an argument that may leave the reals, SymPy would split off real and imaginary parts.
    return sympy.Abs(u, evaluate=bool(u.is_extended_real))


def _sign(u: Expr) -> Expr:
    return sympy.sign(u, evaluate=bool(u.is_extended_real))


def _logarithm(u: Expr, base: Expr = sympy.E) -> Expr:
    return sympy.log(u) / sympy.log(base)


def _largest(*arguments: Expr) -> Expr:
    return sympy.Max(*arguments, evaluate=False)


def _smallest(*arguments: Expr) -> Expr:
    return sympy.Min(*arguments, evaluate=False)


_OF_ONE: dict[str, Callable[..., Expr]] = {
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "cot": lambda u: 1 / sympy.tan(u),
    "sec": lambda u: 1 / sympy.cos(u),
    "csc": lambda u: 1 / sympy.sin(u),
    "asin": sympy.asin,
    "acos": sympy.acos,
    "atan": sympy.atan,
    "arcsin": sympy.asin,
    "arccos": sympy.acos,
    "arctan": sympy.atan,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "asinh": sympy.asinh,
    "acosh": sympy.acosh,
    "atanh": sympy.atanh,
    "exp": sympy.exp,
    "ln": sympy.log,
    "log2": lambda u: _logarithm(u, sympy.Integer(2)),
    "log10": lambda u: _logarithm(u, sympy.Integer(10)),
    "sqrt": sympy.sqrt,
    "cbrt": lambda u: _sign(u) * _absolute(u) ** sympy.Rational(1, 3),
    "abs": _absolute,
    "Abs": _absolute,
    "sign": _sign,
    "sgn": _sign,
    "sigmoid": lambda u: 1 / (1 + sympy.exp(-u)),
    "softplus": lambda u: sympy.log(1 + sympy.exp(u)),
    "relu": lambda u: _largest(u, sympy.S.Zero),
}
_OF_SEVERAL: dict[str, tuple[Callable[..., Expr], int, int]] = {
    "log": (_logarithm, 1, 2),
    "atan2": (sympy.atan2, 2, 2),
    "arctan2": (sympy.atan2, 2, 2),
    "max": (_largest, 2, MOST_ARGUMENTS),
    "Max": (_largest, 2, MOST_ARGUMENTS),
    "min": (_smallest, 2, MOST_ARGUMENTS),
    "Min": (_smallest, 2, MOST_ARGUMENTS),
}
FUNCTIONS = {name: (function, 1, 1) for name, function in _OF_ONE.items()} | _OF_SEVERAL
EXPONENTIALS = {"exp", "sigmoid", "softplus"}  # SymPy may turn e^(c log 7) into 7^c
CONSTANTS = {"pi": sympy.pi, "e": sympy.E, "E": sympy.E}

GREEK_LETTERS = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "ζ": "zeta",
    "η": "eta",
    "θ": "theta",
    "ι": "iota",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "ν": "nu",
    "ξ": "xi",
    "ο": "omicron",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "τ": "tau",
    "υ": "upsilon",
    "φ": "phi",
    "χ": "chi",
    "ψ": "psi",
    "ω": "omega",
}
GREEK = {name for low in GREEK_LETTERS.values() for name in (low, low.capitalize())} - {"pi"}

VARIABLE = re.compile(rf"(?:[A-Za-z]|{'|'.join(sorted(GREEK))})(?:_?\d{{1,3}})?")
