"""What is typed is read as Python would compute it, and refused with a mark where it is no formula."""

from __future__ import annotations

import math
import pickle
import re
import time

import numpy as np
import pytest
import sympy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from objectives import (
    OBJECTIVES,
    ExpressionError,
    Objective,
    UsageError,
    find_objective,
    parse_expression,
    typed_objective,
)
from objectives.expression import LONGEST
from objectives.functions import RealFunction
from objectives.numeric import evaluate
from objectives.vocabulary import FUNCTIONS
from tests.objectives.oracle import CONDITIONED

x, y, w, b, theta = sympy.symbols("x y w b theta", real=True)

ACCEPTED = [
    ("x**2 + 10*sin(x)*sin(y)", x**2 + 10 * sympy.sin(x) * sympy.sin(y)),
    ("x^2", x**2),
    ("-x^2", -(x**2)),
    ("2^3^x", 2 ** (3**x)),
    ("2^-x", 2**-x),
    ("3*-x", -3 * x),
    ("x − y·2", x - 2 * y),
    ("2*θ²", 2 * theta**2),
    ("  x ", x),
    ("(x +\n y)", x + y),
    ("lambda*x", sympy.Symbol("lambda", real=True) * x),
    ("0.1*x", x / 10),
    ("1e-3*x", x / 1000),
    ("x**2.0", x**2),
    ("x**0.5", sympy.sqrt(x)),
    ("3.14159265*x", sympy.Float(3.14159265) * x),
    ("pi*e", sympy.pi * sympy.E),
    ("e^(-x)", sympy.exp(-x)),
    ("ln(x) + log(x, 2)", sympy.log(x) + sympy.log(x) / sympy.log(2)),
    ("abs(x) + Abs(y)", sympy.Abs(x) + sympy.Abs(y)),
    ("sigmoid(w*x + b)", 1 / (1 + sympy.exp(-(w * x + b)))),
    ("max(x, y)", sympy.Max(x, y)),
    ("relu(x)", sympy.Max(x, 0)),
    ("x1 + w_0", sympy.Symbol("x1", real=True) + sympy.Symbol("w_0", real=True)),
    ("+".join(["x"] * 200), 200 * x),
    ("--x", x),
    ("exp(2*log(x) + log(3))", 3 * x**2),
    ("1^999 + 0^2 + 10*x", 1 + 10 * x),
    # Side by side
    ("2x", 2 * x),
    ("3xy", 3 * x * y),
    ("x y", x * y),
    ("10 sin(x)", 10 * sympy.sin(x)),
    ("x² y", x**2 * y),
    ("x²y", x**2 * y),
    ("x^2 y", x**2 * y),
    ("(x)(y)", x * y),
    ("x(y + 1)", x * (y + 1)),
    ("(1 - x)^2 + 100(y - x^2)^2", (1 - x) ** 2 + 100 * (y - x**2) ** 2),
    ("-2x^2/3", -2 * x**2 / 3),
    ("xsin(x)", x * sympy.sin(x)),
    ("wx + b", w * x + b),
    ("2 theta x", 2 * theta * x),
    ("2θx", 2 * theta * x),
    ("2π", 2 * sympy.pi),
    ("1j", sympy.Symbol("j", real=True)),
    # Bars, and functions without brackets
    ("|x|", sympy.Abs(x)),
    ("||x| - 1|", sympy.Abs(sympy.Abs(x) - 1, evaluate=False)),
    ("|x||y|", sympy.Abs(x) * sympy.Abs(y)),
    ("2|x| + (|y|)", 2 * sympy.Abs(x) + sympy.Abs(y)),
    ("sin x + sin 2x cos y", sympy.sin(x) + sympy.sin(2 * x) * sympy.cos(y)),
    ("sin^2 x + cos²(y)", sympy.sin(x) ** 2 + sympy.cos(y) ** 2),
    ("sin θ²", sympy.sin(theta**2)),
    ("ln |x|", sympy.log(sympy.Abs(x))),
    ("√(x^2 + 1) + √x", sympy.sqrt(x**2 + 1) + sympy.sqrt(x)),
    # Heads, commas, names of elsewhere
    ("f(x, y) = x^2 + 2y", x**2 + 2 * y),
    ("J(θ) = θ²", theta**2),
    ("z = x^2 + y^2", x**2 + y**2),
    ("x = 1", sympy.S.One),
    ("0,5x^2 + 1,25y", x**2 / 2 + sympy.Rational(5, 4) * y),
    ("sin(0,5)*x", sympy.sin(sympy.S.Half) * x),
    ("max(0; 0,5x)", sympy.Max(0, x / 2)),
    ("max(0,5x)", sympy.Max(0, 5 * x)),
    ("x₁² + x₂²", sympy.Symbol("x1", real=True) ** 2 + sympy.Symbol("x2", real=True) ** 2),
    ("np.exp(-x**2) + Math.sin(y)", sympy.exp(-(x**2)) + sympy.sin(y)),
    ("Sin(x) + LOG(x)", sympy.sin(x) + sympy.log(x)),
    # LaTeX
    (r"\frac{1}{2}x^2", x**2 / 2),
    (r"\frac12 x^2y", x**2 * y / 2),
    (r"$\left(x^2+y-11\right)^2 + (x+y^2-7)^2$", (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2),
    (r"\log\left(1+e^{-x}\right)", sympy.log(1 + sympy.exp(-x))),
    (r"e^{2xy}", sympy.exp(2 * x * y)),
    (r"\sin^2 x \cdot \cos(2y)", sympy.sin(x) ** 2 * sympy.cos(2 * y)),
    (r"\sqrt{x^2+1} + \sqrt[4]{y}", sympy.sqrt(x**2 + 1) + y ** sympy.Rational(1, 4)),
    (r"\max\{0,\, 1 - xy\}", sympy.Max(0, 1 - x * y)),
    (r"\left|x\right| + \lvert y\rvert", sympy.Abs(x) + sympy.Abs(y)),
    (r"\theta_1^{2} + x_{12}", sympy.Symbol("theta_1", real=True) ** 2 + sympy.Symbol("x_12", real=True)),
    (r"\operatorname{sgn}(x) + \mathrm{e}^x + 0{,}5y", sympy.sign(x) + sympy.exp(x) + y / 2),
    (r"\log_2 x + \log_{10}(y)", sympy.log(x) / sympy.log(2) + sympy.log(y) / sympy.log(10)),
    (r"-20e^{-0.2\sqrt{\tfrac{x^2+y^2}{2}}}", -20 * sympy.exp(-sympy.sqrt((x**2 + y**2) / 2) / 5)),
    (r"f(x, y) = x^2 \quad", x**2),
]

# The same function in several spellings: by cases, which SymPy has no equal of.
SAME = [
    ("x^2 if x > 0 else -x", "piecewise((x^2, x > 0), (-x, True))"),
    ("x^2 if x > 0 else -x", "piecewise(x^2, x > 0, -x)"),
    ("x^2 if x > 0 else -x", "piecewise(x > 0, x^2, -x)"),
    ("x^2 if x > 0 else -x", "where(x > 0, x^2, -x)"),
    ("x^2 if x > 0 else -x", r"\begin{cases} x^2 & \text{if } x > 0 \\ -x & \text{otherwise} \end{cases}"),
    ("1 if x < 0 else 2 if x < 1 else 3", "piecewise(1, x < 0, 2, x < 1, 3)"),
    ("1 if 0 < x <= 1 else 0", "1 if 0 < x and x <= 1 else 0"),
    ("x if 2 > 1 else y", "x"),
    ("x if 2 < 1 or x > 3 else y", "x if x > 3 else y"),
    ("x² if x ≤ 1 else x", "x^2 if (x <= 1) else x"),
    ("huber(x)", "x^2/2 if |x| <= 1 else |x| - 1/2"),
    ("huber(x, 2)", "x^2/2 if |x| <= 2 else 2(|x| - 1)"),
    ("hinge(x y)", "max(0, 1 - x*y)"),
    ("elu(x)", "x if x > 0 else e^x - 1"),
    (r"\lfloor x \rfloor + \lceil y \rceil", "floor(x) + ceil(y)"),
    ("log(x)", "ln(x)"),
]

REFUSED = [
    # text, the place of the mark, a word of the message
    ("", 0, "no expression"),
    ("x +", 3, "missing"),
    ("x + * y", 4, "expected"),
    ("x )", 2, "never opened"),
    (")", 0, "never opened"),
    ("x*(y", 2, "never closed"),
    ("|x", 0, "never closed"),
    ("x² + foo(y)", 5, "no function"),
    ("é + sinn(x)", 0, "not a variable"),
    ("x + sinn(x)", 4, "did you mean sin?"),
    ("θ + thta", 4, "did you mean theta?"),
    ("x^2 + sin", 6, "needs an argument"),
    ("2 3", 2, "operator"),
    ("x 2", 2, "operator"),
    ("0x10", 1, "operator"),
    ("1/2x", 3, r"/(2*x)"),
    ("1/(x+1)(y+1)", 7, "two ways"),
    ("e^2x", 3, r"^(2*x)"),
    ("x^2y", 3, "two ways"),
    ("sin x y", 6, "argument of sin end"),
    ("sin x/2", 5, "argument of sin end"),
    ("sin^-1(x)", 0, "inverse function"),
    ("exp^x(y)", 0, "needs an argument"),
    ("f(x)", 0, "not a function"),
    ("f(*x)", 0, "not a function"),
    ("pq + 1", 0, "not a variable"),
    ("sin()", 0, "1 argument"),
    ("log(x, 2, 3)", 0, "1 to 2"),
    ("sin(x=1)", 5, "no equation"),
    ("sin(*x)", 4, "expected"),
    ("1,000x", 1, "1000"),
    ("1/0", 2, "real"),
    ("sqrt(-4)", 0, "real"),
    ("x + asin(2)", 4, "real"),
    ("sqrt(-x^2)", 0, "real"),
    ("I*x", 0, "imaginary"),
    ("nan", 0, "not a variable"),
    ("9**9**9**9", 6, "too large"),
    ("2**10**9", 3, "too large"),
    ("((2*x)^1000)^1000", 1, "too large"),
    ("exp(1e50*log(7))", 0, "too large"),
    ("e^(x + 1e50*log(7))", 3, "too large"),
    ("softplus(1e50*log(7)*x/x)", 0, "too large"),
    ("pi^(1e50*log(3)/log(pi))", 4, "too large"),
    ("(101/100)^900", 10, "too large"),
    ("(x - x - 2)^x", 0, "not real"),
    ("x^1001", 2, "Exponents"),
    ("x^-1001", 2, "Exponents"),
    ("(x^500)^500", 0, "Exponents"),
    ("1e999", 0, "10^100"),
    ("1e-999", 0, "10^-100"),
    ("9" * 150, 0, "10^100"),
    ("exp(exp(100))", 0, "10^100"),
    ("x/exp(-1000)", 2, "10^100"),
    ("(pi*x)^1000", 0, "10^100"),
    ("x.y", 1, "point"),
    ("x.__class__", 1, "point"),
    ("x[0]", 1, "brackets are round"),
    ("().__class__", 2, "point"),
    ("__import__('os')", 0, "no place"),
    ("eval(x)", 0, "no function"),
    ("lambda x: x", 8, "no place"),
    ("(x := 3)", 3, "no place"),
    ("[x]", 0, "round"),
    ("x, y", 1, "comma"),
    ("x < y", 0, "condition"),
    ("x if y else x", 5, "condition was expected"),
    ("x if y > 0", 10, "comes else"),
    ("x or y", 0, "condition was expected"),
    ("piecewise(x, x > 0)", 0, "none of the conditions"),
    ("x == y", 2, "< >"),
    ("x = x^2", 2, "no equation"),
    ("x + 1 = y", 6, "no equation"),
    ("f(x) = x + y", 11, "no variable 'y'"),
    ("f(x, x) = x", 2, "each once"),
    ("True", 0, "not a variable"),
    ("...", 0, "point"),
    ("x; y", 1, "One formula"),
    ("x # y", 2, "no place"),
    ("x % y", 2, "mod(x, y)"),
    ("x // y", 2, "floor(x/y)"),
    ("x!", 1, "factorial"),
    ("x @ y", 2, "no place"),
    ("~x", 0, "no place"),
    ("x'", 1, "derivative"),
    ("1_000", 1, "no place"),
    ("x\0", 1, "no place"),
    ("\ud800", 0, ""),
    (r"\sum_i x_i", 0, "write the terms out"),
    (r"\frac{1}", 8, "missing"),
    (r"\frac{1}{2", 10, "missing"),
    (r"x\mathbf{y}", 1, "name each coordinate"),
    (r"\begin{matrix} x \end{matrix}", 0, "no environment matrix"),
    ("x}", 1, "never opened"),
    ("(" * 220 + "x" + ")" * 220, None, "nested"),
    ("-" * 300 + "x", 25, "nested"),
    ("x" + "^x" * 60, None, "nested"),
    ("sin(" * 30 + "x" + ")" * 30, None, "nested"),
    ("x + " * 200 + "x", LONGEST, "characters"),
]


@pytest.mark.parametrize(("text", "expected"), ACCEPTED)
def test_accepted(text, expected):
    assert parse_expression(text) == expected


@pytest.mark.parametrize(("text", "place", "message"), REFUSED)
def test_refused_with_a_mark(text, place, message):
    with pytest.raises(ExpressionError, match="(?s)" + re.escape(message)) as caught:
        parse_expression(text)
    assert place is None or caught.value.place == place
    first, line, mark = str(caught.value).split("\n")
    assert first
    assert len(line) <= 84
    assert mark.strip() == "^"
    if place is not None and place < min(50, len(text)) and text[place].isprintable():
        assert line[mark.index("^")] == text[place]


@pytest.mark.parametrize(("text", "same"), SAME)
def test_spellings_of_the_same(text, same):
    assert parse_expression(text) == parse_expression(same)


REMARKS = [
    ("E*x", "E was read as Euler's number"),
    ("e x", "e was read as Euler's number"),
    ("e^x + e^(-x)", None),
    ("3xy + x", "xy was read as x*y"),
    ("0,5x", "0,5 was read as 0.5"),
    ("sinc(x)", "sin(x)/x"),
    ("2x + pi", None),
]


@pytest.mark.parametrize(("text", "remark"), REMARKS)
def test_what_could_have_been_meant_otherwise_is_said(text, remark):
    remarks = typed_objective(text, start=(1.0,) * len(parse_expression(text).free_symbols)).remarks
    assert remark in " ".join(remarks) if remark else not remarks


def test_a_head_names_the_variables_and_their_order():
    objective = typed_objective("f(y, x, z) = x^2 + y")
    assert [str(variable) for variable in objective.variables] == ["y", "x", "z"]
    np.testing.assert_allclose(objective.gradient((5.0, 3.0, 1.0)), (1, 6, 0))
    assert typed_objective("z = x^2 + y").dimension == 2


def test_only_given_variables_are_known():
    assert parse_expression("w*x", ["w", "x"]) == w * x
    with pytest.raises(ExpressionError, match="did you mean 'theta'"):
        parse_expression("theta2", ["theta", "x"])


def test_an_error_travels_between_processes():
    with pytest.raises(ExpressionError) as caught:
        parse_expression("2 3")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if isinstance(OBJECTIVES[name], Objective)])
def test_what_the_command_line_prints_can_be_typed_again(name):
    objective = OBJECTIVES[name]
    for expression in (objective.expression, *objective.gradient_expression):
        again = parse_expression(str(expression)) - expression  # SymPy may have multiplied a number out
        assert again.subs(dict(zip(objective.variables, (0.3, 0.7), strict=False))) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_a_derivative_that_numpy_computes(name):
    count = FUNCTIONS[name].fewest
    objective = typed_objective(name + CONDITIONED.get(name, f"({', '.join('xyz'[:count])})"))
    points = np.full((5, 3), 0.4) + np.linspace(0, 0.1, 5)[:, None] * (1, 2, 3) + (0, 0.13, 0.31)
    points = (points + (name in ("acosh", "arccosh", "arcosh")))[:, : objective.dimension]
    steps = 1e-6 * np.eye(objective.dimension)
    slopes = [(objective.value(points + h) - objective.value(points - h)) / 2e-6 for h in steps]
    np.testing.assert_allclose(objective.gradient(points), np.stack(slopes, axis=-1), rtol=1e-6, atol=1e-7)
    assert np.isfinite(objective.hessian(points)).all()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_gradient_that_is_read_is_the_one_that_is_computed(name):
    """SymPy's formula of the gradient, set and typed again, against the steps that run; nothing is left open."""
    objective = typed_objective(name + CONDITIONED.get(name, f"({', '.join('xyz'[: FUNCTIONS[name].most])})"))
    point = 1.4 + 0.17 * np.arange(objective.dimension) if name.endswith("cosh") else 0.4 + 0.17 * np.arange(3)
    point = point[: objective.dimension]
    for slope, number in zip(objective.gradient_expression, objective.gradient(point), strict=True):
        assert not slope.has(sympy.Derivative, sympy.Subs, sympy.DiracDelta)
        again = parse_expression(str(slope), list(map(str, objective.variables)))
        assert evaluate(objective.variables, (again,), tuple(point))[0] == pytest.approx(number, rel=1e-12)


# Random formulas, written so that Python computes them too.
NUMBERS = st.sampled_from(["1", "2", "3", "0.5", "1.25", "7", "0.1", "12.75"])
FORMULAS = st.recursive(
    NUMBERS | st.sampled_from(["x", "y"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.integers(0, 4)).map(lambda t: f"({t[0]})**{t[1]}"),
        st.tuples(st.sampled_from(["sin", "cos", "exp", "tanh", "sqrt", "log", "abs", "atan"]), inner).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
        inner.map(lambda t: f"(-{t})"),
    ),
    max_leaves=8,
)
PYTHON = {name: getattr(math, name) for name in ("sin", "cos", "exp", "tanh", "sqrt", "log", "atan")} | {"abs": abs}


@given(FORMULAS)
def test_python_computes_the_same(text):
    try:
        expression = parse_expression(text)
        point = {"x": 0.7316, "y": 1.8241}
        expected = eval(text, {**PYTHON, **point})
    except (ExpressionError, ValueError, ZeroDivisionError, OverflowError):
        return  # not a real number, here or there
    found = complex(expression.subs({x: point["x"], y: point["y"]}).evalf())
    assert found == pytest.approx(expected, rel=1e-7, abs=1e-7) or abs(expected) > 1e9


TEXT = r"""
x y theta 2 0.1 1e9 9 999 + - * / ** ^ ( ) ( ) , . sin( exp( abs( max( log( sqrt( sign( cbrt( atan2( sigmoid( lambda _
| x^2 2x ; < >= else mod( floor( piecewise( huber( \\frac \\sqrt \\left| \\begin{cases} & \\\\ \\sin ² ₁ √ np.
__class__ [ ] { } ' " # : := = < % @ ~ \ ² π I E nan 1j 0x1 if for or not is None True … é
"""
PIECES = TEXT.split()
NASTY = st.lists(st.sampled_from([*PIECES, " ", "\n", "\0"]), max_size=24).map("".join)
KINDS = (
    sympy.Symbol,
    sympy.Number,
    sympy.NumberSymbol,
    sympy.Add,
    sympy.Mul,
    sympy.Pow,
    sympy.Function,
    sympy.Max,
    sympy.Min,
)
KNOWN = {
    *(sympy.sin, sympy.cos, sympy.tan, sympy.cot, sympy.sec, sympy.csc, sympy.asin, sympy.acos, sympy.atan),
    *(sympy.sinh, sympy.cosh, sympy.tanh, sympy.coth, sympy.asinh, sympy.acosh, sympy.atanh, sympy.atan2),
    *(sympy.exp, sympy.log, sympy.Abs, sympy.sign, sympy.Max, sympy.Min, sympy.Heaviside, sympy.erf, sympy.erfc),
}


def read_or_refused(text):
    """The expression, or the error that refuses it."""
    try:
        return parse_expression(text)
    except ExpressionError as error:
        return error


def assert_harmless(text):
    begin = time.perf_counter()
    outcome = read_or_refused(text)
    assert time.perf_counter() - begin < 5  # seconds; it takes milliseconds, but must not hang
    if isinstance(outcome, ExpressionError):
        assert 0 <= outcome.place <= len(text)
        return
    assert all(isinstance(node, KINDS) for node in sympy.preorder_traversal(outcome))
    heads = {type(function) for function in outcome.atoms(sympy.Function)}
    assert all(head in KNOWN or issubclass(head, RealFunction) for head in heads)
    assert all(symbol.is_real for symbol in outcome.free_symbols)


@given(st.text(max_size=60))
@example("\ufeffx")
@example("ﬁ")
@example("𝐱 + ｘ")
def test_any_text_is_read_or_refused(text):
    assert_harmless(text)


@settings(max_examples=400)
@given(NASTY)
@example("abs(abs(abs(x-1)-1)-1)")
@example("max(" * 8 + "x" + ",y)" * 8)
@example("sin(" * 20 + "x" + ")" * 20)
@example("((x+1)^999)^(1/999)")
@example("(((x^999)^0.001)^999)^999")
@example("sqrt(" * 20 + "x^2+y" + ")" * 20)
@example("*".join(["(x+y)^900"] * 40))
@example("+".join(["3^-200", "7^-100", "11^-90", "13^-80"] * 12) + "+x")
@example("abs(log(x)^x)^abs(sign(y)^x)")
@example("x^x^x^x^x^x^x^x^x")
@example("(10^90)^(1/7)*x")
def test_any_pile_of_pieces_is_read_or_refused(text):
    assert_harmless(text)


@settings(max_examples=300)
@given(FORMULAS)
def test_what_is_read_can_be_evaluated_with_its_derivatives(text):
    try:
        objective = typed_objective(text)
    except UsageError:
        return
    points = np.linspace(-3, 3, 4)[:, None] * np.ones(objective.dimension)
    assert objective.hessian(points).shape == (4, objective.dimension, objective.dimension)


@pytest.mark.parametrize(
    "text",
    ["max(cosh(20), x)", "max(softplus(0.1), x)", "log(1e50)*x", "tanh(sqrt(x)^100*log(x))", "max(x, y)^2*tanh(1)"],
)
def test_constants_and_kinks_do_not_trip_the_derivation(text):
    objective = typed_objective(text)
    assert np.isfinite(objective.gradient(objective.start)).all()


def test_a_typed_objective_has_all_that_a_picture_needs():
    objective = find_objective("y^2 + x*log(x)")
    assert [str(variable) for variable in objective.variables] == ["x", "y"]
    assert objective.view == ((-5, 5), (-5, 5))
    assert np.isfinite(objective.value(objective.start))
    assert (objective.source, objective.minima, objective.title) == ("typed", (), "y^2 + x*log(x)")
    assert typed_objective("x", view=((0.0, 1.0),), start=(0.5,)).start == (0.5,)


@pytest.mark.parametrize("text", ["log(-x^2 - 1)", "sqrt(x - 9)", "pi", "3"])
def test_a_formula_without_values_or_variables_is_refused(text):
    with pytest.raises(UsageError, match=r"no real value|no variable"):
        find_objective(text)


def test_the_start_avoids_what_is_flat_or_undefined():
    for text in ("sqrt(x)", "log(-x)", "max(-x, 0)", "exp(-x^2)", "sqrt(x - 4.9)"):
        objective = typed_objective(text)
        assert not objective.undefined(objective.start)
        assert np.abs(objective.gradient(objective.start)).max() > 0
    assert typed_objective("0*x + max(x, 9)").dimension == 1  # flat everywhere, and still an objective


@pytest.mark.parametrize("word", ["sin", "x + paraboloid", "lambda"])
def test_words_of_the_language_are_not_names(word):
    if word == "lambda":
        assert find_objective(word).expression == sympy.Symbol("lambda", real=True)
    else:
        with pytest.raises(ExpressionError):
            find_objective(word)
