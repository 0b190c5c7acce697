"""What a picture of a terrain depends on, as plain records.

A shot says everything: where the camera stands, how far the ground has risen, what lies on it. Equal shots are equal
pictures, so a drawn one is kept until the next differs; and whoever draws, with OpenGL or without, reads only this.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import product
from typing import Any, Self

import numpy as np
from manim import ManimColor

from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import luminance, map_colors, palette
from scenes.stage.ink.raster import PixelBox
from scenes.stage.terrain.orbit import View

Color = tuple[float, float, float]
ANCHORS = 7  # colours of the ramp, between which it is straight
PLATE = 0.25  # how far the plate reaches beyond the ground
EVERY = (-1e9, 1e9)  # all steps


def rgb(color: str) -> Color:
    """A colour as three numbers from 0 to 1."""
    red, green, blue = ManimColor(color).to_rgb()
    return float(red), float(green), float(blue)


@dataclass(frozen=True)
class Look:
    """Colours and light of the theme in force; `ramp` from low to high, `light` where it comes from."""

    ramp: tuple[Color, ...]
    line: Color
    line_opacity: float
    edge: Color
    edge_opacity: float
    plate: Color
    rule: Color
    outline: Color
    light: tuple[float, float, float]
    darkest: float
    brightest: float
    gleam: float


def look() -> Look:
    """The look of a terrain in the theme in force."""
    p = palette()
    bright = luminance(p.ground) > 0.5
    return Look(
        ramp=tuple(rgb(color) for color in map_colors(ANCHORS)),
        line=rgb(p.map_line),
        line_opacity=0.45,
        edge=rgb(p.map_line),
        edge_opacity=0.7 if bright else 0.55,
        plate=rgb(p.card),
        rule=rgb(p.rule_line),
        outline=rgb(p.outline),
        light=(-0.48, 0.56, 0.68),
        darkest=0.62 if bright else 0.45,
        brightest=1.06 if bright else 1.5,
        gleam=0.0 if bright else 0.1,
    )


@dataclass(frozen=True, eq=False)
class Strand:
    """A line over the ground: places (n, 3), and the step (n,) at which a run reaches each. Equal only to itself.

    With `apart`, each two places are a stroke of their own.
    """

    places: Array
    steps: Array
    apart: bool = False

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """It never changes: the copies of mobjects that Manim makes for fades share it."""
        return self

    @cached_property
    def hull(self) -> Array:
        """The corners (8, 3) of the upright box that holds it."""
        return np.array([*product(*zip(self.places.min(axis=0), self.places.max(axis=0), strict=True))])

    @cached_property
    def segments(self) -> Array:
        """Both ends of each segment, each a place with its step: (m, 8)."""
        ends = np.concatenate([self.places, self.steps[:, None]], axis=1)
        if self.apart:
            return ends.reshape(-1, 8)
        return np.concatenate([ends[:-1], ends[1:]], axis=1)


@lru_cache(maxsize=16)
def level_rim(footprint: tuple[float, float], height: float, beyond: float = 0.0) -> Strand:
    """The edge of a level rectangle, so far beyond the footprint."""
    corners = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0]])
    flat = corners * (np.array(footprint) / 2 + beyond)
    return Strand(np.insert(flat, 2, height, axis=1), np.zeros(len(flat)))


@dataclass(frozen=True)
class Ribbon:
    """A strand as it is drawn: colour, width in units of the screen, the steps shown, how faint it is where hidden.

    A `fixed` one does not rise with the ground. A `pointed` one, of one segment, runs out from its width to a point.
    """

    strand: Strand
    color: Color
    width: float
    opacity: float = 1.0
    span: tuple[float, float] = EVERY
    ghost: float = 0.0
    fixed: bool = False
    pointed: bool = False


@dataclass(frozen=True)
class Dots:
    """Discs at the places of a strand, those whose steps lie in the span."""

    strand: Strand
    color: Color
    radius: float
    opacity: float = 1.0
    span: tuple[float, float] = EVERY


@dataclass(frozen=True)
class Bead:
    """A ball at a place (x, y, z) of the ground, its radius in units of the screen."""

    place: tuple[float, float, float]
    color: Color
    radius: float
    opacity: float = 1.0
    ghost: float = 0.25


@dataclass(frozen=True)
class Sheet:
    """A level plane over the whole footprint, at a height above the plate's zero."""

    height: float
    color: Color
    opacity: float


@dataclass(frozen=True)
class Floor:
    """The map, laid flat at a height; of its levels only those from a number on are drawn as lines."""

    height: float
    lines_from: float = 0.0
    filled: float = 1.0


@dataclass(frozen=True)
class Shot:
    """Everything that a picture shows. `rise` is how far the ground has risen, 0 to 1; `solid` its opacity. The ground
    carries the lines of the levels from the number `lines_from` on, counted from the lowest, which is 1."""

    view: View
    area: PixelBox
    rise: float = 1.0
    solid: float = 1.0
    foot: float = 0.0
    ribbons: tuple[Ribbon, ...] = ()
    dots: tuple[Dots, ...] = ()
    beads: tuple[Bead, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    floor: Floor | None = None
    lines_from: float = 0.0

    @property
    def bare(self) -> Shot:
        """The same without what lies on the ground."""
        return replace(self, ribbons=(), dots=(), beads=(), sheets=())

    @property
    def relief_shading(self) -> float:
        """How much the light counts: a map has none."""
        return (1.0 - self.view.flatness) * min(1.0, 3 * self.rise)
