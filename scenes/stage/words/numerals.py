"""Numbers that count without trembling.

Every digit has the same width and the decimal point its place, so a running number changes its digits and nothing else.
The glyphs are typeset once; a new value only lays out copies.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import zip_longest

import numpy as np
import numpy.typing as npt
from manim import RIGHT, VGroup, VMobject, config

from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette
from scenes.stage.words.typesetting import BODY, Words, capital_height

GLYPHS = "0123456789.−+<>"
NARROW, WIDE = 0.55, 1.56  # the room of a point and of a sign, in digits
SLOTS = 12  # the longest number, in glyphs
LARGEST = 10**9  # beyond, a number says only that it is larger


class Numeral(VGroup):
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
        self.add(*(VMobject(fill_color=ink, fill_opacity=1, stroke_width=0) for _ in range(SLOTS)))

    def display(self, value: float) -> Numeral:
        """Show another value; nothing happens if it looks the same."""
        text = written(value, self.spec)
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
        widths = self._advance * rooms(text)
        centers = np.cumsum(widths) - widths / 2 - widths.sum()
        for slot, name, center in zip_longest(self.submobjects, text, centers):
            slot.set_points(np.zeros((0, 3)) if name is None else self._glyphs[name] + self.anchor + center * RIGHT)

    def capital_fraction(self) -> float:
        """Height of its capitals as a fraction of the frame's height."""
        return self.font_size * capital_height() / config.frame_height


def written(value: float, spec: str) -> str:
    """A number as it is shown: in a format, or as larger than what has room; a dash for what is no number."""
    if math.isnan(value):
        return "−"
    if abs(value) >= LARGEST:
        return f">{LARGEST - 1}" if value > 0 else f"<−{LARGEST - 1}"
    return format(int(value) if spec.endswith("d") else value, spec).replace("-", "−")


def running_spec(values: Iterable[float], significant: int = 6) -> str:
    """A format for a number that runs through values: so many digits, those before the point among them."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    whole = len(str(int(largest)))
    return f".{min(max(0, significant - whole), 5)}f"


def widest_of(values: Iterable[float], spec: str) -> float:
    """The value that takes the most room in a format."""
    numbers = (float(value) for value in values if math.isfinite(value))
    return max(numbers, key=lambda value: float(rooms(written(value, spec)).sum()), default=0.0)


def rooms(text: str) -> Array:
    """How much room each glyph of a number takes, in digits.

    >>> rooms("−0.5").tolist()
    [1.56, 1.0, 0.55, 1.0]
    """
    return np.array([1.0 if glyph.isdigit() else NARROW if glyph == "." else WIDE for glyph in text])


def _glyphs(size: float) -> tuple[dict[str, Array], float]:
    """The outline of each glyph, centred over the origin of a baseline, and the advance of a digit."""
    line = Words("$0123456789.- +<>$", size)
    glyphs = dict(zip(GLYPHS, line.submobjects, strict=True))
    advance = (glyphs["8"].get_center()[0] - glyphs["0"].get_center()[0]) / 8
    baseline = glyphs["1"].get_bottom()[1]
    return {name: glyph.points - [glyph.get_center()[0], baseline, 0.0] for name, glyph in glyphs.items()}, advance
