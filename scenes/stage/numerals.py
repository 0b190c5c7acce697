"""Numbers that count without trembling.

Every digit has the same width and the decimal point its place, so a running number changes its digits and nothing else. The
glyphs are typeset once; a new value only lays out copies.
"""

from __future__ import annotations

import numpy as np
from manim import LEFT, RIGHT, VGroup, VMobject, config
from manim.typing import Point3D

from scenes.stage.palette import palette
from scenes.stage.typesetting import BODY, Words, capital_height

GLYPHS = "0123456789.−+"


class Numeral(VGroup):
    """A number in a fixed format, anchored at its right (or left) end, on a baseline."""

    def __init__(
        self, anchor: Point3D, spec: str = "d", size: float = BODY, color: str | None = None, side: Point3D = RIGHT
    ) -> None:
        """`anchor` is the end of the baseline at `side`; `spec` a format specification such as `.5f` or `d`."""
        super().__init__()
        self.font_size, self.spec, self.side = size, spec, side
        self._anchor = np.array(anchor, dtype=float)
        self._color = color or palette().ink
        self._glyphs, self._advance, self._baseline = _glyphs(size)
        self.shown = ""

    def show(self, value: float) -> Numeral:
        """Show another value; nothing happens if it looks the same."""
        text = format(int(value) if self.spec.endswith("d") else value, self.spec).replace("-", "−")
        if text != self.shown:
            self.shown = text
            self.set_submobjects(self._laid_out(text))
        return self

    def seat(self, anchor: Point3D) -> Numeral:
        """Move the end of the baseline."""
        self.shift(np.array(anchor) - self._anchor)
        self._anchor = np.array(anchor, dtype=float)
        return self

    def _laid_out(self, text: str) -> list[VMobject]:
        widths = [self._advance * (0.55 if glyph == "." else 1.0) for glyph in text]
        starts = np.concatenate([[0.0], np.cumsum(widths)])
        left = self._anchor[0] - (starts[-1] if self.side is RIGHT else 0.0)
        return [self._glyph(g, left + s + w / 2) for g, s, w in zip(text, starts[:-1], widths, strict=True)]

    def _glyph(self, name: str, center: float) -> VMobject:
        glyph = self._glyphs[name].copy().set_color(self._color)
        return glyph.move_to([center, self._anchor[1] + glyph.get_center()[1] - self._baseline, 0.0])

    def capital_fraction(self) -> float:
        """Height of its capitals as a fraction of the frame's height."""
        return self.font_size * capital_height() / config.frame_height


def _glyphs(size: float) -> tuple[dict[str, VMobject], float, float]:
    """Each glyph where it stands on one line, the advance of a digit, and the line's baseline."""
    line = Words("$0123456789.- +$", size)
    glyphs = dict(zip(GLYPHS, line.submobjects, strict=True))
    advance = (glyphs["8"].get_center()[0] - glyphs["0"].get_center()[0]) / 8
    return glyphs, advance, float(glyphs["1"].get_bottom()[1])


def left_numeral(anchor: Point3D, spec: str, size: float = BODY, color: str | None = None) -> Numeral:
    """A number that grows to the right from its anchor."""
    return Numeral(anchor, spec, size, color, LEFT)
