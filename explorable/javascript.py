"""One expression is the only truth; its value, gradient and Hessian are printed as JavaScript.

What is printed is what `objectives.numeric` compiles for NumPy: the same stable forms, the same derivatives, common
parts once. So the page computes with the same formula as the film, and differs from it by rounding alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import sympy
from sympy.printing.jscode import JavascriptCodePrinter

from objectives.numeric import Expressions, Logistic, Softplus, Variables

SMALL_POWERS = {2: "square", 3: "cube", 4: "fourth"}  # products are exacter than Math.pow, and ten times as fast
EXACT = 2**53  # whole numbers up to here are numbers of JavaScript, too

#: SymPy's functions whose name alone differs; those that `core/numbers.js` holds are written without `Math`.
NAMES: Mapping[type[sympy.Basic], str] = {
    sympy.sin: "Math.sin",
    sympy.cos: "Math.cos",
    sympy.tan: "Math.tan",
    sympy.asin: "Math.asin",
    sympy.acos: "Math.acos",
    sympy.atan: "Math.atan",
    sympy.atan2: "Math.atan2",
    sympy.sinh: "Math.sinh",
    sympy.cosh: "Math.cosh",
    sympy.tanh: "Math.tanh",
    sympy.asinh: "Math.asinh",
    sympy.acosh: "Math.acosh",
    sympy.atanh: "Math.atanh",
    sympy.exp: "Math.exp",
    sympy.log: "Math.log",
    sympy.Abs: "Math.abs",
    sympy.sign: "Math.sign",
    sympy.Max: "Math.max",
    sympy.Min: "Math.min",
    sympy.Heaviside: "heaviside",
    Logistic: "logistic",
    Softplus: "softplus",
}


class _Printer(JavascriptCodePrinter):  # type: ignore[misc]
    """SymPy's own printer, where it keeps every digit and leaves the reals as NumPy does."""

    def __init__(self, names: Mapping[sympy.Symbol, str]) -> None:
        super().__init__()
        self._names = names

    def emptyPrinter(self, expr: object) -> str:  # noqa: N802 (SymPy's dispatch names, here and below)
        raise NotImplementedError(f"there is no JavaScript for {type(expr).__name__}")

    def _print_Symbol(self, expr: sympy.Symbol) -> str:  # noqa: N802
        return self._names.get(expr, expr.name)

    def _print_Float(self, expr: sympy.Float) -> str:  # noqa: N802
        return number(float(expr))

    def _print_Integer(self, expr: sympy.Integer) -> str:  # noqa: N802
        return str(expr.p) if abs(expr.p) < EXACT else number(float(expr))

    def _print_Rational(self, expr: sympy.Rational) -> str:  # noqa: N802
        return f"{expr.p}/{expr.q}" if max(abs(expr.p), expr.q) < EXACT else number(expr.p / expr.q)

    def _print_NumberSymbol(self, expr: sympy.NumberSymbol) -> str:  # noqa: N802
        return number(float(expr))

    _print_Pi = _print_Exp1 = _print_EulerGamma = _print_NumberSymbol  # noqa: N815

    def _print_Infinity(self, _expr: sympy.Expr) -> str:  # noqa: N802
        return "Infinity"

    def _print_NegativeInfinity(self, _expr: sympy.Expr) -> str:  # noqa: N802
        return "(-Infinity)"

    def _print_NaN(self, _expr: sympy.Expr) -> str:  # noqa: N802
        return "NaN"

    _print_ComplexInfinity = _print_NaN  # noqa: N815

    def _print_Function(self, expr: sympy.Function) -> str:  # noqa: N802
        if type(expr) not in NAMES:
            return self.emptyPrinter(expr)
        # Heaviside carries its value at 0 as a second argument: one half.
        arguments = expr.args[:1] if isinstance(expr, sympy.Heaviside) else expr.args
        return f"{NAMES[type(expr)]}({', '.join(map(self._print, arguments))})"

    _print_Max = _print_Min = _print_Heaviside = _print_Function  # noqa: N815
    _print_Abs = _print_sign = _print_Function  # noqa: N815

    def _print_Pow(self, expr: sympy.Pow) -> str:  # noqa: N802
        base, exponent = expr.as_base_exp() if not isinstance(expr, sympy.Pow) else (expr.base, expr.exp)
        if exponent.is_Number and exponent.is_negative:
            return f"1/{self._raised(base, -exponent)}"
        return self._raised(base, exponent)

    def _raised(self, base: sympy.Expr, exponent: sympy.Expr) -> str:
        """base ^ exponent as one operand, for an exponent that is no negative number."""
        printed = self._print(base)
        if exponent == 1:
            return f"({printed})"
        if exponent == sympy.Rational(1, 2):
            return f"Math.sqrt({printed})"
        if exponent in SMALL_POWERS:
            return f"{SMALL_POWERS[int(exponent)]}({printed})"
        # With a varying exponent, C and JavaScript disagree about 1 ^ NaN.
        name = "Math.pow" if exponent.is_Number else "power"
        return f"{name}({printed}, {self._print(exponent)})"


def number(value: float) -> str:
    """A float as JavaScript writes it, to the last bit."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "(-Infinity)"
    text = repr(float(value)).removesuffix(".0")
    return text if value >= 0 else f"({text})"


def point(variables: Variables) -> dict[sympy.Symbol, str]:
    """What each variable is called in a function of a point `p`."""
    return {variable: f"v{place}" for place, variable in enumerate(variables)}


def unpacked(names: Iterable[str]) -> str:
    """The statement that takes a point apart."""
    places = ", ".join(f"{name} = p[{place}]" for place, name in enumerate(names))
    return f"const {places};"


def statements(expressions: Expressions, names: Mapping[sympy.Symbol, str]) -> tuple[list[str], list[str]]:
    """Statements for the common parts, and each expression in terms of them.

    NaN stands for what leaves the reals, as it does in `objectives.numeric`.
    """
    printer = _Printer(names)
    shared, reduced = sympy.cse(list(expressions), symbols=sympy.numbered_symbols("c"))
    lines = [f"const {symbol} = {_real(printer, part)};" for symbol, part in shared]
    return lines, [_real(printer, expression) for expression in reduced]


def _real(printer: _Printer, expression: sympy.Expr) -> str:
    return "NaN" if expression.has(sympy.I) else str(printer.doprint(expression))


def body(lines: Sequence[str], targets: Sequence[str], results: Sequence[str], sign: str = "=") -> list[str]:
    """The common parts, then each result into its target."""
    return [*lines, *(f"{target} {sign} {result};" for target, result in zip(targets, results, strict=True))]
