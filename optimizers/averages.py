"""An average that forgets: each value counts less the older it is.

The exponentially weighted moving average is one line, v_t = beta v_(t-1) + (1 - beta) x_t. Written out it is a weighted
sum of all values so far, with weights that fall by the factor beta for each step of age and add up to 1. Momentum's
update is the same line without the (1 - beta): its weights add up to 1/(1 - beta), so it is a sum and not an average.

The average starts at the first value, so that it is one from the beginning; the price is that the first value keeps the
weight beta^t, more than its age deserves, until that has faded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from objectives.errors import UsageError

from .problem import FloatArray


def moving_average(values: ArrayLike, beta: float) -> FloatArray:
    """The average after each value: v_0 = x_0, v_t = beta v_(t-1) + (1 - beta) x_t.

    `values` are (n, ...), with n of at least 1; so is what comes back, along the first axis.

    >>> moving_average([5, 6, 4, 7], beta=0.5)
    array([5.   , 5.5  , 4.75 , 5.875])
    """
    averages = np.array(values, dtype=np.float64)
    if averages.ndim == 0 or not len(averages):
        raise UsageError("A moving average needs at least one value.")
    for t in range(1, len(averages)):
        averages[t] = _damped(beta) * averages[t - 1] + (1.0 - beta) * averages[t]
    return averages


def moving_weights(count: int, beta: float) -> FloatArray:
    """How much each of `count` values, oldest first, counts in their moving average: shape (count,), sum 1.

    The first has what is left for it, beta^(count-1); the others have (1 - beta) beta^age.
    """
    powers = np.power(np.float64(_damped(beta)), np.arange(count, dtype=np.float64)[::-1])
    return np.append(powers[:1], (1.0 - beta) * powers[1:])


def mean_age(beta: float) -> float:
    """How old the values in a moving average are in the mean, the newest being 0: beta/(1 - beta)."""
    return _damped(beta) / (1.0 - beta)


def window_of(beta: float) -> float:
    """n, so that a plain mean of the last n values has values of the same mean age (n - 1)/2: (1 + beta)/(1 - beta)."""
    return 2.0 * mean_age(beta) + 1.0


def beta_of_window(n: float) -> float:
    """The beta that remembers as far as a plain mean of n values, n >= 1: (n - 1)/(n + 1).

    The weight of the newest value is then 1 - beta = 2/(n + 1), which some texts call beta.
    """
    if not n >= 1:
        raise UsageError(f"A mean is taken over at least 1 value, not {n:g}.")
    return (n - 1.0) / (n + 1.0)


def _damped(beta: float) -> float:
    if not 0 <= beta < 1:
        raise UsageError(f"The share of an average that is kept is at least 0 and below 1, not {beta:g}.")
    return float(beta)
