"""Stochastic descent: the order of the samples is explicit, and nothing else is left to chance."""

import functools
import operator

import numpy as np
import pytest
from small_problems import Line

from objectives.data import regression_line
from objectives.errors import UsageError
from optimizers import GradientDescent, Momentum, Nesterov, descend, descend_in_orders, descend_minibatch

LINE = Line(np.linspace(-2, 2, 10), 3 * np.linspace(-2, 2, 10) + 2)
START = (6.0, -3.0)
RULE = Momentum(0.05, 0.5)


def by_hand(batches):
    """Heavy ball on these minibatches, written out."""
    x, update = np.array(START), np.zeros(2)
    path = [x]
    for indices in batches:
        update = 0.5 * update + 0.05 * LINE.minibatch(np.array(indices)).gradient(x)
        x = x - update
        path.append(x)
    return np.array(path)


def test_a_given_order_is_followed_epoch_after_epoch():
    run = descend_minibatch(LINE, RULE, START, epochs=2, batch_size=2, order=[4, 1, 7])
    np.testing.assert_allclose(run.iterates, by_hand([[4, 1], [7], [4, 1], [7]]), rtol=1e-14)


def test_without_shuffling_the_samples_come_as_they_stand():
    run = descend_minibatch(LINE, RULE, START, epochs=1, batch_size=4, shuffle=False)
    np.testing.assert_allclose(run.iterates, by_hand([range(4), range(4, 8), range(8, 10)]), rtol=1e-14)


def test_steps_may_end_within_an_epoch():
    run = descend_minibatch(LINE, RULE, START, steps=3, batch_size=1, shuffle=False)
    np.testing.assert_allclose(run.iterates, by_hand([[0], [1], [2]]), rtol=1e-14)


def test_every_epoch_of_a_seed_has_its_own_order_and_visits_each_sample_once():
    seen = []

    class Watched(Line):
        def minibatch(self, indices):
            seen.append(list(indices))
            return super().minibatch(indices)

    descend_minibatch(Watched(LINE.x, LINE.y), RULE, START, epochs=2, seed=7)
    orders = [functools.reduce(operator.iadd, seen[:10], []), functools.reduce(operator.iadd, seen[10:20], [])]
    assert [sorted(order) for order in orders] == [list(range(10))] * 2
    assert orders[0] != orders[1]


def test_a_seed_decides_the_run():
    """The same run whenever it is asked for, kept or not, and another one for whatever decides it."""
    first, again, other = (descend_minibatch(LINE, RULE, START, epochs=1, seed=seed).iterates for seed in (1, 1, 2))
    np.testing.assert_allclose(first, by_hand([[k] for k in np.random.default_rng(1).permutation(10)]), rtol=1e-14)
    np.testing.assert_array_equal(first, again)
    differently = ({"noise": 0.1}, {"shuffle": False}, {"batch_size": 2}, {"order": range(9, -1, -1)})
    others = [descend_minibatch(LINE, RULE, START, steps=5, seed=1, **how).iterates for how in differently]
    others += [descend_minibatch(LINE, Momentum(0.05, 0.6), START, steps=5, seed=1).iterates, other[:6]]
    assert min(np.abs(first[:6] - one).max() for one in others) > 0.01


def test_one_batch_of_all_samples_is_the_full_descent():
    run = descend_minibatch(LINE, Nesterov(0.05, 0.5), START, epochs=20, batch_size=10, shuffle=False)
    full = descend(LINE, Nesterov(0.05, 0.5), START, 20)
    np.testing.assert_allclose(run.iterates, full.iterates, rtol=1e-13)


def test_the_record_shows_the_whole_objective():
    run = descend_minibatch(LINE, RULE, START, epochs=1)
    np.testing.assert_array_equal(run.values, LINE.value(run.iterates))
    np.testing.assert_array_equal(run.gradients, LINE.gradient(run.iterates))


def test_a_batch_of_runs_sees_the_same_samples():
    batch = descend_minibatch(LINE, GradientDescent([0.01, 0.05]), START, epochs=1, seed=3)
    alone = descend_minibatch(LINE, GradientDescent(0.05), START, epochs=1, seed=3)
    np.testing.assert_allclose(batch.at(1).iterates, alone.iterates, rtol=1e-13)


@pytest.mark.parametrize("rule", [GradientDescent(0.05), Momentum(0.05, 0.5), Nesterov(0.05, 0.5)])
@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_a_run_in_one_of_several_orders_is_the_run_in_that_order(rule, noise):
    objective = regression_line(3, 12)
    orders = np.array([np.random.default_rng(seed).permutation(12) for seed in range(4)])
    together = descend_in_orders(objective, rule, START, orders, steps=30, noise=noise, seed=5)
    assert together.batch_shape == (4,)
    for place, order in enumerate(orders):
        alone = descend_minibatch(objective, rule, START, steps=30, order=order, noise=noise, seed=5)
        np.testing.assert_allclose(together.at(place).iterates, alone.iterates, rtol=1e-12)
        np.testing.assert_allclose(together.at(place).values, alone.values, rtol=1e-12)


def test_an_order_among_several_that_does_not_fit_is_refused():
    with pytest.raises(UsageError, match="the sample 12"):
        descend_in_orders(regression_line(3, 12), RULE, START, [[0, 1], [12, 0]], steps=3)


def test_divergence_is_seen_here_too():
    run = descend_minibatch(LINE, GradientDescent(50.0), START, epochs=50)
    assert 0 < run.diverged_at < 500
    assert np.isnan(run.values[run.diverged_at + 1 :]).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "either in epochs or in steps"),
        ({"epochs": 1, "steps": 1}, "either in epochs or in steps"),
        ({"epochs": -1}, "epochs must be a whole number of at least 0, not -1"),
        ({"steps": 1.5}, "steps must be a whole number"),
        ({"epochs": 10**6}, "too long to record"),
        ({"epochs": 1, "batch_size": 0}, "batch_size must be a whole number of at least 1, not 0"),
        ({"epochs": 1, "batch_size": 11}, "batch_size is 11, but an epoch has 10 samples"),
        ({"epochs": 1, "batch_size": 3, "order": [1, 2]}, "batch_size is 3, but an epoch has 2 samples"),
        ({"epochs": 1, "seed": -1}, "seed must be a whole number"),
        ({"epochs": 1, "order": [0, 10]}, "order has the sample 10, but the 10 samples are 0 to 9"),
        ({"epochs": 1, "order": [-1]}, "order has the sample -1"),
        ({"epochs": 1, "order": []}, "order must be a list of sample indices"),
        ({"epochs": 1, "order": [0.5]}, "order must be a list of sample indices"),
    ],
)
def test_a_mistake_is_one_clear_sentence(settings, message):
    with pytest.raises(UsageError, match=message):
        descend_minibatch(LINE, RULE, START, **settings)
