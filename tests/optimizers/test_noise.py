"""Noise on a gradient is what its seed says, the same for whoever asks, and nothing else is changed."""

from __future__ import annotations

import numpy as np
import pytest

from objectives import OBJECTIVES, UsageError
from optimizers import GradientDescent, Momentum, Nesterov, descend, descend_minibatch, descend_noisy
from optimizers.noise import noise_at

BOWL, LINE = OBJECTIVES["paraboloid"], OBJECTIVES["regression_line"]


def test_without_noise_it_is_descend() -> None:
    quiet = descend_noisy(BOWL, Momentum(0.1, 0.9), (2, 1), 20, deviation=0.0, seed=5)
    np.testing.assert_array_equal(quiet.iterates, descend(BOWL, Momentum(0.1, 0.9), (2, 1), 20).iterates)


def test_a_step_follows_the_gradient_and_its_noise() -> None:
    run = descend_noisy(BOWL, GradientDescent(0.1), (2.0, 1.0), 30, deviation=0.5, seed=3)
    for k in range(30):
        pushed = run.iterates[k] - 0.1 * (run.gradients[k] + noise_at(k, 2, 0.5, 3))
        np.testing.assert_allclose(run.iterates[k + 1], pushed, rtol=1e-13, atol=1e-15)
    np.testing.assert_array_equal(run.gradients, BOWL.gradient(run.iterates))


def test_the_noise_of_a_step_is_known_before_it_and_elsewhere() -> None:
    """The first digits are those of NumPy's PCG64, whatever else was drawn before."""
    np.random.default_rng(0).normal(size=100)
    np.testing.assert_allclose(noise_at(0, 2, 1.0, 0), np.random.default_rng([0, 0]).standard_normal(2))
    assert noise_at(7, 2, 1.0, 0).tolist() == noise_at(7, 2, 1.0, 0).tolist() != noise_at(8, 2, 1.0, 0).tolist()
    many = np.array([noise_at(k, 3, 2.0, 1) for k in range(4000)])
    np.testing.assert_allclose(many.mean(axis=0), 0, atol=0.12)
    np.testing.assert_allclose(many.std(axis=0), 2.0, rtol=0.05)
    assert np.abs(np.corrcoef(many.T) - np.eye(3)).max() < 0.06


def test_all_of_a_batch_feel_the_same() -> None:
    starts = np.array([(2.0, 1.0), (-1.0, 0.5)])
    run = descend_noisy(BOWL, Nesterov(0.1, 0.8), starts, 15, deviation=0.3, seed=1)
    for place, start in enumerate(starts):
        alone = descend_noisy(BOWL, Nesterov(0.1, 0.8), start, 15, deviation=0.3, seed=1)
        np.testing.assert_allclose(run.at(place).iterates, alone.iterates, rtol=1e-13)


def test_batches_can_be_noisy_too() -> None:
    plain = descend_minibatch(LINE, GradientDescent(0.01), (8, 2), steps=5, batch_size=3, seed=4)
    noisy = descend_minibatch(LINE, GradientDescent(0.01), (8, 2), steps=5, batch_size=3, seed=4, noise=0.2)
    np.testing.assert_allclose(noisy.iterates[1] - plain.iterates[1], -0.01 * noise_at(0, 2, 0.2, 4), rtol=1e-9)


@pytest.mark.parametrize("wrong", [{"deviation": -1.0}, {"deviation": np.inf}, {"deviation": 1.0, "seed": -1}])
def test_what_is_no_noise_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        descend_noisy(BOWL, GradientDescent(0.1), (2, 1), 3, **wrong)  # type: ignore[arg-type]
