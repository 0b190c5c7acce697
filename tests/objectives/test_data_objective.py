"""An objective over data is the sum, or the mean, of its samples; minibatches are the same thing smaller."""

from __future__ import annotations

import copy
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
import sympy

from objectives import OBJECTIVES, DataObjective, UsageError
from objectives import data_objective as module

W0, W1, X, Y = sympy.symbols("w0 w1 x y", real=True)
NEURON, REGRESSION = OBJECTIVES["six_points_neuron"], OBJECTIVES["regression_sine"]
POINTS = np.random.default_rng(3).normal(size=(4, 3, 2))


@pytest.mark.parametrize("function", ["value", "gradient", "hessian"])
def test_a_sum_is_the_sum_of_its_samples(function):
    parts = [getattr(NEURON.minibatch(sample), function)(POINTS) for sample in range(NEURON.samples)]
    np.testing.assert_allclose(getattr(NEURON, function)(POINTS), sum(parts), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("function", ["value", "gradient", "hessian"])
def test_a_mean_is_the_mean_of_its_samples(function):
    parts = [getattr(REGRESSION.minibatch(sample), function)(POINTS) for sample in range(REGRESSION.samples)]
    np.testing.assert_allclose(getattr(REGRESSION, function)(POINTS), np.mean(parts, axis=0), rtol=1e-11, atol=1e-12)


def test_against_plain_numpy():
    x, y = REGRESSION.data["x"], REGRESSION.data["y"]
    w0, w1 = POINTS[..., 0], POINTS[..., 1]
    by_hand = ((w0[..., None] * x + w1[..., None] - y) ** 2).mean(-1) + 5 * np.sin(w0) * np.cos(w1)
    np.testing.assert_allclose(REGRESSION.value(POINTS), by_hand, rtol=1e-13)


def test_many_samples_are_added_up_in_blocks(monkeypatch):
    rng = np.random.default_rng(1)
    many = NEURON.with_data({"x": rng.normal(size=97), "y": rng.uniform(size=97)})
    whole = many.gradient(POINTS)
    monkeypatch.setattr(module, "BLOCK", 64)
    np.testing.assert_allclose(many.gradient(POINTS), whole, rtol=1e-12)
    assert max(block.shape[1] for block in module._blocks(many._columns_of_data, POINTS.size // 2)) < 10


def test_a_minibatch_takes_indices_masks_of_none_and_repeats():
    assert NEURON.minibatch([0, 0]).value((1, 1)) == pytest.approx(2 * NEURON.minibatch(0).value((1, 1)))
    assert NEURON.minibatch(-1).data["x"] == NEURON.data["x"][-1]
    for missing in ([6], [-7], []):
        with pytest.raises(UsageError):
            NEURON.minibatch(missing)


def test_data_are_copied_and_frozen():
    with pytest.raises(ValueError, match="read-only"):
        NEURON.data["x"][0] = 1
    with pytest.raises(TypeError):
        NEURON.data["x"] = np.zeros(6)
    with pytest.raises(FrozenInstanceError):
        NEURON.name = "other"
    inputs = np.ones(3)
    changed = NEURON.with_data({"x": inputs, "y": inputs})
    inputs[0] = 9
    assert changed.data["x"][0] == 1
    assert copy.deepcopy(changed).value((1, 2)) == changed.value((1, 2))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"x": [1.0]}, "are called x and y"),
        ({"x": [1.0], "y": [1.0, 2.0]}, "equally many"),
        ({"x": [], "y": []}, "at least one"),
        ({"x": [np.nan], "y": [1.0]}, "finite"),
        ({"x": [[1.0]], "y": [[1.0]]}, "row of finite numbers"),
    ],
)
def test_unusable_data_are_refused(data, message):
    with pytest.raises(UsageError, match=message):
        NEURON.with_data(data)


def test_new_data_have_no_known_minima():
    assert NEURON.with_data({"x": [1.0], "y": [0.5]}).minima == ()
    assert NEURON.with_data({"x": [1.0], "y": [0.5]}, minima=((0.0, 0.0),)).minima == ((0.0, 0.0),)


def test_the_neuron_is_right_where_a_textbook_form_overflows():
    np.testing.assert_array_equal(NEURON.predict((1000.0, 0.0), [-5.0, 0.0, 5.0]), (0, 0.5, 1))
    assert NEURON.predict((1.0, 0.0), -700.0) == pytest.approx(np.exp(-700.0), rel=1e-13)
    far = NEURON.with_data({"x": [1.0], "y": [0.0]})
    np.testing.assert_allclose(far.gradient([[-400.0, -400.0], [400.0, 400.0]]), 0, atol=1e-300)
    assert np.isfinite(far.hessian([-400.0, -400.0])).all()


def test_predictions_broadcast():
    assert NEURON.predict(POINTS, np.linspace(0, 1, 7)).shape == (4, 3, 7)
    assert NEURON.predict((1, 2), 0.5).shape == ()
    np.testing.assert_allclose(REGRESSION.predict((3, 2), [0, 1]), (2, 5))


def test_expressions_hold_the_numbers_of_the_data():
    w, b = NEURON.variables
    two = OBJECTIVES["gentle_slope_neuron"].expression
    spelt = sum(
        (1 / (1 + sympy.exp(-w * x - b)) - y) ** 2 / 2
        for x, y in [(sympy.Rational(1, 2), sympy.Rational(1, 5)), (sympy.Rational(5, 2), sympy.Rational(9, 10))]
    )
    assert two == spelt
    assert REGRESSION.expression.count_ops() < 30  # 200 samples, six coefficients
    many = NEURON.with_data({"x": np.arange(20.0), "y": np.arange(20.0)})
    assert many.expression == many.formula
    assert many.expression.has(sympy.Sum)


def test_the_gradient_expression_is_that_of_one_sample():
    values = dict(
        zip(
            [*REGRESSION.variables, *REGRESSION.data_symbols],
            (0.3, 0.7, REGRESSION.data["x"][5], REGRESSION.data["y"][5]),
            strict=True,
        )
    )
    one = [float(slope.subs(values)) for slope in REGRESSION.gradient_expression]
    np.testing.assert_allclose(REGRESSION.minibatch(5).gradient((0.3, 0.7)), one, rtol=1e-12)


@pytest.mark.parametrize("function", ["value", "gradient"])
@pytest.mark.parametrize("objective", [NEURON, REGRESSION, replace(REGRESSION, loss=(W0 * X + W1 - Y) ** 4, minima=())])
def test_one_sample_each_is_at_each_point_a_minibatch_of_one(objective, function):
    numbers, points = np.array([4, 0, 4, 2]), POINTS[:, 0]
    expected = [getattr(objective.minibatch(n), function)(point) for n, point in zip(numbers, points, strict=True)]
    np.testing.assert_allclose(getattr(objective.one_each(numbers), function)(points), expected, rtol=1e-12)


def test_a_loss_without_moments_and_a_regulariser():
    w, x, y = sympy.symbols("w x y", real=True)
    lasso = DataObjective(
        name="absolute",
        title="absolute error",
        loss=sympy.Abs(w * x - y),
        model=w * x,
        variables=(w,),
        data={"x": np.array([1.0, 2.0]), "y": np.array([1.0, 0.0])},
        view=((-1.0, 1.0),),
        minima=(),
        start=(0.0,),
        source="a test",
        reduction="mean",
        regulariser=w**2,
    )
    assert lasso.value([0.5]) == pytest.approx((0.5 + 1) / 2 + 0.25)
    np.testing.assert_allclose(lasso.gradient([0.5]), [(-1 + 2) / 2 + 1])
