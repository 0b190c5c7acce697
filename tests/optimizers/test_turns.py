"""What counts as a u-turn: turns of the path, not its trembling; and hills of the error, not their rounding noise."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_problems import QFSP, THETA_SQUARE, Small, bowl

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


def test_a_settled_run_has_no_more_hills():
    # The minimum of QFSP is -5.9: there the values flicker by 1e-15, 438 times up and down in all.
    long, short = (descend(QFSP, Momentum(0.1, 0.95), (7.11, 6.97), steps) for steps in (3000, 800))
    assert len(np.unique(long.values[1500:])) > 1  # it does flicker
    assert short.hills > 20
    assert long.hills == short.hills
    assert long.u_turns == short.u_turns > 5


def test_gradient_descent_below_its_limit_has_no_hill():
    assert descend(bowl(1.0, 20.0), GradientDescent(0.09), (3.0, 2.0), 300).hills == 0


@given(st.floats(0.05, 0.95), st.floats(0.05, 3.0))
def test_hills_follow_from_the_angle_of_oscillation(gamma, pull):
    """The error is gamma^k cos^2(k phi - delta): k phi passes a multiple of pi between two hilltops."""
    angle = theory.oscillation_angle(pull, gamma)
    if angle is None or not 0.1 < angle < np.pi / 4:  # a hill needs some steps to be seen
        return
    run = descend(THETA_SQUARE, Momentum(pull / 2, gamma), 1.0, 100)
    tops = np.flatnonzero(turns.hilltops(run.values))
    np.testing.assert_allclose(np.diff(tops[run.values[tops] > 1e-10]), np.pi / angle, atol=1.01)


# --- u-turns -----------------------------------------------------------------------------------------------


def on_a_line(places):
    """The u-turns of a path in one dimension; no gradient is asked for the direction there."""
    path = np.array(places, dtype=float)[:, None]
    return np.flatnonzero(turns.u_turns(path, path)).tolist()


@pytest.mark.parametrize(
    ("places", "found"),
    [
        ([0, 1, 2, 3], []),
        ([0, 3, 1], [1]),
        ([0, 3, 3, 1], [1]),  # where it stands still it turns once, at first
        ([0, -3, -1], [1]),
        ([0, 10, 9, 12], [1, 2]),
        ([0, 10, 9.85, 12], []),  # back by 1.5 % of the ten that it was away
        ([0, 10, 9.75, 12], [1, 2]),  # by 2.5 %
        ([0, 1, 0.9, 100, 99, 102, 50], [1, 2, 5]),  # farther away a swing must be wider
        ([0, 1, -1, 1], [1, 2]),
        ([7], []),
        ([5, 5, 5], []),
        ([1e6, 1e6 + 1e-5, 1e6, 1e6 + 1e-5], []),  # it rests, as far as its digits go
        ([0, 3, -3, np.nan, np.nan], [1]),
        ([0, 1, -4, 16, -64, 1e150, np.inf, np.nan], [1, 2, 3, 4]),  # a blow-up leaves the turns before
    ],
)
def test_u_turns_on_a_line(places, found):
    assert on_a_line(places) == found


@given(st.lists(st.integers(-20, 20), min_size=1, max_size=40), st.floats(0.1, 5))
def test_extremes_end_a_swing_on_both_sides_and_none_is_missed(line, least):
    values = np.array(line, dtype=float)
    marks = turns.extremes(values, np.full(len(line), least))
    found = np.flatnonzero(marks)
    assert all(a * b < 0 for a, b in pairwise(marks[found]))
    assert all((b - a) * marks[k] < -least for (a, b), k in zip(pairwise(values[found]), found, strict=False))
    assert len(found) == max(longest_zigzag(line, least) - 2, 0)


def longest_zigzag(line, least):
    """The most corners that legs longer than `least` can have, by trying all (dynamic programming); its ends count."""
    longest = {(k, way): 1 for k in range(len(line)) for way in (1, -1)}
    for k in range(len(line)):
        for j in range(k):
            for way in (1, -1):
                if way * (line[k] - line[j]) > least:
                    longest[k, way] = max(longest[k, way], longest[j, -way] + 1)
    return max(longest.values())


@given(st.floats(0.3, 0.97), st.floats(0.02, 3.0))
def test_u_turns_are_those_of_the_closed_form(gamma, pull):
    """On a parabola: extremes of w_k between swings of more than 2 % of the farthest so far."""
    steps = np.arange(121)
    roots = np.roots([1.0, -(1.0 + gamma - pull), gamma]).astype(complex)
    if abs(roots[0] - roots[1]) < 1e-3 or np.abs(roots).max() > 0.999:
        return
    weights = np.linalg.solve(np.array([[1.0, 1.0], roots]), [1.0, 1.0 - pull])
    exact = (weights[0] * roots[0] ** steps + weights[1] * roots[1] ** steps).real
    run = descend(THETA_SQUARE, Momentum(pull / 2, gamma), 1.0, 120)
    corners = [0, *(np.flatnonzero(np.diff(exact)[1:] * np.diff(exact)[:-1] < 0) + 1).tolist(), 120]
    swings, away = np.abs(np.diff(exact[corners])), np.maximum.accumulate(np.abs(exact - 1.0))
    wide = swings / 0.02 / away[corners[1:]]
    if (np.diff(swings) > 0).any() or (np.abs(wide - 1) < 0.05).any():
        return  # a swing that grows, or one of just 2 %, is for the search above
    expected = [k for k, before, after in zip(corners[1:-1], wide, wide[1:], strict=False) if min(before, after) > 1]
    assert run.u_turns_at.tolist() == expected


def test_a_zigzag_is_a_row_of_u_turns_and_no_hill():
    # eta l = 1.5: x_k = (-1/2)^k, so the k-th turn goes back by 1.5 / 2^k of the 1.5 that it has been away.
    run = descend(bowl(1.0), GradientDescent(1.5), 1.0, 20)
    assert run.u_turns_at.tolist() == [k for k in range(1, 20) if 1.5 / 2**k > 0.02 * 1.5]
    assert run.hills == 0


@given(st.floats(0, np.pi), st.floats(5, 200), st.floats(0.2, 0.95))
@settings(max_examples=40)
def test_across_is_the_steep_direction_however_the_valley_lies(angle, curvature, gamma):
    """A valley turned by an angle: the path turns with it, and u-turns are those across, found by a slow loop."""
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    straight = bowl(1.0, curvature)
    gradient = lambda x: straight.gradient(x @ rotation) @ rotation.T  # noqa: E731 - a field of Small
    valley = Small("valley", 2, lambda x: straight.value(x @ rotation), gradient)
    run = descend(valley, Momentum(0.5 / curvature, gamma), rotation @ [6.0, 2.0], 60)
    plain = descend(straight, Momentum(0.5 / curvature, gamma), (6.0, 2.0), 60)
    steep = turns.across(run.gradients) @ rotation
    assert abs(steep[1]) > 0.98
    line = plain.iterates @ steep
    assert run.u_turns_at.tolist() == slowly(line, np.linalg.norm(plain.iterates - plain.iterates[0], axis=1))


def slowly(line, away):
    """The same count by a walk in plain numbers that remembers where it last turned."""
    found, best, way = [], 0, 0
    for k in range(len(line)):
        least = 0.02 * max(away[: k + 1])
        if way == 0:
            if abs(line[k] - line[0]) > least:
                way, best = (1 if line[k] > line[0] else -1), k
        elif way * (line[k] - line[best]) > 0:
            best = k
        elif way * (line[best] - line[k]) > least:
            found.append(best)
            way, best = -way, k
    return found


def test_what_comes_later_takes_back_no_u_turn():
    """On a line, where there is but one direction: the u-turns of a longer run begin with those of a shorter one."""
    long = descend(THETA_SQUARE, Momentum(0.9, 1.0), 1.0, 60)  # pull 1.8 at momentum 1: it never settles
    for steps in range(60):
        found = descend(THETA_SQUARE, Momentum(0.9, 1.0), 1.0, steps).u_turns_at
        np.testing.assert_array_equal(found, long.u_turns_at[: len(found)])
    assert long.u_turns > 20


def test_a_run_that_diverges_keeps_its_u_turns():
    run = descend(bowl(1.0, 30.0), Momentum(0.14, 0.9), (5.0, 1.0), 4000)  # 4.2 where 3.8 is the limit
    assert run.diverged_at is not None
    assert run.u_turns > 100


def test_a_batch_of_u_turns_is_its_members():
    batch = descend(QFSP, Momentum(0.1, [[0.0], [0.4], [0.9], [0.99]]), [(7.11, 6.97), (1.0, -3.0), (0.0, 0.0)], 80)
    assert batch.u_turns.shape == (4, 3)
    assert [batch.at((i, j)).u_turns for i in range(4) for j in range(3)] == batch.u_turns.ravel().tolist()
    assert (batch.u_turns[:, 2] == 0).all()  # there is no slope at (0, 0)


def test_across_without_a_change_of_the_gradient_is_some_unit_vector():
    for gradients in (np.zeros((1, 2)), np.ones((5, 2)), np.full((3, 2), np.nan)):
        assert np.linalg.norm(turns.across(gradients)) == pytest.approx(1)
