"""A lens beside what is too short to be seen: one arrow, so many times as long, and where on the map it is from.

The map keeps its scale; what is larger stands in a disc of its own, with the number that says how much larger.
"""

from __future__ import annotations

import numpy as np
from manim import DOWN, VGroup

from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.drawing import Array, disc_points, discs, polyline_points, stroke
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.typesetting import SMALL, Words

RADIUS, SPOT, DOT, APART = 1.0, 0.2, 0.08, 0.2  # of the lens, of what it looks at, of its middle; from the map's rim
FILLS = 0.85  # of the radius: the longest arrow


class Lens(VGroup):
    """In the corner of a box that is farthest from some points; `look_at(tail, tip)` shows a move there."""

    def __init__(
        self, area: Box, points: Array, longest: float, color: str, drawn: float = 1.0, name: str = ""
    ) -> None:
        """`points` (n, 3) are to stay clear, `longest` is the longest move that will be shown; `drawn` is how many
        times as long the moves are already, which counts in the number; `name` is markup that says what they are."""
        super().__init__()
        self.set_z_index(3)
        self.times = max(1, int(FILLS * RADIUS / longest)) if longest > 0 else 1
        self.middle = _corner(area.inset(*[RADIUS + APART] * 4), points)
        ground = discs(self.middle[None], RADIUS, fill_color=palette().ground, fill_opacity=1, stroke_width=0)
        rim = discs(self.middle[None], RADIUS, stroke_color=palette().ink, stroke_width=3)
        self.spot, self.tie = (stroke(stroke_color=palette().ink, stroke_width=2.5) for _ in range(2))
        dot = discs(self.middle[None], DOT, fill_color=palette().ink, fill_opacity=1, stroke_width=0)
        self.arrow = Arrows(color)
        self.words = Words(
            f"{name} $times {in_math(figure(self.times * drawn, 2))}$".strip(), SMALL, palette().ink, on_picture=True
        )
        self.words.move_to(self.middle + (0.38 if name else 0.68) * RADIUS * DOWN)  # within the rim, wide as they are
        self.moving = VGroup(self.spot, self.tie, self.arrow)
        self.add(ground, rim, self.words, dot, self.moving)

    def look_at(self, tail: Array, tip: Array) -> Lens:
        """A move from where the lens looks."""
        way = self.middle - tail
        apart = float(np.linalg.norm(way))
        ahead = way / (apart or 1.0)
        self.spot.set_points(disc_points(tail[None], SPOT))
        ends = np.array([tail + SPOT * ahead, self.middle - RADIUS * ahead])
        self.tie.set_points(polyline_points(ends) if apart > RADIUS + SPOT else np.zeros((0, 3)))
        self.arrow.point(self.middle, self.middle + self.times * (tip - tail))
        return self


def _corner(box: Box, points: Array) -> Array:
    """The corner of a box (3,) whose nearest point is farthest."""
    corners = np.array([[x, y, 0.0] for x in (box.left, box.right) for y in (box.bottom, box.top)])
    known = points[np.isfinite(points).all(axis=1)]
    nearest = np.linalg.norm(corners[:, None] - known[None], axis=-1).min(axis=1, initial=np.inf)
    return np.asarray(corners[int(np.argmax(nearest))])


def furthest(moves: Array) -> float:
    """The length of the longest of moves (n, 3), 0 where there is none."""
    return float(np.max(np.linalg.norm(np.nan_to_num(moves, posinf=0.0, neginf=0.0), axis=1), initial=0.0))
