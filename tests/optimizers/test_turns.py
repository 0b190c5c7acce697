"""What counts as a u-turn: hills of the error, not its rounding noise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_problems import QFSP, THETA_SQUARE, bowl

from optimizers import GradientDescent, Momentum, descend, theory, turns


@pytest.mark.parametrize(
    ("values", "tops"),
    [
        ([3, 2, 1], []),
        ([1, 2, 3], []),  # the last value is not a hilltop
        ([3, 1, 2], []),
        ([1, 3, 2], [1]),
        ([3, 1, 2, 0], [2]),
        ([3, 2, 2, 1], []),  # a terrace is no hill
        ([1, 2, 2, 1], [1]),  # a plateau counts once, where it begins
        ([1, 2, 2, 3, 1], [3]),
        ([0, 2, 1, 2, 0], [1, 3]),
        ([-1, -3, -2, -4], [2]),
        ([0, 0, 0], []),
        ([7], []),
        ([3, 1, 2, 0, np.nan, np.nan], [2]),
        ([3, 1, 2, 0, 1e300, np.inf, np.nan], [2]),  # a later blow-up leaves the earlier hill
    ],
)
def test_hilltops(values, tops):
    np.testing.assert_array_equal(np.flatnonzero(turns.hilltops(np.array(values, dtype=float))), tops)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_hilltops_are_the_interior_local_maxima(heights):
    found = np.flatnonzero(turns.hilltops(np.array(heights, dtype=float)))
    np.testing.assert_array_equal(found, [k for k in range(len(heights)) if begins_a_hilltop(heights, k)])


def begins_a_hilltop(heights, k):
    """The first of equal neighbours, with lower ground directly before and after them."""
    after = next((h for h in heights[k:] if h != heights[k]), heights[k])
    return k > 0 and heights[k - 1] < heights[k] > after


@given(st.lists(st.lists(st.integers(0, 9), min_size=12, max_size=12), min_size=2, max_size=5))
def test_a_batch_of_hills_is_its_members(paths):
    values = np.array(paths, dtype=float).T
    together = turns.hilltops(values)
    for member in range(values.shape[1]):
        np.testing.assert_array_equal(together[:, member], turns.hilltops(values[:, member]))


def test_noise_is_not_a_hill_and_a_small_hill_is():
    noise = 1.0 + np.finfo(float).eps * np.tile([0, 3, 1, 4], 50)
    assert not turns.hilltops(noise).any()
    assert not turns.hilltops(np.append(0.0, noise)).any()  # measured by the largest so far, not by the first
    assert turns.hilltops(np.array([1.0, 0.5, 0.5 + 1e-12, 0.5])).sum() == 1


def test_a_settled_run_makes_no_more_u_turns():
    # The minimum of QFSP is -5.9: there the values flicker by 1e-15, 438 times up and down in all.
    long, short = (descend(QFSP, Momentum(0.1, 0.95), (7.11, 6.97), steps) for steps in (3000, 800))
    assert len(np.unique(long.values[1500:])) > 1  # it does flicker
    assert short.u_turns > 20
    np.testing.assert_array_equal(long.u_turns_at, short.u_turns_at)


def test_gradient_descent_below_its_limit_makes_no_u_turn():
    assert descend(bowl(1.0, 20.0), GradientDescent(0.09), (3.0, 2.0), 300).u_turns == 0


@given(st.floats(0.05, 0.95), st.floats(0.05, 3.0))
def test_u_turns_follow_from_the_angle_of_oscillation(gamma, pull):
    """The error is gamma^k cos^2(k phi - delta): k phi passes a multiple of pi between two hilltops."""
    angle = theory.oscillation_angle(pull, gamma)
    if angle is None or not 0.1 < angle < np.pi / 4:  # a hill needs some steps to be seen
        return
    run = descend(THETA_SQUARE, Momentum(pull / 2, gamma), 1.0, 100)
    visible = run.u_turns_at[run.values[run.u_turns_at] > 1e-10]
    np.testing.assert_allclose(np.diff(visible), np.pi / angle, atol=1.01)
