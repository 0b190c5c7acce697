"""The plane of runs against single runs, and against what theory says of them."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from objectives.errors import UsageError
from optimizers import Momentum, Nesterov, descend, theory
from optimizers.plane import Parabola, positions, settling, slowest

TOLERANCE, LIMIT = 1e-3, 300


def axes(width: int, height: int, curvature: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Learning rates (1, width) and momenta (height, 1) at the middles of a plane's pixels."""
    rates = (np.arange(width) + 0.5) / width * 4 / curvature
    return rates[None], ((np.arange(height) + 0.5) / height)[:, None]


@pytest.mark.parametrize("kind", [Momentum, Nesterov])
def test_each_run_is_the_run_that_descend_makes(kind: type[Momentum] | type[Nesterov]) -> None:
    rates, momenta = axes(70, 66, 2.5)
    plane = settling(kind(rates, momenta), 2.5, TOLERANCE, LIMIT)
    run = descend(Parabola(2.5), kind(rates, momenta), 1.0, LIMIT)
    np.testing.assert_array_equal(plane.steps, np.where(plane.diverges, -1, run.stays_below(2.5 / 2 * TOLERANCE**2)))


@pytest.mark.parametrize(
    ("kind", "limit", "matrix"),
    [
        (Momentum, theory.heavy_ball_limit, theory.heavy_ball_matrix),
        (Nesterov, theory.nesterov_limit, theory.nesterov_matrix),
    ],
)
def test_it_diverges_where_theory_says(kind: type, limit: Any, matrix: Any) -> None:
    rates, momenta = axes(80, 50)
    plane = settling(kind(rates, momenta), 1.0, TOLERANCE, LIMIT)
    limits = np.vectorize(limit)(momenta)
    rate = np.vectorize(lambda pull, gamma: theory.rate(matrix(pull, gamma)))(rates, momenta)
    clear = np.abs(rate - 1) > 0.004
    assert clear.mean() > 0.97
    np.testing.assert_array_equal(plane.diverges[clear], (rates >= limits)[clear])
    assert (plane.steps[plane.diverges] == -1).all()
    assert (plane.steps[rate < 0.96] > 0).all()


def test_the_quickest_momentum_is_the_critical_one() -> None:
    """The smaller the tolerance, the nearer."""
    momenta = np.linspace(0, 0.95, 96)[:, None]
    for pull in (0.05, 0.2, 0.5):
        steps = settling(Momentum(np.array([[pull]]), momenta), 1.0, 1e-12, 2000).steps[:, 0]
        assert momenta[np.argmin(steps), 0] == pytest.approx(theory.critical_momentum(pull), abs=0.03)


def test_positions_are_those_of_the_closed_form() -> None:
    for pull, gamma in ((0.15, 0.05), (0.15, 0.85), (3.9, 0.85)):
        expected = theory.heavy_ball_iterates(60, pull, gamma)
        np.testing.assert_allclose(positions(Momentum(pull / 2, gamma), 2.0, 60), expected, rtol=1e-9, atol=1e-12)


def test_the_slowest_counts() -> None:
    rates, momenta = axes(40, 30)
    one, other = (settling(Momentum(rates, momenta), curvature, TOLERANCE, LIMIT) for curvature in (0.1, 1.0))
    both = slowest([one, other])
    settled = both.steps > 0
    np.testing.assert_array_equal(both.steps[settled], np.maximum(one.steps, other.steps)[settled])
    np.testing.assert_array_equal(both.diverges, one.diverges | other.diverges)
    assert not settled[one.steps < 0].any()


def test_a_picture_of_runs_takes_seconds() -> None:
    rates, momenta = axes(480, 360)
    begun = time.process_time()
    settling(Momentum(rates, momenta), 1.0, TOLERANCE, LIMIT)
    assert time.process_time() - begun < 5


def test_a_plane_has_two_sides() -> None:
    with pytest.raises(UsageError, match="rows and columns"):
        settling(Momentum(0.1, 0.9), 1.0, TOLERANCE, LIMIT)
