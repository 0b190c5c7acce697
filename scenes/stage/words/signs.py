"""Words that are put somewhere anew in every frame: numbers round a plate, while a camera goes round it.

Their glyphs are one outline, measured once: to stand somewhere is one addition, and what is not seen is not moved.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box
from scenes.stage.words.typesetting import SMALL, Words


class Sign(Words):
    """A word in small type, unseen at first; `put` says where its middle is, and how much of it is seen."""

    def __init__(self, markup: str, color: str) -> None:
        super().__init__(markup, SMALL, color)
        self.half: Array = np.array([self.width, self.height]) / 2
        glyphs = self.family_members_with_points()
        self._outline = np.concatenate([glyph.points for glyph in glyphs]) - self.get_center()
        self._glyph = glyphs[0].set_points(self._outline)
        self.submobjects = [self._glyph]
        self.set_opacity(0.0)

    def put(self, middle: Array, opacity: float) -> None:
        """Stand with the middle (2,) there; `opacity` from 0 to 1."""
        if opacity > 0:
            self._glyph.points = self._outline + np.append(middle[:2], 0.0)
        if self._glyph.fill_rgbas[0, 3] != opacity:
            self.set_opacity(opacity)


def within(box: Box, middles: Array, halves: Array, slack: float = 0.02) -> npt.NDArray[np.bool_]:
    """Which rectangles, by their middles and half sizes (n, 2), lie in a box, but for `slack`."""
    low, high = np.array([box.left, box.bottom]) - slack, np.array([box.right, box.top]) + slack
    return np.asarray(((middles - halves >= low) & (middles + halves <= high)).all(axis=1))


def corners_of(seen: Array, middles: Array, halves: Array, shares: Array | float) -> Array:
    """Corners (2 n, 2) of words by middles and half sizes (n, 2); of faint ones, nearer to their places."""
    sides = np.array([[[-1, -1]], [[1, 1]]])
    return np.asarray(seen + shares * (middles + sides * halves - seen)).reshape(-1, 2)
