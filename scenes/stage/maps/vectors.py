"""Vectors on a map: they grow, travel and join, head to tail, as functions of one clock.

An arrow that would leave the map is not drawn: it would say something about the frame, not about the run.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from manim import Animation

from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.drawing import Array, inside
from scenes.stage.ink.layout import Box


class Vector(Arrows):
    """One arrow in data coordinates of a map; `display(share)` draws it on its way from one place to another."""

    def __init__(self, color: str, area: Box, tail: npt.ArrayLike, tip: npt.ArrayLike) -> None:
        """`tail` and `tip` are screen points (3,)."""
        super().__init__(color)
        self.area = area
        self.here = np.array([tail, tip], dtype=float)
        self.there = self.here
        self.display(0.0)

    def bound_for(self, tail: npt.ArrayLike, tip: npt.ArrayLike) -> Vector:
        """Where it goes next."""
        self.here, self.there = self.at(1.0), np.array([tail, tip], dtype=float)
        return self

    def at(self, share: float) -> Array:
        """Tail and tip (2, 3) at a share of the way."""
        return np.asarray(self.here + share * (self.there - self.here))

    def display(self, share: float) -> Vector:
        ends = self.at(share)
        seen = bool(np.isfinite(ends).all() and inside(ends, self.area).all())
        return self.point(*ends) if seen else self.point(ends[0], ends[0])  # type: ignore[return-value]


def on_the_way(vector: Vector, tail: npt.ArrayLike, tip: npt.ArrayLike) -> Animation:
    """An animation that takes a vector to a new place."""
    return _Way(vector.bound_for(tail, tip))


class _Way(Animation):
    def __init__(self, vector: Vector) -> None:
        self.vector = vector
        super().__init__(vector)

    def interpolate_mobject(self, alpha: float) -> None:
        self.vector.display(self.rate_func(alpha))


def angle_between(first: Array, second: Array) -> float:
    """Degrees between two ways (2,); 0 where one of them is none."""
    sizes = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.degrees(np.arccos(np.clip(first @ second / sizes, -1, 1)))) if sizes else 0.0
