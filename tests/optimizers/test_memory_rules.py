"""Rules with a memory that neither torch nor optax has: against plain loops, closed bounds, and each other."""

import numpy as np
import pytest
from small_problems import QFSP, ROSENBROCK, bowl

from optimizers import (
    Accelerated,
    Adam,
    AdamW,
    AMSGrad,
    Averaging,
    GradientDescent,
    Lion,
    Momentum,
    MomentumRestart,
    Nesterov,
    SignSGD,
    descend,
)

START = (1.7, -1.3)


def loop(problem, eta, steps, share, restart=None):
    """Nesterov's step in plain Python, with the share of the last motion from `share(c)`; x_0, x_1, ..."""
    x, before, c, path = np.array(START), np.array(START), 1.0, [np.array(START)]
    for _ in range(steps):
        if restart == "function" and problem.value(x) > problem.value(before):
            c, before = 1.0, x
        grown, kept = share(c)
        ahead = x + kept * (x - before)
        slope = problem.gradient(ahead)
        x, before, c = ahead - eta * slope, x, grown
        if restart == "gradient" and slope @ (x - before) > 0:
            c, before = 1.0, x
        path.append(x)
    return np.array(path)


def of_1983(c):
    grown = (1 + (1 + 4 * c * c) ** 0.5) / 2
    return grown, (c - 1) / grown


@pytest.mark.parametrize("restart", ["never", "gradient", "function"])
@pytest.mark.parametrize(("problem", "eta"), [(bowl(1.0, 60.0), 0.015), (ROSENBROCK, 5e-4), (QFSP, 0.02)])
def test_accelerated_is_the_article_s_loop(problem, eta, restart):
    steps = 120 if problem is not QFSP else 30  # later it stands, and rounding tells what has risen
    run = descend(problem, Accelerated(eta, restart=restart), START, steps)
    np.testing.assert_allclose(run.iterates, loop(problem, eta, steps, of_1983, restart), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("condition", [1.0, 30.0, 1e4])
def test_accelerated_keeps_the_bound_of_1983(condition):
    """f(x_t) - f* <= 2 |x_0 - x*|^2 / (eta (t + 1)^2) with eta = 1 over the largest curvature; from all sides."""
    angles = np.linspace(0, 2 * np.pi, 101)
    starts = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    values = descend(bowl(1.0, condition), Accelerated(1 / condition), starts, 60).values[1:]
    assert (values.max(axis=1) <= 2 * condition / np.arange(2, 62) ** 2 * (1 + 1e-9)).all()


def test_restart_arrives_where_momentum_still_ripples():
    """O'Donoghue and Candes' point: linear convergence without knowing the curvature."""
    ravine, steps = bowl(1.0, 1000.0), 400
    words = ("never", "gradient", "function")
    ends = {word: descend(ravine, Accelerated(1e-3, restart=word), START, steps).values[-1] for word in words}
    assert ends["gradient"] < 1e-4 * ends["never"]
    assert ends["function"] < 1e-4 * ends["never"]


@pytest.mark.parametrize("criterion", ["gradient", "function"])
@pytest.mark.parametrize(("problem", "eta"), [(bowl(1.0, 60.0), 0.015), (QFSP, 0.02)])
def test_momentum_with_restart_is_its_loop(problem, eta, criterion):
    run = descend(problem, MomentumRestart(eta, 0.9, criterion=criterion), START, 80)
    x, update, before, forgot = np.array(START), np.zeros(2), np.inf, 0
    for step in range(80):
        slope, value = problem.gradient(x), problem.value(x)
        if slope @ update < 0 if criterion == "gradient" else value > before:
            update, forgot = np.zeros(2), forgot + 1
        update, before = 0.9 * update + eta * slope, value
        x = x - update
        np.testing.assert_allclose(run.iterates[step + 1], x, rtol=1e-9, atol=1e-12)
    assert forgot > 2
    plain = descend(problem, Momentum(eta, 0.9), START, 80)
    assert run.values[-1] < plain.values[-1]


def test_momentum_that_never_leads_uphill_is_not_restarted():
    valley = bowl(1.0, 2.0)
    np.testing.assert_array_equal(
        descend(valley, MomentumRestart(0.01, 0.5), START, 60).iterates,
        descend(valley, Momentum(0.01, 0.5), START, 60).iterates,
    )


def test_nesterov_s_forms_are_one_run_told_from_two_places():
    momenta, rates = np.linspace(0.0, 0.95, 9), np.geomspace(1e-3, 0.05, 8)[:, np.newaxis]
    ours = descend(bowl(1.0, 9.0), Nesterov(rates, momenta), START, 40)
    torch_s = descend(bowl(1.0, 9.0), Nesterov(rates, momenta, form="pytorch"), START, 40)
    updates = np.concatenate([np.zeros_like(ours.updates[:1]), ours.updates])
    ahead = Nesterov(rates, momenta).look_ahead(ours.iterates, updates)
    np.testing.assert_allclose(torch_s.iterates, ahead, rtol=0, atol=1e-12)


@pytest.mark.parametrize("skipped", [0, 1, 9])
def test_averaging_is_the_mean_of_gradient_descent(skipped):
    walker = descend(QFSP, GradientDescent(0.03), START, 30).iterates
    averaged = descend(QFSP, Averaging(0.03, skipped=skipped), START, 30).iterates
    for t in range(1, 31):
        expected = walker[skipped + 1 : t + 1].mean(axis=0) if t > skipped else walker[t]
        np.testing.assert_allclose(averaged[t], expected, rtol=1e-12)


def test_averaging_calms_noise():
    """Polyak and Juditsky: the mean is nearer to the minimum than the walker, on gradients that are noisy."""
    line = NoisyBowl(np.random.default_rng(4))
    walker = descend(line, GradientDescent(0.5), START, 1000).iterates[500:]
    line = NoisyBowl(np.random.default_rng(4))
    averaged = descend(line, Averaging(0.5), START, 1000).iterates[500:]
    assert np.linalg.norm(averaged, axis=-1).mean() < 0.2 * np.linalg.norm(walker, axis=-1).mean()


class NoisyBowl:
    """x^2/2 + y^2/2 whose gradients have noise."""

    name, dimension = "noisy", 2

    def __init__(self, generator):
        self.generator = generator

    def value(self, x):
        return (x**2).sum(axis=-1) / 2

    def gradient(self, x):
        return x + self.generator.normal(size=x.shape)


def test_kin_are_what_they_are_kin_to():
    """AdamW without decay is Adam; AMSGrad is Adam's switch; Lion with one beta is Signum."""

    def path(rule):
        return descend(ROSENBROCK, rule, (-1.2, 1.0), 40).iterates

    np.testing.assert_allclose(path(AdamW(0.1, weight_decay=0.0)), path(Adam(0.1)), rtol=1e-12)
    np.testing.assert_array_equal(path(AMSGrad(0.1)), path(Adam(0.1, amsgrad=True)))
    np.testing.assert_array_equal(path(Lion(0.01, 0.9, 0.9)), path(SignSGD(0.01, momentum=0.9)))


def test_decoupled_decay_is_no_penalty():
    """AdamW takes the same share off both coordinates; through the averages, the steep one decays less."""
    run = descend(bowl(0.0, 0.0), AdamW(0.1, weight_decay=0.5), START, 3)
    np.testing.assert_allclose(run.iterates[3], np.array(START) * 0.95**3, rtol=1e-13)


def test_the_article_s_amsgrad_corrects_nothing():
    x, m, s, largest = np.array(START), np.zeros(2), np.zeros(2), np.zeros(2)
    run = descend(QFSP, AMSGrad(0.1, 0.8, 0.9, form="reddi"), START, 20)
    for step in range(20):
        g = QFSP.gradient(x)
        m, s = 0.8 * m + 0.2 * g, 0.9 * s + 0.1 * g * g
        largest = np.maximum(largest, s)
        x = x - 0.1 * m / (np.sqrt(largest) + 1e-8)
        np.testing.assert_allclose(run.iterates[step + 1], x, rtol=1e-12)
