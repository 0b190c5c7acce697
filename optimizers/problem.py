"""What a rule needs to know about an objective: its value and its gradient, nothing else.

These protocols are the whole contract between the two packages; any object that fits can be minimised, for
example a five-line class in a notebook. Arrays are in double precision; the last axis of `x` is the
dimension d, all axes before it are the batch.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]


class Differentiable(Protocol):
    """A function with a gradient; NaN marks the places where the gradient is undefined."""

    def value(self, x: FloatArray, /) -> FloatArray:
        """f(x): (..., d) -> (...)."""
        ...

    def gradient(self, x: FloatArray, /) -> FloatArray:
        """The gradient of f at x: (..., d) -> (..., d)."""
        ...


class Problem(Differentiable, Protocol):
    """An objective: a differentiable function that has a name and a dimension."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    @property
    def dimension(self) -> int:
        """d, the length of the last axis of x."""
        ...


class DataProblem(Problem, Protocol):
    """An objective over samples; unlike `Problem` it can be restricted to some of them."""

    @property
    def samples(self) -> int:
        """How many samples there are."""
        ...

    def minibatch(self, indices: IntArray, /) -> Differentiable:
        """The loss on the samples with these indices alone."""
        ...

    def one_each(self, indices: IntArray, /) -> Differentiable:
        """At each of a batch of points (n, d) the loss on the sample with its index (n,)."""
        ...
