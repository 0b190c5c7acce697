"""Signs that a formula's line ends in: whoever reads the line takes it for the end, and the rest for something else.

It is seen in the picture, whoever has broken the lines: of two lines the upper one ends in a glyph that is the outline
of a sign.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from manim import Typst, VMobject

from scenes.stage.ink.layout import Box, box_of
from scenes.stage.words.typesetting import Words

SIGNS = ("+", "-", "=", "times", "dot", "plus.minus", "<", ">")
LINE = 0.6  # of the height of a capital: lines are further apart, from where one ends to where the other begins
ALIKE = 0.02  # of their size: two outlines are of one glyph


def dangling(text: Typst) -> bool:
    """Whether a line of it, but for the last, ends in a sign."""
    boxes = [box_of(glyph) for glyph in text.submobjects if len(glyph.points)]
    glyphs = [glyph for glyph in text.submobjects if len(glyph.points)]
    capital = text.font_size * _capital()
    return any(
        _is_last(box, boxes, capital) and _has_below(box, boxes, capital) and _is_sign(glyph)
        for glyph, box in zip(glyphs, boxes, strict=True)
    )


def _is_last(box: Box, boxes: list[Box], capital: float) -> bool:
    """Whether nothing stands to the right of it, at its height."""
    middle = box.center[1]
    band = [other for other in boxes if other.bottom < middle + capital / 2 and other.top > middle - capital / 2]
    return all(other.right <= box.right + 1e-6 for other in band)


def _has_below(box: Box, boxes: list[Box], capital: float) -> bool:
    return any(other.top < box.center[1] - LINE * capital for other in boxes)


def _is_sign(glyph: VMobject) -> bool:
    own = _shape(glyph)
    return any(len(own) == len(sign) and np.abs(own - sign).max() < ALIKE for sign in _signs())


@cache
def _signs() -> list[np.ndarray]:
    return [_shape(Words(f"${sign}$").submobjects[0]) for sign in SIGNS]


@cache
def _capital() -> float:
    return Words("H", 48.0).height / 48.0


def _shape(glyph: VMobject) -> np.ndarray:
    """Its outline, wherever it stands and however large it is."""
    points = glyph.points[:, :2] - glyph.points[:, :2].mean(axis=0)
    return np.asarray(points / np.abs(points).max())
