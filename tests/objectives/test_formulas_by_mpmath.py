"""What is typed is computed right: random formulas against mpmath, and textbook losses to the last digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy

from objectives import Objective, UsageError, parse_expression, typed_objective, typeset_gradient
from objectives.functions import RealFunction
from objectives.vocabulary import DEFAULTS, FUNCTIONS, MOST_ARGUMENTS
from tests.objectives.oracle import MEANING, UNUSUAL, cancelled, text_of, trees, truth

POINTS = ({"x": 0.7316, "y": 1.8241}, {"x": -1.37, "y": 0.459})
RANDOM = list(trees(seed=5, count=300))


def assert_right(tree, objective):
    names = [str(variable) for variable in objective.variables]
    for point in POINTS:
        expected = truth(tree, point, names)
        if expected is None or expected.wide:
            continue
        at = [point[name] for name in names]
        numbers = [objective.value(at), *objective.gradient(at)]
        assert abs(numbers[0] - expected.numbers[0]) <= expected.tolerances[0]
        for name, number, right, margin in zip(
            names, numbers[1:], expected.numbers[1:], expected.tolerances[1:], strict=True
        ):
            off = abs(number - right)
            assert off <= margin or off <= margin + 1e-13 * cancelled(tree, point, name)


@pytest.mark.parametrize("tree", RANDOM, ids=range(len(RANDOM)))
def test_random_formulas(tree):
    """Right, or one sentence: with every function of the vocabulary at the root or near it."""
    try:
        objective = typed_objective(text_of(tree))
    except UsageError:
        return
    assert_right(tree, objective)
    objective.hessian(objective.start)
    assert not any("Derivative" in line or "Subs" in line for line in typeset_gradient(objective))


def test_the_oracle_knows_the_vocabulary_and_the_random_formulas_use_it():
    assert set(MEANING) == set(FUNCTIONS) - UNUSUAL
    used = {node[1] for tree in RANDOM for node in nodes(tree) if node[0] == "call"}
    assert used == set(MEANING)


def nodes(tree):
    yield tree
    for part in tree[1:]:
        if isinstance(part, tuple):
            yield from nodes(part)


@pytest.mark.parametrize("count", range(2, MOST_ARGUMENTS + 1))
@pytest.mark.parametrize("name", ["max", "min"])
def test_max_and_min_of_every_number_of_arguments(name, count):
    arguments = ["x", "-x", "y", "-y", "1", "x*y", "pi", "x - y"][:count]
    objective = typed_objective(f"{name}({', '.join(arguments)}) + {name}({name}(x, y), {', '.join(arguments[1:])})")
    for x, y in ((0.7316, 1.8241), (-1.37, 0.459), (3.2, -4.6)):
        values = [eval(argument, {"x": x, "y": y, "pi": np.pi}) for argument in arguments]
        best = {"max": max, "min": min}[name]
        assert objective.value((x, y)) == best(values) + best(x, y, *values[1:])
        ahead, behind = (objective.value(np.array([x, y]) + shift * np.eye(2)) for shift in (1e-6, -1e-6))
        slopes = (ahead - behind) / 2e-6
        np.testing.assert_allclose(objective.gradient((x, y)), slopes, atol=1e-8)


@pytest.mark.parametrize(
    ("text", "slopes"),
    [("max(x, y)", (0.5, 0.5)), ("relu(x) + 0*y", (0.5, 0)), ("max(x, y, x + 0*y)", (0.5, 0.5)), ("|x| + 0*y", (0, 0))],
)
def test_slopes_at_a_kink(text, slopes):
    objective = typed_objective("f(x, y) = " + text)
    np.testing.assert_allclose(objective.gradient((0.0, 0.0)), slopes)
    three = typed_objective("max(x, y, z)")
    np.testing.assert_allclose(three.gradient((2.0, 2.0, 2.0)), [1 / 3] * 3)


def test_a_case_that_does_not_hold_spoils_nothing():
    """Its value or slope may be missing there, and max that holds 0 below a root makes the slope 0, not 0/0."""
    roots = typed_objective("sqrt(x) if x > 0 else x^2")
    np.testing.assert_allclose(roots.gradient([[-1.0], [4.0]])[:, 0], (-2, 0.25))
    np.testing.assert_allclose(typed_objective("sqrt(max(x, 0))").gradient([[-1.0], [4.0]])[:, 0], (0, 0.25))
    assert np.isnan(typed_objective("1 if log(x) > 0 else 2 + 0*x", start=(1.0,)).value((-1.0,)))


# Textbook forms, and where each is fed: large, where it saturates; small, where it cancels.
TEXTBOOK = """
1/(1 + exp(-x))
exp(x)/(1 + exp(x))
1 - sigmoid(x)
-log(sigmoid(x))
-log(1 - sigmoid(x))
-log(1 - sigmoid(2x + 1))
-log(1/(1 + exp(-x)))
-log(exp(x)/(1 + exp(x)))
-log(1 - 1/(1 + exp(-x)))
-0.3log(sigmoid(x)) - 0.7log(1 - sigmoid(x))
log(1 + exp(x))
log(1 + exp(-x))
log(1 + exp(x)) - x
log(1 + exp(3x + 1)) - 3x - 1
log(cosh(x))
log((exp(x) + exp(-x))/2)
log(exp(x) + exp(-x))
tanh(x)
(exp(x) - exp(-x))/(exp(x) + exp(-x))
(exp(2x) - 1)/(exp(2x) + 1)
(1 - exp(-2x))/(1 + exp(-2x))
sinh(x)/cosh(x)
1 - tanh(x)^2
1 - tanh(x)
1/cosh(x)^2
exp(-x)/(1 + exp(-x))^2
sigmoid(x)(1 - sigmoid(x))
2sigmoid(2x) - 1
(sigmoid(x) - 1)^2
-(1 - sigmoid(x))^2 log(sigmoid(x))
1/(1 + exp(x))^2
x sigmoid(x)
gelu(x)
1 - erf(x)
log(1 + x^2)
sqrt(1 + x^2) - 1
2(sqrt(1 + x^2/4) - 1)
1 - exp(-x^2)
exp(x) - 1
1 - cos(x)
log(1 - exp(-x^2))
log(1 + exp(x) + exp(2x))
log(exp(x) + exp(2x) + exp(-x))
log(exp(x) + exp(2x) + exp(-x)) - x
exp(x)/(exp(x) + exp(2x) + exp(-x))
1 - exp(x)/(exp(x) + exp(2x) + exp(-x))
-log(exp(x)/(exp(x) + exp(2x) + exp(-x)))
log(2 + 2exp(x))
log2(1 + exp(x))
log(1 + exp(-x^2))
pseudo_huber(x, 2)
logcosh(x)
softplus(x) - 0.3x
""".strip().split("\n")
FED = [sign * size for size in (1e-9, 1e-3, 0.5, 2.5, 4, 20, 37, 40, 100, 300, 700) for sign in (1, -1)]


@pytest.mark.parametrize("text", TEXTBOOK)
def test_textbook_forms_to_the_last_digits(text):
    """Value and slope within 1e-12 of what 800 digits give, wherever that is a double and not next to nothing."""
    x = sympy.Symbol("x", real=True)
    expression, objective = parse_expression(text), typed_objective(text)
    found = np.stack([objective.value(np.c_[FED]), objective.gradient(np.c_[FED])[:, 0]])
    with mpmath.workdps(800):
        exact = sympy.lambdify(x, [expression, sympy.diff(expression, x)], "mpmath")
        for k, point in enumerate(FED):
            for number, right in zip(found[:, k], exact(mpmath.mpf(point)), strict=True):
                if 1e-300 < abs(right) < 1e300:
                    assert abs((mpmath.mpf(number) - right) / right) < 1e-12
                elif abs(right) < 1:
                    assert abs(number) < 1e-290  # so near to 0 that a double may be 0


def test_the_vocabulary_is_a_table():
    """What another reader of the same grammar is made from: names, counts, meanings in the grammar itself."""
    for name, (meaning, fewest, most) in FUNCTIONS.items():
        assert 1 <= fewest <= most <= MOST_ARGUMENTS + 1
        assert (name in DEFAULTS) <= (most == fewest + 1)
        assert isinstance(meaning, str)


@pytest.mark.parametrize("text", ["(x+1)" + "".join(f"(x+{k}y)" for k in range(2, 60)), "sin(" * 22 + "x y" + ")" * 22])
def test_long_and_deep_formulas_have_short_derivatives(text):
    """The steps of a Hessian grow with the formula, not with its square."""
    from objectives.tape import derivative_tape

    objective = typed_objective(text)
    assert isinstance(objective, Objective)
    steps = [
        len(derivative_tape(objective.variables, objective.expression, objective.variables, k).steps) for k in (0, 2)
    ]
    assert steps[1] < 40 * steps[0]
    assert np.isfinite(objective.hessian((0.01, 0.02))).all()


def test_nothing_of_ours_asks_sympy_for_more_than_a_slope():
    for function in RealFunction.__subclasses__():
        assert function.fdiff is not sympy.Function.fdiff
