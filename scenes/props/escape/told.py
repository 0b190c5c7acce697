"""What is said under a small map: the coefficient of its run, and where that ends.

Both stand on one line, if they fit there under every map, else on two; where a value fits on neither, none is
shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from manim import UP
from manim.typing import Vector3D

from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.typesetting import SMALL, Words

DIGITS, APART = 3, 0.15  # of the values; from the coefficient, at least


@dataclass(frozen=True)
class Told:
    """The words, a pair a map, and on how many lines they stand."""

    names: list[Words]
    ends: list[Words]
    lines: int

    def placed(self, words: Sequence[Words], boxes: Sequence[Box], side: Vector3D) -> list[Words]:
        """Some of the words in boxes: in the middle of a line of their own, or at their side of the one they share."""
        alone = self.lines > 1 or not self.ends
        along = side * UP if alone else side * (1.0, 0.0, 0.0)
        return [layout.place(line, box, np.asarray(along)) for line, box in zip(words, boxes, strict=False)]


def told_under(names: Sequence[str], values: Sequence[float], height: str, width: float) -> Told:
    """Coefficients as markup and last values of runs, for maps of some width; `height` names the values."""
    first = [Words(name, SMALL) for name in names]
    ends = [Words(f"${height} = {in_math(figure(value, DIGITS))}$", SMALL) for value in values]
    widest = max((end.width for end in ends), default=0.0)
    if max(name.width for name in first) + APART + widest <= width:
        return Told(first, ends, 1)
    return Told(first, ends, 2) if widest <= width else Told(first, [], 1)
