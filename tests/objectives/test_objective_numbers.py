"""Numbers computed elsewhere: the sources' own tables, and high-precision arithmetic."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy

from objectives import OBJECTIVES, Objective, UsageError
from objectives.surfaces import ravine

VALUES = [
    ("gentle_slope_neuron", (-2, -2), 4.1581990102e-01),
    ("gentle_slope_neuron", (-1.9945076808, -1.9922888408), 4.1572985510e-01),
    ("valley_neuron", (-1.498144186, -0.4999673676), 3.6069445061e-01),
    ("six_points_neuron", (0.0203406339, -0.4262668065), 6.9743933705e-02),
    ("qfsp", (1.29786954, -1.29786954), -5.90449167),
    ("qfsp", (3.75101712, 1.15527804), 10.16790778),
    ("qfsp", (5.2585883496, 5.0070452350), 60.9000281300),
    ("theta_sine", (-1.1444648641,), -0.9863254063),
    ("regression_sine", (2.123119, 2.764092), -2.022973415),
    ("regression_sine", (3.961303, 0.743170), 0.224043384),
    ("two_wells", (-0.96758, 0), -5.032340),
    ("two_wells", (0.90532, 0), -1.092732),
    ("trap", (-4.8709138622, -3.8978903808), -960.657530707),  # and the next: roots of the gradient, by mpmath
    ("trap", (5.6799528746, 2.8353670805), -458.725128514),
]
MINIMA = [
    ("gentle_slope_neuron", (np.log(6), -np.log(4) - np.log(6) / 2)),
    ("valley_neuron", (1.5596800115, -5.2839589964)),
    ("six_points_neuron", (0.0203406339, -0.4262668065)),
    ("qfsp", (1.29786954, -1.29786954)),
    ("theta_sine", (-1.1444648641,)),
    ("regression_sine", (2.123119, 2.764092)),
    ("two_wells", (-0.96758, 0)),
    ("trap", (-4.8709138622, -3.8978903808)),
    ("hillside", (7,)),
]


@pytest.mark.parametrize(("name", "point", "value"), VALUES)
def test_values(name, point, value):
    assert OBJECTIVES[name].value(point) == pytest.approx(value, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("name", "minimum"), MINIMA)
def test_global_minima(name, minimum):
    assert OBJECTIVES[name].minima[0] == pytest.approx(minimum, abs=5e-6)


def test_first_steps_of_gradient_descent():
    neuron = OBJECTIVES["gentle_slope_neuron"]
    np.testing.assert_allclose(neuron.start - neuron.gradient(neuron.start), (-1.9945076808, -1.9922888408), atol=5e-11)
    ackley = OBJECTIVES["ackley"]
    np.testing.assert_allclose(ackley.start - 0.1 * ackley.gradient(ackley.start), 1.865936, atol=5e-7)


@pytest.mark.parametrize(
    ("momentum", "end", "loss"),
    [(0.0, (2.37540056, 2.38942599), -1.574730), (0.45, (2.84544709, 2.12445631), -0.486621)],
)
def test_one_stochastic_epoch_of_the_regression(momentum, end, loss):
    regression = OBJECTIVES["regression_sine"]
    x, update = np.array(regression.start), np.zeros(2)
    generator = np.random.RandomState(42)
    generator.normal(size=regression.samples)  # the noise of the data comes first from the source's generator
    for sample in generator.permutation(regression.samples):
        update = momentum * update + 0.09 * regression.minibatch(sample).gradient(x)
        x = x - update
    np.testing.assert_allclose(x, end, atol=5e-9)
    assert regression.value(x) == pytest.approx(loss, abs=5e-7)


@pytest.mark.parametrize("name", ["qfsp", "ackley", "hillside", "two_wells", "trap", "rosenbrock", "plateau"])
def test_against_fifty_digits(name):
    objective = OBJECTIVES[name]
    exact = sympy.lambdify(objective.variables, [objective.expression, *objective.gradient_expression], "mpmath")
    with mpmath.workdps(50):
        value, *gradient = map(float, exact(*map(mpmath.mpf, objective.start)))
    assert objective.value(objective.start) == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(objective.gradient(objective.start), gradient, rtol=1e-12)


def test_condition_number_is_the_ratio_of_curvatures():
    for angle in (0, 0.3, 1.2):
        curvatures = np.linalg.eigvalsh(ravine(40, angle).hessian((1.0, 1.0)))
        np.testing.assert_allclose(curvatures, (1, 40), rtol=1e-12)
    with pytest.raises(UsageError, match="at least 1"):
        ravine(0.5)


def test_ackley_at_its_own_minimum_is_flat_and_says_so():
    ackley = OBJECTIVES["ackley"]
    np.testing.assert_array_equal(ackley.gradient([[0.0, 0.0], [1.0, 1.0]])[0], (0, 0))
    assert ackley.value((0, 0)) == pytest.approx(0, abs=1e-14)
    assert not ackley.undefined((0.0, 0.0))


def kinked(expression, minima=()):
    x = sympy.Symbol("x", real=True)
    return Objective("kinked", "kinked", expression(x), (x,), ((-2.0, 2.0),), minima, (1.0,), "a test")


def test_a_missing_gradient_is_not_hidden():
    root = kinked(lambda x: sympy.sqrt(sympy.Abs(x)) * sympy.cos(x))
    assert not np.isfinite(root.gradient([0.0])).any()
    np.testing.assert_array_equal(root.undefined([[0.0], [1.0], [np.inf], [np.nan]]), [True, False, False, False])
    logarithm = kinked(sympy.log)
    np.testing.assert_array_equal(logarithm.undefined([[-1.0], [1.0]]), [True, False])
    assert not kinked(lambda x: x**4).undefined([1e200])  # diverged, not undefined


@pytest.mark.parametrize(
    ("expression", "slopes"),
    [
        (sympy.Abs, (-1, 0, 1)),
        (lambda x: sympy.Abs(sympy.exp(x) - 1), (-np.exp(-1), 0, np.e)),
        (lambda x: sympy.sign(x) * x, (-1, 0, 1)),
        (lambda x: sympy.Max(x, 0), (0, 0.5, 1)),
        (lambda x: sympy.Max(x, 0) ** 2, (0, 0, 2)),
        (lambda x: sympy.Integer(3) + 0 * x, (0, 0, 0)),
        (lambda x: sympy.log(1 + sympy.exp(x)), (1 / (1 + np.e), 0.5, np.e / (1 + np.e))),
    ],
)
def test_kinks_and_constants(expression, slopes):
    np.testing.assert_allclose(kinked(expression).gradient([[-1.0], [0.0], [1.0]])[:, 0], slopes, atol=1e-15)
    assert np.isfinite(kinked(expression).hessian([[-1.0], [0.0], [1.0]])).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"view": ()}, "one entry per variable"),
        ({"start": (1.0, 2.0)}, "one entry per variable"),
        ({"minima": ((1.0, 2.0),)}, "one entry per variable"),
        ({"view": ((1.0, -1.0),)}, "lower end"),
        ({"variables": ()}, "no variable"),
        ({"expression": sympy.Symbol("y")}, "what y is"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(change, message):
    x = sympy.Symbol("x", real=True)
    record = {"name": "odd", "title": "odd", "expression": x, "variables": (x,), "source": "a test"}
    record |= {"view": ((-1.0, 1.0),), "minima": (), "start": (0.0,)}
    with pytest.raises(UsageError, match=message):
        Objective(**{**record, **change})
