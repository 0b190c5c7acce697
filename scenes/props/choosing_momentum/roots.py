"""The two roots that every step multiplies by, as points of the complex plane, while the momentum grows.

With little momentum both are real, and come towards each other; where they meet lies the critical momentum. With more
they leave the axis, one up and one down: what is multiplied by them turns, and that is a swing. Inside the circle of
radius 1 all of it dies out.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from manim import UP, VGroup, VMobject

from scenes.stage.ink.drawing import Array, dashed, disc_points, discs, polyline_points
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import Panel
from scenes.stage.words.cards import Counter
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import SMALL, Words

REACH, DOT = 1.12, 0.14  # of both axes; radius of a root
HEAD = 0.5  # height of the counter
TRACE = 241  # momenta at which the way of the roots is drawn


def roots(momentum: float, size: float) -> Array:
    """Of r^2 - (1 + gamma - a) r + gamma, with a the learning rate times the curvature: (2,) complex."""
    half = (1 + momentum - size) / 2
    apart = np.sqrt(complex(half * half - momentum))
    return np.array([half + apart, half - apart])


class RootsPlane(Panel):
    """The plane with the circle of radius 1; `display(momentum)` shows both roots, and their way from momentum 0."""

    def __init__(self, box: Box, size: float, calm: str, swings: str) -> None:
        """`size` is the learning rate times the curvature; the colours are those of roots on the axis and off it."""
        head, rest = box.top_slice(HEAD, gap=0.0)
        side = min(rest.width, rest.height)
        x, y = rest.center[:2]
        square = Box(float(x - side / 2), float(y - side / 2), float(x + side / 2), float(y + side / 2))
        super().__init__(square, (-REACH, REACH), (-REACH, REACH), ("real", "imaginary"), framed=True)
        self.size, self.calm, self.swings = size, calm, swings
        radius = float(self.to_screen(1.0, 0.0)[0] - self.to_screen(0.0, 0.0)[0])
        rim = discs(self.to_screen([0.0], [0.0]), radius, stroke_color=palette().rule_line, stroke_width=3)
        axis = dashed(self.to_screen([-REACH, REACH], 0.0), stroke_color=palette().rule_line, stroke_width=2)
        corner = Box(self.area.right - 1.6, head.bottom, head.right, head.top)
        self.counter = Counter(corner, f"${notation().momentum} =$", ".2f", widest=0.88)
        self.ways = VMobject(stroke_width=5, stroke_opacity=0.55, fill_opacity=0)
        self.dots = VMobject(fill_opacity=1, stroke_color=palette().outline, stroke_width=3)
        self.moving = VGroup(self.ways, self.dots, self.counter.number)
        self.counter.remove(self.counter.number)
        self.add(rim, axis, self.counter, self.moving)
        self.display(0.0)

    def display(self, momentum: float) -> RootsPlane:
        found = roots(momentum, self.size)
        color = self.swings if abs(found[0].imag) > 0 else self.calm
        self.dots.set_points(disc_points(self._at(found), DOT)).set_fill(color, 1)
        before = self._before[: 1 + int(np.searchsorted(self._momenta, momentum))]
        ways = [polyline_points(self._at(np.append(way, end))) for way, end in zip(before.T, found, strict=True)]
        self.ways.set_points(np.concatenate(ways)).set_stroke(color)
        self.counter.number.display(momentum)
        return self

    @cached_property
    def _momenta(self) -> Array:
        return np.linspace(0.0, 1.0, TRACE)

    @cached_property
    def _before(self) -> Array:
        """The roots (TRACE, 2) at these momenta."""
        return np.array([roots(float(momentum), self.size) for momentum in self._momenta])

    def _at(self, values: Array) -> Array:
        return self.to_screen(np.real(values), np.imag(values))

    def word(self, markup: str, momentum: float, color: str) -> Words:
        """Words over the upper of the roots at a momentum."""
        place = self._at(roots(momentum, self.size))[0]
        words = Words(markup, SMALL, color, on_picture=True).next_to(place, UP, buff=0.25)
        return words.shift((min(0.0, self.area.right - 0.1 - words.get_right()[0]), 0, 0))
