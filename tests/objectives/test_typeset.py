"""Formulas are set as people write them, and the real Typst accepts every one."""

from __future__ import annotations

import re

import pytest
import sympy
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, Max, Rational, atan, cos, exp, log, pi, sin, sqrt, tan

from objectives import OBJECTIVES, parse_expression, typed_objective, typeset, typeset_function, typeset_gradient
from objectives.vocabulary import FUNCTIONS
from tests.objectives.oracle import CONDITIONED

x, y, w, b, theta, x1, w_0, mu_max = sympy.symbols("x y w b theta x1 w_0 mu_max", real=True)

TABLE = [
    (x**2 + y**2 + 10 * sin(x) * sin(y), "x^2 + y^2 + 10 sin x sin y"),
    (2 * theta**2 * sin(theta) * cos(theta), "2 theta^2 sin theta cos theta"),
    (1 / (1 + exp(-(w * x + b))), "frac(1, 1 + e^(-(w x + b)))"),
    ((1 - x) ** 2 + 100 * (y - x**2) ** 2, "(1 - x)^2 + 100 (y - x^2)^2"),
    (-x, "-x"),
    (-x - y, "-x - y"),
    (1 - x, "1 - x"),
    (x - 1, "x - 1"),
    (sympy.Integer(0), "0"),
    ((x**2 + y**2) / 10**9, "10^(-9) (x^2 + y^2)"),
    (x / (5 * 10**8), "2 dot 10^(-9) x"),
    (-25 * x / 10**9, "-2.5 dot 10^(-8) x"),
    (10**9 * x, "10^9 x"),
    (-12 * 10**8 * x**2, "-1.2 dot 10^9 x^2"),
    (x**2 / 3 + 10**12, "frac(x^2, 3) + 10^12"),
    (10**9 * 2**x, "10^9 dot 2^x"),
    ((10**9) ** x, "(10^9)^x"),
    (x / 3000000, "frac(x, 3 dot 10^6)"),
    (1234567 * x, "1234567 x"),
    (1000 * x / 7, "frac(1000, 7) x"),
    (Rational(-1, 2), "-frac(1, 2)"),
    (x / 2, "frac(x, 2)"),
    (3 * x / 2, "frac(3, 2) x"),
    (-x / 2, "-frac(x, 2)"),
    ((x + 1) / 2, "frac(x + 1, 2)"),
    ((x + y) ** 2 / 2, "frac(1, 2) (x + y)^2"),
    (sin(x) / 2, "frac(1, 2) sin x"),
    (1 / x, "frac(1, x)"),
    (2 / x**2, "frac(2, x^2)"),
    (x / (x + 1), "frac(x, x + 1)"),
    (x / (3 * y), "frac(x, 3 y)"),
    (-2 * x / (x + 1) ** 2, "-frac(2 x, (x + 1)^2)"),
    (x ** (y + 1), "x^(y + 1)"),
    (x ** Rational(2, 3), "x^(2 slash 3)"),
    (x ** Rational(-1, 2), "frac(1, sqrt(x))"),
    (x ** Rational(1, 3), "root(3, x)"),
    ((-2) ** x, "(-2)^x"),
    ((x**2) ** y, "abs(x)^(2 y)"),
    (2 * 3**x, "2 dot 3^x"),
    (2**x * x, "2^x x"),
    (2**x * 3**y, "2^x dot 3^y"),
    (2 ** (-x), "2^(-x)"),
    (sqrt(x**2 + 1), "sqrt(x^2 + 1)"),
    (2 * sqrt(2) * x, "2 sqrt(2) x"),
    (sin(x) ** 2, "sin^2 x"),
    (sin(x + y) ** 2, "sin^2 (x + y)"),
    (sin(x) ** y, "(sin x)^y"),
    (sin(2 * x), "sin 2 x"),
    (sin(x * y), "sin(x y)"),
    (sin(sin(x)), "sin(sin x)"),
    (cos(2 * pi * x), "cos(2 pi x)"),
    (1 / sin(x), "frac(1, sin x)"),
    (log(x) ** 2 + log(x + 1), "ln(x + 1) + ln^2 x"),
    (atan(x) + tan(x), "arctan x + tan x"),
    (exp(x), "e^x"),
    (exp(-x) * sin(x) * x, "x e^(-x) sin x"),
    (exp(-((x - 7) ** 2) / 14), "e^(-(x - 7)^2 slash 14)"),
    (x * exp(1) + pi, "e x + pi"),
    (exp(2), "e^2"),
    (Abs(x * y), "abs(x y)"),
    (sympy.sign(x), 'op("sgn") x'),
    (Max(x, y), "max(x, y)"),
    (sympy.Heaviside(x - y), 'op("H") (x - y)'),
    (sympy.asinh(x), 'op("arsinh") x'),
    (parse_expression("floor(x)^2 + ceil(y)"), "ceil(y) + floor(x)^2"),
    (parse_expression("mod(x, 2)^2 y"), "y (x mod 2)^2"),
    (parse_expression("sinc(2x)"), "sinc 2 x"),
    (parse_expression("erf(x)^2"), 'op("erf")^2 x'),
    (parse_expression("x^2 if x > 0 else -x"), 'cases(x^2 & quad "if" x > 0, -x & quad "otherwise")'),
    (
        parse_expression("2huber(x)"),
        '2 (cases(frac(x^2, 2) & quad "if" abs(x) <= 1, abs(x) - frac(1, 2) & quad "otherwise"))',
    ),
    (
        parse_expression("1 if 0 < x <= 1 or y > 2 else 0"),
        'cases(1 & quad "if" 0 < x <= 1 "or" y > 2, 0 & quad "otherwise")',
    ),
    (sympy.atan2(y, x), 'op("atan2") (y, x)'),
    (x1**2 + w_0, "x_1^2 + w_0"),
    (mu_max * x, '"mu_max" x'),
    (sympy.Symbol("theta_12") * x, "theta_12 x"),
    (sympy.Float(1.0) * x, "x"),
    (sympy.Float(-1.0) * x, "-x"),
    (sympy.Float(2.5) * x, "2.5 x"),
    (sympy.Float("1.23456789") * x, "1.23457 x"),
    (sympy.Float("1.5e-7") * x, "1.5 dot 10^(-7) x"),
    (x * (x + 1) * (y - 2), "x (x + 1) (y - 2)"),
    (-2 * (10 - 10 * x) * exp(x), "20 (x - 1) e^x"),
    (x**2 - y**2, "x^2 - y^2"),
    (y - x**2, "y - x^2"),
    (3 - 3 * exp(x), "3 - 3 e^x"),
    (x**3 - 2 * x * y + y - 5, "x^3 - 2 x y + y - 5"),
]

# A product sign or a whole float in the result, which no mathematician writes.
STRAY = re.compile(r"\*|\d\.0\b|\+ -|- -|--")


def accepted(formulas):
    """Let Typst set the formulas, one page for all."""
    typst.compile("\n\n".join(f"$ {formula} $" for formula in formulas).encode(), format="svg")


@pytest.mark.parametrize(("expression", "expected"), TABLE, ids=[expected for _, expected in TABLE])
def test_as_people_write_it(expression, expected):
    assert typeset(expression) == expected


def test_typst_accepts_the_table():
    accepted([expected for _, expected in TABLE])


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
def test_typst_accepts_every_objective(objective):
    hessian = [typeset(entry) for row in objective.hessian_expression for entry in row]
    slopes = [typeset(entry) for entry in objective.gradient_expression]
    formulas = [typeset_function(objective), *typeset_gradient(objective), typeset(objective.expression)]
    accepted([*formulas, *slopes, *hessian])
    assert not [formula for formula in [*formulas, *slopes, *hessian] if STRAY.search(formula)]


def test_definitions_and_derivatives_name_their_variables():
    qfsp, curve, neuron = (OBJECTIVES[name] for name in ("qfsp", "theta_squared", "valley_neuron"))
    assert typeset_function(qfsp) == "f(x, y) = x^2 + y^2 + 10 sin x sin y"
    assert typeset_gradient(qfsp)[1] == "frac(partial f, partial y) = 2 y + 10 sin x cos y"
    assert typeset_gradient(curve, "J") == ("frac(dif J, dif theta) = 2 theta",)
    assert typeset_function(neuron, "E") == (
        "E(w, b) = frac(1, 2) sum_(i = 1)^2 (frac(1, 1 + e^(-(w x_i + b))) - y_i)^2"
    )


LEAVES = st.sampled_from(
    [x, y, theta, x1, pi, sympy.E, *map(sympy.Integer, (-2, 1, 2, 3)), Rational(-3, 4), sympy.Float(0.3)]
)
UNARY = st.sampled_from([sin, cos, exp, tan, atan, Abs, sympy.sign, sympy.tanh, sympy.asinh])
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] / (pair[1] ** 2 + 1)),
        st.tuples(inner, inner).map(lambda pair: Max(*pair, evaluate=False)),
        st.tuples(inner, st.sampled_from([2, 3, -1, Rational(1, 2), Rational(-3, 2), y])).map(
            lambda pair: (pair[0] ** 2 + 1) ** pair[1]
        ),
        st.tuples(UNARY, inner).map(lambda pair: pair[0](pair[1])),
    ),
    max_leaves=7,
)


@settings(max_examples=60)
@given(st.lists(EXPRESSIONS, min_size=3, max_size=3))
def test_typst_accepts_what_comes_along(expressions):
    formulas = [typeset(expression) for expression in expressions]
    accepted(formulas)
    assert not [formula for formula in formulas if STRAY.search(formula)]


# Typst read back, so that brackets and order are known to keep the meaning.


def read_back(formula):
    """The value of typeset math at a point, by a reader that knows nothing of the printer."""
    return Reader(formula).sum()


class Reader:
    """Recursive descent over Typst's tokens: juxtaposition multiplies, a function takes what is next to it."""

    VALUES = {"x": 0.7, "y": 1.3, "theta": 0.4, "x_1": 1.9, "pi": float(pi), "e": float(sympy.E)}  # noqa: RUF012
    FUNCTIONS = {  # noqa: RUF012
        **{name: getattr(sympy, name) for name in ("sin", "cos", "tan", "tanh", "exp")},
        **{"arctan": atan, "ln": log, "abs": Abs, "sqrt": sqrt, "max": Max},
        **{'op("sgn")': sympy.sign, 'op("arsinh")': sympy.asinh},
    }
    TOKEN = re.compile(r'op\("\w+"\)|x_1|[a-zA-Z]+|\d+(?:\.\d+)?|\S')

    def __init__(self, formula):
        self.tokens = self.TOKEN.findall(formula)

    def peek(self):
        return self.tokens[0] if self.tokens else ""

    def take(self, *expected):
        return self.tokens.pop(0) if self.peek() in expected else ""

    def sum(self):
        total = -self.product() if self.take("-") else self.product()
        while sign := self.take("+", "-"):
            total = total + (self.product() if sign == "+" else -self.product())
        return total

    def product(self):
        result = self.power()
        while self.peek() not in ("", "+", "-", ")", ","):
            if self.take("slash"):
                result = result / self.power()
            else:
                self.take("dot")
                result = result * self.power()
        return result

    def power(self):
        token = self.tokens.pop(0)
        if token in self.FUNCTIONS and token not in ("abs", "sqrt", "max"):
            exponent = self.exponent()
            return self.FUNCTIONS[token](self.argument()) ** exponent
        base = self.atom(token)
        return base ** self.exponent()

    def exponent(self):
        return self.atom(self.tokens.pop(0)) if self.take("^") else 1

    def argument(self):
        """sin 2 x: a bracket, or a number and a letter."""
        if self.peek() == "(":
            return self.atom(self.tokens.pop(0))
        number = self.peek().isdigit()
        first = self.atom(self.tokens.pop(0))
        return first * self.atom(self.tokens.pop(0)) if number and self.peek() in self.VALUES else first

    def atom(self, token):
        if token == "(":
            return self.inside()[0]
        if token == "frac":
            self.take("(")
            upper, lower = self.inside()
            return upper / lower
        if token in ("abs", "sqrt", "max"):
            self.take("(")
            return self.FUNCTIONS[token](*self.inside())
        return sympy.Float(self.VALUES.get(token, token))

    def inside(self):
        entries = [self.sum()]
        while self.take(","):
            entries.append(self.sum())
        assert self.take(")")
        return entries


@settings(max_examples=150)
@given(EXPRESSIONS)
def test_the_formula_says_what_the_expression_means(expression):
    point = {x: 0.7, y: 1.3, theta: 0.4, x1: 1.9}
    expected = sympy.N(expression.subs(point))
    if expected.is_finite and abs(expected) < 1e12:
        found = read_back(typeset(expression))
        assert complex(found) == pytest.approx(complex(expected), rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("text", ["x^2 - 1/x", "-(x+1)*(y-2)/3", "(x/2)^2", "exp(-x)^2", "1/(x*y)^2", "x*2^(-y)"])
def test_typed_formulas_survive_the_way_there_and_back(text):
    expression = parse_expression(text)
    assert complex(read_back(typeset(expression))) == pytest.approx(complex(expression.subs({x: 0.7, y: 1.3})))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_typst_accepts_every_function_with_its_gradient(name):
    inner = CONDITIONED.get(name, f"({', '.join('xyzwuvabc'[: FUNCTIONS[name].most])})")
    objective = typed_objective(f"2{name}{inner} + 1")
    accepted([typeset_function(objective), *typeset_gradient(objective)])
