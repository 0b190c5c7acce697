"""The closed forms against runs, against linear algebra, and against the reference numbers."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from small_problems import bowl

from objectives.errors import UsageError
from optimizers import GradientDescent, Momentum, Nesterov, descend, theory

MOMENTA = st.floats(0.0, 0.98)
MARGIN = 1e-3  # how far from the boundary a run of a few thousand steps can still tell


def run_on_parabola(rule, steps):
    return descend(bowl(1.0), rule, 1.0, steps)


def settles(matrix):
    """Whether the powers of a companion matrix vanish; squaring 20 times is a million steps."""
    with np.errstate(all="ignore"):
        for _ in range(20):
            matrix = matrix @ matrix
    return bool(np.abs(matrix).max() < 1e-3)


# --- stability -------------------------------------------------------------------------------------------


@given(MOMENTA)
def test_heavy_ball_is_stable_just_inside_its_limit_and_not_outside(gamma):
    limit = theory.heavy_ball_limit(gamma)
    for pull, stable in [(MARGIN, True), (limit - MARGIN, True), (limit + MARGIN, False), (-MARGIN, False)]:
        assert settles(theory.heavy_ball_matrix(pull, gamma)) is stable
        assert (theory.rate(theory.heavy_ball_matrix(pull, gamma)) < 1) is stable


@given(MOMENTA)
def test_nesterov_is_stable_just_inside_its_limit_and_not_outside(gamma):
    limit = theory.nesterov_limit(gamma)
    for pull, stable in [(MARGIN, True), (limit - MARGIN, True), (limit + MARGIN, False), (-MARGIN, False)]:
        assert settles(theory.nesterov_matrix(pull, gamma)) is stable


@pytest.mark.parametrize(("rule", "limit"), [(Momentum, theory.heavy_ball_limit), (Nesterov, theory.nesterov_limit)])
def test_a_plane_of_runs_settles_or_grows_as_the_limit_says(rule, limit):
    momenta = np.linspace(0.0, 0.9, 19)[:, None]
    distance = np.array([-0.5, -0.1, -0.02, 0.02, 0.1, 0.5])
    limits = np.array([limit(momentum) for momentum in momenta[:, 0]])[:, None]
    plane = run_on_parabola(rule(limits + distance, momenta), 3000)
    np.testing.assert_array_equal(plane.values[-1] < 1e-6, np.broadcast_to(distance < 0, (19, 6)))
    grew = (plane.diverged_at >= 0) | (plane.values[-1] > 1e6)
    np.testing.assert_array_equal(grew, np.broadcast_to(distance > 0, (19, 6)))


def test_the_limits_of_the_three_rules():
    assert theory.gradient_descent_limit() == 2
    assert theory.heavy_ball_limit(0.9) == pytest.approx(3.8, rel=1e-15)
    assert theory.nesterov_limit(0.9) == pytest.approx(1.357143, abs=5e-7)
    for limit in (theory.heavy_ball_limit, theory.nesterov_limit):
        with pytest.raises(UsageError, match="at least 0 and below 1, not 1"):
            limit(1.0)


# --- paths -----------------------------------------------------------------------------------------------


@given(st.floats(0.0, 1.0), st.floats(0.01, 4.0), st.integers(0, 60))
def test_heavy_ball_equals_the_matrix_power_and_the_closed_form(gamma, pull, steps):
    assume(pull < 2 + 2 * gamma)
    run = run_on_parabola(Momentum(pull, gamma), steps).iterates[:, 0]
    matrix = theory.heavy_ball_matrix(pull, gamma)
    powers = [(np.linalg.matrix_power(matrix, k) @ [1.0, 1.0])[0] for k in range(steps + 1)]
    np.testing.assert_allclose(run, powers, rtol=0, atol=1e-10)
    np.testing.assert_allclose(run, theory.heavy_ball_iterates(steps, pull, gamma), rtol=0, atol=1e-10)


@given(st.floats(0.0, 0.99), st.floats(0.01, 1.3), st.integers(1, 60))
def test_nesterov_equals_the_matrix_power(gamma, pull, steps):
    assume(pull < theory.nesterov_limit(gamma))
    run = run_on_parabola(Nesterov(pull, gamma), steps).iterates[:, 0]
    power = np.linalg.matrix_power(theory.nesterov_matrix(pull, gamma), steps) @ [1.0, 1.0]
    np.testing.assert_allclose(run[-1], power[0], rtol=0, atol=1e-10)


@pytest.mark.parametrize("pull", [0.04, 0.2, 0.999, 1.0, 1.5, 3.9])
@pytest.mark.parametrize("nudge", [-1e-3, -1e-9, -1e-14, 0.0, 1e-14, 1e-9, 1e-3])
def test_the_closed_form_holds_around_critical_damping(pull, nudge):
    gamma = max(theory.critical_momentum(pull) + nudge, 0.0)
    run = run_on_parabola(Momentum(pull, gamma), 200).iterates[:, 0]
    np.testing.assert_allclose(
        theory.heavy_ball_iterates(200, pull, gamma), run, rtol=0, atol=1e-10 * np.abs(run).max()
    )


@given(st.floats(0.3, 0.99), st.floats(0.1, 3.0))
def test_the_complex_case_as_the_reference_writes_it(gamma, pull):
    angle = theory.oscillation_angle(pull, gamma)
    assume(angle is not None and 0.01 < angle < np.pi - 0.01)
    assert np.cos(angle) == pytest.approx((1 + gamma - pull) / (2 * np.sqrt(gamma)), abs=1e-12)
    c = ((1 - pull) / np.sqrt(gamma) - np.cos(angle)) / np.sin(angle)
    k = np.arange(41)
    expected = 5.0 * gamma ** (k / 2) * (np.cos(k * angle) + c * np.sin(k * angle))
    np.testing.assert_allclose(theory.heavy_ball_iterates(40, pull, gamma, 5.0), expected, rtol=0, atol=1e-9)
    assert theory.rate(theory.heavy_ball_matrix(pull, gamma)) == pytest.approx(np.sqrt(gamma), rel=1e-12)


def test_the_closed_form_of_an_unstable_run_overflows_in_silence():
    iterates = theory.heavy_ball_iterates(3000, 5.0, 0.5)
    assert iterates[1] == -4.0
    assert not np.isfinite(iterates[-1])


# --- tuning ----------------------------------------------------------------------------------------------


@given(st.floats(0.01, 3.9))
def test_critical_momentum_is_where_oscillation_begins(pull):
    critical = theory.critical_momentum(pull)
    assert theory.oscillation_angle(pull, critical + 1e-9) is not None
    assert critical < 1e-9 or theory.oscillation_angle(pull, critical - 1e-9) is None


def test_critical_momentum_of_the_notebook():
    assert theory.critical_momentum(0.2) == pytest.approx(0.30557, abs=5e-6)
    for pull in (-0.1, 4.1):
        with pytest.raises(UsageError, match="from 0 to 4"):
            theory.critical_momentum(pull)


@given(st.floats(0.1, 10.0), st.floats(1.01, 1000.0))
def test_the_best_tunings_have_the_rate_they_promise_and_no_neighbour_is_better(smallest, ratio):
    largest = smallest * ratio
    plain, heavy = theory.best_gradient_descent(smallest, largest), theory.best_heavy_ball(smallest, largest)
    assert plain.rate == pytest.approx((ratio - 1) / (ratio + 1), rel=1e-9)
    assert heavy.rate == pytest.approx((np.sqrt(ratio) - 1) / (np.sqrt(ratio) + 1), rel=1e-9)
    for best in (plain, heavy):
        found = worst_rate(best.learning_rate, best.momentum, smallest, largest)
        assert found == pytest.approx(best.rate, abs=1e-6)  # a double root is known to half the digits
        for factor in (0.99, 1.01):
            assert worst_rate(best.learning_rate * factor, best.momentum, smallest, largest) > best.rate - 1e-6
    assert worst_rate(heavy.learning_rate, heavy.momentum * 0.98, smallest, largest) > heavy.rate
    assert worst_rate(heavy.learning_rate, heavy.momentum * 1.02, smallest, largest) > heavy.rate


def worst_rate(learning_rate, momentum, smallest, largest):
    pulls = (learning_rate * smallest, learning_rate * largest)
    return max(theory.rate(theory.heavy_ball_matrix(pull, momentum)) for pull in pulls)


def test_best_tuning_wins_the_race():
    valley, start = bowl(1.0, 100.0), (1.0, 1.0)
    heavy, plain = theory.best_heavy_ball(1.0, 100.0), theory.best_gradient_descent(1.0, 100.0)
    fast = descend(valley, Momentum(heavy.learning_rate, heavy.momentum), start, 150).values[-1]
    slow = descend(valley, GradientDescent(plain.learning_rate), start, 150).values[-1]
    assert fast < 1e-15 < 1e-3 < slow


@pytest.mark.parametrize(("smallest", "largest"), [(0, 1), (-1, 1), (2, 1), (1, np.inf), (np.nan, 1)])
def test_curvatures_out_of_order_are_a_usage_error(smallest, largest):
    for best in (theory.best_heavy_ball, theory.best_gradient_descent):
        with pytest.raises(UsageError, match="Curvatures must be positive"):
            best(smallest, largest)


# --- memory ----------------------------------------------------------------------------------------------


def test_gain_and_half_life_of_the_reference():
    assert theory.constant_gradient_gain(10, 0.9) == pytest.approx(6.5132155990, abs=5e-11)
    assert theory.constant_gradient_gain(10_000, 0.9) == pytest.approx(10, rel=1e-14)
    assert theory.half_life(0.9) == pytest.approx(6.58, abs=5e-3)
    assert 0.9 ** theory.half_life(0.9) == pytest.approx(0.5, rel=1e-14)
    for momentum in (0.0, 1.0):
        with pytest.raises(UsageError, match="half-life"):
            theory.half_life(momentum)


@given(st.floats(0.0, 1.0), st.integers(0, 50))
def test_the_gain_is_the_sum_of_the_weights(gamma, steps):
    weights = theory.unrolled_weights(steps, gamma, 0.3)
    assert weights.shape == (steps,)
    assert 0.3 * theory.constant_gradient_gain(steps, gamma) == pytest.approx(weights.sum(), rel=1e-9)


def test_the_weights_fall_with_age():
    np.testing.assert_allclose(theory.unrolled_weights(3, 0.5, 0.1), [0.025, 0.05, 0.1], rtol=1e-15)
