"""The published runs, on the objectives that the clips show: each number stands in a source or was checked there.

Printed digits are compared as printed; `digits` turns their number into a tolerance.
"""

import numpy as np
import pytest

from objectives import OBJECTIVES
from optimizers import GradientDescent, Momentum, Nesterov, descend, descend_minibatch


def digits(number):
    """Half a unit in the last of so many decimals, and a little for the rounding of what was printed."""
    return 0.6 * 10.0**-number


# --- the sigmoid neuron (S0), eta = 1 --------------------------------------------------------------------

GENTLE_ERRORS = [  # k, gradient descent, momentum, Nesterov
    (0, 4.1581990102e-01, 4.1581990102e-01, 4.1581990102e-01),
    (1, 4.1572985510e-01, 4.1572985510e-01, 4.1572985510e-01),
    (10, 4.1483677807e-01, 4.1077181160e-01, 4.1059204147e-01),
    (50, 4.0724487324e-01, 1.6466608597e-02, 7.3393949923e-03),
    (100, 1.7741009622e-02, 1.3710512267e-02, 8.4774813198e-06),
    (200, 6.2025052330e-04, 2.4175803379e-06, 6.4301778509e-10),
]
GENTLE_POINTS = [  # k, gradient descent, momentum
    (0, (-2, -2), (-2, -2)),
    (1, (-1.9945076808, -1.9922888408), (-1.9945076808, -1.9922888408)),
    (10, (-1.9418944877, -1.9200053794), (-1.7442068521, -1.6568028511)),
    (50, (-1.5854981252, -1.5134878175), (3.1760312670, -5.4997039931)),
    (100, (1.0029902114, -1.0507858881), (2.9063326609, -4.7222797856)),
    (200, (1.6071596489, -2.0125578164), (1.7924023101, -2.2947946570)),
]


@pytest.fixture(scope="module")
def gentle():
    rules = (GradientDescent(1.0), Momentum(1.0, 0.9), Nesterov(1.0, 0.9))
    return [descend(OBJECTIVES["gentle_slope_neuron"], rule, (-2, -2), 200) for rule in rules]


@pytest.mark.parametrize(("k", "plain", "momentum", "nesterov"), GENTLE_ERRORS)
def test_gentle_slope_errors(gentle, k, plain, momentum, nesterov):
    errors = [run.values[k] for run in gentle]
    np.testing.assert_allclose(errors, [plain, momentum, nesterov], rtol=1e-10)


@pytest.mark.parametrize(("k", "plain", "momentum"), GENTLE_POINTS)
def test_gentle_slope_paths(gentle, k, plain, momentum):
    points = [run.iterates[k] for run in gentle[:2]]
    np.testing.assert_allclose(points, [plain, momentum], rtol=0, atol=digits(10))


def test_large_steps_on_the_gentle_slope(gentle):
    assert gentle[0].values[30] == pytest.approx(0.41210, abs=digits(5))
    assert gentle[1].values[30] == pytest.approx(0.05163, abs=digits(5))


# The table counts hills of the error along the path, and calls them u-turns.
VALLEYS = [  # name, start, gamma, plain k=100, momentum k=100, its largest of 91..100, hills, Nesterov's
    ("valley", (-1.5, -0.5), 0.85, 3.5990991137e-01, 6.7235512812e-06, 1.8417e-05, 13, 0),
    ("dip_valley", (-2.5, -2.5), 0.9, 3.640393944e-01, 6.7042967321e-06, 1.441e-02, 7, 1),
    ("narrow_valley", (-3, 3), 0.9, 3.622484441e-01, 7.119711681e-06, 4.170e-03, 17, 11),
    ("diagonal_valley", (-3.5, -3.5), 0.9, 3.604786199e-01, 1.3061235058e-05, 8.995e-04, 7, 4),
]


@pytest.mark.parametrize(("name", "start", "gamma", "plain", "momentum", "largest", "hills", "nesterov_hills"), VALLEYS)
def test_minima_valleys(name, start, gamma, plain, momentum, largest, hills, nesterov_hills):
    rules = (GradientDescent(1.0), Momentum(1.0, gamma), Nesterov(1.0, gamma))
    slow, fast, careful = (descend(OBJECTIVES[f"{name}_neuron"], rule, start, 100) for rule in rules)
    assert slow.values[100] == pytest.approx(plain, rel=2e-10)
    assert fast.values[100] == pytest.approx(momentum, rel=2e-10)
    assert fast.values[91:].max() == pytest.approx(largest, rel=4e-4)
    assert [slow.hills, fast.hills, careful.hills] == [0, hills, nesterov_hills]


def test_the_valley_path():
    valley = OBJECTIVES["valley_neuron"]
    run = descend(valley, Momentum(1.0, 0.85), (-1.5, -0.5), 100)
    points = {
        1: (-1.498144186, -0.4999673676),
        10: (-1.4300858224, -0.5005538626),
        50: (1.2812775629, -3.5952896373),
        100: (1.5438641416, -5.1971376112),
    }
    for k, point in points.items():
        np.testing.assert_allclose(run.iterates[k], point, rtol=0, atol=digits(9))
    for k, error in {1: 3.6069445061e-01, 10: 3.6055701933e-01, 50: 6.9605195408e-03}.items():
        assert run.values[k] == pytest.approx(error, rel=1e-10)
    plain = descend(valley, GradientDescent(1.0), (-1.5, -0.5), 100)
    np.testing.assert_allclose(plain.iterates[100], (-1.2324183081, -0.5304342523), rtol=0, atol=digits(10))
    nesterov = descend(valley, Nesterov(1.0, 0.85), (-1.5, -0.5), 100)
    assert nesterov.values[100] == pytest.approx(2.2130948468e-04, rel=1e-10)


def test_a_dip_is_not_an_arrival():
    run = descend(OBJECTIVES["dip_valley_neuron"], Momentum(1.0, 0.9), (-2.5, -2.5), 101)
    assert run.values[[99, 101]] == pytest.approx([1.7e-3, 1.6e-3], abs=5e-5)
    assert run.first_below(1e-5) == 100
    assert run.stays_below(1e-5) is None


def test_momentum_can_be_worse():
    six = OBJECTIVES["six_points_neuron"]
    plain, momentum = (descend(six, rule, (2.1, 4), 100) for rule in (GradientDescent(1.0), Momentum(1.0, 0.9)))
    assert plain.values[100] == pytest.approx(6.9743933705e-02, rel=1e-10)
    settled = descend(six, GradientDescent(1.0), (2.1, 4), 1000).iterates[-1]
    np.testing.assert_allclose(settled, (0.0203406339, -0.4262668065), rtol=0, atol=digits(10))
    assert momentum.values[100] == pytest.approx(4.0653393227e-01, rel=1e-10)
    nesterov = descend(six, Nesterov(1.0, 0.9), (2.1, 4), 1000)
    assert nesterov.values[100] == pytest.approx(4.2096051929e-01, rel=1e-10)
    assert np.ptp(nesterov.values[900:]) > 0.01  # it never settles


# --- QFSP and friends (S1) -------------------------------------------------------------------------------

QFSP_TABLE = [  # mu, n, point, value
    (0.0, 1, (5.2585883496, 5.0070452350), 60.9000281300),
    (0.4, 1, (5.2585883496, 5.0070452350), 60.9000281300),
    (0.9, 1, (5.2585883496, 5.0070452350), 60.9000281300),
    (0.0, 10, (3.7520964710, 1.1563577957), 10.1679123659),
    (0.4, 10, (1.2971683622, -1.3266959701), -5.8997809600),
    (0.9, 10, (-1.1486431802, -3.1654586426), 11.1218225747),
    (0.0, 100, (3.7510171153, 1.1552780356), 10.1679077810),
    (0.4, 100, (1.2978695398, -1.2978695398), -5.9044916709),
    (0.9, 100, (1.3211884047, -1.2662022902), -5.8952396424),
]
PUBLISHED_START = (7.11, 6.97)


@pytest.mark.parametrize(("mu", "n", "point", "value"), QFSP_TABLE)
def test_qfsp_table(mu, n, point, value):
    run = descend(OBJECTIVES["qfsp"], Momentum(0.1, mu), PUBLISHED_START, n)
    np.testing.assert_allclose(run.iterates[-1], point, rtol=0, atol=digits(10))
    assert run.values[-1] == pytest.approx(value, abs=digits(10))


def test_where_qfsp_ends_is_not_monotone_in_mu():
    mu = np.array([0, 0.1, 0.3, 0.4, 0.5, 0.8, 0.9, 0.7, 0.95])
    ends = descend(OBJECTIVES["qfsp"], Momentum(0.1, mu), PUBLISHED_START, 2000)
    reached = np.sign(ends.iterates[-1, 2:7, :1]) * ends.iterates[-1, 2:7]
    np.testing.assert_allclose(ends.iterates[-1, :2], [(3.75101712, 1.15527804)] * 2, atol=digits(8))
    np.testing.assert_allclose(reached, [(1.29786954, -1.29786954)] * 5, atol=digits(8))
    np.testing.assert_allclose(ends.iterates[-1, 7:], [(-1.15527804, -3.75101712)] * 2, atol=digits(8))
    np.testing.assert_allclose(ends.values[-1], [10.16790778] * 2 + [-5.90449167] * 5 + [10.16790778] * 2)


def test_the_first_step_on_ackley_goes_inward():
    run = descend(OBJECTIVES["ackley"], GradientDescent(0.1), (2, 2), 1)
    np.testing.assert_allclose(run.iterates[1], (1.865936, 1.865936), rtol=0, atol=digits(6))


def test_the_paraboloid_shrinks_by_a_fifth_a_step():
    run = descend(OBJECTIVES["paraboloid"], GradientDescent(0.1), (8, 8), 20)
    np.testing.assert_allclose(run.iterates[:, 0], 8 * 0.8 ** np.arange(21), rtol=1e-14)


# --- the notebook (S2) -----------------------------------------------------------------------------------

CRITICAL = (1 - np.sqrt(0.2)) ** 2


@pytest.mark.parametrize(("beta", "first", "stays"), [(0.0, 21, 21), (CRITICAL, 11, 11), (0.5, 5, 12), (0.9, 10, 84)])
def test_theta_squared_table(beta, first, stays):
    run = descend(OBJECTIVES["theta_squared"], Momentum(0.1, beta), 10, 200)
    assert (run.first_below(0.01), run.stays_below(0.01)) == (first, stays)


@pytest.mark.parametrize(("beta", "steps"), [(0.9, 2000), (0.7, 500), (0.5, 500)])
def test_theta_sine_settles_in_its_minimum(beta, steps):
    run = descend(OBJECTIVES["theta_sine"], Momentum(0.2, beta), 0.9, steps)
    assert run.gradients[0, 0] == pytest.approx(1.384858, abs=digits(6))  # not 0.195412, the typed-in one
    assert run.iterates[-1, 0] == pytest.approx(-1.1444648641, abs=1e-8)  # flat: half the digits of the value
    assert run.values[-1] == pytest.approx(-0.9863254063, abs=digits(10))


def test_theta_sine_with_little_momentum_creeps_towards_the_flat_point_at_zero():
    run = descend(OBJECTIVES["theta_sine"], Momentum(0.2, 0.2), 0.9, 500)
    assert (np.diff(run.iterates[:, 0]) < 0).all()
    assert 0 < run.iterates[-1, 0] < 0.01


def test_two_wells_the_ball_with_momentum_rolls_into_the_deeper():
    plain, momentum = (
        descend(OBJECTIVES["two_wells"], rule, (1.5, 1.5), 2000)
        for rule in (GradientDescent(0.01), Momentum(0.01, 0.9))
    )
    np.testing.assert_allclose(plain.iterates[-1], (0.90532, 0), rtol=0, atol=digits(5))
    assert plain.values[-1] == pytest.approx(-1.092732, abs=digits(6))
    np.testing.assert_allclose(momentum.iterates[-1], (-0.96758, 0), rtol=0, atol=digits(5))
    assert momentum.values[-1] == pytest.approx(-5.032340, abs=digits(6))


def test_regression_sine_full_batch():
    ends = descend(OBJECTIVES["regression_sine"], Momentum(0.09, [0.0, 0.45, 0.9]), (6, -3), 2000)
    local, best = (3.961303, 0.743170), (2.123119, 2.764092)
    np.testing.assert_allclose(ends.iterates[-1], [local, best, local], rtol=0, atol=digits(6))
    np.testing.assert_allclose(ends.values[-1], [0.224043384, -2.022973415, 0.224043384], rtol=0, atol=digits(9))


@pytest.mark.parametrize(
    ("beta", "point", "loss"),
    [(0.0, (2.37540056, 2.38942599), -1.574730), (0.45, (2.84544709, 2.12445631), -0.486621)],
)
def test_regression_sine_one_stochastic_epoch(beta, point, loss):
    # The notebook draws the noise and then shuffles the samples with the same legacy generator.
    generator = np.random.RandomState(42)
    generator.normal(0, 0.5, 200)
    order = generator.permutation(200)
    objective = OBJECTIVES["regression_sine"]
    run = descend_minibatch(objective, Momentum(0.09, beta), (6, -3), epochs=1, order=order)
    assert run.steps == 200
    np.testing.assert_allclose(run.iterates[-1], point, rtol=0, atol=digits(8))
    assert run.values[-1] == pytest.approx(loss, abs=digits(6))
