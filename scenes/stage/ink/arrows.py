"""Flat arrows, many in one mobject: vectors on a map.

A short vector is a small arrow, not a thin head without a shaft: the whole arrow shrinks when its head has no room.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from manim import VMobject

from scenes.stage.ink.drawing import Array, polyline_points
from scenes.stage.ink.palette import palette

SHAFT, HEAD = 0.075, 0.3  # width of the shaft, length of the head
SPREAD = 0.4  # half the head's width, of its length
SHARE = 0.45  # of the arrow, its head at most


def arrow_points(tails: npt.ArrayLike, tips: npt.ArrayLike, shaft: float = SHAFT, head: float = HEAD) -> Array:
    """The Béziers of arrows from tails to tips, both (n, 3): shape (28 n, 3); what is not finite is not drawn."""
    tail, tip = (np.atleast_2d(np.asarray(ends, dtype=float)) for ends in (tails, tips))
    with np.errstate(all="ignore"):
        length = np.linalg.norm(tip - tail, axis=-1)
    drawn = np.isfinite(length) & (length > 1e-6)
    tail, tip, length = tail[drawn], tip[drawn], length[drawn]
    if not len(length):
        return np.zeros((0, 3))
    scale = np.minimum(1.0, SHARE * length / head)[:, None]
    along = (tip - tail) / length[:, None]
    aside = np.stack([-along[:, 1], along[:, 0], np.zeros(len(along))], axis=-1)
    neck, half, wing = tip - head * scale * along, shaft / 2 * scale * aside, SPREAD * head * scale * aside
    ring = np.stack([tail + half, neck + half, neck + wing, tip, neck - wing, neck - half, tail - half, tail + half], 1)
    return np.concatenate([polyline_points(corners) for corners in ring])


class Arrows(VMobject):
    """Arrows of one colour; `point(tails, tips)` draws them anew. An outline sets them off from a map."""

    def __init__(self, color: str, shaft: float = SHAFT, head: float = HEAD, **style: Any) -> None:
        outline = {"stroke_color": palette().outline, "stroke_width": 2.5, "background_stroke_width": 0}
        super().__init__(fill_color=color, fill_opacity=1, **{**outline, **style})
        self.shaft, self.head = shaft, head

    def point(self, tails: npt.ArrayLike, tips: npt.ArrayLike) -> Arrows:
        """From tails to tips, (n, 3) or (3,)."""
        self.set_points(arrow_points(tails, tips, self.shaft, self.head))
        return self


class Shaft(Arrows):
    """One arrow that grows; `display(share)` draws so much of its length."""

    def __init__(self, color: str, tail: Array, way: Array, shaft: float = SHAFT) -> None:
        """From a point of the screen (3,), along a way on it (3,)."""
        super().__init__(color, shaft=shaft)
        self.tail, self.way = tail, way
        self.display(0.0)

    def display(self, share: float) -> Shaft:
        self.point(self.tail, self.tail + share * self.way)
        return self
