"""Numbers that count without trembling.

Every digit has the same width and the decimal point its place, so a running number changes its digits and nothing else.
The glyphs are typeset once; a new value only lays out copies. What is shown of a value `figures` says: also a power of
ten, or a word where there is no number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from itertools import zip_longest

import numpy as np
import numpy.typing as npt
from manim import RIGHT, VGroup, config

from scenes.stage.ink.drawing import Array, shape
from scenes.stage.ink.flat import Flat
from scenes.stage.ink.palette import palette
from scenes.stage.words.figures import DIVERGES, written
from scenes.stage.words.typesetting import BODY, Words, capital_height

GLYPHS, RAISED = "0123456789.−+·>", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
ROOMS = {".": 0.55, "−": 1.56, "+": 1.56, "·": 0.8, ">": 2.3, "⁻": 1.15} | dict.fromkeys(RAISED[:-1], 0.74)  # in digits
LOWER = 0.14  # of a digit's height: so much lower than in a formula, a power keeps to its line
LETTER = 0.9  # the same, of a letter, in the mean
SLOTS = 14  # the longest number, in glyphs


class Numeral(Flat, VGroup):
    """A number in a fixed format, anchored at its right end, on a baseline.

    Its glyphs sit in slots that stay the same mobjects: Manim lists what moves before a play, and would go on drawing
    glyphs that were exchanged during it.
    """

    def __init__(
        self,
        anchor: npt.ArrayLike,
        spec: str = "d",
        size: float = BODY,
        color: str | None = None,
    ) -> None:
        """`anchor` is the right end of the baseline; `spec` a format specification such as `.5f` or `d`."""
        super().__init__()
        self.font_size, self.spec = size, spec
        self.anchor = np.array(anchor, dtype=float)
        self.shown = ""
        self._glyphs, self._advance = _glyphs(size)
        ink = color or palette().ink
        self.add(*(shape(fill_color=ink, fill_opacity=1, stroke_width=0) for _ in range(SLOTS)))

    def display(self, value: float, sign: str = "") -> Numeral:
        """Show another value, with a sign before it; nothing happens if it looks the same."""
        text = sign + written(value, self.spec)
        if text != self.shown:
            self.shown = text
            self._lay_out(text)
        return self

    def seat(self, anchor: npt.ArrayLike) -> Numeral:
        """Move the end of the baseline."""
        self.anchor = np.array(anchor, dtype=float)
        self._lay_out(self.shown)
        return self

    def _lay_out(self, text: str) -> None:
        outlines = _spelled(text, self.font_size) if text == DIVERGES else self._digits(text)
        for slot, outline in zip_longest(self.submobjects, outlines):
            slot.set_points(np.zeros((0, 3)) if outline is None else outline + self.anchor)

    def _digits(self, text: str) -> list[Array]:
        """The outlines of a number, its right end at the origin."""
        widths = self._advance * rooms(text)
        centers = np.cumsum(widths) - widths / 2 - widths.sum()
        return [self._glyphs[name] + center * RIGHT for name, center in zip(text, centers, strict=True)]

    @property
    def room(self) -> float:
        """The width that is kept for what it shows, with the air beside its first and last glyph."""
        return float(self._advance * rooms(self.shown).sum())

    def capital_fraction(self) -> float:
        """Height of its capitals as a fraction of the frame's shorter side."""
        return self.font_size * capital_height() / min(config.frame_width, config.frame_height)


def widest_of(values: Iterable[float], spec: str) -> float:
    """The value that takes the most room in a format."""
    numbers = (float(value) for value in values if not math.isnan(value))
    return max(numbers, key=lambda value: float(rooms(written(value, spec)).sum()), default=0.0)


def rooms(text: str) -> Array:
    """How much room each glyph of a number takes, in digits; of a word, in the mean.

    >>> rooms("−0.5").tolist()
    [1.56, 1.0, 0.55, 1.0]
    """
    return np.array([1.0 if glyph in "0123456789" else ROOMS.get(glyph, LETTER) for glyph in text])


@cache
def _glyphs(size: float) -> tuple[dict[str, Array], float]:
    """The outline of each glyph, centred over the origin of a baseline, and the advance of a digit."""
    line, raised = Words("$0123456789.- + dot >$", size), Words("$1^(0123456789-)$", size)
    found = dict(zip(GLYPHS, line.submobjects, strict=True))
    advance = (found["8"].get_center()[0] - found["0"].get_center()[0]) / 8
    baseline, foot = found["1"].get_bottom()[1], raised.submobjects[0].get_bottom()[1]
    outlines = {name: glyph.points - [glyph.get_center()[0], baseline, 0.0] for name, glyph in found.items()}
    foot += LOWER * found["1"].height
    for name, glyph in zip(RAISED, raised.submobjects[1:], strict=True):
        outlines[name] = glyph.points - [glyph.get_center()[0], foot, 0.0]
    return outlines, advance


@cache
def _spelled(word: str, size: float) -> list[Array]:
    """The outlines of a word's letters on a baseline, their right end at the origin; the first has no descender."""
    line = Words(word, size)
    corner = [line.get_right()[0], line.submobjects[0].get_bottom()[1], 0.0]
    return [letter.points - corner for letter in line.submobjects]
