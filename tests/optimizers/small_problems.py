"""Objectives of a few lines each, so that the tests of the optimizers need no other package to be right."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Small:
    """Value and gradient in plain NumPy."""

    name: str
    dimension: int
    value: Callable[[Array], Array]
    gradient: Callable[[Array], Array]


@dataclass(frozen=True)
class Curved(Small):
    """With second derivatives."""

    hessian: Callable[[Array], Array]


@dataclass(frozen=True)
class Told:
    """What a step is told of a problem, when it is called by hand."""

    problem: Curved

    def __call__(self, x: Array) -> Array:
        return self.problem.gradient(x)

    def value(self, x: Array) -> Array:
        return self.problem.value(x)

    def hessian(self, x: Array) -> Array:
        return self.problem.hessian(x)

    def tried(self, x: Array) -> Array:
        return self.problem.gradient(x)


def bowl(*curvatures: float) -> Curved:
    """The quadratic with these eigenvalues, sum l_i x_i^2 / 2."""
    scales = np.array(curvatures)
    return Curved(
        "bowl",
        len(scales),
        lambda x: (scales * x**2).sum(axis=-1) / 2,
        lambda x: scales * x,
        lambda x: np.broadcast_to(np.diag(scales), (*x.shape, len(scales))),
    )


def matrix(rows: list[list[Array]]) -> Array:
    """Second derivatives (d, d, *batch) as they are asked for, (*batch, d, d)."""
    return np.moveaxis(np.array(rows), (0, 1), (-2, -1))


THETA_SQUARE = Small("theta_square", 1, lambda x: x[..., 0] ** 2, lambda x: 2 * x)
ABSOLUTE = Small("absolute", 1, lambda x: np.abs(x[..., 0]), lambda x: np.where(x == 0, np.nan, np.sign(x)))
ROSENBROCK = Curved(
    "rosenbrock",
    2,
    lambda p: (1 - p[..., 0]) ** 2 + 100 * (p[..., 1] - p[..., 0] ** 2) ** 2,
    lambda p: np.stack(
        [
            -2 * (1 - p[..., 0]) - 400 * p[..., 0] * (p[..., 1] - p[..., 0] ** 2),
            200 * (p[..., 1] - p[..., 0] ** 2),
        ],
        axis=-1,
    ),
    lambda p: matrix(
        [
            [2 - 400 * (p[..., 1] - 3 * p[..., 0] ** 2), -400 * p[..., 0]],
            [-400 * p[..., 0], np.full(p.shape[:-1], 200.0)],
        ]
    ),
)
QFSP = Curved(
    "qfsp",
    2,
    lambda p: (p**2).sum(axis=-1) + 10 * np.sin(p).prod(axis=-1),
    lambda p: 2 * p + 10 * np.cos(p) * np.sin(p[..., ::-1]),
    lambda p: matrix(
        [
            [2 - 10 * np.sin(p).prod(axis=-1), 10 * np.cos(p).prod(axis=-1)],
            [10 * np.cos(p).prod(axis=-1), 2 - 10 * np.sin(p).prod(axis=-1)],
        ]
    ),
)


@dataclass(frozen=True)
class Line:
    """Least squares over samples, loss (w x + b - y)^2 averaged; the oracle for minibatches."""

    x: Array
    y: Array
    name: str = "line"
    dimension: int = 2

    @property
    def samples(self) -> int:
        return len(self.x)

    def _residual(self, p: Array) -> Array:
        return p[..., :1] * self.x + p[..., 1:] - self.y

    def value(self, p: Array) -> Array:
        return (self._residual(p) ** 2).mean(axis=-1)

    def gradient(self, p: Array) -> Array:
        slope = 2 * self._residual(p)
        return np.stack([(slope * self.x).mean(axis=-1), slope.mean(axis=-1)], axis=-1)

    def minibatch(self, indices: Array) -> "Line":
        return Line(self.x[indices], self.y[indices])
