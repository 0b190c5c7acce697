"""Every objective in the registry has the properties that define one; a new entry brings its tests along."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np
import pytest
import sympy

from objectives import OBJECTIVES, UsageError, find_objective

EVERY = pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)


def points_in_view(objective, count=20):
    """Random points of the view, the same every time, off its edges."""
    low, high = np.array(objective.view).T
    return low + (high - low) * np.random.default_rng(7).uniform(0.02, 0.98, (count, objective.dimension))


def differences(function, x, step=1e-5):
    """Central differences of a function of points, by each coordinate, along a new last axis."""
    shifts = step * np.eye(x.shape[-1])
    slopes = [(function(x + shift) - function(x - shift)) / (2 * step) for shift in shifts]
    return np.stack(slopes, axis=-1)


def assert_close(found, expected):
    scale = 1 + np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8 * scale)


@EVERY
def test_gradient_agrees_with_differences_of_the_value(objective):
    x = points_in_view(objective)
    assert_close(objective.gradient(x), differences(objective.value, x))


@EVERY
def test_hessian_agrees_with_differences_of_the_gradient(objective):
    x = points_in_view(objective)
    hessian = objective.hessian(x)
    assert_close(hessian, differences(objective.gradient, x))
    np.testing.assert_array_equal(hessian, np.swapaxes(hessian, -1, -2))


@EVERY
def test_minima_are_stationary_in_view_and_global_ones_first(objective):
    low, high = np.array(objective.view).T
    for minimum in objective.minima:
        assert np.abs(objective.gradient(minimum)).max() < 1e-8
        assert (low <= minimum).all()
        assert (minimum <= high).all()
    values = [objective.value(minimum) for minimum in objective.minima]
    assert all(values[0] <= value + 1e-12 for value in values)


@EVERY
def test_minima_curve_upwards(objective):
    for minimum in objective.minima:
        hessian = objective.hessian(minimum)
        assert np.isnan(hessian).all() or np.linalg.eigvalsh(hessian).min() > -1e-9


@EVERY
def test_nothing_in_view_lies_below_the_global_minimum(objective):
    if objective.minima:
        lowest = objective.value(objective.minima[0])
        assert objective.value(points_in_view(objective, 20_000)).min() >= lowest - 1e-12


@EVERY
@pytest.mark.parametrize("batch", [(), (1,), (5,), (2, 3), (0,)])
def test_batches_give_what_single_points_give(objective, batch):
    x = np.broadcast_to(points_in_view(objective, 1)[0], (*batch, objective.dimension))
    d = objective.dimension
    assert objective.value(x).shape == batch
    assert objective.gradient(x).shape == (*batch, d)
    assert objective.hessian(x).shape == (*batch, d, d)
    assert objective.undefined(x).shape == batch
    for function in (objective.value, objective.gradient, objective.hessian):
        single = function(points_in_view(objective, 1)[0])
        np.testing.assert_allclose(function(x), np.broadcast_to(single, function(x).shape), rtol=1e-13, atol=1e-15)


@EVERY
def test_the_record_is_complete(objective):
    assert objective is OBJECTIVES[objective.name]
    assert objective.title
    assert objective.source
    assert all(low <= at <= high for (low, high), at in zip(objective.view, objective.start, strict=True))
    assert not objective.undefined(objective.start)
    assert len(objective.gradient_expression) == len(objective.hessian_expression) == objective.dimension


@EVERY
def test_the_expression_has_the_value_of_the_objective(objective):
    x = points_in_view(objective, 3)
    for point, value in zip(x, objective.value(x), strict=True):
        written = objective.expression.subs(dict(zip(objective.variables, point, strict=True)))
        if written.has(sympy.Sum):
            written = in_the_data(written.doit(), objective.data)
        assert float(written) == pytest.approx(value, rel=1e-12, abs=1e-12)


def in_the_data(written, data):
    """A sum that is written over indexed data, with the numbers of the data: x_1 is the first of them."""
    return written.xreplace(
        {sympy.IndexedBase(name)[k]: sympy.Float(value, 17) for name in data for k, value in enumerate(data[name], 1)}
    )


@EVERY
def test_far_away_is_silent(objective):
    far = np.array([[1e200], [-1e308], [np.inf], [np.nan]]) * np.ones(objective.dimension)
    objective.value(far)
    objective.gradient(far)
    objective.hessian(far)
    objective.undefined(far)


@EVERY
def test_records_travel_between_processes(objective):
    twin = pickle.loads(pickle.dumps(objective))
    assert twin.value(objective.start) == objective.value(objective.start)


def test_a_wrong_number_of_coordinates_is_told():
    with pytest.raises(UsageError, match="has 2 coordinate"):
        OBJECTIVES["qfsp"].value([1.0, 2.0, 3.0])
    with pytest.raises(UsageError, match="has 1 coordinate"):
        OBJECTIVES["theta_sine"].gradient(0.5)


def test_names_are_found_as_a_person_writes_them():
    assert find_objective("two wells") is find_objective("Two-Wells") is OBJECTIVES["two_wells"]


def test_a_misspelt_name_is_told_the_nearest():
    with pytest.raises(UsageError, match="did you mean 'paraboloid'"):
        find_objective("paraboloidd")


def test_the_registry_is_a_mapping():
    assert "qfsp" in OBJECTIVES
    assert "nothing" not in OBJECTIVES
    assert len(OBJECTIVES) == len(list(OBJECTIVES))
    with pytest.raises(KeyError):
        OBJECTIVES["nothing"]


def test_the_package_needs_only_sympy_and_numpy():
    code = (
        "import sys, numpy, sympy; before = set(sys.modules); import objectives; list(objectives.OBJECTIVES)\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(new - set(sys.stdlib_module_names) - {'sympy', 'numpy', 'objectives'}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
