"""One expression is the only truth; its derivatives and its NumPy functions are worked out from it.

Two things stand between a textbook formula and numbers that can be trusted, and both are settled here:

- Textbook forms overflow where their value is harmless: the slope of 1 / (1 + e^-u) is inf / inf at u = -800.
  `stable` rewrites them into functions that carry their own derivative. The expression that a person reads
  stays as it was written.
- Kinks. SymPy differentiates |u| by way of complex numbers and sign(u) into a Dirac delta. Here everything is
  real, and a derivative is the one that holds almost everywhere: |u|' = sign(u) u', sign' = 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy.printing.numpy import NumPyPrinter

Array = NDArray[np.float64]
Variables = tuple[sympy.Symbol, ...]
Expressions = tuple[sympy.Expr, ...]

SHORT = 4  # digits up to which a decimal is taken as the fraction that it looks like

# SymPy has no type hints, hence the `misc` at each class: mypy cannot see what they inherit.


class Logistic(sympy.Function):  # type: ignore[misc]
    """1 / (1 + e^-u), with the slope written so that neither tail overflows or cancels."""

    nargs = 1

    def fdiff(self, _argindex: int = 1) -> sympy.Expr:
        return Logistic(self.args[0]) * Logistic(-self.args[0])


class Softplus(sympy.Function):  # type: ignore[misc]
    """log(1 + e^u)."""

    nargs = 1

    def fdiff(self, _argindex: int = 1) -> sympy.Expr:
        return Logistic(self.args[0])


class _Real(sympy.Function):  # type: ignore[misc]
    """Stands in for a function while it is differentiated: real, and no more questions asked.

    SymPy asks whether a function is real, and for tanh multiplies out real and imaginary parts to tell, which
    for a large argument does not end.
    """

    def _eval_is_extended_real(self) -> bool:
        return True


class _Magnitude(_Real):
    """|u| of a real u."""

    def fdiff(self, _argindex: int = 1) -> sympy.Expr:
        return _Sign(self.args[0])


class _Flat(_Real):
    """What is constant between its jumps."""

    def fdiff(self, _argindex: int = 1) -> sympy.Expr:
        return sympy.S.Zero


class _Sign(_Flat):
    """sign(u) of a real u."""


class _Step(_Flat):
    """Heaviside's step, the derivative of max and min."""


class _Sinh(_Real):
    def fdiff(self, _argindex: int = 1) -> sympy.Expr:
        return _Cosh(self.args[0])


class _Cosh(_Real):
    def fdiff(self, _argindex: int = 1) -> sympy.Expr:
        return _Sinh(self.args[0])


class _Tanh(_Real):
    def fdiff(self, _argindex: int = 1) -> sympy.Expr:
        return 1 - _Tanh(self.args[0]) ** 2


_STAND_INS = {
    sympy.Abs: _Magnitude,
    sympy.sign: _Sign,
    sympy.Heaviside: _Step,
    sympy.sinh: _Sinh,
    sympy.cosh: _Cosh,
    sympy.tanh: _Tanh,
}


def _varies(kind: Any, node: sympy.Basic) -> bool:
    return isinstance(node, kind) and bool(node.free_symbols)


def _renamed(kind: Any, node: sympy.Basic) -> sympy.Expr:
    return kind(node.args[0])


@lru_cache(maxsize=4096)
def derivative(expression: sympy.Expr, variable: sympy.Symbol) -> sympy.Expr:
    """The real derivative of `expression`, as it holds almost everywhere (0 stands in at a kink of |u|)."""
    for public, private in _STAND_INS.items():
        expression = expression.replace(partial(_varies, public), partial(_renamed, private))
    derived = sympy.diff(expression, variable)
    for public, private in _STAND_INS.items():
        derived = derived.replace(private, lambda *args, public=public: public(*args, evaluate=False))
    return derived


@lru_cache(maxsize=1024)
def derivatives(expression: sympy.Expr, variables: Variables, order: int) -> Expressions:
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


def _one_plus_exponential(expression: sympy.Expr) -> sympy.Expr | None:
    """u, if the expression is 1 + e^u, and u varies (a constant needs no care)."""
    if not (isinstance(expression, sympy.Add) and len(expression.args) == 2):
        return None
    one, power = expression.args
    return power.args[0] if one == 1 and isinstance(power, sympy.exp) and power.free_symbols else None


def _stable_power(power: sympy.Expr) -> sympy.Expr:
    exponent = _one_plus_exponential(power.base) if power.exp.is_negative else None
    return power if exponent is None else Logistic(-exponent) ** -power.exp


def _stable_log(log: sympy.Expr) -> sympy.Expr:
    exponent = _one_plus_exponential(log.args[0])
    return log if exponent is None else Softplus(exponent)


def stable(expression: sympy.Expr) -> sympy.Expr:
    """The same function in a form that does not overflow: sigmoids and log(1 + e^u) by their own functions."""
    powers = expression.replace(lambda node: node.is_Pow and not isinstance(node, sympy.exp), _stable_power)
    return powers.replace(lambda node: isinstance(node, sympy.log), _stable_log)


class _Printer(NumPyPrinter):  # type: ignore[misc]
    """NumPy source that keeps every digit of a float, where SymPy's own drops the last two."""

    def _print_Float(self, expr: sympy.Float) -> str:  # noqa: N802 (SymPy's dispatch names)
        return repr(float(expr))

    def _print_Integer(self, expr: sympy.Integer) -> str:  # noqa: N802
        # NumPy's functions refuse whole numbers of more than 64 bits.
        return str(expr.p) if abs(expr.p) < 2**53 else repr(float(expr))


def _logistic(u: Array) -> Array:
    result: Array = 1 / (1 + np.exp(-u))
    return result


def _softplus(u: Array) -> Array:
    return np.logaddexp(0, u)


_MODULES = [{"Logistic": _logistic, "Softplus": _softplus}, "numpy"]


@lru_cache(maxsize=1024)
def numpy_function(variables: Variables, expressions: Expressions) -> Callable[..., Sequence[Any]]:
    """Compile expressions into one function of the variables; common parts are computed once."""
    printer = _Printer({"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": True})
    function: Callable[..., Sequence[Any]] = sympy.lambdify(
        variables, list(expressions), modules=_MODULES, printer=printer, cse=True
    )
    return function


def evaluate(variables: Variables, expressions: Expressions, columns: Sequence[Array]) -> Array:
    """Numbers for each expression: shape (expressions, *batch), where the columns broadcast to batch.

    Silent where a float overflows or has no value; the inf or NaN in the result says so.
    """
    with np.errstate(all="ignore"):
        results = numpy_function(variables, expressions)(*columns)
    numbers = np.empty((len(expressions), *np.broadcast_shapes(*map(np.shape, columns))))
    for place, result in enumerate(results):
        numbers[place] = _real(result)  # a constant component fills its batch
    return numbers


def _real(result: Any) -> Any:
    """The result itself; NaN where it leaves the reals, as the slope of (-2)^x does."""
    return np.where(result.imag == 0, result.real, np.nan) if np.iscomplexobj(result) else result


def exact(text: str) -> sympy.Number:
    """The number that a decimal literal means: rational where short (0.1 is 1/10), else a float."""
    digits = text.lower().split("e")[0].replace(".", "").lstrip("+-").strip("0")
    number = sympy.Rational(text)
    return number if len(digits) <= SHORT or number.is_Integer else sympy.Float(float(text))
