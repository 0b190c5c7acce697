"""Formulas as a mathematician writes them, in Typst's math language.

SymPy keeps a canonical form; people keep habits. Here are the habits: coefficients, letters, brackets and
then functions within a product; the highest power first within a sum, a positive term in front; a minus pulled
out of an exponent; sin^2 x, not (sin x)^2; a slash instead of a stacked fraction where the type is small.
`Printer` is one small method per kind of node; each returns text that can be set next to its neighbours
according to `_level`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import lcm
from typing import Any

import sympy
from sympy import Expr
from sympy.printing.printer import Printer

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
)
from objectives.numeric import derivatives
from objectives.objective import Differentiable
from objectives.tidying import coefficient, denominator, negative, tidy
from objectives.vocabulary import GREEK

_NAMED = {
    "Abs": "abs",
    "Max": "max",
    "Min": "min",
    "log": "ln",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "sign": 'op("sgn")',
    "asinh": 'op("arsinh")',
    "acosh": 'op("arcosh")',
    "atanh": 'op("artanh")',
    "atan2": 'op("atan2")',
    "Heaviside": 'op("H")',
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "cot": "cot",
    "sec": "sec",
    "csc": "csc",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
    "coth": "coth",
    "Sinc": "sinc",
    "Floor": "floor",
    "Ceil": "ceil",
}
_ENCLOSED = (sympy.Abs, Floor, Ceil)  # they bring their own brackets
_RELATIONS = {Greater: ">", AtLeast: ">=", Less: "<", AtMost: "<="}
_ORDER = {name: place for place, name in enumerate(("sin", "cos", "tan"))}
_SUBSCRIPTED = re.compile(r"([A-Za-z]+?)_?(\d+)")
DIGITS = 6  # of a float; more would not be read
LONG = 10**6  # from here on a number with many zeros is written with a power of ten, and a fraction below a part in it
LONGEST = 40  # digits behind the point


def typeset(expression: Expr) -> str:
    """The expression as Typst math source, without the dollar signs.

    >>> x, y = sympy.symbols("x y")
    >>> typeset(x**2 + y**2 + 10 * sympy.sin(x) * sympy.sin(y))
    'x^2 + y^2 + 10 sin x sin y'
    """
    return str(_DISPLAY.doprint(tidy(expression)))


def typeset_function(objective: Differentiable, letter: str = "f") -> str:
    """The definition: `f(x, y) = ...`; over data, as a sum over the samples."""
    arguments = ", ".join(map(typeset, objective.variables))
    return f"{letter}({arguments}) = {typeset(objective.formula)}"


def typeset_gradient(objective: Differentiable, letter: str = "f") -> tuple[str, ...]:
    """One equation for each partial derivative; for one variable, its ordinary derivative."""
    d = "partial" if objective.dimension > 1 else "dif"
    parts = zip(objective.variables, derivatives(objective.formula, objective.variables, 1), strict=True)
    return tuple(f"frac({d} {letter}, {d} {typeset(one)}) = {typeset(slope)}" for one, slope in parts)


class TypstPrinter(Printer):  # type: ignore[misc]
    """SymPy's tree to Typst math. `small`: for exponents, where fractions are written with a slash."""

    def __init__(self, small: bool = False) -> None:
        super().__init__()
        self.small = small

    def emptyPrinter(self, expr: Any) -> str:  # noqa: N802 (SymPy's dispatch names, here and below)
        """What has no method of its own: its name, upright, and its arguments."""
        arguments = ", ".join(self._print(argument) for argument in getattr(expr, "args", ()))
        return f'op("{type(expr).__name__}") ({arguments})' if arguments else f'"{expr}"'

    def _print_Symbol(self, expr: sympy.Symbol) -> str:  # noqa: N802
        subscripted = _SUBSCRIPTED.fullmatch(expr.name)
        return "_".join(subscripted.groups()) if subscripted and _known(subscripted[1]) else _letters(expr.name)

    def _print_Indexed(self, expr: sympy.Indexed) -> str:  # noqa: N802
        return f"{_letters(str(expr.base))}_{_attached(', '.join(map(self._print, expr.indices)))}"

    def _print_Pi(self, _expr: Expr) -> str:  # noqa: N802
        return "pi"

    def _print_Exp1(self, _expr: Expr) -> str:  # noqa: N802
        return "e"

    def _print_Integer(self, expr: sympy.Integer) -> str:  # noqa: N802
        return _with_power(expr) or str(expr.p)

    def _print_Rational(self, expr: sympy.Rational) -> str:  # noqa: N802
        upper, lower = (str(self._print(abs(part))) for part in expr.as_numer_denom())
        size = _with_power(abs(expr)) or self._fraction(upper, lower)
        return f"-{size}" if expr.p < 0 else size

    def _print_Float(self, expr: sympy.Float) -> str:  # noqa: N802
        mantissa, _, exponent = f"{float(expr):.{DIGITS}g}".partition("e")
        return f"{mantissa} dot 10^{_attached(str(int(exponent)))}" if exponent else mantissa

    def _print_Add(self, expr: sympy.Add) -> str:  # noqa: N802
        if self.small and all(negative(term) for term in expr.args):
            return f"-({self._print(-expr)})"
        denominator = _shared_denominator(expr.args)
        terms = _as_written([term * denominator for term in expr.args])
        total = self._summand(terms[0]) + "".join(map(self._further, terms[1:]))
        if size := _with_power(sympy.Rational(1, denominator)):
            return f"{size} ({total})"
        below = str(self._print(sympy.Integer(denominator)))
        return total if denominator == 1 else self._fraction(total, below, compound=True)

    def _further(self, term: Expr) -> str:
        return f" - {self._summand(-term)}" if negative(term) else f" + {self._summand(term)}"

    def _summand(self, term: Expr) -> str:
        return f"({self._print(term)})" if isinstance(term, Cases) else str(self._print(term))

    def _print_Mul(self, expr: sympy.Mul) -> str:  # noqa: N802
        if negative(expr):
            return f"-{self._factor(-expr)}"
        number, factors = coefficient(expr)
        over = [1 / factor for factor in factors if _is_divisor(factor)]
        under = [factor for factor in factors if not _is_divisor(factor)]
        upper, lower = number.as_numer_denom()
        if over:
            return self._quotient(upper, under, lower, over)
        beside = self.small or (upper == 1 and all(map(_is_letter, under)))
        if lower == 1 or _with_power(number) or not beside:
            return self._product(number, under)
        return self._fraction(self._product(upper, under), str(self._print(lower)))

    def _quotient(self, numerator: Expr, under: list[Expr], denominator: Expr, over: list[Expr]) -> str:
        """A fraction; what is tall itself stands behind it, not in its numerator."""
        tall = [] if self.small else [factor for factor in under if _is_tall(factor)]
        low = [factor for factor in under if factor not in tall]
        compound = len(over) > 1 or denominator != 1
        lower = self._product(denominator, over, alone=not compound)
        alone = len(low) == 1 and numerator == 1 and not self.small
        fraction = self._fraction(
            self._product(numerator, low, alone=alone), lower, lower_compound=compound or over[0].is_Add
        )
        return " ".join([fraction, *map(self._factor, _sorted_factors(tall))])

    def _product(self, coefficient: Expr, factors: list[Expr], alone: bool = False) -> str:
        """Factors side by side, with a dot only where two numbers would run together."""
        if alone and len(factors) == 1:
            return str(self._print(factors[0]))
        number = self._print(coefficient)
        texts = [*([] if number == "1" and factors else [number]), *map(self._factor, _sorted_factors(factors))]
        return str(texts[0]) + "".join(f" dot {text}" if text[0].isdigit() else f" {text}" for text in texts[1:])

    def _factor(self, expr: Expr) -> str:
        bracketed = expr.is_Add or negative(expr) or isinstance(expr, Cases)
        return f"({self._print(expr)})" if bracketed else str(self._print(expr))

    def _fraction(self, upper: str, lower: str, compound: bool = False, lower_compound: bool = False) -> str:
        if not self.small:
            return f"frac({upper}, {lower})"
        return f"{f'({upper})' if compound else upper} slash {f'({lower})' if lower_compound else lower}"

    def _print_Pow(self, expr: sympy.Pow) -> str:  # noqa: N802
        base, exponent = expr.args
        if _is_divisor(expr):
            return self._quotient(sympy.S.One, [], sympy.S.One, [1 / expr])
        if exponent.is_Rational and exponent.p == 1:
            return f"sqrt({self._print(base)})" if exponent.q == 2 else f"root({exponent.q}, {self._print(base)})"
        if _is_named(base) and exponent.is_Integer:
            return self._applied(f"{_name(base)}^{exponent}", base.args)
        return f"{self._base(base)}^{_attached(_SMALL.doprint(exponent))}"

    def _base(self, expr: Expr) -> str:
        plain = expr.is_Symbol or isinstance(expr, (*_ENCLOSED, Mod, sympy.Indexed)) or expr in (sympy.E, sympy.pi)
        text = str(self._print(expr))
        return text if plain or text.isdigit() else f"({text})"

    def _print_exp(self, expr: sympy.exp) -> str:
        if not self.small and _is_crowded(expr.args[0]):
            return f"exp({self._print(expr.args[0])})"
        return f"e^{_attached(_SMALL.doprint(expr.args[0]))}"

    def _print_Function(self, expr: sympy.Function) -> str:  # noqa: N802
        return self._applied(_name(expr), expr.args)

    _print_Max = _print_Min = _print_Function  # noqa: N815

    def _print_Heaviside(self, expr: sympy.Heaviside) -> str:  # noqa: N802
        return self._applied(_name(expr), expr.args[:1])  # the second argument is its value at 0

    def _print_Mod(self, expr: Mod) -> str:  # noqa: N802
        return f"({' mod '.join(map(self._factor, expr.args))})"

    def _print_Cases(self, expr: Cases) -> str:  # noqa: N802
        rows = [f'{self._print(value)} & quad "if" {self._print(condition)}' for value, condition in expr.branches]
        rows.append(f'{self._print(expr.otherwise)} & quad "otherwise"')
        return f"cases({', '.join(rows)})"

    def _print_Greater(self, expr: Condition) -> str:  # noqa: N802
        return f" {_RELATIONS[type(expr)]} ".join(map(self._print, expr.args))

    _print_AtLeast = _print_Less = _print_AtMost = _print_Greater  # noqa: N815

    def _print_Both(self, expr: Both) -> str:  # noqa: N802
        first, second = expr.args[0], expr.args[-1]
        if len(expr.args) == 2 and first.args[-1] == second.args[0] and {type(first), type(second)} <= {Less, AtMost}:
            return f"{self._print(first)} {_RELATIONS[type(second)]} {self._print(second.args[1])}"  # 0 < x < 1
        parts = (f"({self._print(p)})" if isinstance(p, Either) else self._print(p) for p in expr.args)
        return ' "and" '.join(parts)

    def _print_Either(self, expr: Either) -> str:  # noqa: N802
        return ' "or" '.join(map(self._print, expr.args))

    def _applied(self, name: str, arguments: Sequence[Expr]) -> str:
        """sin x, but sin(x + y): brackets only where the argument needs them to hold together."""
        text = ", ".join(map(self._print, arguments))
        if len(arguments) == 1 and _holds_together(arguments[0]) and name not in ("abs", "floor", "ceil"):
            return f"{name} {text}"
        return f"{name}({text})" if name.isalpha() else f"{name} ({text})"

    def _print_Sum(self, expr: sympy.Sum) -> str:  # noqa: N802
        index, first, last = expr.limits[0]
        limits = f"_({self._print(index)} = {self._print(first)})^{_attached(self._print(last))}"
        return f"sum{limits} {self._factor(expr.function)}"


_DISPLAY, _SMALL = TypstPrinter(), TypstPrinter(small=True)


def _with_power(number: Expr) -> str:
    """A number with a power of ten, where that has few digits and is shorter: 2 dot 10^(-9); empty where it is not.

    Where a number is too long to be read and has many digits, too, it is left as it is: a formula does not round.
    """
    if not number.is_Rational or max(abs(number.p), number.q) < LONG or lcm(number.q, 10**LONGEST) > 10**LONGEST:
        return ""
    digits, exponent = f"{abs(number.p) * (10**LONGEST // number.q)}", -LONGEST
    digits, exponent = digits.rstrip("0"), exponent + len(digits) - 1
    if len(digits) > DIGITS // 2:
        return ""
    mantissa = ".".join(filter(None, (digits[0], digits[1:])))
    power = f"10^{_attached(str(exponent))}"
    return f"{'-' if number.p < 0 else ''}{power if mantissa == '1' else f'{mantissa} dot {power}'}"


def _known(letters: str) -> bool:
    return len(letters) == 1 or letters in GREEK


def _letters(name: str) -> str:
    """A letter or a Greek name is mathematics; a word stands upright."""
    return name if _known(name) else f'"{name}"'


def _attached(text: str) -> str:
    """What can follow ^ or _ : one token as it is, anything else in brackets (which Typst takes off)."""
    return text if text.isalnum() else f"({text})"


def _name(expr: Expr) -> str:
    name = type(expr).__name__
    return _NAMED.get(name, f'op("{name}")')


def _is_named(expr: Expr) -> bool:
    """Whether a power is written at the name: sin^2 x."""
    others = (sympy.exp, sympy.Max, sympy.Min, Mod, Cases, *_ENCLOSED)
    return isinstance(expr, sympy.Function) and not isinstance(expr, others)


def _is_crowded(exponent: Expr) -> bool:
    """Whether it holds several powers, roots or functions: raised and small, nobody could read them."""
    return sum(not _is_divisor(part) for part in exponent.atoms(sympy.Pow, sympy.Function)) > 1


def _is_divisor(factor: Expr) -> bool:
    """Whether it goes under the line; e^(-x) and 2^(-x) stay above."""
    return bool(factor.is_Pow and not isinstance(factor, sympy.exp) and factor.exp.is_Number and factor.exp < 0)


def _is_letter(factor: Expr) -> bool:
    base = factor.base if factor.is_Pow and factor.exp.is_Integer and factor.exp > 0 else factor
    return bool(base.is_Symbol or isinstance(base, sympy.Indexed) or base in (sympy.pi, sympy.E))


def _is_tall(factor: Expr) -> bool:
    """Whether it is a bracket with a fraction in it."""
    inner = factor.base if factor.is_Pow else factor
    return bool(inner.is_Add and any(map(_is_divisor, _pieces(inner.args))))


def _pieces(terms: Iterable[Expr]) -> Iterable[Expr]:
    return (factor for term in terms for factor in sympy.Mul.make_args(term))


def _holds_together(argument: Expr) -> bool:
    """x, x_i, 3, or 2 x: read as the argument without brackets."""
    number, rest = argument.as_coeff_Mul()
    letter = rest.is_Symbol or isinstance(rest, sympy.Indexed) or rest == sympy.pi
    return bool((letter or rest == 1) and number.is_Integer and number > 0)


def _sorted_factors(factors: Iterable[Expr]) -> list[Expr]:
    return sorted(factors, key=lambda factor: (*_rank(factor), str(factor)))


def _rank(factor: Expr) -> tuple[int, str, int]:
    """The place in a product: numbers to a power, letters, roots, brackets, exponentials, functions, sums."""
    base = factor.base if factor.is_Pow else factor
    if isinstance(factor, sympy.Sum):
        return 6, "", 0
    if isinstance(factor, sympy.exp):
        return 4, "", 0
    if _is_named(base) and (factor is base or factor.exp.is_Integer):
        return 5, str(base.args), _ORDER.get(type(base).__name__, len(_ORDER))  # cos x sin y, sin x cos x
    if base.is_number:
        return 0, "", 0 if base.is_Integer else 1
    if _is_root(factor):
        return 2, "", 0
    return 3 if base.is_Add or _is_named(base) or isinstance(base, (Mod, Cases)) else 1, "", 0


def _is_root(factor: Expr) -> bool:
    return bool(factor.is_Pow and factor.exp.is_Rational and factor.exp.p == 1 and factor.exp.q > 1)


def _shared_denominator(terms: Sequence[Expr]) -> int:
    """What a sum is best divided by as a whole: (x^2 + y^2) / 2; 1 if that is for a minority of its terms."""
    below = [denominator(term) for term in terms]
    common = lcm(*below)
    return common if below.count(common) >= max(2, len(below) / 3) else 1


def _as_written(terms: Iterable[Expr]) -> list[Expr]:
    """The terms of a sum in the order in which people write them."""
    kinds = sorted(((_kind(term), term) for term in terms), key=lambda pair: pair[0])
    functions_only = all(kind[0] >= 2 for kind, _ in kinds)
    if functions_only:  # 1 + e^x, but x^2 + 1
        kinds.sort(key=lambda pair: pair[0][0] != 3)
    ordered = [term for _, term in kinds]
    first = next((place for place, term in enumerate(ordered) if not negative(term)), 0)
    return [ordered[first], *ordered[:first], *ordered[first + 1 :]]


def _kind(term: Expr) -> tuple[int, int, tuple[tuple[str, int], ...], int, str]:
    """The sorting key of a term: powers of letters by degree, brackets, functions, constants."""
    factors = coefficient(term)[1]
    if not term.free_symbols:
        return 3, 0 if term.is_Number else 1, (), 0, str(term)
    if all(map(_is_letter, factors)):
        powers = tuple((str(f.base), -int(f.exp)) if f.is_Pow else (str(f), -1) for f in _sorted_factors(factors))
        return 0, sum(power for _, power in powers), powers, 0, ""
    kind = 2 if term.has(sympy.Function) else 1
    brackets = [factor.as_base_exp()[0] for factor in factors]
    leading = [_as_written(bracket.args)[0] for bracket in brackets if bracket.is_Add]
    return kind, 0, (), int(term.count_ops()), str([_kind(first)[2] for first in leading]) + str(term)
