"""On a quadratic everything about momentum can be written down.

Near a minimum every smooth objective is nearly a quadratic, and a quadratic falls apart into one parabola
l w^2 / 2 for each eigenvalue l of its Hessian. So one number decides what a rule does: eta l, the learning
rate times the curvature, called `pull` here: the share of the distance to the minimum that one plain gradient
step covers. These closed forms say what a run must do before it is run; the tests compare the two.

With w_(-1) = w_0 (no update yet) the two rules with memory are linear recurrences of second order:

- heavy ball: w_(k+1) = (1 + gamma - eta l) w_k - gamma w_(k-1)
- Nesterov:   w_(k+1) = (1 - eta l) ((1 + gamma) w_k - gamma w_(k-1))

Sources: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; Goh, "Why Momentum
Really Works", Distill, 2017, doi 10.23915/distill.00006. All arguments are plain numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from objectives.errors import UsageError

from .problem import FloatArray


class Tuning(NamedTuple):
    """Hyper-parameters for a range of curvatures; the error in w shrinks by `rate` a step in the long run."""

    learning_rate: float
    momentum: float
    rate: float


def gradient_descent_limit() -> float:
    """Gradient descent on a quadratic is stable iff 0 < eta l < 2."""
    return heavy_ball_limit(0.0)


def heavy_ball_limit(momentum: float) -> float:
    """Heavy ball on a quadratic is stable iff 0 < eta l < 2 + 2 gamma, for 0 <= gamma < 1 (Polyak 1964)."""
    return 2.0 + 2.0 * _damped(momentum)


def nesterov_limit(momentum: float) -> float:
    """Nesterov on a quadratic is stable iff 0 < eta l < (2 + 2 gamma)/(1 + 2 gamma): less than heavy ball.

    The recurrence is stable iff its roots' product stays below 1 and the root at -1 is not reached (Jury's
    conditions): (1 + 2 gamma)(1 - eta l) > -1.
    """
    return heavy_ball_limit(momentum) / (1.0 + 2.0 * momentum)


def critical_momentum(pull: float) -> float:
    """The momentum (1 - sqrt(eta l))^2 above which heavy ball oscillates; `pull` is eta l, from 0 to 4.

    At it the two roots meet: the fastest descent without oscillation (Goh 2017, "critical damping").
    """
    if not 0 <= pull <= 4:
        raise UsageError(f"Critical damping needs a learning rate times curvature from 0 to 4, not {pull:g}.")
    return float((1.0 - np.sqrt(pull)) ** 2)


def best_gradient_descent(smallest: float, largest: float) -> Tuning:
    """eta = 2/(l_1 + l_n), rate (k - 1)/(k + 1) with k = l_n/l_1: the best for curvatures in that range."""
    _check_range(smallest, largest)
    return Tuning(2.0 / (smallest + largest), 0.0, (largest - smallest) / (largest + smallest))


def best_heavy_ball(smallest: float, largest: float) -> Tuning:
    """eta = (2/(sqrt l_1 + sqrt l_n))^2, rate (sqrt k - 1)/(sqrt k + 1), gamma = rate^2 (Polyak 1964).

    Compare `best_gradient_descent`: the condition number k enters by its root only.
    """
    _check_range(smallest, largest)
    low, high = float(np.sqrt(smallest)), float(np.sqrt(largest))
    rate = (high - low) / (high + low)
    return Tuning((2.0 / (low + high)) ** 2, rate**2, rate)


def heavy_ball_matrix(pull: float, momentum: float) -> FloatArray:
    """The companion matrix (2, 2) that takes (w_k, w_(k-1)) to (w_(k+1), w_k); `pull` is eta l."""
    return np.array([[1.0 + momentum - pull, -momentum], [1.0, 0.0]])


def nesterov_matrix(pull: float, momentum: float) -> FloatArray:
    """As `heavy_ball_matrix`, for Nesterov's rule, which takes the gradient at the look-ahead point."""
    return np.array([[(1.0 - pull) * (1.0 + momentum), -(1.0 - pull) * momentum], [1.0, 0.0]])


def rate(matrix: FloatArray) -> float:
    """The factor by which |w| shrinks a step in the long run: the spectral radius; below 1 means stable."""
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def oscillation_angle(pull: float, momentum: float) -> float | None:
    """phi in w_k = w_0 gamma^(k/2) (cos k phi + c sin k phi), in radians; None if the roots are real.

    cos phi = (1 + gamma - eta l)/(2 sqrt gamma). The error w^2 has pi/phi steps between two hilltops.
    """
    half, discriminant = _half_trace(pull, momentum)
    return None if discriminant >= 0 else float(np.arctan2(np.sqrt(-discriminant), half))


def heavy_ball_iterates(steps: int, pull: float, momentum: float, start: float = 1.0) -> FloatArray:
    """w_0 ... w_steps of heavy ball on a parabola, shape (steps+1,), in closed form; `pull` is eta l.

    w_k = w_1 h_k - gamma w_0 h_(k-1), with w_1 = (1 - eta l) w_0 and h_k = (r_1^k - r_2^k)/(r_1 - r_2), r the
    roots of r^2 - (1 + gamma - eta l) r + gamma. For complex roots this is
    w_0 gamma^(k/2) (cos k phi + c sin k phi), c = ((1 - eta l)/sqrt gamma - cos phi)/sin phi; where the roots
    meet, h_k = k r^(k-1). What overflows is infinite or NaN.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        powers = _power_quotients(steps, pull, momentum)
        return start * np.append(1.0, (1.0 - pull) * powers[1:] - momentum * powers[:-1])


def unrolled_weights(steps: int, momentum: float, learning_rate: float) -> FloatArray:
    """The weight eta gamma^(t-i) of gradient i in update_t, for t = steps and i = 1 ... t; shape (steps,)."""
    ages = np.arange(steps, dtype=np.float64)[::-1]
    return learning_rate * np.power(np.float64(momentum), ages)


def constant_gradient_gain(steps: int, momentum: float) -> float:
    """How many times longer than the first an update is after t = steps equal gradients.

    (1 - gamma^t)/(1 - gamma), in the limit 1/(1 - gamma) for momentum below 1; t at momentum 1.
    """
    return float(steps) if momentum == 1 else (1.0 - momentum**steps) / (1.0 - momentum)


def half_life(momentum: float) -> float:
    """After how many steps a gradient counts half: ln(1/2)/ln(gamma), for 0 < gamma < 1."""
    if not 0 < momentum < 1:
        raise UsageError(f"A gradient has a half-life if the momentum is between 0 and 1, not {momentum:g}.")
    return float(np.log(0.5) / np.log(momentum))


def _half_trace(pull: float, momentum: float) -> tuple[float, float]:
    """The roots are half +- sqrt(discriminant)."""
    half = (1.0 + momentum - pull) / 2.0
    return half, half**2 - momentum


def _power_quotients(steps: int, pull: float, momentum: float) -> FloatArray:
    """h_k = (r_1^k - r_2^k)/(r_1 - r_2) for k = 0 ... steps, written so that close roots lose no digits."""
    half, discriminant = _half_trace(pull, momentum)
    k = np.arange(1, steps + 1, dtype=np.float64)
    quotients = _complex_quotients if discriminant < 0 else _real_quotients
    # Roots on the left are those on the right mirrored: angles near pi would lose the digits of their sine.
    return np.append(0.0, np.copysign(1.0, half) ** (k - 1) * quotients(k, abs(half), discriminant))


def _complex_quotients(k: FloatArray, half: float, discriminant: float) -> FloatArray:
    """h_k for the roots half +- i sqrt(-discriminant), half >= 0."""
    angle = np.arctan2(np.sqrt(-discriminant), half)
    size = np.hypot(half, np.sqrt(-discriminant))
    quotients: FloatArray = size ** (k - 1) * np.sin(k * angle) / np.sin(angle)
    return quotients


def _real_quotients(k: FloatArray, half: float, discriminant: float) -> FloatArray:
    """h_k for the roots half +- sqrt(discriminant), half >= 0."""
    larger = half + float(np.sqrt(discriminant))
    powers: FloatArray = larger ** (k - 1)
    return powers * _geometric_sums(k, larger, discriminant)


def _geometric_sums(k: FloatArray, larger: float, discriminant: float) -> FloatArray:
    """1 + q + ... + q^(k-1) for the ratio q = r_2/r_1 of real roots; k if they meet."""
    if discriminant == 0:
        return k
    gap = 2.0 * np.sqrt(discriminant) / larger  # 1 - q
    with np.errstate(divide="ignore"):  # momentum 0: the second root is 0, its logarithm -inf
        log_ratio = np.log1p(-gap)
    sums: FloatArray = -np.expm1(k * log_ratio) / gap
    return sums


def _damped(momentum: float) -> float:
    if not 0 <= momentum < 1:
        raise UsageError(f"A run can only settle with a momentum of at least 0 and below 1, not {momentum:g}.")
    return momentum


def _check_range(smallest: float, largest: float) -> None:
    if not 0 < smallest <= largest < np.inf:
        raise UsageError(f"Curvatures must be positive, the smallest first, not {smallest:g} and {largest:g}.")
