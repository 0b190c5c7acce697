"""Line searches and curvature: against SciPy, closed forms on quadratics, and each other."""

import numpy as np
import pytest
import scipy.optimize
import scipy.sparse.linalg
from hypothesis import given
from hypothesis import strategies as st
from small_problems import QFSP, ROSENBROCK, Small, Told, bowl

from optimizers import (
    BFGS,
    Backtracking,
    ConjugateGradient,
    DampedNewton,
    ExactLineSearch,
    GradientDescent,
    Momentum,
    Newton,
    PolyakStep,
    descend,
)
from optimizers.rules.curvature import corrected, solved
from optimizers.rules.searching import backtracked, exact_length

START = np.array([-1.2, 1.0])
NUMBERS = st.floats(-3.0, 3.0)


# --- line searches ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [1e-6, 1.0, 300.0])
@pytest.mark.parametrize("problem", [QFSP, ROSENBROCK], ids=lambda problem: problem.name)
def test_the_exact_length_is_a_minimum_along_the_line(problem, first):
    """Down before, up behind, and between them SciPy's root: of 100 lines in one batch, each by itself."""
    points = np.random.default_rng(1).uniform(-3, 3, (100, 2))
    slopes = problem.gradient(points)
    lengths = exact_length(Told(problem), points, -slopes, first)[:, 0]
    for point, slope, length in zip(points, slopes, lengths, strict=True):
        along = lambda s, x=point, g=slope: -problem.gradient(x - s * g) @ g  # noqa: E731 - SciPy wants a function
        low, high = length * (1 - 1e-5), length * (1 + 1e-5)
        assert along(low) < 0 < along(high)
        assert scipy.optimize.brentq(along, low, high, xtol=1e-300, rtol=1e-14) == pytest.approx(length, rel=1e-9)


@given(st.floats(1e-3, 1e3), st.floats(0.1, 10.0), st.floats(0.1, 10.0), st.floats(1e-9, 1e9))
def test_on_a_quadratic_the_exact_length_is_closed(curvature, x, y, first):
    problem, point = bowl(1.0, curvature), np.array([x, y])
    g = problem.gradient(point)
    closed = (g @ g) / (g @ (np.array([1.0, curvature]) * g))
    assert exact_length(Told(problem), point, -g, first)[0] == pytest.approx(closed, rel=1e-12)


def test_a_search_does_not_fall_off_the_edge_of_where_there_are_values():
    """x - log(x) from 3: the gradient step of the length that is tried first leads to x < 0."""
    barrier = Small("barrier", 1, *(np.vectorize(f, otypes=[float]) for f in (_barrier, _barrier_slope)))
    told = Told(Small("barrier", 1, lambda x: barrier.value(x[..., 0]), barrier.gradient))
    point = np.array([3.0])
    length = exact_length(told, point, -barrier.gradient(point), 100.0)
    np.testing.assert_allclose(point - length * barrier.gradient(point), [1.0], rtol=1e-12)
    length = backtracked(told, point, -barrier.gradient(point), 100.0)
    assert 0 < point[0] - length[0] * barrier.gradient(point)[0] < 3


def _barrier(x):
    return x - np.log(x) if x > 0 else np.nan


def _barrier_slope(x):
    return 1 - 1 / x if x > 0 else np.nan


@pytest.mark.parametrize(("shrink", "share"), [(0.5, 1e-4), (0.2, 0.5), (0.9, 0.0)])
@pytest.mark.parametrize("first", [1e-3, 1.0, 774.0])
def test_backtracking_takes_the_first_length_that_is_worth_it(shrink, share, first):
    points = np.random.default_rng(2).uniform(-3, 3, (60, 2))
    slopes = QFSP.gradient(points)
    lengths = backtracked(Told(QFSP), points, -slopes, first, shrink, share)[:, 0]
    notches = np.log(lengths / first) / np.log(shrink)
    np.testing.assert_allclose(notches, np.round(notches), atol=1e-6)
    for point, slope, notch in zip(points, slopes, np.round(notches), strict=True):
        tried = first * shrink ** np.arange(notch + 1)
        falls = QFSP.value(point) - QFSP.value(point - tried[:, np.newaxis] * slope)
        worth_it = falls - share * tried * (slope @ slope)
        assert worth_it[-1] >= -1e-12
        assert (worth_it[:-1] < 1e-12).all()


def test_after_an_exact_search_the_path_turns_at_right_angles():
    run = descend(ROSENBROCK, ExactLineSearch(), START, 20)
    turns = np.einsum("ti,ti->t", run.updates[1:], run.updates[:-1])
    sizes = np.linalg.norm(run.updates, axis=-1)
    assert (np.abs(turns) < 1e-6 * sizes[1:] * sizes[:-1]).all()
    assert (np.diff(run.values) < 0).all()


def test_a_ray_without_a_lowest_point_is_a_divergence():
    plane = Small("plane", 1, lambda x: x[..., 0], np.ones_like)
    run = descend(plane, ExactLineSearch(), 0.0, 40)
    assert run.undefined_at is None
    assert run.values[run.ended_at] < -1e18


def test_polyak_s_step_never_leads_away_from_the_minimum():
    """On convex ground, with the lowest value known, and 0 < eta < 2 (Polyak 1987)."""
    starts = np.random.default_rng(3).uniform(-3, 3, (50, 2))
    run = descend(bowl(1.0, 30.0), PolyakStep(np.linspace(0.05, 1.9, 7)[:, np.newaxis]), starts, 20)
    distances = np.linalg.norm(run.iterates, axis=-1)
    assert (np.diff(distances, axis=0) <= 1e-12).all()


def test_level_ground_is_no_reason_to_leave():
    for rule in (PolyakStep(lowest=-1.0), ExactLineSearch(), Backtracking(), ConjugateGradient(), BFGS(), Newton()):
        run = descend(bowl(1.0, 30.0), rule, (0.0, 0.0), 5)
        np.testing.assert_array_equal(run.iterates, 0.0)


# --- conjugate gradient and BFGS -------------------------------------------------------------------------


def linear_cg(curvatures, start):
    """SciPy's iterates of linear conjugate gradient, x_0 first."""
    matrix, path = np.diag(curvatures), [np.array(start)]
    away = np.ones(len(start))  # SciPy takes 0 for solved where the right side is 0, so the minimum is put elsewhere
    record = lambda x: path.append(x - away)  # noqa: E731 - a callback
    scipy.sparse.linalg.cg(matrix, matrix @ away, away + start, rtol=1e-14, callback=record)
    return np.array(path)


@pytest.mark.parametrize(
    "rule",
    [ConjugateGradient(), ConjugateGradient(form="fletcher_reeves"), BFGS(search="exact")],
    ids=["polak_ribiere", "fletcher_reeves", "bfgs"],
)
def test_on_a_quadratic_they_are_scipy_s_linear_conjugate_gradient(rule):
    curvatures, start = (1.0, 3.0, 20.0, 100.0), (1.0, -2.0, 0.5, 0.7)
    expected = linear_cg(curvatures, start)[:5]
    run = descend(bowl(*curvatures), rule, start, 4)
    np.testing.assert_allclose(run.iterates, expected, rtol=1e-7, atol=1e-9)
    assert run.values[4] < 1e-16 * run.values[0], "as many steps as variables"


def scipy_s_path(method, problem, start):
    path = [np.array(start)]
    scipy.optimize.minimize(
        problem.value, start, jac=problem.gradient, method=method, callback=lambda x: path.append(np.array(x))
    )
    return np.array(path)


def is_along(step, direction):
    """Whether a step goes along a direction."""
    cosine = step @ direction / np.linalg.norm(step) / np.linalg.norm(direction)
    return cosine == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(("problem", "start"), [(ROSENBROCK, START), (QFSP, (3.0, 1.0))])
def test_the_guess_of_the_hessian_is_scipy_s(problem, start):
    """Fed with SciPy's iterates, our inverse Hessian points where SciPy goes next; its line search is another."""
    path, inverse = scipy_s_path("BFGS", problem, start), np.eye(2)
    assert len(path) > 6
    for k in range(len(path) - 2):
        assert is_along(path[k + 1] - path[k], -inverse @ problem.gradient(path[k]))
        motion, change = path[k + 1] - path[k], problem.gradient(path[k + 1]) - problem.gradient(path[k])
        inverse = corrected(inverse, motion, change)
        np.testing.assert_allclose(inverse @ change, motion, rtol=1e-6)


def test_the_directions_of_conjugate_gradient_are_scipy_s():
    path, state = scipy_s_path("CG", ROSENBROCK, START), ConjugateGradient().init(START)
    assert len(path) > 10
    for k in range(10):
        _, state = ConjugateGradient().step(Told(ROSENBROCK), path[k], state)
        assert is_along(path[k + 1] - path[k], state.direction)


@pytest.mark.parametrize("rule", [BFGS(), BFGS(search="exact"), ConjugateGradient(), DampedNewton(damping=0.1)])
def test_they_arrive_in_the_banana_where_first_order_rules_crawl(rule):
    run = descend(ROSENBROCK, rule, START, 200)
    assert run.stays_below(1e-12) < 120
    assert descend(ROSENBROCK, Momentum(1e-3, 0.9), START, 200).values.min() > 1e-3


# --- Newton ----------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0.01, 1e4), min_size=1, max_size=5))
def test_newton_needs_one_step_on_any_quadratic(curvatures):
    run = descend(bowl(*curvatures), Newton(), np.arange(1.0, len(curvatures) + 1), 1)
    np.testing.assert_allclose(run.iterates[1], 0.0, atol=1e-12)


@given(NUMBERS, NUMBERS)
def test_a_step_of_newton_solves_lapack_s_system(x, y):
    point = np.array([x, y])
    step, _ = Newton().step(Told(QFSP), point, None)
    expected = point - np.linalg.solve(QFSP.hessian(point), QFSP.gradient(point))
    np.testing.assert_allclose(step, expected, rtol=1e-6, atol=1e-9)


def test_newton_converges_quadratically_and_goes_to_saddles_as_well():
    run = descend(QFSP, Newton(), (1.6, -1.4), 6)
    slopes = np.linalg.norm(run.gradients, axis=-1)
    assert slopes[3] < slopes[2] ** 1.8 < 1e-2
    saddle = descend(QFSP, Newton(), (0.1, -0.1), 8)
    np.testing.assert_allclose(saddle.iterates[-1], 0.0, atol=1e-12)
    assert np.linalg.eigvalsh(QFSP.hessian(saddle.iterates[-1]))[0] < 0
    damped = descend(QFSP, DampedNewton(damping=15.0), (0.1, -0.1), 300)
    assert damped.values[-1] < saddle.values[-1] - 5


def test_damping_lies_between_newton_and_the_gradient():
    valley = bowl(1.0, 25.0)
    np.testing.assert_allclose(
        descend(valley, DampedNewton(damping=0.0), (2.0, 1.0), 3).iterates,
        descend(valley, Newton(), (2.0, 1.0), 3).iterates,
        atol=1e-12,
    )
    heavy = descend(valley, DampedNewton(damping=1e8), (2.0, 1.0), 3)
    plain = descend(valley, GradientDescent(1e-8), (2.0, 1.0), 3)
    np.testing.assert_allclose(heavy.updates, plain.updates, rtol=1e-5)


@pytest.mark.parametrize("d", [1, 2, 3, 6])
def test_systems_are_solved_as_lapack_solves_them_and_singular_ones_alone_are_lost(d):
    generator = np.random.default_rng(d)
    matrices, vectors = generator.normal(size=(40, d, d)), generator.normal(size=(40, d))
    matrices = matrices @ matrices.swapaxes(-1, -2) + 0.1 * np.eye(d)
    expected = np.linalg.solve(matrices, vectors[..., np.newaxis])[..., 0]
    np.testing.assert_allclose(solved(matrices, vectors), expected, rtol=1e-8)
    matrices[3], matrices[5], vectors[7] = 0.0, np.nan, 0.0
    found = solved(matrices, vectors)
    assert not np.isfinite(found[3]).any()
    assert not np.isfinite(found[5]).any()
    np.testing.assert_array_equal(found[7], 0.0)
    left = [k for k in range(40) if k not in (3, 5, 7)]
    np.testing.assert_allclose(found[left], expected[left], rtol=1e-8)
