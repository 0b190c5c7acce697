"""A trajectory tells what happened, also when a run ends early."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_problems import ABSOLUTE, QFSP, THETA_SQUARE, Small, bowl

from objectives.errors import UsageError
from optimizers import GradientDescent, Momentum, Nesterov, descend

LARGEST = int(np.finfo(np.float64).max)


def first_overflow(value_at):
    """The first k whose exact value does not fit into a double, by integer arithmetic."""
    return next(k for k in range(2000) if value_at(k) > LARGEST)


# --- the record ------------------------------------------------------------------------------------------


def test_the_record_holds_what_the_objective_says():
    run = descend(QFSP, Momentum(0.1, 0.4), (7.11, 6.97), 10)
    assert run.steps == run.ended_at == 10
    assert run.batch_shape == ()
    assert run.iterates.shape == run.gradients.shape == (11, 2)
    np.testing.assert_array_equal(run.iterates[0], [7.11, 6.97])
    np.testing.assert_array_equal(run.values, QFSP.value(run.iterates))
    np.testing.assert_array_equal(run.gradients, QFSP.gradient(run.iterates))
    np.testing.assert_array_equal(run.updates, run.iterates[:-1] - run.iterates[1:])


def test_the_gradient_at_an_iterate_is_evaluated_once():
    calls = []
    counted = Small("counted", 1, THETA_SQUARE.value, lambda x: calls.append(1) or 2 * x)
    descend(counted, Momentum(0.1, 0.5), 10, 7)
    assert len(calls) == 8
    calls.clear()
    descend(counted, Nesterov(0.1, 0.5), 10, 7)  # also at each look-ahead point
    assert len(calls) == 15


def test_the_record_is_read_only():
    run = descend(THETA_SQUARE, GradientDescent(0.1), 10, 3)
    for array in (run.iterates, run.values, run.gradients, run.updates):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0


RATES = np.array([0.1, 0.2])


@pytest.mark.parametrize("rate", [0.1, RATES])
@pytest.mark.parametrize("start", [(7.0, 1.0), [[7.0, 1.0], [0.0, 2.0]]])
def test_the_same_run_is_computed_once(rate, start):
    first = descend(QFSP, Momentum(rate, 0.4), start, 10)
    assert descend(QFSP, Momentum(np.copy(rate) if rate is RATES else rate, 0.4), np.array(start), 10) is first


@pytest.mark.parametrize(
    "other",
    [
        lambda: descend(QFSP, Momentum(0.1, 0.5), (7.0, 1.0), 10),
        lambda: descend(QFSP, Momentum(np.array([0.1]), 0.4), (7.0, 1.0), 10),
        lambda: descend(QFSP, Nesterov(0.1, 0.4), (7.0, 1.0), 10),
        lambda: descend(QFSP, Momentum(0.1, 0.4), (7.0, -1.0), 10),
        lambda: descend(QFSP, Momentum(0.1, 0.4), (7.0, 1.0), 11),
        lambda: descend(bowl(1, 2), Momentum(0.1, 0.4), (7.0, 1.0), 10),
    ],
)
def test_another_run_is_another(other):
    run, same = other(), descend(QFSP, Momentum(0.1, 0.4), (7.0, 1.0), 10)
    assert run.iterates.shape != same.iterates.shape or not np.array_equal(run.iterates, same.iterates)


def test_a_long_run_is_not_kept():
    assert descend(QFSP, Momentum(0.1, 0.4), (7.0, 1.0), 10_001) is not descend(
        QFSP, Momentum(0.1, 0.4), (7.0, 1.0), 10_001
    )


def test_no_steps_are_a_trajectory_too():
    run = descend(THETA_SQUARE, GradientDescent(0.1), 10, 0)
    assert run.iterates.shape == (1, 1)
    assert run.updates.shape == (0, 1)
    assert run.u_turns == run.hills == 0
    assert run.reversals.size == 0
    assert run.first_below(101) == run.stays_below(101) == 0
    assert run.first_below(100) is None
    assert run.stays_below(100) is None


def test_starts_and_hyperparameters_broadcast():
    starts = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    run = descend(bowl(1.0, 2.0), GradientDescent(np.array([[0.1], [0.2]])), starts, 4)
    assert run.batch_shape == (2, 3)
    expected = np.array([3.0, 4.0]) * (1 - 0.2 * np.array([1.0, 2.0])) ** 4
    np.testing.assert_allclose(run.at((1, 1)).iterates[-1], expected, rtol=1e-14)


# --- what clips ask --------------------------------------------------------------------------------------


def test_first_below_may_be_a_dip_and_stays_below_is_not():
    batch = descend(THETA_SQUARE, Momentum(0.1, [0.0, 0.5, 0.9]), 10, 200)
    np.testing.assert_array_equal(batch.first_below(0.01), [21, 5, 10])
    np.testing.assert_array_equal(batch.stays_below(0.01), [21, 12, 84])
    for member, (dip, settled) in enumerate([(21, 21), (5, 12), (10, 84)]):
        assert batch.at(member).first_below(0.01) == dip
        assert batch.at(member).stays_below(0.01) == settled


def test_never_is_none_for_a_run_and_minus_one_in_a_batch():
    batch = descend(THETA_SQUARE, GradientDescent([0.1, 2.0]), 10, 20)
    arrival = int(np.ceil(np.log(0.5 / 100) / np.log(0.8**2)))  # the error is 100 * 0.8^(2 k)
    np.testing.assert_array_equal(batch.first_below(0.5), [arrival, -1])
    np.testing.assert_array_equal(batch.stays_below(0.5), [arrival, -1])
    np.testing.assert_array_equal(batch.diverged_at, [-1, -1])
    assert batch.at(1).stays_below(0.5) is None
    assert batch.at(1).diverged_at is None


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30), st.floats(-5, 5))
def test_first_and_stays_below_are_their_definitions(heights, tolerance):
    run = walk(heights)
    below = [value < tolerance for value in heights]
    assert run.first_below(tolerance) == next((k for k, b in enumerate(below) if b), None)
    assert run.stays_below(tolerance) == next((k for k in range(len(below)) if all(below[k:])), None)


def walk(heights):
    """A run whose values are the given ones: it walks right by one at each step."""
    table = np.array(heights)
    value = lambda x: np.interp(x[..., 0], np.arange(len(table)), table)  # noqa: E731 - a field of Small
    stairs = Small("stairs", 1, value, lambda x: -np.ones_like(x))
    return descend(stairs, GradientDescent(1.0), 0.0, len(table) - 1)


def test_reversals_are_the_corners_beyond_a_right_angle():
    # eta l = 1.5: x_(k+1) = -x_k / 2, so every step turns back, but the error never rises.
    run = descend(bowl(1.0), GradientDescent(1.5), 1.0, 5)
    np.testing.assert_array_equal(run.reversals, [1, 2, 3, 4])
    assert run.hills == 0


def test_reversals_of_steps_too_small_to_square_are_seen():
    run = descend(bowl(1.0), GradientDescent(1.5), 1e-200, 5)
    np.testing.assert_array_equal(run.reversals, [1, 2, 3, 4])


def test_a_straight_run_and_a_resting_run_have_no_reversals():
    assert descend(bowl(1.0), GradientDescent(0.5), 1.0, 5).reversals.size == 0
    assert descend(bowl(1.0), GradientDescent(0.5), 0.0, 5).reversals.size == 0


def test_a_member_of_a_batch_is_a_run_of_its_own():
    batch = descend(bowl(1.0), Momentum(1.0, [[0.5, 0.9]]), [[[1.0]], [[2.0]]], 50)
    run = batch.at((1, 1))
    assert run.batch_shape == ()
    assert isinstance(run.u_turns, int)
    assert run.u_turns == batch.u_turns[1, 1] == len(run.u_turns_at)
    assert run.hills == batch.hills[1, 1]
    np.testing.assert_array_equal(batch.at((-1, -1)).values, run.values)


def test_what_belongs_to_a_single_run_says_so():
    batch = descend(bowl(1.0), GradientDescent([0.1, 0.2]), 1.0, 5)
    for question in (lambda: batch.u_turns_at, lambda: batch.reversals):
        with pytest.raises(UsageError, match="belongs to a single run"):
            question()
    for index in (2, -3, (0, 0), ()):
        with pytest.raises(UsageError, match="There is no run"):
            batch.at(index)


# --- divergence ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("eta", [2, 3, 11])
def test_divergence_is_reported_at_the_step_where_the_exact_value_overflows(eta):
    # theta^2 with learning rate eta: |x_k| = 10 (2 eta - 1)^k, and the value is its square.
    expected = first_overflow(lambda k: (10 * (2 * eta - 1) ** k) ** 2)
    run = descend(THETA_SQUARE, GradientDescent(float(eta)), 10, expected + 30)
    assert run.diverged_at == run.ended_at == expected
    assert run.undefined_at is None
    assert np.isfinite(run.values[:expected]).all()
    assert np.isinf(run.values[expected])
    assert np.isfinite(run.iterates[expected]).all()  # the value overflows first
    assert np.isnan(run.iterates[expected + 1 :]).all()
    assert np.isnan(run.values[expected + 1 :]).all()
    assert run.iterates.shape == (expected + 31, 1)
    assert np.isfinite(run.updates[:expected]).all()
    assert np.isnan(run.updates[expected:]).all()


def test_a_divergence_on_the_last_step_is_seen():
    expected = first_overflow(lambda k: 100 * 9**k)
    assert descend(THETA_SQUARE, GradientDescent(2.0), 10, expected).diverged_at == expected
    assert descend(THETA_SQUARE, GradientDescent(2.0), 10, expected - 1).diverged_at is None


def test_an_iterate_that_overflows_before_its_value_diverges_too():
    flat = Small("flat", 1, lambda x: np.zeros(x.shape[:-1]), lambda x: -2 * x)
    run = descend(flat, GradientDescent(1.0), 10, 700)  # x_k = 10 * 3^k
    assert run.diverged_at == first_overflow(lambda k: 10 * 3**k)
    assert run.first_below(1.0) == 0
    assert run.stays_below(1.0) is None  # the error is 0 throughout, but the run went nowhere


def test_falling_without_end_is_no_arrival():
    hole = Small("hole", 1, lambda x: -(x[..., 0] ** 2), lambda x: -2 * x)
    run = descend(hole, GradientDescent(1.0), 10, 700)
    assert run.values[run.diverged_at] == -np.inf
    assert run.first_below(-1e300) is not None
    assert run.first_below(-1e308) is None  # only minus infinity is below
    assert run.stays_below(-1e300) is None


def test_divergence_of_one_run_leaves_the_others_alone():
    batch = descend(THETA_SQUARE, Momentum([0.1, 5.0], 0.5), 10, 400)
    alone = descend(THETA_SQUARE, Momentum(0.1, 0.5), 10, 400)
    np.testing.assert_array_equal(batch.at(0).iterates, alone.iterates)
    assert batch.diverged_at[0] == -1
    assert batch.diverged_at[1] == batch.ended_at[1] > 0
    assert batch.ended_at[0] == 400


def test_an_objective_that_is_finite_at_nan_does_not_revive_a_run():
    clipped = Small("clipped", 1, lambda x: np.where(x[..., 0] < 1e300, 0.0, np.inf), lambda x: -2 * x)
    # The second run goes on, so that the loop does not stop at the divergence of the first.
    batch = descend(clipped, GradientDescent([1.0, 0.0]), 1, 700)
    assert np.isnan(batch.values[batch.diverged_at[0] + 1 :, 0]).all()


# --- a missing gradient ----------------------------------------------------------------------------------


def test_a_run_ends_where_there_is_no_gradient():
    run = descend(ABSOLUTE, GradientDescent(0.25), 1.0, 10)
    assert run.undefined_at == run.ended_at == 4
    assert run.diverged_at is None
    assert run.values[4] == 0.0
    assert np.isnan(run.gradients[4]).all()
    assert np.isnan(run.values[5:]).all()
    assert np.isnan(run.iterates[5:]).all()
    assert run.stays_below(0.3) == 3  # it ended there, below


def test_a_missing_gradient_at_the_start_and_at_the_end_is_seen():
    assert descend(ABSOLUTE, GradientDescent(0.25), 0.0, 10).undefined_at == 0
    assert descend(ABSOLUTE, GradientDescent(0.25), 1.0, 4).undefined_at == 4
    assert descend(ABSOLUTE, GradientDescent(0.25), 1.0, 3).undefined_at is None


def test_a_missing_gradient_at_the_look_ahead_point_ends_the_run_before_that_step():
    # x_1 = 0.5 after the update 0.5, so the look-ahead point 0.5 - 1 * 0.5 stands on the kink.
    run = descend(ABSOLUTE, Nesterov(0.5, 1.0), 1.0, 10)
    assert run.undefined_at == 1
    assert run.diverged_at is None
    assert np.isfinite(run.gradients[1]).all()
    assert np.isnan(run.iterates[2:]).all()


def test_an_overflow_at_the_look_ahead_point_is_a_divergence():
    run = descend(THETA_SQUARE, Nesterov(1e200, 0.5), 10.0, 20)
    assert run.undefined_at is None
    assert run.diverged_at == 1
    steep = Small("steep", 1, lambda x: x[..., 0] ** 8, lambda x: 8 * x**7)
    ahead = descend(steep, Nesterov(1.0, 1e45), 3.0, 20)
    assert ahead.undefined_at is None
    assert ahead.diverged_at == 2


def test_a_kink_in_one_run_leaves_the_others_alone():
    batch = descend(ABSOLUTE, GradientDescent([0.25, 0.3]), 1.0, 10)
    np.testing.assert_array_equal(batch.undefined_at, [4, -1])
    assert np.isfinite(batch.at(1).values).all()


# --- schedules -------------------------------------------------------------------------------------------


def test_a_schedule_changes_the_rule_and_keeps_the_state():
    def schedule(k):
        return Momentum(0.1 if k < 3 else 0.05, 0.9)

    run = descend(bowl(1.0), schedule, 1.0, 6)
    rates = np.where(np.arange(6) < 3, 0.1, 0.05)[:, None]
    np.testing.assert_allclose(run.updates[1:], 0.9 * run.updates[:-1] + rates[1:] * run.gradients[1:-1], rtol=1e-13)


def test_a_constant_schedule_is_the_rule():
    rule = Nesterov(0.1, 0.9)
    np.testing.assert_array_equal(
        descend(QFSP, lambda _: rule, (2.0, 1.0), 9).iterates, descend(QFSP, rule, (2.0, 1.0), 9).iterates
    )


def test_a_schedule_keeps_to_one_rule_and_one_batch():
    with pytest.raises(UsageError, match=r"'nesterov' at step 2 after 'momentum'"):
        descend(bowl(1.0), lambda k: Momentum() if k < 2 else Nesterov(), 1.0, 5)
    with pytest.raises(UsageError, match=r"shape \(2,\) at step 3"):
        descend(bowl(1.0), lambda k: Momentum(0.1 if k < 3 else [0.1, 0.2]), 1.0, 5)
    with pytest.raises(UsageError, match=r"shape \(2,\) at step 3: \(3,\) fits"):
        descend(bowl(1.0), lambda k: Momentum(np.full(3 if k < 3 else 2, 0.1)), 1.0, 5)


def test_a_schedule_may_narrow_to_what_broadcasts():
    narrow = descend(bowl(1.0), lambda k: GradientDescent(np.full(3, 0.1) if k < 3 else 0.1), 1.0, 5)
    np.testing.assert_array_equal(narrow.iterates, descend(bowl(1.0), GradientDescent([0.1] * 3), 1.0, 5).iterates)


# --- what a person can get wrong -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "steps", "message"),
    [
        ((1.0, 2.0, 3.0), 5, r"A start for qfsp has 2 coordinates, not the shape \(3,\)"),
        (1.0, 5, "A start for qfsp has 2 coordinates"),
        ((1.0, np.nan), 5, "must be finite numbers"),
        (("a", "b"), 5, "must be finite numbers"),
        ((1.0, 2.0), -1, "steps must be a whole number of at least 0, not -1"),
        ((1.0, 2.0), 2.5, "steps must be a whole number"),
        ((1.0, 2.0), True, "steps must be a whole number"),
        ((1.0, 2.0), 10**9, "1,000,000,000 steps of 4 numbers are too long to record"),
        (np.ones((1000, 1000, 1, 2)), 100, "100 steps of 4,000,000 numbers are too long to record"),
        (np.ones((3, 2)), 5, r"do not broadcast together: \(3,\) and \(2,\)"),
    ],
)
def test_a_mistake_is_one_clear_sentence(start, steps, message):
    with pytest.raises(UsageError, match=message):
        descend(QFSP, GradientDescent([0.1, 0.2]), start, steps)


def test_a_start_on_a_line_may_be_a_number_but_not_two():
    np.testing.assert_array_equal(descend(bowl(1.0), GradientDescent(0.1), 3, 0).iterates, [[3.0]])
    with pytest.raises(UsageError, match="A start for bowl has 1 coordinate, not"):
        descend(bowl(1.0), GradientDescent(0.1), (1.0, 2.0), 0)
