"""An objective, turned in the plane: the same ground, and other coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from objectives import AnyObjective, Differentiable
from objectives.numeric import BOTH
from objectives.objective import Point, View
from scenes.stage.ink.drawing import Array


@dataclass(frozen=True, eq=False)
class Turned(Differentiable):
    """`inner` of two variables, turned by `angle` radians against the clock round `middle` (2,)."""

    inner: AnyObjective
    angle: float
    middle: Array

    @property
    def matrix(self) -> Array:
        """Turns a way (2,) as the ground is turned."""
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        return np.array([[cos, -sin], [sin, cos]])

    def moved(self, points: Any) -> Array:
        """Where points (..., 2) of the ground are after the turn."""
        return np.asarray(self.middle + (np.asarray(points, dtype=float) - self.middle) @ self.matrix.T)

    def _evaluate(self, order: int, columns: Array) -> Array:
        """Of the inner one at the place that was turned here; derivatives turn with the ground."""
        middle, turn = self.middle.reshape(2, *[1] * (columns.ndim - 1)), self.matrix
        before = np.tensordot(turn.T, columns - middle, 1) + middle
        found = self.inner._evaluate(order, before)
        if order == 0:
            return found
        if order == BOTH:
            return np.concatenate([found[:1], np.tensordot(turn, found[1:], 1)])
        if order == 1:
            return np.asarray(np.tensordot(turn, found, 1))
        bent = found.reshape(2, 2, *columns.shape[1:])
        return np.asarray(np.einsum("ai,ij...,bj->ab...", turn, bent, turn).reshape(found.shape))

    @property
    def formula(self) -> sympy.Expr:
        return self.inner.formula

    @property
    def name(self) -> str:  # type: ignore[override]
        return self.inner.name

    @property
    def title(self) -> str:  # type: ignore[override]
        return self.inner.title

    @property
    def variables(self) -> tuple[sympy.Symbol, ...]:  # type: ignore[override]
        return self.inner.variables

    @property
    def view(self) -> View:  # type: ignore[override]
        return self.inner.view

    @property
    def minima(self) -> tuple[Point, ...]:  # type: ignore[override]
        return tuple(tuple(map(float, self.moved(place))) for place in self.inner.minima)

    @property
    def start(self) -> Point:  # type: ignore[override]
        return tuple(map(float, self.moved(self.inner.start)))

    @property
    def source(self) -> str:  # type: ignore[override]
        return self.inner.source
