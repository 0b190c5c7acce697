"""Colours by meaning.

A colour says what a thing is, in every clip: one per optimizer rule, one for the gradient, one for the share
that momentum brings. The rules' hues are those of Okabe and Ito (2008), told apart by colour-blind eyes; the light
theme darkens them until they hold on paper white. Nobody asks for "blue": ask for the meaning.

The theme follows from Manim's background colour, so that `manim -c manim-light.cfg scenes/u_turn.py UTurn` gives the
light one without a setting of our own.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from manim import ManimColor, config

from scenes.stage.ink.colours import DARK, LIGHT, THEMES, Palette, Theme

__all__ = ["DARK", "LIGHT", "THEMES", "Palette", "Theme"]


def luminance(color: str) -> float:
    """Relative luminance of an sRGB colour, 0 (black) to 1 (white) (WCAG 2.2, definition)."""
    channels = np.asarray(ManimColor(color).to_rgb())
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition)."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def palette() -> Palette:
    """The palette of the theme in force: light where Manim's background is bright."""
    bright = luminance(ManimColor(config.background_color).to_hex()) > 0.5
    return LIGHT if bright else DARK


def rule_color(rule: str) -> str:
    """The colour of an optimizer rule, by its name in `optimizers.RULES`; a rule without a place here gets another's
    tint, the same each time.
    """
    return palette().rule(rule)


@lru_cache(maxsize=256)
def ramp(colors: tuple[str, ...], count: int) -> tuple[str, ...]:
    """`count` colours on the way through some, in even steps."""
    anchors = np.array([ManimColor(color).to_rgb() for color in colors])
    places = np.linspace(0, len(anchors) - 1, count)
    mixed = np.stack([np.interp(places, range(len(anchors)), channel) for channel in anchors.T], axis=-1)
    return tuple(ManimColor(tuple(rgb)).to_hex() for rgb in mixed)


def map_colors(count: int) -> tuple[str, ...]:
    """`count` colours for the bands of a contour map, lowest first, even steps of the theme's ramp."""
    return ramp(palette().map, count)


def srgb_lightness(color: str) -> float:
    """CIE lightness L* of a colour, 0 to 100: what the eye takes as even steps."""
    y = luminance(color)
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def map_lightness(colors: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """L* of each colour, to check that a map's ramp is perceptually even."""
    return np.array([srgb_lightness(color) for color in colors])
