"""An average that forgets: the source's numbers, and the properties that make it an average."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from objectives.errors import UsageError
from optimizers import Momentum, averages, descend
from optimizers.averages import beta_of_window, mean_age, moving_average, moving_weights, window_of

NINE = (5, 6, 4, 7, 5, 10, 8, 6, 7)
BETAS = st.floats(0, 0.99)


@pytest.mark.parametrize(("beta", "printed"), [(0.1, "6.92151719"), (0.5, "6.96484375"), (0.9, "6.01028359")])
def test_the_printed_digits(beta: float, printed: str) -> None:
    """REFERENCE.md, S2: the last average of the nine values."""
    assert f"{moving_average(NINE, beta)[-1]:.8f}" == printed


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), BETAS)
def test_it_is_a_weighted_sum(values: list[float], beta: float) -> None:
    weights = moving_weights(len(values), beta)
    assert weights.sum() == pytest.approx(1)
    assert moving_average(values, beta)[-1] == pytest.approx(weights @ values, rel=1e-9, abs=1e-9)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), BETAS)
def test_an_average_lies_between_its_values(values: list[float], beta: float) -> None:
    found, room = moving_average(values, beta), 1e-9 * max(map(abs, values))
    assert found.min() >= min(values) - room
    assert found.max() <= max(values) + room


def test_no_memory_and_vectors() -> None:
    np.testing.assert_array_equal(moving_average(NINE, 0.0), NINE)
    pairs = np.stack([NINE, np.negative(NINE)], axis=-1)
    np.testing.assert_allclose(moving_average(pairs, 0.7)[:, 1], -moving_average(NINE, 0.7))


@given(BETAS)
def test_window_and_age(beta: float) -> None:
    """The mean age by its definition, over so many values that the rest has faded; and back from the window."""
    ages = np.arange(4000)
    assert mean_age(beta) == pytest.approx(((1 - beta) * beta**ages) @ ages, abs=1e-9)
    assert beta_of_window(window_of(beta)) == pytest.approx(beta, abs=1e-12)
    assert (window_of(beta) - 1) / 2 == pytest.approx(mean_age(beta))


def test_nineteen() -> None:
    assert beta_of_window(19) == 0.9
    assert window_of(0.9) == pytest.approx(19)


def test_momentum_is_the_sum_without_the_factor() -> None:
    """With v_0 = 0 both ways, momentum's update is the average of the gradients times 1/(1 - gamma)."""

    class Parabola:
        name, dimension = "parabola", 1

        def value(self, x: np.ndarray) -> np.ndarray:
            return (x**2).sum(axis=-1)

        def gradient(self, x: np.ndarray) -> np.ndarray:
            return 2 * x

    run = descend(Parabola(), Momentum(0.1, 0.9), 10.0, 12)
    mean = moving_average(np.append(0.0, 0.1 * run.gradients[:-1, 0]), 0.9)[1:]
    np.testing.assert_allclose(run.updates[:, 0], mean / (1 - 0.9))


@pytest.mark.parametrize("beta", [-0.1, 1.0, float("nan")])
def test_what_is_no_share_is_refused(beta: float) -> None:
    with pytest.raises(UsageError, match="at least 0 and below 1"):
        moving_average(NINE, beta)
    with pytest.raises(UsageError, match="at least 1 value"):
        beta_of_window(0.5)


def test_nothing_has_no_average() -> None:
    with pytest.raises(UsageError, match="at least one value"):
        moving_average([], 0.5)


def test_the_examples_hold() -> None:
    assert doctest.testmod(averages).failed == 0
