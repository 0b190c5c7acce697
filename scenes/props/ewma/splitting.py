"""The whole weight, 1, cut into those of the values: with each line the share of the past is cut in two again.

So one sees that nothing gets lost: the weights add up to 1 in every line.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import DOWN, LEFT, UP, VGroup, VMobject

from scenes.props.ewma.averaged import beta
from scenes.stage.ink.drawing import outline_of, polyline_points, stroke
from scenes.stage.ink.layout import Box, place
from scenes.stage.ink.palette import palette
from scenes.stage.words.figures import typed
from scenes.stage.words.typesetting import BODY, SMALL, Words, quiet

HEAD, HIGHEST = 0.45, 7.5  # height of the line above; of the bar with it, at most
PAD = 0.07  # between words and the edges of their piece
PALE = 0.3  # opacity of a piece


class Splitting(VGroup):
    """A bar of width 1 in pieces as wide as they count; `display(line)` cuts it up to a line, which may be fractional.

    The k-th piece from the right is the value k steps back, what is left of the bar the average before it. `tops` says
    how high it reaches with each line: on the first half of the way to a line it makes room, on the second it is cut.
    """

    def __init__(self, box: Box, share: float, depth: int, tops: Sequence[float]) -> None:
        self.share, self.box, self.lines, self.middle = share, box, depth, float(box.center[1])
        self.tops = [min(top, box.bottom + HIGHEST) - HEAD for top in tops]
        colors = [palette().gradient, *[palette().share] * (depth - 1)]
        self.pieces = VGroup(*(_piece(color) for color in [*colors, palette().share]))
        self.names = VGroup(*(self._name(f"x_({_back(k)})", k, k + 1, colors[k]) for k in range(depth)))
        olds = (self._name(f'"average"_({_back(k)})', k, None, palette().share) for k in range(1, depth + 1))
        self.olds = VGroup(*olds)
        self.head = place(quiet(f"what each counts, for ${beta()} = {typed(share)}$"), box, LEFT)
        self.moving = VGroup(self.pieces, self.names, self.olds, self.head)
        super().__init__(self.moving)
        self.display(1.0)

    def display(self, step: float) -> Splitting:
        done, share = divmod(step, 1.0)
        top = float(np.interp(done + min(1.0, 2 * share), np.arange(1, len(self.tops) + 1), self.tops))
        step = min(done + max(0.0, 2 * share - 1), self.lines)
        right = [self._x(min(k, step)) for k in range(len(self.names) + 1)]
        left = [self._x(min(k + 1.0, step)) for k in range(len(self.names))]
        for piece, start, end in zip(self.pieces, [*left, self.box.left], [*right[:-1], self._x(step)], strict=True):
            shown = Box(start, self.box.bottom, end, top)
            piece.set_points(polyline_points(outline_of(shown)) if end > start else np.zeros((0, 3)))
        for k, name in enumerate(self.names):
            name.set_opacity(float(step >= k + 1))
        for k, name in enumerate(self.olds, start=1):
            name.set_opacity(float(step == k))
        VGroup(*self.names, *self.olds).shift(((self.box.bottom + top) / 2 - self.middle) * UP)
        self.middle = (self.box.bottom + top) / 2
        self.head.shift((top + HEAD - self.head.get_top()[1]) * UP)
        return self

    @property
    def top(self) -> float:
        """How high it reaches now."""
        return 2 * self.middle - self.box.bottom

    def _x(self, power: float) -> float:
        """Where the bar is cut: as far as `share` to a power, from the left."""
        return float(self.box.left + self.share**power * self.box.width)

    def _name(self, name: str, start: int, end: int | None, color: str) -> VGroup:
        """What a piece is, and how much it counts, in the middle of it, as far as it has room for that."""
        left = self.box.left if end is None else self._x(end)
        room, weight = self._x(start) - left, self.share**start * (1.0 if end is None else 1 - self.share)
        wordings = [f"${name}$", *["rest"] * (end is None)]
        sizes = (Words(words, size, color) for words in wordings for size in (BODY, SMALL))
        fitting = [line for line in sizes if line.width + 2 * PAD <= room][:1]
        counts = Words(f"${typed(weight, 3)}$", SMALL, palette().ink)
        fitting += [counts] * (counts.width + 2 * PAD <= room)
        shown = VGroup(*fitting).arrange(DOWN, buff=0.2)
        return shown.move_to((left + room / 2, self.box.center[1], 0.0))


def _back(steps: int) -> str:
    return f"t-{steps}" if steps else "t"


def _piece(color: str) -> VMobject:
    return stroke(stroke_color=color, stroke_width=3, fill_color=color, fill_opacity=PALE)
