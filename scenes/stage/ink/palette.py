"""Colours by meaning.

A colour says what a thing is, in every clip: one per optimizer rule, one for the gradient, one for the share
that momentum brings. The rules' hues are those of Okabe and Ito (2008), told apart by colour-blind eyes; the light
theme darkens them until they hold on paper white. Nobody asks for "blue": ask for the meaning.

The theme follows from Manim's background colour, so that `manim -c manim-light.cfg scenes/u_turn.py UTurn` gives the
light one without a setting of our own.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from manim import ManimColor, config

from scenes.stage.ink.colours import DARK, LIGHT, THEMES, Palette, Theme

#: Of Oklab: from linear red, green, blue to the eye's three answers, and from their cube roots to lightness and hues.
CONES = np.array(
    [[0.4122215, 0.5363325, 0.0514460], [0.2119035, 0.6806995, 0.1073970], [0.0883025, 0.2817188, 0.6299787]]
)
OPPONENTS = np.array(
    [[0.2104543, 0.7936178, -0.0040720], [1.9779985, -2.4285922, 0.4505937], [0.0259040, 0.7827718, -0.8086758]]
)
APART = 0.09  # in Oklab: two colours that nobody takes for one another
_together: ContextVar[tuple[str, ...]] = ContextVar("_together", default=())

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


def seen_together(rules: Iterable[str]) -> None:
    """Which rules a scene shows, by their names: from now on those that borrow their colours borrow different ones."""
    _together.set(tuple(rules))


def together() -> tuple[str, ...]:
    """The rules that are seen together, in their order."""
    return _together.get()


def rule_color(rule: str) -> str:
    """The colour of an optimizer rule, by its name in `optimizers.RULES`; a rule without a place here borrows a tint,
    the same each time for the same rules that are seen together.
    """
    colors = palette()
    return _apart(together(), colors is LIGHT).get(rule) or colors.rule(rule)


@lru_cache(maxsize=64)
def _apart(rules: tuple[str, ...], light: bool) -> dict[str, str]:
    """Colours of rules that are seen together: borrowed are tints that are far enough from all that are there."""
    colors = LIGHT if light else DARK
    found = {rule: colors.rules[rule] for rule in rules if rule in colors.rules}
    for rule in rules:
        if rule not in found:
            tints = colors.lent(rule)
            distances = [min((distance(tint, other) for other in found.values()), default=1.0) for tint in tints]
            far = (tint for tint, away in zip(tints, distances, strict=True) if away >= APART)
            found[rule] = next(far, tints[int(np.argmax(distances))])
    return found


def distance(first: str, second: str) -> float:
    """How different two colours look: their distance in Oklab (Ottosson 2020), 0 to about 1."""
    return float(np.linalg.norm(_oklab(first) - _oklab(second)))


@lru_cache(maxsize=256)
def _oklab(color: str) -> npt.NDArray[np.float64]:
    channels = np.asarray(ManimColor(color).to_rgb())
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return np.asarray(OPPONENTS @ np.cbrt(CONES @ linear))


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
