"""Stochastic descent: each step follows the gradient on a few samples, the record shows the whole loss.

The order of the samples is the only thing left to chance, so it is explicit: a seed determines it, or it is
given. The same order gives the same trajectory on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import cycle, repeat
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from objectives.errors import UsageError

from .names import made_once, name_of_run
from .noise import with_noise
from .problem import DataProblem, IntArray
from .rules import Rule
from .trajectory import Schedule, Trajectory, run, whole


def descend_minibatch(
    objective: DataProblem,
    rule: Rule[Any] | Schedule,
    start: ArrayLike,
    *,
    epochs: int | None = None,
    steps: int | None = None,
    batch_size: int = 1,
    seed: int = 0,
    shuffle: bool = True,
    order: ArrayLike | None = None,
    noise: float = 0.0,
) -> Trajectory:
    """Run a rule on minibatches of the samples; unlike `descend`, which uses all samples at each step.

    How long is said in `epochs` (passes over the samples) or in `steps`. Each epoch visits the samples in a
    new order drawn from `seed`, or as they stand if `shuffle` is false, or in the given `order` (sample
    indices; those it leaves out are not visited). The last minibatch of an epoch has what is left. All
    members of a batch of runs see the same samples. `noise` is the standard deviation of what is
    added to each gradient (`noise`). Values and gradients in the trajectory are those of the whole objective.

    Raises `UsageError` as `descend` does, and for a length, batch size, seed or order that does not fit.
    """
    given = None if order is None else _checked_order(order, objective.samples)
    visited = objective.samples if given is None else len(given)
    if whole("batch_size", batch_size, 1) > visited:
        raise UsageError(f"batch_size is {batch_size}, but an epoch has {visited} samples.")
    length = steps_of(visited, batch_size, epochs, steps)
    name = name_of_run(objective, rule, start, length)
    visits = (seed, shuffle) if given is None else given.tobytes()

    def made() -> Trajectory:
        orders = _orders(objective.samples, seed, shuffle, given)
        problems = (objective.minibatch(indices) for indices in _minibatches(orders, batch_size))
        return run(objective, with_noise(problems, objective.dimension, noise, seed), rule, start, length)

    return made_once(name and (*name, batch_size, visits, seed, noise), made)


def descend_in_orders(
    objective: DataProblem,
    rule: Rule[Any] | Schedule,
    start: ArrayLike,
    orders: ArrayLike,
    *,
    steps: int,
    noise: float = 0.0,
    seed: int = 0,
) -> Trajectory:
    """Run a rule from one start (d,) in several orders of the samples, one sample a step: a batch with a run for each
    order. `orders` are sample indices (runs, n); each run is that of `descend_minibatch` with its order.

    Raises `UsageError` as that does.
    """
    given = np.array([_checked_order(order, objective.samples) for order in np.atleast_2d(np.asarray(orders))])
    starts = np.tile(np.asarray(start, dtype=np.float64), (len(given), 1))
    problems = (objective.one_each(indices) for indices in cycle(given.T))
    return run(
        objective, with_noise(problems, objective.dimension, noise, seed), rule, starts, whole("steps", steps, 0)
    )


def _orders(size: int, seed: int, shuffle: bool, order: IntArray | None) -> Iterable[IntArray]:
    """The order of the samples in each epoch, without end."""
    if order is not None:
        return repeat(order)
    if not shuffle:
        return repeat(np.arange(size))
    return _shuffles(size, whole("seed", seed, 0))


def _shuffles(size: int, seed: int) -> Iterator[IntArray]:
    generator = np.random.default_rng(seed)
    while True:
        yield generator.permutation(size)


def _minibatches(orders: Iterable[IntArray], batch_size: int) -> Iterator[IntArray]:
    for order in orders:
        for first in range(0, len(order), batch_size):
            yield order[first : first + batch_size]


def _checked_order(order: ArrayLike, size: int) -> IntArray:
    indices = np.asarray(order)
    if indices.ndim != 1 or not indices.size or indices.dtype.kind not in "iu":
        raise UsageError("order must be a list of sample indices.")
    wrong = indices[(indices < 0) | (indices >= size)]
    if wrong.size:
        raise UsageError(f"order has the sample {wrong[0]}, but the {size} samples are 0 to {size - 1}.")
    return indices.astype(np.int64)


def steps_of(samples: int, batch_size: int, epochs: int | None, steps: int | None) -> int:
    """How many steps a descent has whose length is said in one of the two; `UsageError` if in both or in none."""
    if (epochs is None) == (steps is None):
        raise UsageError("Say how long the descent is either in epochs or in steps.")
    return whole("epochs", epochs, 0) * -(-samples // batch_size) if steps is None else whole("steps", steps, 0)
